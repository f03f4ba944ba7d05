"""Managers that do the same."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final

from overhaul.inventory import Manager, ResponsibilityOverlap
from overhaul.leaves import Analyzer
from overhaul.text import words_of
from overhaul.wiring.words import BEGINNING, ENDING

_ENOUGH: Final = 3
"""How many things two managers must do both."""
_ALIKE: Final = 0.3
_MANY: Final = 60
"""Phrases that more managers have say nothing about two of them."""


@Analyzer
def responsibility_overlaps(managers: Sequence[Manager]) -> Iterator[ResponsibilityOverlap]:
    """Pairs of managers whose public verbs and nouns cover the same domain.

    A method's name is taken apart into its verb and what it is done with (`cancel_open_orders`: cancel order); starting
    and stopping say nothing. Phrases weigh by how few managers have them (inverse document frequency), and the
    similarity of two is the weighted Jaccard index. Two of one family (a base and its subclass, two subclasses of one
    base) share their interface on purpose, and are left out.
    """
    listed = [one for one in managers if one.subkind not in ("scoped", "abstract", "orm") and one.sure]
    said = {one.dotted: _phrases(one) for one in listed}
    rows = {one.dotted: one for one in listed}
    frequency = Counter(phrase for phrases in said.values() for phrase in phrases)
    weights = {phrase: math.log((len(listed) + 1) / count) + 0.1 for phrase, count in frequency.items()}
    having: dict[str, list[str]] = {}
    for name, phrases in said.items():
        for phrase in phrases:
            having.setdefault(phrase, []).append(name)
    both: dict[tuple[str, str], list[str]] = {}
    for phrase, names in having.items():
        if len(names) <= _MANY:
            for pair in combinations(sorted(names), 2):
                both.setdefault(pair, []).append(phrase)
    found: list[ResponsibilityOverlap] = []
    for (first, second), shared in both.items():
        if len(shared) < _ENOUGH or _kin(rows[first], rows[second]):
            continue
        likeness = _weight(shared, weights) / _weight(said[first] | said[second], weights)
        if likeness >= _ALIKE:
            one = rows[first]
            found.append(ResponsibilityOverlap(
                first=first, second=second, shared=tuple(sorted(shared)), similarity=round(likeness, 2),
                module=one.module, path=one.path, line=one.line,
            ))  # fmt: skip
    yield from sorted(found, key=lambda row: (-row.similarity, row.first, row.second))


def _phrases(manager: Manager) -> frozenset[str]:
    """`cancel order`, `order` ...: what its public methods do, and with what."""
    found: set[str] = set()
    for name in manager.interface:
        verb, *nouns = words_of(name) or ("",)
        plain = [noun.removesuffix("s") for noun in nouns if noun not in _SMALL]
        begins = verb in BEGINNING - {"load", "register", "subscribe"}
        if plain and not begins and verb not in ENDING - {"cancel", "release"}:
            found.add(f"{verb} {' '.join(plain)}")
    return frozenset(found)


_SMALL: Final = frozenset({
    "by", "for", "of", "to", "from", "the", "a", "an", "in", "on", "with", "all", "and", "is", "async",
})  # fmt: skip


def _weight(phrases: Sequence[str] | frozenset[str], weights: Mapping[str, float]) -> float:
    return sum(weights[phrase] for phrase in phrases)


def _kin(first: Manager, second: Manager) -> bool:
    """Whether two are of one family: their evidence names a base that both have, or one is the other's."""
    return bool(set(first.bases) & set(second.bases)) or f"{first.module}.{first.name}" in second.bases or (
        f"{second.module}.{second.name}" in first.bases
    )
