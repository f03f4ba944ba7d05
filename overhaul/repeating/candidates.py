"""Pairs of modules whose interfaces are worth comparing: those that share names which few others have."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final

from overhaul.repeating.interfaces import Interface, every
from overhaul.repeating.names import concepts_of

_RARE: Final = 8
"""What more modules have leads to no pair: the pairs of one feature are at most 28, so that all are near-linear."""
_NEAR: Final = 0.12
"""Cosine of two modules' features, of the rare ones, weighted by inverse document frequency."""
_PARTNERS: Final = 6
"""A module is compared with so many, those that share most."""


def candidates(interfaces: Sequence[Interface]) -> Iterator[tuple[Interface, Interface]]:
    """Pairs in the order of their modules' names; nobody is compared with all."""
    features = [_features(one) for one in interfaces]
    frequency = Counter(feature for one in features for feature in one)
    weights = {feature: math.log(1 + len(interfaces) / count) for feature, count in frequency.items()}
    norms = [math.sqrt(math.fsum(weights[feature] ** 2 for feature in one)) or 1.0 for one in features]
    having: dict[str, list[int]] = {}
    for number, one in enumerate(features):
        for feature in sorted(one):
            if 2 <= frequency[feature] <= _RARE:
                having.setdefault(feature, []).append(number)
    shared: dict[tuple[int, int], float] = {}
    for feature, numbers in having.items():
        square = weights[feature] ** 2
        for pair in combinations(numbers, 2):
            shared[pair] = shared.get(pair, 0.0) + square
    near = {
        pair: score for pair, total in shared.items() if (score := total / (norms[pair[0]] * norms[pair[1]])) >= _NEAR
    }  # fmt: skip
    for pair in sorted(_best(near)):
        yield interfaces[pair[0]], interfaces[pair[1]]


def _best(near: Mapping[tuple[int, int], float]) -> Iterator[tuple[int, int]]:
    """The pairs that are among the best of one of their two."""
    partners: dict[int, list[tuple[float, tuple[int, int]]]] = {}
    for pair, score in near.items():
        for one in pair:
            partners.setdefault(one, []).append((-score, pair))
    kept = {pair for scored in partners.values() for _, pair in sorted(scored)[:_PARTNERS]}
    yield from kept


def _features(interface: Interface) -> frozenset[str]:
    """Names of what a module offers as they are, and the concepts in them, in parameters and in fields.

    What its package is called by is left out: all modules of `shop.orders` may speak of orders.
    """
    found: set[str] = set()
    for offer in every(interface):
        found.add(f"={offer.last}")
        found.update(concepts_of(offer.last))
        for parameter in offer.parameters:
            found.update(concepts_of(parameter.name))
        for name, _ in offer.fields:
            found.update(concepts_of(name))
    for part in interface.module.split(".")[:-1]:
        found -= concepts_of(part)
    return frozenset(found)
