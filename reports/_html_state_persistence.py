"""What survives a restart: who saves it, who restores it, and how it is written."""

from __future__ import annotations

from typing import Final

from overhaul.crosslinks import Crosslinks
from overhaul.inventory import StatePersistence
from overhaul.sections import (
    Column,
    Grid,
    Grids,
    Line,
    Section,
    anchor,
    bad,
    good,
    rows_of,
    short,
    surest_first,
    trimmed,
)
from overhaul.survey import Survey

LIMIT: Final = 1000


@Section("State persistence", order=27)
def state_persistence(survey: Survey) -> Grids | None:
    """Pairs of functions that save and restore the same state."""
    rows = rows_of(survey, StatePersistence)
    if rows is None:
        return None
    sure = sum(row.sure for row in rows)
    links = Crosslinks(survey)
    lead = "State that is saved and brought back across the end of a process."
    if not rows:
        return Grids(f"{lead} There is none.", ())
    return Grids(
        f"{lead} {sure} of {len(rows)} with high or medium confidence; a lone half has low.",
        (trimmed(Grid(
            id="state-persistences", caption="Who saves and restores what", shown=40,
            columns=(
                Column("Place", "place"), Column("Saves", "code"), Column("Restores", "code"), Column("Writes", "mark"),
                Column("As"), Column("On damage"), Column("Findings", "links"),
                Column("Confidence", "word", choose=True), Column("Facts", "folded"),
            ),
            lines=tuple(
                Line((
                    f"{row.path}:{row.line}",
                    short(", ".join(one.name for one in row.members if one.role == "save"), 200),
                    short(", ".join(one.name for one in row.members if one.role == "restore"), 200),
                    _written(row), row.medium, row.damaged,
                    links.findings(id := anchor("persistence", row.module, row.name)), row.confidence,
                    "\n".join(short(text, 200) for text in row.evidence),
                ), id)
                for row in surest_first(rows, LIMIT)
            ),
            total=len(rows), rest='overhaul query "SELECT * FROM state_persistences"',
        )),),
    )  # fmt: skip


def _written(row: StatePersistence) -> str:
    """How, with a sign for what a crash can and cannot empty."""
    match row.write:
        case "atomic":
            return good("atomic")
        case "in_place":
            return bad("in place")
        case other:
            return other
