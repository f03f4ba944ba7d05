"""Locks that are held over a wait."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.findings import Finding
from overhaul.heat.rows import Bottleneck, finding
from overhaul.leaves import OptIn


@OptIn("bottlenecks")
def lock_held_while_waiting(bottlenecks: Sequence[Bottleneck]) -> Iterator[Finding]:
    """A lock of threads is held while its holder sleeps, waits for the network or a process, or awaits.

    Why: all that want the lock wait as well, as long as the slowest answer takes; in a coroutine that awaits under
    it, the event loop deadlocks as soon as another task wants it.

    Instead: take what is needed under the lock, let go, wait, and take it again to store the result; in coroutines
    `asyncio.Lock`.

    Functions are followed one call down. A lock that is there to let one request through at a time is told as well:
    of the family `bottlenecks`.
    """
    for row in bottlenecks:
        if row.kind == "lock_held_while_waiting":
            yield finding(row, "note")
