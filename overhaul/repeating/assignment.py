"""Which modules of two packages correspond, when several are alike: each definition has at most one counterpart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from overhaul.repeating.interfaces import Interface
from overhaul.repeating.parallels import Comparison, same_but_for_age

_REST: Final = 0.5
"""So much of two modules' correspondence must be left by those that are more alike, for a module divided in two."""


def matching(alike: Sequence[Comparison]) -> tuple[Comparison, ...]:
    """Those of two packages' comparisons that hold at once, the strongest first; in the order that was given.

    A module may occur twice, where it was divided, but none of its definitions does.
    """
    taken: set[tuple[str, str]] = set()
    kept: dict[int, Comparison] = {}
    for number in sorted(range(len(alike)), key=lambda number: _rank(alike[number])):
        one = alike[number]
        free = tuple(pair for pair in one.pairs if taken.isdisjoint(_keys(one, (pair,))))
        if free and sum(map(_size, free)) >= _REST * sum(map(_size, one.pairs)):
            taken.update(_keys(one, free))
            kept[number] = msgspec.structs.replace(one, pairs=free)
    return tuple(kept[number] for number in sorted(kept))
