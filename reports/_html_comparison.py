"""What has changed since the report that was named with `--compare`."""

from __future__ import annotations

from collections.abc import Iterator

from overhaul.comparison import Comparison, Figure
from overhaul.sections import Column, Grid, Grids, Line, Section
from overhaul.survey import Survey


@Section("What has changed", order=12)
def comparison(survey: Survey) -> Grids | None:
    """Figures that went up or down, and what is new and what is gone."""
    found = survey.comparison
    if found is None:
        return None
    figures = [one for one in found.figures if one.changed]
    turnovers = [one for one in found.turnovers if one.new or one.gone or one.changed]
    lead = f"Since {found.since}, by overhaul {found.version}: {_tally(figures)}."
    if found.unchanged:
        lead = f"Since {found.since}, by overhaul {found.version}: {found.unchanged}."
    if found.notes:
        lead += f" Mind that {'; and that '.join(found.notes)}."
    return Grids(lead, tuple(_grids(found, figures)) if figures or turnovers else ())


def _tally(figures: list[Figure]) -> str:
    better, worse = (sum(one.verdict == verdict for one in figures) for verdict in ("better", "worse"))
    other = len(figures) - better - worse
    return f"figures that are better: {better}, that are worse: {worse}, that have changed and are neither: {other}"


def _grids(found: Comparison, figures: list[Figure]) -> Iterator[Grid]:
    if figures:
        yield Grid(
            id="comparison-figures", caption="Figures that went up or down", shown=100,
            columns=(
                Column("Verdict"), Column("Figure"), Column("Before", "number"), Column("Now", "number"),
                Column("Change", "number"), Column("Of"),
            ),
            lines=tuple(
                Line((
                    one.verdict, one.name.replace("_", " "), one.before, one.after,
                    round((one.after or 0) - (one.before or 0), 6), one.unit,
                ))
                for one in figures
            ),
            total=len(figures),
        )  # fmt: skip
    changes = tuple(
        Line((one.table.replace("_", " "), what, count, "; ".join(names) + (" …" if count > len(names) else "")))
        for one in found.turnovers
        for what, count, names in (
            ("new", one.new, one.new_names), ("gone", one.gone, one.gone_names),
            ("changed", one.changed, one.changed_names),
        )
        if count
    )  # fmt: skip
    if changes:
        yield Grid(
            id="comparison-rows", caption="What is new, gone or changed", shown=100,
            columns=(Column("Table"), Column("Is"), Column("How many", "number"), Column("Names", "code")),
            lines=changes, total=len(changes),
        )  # fmt: skip
