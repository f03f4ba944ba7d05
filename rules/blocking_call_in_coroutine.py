"""Calls that stop the event loop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.findings import Finding
from overhaul.heat.rows import Bottleneck, finding
from overhaul.leaves import Rule


@Rule
def blocking_call_in_coroutine(bottlenecks: Sequence[Bottleneck]) -> Iterator[Finding]:
    """A coroutine calls what waits: a sleep, a request, a process, or a function of the project that does.

    Why: while it waits no other task of the event loop runs: every connection, timer and heartbeat stands still,
    and it shows only under load.

    Instead: the asynchronous counterpart (`asyncio.sleep`, `asyncio.create_subprocess_exec`, an asynchronous
    client), or a thread: `await asyncio.to_thread(function, ...)`.

    Functions are followed one call down: those that wait in their own body, and are neither generators nor
    decorated. Opening a file is not counted.
    """
    for row in bottlenecks:
        if row.kind == "blocking_call_in_coroutine":
            yield finding(row, "warning")
