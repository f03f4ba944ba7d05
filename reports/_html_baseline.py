"""The figures of the codebase as a whole."""

from __future__ import annotations

from overhaul.redundancy import BaselineMetric
from overhaul.sections import Column, Grid, Grids, Line, Section, anchor, rows_of
from overhaul.survey import Survey


@Section("Baseline metrics", order=52)
def baseline(survey: Survey) -> Grids | None:
    """Size, complexity, inventory, imports and redundancy, each as one figure."""
    rows = rows_of(survey, BaselineMetric)
    if not rows:
        return None
    return Grids(
        "The codebase in figures. `overhaul audit --compare FILE.json` sets them beside those of an earlier report.",
        (
            Grid(
                id="baseline-all", caption="Baseline metrics", shown=100,
                columns=(Column("Group"), Column("Figure"), Column("Value", "number"), Column("Of"), Column("Better")),
                lines=tuple(
                    Line((row.group, row.name.replace("_", " "), row.value, row.unit, row.better),
                         anchor("baseline", row.name))
                    for row in rows
                ),
                total=len(rows),
            ),
        ),
    )  # fmt: skip
