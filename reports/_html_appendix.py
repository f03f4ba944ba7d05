"""Every table of the audit: how many rows it has, its first ones, and how to see the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from types import NoneType
from typing import Final, get_args

import msgspec

from overhaul.facts import Row
from overhaul.sections import Cell, Column, Grid, Line, Section, short
from overhaul.survey import Survey

ROWS: Final = 50
WIDTH: Final = 100


class Table(msgspec.Struct, frozen=True):
    """One table of the audit."""

    name: str
    summary: str
    """What the leaf that fills it says of itself."""
    rows: int
    columns: tuple[str, ...]
    query: str
    grid: Grid


class Appendix(msgspec.Struct, frozen=True):
    """All tables."""

    tables: tuple[Table, ...]


@Section("Appendix: all tables", order=90)
def appendix(survey: Survey) -> Appendix:
    """Every table by name, so that what no section speaks of yet can be seen as well."""
    return Appendix(tuple(_tables(survey)))


def _tables(survey: Survey) -> Iterator[Table]:
    counts = survey.counts()
    for name, row, groups in survey.tables():
        fields = msgspec.structs.fields(row)
        first: list[Line] = []
        placed = False
        for module, rows in groups:
            # Rows of facts do not name their module.
            placed = bool(module)
            where = (module, survey.place(module)) if module else ()
            first += _lines(rows, where, tuple(field.name for field in fields), ROWS - len(first))
            if len(first) >= ROWS:
                break
        columns = (
            *((Column("module", "code"), Column("path", "place")) if placed else ()),
            *(Column(field.name, "number" if _is_number(field.type) else "code") for field in fields),
        )
        query = f'overhaul query "SELECT * FROM {name}"'
        yield Table(
            name, survey.leaves.filler(row).summary, counts[name], tuple(column.title for column in columns), query,
            Grid(
                id=f"rows-{name}", caption=f"The first rows of {name}", columns=columns, lines=tuple(first),
                shown=10, total=len(first), rest=query,
            ),
        )  # fmt: skip


def _lines(rows: Sequence[Row], where: tuple[str, ...], fields: tuple[str, ...], limit: int) -> Iterator[Line]:
    for row in islice(rows, limit):
        yield Line((*where, *(_cell(getattr(row, field)) for field in fields)))


def _is_number(hint: object) -> bool:
    """Whether a column of this type holds numbers, and perhaps None."""
    return set(get_args(hint) or (hint,)) <= {int, float, NoneType}


def _cell(value: object) -> Cell:
    """A value as it can stand in a cell; what has parts of its own is JSON."""
    match value:
        case None | "" | ():
            return None
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return value
        case str():
            return short(value, WIDTH)
        case _:
            return short(msgspec.json.encode(value).decode(errors="replace"), WIDTH)
