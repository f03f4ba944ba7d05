"""The families that the configuration names."""

from __future__ import annotations

from overhaul.inventory import CustomRole
from overhaul.sections import Column, Grid, Grids, Line, Section, anchor, rows_of, short
from overhaul.survey import Survey


@Section("Custom roles", order=28)
def custom_roles(survey: Survey) -> Grids | None:
    """The members of each family of the project's own."""
    rows = rows_of(survey, CustomRole)
    if not rows:
        return None
    roles = sorted({row.kind for row in rows})
    return Grids(
        "Families that the configuration names, listed like the built-in ones.",
        tuple(
            Grid(
                id=anchor("role", role), caption=f"{role}: {sum(row.kind == role for row in rows)}", shown=25,
                columns=(
                    Column("Place", "place"), Column("Name", "code"), Column("Subkind"), Column("Purpose"),
                    Column("Public interface", "code"), Column("Made in", "code"), Column("Evidence"),
                ),
                lines=tuple(
                    Line((
                        f"{row.path}:{row.line}", row.name, row.subkind, short(row.purpose, 160),
                        short(", ".join(row.interface), 200),
                        short(", ".join(f"{site.path}:{site.line}" for site in row.constructed[:3]), 200),
                        short("; ".join(row.evidence)),
                    ), anchor("role", role, row.module, row.name))
                    for row in rows if row.kind == role
                ),
            )
            for role in roles
        ),
    )  # fmt: skip
