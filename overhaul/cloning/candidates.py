"""Which pieces may be alike at all: those that share enough of their rarer statements."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain
from typing import Final

from overhaul.cloning.pieces import Piece

MOST: Final = 2000
"""A shape that more pieces have brings nobody together."""
_SLACK: Final = 1e-6
"""For sums of the same weights in another order."""


class Tally:
    """How many pieces have each shape, as far as it matters which shapes more than `MOST` have."""

    def __init__(self, had: Mapping[int, int]) -> None:
        """`had`: shape -> how many pieces have it; shapes that are missing are had by no more than half of `MOST`."""
        self.frequent = frozenset(shape for shape, count in had.items() if count > MOST)
        """Shapes that bring nobody together."""
        self.watched = frozenset(shape for shape, count in had.items() if count > MOST // 2)
        """All others need more than half of `MOST` new pieces to become frequent."""


def candidates(pieces: Sequence[Piece], least: Sequence[float], had: Mapping[int, int]) -> Iterator[tuple[int, int]]:
    """Pairs of numbers of pieces whose similarity may reach what is needed, the smaller number first, in no order.

    `least` is for each piece the similarity that it needs (of a pair, the greater), `had` what `frequencies` says.

    Prefix filtering (Chaudhuri, Ganti and Kaushik, 2006): if two pieces are alike, the statements that they share weigh
    at least `least / (2 - least)` of each; so they share one among the rarest statements of each that weigh the rest
    together. What they share there and all that comes after has to reach what is needed, too (as in PPJoin: Xiao, Wang,
    Lin and Yu, 2008). Which pairs are alike among those found does not depend on the order of the shapes, since those
    that bring nobody together come last in it.
    """
    rank = {shape: place for place, shape in enumerate(sorted(had, key=had.__getitem__))}
    ordered = sorted(range(len(pieces)), key=lambda number: pieces[number].total)
    totals = [pieces[number].total for number in ordered]
    rests: list[float] = []
    ends: list[int] = []
    found: dict[int, list[int]] = {}
    for place, number in enumerate(ordered):
        piece = pieces[number]
        sums, total, need = piece.sums, piece.total, least[number]
        share = need / (2 - need)
        enough = (1 - share) * total + _SLACK
        begin = bisect_left(totals, share * total - _SLACK)
        weighed = counted = 0.0
        common: dict[int, float] = {}
        shape = 0
        for shape in sorted(sums, key=rank.__getitem__):
            weight = sums[shape]
            weighed += weight
            count = had[shape]
            if count == 1:
                counted += weight
            elif count <= MOST:
                counted += weight
                known = found.get(shape)
                if known is None:
                    found[shape] = [place]
                else:
                    for other in known[bisect_left(known, begin) :] if known[0] < begin else known:
                        common[other] = common.get(other, 0.0) + weight
                    known.append(place)
            if weighed > enough:
                break
        end = rank[shape]
        # What comes after, and what is not counted, may be shared.
        rest = total - counted + _SLACK
        rests.append(rest)
        ends.append(end)
        for other, weight in common.items():
            more = rest if end < ends[other] else rests[other]
            partner = ordered[other]
            if weight + more >= max(need, least[partner]) * (total + totals[other]) / 2:
                yield (number, partner) if number < partner else (partner, number)


def frequencies(pieces: Sequence[Piece]) -> Mapping[int, int]:
    """Shape -> how many pieces have it."""
    return Counter(chain.from_iterable([piece.sums for piece in pieces]))


def frequencies_around(pieces: Sequence[Piece], fresh: Collection[int], watched: Collection[int]) -> Postings:
    """Shape -> the numbers of the pieces that have it, for those of some pieces, and others that are `watched`."""
    wanted = set(watched)
    for number in fresh:
        wanted.update(pieces[number].sums)
    found: Postings = {shape: [] for shape in wanted}
    for number, piece in enumerate(pieces):
        fragment = piece.fragment
        for shape in wanted.intersection(piece.text.shapes[fragment.first : fragment.last]):
            found[shape].append(number)
    return found


def candidates_of(
    fresh: Collection[int], pieces: Sequence[Piece], least: Sequence[float], found: Postings
) -> Iterator[tuple[int, int]]:
    """Of all `candidates` that are alike those of which at least one is `fresh`; `found` has all shapes of these."""
    for number in sorted(fresh):
        piece = pieces[number]
        sums, total, need = piece.sums, piece.total, least[number]
        share = need / (2 - need)
        enough = (1 - share) * total + _SLACK
        weighed = counted = 0.0
        common: dict[int, float] = {}
        for shape in sorted(sums, key=lambda one: len(found[one])):
            weight = sums[shape]
            weighed += weight
            if len(found[shape]) <= MOST:
                counted += weight
                for other in found[shape]:
                    common[other] = common.get(other, 0.0) + weight
            if weighed > enough:
                break
        rest = total - counted + _SLACK
        for other, weight in common.items():
            if other == number or (other in fresh and other < number):
                continue
            if weight + rest >= max(need, least[other]) * (total + pieces[other].total) / 2:
                yield (number, other) if number < other else (other, number)


Postings = dict[int, list[int]]
