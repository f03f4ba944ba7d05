"""Tables that get longer row by row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.findings import Finding
from overhaul.heat.rows import Bottleneck, finding
from overhaul.leaves import Rule


@Rule
def frame_grown_in_loop(bottlenecks: Sequence[Bottleneck]) -> Iterator[Finding]:
    """A loop makes a data frame longer in each round.

    Why: `concat`, `append` and `.loc[len(frame)] = ...` copy the whole frame for each row: twice the rows take four
    times as long, and the memory of two.

    Instead: gather the rows or frames in a list, and make one frame behind the loop: `pd.concat(parts)`,
    `pd.DataFrame(rows)`.
    """
    for row in bottlenecks:
        if row.kind == "frame_grown_in_loop":
            yield finding(row, "warning")
