"""Rows that are written one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

import msgspec

from overhaul.findings import Finding
from overhaul.heat.rows import Bottleneck, finding
from overhaul.leaves import Rule
from overhaul.options import Options


class RowWrittenAloneOptions(Options, frozen=True):
    """Which of them are found."""

    also: Annotated[
        tuple[Literal["flush", "csv"], ...],
        msgspec.Meta(
            description="Report loops that flush in each round, which often is on purpose, and those that do "
            "nothing but `writerow`"
        ),
    ] = ()


@Rule
def row_written_alone(bottlenecks: Sequence[Bottleneck], options: RowWrittenAloneOptions) -> Iterator[Finding]:
    """A loop writes its rows one by one, where they could be written together.

    Why: a statement for each row is a round trip to the database for each row, and without a transaction a write to
    the disk as well; a flush for each line is a system call for each line.

    Instead: `executemany`, or the bulk insert of the driver; `writer.writerows`; flush behind the loop.

    An INSERT is told where it stands by itself in the loop and the connection is used for nothing else there.
    Flushes and rows of CSV are told with the option `also`.
    """
    for row in bottlenecks:
        if row.kind == "row_written_alone" and (row.way == "INSERT" or _asked(row.way) in options.also):
            yield finding(row, "note")


def _asked(way: str) -> str:
    return "csv" if way == "writerow" else "flush"
