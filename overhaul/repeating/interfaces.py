"""What a module offers, in the form in which two modules can be compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from io import TextIOWrapper
from logging import Logger
from pathlib import Path
from typing import Final, Literal, TypeAlias

import msgspec

from overhaul.facts import Attribute, Class, Facts, Function, Parameter, ReceiverUse, UsedName
from overhaul.repeating.names import concepts_of
from overhaul.text import words_of

Unit = Literal["function", "method", "class"]


class Offer(msgspec.Struct, frozen=True):
    """A public function or class of a module, or a public method of such a class."""

    module: str
    name: str
    """Dotted, inside its module."""
    last: str
    """The last part of its name."""
    unit: Unit
    line: int
    end: int
    parameters: tuple[Parameter, ...]
    """Without the instance; of a class those of its constructor."""
    returns: str
    traits: frozenset[str]
    """Its decorators, last parts only; `generator` for one."""
    decorators: tuple[str, ...]
    asynchronous: bool = False
    bases: tuple[str, ...] = ()
    methods: tuple[Offer, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    """Attributes and properties, without leading underscores, with their annotations."""

    @property
    def weight(self) -> int:
        """How much it is of an interface: a class counts for itself and each of its methods."""
        return 1 + len(self.methods)


class Interface(msgspec.Struct, frozen=True):
    """What one module offers."""

    module: str
    offers: tuple[Offer, ...]
    functions: frozenset[str] = frozenset()
    """The names of all functions at its top level, with those that are not public."""

    @property
    def weight(self) -> int:
        """How much that is."""
        return sum(one.weight for one in self.offers)


def interface_of(
    module: str, classes: Sequence[Class], functions: Sequence[Function], attributes: Sequence[Attribute]
) -> Interface:
    """The public interface of a module: what stands at its top level under a name without an underscore."""
    named = frozenset(row.name for row in functions if row.kind == "function")
    return Interface(module, tuple(_offers(module, classes, functions, attributes)), named)


def _offers(
    module: str, classes: Sequence[Class], functions: Sequence[Function], attributes: Sequence[Attribute]
) -> Iterator[Offer]:
    open_classes = {row.name: row for row in classes if "." not in row.name and not row.scope and _public(row.name)}
    members: dict[str, dict[str, Function]] = {}
    for function in functions:
        if function.owner in open_classes:
            # The last of several (overloads, setters, branches) is the one that counts.
            last = function.name.rpartition(".")[2]
            kept = members.setdefault(function.owner, {})
            if function.kind == "property" and last in kept:
                continue
            kept[last] = function
    fields: dict[str, dict[str, str]] = {}
    for attribute in attributes:
        if attribute.owner in open_classes:
            known = fields.setdefault(attribute.owner, {})
            name = attribute.name.lstrip("_")
            known[name] = known.get(name) or attribute.annotation
    for row in open_classes.values():
        yield _class(module, row, members.get(row.name, {}), fields.get(row.name, {}))
    seen: dict[str, Function] = {
        row.name: row for row in functions if row.kind == "function" and "." not in row.name and _public(row.name)
    }
    for function in seen.values():
        yield _function(module, function, "function")


def _class(module: str, row: Class, members: Mapping[str, Function], fields: dict[str, str]) -> Offer:
    methods = tuple(
        _function(module, one, "method") for name, one in members.items() if _public(name) and one.kind != "property"
    )
    for name, one in members.items():
        if one.kind == "property":
            fields.setdefault(name.lstrip("_"), one.returns)
    made = members.get("__init__")
    return Offer(
        module=module, name=row.name, last=row.name.rpartition(".")[2], unit="class", line=row.line, end=row.end,
        parameters=_parameters(made) if made is not None else (), returns="", traits=_traits(row.decorators),
        decorators=row.decorators, bases=row.bases, methods=methods,
        fields=tuple((name, annotation) for name, annotation in fields.items() if not name.startswith("_")),
    )  # fmt: skip


def _function(module: str, row: Function, unit: Unit) -> Offer:
    traits = _traits(row.decorators)
    if row.generator:
        traits |= {"generator"}
    return Offer(
        module=module, name=row.name, last=row.name.rpartition(".")[2], unit=unit, line=row.line, end=row.end,
        parameters=_parameters(row), returns=row.returns, traits=traits, decorators=row.decorators,
        asynchronous=row.asynchronous,
    )  # fmt: skip


def _parameters(row: Function) -> tuple[Parameter, ...]:
    bound = bool(row.owner) and row.kind != "staticmethod"
    return row.parameters[1:] if bound else row.parameters


def _traits(decorators: Sequence[str]) -> frozenset[str]:
    return frozenset(one.partition("(")[0].rpartition(".")[2] for one in decorators)


def _public(name: str) -> bool:
    return not name.startswith("_")


def essence(interface: Interface, but: Set[str]) -> tuple[object, ...]:
    """All of an interface but its lines, of which only the order remains, and without some functions' names."""
    lines = [one.line for one in every(interface)]
    ranks = sorted(range(len(lines)), key=lines.__getitem__)
    return [_essence(one) for one in interface.offers], sorted(interface.functions - but), ranks


def _essence(offer: Offer) -> tuple[object, ...]:
    return (
        offer.name, offer.unit, offer.parameters, offer.returns, sorted(offer.traits), offer.decorators,
        offer.asynchronous, offer.bases, [_essence(one) for one in offer.methods], offer.fields,
    )  # fmt: skip


class Bodies:
    """What functions and methods use, looked up for those that are compared."""

    def __init__(self, used: Facts[UsedName], receivers: Facts[ReceiverUse]) -> None:
        """Decoded for the modules that are compared."""
        self._used, self._receivers = used, receivers
        self._called: dict[str, Mapping[str, frozenset[str]]] = {}
        self._spoken: dict[str, Mapping[str, frozenset[str]]] = {}

    def asked(self, offer: Offer) -> frozenset[str]:
        """The methods it calls on what is not itself, by name: of a class all that its methods call."""
        return self._told(self._called, offer, _called)

    def of(self, offer: Offer) -> frozenset[str]:
        """What a function's body speaks of: attributes it asks for, functions it calls."""
        return self._told(self._spoken, offer, _spoken)

    def _told(self, known: dict[str, Mapping[str, frozenset[str]]], offer: Offer, words: _Words) -> frozenset[str]:
        found = known.get(offer.module)
        if found is None:
            found = known[offer.module] = self._read(offer.module, words)
        return found.get(offer.name, frozenset())

    def _read(self, module: str, words: _Words) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        rows: list[UsedName | ReceiverUse] = [*self._used[module], *self._receivers[module]]
        for row in rows:
            said = set(words(row))
            # What a nested function uses, the one around it uses.
            scope = row.scope
            while scope:
                found.setdefault(scope, set()).update(said)
                scope = scope.rpartition(".")[0]
        return {scope: frozenset(said) for scope, said in found.items()}


_Words: TypeAlias = Callable[[UsedName | ReceiverUse], Iterable[str]]


def _called(row: UsedName | ReceiverUse) -> Iterable[str]:
    receiver, _, name = row.name.rpartition(".")
    if row.how == "call" and receiver and receiver not in _SELF and name not in _OF_BUILT_INS:
        yield name


def _spoken(row: UsedName | ReceiverUse) -> Iterable[str]:
    for part in row.name.split("."):
        if part not in _SELF and not part.startswith("__"):
            yield from concepts_of(part)


_OF_BUILT_INS: Final = frozenset(
    name for kind in (dict, list, set, str, bytes, bytearray, tuple, TextIOWrapper, Logger, Path) for name in dir(kind)
)
"""Methods of what everybody uses."""
_SELF: Final = frozenset({"self", "cls", "Any", "None", "True", "False", "str", "int", "float", "bool", "len"})


class Tallies(msgspec.Struct, frozen=True, array_like=True):
    """In how many modules names are defined, for those that several define."""

    functions: dict[str, int]
    """Functions at the top level, public or not; at least `HOOK`."""
    public: dict[Unit, dict[str, int]]
    """At least `COMMON`."""


def tallied(interfaces: Sequence[Interface]) -> Tallies:
    """Counts in how many modules each name is defined, with its unit."""
    public: dict[Unit, Counter[str]] = {"function": Counter(), "method": Counter(), "class": Counter()}
    for interface in interfaces:
        defined: set[tuple[Unit, str]] = {(one.unit, one.last) for one in every(interface)}
        for unit, name in defined:
            public[unit][name] += 1
    functions = Counter(name for interface in interfaces for name in interface.functions)
    return Tallies(
        {name: count for name, count in sorted(functions.items()) if count >= HOOK},
        {unit: {name: count for name, count in sorted(names.items()) if count >= COMMON}
         for unit, names in public.items()},
    )  # fmt: skip


class Conventions:
    """Names that so many modules have that they are somebody's rule, and tell nothing about two of them."""

    def __init__(self, tallies: Tallies) -> None:
        """Goes by how many modules define each name."""
        self._tallies = tallies

    def holds(self, offer: Offer) -> bool:
        """Whether four modules or more define it."""
        return self._count(offer) >= COMMON

    def asks(self, offer: Offer) -> bool:
        """Whether twelve do: a framework asks for it."""
        return self._count(offer) >= HOOK

    def hook(self, first: Interface, second: Interface) -> bool:
        """Whether both have a function that a framework asks of modules by its name, as of plug-ins."""
        return any(
            self._tallies.functions.get(name, 0) >= HOOK and name != "main"
            for name in first.functions & second.functions
        )

    def _count(self, offer: Offer) -> int:
        return self._tallies.public[offer.unit].get(offer.last, 0)


COMMON: Final = 4
HOOK: Final = 12


def every(interface: Interface) -> Iterator[Offer]:
    """Its offers, each class followed by its methods."""
    for one in interface.offers:
        yield one
        yield from one.methods


def annotation_words(annotation: str) -> frozenset[str]:
    """What an annotation speaks of: the concepts of the names in it."""
    return frozenset(words_of(annotation.replace(".", " ").replace("[", " ")))
