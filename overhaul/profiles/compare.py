"""Whether it has become slower: times of now against those of a baseline, as far as noise lets one tell.

The noise model. Times of one benchmark are taken to be independent, and to differ between two revisions by one factor;
nothing is assumed of how they are distributed. The factor is estimated by the median of the ratios of all pairs, and
its interval of 95% stands on ranks alone (`overhaul.profiles.uncertainty.of_ratio`), so that a few outliers do not move
it. Whole runs of the program count, where there are four or more: what differs from one process to the next (hash
seeds, memory layout, load of the machine) is in them (Kalibera, Jones: Rigorous benchmarking in reasonable time, 2013).
Rounds within one process lack that: the same code has been seen to take half the time in the next process. So they
decide nothing, unless one asks for it.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal

import msgspec

from overhaul.errors import UsageError
from overhaul.profiles.baseline import RUNS, Baseline, From, Sort, Timing
from overhaul.profiles.uncertainty import estimated_ratio, of_ratio

Outcome = Literal["slower", "faster", "same", "cannot tell", "new", "gone"]
DEFAULT_TOLERANCE: Final = 0.15
_MOST: Final = 1000
"""Runs that one could be asked for."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """How one benchmark or component has changed."""

    name: str
    of: Sort
    outcome: Outcome
    """`slower`: more than the tolerance, surely; `same`: surely within it."""
    before: float | None
    """Median, in seconds; None for a new one."""
    after: float | None
    ratio: float | None
    """How many times as long it takes; an estimate."""
    low: float | None
    high: float | None
    """The interval of the ratio; None where there are too few values for one."""
    values: tuple[int, int]
    """How many there were, before and after."""
    basis: From
    needed: int | None
    """About how many values on each side would tell; None where they do, and where none would."""


def compare(
    baseline: Baseline, now: Sequence[Timing], tolerance: float = DEFAULT_TOLERANCE, *, rounds: bool = False
) -> tuple[Change, ...]:
    """Hold times of now against a baseline; the worst first.

    `tolerance` is the part, 0.15 for 15%, by which something may become slower. With `rounds`, those of one process
    count as if each were a run. Raises UsageError where nothing of one is in the other.
    """
    before: dict[tuple[Sort, str], Timing] = {(one.of, one.name): one for one in baseline.timings}
    after: dict[tuple[Sort, str], Timing] = {(one.of, one.name): one for one in now}
    if before.keys().isdisjoint(after):
        raise UsageError(
            f"baseline {baseline.name}: has none of what was measured now: it has "
            f"{', '.join(sorted(name for _, name in before)[:5])}"
        )
    changes = _changes(before, after, tolerance, rounds)
    return tuple(sorted(changes, key=lambda one: (_ORDER[one.outcome], one.of, one.name)))


_ORDER: Final[dict[Outcome, int]] = {
    "slower": 0, "cannot tell": 1, "faster": 2, "same": 3, "new": 4, "gone": 5,
}  # fmt: skip


def _changes(
    before: Mapping[tuple[Sort, str], Timing], after: Mapping[tuple[Sort, str], Timing], tolerance: float, rounds: bool
) -> Iterator[Change]:
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if old is not None and new is not None:
            yield _change(old, new, tolerance, rounds)
        elif (one := old or new) is not None:
            median = statistics.median(one.values)
            yield Change(
                name=one.name, of=one.of, outcome="gone" if new is None else "new",
                before=median if new is None else None, after=None if new is None else median, ratio=None, low=None,
                high=None, values=(len(one.values), 0) if new is None else (0, len(one.values)), basis=one.basis,
                needed=None,
            )  # fmt: skip


def _change(old: Timing, new: Timing, tolerance: float, rounds: bool) -> Change:
    interval = of_ratio(old.values, new.values)
    ratio = estimated_ratio(old.values, new.values)
    counts = (len(old.values), len(new.values))
    outcome: Outcome = "cannot tell"
    needed: int | None = None
    basis: From = "runs" if old.basis == new.basis == "runs" else "rounds"
    if interval is None or (basis == "rounds" and not rounds):
        needed = RUNS
    else:
        outcome = judged(interval.low, interval.high, tolerance)
        if outcome == "cannot tell":
            needed = _needed(max(counts), ratio, math.log(interval.high / interval.low) / 2, tolerance)
    return Change(
        name=old.name, of=old.of, outcome=outcome, before=statistics.median(old.values),
        after=statistics.median(new.values), ratio=ratio, low=None if interval is None else interval.low,
        high=None if interval is None else interval.high, values=counts,
        basis=basis, needed=needed,
    )  # fmt: skip


def judged(low: float, high: float, tolerance: float) -> Outcome:
    """What an interval of the ratio says."""
    most = 1 + tolerance
    if low > most:
        return "slower"
    if high < 1 / most:
        return "faster"
    return "same" if low >= 1 / most and high <= most else "cannot tell"


def _needed(count: int, ratio: float, half: float, tolerance: float) -> int | None:
    """About how many values make the interval narrow enough: its width goes with the root of their number."""
    distance = abs(abs(math.log(ratio)) - math.log(1 + tolerance))
    if distance * math.sqrt(_MOST) <= half * math.sqrt(count):
        return None
    return max(count + 1, math.ceil(count * (half / distance) ** 2))
