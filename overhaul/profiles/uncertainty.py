"""How sure a share or a ratio is: intervals of 95%, and what they stand on."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final, Literal

import msgspec

Basis = Literal["samples", "cycles", "runs", "one run"]
"""What an interval stands on. `one run`: nothing was repeated, and the interval is assumed."""

CONFIDENCE: Final = 0.95
_Z: Final = statistics.NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)
ONE_RUN: Final = 2.0
"""The factor by which the odds of a share that was measured once are taken to be uncertain, either way."""
_STUDENT: Final = (
    12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281,
    2.2010, 2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860,
    2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423,
)  # fmt: skip
"""Student's t, 97.5%, for 1 to 30 degrees of freedom; the usual table."""
_BATCHES: Final = 20
_EXACT: Final = 40
"""Values on each side up to which ranks are counted, not approximated."""


class Interval(msgspec.Struct, frozen=True):
    """From where to where a figure lies, with 95% confidence as far as its basis goes."""

    low: float
    high: float


def student(freedom: int) -> float:
    """The 97.5% quantile of Student's t."""
    if freedom <= len(_STUDENT):
        return _STUDENT[freedom - 1]
    # Cornish and Fisher's expansion, to the second term: four digits from 30 on.
    return _Z + (_Z**3 + _Z) / (4 * freedom) + (5 * _Z**5 + 16 * _Z**3 + 3 * _Z) / (96 * freedom**2)


def wilson(share: float, samples: int) -> Interval:
    """Of a share that was seen in some samples: the score interval of Wilson (1927), which holds for shares near 0 too.

    Samples are taken to be independent.
    """
    square = _Z * _Z / samples
    centre = (share + square / 2) / (1 + square)
    half = _Z / (1 + square) * math.sqrt(share * (1 - share) / samples + square / (4 * samples))
    return Interval(max(0.0, centre - half), min(1.0, centre + half))


def between_runs(shares: Sequence[float]) -> Interval:
    """Of the mean of at least two runs, by Student's t."""
    mean = statistics.fmean(shares)
    half = student(len(shares) - 1) * statistics.stdev(shares) / math.sqrt(len(shares))
    return Interval(max(0.0, mean - half), min(1.0, mean + half))


def of_cycles(parts: Sequence[float], totals: Sequence[float]) -> Interval | None:
    """Of a part of the time of some cycles, one after the other: by the jackknife over 20 batches of them.

    Cycles that follow each other are alike, which batches allow for. None for fewer than 40 cycles.
    """
    if len(parts) < 2 * _BATCHES:
        return None
    edges = [len(parts) * number // _BATCHES for number in range(_BATCHES + 1)]
    batches = [(sum(parts[start:stop]), sum(totals[start:stop])) for start, stop in pairwise(edges)]
    part, total = sum(parts), sum(totals)
    if any(total - batch <= 0 for _, batch in batches):
        return None
    left_out = [(part - one) / (total - batch) for one, batch in batches]
    mean = statistics.fmean(left_out)
    error = math.sqrt((_BATCHES - 1) / _BATCHES * sum((one - mean) ** 2 for one in left_out))
    half = student(_BATCHES - 1) * error
    return Interval(max(0.0, part / total - half), min(1.0, part / total + half))


def assumed(share: float) -> Interval:
    """Of a share that was measured once, and of which nothing tells how it varies: its odds, halved and doubled."""
    if not 0 < share < 1:
        return Interval(share, share)
    odds = share / (1 - share)
    low, high = odds / ONE_RUN, odds * ONE_RUN
    return Interval(low / (1 + low), high / (1 + high))


def wider(one: Interval, other: Interval) -> Interval:
    """What holds either of two intervals."""
    return Interval(min(one.low, other.low), max(one.high, other.high))


def of_ratio(before: Sequence[float], after: Sequence[float]) -> Interval | None:
    """Of how many times longer it takes after than before, whatever the distribution of the times.

    The interval of Moses for a shift, of the logarithms (Hollander, Wolfe: Nonparametric Statistical Methods, 4.3): the
    ratios of all pairs in order, cut off at both ends as far as the distribution of the rank sum of Wilcoxon, Mann
    and Whitney allows. With values that are independent and differ but by a factor, it misses that at most once in 20
    times.
    None where there are too few values for that: 4 and 4 are enough.
    """
    ratios = sorted(one / other for one in after for other in before)
    cut = _cut(len(before), len(after))
    if cut is None:
        return None
    return Interval(ratios[cut], ratios[-1 - cut])


def estimated_ratio(before: Sequence[float], after: Sequence[float]) -> float:
    """The estimate that belongs to `of_ratio`: the median of the ratios of all pairs (Hodges and Lehmann, 1963)."""
    return statistics.median(one / other for one in after for other in before)


@lru_cache(maxsize=256)
def _cut(first: int, second: int) -> int | None:
    """How many of the ordered ratios are left out at each end; None when even none are too many."""
    tail = (1 - CONFIDENCE) / 2
    if first < 1 or second < 1:
        return None
    if first > _EXACT or second > _EXACT:
        spread = math.sqrt(first * second * (first + second + 1) / 12)
        cut = math.floor(first * second / 2 - _Z * spread - 0.5)
        return cut if cut >= 0 else None
    counts = _rank_sums(first, second)
    allowed = tail * math.comb(first + second, first)
    seen, cut = 0, -1
    for count in counts:
        seen += count
        if seen > allowed:
            break
        cut += 1
    return cut if cut >= 0 else None


def _rank_sums(first: int, second: int) -> list[int]:
    """In how many orders of the values there are 0, 1, 2 ... pairs in which the second is the smaller one.

    The coefficients of the Gaussian binomial, by multiplying and dividing polynomials.
    """
    size = first * second + 1
    counts = [1, *[0] * (size - 1)]
    for step in range(1, first + 1):
        for index in range(size - 1, second + step - 1, -1):
            counts[index] -= counts[index - second - step]
        for index in range(step, size):
            counts[index] += counts[index - step]
    return counts
