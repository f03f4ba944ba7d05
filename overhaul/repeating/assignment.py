"""Which modules of two packages correspond, where several are alike: each definition has at most one counterpart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from overhaul.repeating.interfaces import Interface
from overhaul.repeating.matching import Pair
from overhaul.repeating.names import concepts_of, dice
from overhaul.repeating.parallels import Comparison, same_but_for_age

_LEFT: Final = 0.5
"""So much of what corresponds must be left by those that are more alike: a module that was divided in two."""


def matching(alike: Sequence[Comparison]) -> tuple[Comparison, ...]:
    """Those of two packages' comparisons that hold at once, the strongest first chosen; in the order that was given.

    A module may occur twice, where it was divided, but none of its definitions does.
    """
    taken: set[tuple[str, str]] = set()
    kept: dict[int, Comparison] = {}
    for number in sorted(range(len(alike)), key=lambda number: _rank(alike[number])):
        one = alike[number]
        free = tuple(pair for pair in one.pairs if taken.isdisjoint(_names(pair)))
        if free and _weight(free) >= _LEFT * _weight(one.pairs):
            taken.update(name for pair in free for name in _names(pair))
            kept[number] = msgspec.structs.replace(one, pairs=free)
    return tuple(kept[number] for number in sorted(kept))


def apart(comparisons: Sequence[Comparison]) -> Iterator[Comparison]:
    """The comparisons, where a module occurs in several with what it offers divided among them.

    What has no counterpart yet goes to the first of them.
    """
    times = Counter(module for one in comparisons for module in (one.first.module, one.second.module))
    claimed = {name for one in comparisons for pair in one.pairs for name in _names(pair)}
    met: set[str] = set()
    for one in comparisons:
        own = {name for pair in one.pairs for name in _names(pair)}
        sides: list[Interface] = []
        for side in (one.first, one.second):
            offers = side.offers
            if times[side.module] > 1:
                shut = side.module in met
                offers = tuple(
                    offer for offer in offers
                    if (key := (offer.module, offer.name)) in own or not (shut or key in claimed)
                )  # fmt: skip
            met.add(side.module)
            sides.append(msgspec.structs.replace(side, offers=offers))
        yield msgspec.structs.replace(one, first=sides[0], second=sides[1])


def _rank(one: Comparison) -> tuple[float, bool, float, float, str, str]:
    """The more alike the definitions, and then the names of the modules, the sooner."""
    first, second = one.first.module, one.second.module
    named = dice(concepts_of(first.rpartition(".")[2]), concepts_of(second.rpartition(".")[2]))
    return -round(one.strength, 1), not same_but_for_age(first, second), -named, -one.coverage, first, second


def _names(pair: Pair) -> Iterator[tuple[str, str]]:
    for offer in (pair.first, pair.second):
        yield offer.module, offer.name


def _weight(pairs: Sequence[Pair]) -> int:
    return sum(1 + len(pair.methods) for pair in pairs)
