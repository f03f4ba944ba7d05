"""Whether two modules implement the same thing, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

import msgspec

from overhaul.inventory import Confidence
from overhaul.patterns import regex
from overhaul.repeating.interfaces import Conventions, Interface, Offer
from overhaul.repeating.kinship import Kinship
from overhaul.repeating.matching import Matcher, Pair
from overhaul.repeating.names import ageless, concepts_of

Excuse = Literal[
    "", "one convention", "one takes it from the other", "synchronous and asynchronous", "versions of an API",
    "plug-ins of one interface", "one pattern for several subjects", "end points of two APIs",
    "other work under the same names",
]  # fmt: skip
"""Why two modules are alike, where there is a good reason."""

_COVERED: Final = 0.5
_MOSTLY: Final = 0.6
"""How much of the smaller interface must correspond, for medium and for high confidence."""
_STRENGTH: Final = 2.0
_STRONG: Final = 3.0
"""The sum of what the corresponding definitions prove: each at most 1, and 0.4 for a method of a common name."""
_WEAKEST: Final = 0.1
_COPIED: Final = 0.8
"""Plug-ins whose definitions are so alike on the average are copies of each other."""
_ALIKE_SIBLINGS: Final = 0.6
"""Of two modules of one package so many names must speak of the same, else one was the pattern of the other."""
_SAME_WORK: Final = 0.5
_SOME_WORK: Final = 0.28
"""How alike bodies are on the average, of neighbours and of any: what is below has the names in common only."""
_ALIKE: Final = 0.55
"""How alike definitions must be on the average."""
_ROUTE: Final = regex(
    r"(?:\w+\.)+(?:route|get|post|put|patch|delete|head|options|websocket)\((?:\.\.\.|[fr]?[\"'])"
)
"""A decorator that gives a function an address: `@router.get("/orders")`."""
_VERSION: Final = regex(r"v\d+(?:[._]?\d+)*(?:(?:alpha|beta|a|b|rc)\d*)?\Z")


class Comparison(msgspec.Struct, frozen=True):
    """Two modules whose interfaces correspond."""

    first: Interface
    second: Interface
    pairs: tuple[Pair, ...]
    """Those that are alike by no design."""
    coverage: float
    """How much of the smaller interface corresponds, 0 to 1; what a convention asks for is not counted."""
    strength: float
    excuse: Excuse

    @property
    def confidence(self) -> Confidence | None:
        """How sure it is that they implement the same thing; None where nothing is to be said."""
        if self.coverage < _COVERED or self.strength < _STRENGTH or self.excuse == "one convention":
            return None
        if self.excuse:
            return "low"
        several = len(self.pairs) > 1 or any(len(pair.methods) >= 4 for pair in self.pairs)
        return "high" if self.coverage >= _MOSTLY and self.strength >= _STRONG and several else "medium"


class Judge:
    """Compares modules."""

    def __init__(self, matcher: Matcher, conventions: Conventions, kinship: Kinship) -> None:
        """All three speak of one project."""
        self._matcher, self._conventions, self._kinship = matcher, conventions, kinship

    def compare(self, first: Interface, second: Interface) -> Comparison | None:
        """What corresponds; None where nothing does."""
        matched = self._matcher.match(first, second)
        if not matched:
            return None
        pairs = tuple(pair for pair in matched if not self._designed(pair))
        if not pairs:
            return None
        whole = min(self._weight(first, pairs), self._weight(second, pairs))
        coverage = min(1.0, sum(1 + len(pair.methods) for pair in pairs) / max(1, whole))
        strength = sum(self._proof(pair) for pair in pairs)
        return Comparison(first, second, pairs, coverage, strength, self._excuse(first, second, matched, pairs))

    def completed(self, found: Comparison) -> Comparison:
        """With what is left over on both sides, which may go by less where the rest corresponds."""
        return msgspec.structs.replace(found, pairs=self._matcher.rest(found.first, found.second, found.pairs))

    def _designed(self, pair: Pair) -> bool:
        sides = (pair.first, pair.second)
        # What is the same in some, and not in its name alone, was copied; what is asked of many is often written alike.
        if any(map(self._conventions.asks, sides)):
            return True
        if any(map(self._conventions.holds, sides)) and not self._matcher.copied(pair):
            return True
        return pair.first.unit == "class" and self._kinship.by_design(pair)

    def _weight(self, interface: Interface, pairs: tuple[Pair, ...]) -> int:
        """How much it offers besides what a convention asks for."""
        own = {offer.name for pair in pairs for offer in (pair.first, pair.second) if offer.module == interface.module}
        return sum(one.weight for one in interface.offers if one.name in own or not self._conventions.holds(one))

    def _proof(self, pair: Pair) -> float:
        both = pair.named > _WEAKEST and pair.made > _WEAKEST
        # A class without methods that correspond proves no more than its fields do.
        shape = pair.first.unit == "function" or len(pair.methods) > 1 or min(_size(pair.first), _size(pair.second)) > 2
        own = pair.alike * (1.0 if both and shape else 0.3)
        return own + sum(self._tells(one) * one.alike for one in pair.methods)

    def _tells(self, pair: Pair) -> float:
        common = self._conventions.holds(pair.first) and pair.first.last == pair.second.last
        return 0.4 if common else 1.0

    def _excuse(
        self, first: Interface, second: Interface, matched: tuple[Pair, ...], pairs: tuple[Pair, ...]
    ) -> Excuse:
        weight = sum(1 + len(pair.methods) for pair in matched)
        own = sum(1 + len(pair.methods) for pair in pairs)
        if own < 0.6 * weight:
            return "one convention"
        if any(self._kinship.leans(pair) for pair in pairs) or self._matcher.hands_on(pairs):
            return "one takes it from the other"
        modules = pairs[0].first.module, pairs[0].second.module
        names = frozenset(one.first.last for one in pairs if one.first.last == one.second.last)
        if self._kinship.facade(*modules, names):
            return "plug-ins of one interface"
        if self._conventions.hook(first, second) and not same_but_for_age(*modules) and _mean(pairs) < _COPIED:
            return "plug-ins of one interface"
        functions = [one for pair in pairs for one in _callables(pair)]
        routed = sum(_end_point(one.first) and _end_point(one.second) for one in functions)
        if 2 * routed > len(functions):
            return "end points of two APIs"
        turned = sum(one.first.asynchronous != one.second.asynchronous for one in functions)
        if functions and turned >= 0.3 * len(functions):
            return "synchronous and asynchronous"
        if versions(*modules):
            return "versions of an API"
        units = [*pairs, *(one for pair in pairs for one in pair.methods)]
        bodies = [one.bodies for one in units if one.bodies is not None]
        other = bool(bodies) and sum(bodies) < _SOME_WORK * len(bodies)
        if not same_but_for_age(*modules) and (other or _mean(pairs) < _ALIKE):
            return "other work under the same names"
        same = sum(concepts_of(one.first.last) == concepts_of(one.second.last) for one in units)
        siblings = modules[0].rpartition(".")[0] == modules[1].rpartition(".")[0]
        if not siblings or same_but_for_age(*modules):
            return ""
        if same < _ALIKE_SIBLINGS * len(units):
            return "one pattern for several subjects"
        # Neighbours with the same names and other bodies are chosen between by what loads them.
        return "plug-ins of one interface" if bodies and sum(bodies) < _SAME_WORK * len(bodies) else ""


def versions(first: str, second: str) -> bool:
    """Whether two dotted names differ in nothing but a part that is a version: `api.v1.users`, `api.v2.users`."""
    one, two = first.split("."), second.split(".")
    differing = [(a, b) for a, b in zip(one, two, strict=False) if a != b]
    return (
        len(one) == len(two) and len(differing) == 1 and all(_VERSION.match(part) is not None for part in differing[0])
    )


def same_but_for_age(first: str, second: str) -> bool:
    """Whether two modules are called the same but for what says their age: `x`, `x_v2`, `legacy.x`."""
    return ageless(first.split(".")) == ageless(second.split("."))


def _mean(pairs: tuple[Pair, ...]) -> float:
    units = [*pairs, *(one for pair in pairs for one in pair.methods)]
    return sum(one.alike for one in units) / len(units)


def _size(offer: Offer) -> int:
    return len(offer.fields) + len(offer.methods)


def _end_point(offer: Offer) -> bool:
    return any(_ROUTE.match(decorator) for decorator in offer.decorators)


def _callables(pair: Pair) -> Iterator[Pair]:
    if pair.first.unit == "function":
        yield pair
    yield from pair.methods


