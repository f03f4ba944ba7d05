"""The functions and modules that are hardest to change, by their figures."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import Final

import msgspec

from overhaul.inventory import testing
from overhaul.sections import Column, Grid, Grids, Line, Section
from overhaul.survey import Survey

TABLE: Final = "metrics"
LIMIT: Final = 25


class Figure(msgspec.Struct, frozen=True):
    """What is read of a row of the table `metrics`, whose type belongs to the leaf that fills it."""

    name: str
    kind: str
    line: int
    end: int
    complexity: int
    loc: int | None = None
    maintainability: float | None = None


class Placed(msgspec.Struct, frozen=True):
    """A row with the module it is of."""

    module: str
    path: str
    figure: Figure


@Section("Complexity", order=50)
def hot_spots(survey: Survey) -> Grids | None:
    """The most complex functions, and the modules that are hardest to maintain."""
    every = list(_figures(survey))
    # Tests are left out, as elsewhere on the page, unless there is nothing else.
    rows = [row for row in every if not testing(row.path)] or every
    if not rows:
        return None
    functions = (row for row in rows if row.figure.kind in ("function", "method"))
    complex_ = heapq.nsmallest(LIMIT, functions, key=lambda row: (-row.figure.complexity, row.path, row.figure.line))
    modules = [(row, index) for row in rows if (index := row.figure.maintainability) is not None]
    hard = heapq.nsmallest(LIMIT, modules, key=lambda pair: (pair[1], pair[0].path))
    return Grids(
        "Cyclomatic complexity counts the independent paths through a function. The maintainability index (0 to 100, "
        "higher is better) puts complexity, Halstead volume and length together; read it as an order, not as a grade.",
        (
            Grid(
                id="most-complex", caption=f"The {len(complex_)} most complex functions", shown=LIMIT,
                columns=(
                    Column("Function", "code"), Column("Place", "place"), Column("Complexity", "number"),
                    Column("Lines", "number"),
                ),
                lines=tuple(
                    Line((one.name, f"{row.path}:{one.line}", one.complexity, one.end - one.line + 1))
                    for row in complex_ for one in (row.figure,)
                ),
                total=len(complex_),
            ),
            Grid(
                id="least-maintainable", caption=f"The {len(hard)} least maintainable modules", shown=LIMIT,
                columns=(
                    Column("Module", "code"), Column("Path", "place"), Column("Maintainability", "number"),
                    Column("Complexity", "number"), Column("Lines", "number"),
                ),
                lines=tuple(
                    Line((row.module, row.path, index, row.figure.complexity, row.figure.loc)) for row, index in hard
                ),
                total=len(hard),
            ),
        ),
    )  # fmt: skip


def _figures(survey: Survey) -> Iterator[Placed]:
    """The rows of the table, wherever it comes from; none when nobody fills it, or it is another kind of table."""
    row = survey.leaves.tables.get(TABLE)
    if row is None or not {"name", "kind", "line", "end", "complexity"} <= set(row.__struct_fields__):
        return
    for name, _, groups in survey.tables():
        if name == TABLE:
            for module, rows in groups:
                if module:
                    path = survey.place(module)
                    figures = (msgspec.convert(one, Figure, from_attributes=True) for one in rows)
                    yield from (Placed(module, path, figure) for figure in figures)
