"""Files that a loop opens again and again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.findings import Finding
from overhaul.heat.rows import Bottleneck, finding
from overhaul.leaves import Rule


@Rule
def file_opened_again(bottlenecks: Sequence[Bottleneck]) -> Iterator[Finding]:
    """A loop opens the same file in each round, to read it or to append to it.

    Why: opening, flushing and closing costs system calls, on network drives milliseconds, for each line; reading
    does the same work again.

    Instead: open it before the loop, and write or read in it; give a function that writes one line the open file,
    or an object that holds it.

    The same means: its path is made from nothing that the loop binds. A function that opens a file to append to it
    counts where a loop calls it, and its path is a constant, a name of the module or an attribute. Files of
    `/proc`, `/sys` and `/dev`, and those that are written anew, do not.
    """
    for row in bottlenecks:
        if row.kind == "file_opened_again":
            yield finding(row, "warning")
