"""Messages that are put together whether they are logged or not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.findings import Finding
from overhaul.heat.rows import Bottleneck, finding
from overhaul.leaves import Rule


@Rule
def eager_log_message(bottlenecks: Sequence[Bottleneck]) -> Iterator[Finding]:
    """A message of debugging that a loop logs is put together before the logger is asked whether it wants it.

    Why: `log.debug(f"{order}")` turns the order into text each time, at full cost, and in production the logger
    drops it. With the arguments given apart it asks for the level first, and does nothing more.

    Instead: `log.debug("Order %s", order)`; where working out the arguments costs too, ask
    `log.isEnabledFor(logging.DEBUG)` before.

    Told for debug and trace, where a loop stands around the call or around the calls of its function. What stands
    in an exception handler, below a condition that asks for the level or for debugging, or is left at once, is
    none.
    """
    for row in bottlenecks:
        if row.kind == "eager_log_message":
            yield finding(row, "note")
