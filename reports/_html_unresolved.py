"""Imports of the project's own modules that nothing provides."""

from __future__ import annotations

from typing import Final

from overhaul.facts import UnresolvedImport
from overhaul.sections import Column, Grid, Grids, Line, Section, rows_of, short
from overhaul.survey import Survey

LIMIT: Final = 2000


@Section("Unresolved imports", order=40)
def unresolved_imports(survey: Survey) -> Grids | None:
    """Imports of the project's own modules, or of names from them, that nothing provides."""
    rows = rows_of(survey, UnresolvedImport)
    if rows is None:
        return None
    first = sorted(rows, key=lambda row: (row.caught, row.path, row.line, row.name))[:LIMIT]
    lead = "Imports of one of the project's own modules, or of a name from one, that nothing provides."
    if not rows:
        return Grids(f"{lead} There are none.", ())
    return Grids(
        lead,
        (
            Grid(
                id="unresolved", caption="Unresolved imports",
                columns=(
                    Column("Place", "place"), Column("Does not resolve", "code"), Column("What"),
                    Column("Known names like it", "code"), Column("Failure handled"), Column("Confidence"),
                ),
                lines=tuple(
                    Line((
                        f"{row.path}:{row.line}", row.name, row.kind, short(", ".join(row.near)),
                        "yes" if row.caught else "no", row.confidence,
                    ))
                    for row in first
                ),
                total=len(rows), rest='overhaul query "SELECT * FROM unresolved_imports"',
            ),
        ),
    )  # fmt: skip
