"""Which definitions of two modules do the same, by their names and by what they are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Final

import msgspec

from overhaul.facts import Parameter
from overhaul.repeating.interfaces import Bodies, Interface, Offer, annotation_words
from overhaul.repeating.names import Weights, concepts_of, dice

_FUNCTIONS: Final = 0.5
_CLASSES: Final = 0.38
_METHODS: Final = 0.3
"""How alike two definitions must be to correspond."""
_FUNCTIONS_LEFT: Final = 0.4
_CLASSES_LEFT: Final = 0.25
_METHODS_LEFT: Final = 0.1
"""The same for what is left over in two modules or classes that correspond already."""
_LAST: Final = 0.05
"""The same for the structure of the last two methods."""
_COPY: Final = 0.9
_SAID: Final = 8
"""Copies are so much alike in structure and bodies, and their bodies have so many words."""
_LAYER: Final = 0.2
"""A layer calls so many of the methods below it."""


class Pair(msgspec.Struct, frozen=True):
    """Two definitions that correspond."""

    first: Offer
    second: Offer
    named: float
    """How alike their names are, 0 to 1."""
    made: float
    """How alike their signatures and bodies are, of classes their members, 0 to 1."""
    methods: tuple[Pair, ...] = ()
    bodies: float | None = None
    """How alike the bodies alone are; None of classes, and where nothing is said in either."""

    @property
    def alike(self) -> float:
        """Names and structure together, 0 to 1."""
        return 0.4 * self.named + 0.6 * self.made


class Matcher:
    """Compares definitions."""

    def __init__(self, weights: Weights, bodies: Bodies) -> None:
        """`weights` say how much a word tells in this project."""
        self._weights, self._bodies = weights, bodies

    def hands_on(self, pairs: Sequence[Pair]) -> bool:
        """Whether one side calls the other's methods by their names, on what it was given: a layer above it.

        What both call is a third one's.
        """
        for turned in (False, True):
            asking = [pair.second if turned else pair.first for pair in pairs]
            asked = [pair.first if turned else pair.second for pair in pairs]
            names = {method.last for one in asked for method in one.methods}
            names |= {one.last for one in asked if one.unit == "function"}
            calls = {name for one in asking for name in self._bodies.asked(one)}
            others = {name for one in asked for name in self._bodies.asked(one)}
            if len(names & (calls - others)) >= max(2, _LAYER * min(len(names), sum(map(_callables, asking)))):
                return True
        return False

    def copied(self, pair: Pair) -> bool:
        """Whether two definitions that say enough are the same in all: a copy, and no convention."""
        units = pair.methods if pair.first.unit == "class" else (pair,)
        if pair.made < _COPY or any(one.bodies is not None and one.bodies < _COPY for one in units):
            return False
        return sum(len(self._bodies.of(one.first)) for one in units) >= _SAID

    def match(self, first: Interface, second: Interface) -> tuple[Pair, ...]:
        """The best correspondence of two interfaces, in the order of the first; each definition at most once."""
        classes = _best(
            [one for one in first.offers if one.unit == "class"], [one for one in second.offers if one.unit == "class"],
            self._named_classes, _CLASSES,
        )  # fmt: skip
        functions = _best(
            [one for one in first.offers if one.unit == "function"],
            [one for one in second.offers if one.unit == "function"], self._named_functions, _FUNCTIONS,
        )  # fmt: skip
        return tuple(sorted((*classes, *functions), key=lambda pair: (pair.first.line, pair.first.name)))

    def rest(self, first: Interface, second: Interface, pairs: Sequence[Pair]) -> tuple[Pair, ...]:
        """The pairs, and those among what they leave over, for which less is asked."""
        left, right = {pair.first.name for pair in pairs}, {pair.second.name for pair in pairs}
        lists = (
            ([one for one in first.offers if one.unit == unit and one.name not in left],
             [one for one in second.offers if one.unit == unit and one.name not in right], compare, least)
            for unit, compare, least in (
                ("class", self.classes, _CLASSES_LEFT), ("function", self.functions, _FUNCTIONS_LEFT)
            )
        )  # fmt: skip
        added = [pair for one, two, compare, least in lists for pair in _best(one, two, compare, least)]
        whole = [*(self._with_rest(pair) for pair in pairs), *added]
        return tuple(sorted(whole, key=lambda pair: (pair.first.line, pair.first.name)))

    def _with_rest(self, pair: Pair) -> Pair:
        left, right = {one.first.name for one in pair.methods}, {one.second.name for one in pair.methods}
        added = _best(
            [one for one in pair.first.methods if one.name not in left],
            [one for one in pair.second.methods if one.name not in right], self.functions, _METHODS_LEFT,
        )  # fmt: skip
        found = [*pair.methods, *added]
        left, right = {one.first.name for one in found}, {one.second.name for one in found}
        last = [
            [one for one in side.methods if one.name not in taken]
            for side, taken in ((pair.first, left), (pair.second, right))
        ]
        if len(found) > 2 and len(last[0]) == len(last[1]) == 1 and pair.first.last != pair.second.last:
            # All others have found theirs: what is left may well be each other's.
            left_over = self.functions(last[0][0], last[1][0])
            found += [left_over] if left_over.made >= _LAST else []
        methods = sorted(found, key=lambda one: one.first.line)
        return msgspec.structs.replace(pair, methods=tuple(methods))

    def _named_functions(self, first: Offer, second: Offer) -> Pair | None:
        """As `functions`, where the names have something in common."""
        return self.functions(first, second) if self._weights.likeness(first.last, second.last) else None

    def _named_classes(self, first: Offer, second: Offer) -> Pair | None:
        """As `classes`, where the names or several of the methods' have something in common."""
        if not self._weights.likeness(first.last, second.last):
            both = {one.last for one in first.methods} & {one.last for one in second.methods}
            if 3 * len(both) < max(1, len(first.methods), len(second.methods)):
                return None
        return self.classes(first, second)

    def classes(self, first: Offer, second: Offer) -> Pair:
        """How two classes correspond, with their methods."""
        methods = tuple(_best(first.methods, second.methods, self._named_functions, _METHODS))
        measures: list[tuple[float, float]] = []
        if first.methods and second.methods:
            weight = min(1.0, 0.25 * min(len(first.methods), len(second.methods)))
            whole = (len(first.methods) + len(second.methods)) / 2
            measures.append((weight, sum(pair.alike for pair in methods) / whole))
        elif first.methods or second.methods:
            measures.append((0.1 * len(first.methods or second.methods), 0.0))
        if first.fields or second.fields:
            measures.append((0.5, _fields_alike(first, second)))
        if first.parameters or second.parameters:
            measures.append((0.25, _parameters_alike(first.parameters, second.parameters)))
        if first.bases or second.bases:
            measures.append((0.25, _same(frozenset(first.bases), frozenset(second.bases))))
        if first.traits or second.traits:
            measures.append((0.1, _same(first.traits, second.traits)))
        return Pair(first, second, self._weights.likeness(first.last, second.last), _mean(measures), methods)

    def functions(self, first: Offer, second: Offer) -> Pair:
        """How two functions or methods correspond."""
        measures: list[tuple[float, float]] = []
        if first.parameters or second.parameters:
            measures.append((0.35, _parameters_alike(first.parameters, second.parameters)))
        else:
            measures.append((0.1, 1.0))
        if first.returns and second.returns:
            measures.append((0.2, _same(annotation_words(first.returns), annotation_words(second.returns))))
        if first.traits or second.traits:
            measures.append((0.15, _same(first.traits, second.traits)))
        one, two = self._bodies.of(first), self._bodies.of(second)
        bodies = dice(one, two) if one or two else None
        if bodies is not None:
            measures.append((0.4, bodies))
        named = self._weights.likeness(first.last, second.last)
        return Pair(first, second, named, _mean(measures), bodies=bodies)


def _best(
    first: Sequence[Offer], second: Sequence[Offer], compare: Callable[[Offer, Offer], Pair | None], least: float
) -> Iterator[Pair]:
    """Each with the one most like it that is free, the most alike first; in the order of the first."""
    scored: list[tuple[float, int, int, Pair]] = []
    for number, one in enumerate(first):
        for other, two in enumerate(second):
            pair = compare(one, two)
            if pair is not None and pair.alike >= least:
                scored.append((-round(pair.alike, 6), number, other, pair))
    scored.sort(key=lambda item: item[:3])
    left, right = set[int](), set[int]()
    found: dict[int, Pair] = {}
    for _, number, other, pair in scored:
        if number not in left and other not in right:
            left.add(number)
            right.add(other)
            found[number] = pair
    yield from (found[number] for number in sorted(found))


def _callables(offer: Offer) -> int:
    return len(offer.methods) if offer.unit == "class" else 1


def _mean(measures: Sequence[tuple[float, float]]) -> float:
    total = sum(weight for weight, _ in measures)
    return sum(weight * value for weight, value in measures) / total if total else 0.0


def _same(first: frozenset[str], second: frozenset[str]) -> float:
    return 1.0 if first == second else dice(first, second)


@lru_cache(maxsize=1 << 14)
def _parameters_alike(first: tuple[Parameter, ...], second: tuple[Parameter, ...]) -> float:
    """How alike the names and annotations of two lists of parameters are."""
    if not first or not second:
        return 0.0
    names = _bags_alike([one.name for one in first], [one.name for one in second])
    written = [one.annotation for one in (*first, *second)]
    if not all(written):
        return names
    annotations = _bags_alike([one.annotation for one in first], [one.annotation for one in second], annotation_words)
    return 0.6 * names + 0.4 * annotations


def _fields_alike(first: Offer, second: Offer) -> float:
    return _bags_alike([name for name, _ in first.fields], [name for name, _ in second.fields])


def _bags_alike(
    first: Sequence[str], second: Sequence[str], words: Callable[[str], frozenset[str]] = concepts_of
) -> float:
    """Each of the first with what is most like it and free: the sum over the mean length."""
    if not first or not second:
        return 0.0
    rest = [words(one) for one in second]
    total = 0.0
    for said in sorted((words(one) for one in first), key=sorted):
        scores = [dice(said, other) for other in rest]
        best = max(scores, default=0.0)
        if best > 0:
            total += best
            rest.pop(scores.index(best))
    return min(1.0, 2 * total / (len(first) + len(second)))
