"""Which pieces may be alike at all: those that share one of their rarer statements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from overhaul.cloning.pieces import Piece

MOST: Final = 60
"""A shape that more pieces have among their rarer ones finds only partners next to each other in the order of size."""
NEAR: Final = 6
"""How many of those."""


def candidates(pieces: Sequence[Piece], least: float) -> Iterator[tuple[int, int]]:
    """Pairs of numbers of pieces whose similarity may reach `least`, each once, by the first and then the second.

    Prefix filtering (Chaudhuri, Ganti and Kaushik, 2006): if two pieces are alike, the statements that they share weigh
    at least `least / (2 - least)` of each; so they share one among the rarest statements of each that weigh the rest
    together. Nothing is lost by that; what is lost where a shape is had by more than `MOST` is in the decision record.
    """
    share = least / (2 - least)
    had = frequencies(pieces)
    found: dict[int, list[int]] = {}
    for number, piece in enumerate(pieces):
        for shape in _rarest(piece, had, (1 - share) * piece.total):
            found.setdefault(shape, []).append(number)
    partners: list[set[int]] = [set() for _ in pieces]
    for numbers in found.values():
        if len(numbers) > 1:
            for one, two in _pairs(numbers, pieces, share):
                partners[min(one, two)].add(max(one, two))
    for number, others in enumerate(partners):
        for other in sorted(others):
            yield number, other


def frequencies(pieces: Sequence[Piece]) -> Mapping[int, int]:
    """Shape -> how many pieces have it."""
    had: dict[int, int] = {}
    for piece in pieces:
        for shape in piece.sums:
            had[shape] = had.get(shape, 0) + 1
    return had


def _rarest(piece: Piece, had: Mapping[int, int], enough: float) -> Iterator[int]:
    """The rarest shapes of a piece that weigh more than `enough` together, without those that no other has."""
    sums = piece.sums
    weighed = 0.0
    for shape in sorted(sums, key=lambda one: (had[one], one)):
        if had[shape] > 1:
            yield shape
        weighed += sums[shape]
        if weighed > enough:
            return


def _pairs(numbers: Sequence[int], pieces: Sequence[Piece], share: float) -> Iterator[tuple[int, int]]:
    """Those whose sizes allow that they are alike."""
    ordered = sorted(numbers, key=lambda one: (pieces[one].total, pieces[one].key))
    near = NEAR if len(ordered) > MOST else len(ordered)
    for place, one in enumerate(ordered):
        most = pieces[one].total / share
        for other in ordered[place + 1 : place + 1 + near]:
            if pieces[other].total > most:
                break
            yield one, other
