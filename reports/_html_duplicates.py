"""The duplicates: what is said twice, side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from overhaul.config import Justification
from overhaul.excerpts import Excerpts, Missing
from overhaul.redundancy import Clone, Duplicate, RepeatedUtility
from overhaul.sections import Column, Grid, Line, Section, anchor, rows_of, short, surest_first
from overhaul.side_by_side import Comparison, side_by_side
from overhaul.summary import kept, lines_fewer, listed_duplicates, of_a_group
from overhaul.survey import Survey

TOLD: Final = 60
"""Groups that are shown in full."""
MEMBERS: Final = 40
"""Members of one group that are listed."""
COMPARED: Final = 3
"""Members of one group that are compared with the first."""
ROWS: Final = 80
"""Rows of the first comparison of a group."""
FEWER_ROWS: Final = 30
"""Rows of the others, and of a comparison of what is equal."""
ALL_ROWS: Final = 3500
"""Rows of all comparisons together: the page stays small enough to be opened, and mailed."""
LIMIT: Final = 300


class Versions(msgspec.Struct, frozen=True):
    """Two members next to each other."""

    first: str
    second: str
    comparison: Comparison | None
    missing: str
    """Why there is none; "" for one that is there."""


class GroupView(msgspec.Struct, frozen=True):
    """One group."""

    id: str
    group: Duplicate
    size: str
    """`3 functions`."""
    members: tuple[Clone, ...]
    versions: tuple[Versions, ...]
    kept: Justification | None


class Duplicates(msgspec.Struct, frozen=True):
    """The groups, those that would save most first."""

    count: int
    unsure: int
    types: tuple[tuple[int, int], ...]
    """(type, how many groups) of those that are sure."""
    saved: int
    """Lines, each counted once, without those of groups that stay as they are."""
    kept: int
    groups: tuple[GroupView, ...]
    grids: tuple[Grid, ...]


@Section("Duplicates", order=36)
def duplicates(survey: Survey) -> Duplicates | None:
    """Functions, methods, classes and statement runs that say the same thing."""
    rows = rows_of(survey, Duplicate)
    utilities = rows_of(survey, RepeatedUtility)
    if rows is None and utilities is None:
        return None
    sure = [row for row in rows or () if row.sure]
    reasons = kept(survey)
    listed = listed_duplicates(survey)
    told = [row for row in listed if row.sure][:TOLD]
    rest = [row for row in listed if row.identity not in {one.identity for one in told}]
    grids = [_grid(rest, len(rows or ()) - len(told))] if rest else []
    if utilities:
        grids.append(_utilities(utilities))
    return Duplicates(
        len(sure), len(rows or ()) - len(sure), tuple(sorted(Counter(row.type for row in sure).items())),
        lines_fewer(survey), sum(row.identity in reasons for row in sure),
        tuple(_groups(survey, told, reasons)), tuple(grids),
    )  # fmt: skip


def _groups(survey: Survey, rows: Sequence[Duplicate], reasons: dict[str, Justification]) -> Iterator[GroupView]:
    excerpts = Excerpts(survey)
    left = ALL_ROWS
    for row in rows:
        versions: list[Versions] = []
        for number, other in enumerate(row.members[1 : 1 + COMPARED]):
            most = ROWS if number == 0 and row.type != 1 else FEWER_ROWS
            if left < most:
                break
            versions.append(_versions(excerpts, row.members[0], other, most))
            left -= len(versions[-1].comparison.pairs) if versions[-1].comparison is not None else 0
        yield GroupView(
            row.identity, row, of_a_group(row.unit, len(row.members)), row.members[:MEMBERS], tuple(versions),
            reasons.get(row.identity),
        )  # fmt: skip


def _versions(excerpts: Excerpts, one: Clone, other: Clone, most: int) -> Versions:
    first, second = excerpts.lines(one.module, one.line, one.end), excerpts.lines(other.module, other.line, other.end)
    titles = f"{one.path}:{one.line}", f"{other.path}:{other.line}"
    for clone, found in ((one, first), (other, second)):
        if isinstance(found, Missing):
            return Versions(*titles, None, f"{clone.path}: {found.reason}")
    assert not isinstance(first, Missing) and not isinstance(second, Missing)
    compared = side_by_side(first.lines, second.lines, starts=(first.first, second.first), most=most)
    cut = compared.cut + max(first.left_out, second.left_out)
    return Versions(*titles, msgspec.structs.replace(compared, cut=cut), "")


def _grid(rows: Sequence[Duplicate], total: int) -> Grid:
    return Grid(
        id="duplicates-rest", caption="The other groups", shown=20,
        columns=(
            Column("Place", "place"), Column("Name", "code"), Column("Group"), Column("Type", "number"),
            Column("Similarity", "number"), Column("Saved lines", "number"), Column("Others", "code"),
            Column("Confidence"),
        ),
        lines=tuple(
            Line((
                f"{row.path}:{row.line}", row.name, of_a_group(row.unit, len(row.members)), row.type, row.similarity,
                row.saved_lines, short(", ".join(f"{one.path}:{one.line}" for one in row.members[1:4]), 240),
                row.confidence,
            ), row.identity)
            for row in rows
        ),
        total=total, rest='overhaul query "SELECT * FROM duplicates"',
    )  # fmt: skip


def _utilities(rows: Sequence[RepeatedUtility]) -> Grid:
    return Grid(
        id="repeated-utilities", caption="What the project or the standard library has already", shown=20,
        columns=(
            Column("Place", "place"), Column("Function", "code"), Column("Repeats", "code"), Column("There", "place"),
            Column("Type", "number"), Column("Evidence"),
        ),
        lines=tuple(
            Line((
                f"{row.path}:{row.line}", row.name, row.repeats,
                f"{row.repeats_path}:{row.repeats_line}" if row.repeats_path else "standard library", row.type,
                short("; ".join(row.evidence)),
            ), anchor("utility", row.module, row.name))
            for row in surest_first(rows, LIMIT)
        ),
        total=len(rows), rest='overhaul query "SELECT * FROM repeated_utilities"',
    )  # fmt: skip
