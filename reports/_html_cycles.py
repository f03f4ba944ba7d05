"""The import cycles: what they do, how they fail, what to cut, and how that looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from overhaul.drawing.rings import Shown, drawn
from overhaul.facts import Cycle, Import, Ring, Witness
from overhaul.repeating.next_rings import Opened, opened
from overhaul.sections import Column, Grid, Line, Section, anchor, rows_of, short
from overhaul.survey import Survey

LIMIT: Final = 150
"""Cycles told in full."""
CUTS: Final = 300
"""Cuts of one cycle that are in the page."""
DRAWN: Final = 40
"""Cycles that have pictures."""

_EFFECTS: Final[Mapping[str, str]] = {
    "fatal": "The import fails, whichever of its modules is imported first.",
    "order-dependent": "The import fails for some first importers, and works for the others.",
    "latent": "Nothing fails today: every name is bound before it is needed.",
    "deferred": "Held together by imports inside functions, which run after the modules are loaded.",
    "typing": "Only imports for type checkers close it; nothing happens when it runs.",
}
_WAYS: Final[Mapping[str, str]] = {
    "typing": "only annotations need it: import under TYPE_CHECKING",
    "direct": "import from the module that defines it",
    "defer": "only function bodies need it: import there",
    "move": "needed while the module is imported: move what is shared",
    "drop": "nothing uses it: drop the import",
}


class CycleView(msgspec.Struct, frozen=True):
    """One cycle."""

    id: str
    rank: int
    cycle: Cycle
    meaning: str
    witness: Witness | None
    pictures: tuple[Shown, ...]
    cuts: Grid
    opened: Opened | None
    """What the cuts do; None where nothing happens when it runs, or nobody knows the imports."""


class Cycles(msgspec.Struct, frozen=True):
    """All cycles, by impact."""

    count: int
    cycles: tuple[CycleView, ...]


@Section("Import cycles", order=30)
def cycles(survey: Survey) -> Cycles | None:
    """Rings of imports, those that matter most first."""
    rows = rows_of(survey, Cycle)
    if rows is None:
        return None
    ranked = sorted(rows, key=lambda cycle: (-cycle.impact, cycle.modules))
    inside = {row.modules: row.imports for row in rows_of(survey, Ring) or ()}
    told = enumerate(ranked[:LIMIT])
    return Cycles(len(ranked), tuple(_view(number, cycle, inside.get(cycle.modules, ())) for number, cycle in told))


def _view(number: int, cycle: Cycle, imports: Sequence[Import]) -> CycleView:
    id = anchor("cycle", *sorted(cycle.modules))
    return CycleView(
        id, number + 1, cycle, _EFFECTS.get(cycle.effect, ""), cycle.witness,
        tuple(drawn(cycle, imports)) if number < DRAWN and len(cycle.modules) > 1 else (),
        Grid(
            id=f"{id}-cuts", caption=f"Imports to cut in cycle {number + 1}", shown=12,
            columns=(
                Column("Import in", "code"), Column("of", "code"), Column("Line", "number"), Column("Names", "code"),
                Column("Way"), Column("Cost", "number"),
            ),
            lines=tuple(
                Line((
                    cut.importer, cut.imported, cut.line, short(", ".join(cut.names), 200),
                    f"{cut.way}: {_WAYS.get(cut.way, '')}", cut.cost,
                ))
                for cut in cycle.cuts[:CUTS]
            ),
            total=len(cycle.cuts), rest='overhaul query "SELECT cuts FROM cycles"',
        ),
        opened(cycle, imports) if imports and cycle.effect != "typing" else None,
    )  # fmt: skip

