"""The parallels: two implementations of the same thing, and what of their interfaces corresponds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from overhaul.config import Justification
from overhaul.redundancy import Correspondence, Parallel
from overhaul.sections import Column, Grid, Line, Section, rows_of, short
from overhaul.summary import kept, listed_parallels
from overhaul.survey import Survey

TOLD: Final = 40
"""Pairs that are shown in full."""
NAMES: Final = 300
"""Lines of one interface table."""
USERS: Final = 12
"""Users of one side that are named."""


class Part(msgspec.Struct, frozen=True):
    """One of the two."""

    name: str
    place: str
    """Where it begins; "" where that is not known."""
    users: tuple[str, ...]
    more: int


class ParallelView(msgspec.Struct, frozen=True):
    """One pair."""

    id: str
    parallel: Parallel
    parts: tuple[Part, Part]
    corresponding: int
    missing_first: int
    """Names that only the second has."""
    missing_second: int
    kept: Justification | None
    interface: Grid


class Parallels(msgspec.Struct, frozen=True):
    """The pairs, those that are most alike first."""

    count: int
    unsure: int
    parallels: tuple[ParallelView, ...]
    grids: tuple[Grid, ...]


@Section("Parallels", order=38)
def parallels(survey: Survey) -> Parallels | None:
    """Modules and packages that implement the same thing twice."""
    rows = rows_of(survey, Parallel)
    if rows is None:
        return None
    reasons = kept(survey)
    listed = listed_parallels(survey)
    told = [row for row in listed if row.sure][:TOLD]
    rest = [row for row in listed if row.identity not in {one.identity for one in told}]
    sure = sum(row.sure for row in rows)
    return Parallels(
        sure, len(rows) - sure, tuple(_view(row, reasons.get(row.identity)) for row in told),
        (_grid(rest, len(rows) - len(told)),) if rest else (),
    )  # fmt: skip


def _view(row: Parallel, reason: Justification | None) -> ParallelView:
    other = next((f"{one.second_path}:{one.second_line}" for one in row.correspondences if one.second), "")
    return ParallelView(
        row.identity, row,
        (
            _part(row.first, f"{row.path}:{row.line}", row.first_users),
            _part(row.second, other, row.second_users),
        ),
        sum(bool(one.first and one.second) for one in row.correspondences),
        sum(not one.first for one in row.correspondences), sum(not one.second for one in row.correspondences), reason,
        _interface(row),
    )  # fmt: skip


def _interface(row: Parallel) -> Grid:
    """What corresponds and what is missing; of two modules, whose files are named above, only the lines."""
    lines = row.subkind == "module"
    return Grid(
        id=f"{row.identity}-interface", caption=f"The interfaces of {row.first} and {row.second}", shown=25,
        columns=(
            Column("First", "code"), Column("Second", "code"), Column("Difference"), Column("Similarity", "number"),
            Column("Unit", "word"),
            Column("First line", "number") if lines else Column("First at", "place"),
            Column("Second line", "number") if lines else Column("Second at", "place"),
        ),
        lines=tuple(_line(row, one, lines) for one in row.correspondences[:NAMES]),
        total=len(row.correspondences), rest='overhaul query "SELECT correspondences FROM parallels"',
    )  # fmt: skip


def _part(name: str, place: str, users: Sequence[str]) -> Part:
    return Part(name, place, tuple(users[:USERS]), max(0, len(users) - USERS))


def _line(row: Parallel, one: Correspondence, lines: bool) -> Line:
    """A name that one side does not have has no similarity and no place there."""
    both = bool(one.first and one.second)
    return Line((
        _inside(one.first, row.first), _inside(one.second, row.second),
        short(one.difference, 200) if both else f"only in the {'first' if one.first else 'second'}",
        one.similarity if both else None, one.unit,
        _at(one.first, one.first_path, one.first_line, lines),
        _at(one.second, one.second_path, one.second_line, lines),
    ))  # fmt: skip


def _at(name: str, path: str, line: int, lines: bool) -> str | int | None:
    return None if not name else line if lines else f"{path}:{line}"


def _inside(name: str, module: str) -> str:
    """The name without the module or package that the whole column is of."""
    return name.removeprefix(f"{module}.")


def _grid(rows: Sequence[Parallel], total: int) -> Grid:
    return Grid(
        id="parallels-rest", caption="The other pairs", shown=20,
        columns=(
            Column("Place", "place"), Column("First", "code"), Column("Second", "code"), Column("Similarity", "number"),
            Column("Corresponding", "number"), Column("Confidence"), Column("Evidence"),
        ),
        lines=tuple(
            Line((
                f"{row.path}:{row.line}", row.first, row.second, row.similarity,
                sum(bool(one.first and one.second) for one in row.correspondences), row.confidence,
                short("; ".join(row.evidence), 240),
            ), row.identity)
            for row in rows
        ),
        total=total, rest='overhaul query "SELECT * FROM parallels"',
    )  # fmt: skip
