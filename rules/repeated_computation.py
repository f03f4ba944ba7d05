"""Work that a loop does again and comes to the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.findings import Finding
from overhaul.heat.rows import Bottleneck, finding
from overhaul.leaves import Rule


@Rule
def repeated_computation(bottlenecks: Sequence[Bottleneck]) -> Iterator[Finding]:
    """A loop works out in each round what it changes nothing in.

    Why: the same result, as often as there are elements: `x in set(names)` in a comprehension builds the set for
    each `x`, which makes it slower than the list.

    Instead: do it once before the loop, under a name.

    Told of a set, list or tuple that is made to look one thing up in, of `max`, `min` and `sum` of a variable that
    the loop does not use otherwise, and of a few functions that always give the same (`re.compile`, which keeps
    what it has compiled but looks for it each time; `inspect.signature`, `datetime.strptime` ...), with arguments
    that the loop does not bind.
    """
    for row in bottlenecks:
        if row.kind == "repeated_computation":
            yield finding(row, "note")
