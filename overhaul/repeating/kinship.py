"""Whether two definitions are alike by design: one interface, one base, one asking the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from overhaul.naming.meanings import External, Symbol
from overhaul.patterns import regex
from overhaul.repeating.interfaces import Offer
from overhaul.repeating.matching import Pair
from overhaul.symbols import Symbols

Taken = Mapping[tuple[str, str], frozenset[str]]
"""(importing module, imported module) -> names that are taken from it; `*` where the module itself is bound."""

_PLAIN: Final = regex(
    r"(?:builtins|abc|typing|typing_extensions|enum|collections(?:\.abc)?|msgspec|pydantic|attrs?|dataclasses)\."
)
"""Bases that say what kind of thing a class is, and ask no methods of it."""
_SAME_NAME: Final = 0.8
_INTERFACES: Final = regex(r"\b(?:implementer|provider|register)\((.*)\)\Z")


class Kinship:
    """Asks the symbol table what classes have in common."""

    def __init__(self, symbols: Symbols, taken: Taken) -> None:
        """`taken` says who imports what from whom."""
        self._symbols, self._taken = symbols, taken
        importers: dict[str, set[str]] = {}
        for importer, imported in taken:
            importers.setdefault(imported, set()).add(importer)
        self._importers = {imported: frozenset(found) for imported, found in importers.items()}

    def by_design(self, pair: Pair) -> bool:
        """Whether two classes are alike because a base or an interface asks it of them.

        One says what others must have (a protocol, an abstract class); one inherits from the other; both inherit from
        a class of the project that defines what they share; both
        implement a declared interface; both have a base outside, and their names differ.
        """
        first, second = self._bases(pair.first), self._bases(pair.second)
        if _asks(pair.first, first) or _asks(pair.second, second):
            return True
        if (pair.second.module, pair.second.name) in first or (pair.first.module, pair.first.name) in second:
            return True
        if self._declared(pair.first) & self._declared(pair.second):
            return True
        common = [key for key in first if key in second and not _PLAIN.match(key[1] if not key[0] else "")]
        if not common:
            return False
        shared = [one.first.last for one in pair.methods if one.first.last == one.second.last]
        for module, name in common:
            if module:
                interior = self._symbols.interior(module)
                if any(interior.member(name, member) is not None for member in shared):
                    return True
        return pair.named < _SAME_NAME

    def leans(self, pair: Pair) -> bool:
        """Whether the module of one takes the other from its module: it wraps it, extends it, or passes it on."""
        return self._takes(pair.first.module, pair.second) or self._takes(pair.second.module, pair.first)

    def _takes(self, module: str, offer: Offer) -> bool:
        # From its module, or from a package above that passes it on.
        home = offer.module
        while home:
            names = self._taken.get((module, home), frozenset())
            near = home == offer.module or not f"{module}.".startswith(f"{home}.")
            if offer.last in names or ("*" in names and near):
                return True
            home = home.rpartition(".")[0]
        return False

    def _bases(self, offer: Offer) -> frozenset[tuple[str, str]]:
        """(module, name) of all it inherits from; of what stands outside ("", dotted name)."""
        found: set[tuple[str, str]] = set()
        for one in self._symbols.order(offer.module, offer.name)[1:]:
            if isinstance(one, Symbol):
                found.add((one.module, one.name))
            else:
                found.add(("", one.name if isinstance(one, External) else f"?.{one.name}"))
        return frozenset(found)

    def facade(self, first: str, second: str, names: frozenset[str]) -> bool:
        """Whether a third module takes both of two modules and offers their names itself: it chooses one of them."""
        for module in self._importers.get(first, frozenset()) & self._importers.get(second, frozenset()):
            bound = self._symbols.interior(module).bindings
            own = sum(any(row.kind in ("function", "class") for row in bound.get(name, ())) for name in names)
            if names and own >= 0.5 * len(names):
                return True
        return False

    def _declared(self, offer: Offer) -> frozenset[str]:
        found: set[str] = set()
        for decorator in offer.decorators:
            if match := _INTERFACES.search(decorator):
                found.update(name.strip().rpartition(".")[2] for name in match[1].split(","))
        return frozenset(found)


def _asks(offer: Offer, bases: frozenset[tuple[str, str]]) -> bool:
    """Whether a class is there to say what others must have."""
    if any(not module and name.rpartition(".")[2] in _ASKING for module, name in bases):
        return True
    return any("abstract" in trait for method in offer.methods for trait in method.traits)


_ASKING: Final = frozenset({"Interface", "Protocol"})
