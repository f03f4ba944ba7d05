"""Lists that a loop goes through in each round."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.findings import Finding
from overhaul.heat.rows import Bottleneck, finding
from overhaul.leaves import OptIn


@OptIn("bottlenecks")
def list_scanned_in_loop(bottlenecks: Sequence[Bottleneck]) -> Iterator[Finding]:
    """A loop looks for something in a list that grows, or takes from its front, in each round.

    Why: each look goes through the list: n rounds over n elements are n times n steps, quick in the test and
    minutes with the data of a customer.

    Instead: a set beside the list (or a dict, which keeps the order); `collections.deque` with `popleft` and
    `appendleft` for what is taken from the front.

    The list is a local variable that is bound to lists only and that a loop appends to, or, for the front, an
    attribute whose class assigns nothing but lists. Whether it grows long nobody can tell from the source: of the
    family `bottlenecks`.
    """
    for row in bottlenecks:
        if row.kind == "list_scanned_in_loop":
            yield finding(row, "note")
