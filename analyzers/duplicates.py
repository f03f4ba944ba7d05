"""Functions, methods, classes and runs of statements that say the same thing."""

from __future__ import annotations

from collections.abc import Iterator

from overhaul.cloning.groups import alike, equal, whole
from overhaul.cloning.memory import Known, Memory
from overhaul.cloning.names import differences, differences_of_run
from overhaul.cloning.pieces import Piece, Text
from overhaul.cloning.rows import run_row, uncovered, written
from overhaul.cloning.runs import runs
from overhaul.facts import Facts, Fingerprint
from overhaul.layout import Layout
from overhaul.leaves import Analyzer
from overhaul.past import Past
from overhaul.redundancy import Duplicate
from overhaul.symbols import Symbols


@Analyzer
def duplicates(layout: Layout, symbols: Symbols, prints: Facts[Fingerprint], past: Past[Known]) -> Iterator[Duplicate]:
    """Groups of functions, methods, classes and statement runs that say the same thing, of type 1, 2 or 3.

    What counts, how similarity is defined and what is left out is in `docs/duplicates.md`.
    """
    texts = list(_texts(layout, prints))
    pieces = [Piece(text, fragment) for text in texts for fragment in text.fragments]
    same = list(equal(pieces))
    others = {piece.key for group in same for piece in group.pieces[1:]}
    memory = Memory(past.state, prints.prints())
    # All are asked for: one that is told by its equals today may have lost them tomorrow.
    worth = [piece for piece in memory.worth(pieces) if piece.key not in others]
    near = whole(alike(worth, memory.pairs(worth)), same)
    groups = list(uncovered([*same, *near]))
    rows = [memory.row(group, list(differences(group, symbols)) if group.type < 3 else ()) for group in groups]
    past.leave(memory.left())
    rows += [run_row(group, list(differences_of_run(group, symbols))) for group in runs(texts, groups)]
    yield from sorted(rows, key=lambda one: (one.module, one.line, one.unit, one.type, one.identity))


def _texts(layout: Layout, prints: Facts[Fingerprint]) -> Iterator[Text]:
    """The modules that somebody wrote by hand."""
    for module, rows in prints.items():
        for one in rows:
            text = Text(module, layout.modules[module].path, one)
            if written(text):
                yield text
