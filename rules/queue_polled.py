"""Queues that are looked at again and again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.findings import Finding
from overhaul.heat.rows import Bottleneck, finding
from overhaul.leaves import Rule


@Rule
def queue_polled(bottlenecks: Sequence[Bottleneck]) -> Iterator[Finding]:
    """A loop asks a queue whether there is something in it, and sleeps in between.

    Why: each thing waits half a sleep for nothing, and a processor wakes up for nothing all the time when there is
    none.

    Instead: `queue.get()`, with `timeout=` where the loop has to look at something else now and then, and a
    sentinel or `Queue.shutdown` to end it; `await queue.get()` in coroutines.
    """
    for row in bottlenecks:
        if row.kind == "queue_polled":
            yield finding(row, "note")
