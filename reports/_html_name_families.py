"""The name families: the same verb, or verb and noun, defined in several modules."""

from __future__ import annotations

from typing import Final

import msgspec

from overhaul.redundancy import NameFamily
from overhaul.sections import Column, Grid, Line, Section, anchor, rows_of
from overhaul.survey import Survey

TOLD: Final = 40
"""Families whose members are listed."""
MEMBERS: Final = 60
"""Members of one family that are listed."""
LIMIT: Final = 500


class FamilyView(msgspec.Struct, frozen=True):
    """One family."""

    id: str
    family: NameFamily
    members: Grid


class NameFamilies(msgspec.Struct, frozen=True):
    """The families, the largest first."""

    count: int
    families: tuple[FamilyView, ...]
    grids: tuple[Grid, ...]


@Section("Name families", order=42)
def name_families(survey: Survey) -> NameFamilies | None:
    """Definitions of several modules with the same verb and noun."""
    rows = rows_of(survey, NameFamily)
    if rows is None:
        return None
    ranked = sorted(rows, key=lambda row: (-len(row.members), row.pattern))
    rest = ranked[TOLD:LIMIT]
    return NameFamilies(
        len(rows), tuple(map(_view, ranked[:TOLD])),
        (
            Grid(
                id="families-rest", caption="The other families", shown=20,
                columns=(
                    Column("Pattern", "code"), Column("Definitions", "number"), Column("Modules", "number"),
                    Column("First at", "place"),
                ),
                lines=tuple(
                    Line((row.pattern, len(row.members), row.modules, f"{row.path}:{row.line}"), _id(row))
                    for row in rest
                ),
                total=len(rows) - TOLD, rest='overhaul query "SELECT * FROM name_families"',
            ),
        ) if rest else (),
    )  # fmt: skip


def _id(row: NameFamily) -> str:
    return anchor("names", row.pattern)


def _view(row: NameFamily) -> FamilyView:
    return FamilyView(_id(row), row, Grid(
        id=f"{_id(row)}-members", caption=f"The members of {row.pattern}", shown=12,
        columns=(Column("Name", "code"), Column("Module", "code"), Column("Place", "place")),
        lines=tuple(Line((one.name, one.module, f"{one.path}:{one.line}")) for one in row.members[:MEMBERS]),
        total=len(row.members), rest='overhaul query "SELECT members FROM name_families"',
    ))  # fmt: skip
