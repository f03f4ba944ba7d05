"""Imports of the project's own modules that nothing provides."""

from __future__ import annotations

from typing import Final

from overhaul.facts import UnresolvedImport
from overhaul.sections import Column, Grid, Grids, Line, Section, anchor, bad, good, rows_of, short
from overhaul.survey import Survey

LIMIT: Final = 2000


@Section("Unresolved imports", order=40)
def unresolved_imports(survey: Survey) -> Grids | None:
    """Imports of the project's own modules, or of names from them, that nothing provides."""
    rows = rows_of(survey, UnresolvedImport)
    if rows is None:
        return None
    ranked = sorted(rows, key=lambda row: (row.caught, row.path, row.line, row.name))[:LIMIT]
    # The same name may be asked for twice in one file: the first place has the address.
    ids = {anchor("unresolved", row.path, row.name): row for row in reversed(ranked)}
    addresses = {(row.path, row.line, row.name): id for id, row in ids.items()}
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
                    Column("Known names like it", "code"), Column("Failure handled", "mark"),
                    Column("Confidence", "word", choose=True),
                ),
                lines=tuple(
                    Line((
                        f"{row.path}:{row.line}", row.name, row.kind, short(", ".join(row.near)),
                        good("yes") if row.caught else bad("no"), row.confidence,
                    ), addresses.pop((row.path, row.line, row.name), ""))
                    for row in ranked
                ),
                total=len(rows), rest='overhaul query "SELECT * FROM unresolved_imports"',
            ),
        ),
    )  # fmt: skip
