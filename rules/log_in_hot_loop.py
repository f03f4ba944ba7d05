"""Lines of log for each element of nested loops."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.findings import Finding
from overhaul.heat.rows import Bottleneck, finding
from overhaul.leaves import OptIn


@OptIn("bottlenecks")
def log_in_hot_loop(bottlenecks: Sequence[Bottleneck]) -> Iterator[Finding]:
    """Each round of nested loops logs.

    Why: taking a line through a logger, its filters and handlers costs microseconds even where it goes nowhere, and
    a write where it does; in nested loops that soon is more than the work.

    Instead: count in the loop and log the sum behind it, or one in so many; or log on a level that is off, with the
    question for the level before the loop.

    Two loops at least, of the function or of its callers; nothing below a condition. Whether they are long nobody
    can tell from the source: of the family `bottlenecks`.
    """
    for row in bottlenecks:
        if row.kind == "log_in_hot_loop":
            yield finding(row, "note")
