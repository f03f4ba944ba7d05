"""Places that are likely to cost time, and their order: by a profile where there is one, else by loops."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal

from overhaul.facts import Row
from overhaul.findings import Finding, Place

BottleneckKind = Literal[
    "eager_log_message", "log_in_hot_loop", "file_opened_again", "row_written_alone", "frame_grown_in_loop",
    "frame_gone_through_by_row", "blocking_call_in_coroutine", "repeated_computation", "list_scanned_in_loop",
    "lock_held_while_waiting", "queue_polled",
]  # fmt: skip
"""Each is the name of the rule that reports it."""
COSTS: Final[Mapping[BottleneckKind, int]] = {
    "eager_log_message": 0, "log_in_hot_loop": 1, "repeated_computation": 1, "list_scanned_in_loop": 1,
    "row_written_alone": 2, "file_opened_again": 2, "frame_gone_through_by_row": 2, "queue_polled": 3,
    "frame_grown_in_loop": 3, "lock_held_while_waiting": 4, "blocking_call_in_coroutine": 4,
}  # fmt: skip
"""The power of ten of what one run of it costs, in microseconds, a rough guess: it decides between places of the same
depth only as far as one more loop, which is taken for ten rounds, does not."""
MOST_AROUND: Final = 3
"""Loops of callers that count, however many there are."""


class Bottleneck(Row, frozen=True):
    """A place that is likely to cost time out of proportion, with the loops that lead there."""

    kind: BottleneckKind
    module: str
    path: str
    line: int
    scope: str
    """The dotted function; "" for the module."""
    subject: str
    """What it is about, without lines: the chain that is called, the list, the lock."""
    loops: int
    """Loops around it in its own function that run as often as there is data."""
    around: int
    """Loops around the calls that lead to its function, at most `MOST_AROUND`; the way with most of them counts."""
    cost: int
    """Of `COSTS`."""
    rank: int
    """loops + around + cost: the greater, the likelier it is worth while."""
    way: str
    """What distinguishes it within its kind: `INSERT`, `flush`, `writerow`, the method that scans; "" for nothing."""
    message: str
    because: tuple[str, ...]
    places: tuple[Place, ...]


def finding(row: Bottleneck, severity: Literal["warning", "note"]) -> Finding:
    """What the rule of its kind says about a place."""
    hot = f"rank {row.rank}: {_loops(row.loops)} here, {_loops(row.around)} in callers, cost {row.cost}"
    return Finding(
        rule=row.kind, severity=severity, message=row.message, module=row.module, path=row.path, line=row.line,
        name=f"{row.scope}:{row.subject}" if row.scope else row.subject, because=(*row.because, hot),
        places=row.places,
    )  # fmt: skip


def _loops(count: int) -> str:
    return f"{count} loop{'' if count == 1 else 's'}"


def ranked(rows: Iterable[Bottleneck], weights: Mapping[tuple[str, str], float] | None = None) -> list[Bottleneck]:
    """The rows in the order in which they are worth a look.

    `weights` are shares of a profile, 0 to 1, by path (relative to the audited root) and function: dotted inside its
    module, or its last name, as the profiler has it; "" and `<module>` for the module itself. Rows in functions with a
    share come first, the greatest share before the others; the rest goes by rank. Among equals path and line decide.
    """
    shares = weights or {}

    def order(row: Bottleneck) -> tuple[float, int, str, int, str]:
        return -(share_of(row, shares) or 0.0), -row.rank, row.path, row.line, row.kind

    return sorted(rows, key=order)


def share_of(row: Bottleneck, weights: Mapping[tuple[str, str], float]) -> float | None:
    """The share of the function that a place stands in, as `ranked` finds it; None where no profile has seen it."""
    names = (row.scope, row.scope.rpartition(".")[2]) if row.scope else ("", "<module>")
    return next((weights[row.path, name] for name in names if (row.path, name) in weights), None)
