"""Tables that are gone through row by row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.findings import Finding
from overhaul.heat.rows import Bottleneck, finding
from overhaul.leaves import Rule


@Rule
def frame_gone_through_by_row(bottlenecks: Sequence[Bottleneck]) -> Iterator[Finding]:
    """A data frame is gone through row by row: `iterrows`, `apply(axis=1)`, or `itertuples` within another loop.

    Why: `iterrows` makes a Series of each row and brings its values to one type, `apply(axis=1)` calls Python for
    each: a hundred times the time of the same on whole columns.

    Instead: work on columns (`frame["a"] * frame["b"]`, `where`, `merge`, `groupby`); where it has to be rows,
    `itertuples`, or `zip` of the columns that are needed.
    """
    for row in bottlenecks:
        if row.kind == "frame_gone_through_by_row":
            yield finding(row, "note")
