"""Functions, methods, classes and runs of statements that say the same thing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from overhaul.cloning.groups import Group, alike, equal
from overhaul.cloning.memory import Known, Memory
from overhaul.cloning.pieces import Piece, Text
from overhaul.cloning.rows import run_row, uncovered, written
from overhaul.cloning.runs import runs
from overhaul.facts import Facts, Fingerprint
from overhaul.layout import Layout
from overhaul.leaves import Analyzer
from overhaul.past import Past
from overhaul.redundancy import Difference, Duplicate
from overhaul.symbols import External, Symbol, Symbols

_MOST: Final = 24
"""Members of a group whose names are looked up; what differs among more is no news."""


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
    near = alike(worth, memory.pairs(worth))
    groups = list(uncovered([*same, *near]))
    rows = [memory.row(group, list(_differences(group, symbols)) if group.type < 3 else ()) for group in groups]
    past.leave(memory.left())
    rows += [run_row(group) for group in runs(texts, groups)]
    yield from sorted(rows, key=lambda one: (one.module, one.line, one.unit, one.type, one.identity))


def _texts(layout: Layout, prints: Facts[Fingerprint]) -> Iterator[Text]:
    """The modules that somebody wrote by hand."""
    for module, rows in prints.items():
        for one in rows:
            text = Text(module, layout.modules[module].path, one)
            if written(text):
                yield text


def _differences(group: Group, symbols: Symbols) -> Iterator[Difference]:
    """The names that members use at the same place and that mean different things."""
    pieces = group.pieces[:_MOST]
    first = pieces[0]
    seen: set[str] = set()
    for names in zip(*(one.names for one in pieces), strict=False):
        name = names[0]
        if name not in seen and name[0] not in ".=" and not first.local(name) and " " not in name:
            meanings = tuple(_meaning(piece, other, symbols) for piece, other in zip(pieces, names, strict=True))
            if len({one for one in meanings if one}) > 1:
                yield Difference(name, meanings)
        seen.add(name)


def _meaning(piece: Piece, name: str, symbols: Symbols) -> str:
    """Dotted; "" for what cannot be told."""
    match symbols.lookup(piece.text.module, piece.fragment.name, name):
        case Symbol() as symbol:
            return symbol.dotted
        case External(name=dotted):
            return dotted
        case _:
            return ""
