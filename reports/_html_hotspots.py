"""Modules where changes are dear, by the git history, and how much of it was read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from overhaul.redundancy import ChangeHistory, Hotspot
from overhaul.sections import Column, Grid, Grids, Line, Section, anchor, rows_of
from overhaul.summary import count
from overhaul.survey import Survey

LIMIT: Final = 500


@Section("Change hotspots", order=48)
def hotspots(survey: Survey) -> Grids | None:
    """Modules that are complex, change often, and are imported by many."""
    rows = rows_of(survey, Hotspot)
    histories = rows_of(survey, ChangeHistory)
    if rows is None or not histories:
        return None
    read = histories[0]
    if not read.commits:
        return Grids(f"Changes were not counted: {read.note}.", ())
    note = f" ({read.note})" if read.note else ""
    lead = (
        "Modules not below the middle in complexity, changes and importers, the worst first; the score is "
        f"the geometric mean of the three percentile ranks. Read were {count(read.commits, 'commit')} by "
        f"{count(read.authors, 'author')}, from {read.since} to {read.until}{note}; merges are not counted, and tests "
        "are left out."
    )
    return Grids(lead, (_grid(rows),) if rows else ())


def _grid(rows: Sequence[Hotspot]) -> Grid:
    return Grid(
        id="hotspots-all", caption="Change hotspots", shown=25,
        columns=(
            Column("Most complex function", "place"), Column("Name", "code"), Column("Score", "number"),
            Column("Complexity", "number"), Column("Changes", "number"), Column("Authors", "number"),
            Column("Imported by", "number"), Column("Last change"),
        ),
        lines=tuple(
            Line((
                f"{row.path}:{row.line}", row.name, round(row.score, 2), row.complexity, row.changes, row.authors,
                row.fan_in, row.last,
            ), anchor("hotspot", row.module))
            for row in rows[:LIMIT]
        ),
        total=len(rows), rest='overhaul query "SELECT * FROM hotspots"',
    )  # fmt: skip
