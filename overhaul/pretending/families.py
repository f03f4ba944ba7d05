"""Who overrides whom, which classes are there to be completed, and which functions somebody else asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final, Literal

from overhaul.facts import Body, Class, Facts, Function, UsedName
from overhaul.naming.meanings import CHAIN, External, Symbol
from overhaul.patterns import regex
from overhaul.pretending.promises import ABSTRACT, peculiar
from overhaul.symbols import Symbols
from overhaul.syntax.remarks import excuse
from overhaul.text import words_of

Key = tuple[str, str]
"""Module and dotted name."""

Decorated = Literal["plain", "declared", "override", "other"]


class Families:
    """The classes of the project, by who inherits from whom."""

    def __init__(self, symbols: Symbols, classes: Facts[Class], bodies: Facts[Body]) -> None:
        """Stands on the symbol table; `bodies` are the functions that do nothing or give what depends on nothing."""
        self.symbols = symbols
        self._classes = classes
        self._bodies_of = bodies
        self._bodies: dict[str, Mapping[str, Body]] = {}

    @cached_property
    def heirs(self) -> Mapping[Key, Sequence[Symbol]]:
        """Class -> the classes that inherit from it, directly or not."""
        heirs: dict[Key, list[Symbol]] = {}
        for module, rows in self._classes.items():
            for row in rows:
                if not row.bases:
                    continue
                own, *above = self.symbols.order(module, row.name) or (None,)
                if isinstance(own, Symbol):
                    for one in above:
                        if isinstance(one, Symbol):
                            heirs.setdefault((one.module, one.name), []).append(own)
        return heirs

    def body(self, module: str, name: str) -> Body | None:
        """What a function that does nothing, or gives what depends on nothing, does; None for others."""
        found = self._bodies.get(module)
        if found is None:
            found = self._bodies[module] = {row.name: row for row in self._bodies_of[module]}
        return found.get(name)

    def idle(self, module: str, name: str) -> bool:
        """Whether a function does nothing that could be called an implementation."""
        found = self.body(module, name)
        return found is not None and found.form not in ("given", "echo")

    def function(self, module: str, name: str) -> Function | None:
        """A function or method of the project."""
        return self.symbols.interior(module).functions.get(name)

    def above(self, module: str, owner: str, name: str) -> Iterator[Symbol]:
        """The bases in the project that define a member of their own."""
        for one in self.symbols.order(module, owner)[1:]:
            if isinstance(one, Symbol) and self.symbols.interior(one.module).member(one.name, name) is not None:
                yield one

    def below(self, module: str, owner: str, name: str) -> Iterator[Symbol]:
        """The classes that inherit from a class, or beside which it is inherited, and define a member of that name."""
        for heir in self.heirs.get((module, owner), ()):
            if self.symbols.interior(heir.module).member(heir.name, name) is not None:
                yield heir
            else:
                # A class beside it among the bases of an heir may have it: a mixin.
                for one in self.symbols.order(heir.module, heir.name):
                    mixed = isinstance(one, Symbol) and (one.module, one.name) != (module, owner)
                    if isinstance(one, Symbol) and mixed and self._member(one, name):
                        yield from () if self._is_above(module, owner, one) else (one,)

    def _is_above(self, module: str, owner: str, other: Symbol) -> bool:
        return any(other.same(one) for one in self.symbols.order(module, owner)[1:])

    def _member(self, one: Symbol, name: str) -> bool:
        return self.symbols.interior(one.module).member(one.name, name) is not None

    def beside(self, module: str, owner: str, name: str) -> Iterator[Symbol]:
        """The classes with a base in common with a class that implement a method."""
        seen = {(module, owner)}
        for base in self.symbols.order(module, owner)[1:]:
            if isinstance(base, Symbol):
                for one in self.heirs.get((base.module, base.name), ()):
                    if (one.module, one.name) not in seen:
                        seen.add((one.module, one.name))
                        row = self.function(one.module, f"{one.name}.{name}")
                        if row is not None and not self.idle(one.module, row.name):
                            yield one

    def outside(self, module: str, owner: str) -> bool:
        """Whether a class has a base that the project does not define, or that is not known."""
        return any(
            not isinstance(one, Symbol) and one.name not in _TRANSPARENT
            for one in self.symbols.order(module, owner)[1:]
        )

    def declares(self, module: str, owner: str) -> str:
        """Whether a class is there to be completed by others: Protocol, Interface or ABC; "" for none."""
        row = self.symbols.interior(module).classes.get(owner)
        if row is not None:
            scope = owner.rpartition(".")[0]
            for text in row.bases:
                chain = CHAIN.match(text) or CHAIN.match(text.partition("[")[0])
                if chain is not None:
                    last = self.symbols.lookup(module, scope, chain[0]).name.rpartition(".")[2]
                    if last in ("Protocol", "ABC"):
                        return last
            if any(key == "metaclass" and "ABCMeta" in text for key, text in row.keywords):
                return "ABC"
        for one in self.symbols.order(module, owner)[1:]:
            if isinstance(one, External) and one.name.rpartition(".")[2] == "Interface":
                return "Interface"
        return ""

    def passive(self, module: str, owner: str) -> str:
        """Why the methods of a class may do nothing: what it is called, and what it says."""
        row = self.symbols.interior(module).classes.get(owner)
        last = owner.rpartition(".")[2]
        if peculiar(last):
            return "a null object by its name"
        if not ABSTRACT.isdisjoint(words_of(last)):
            return "there to be completed, by its name"
        if row is not None and (words := excuse(row.summary)):
            return f"its docstring says {words}"
        if row is not None and any("implement" in text or "interface" in text for text in row.decorators):
            return "implements an interface"
        return ""

    def closed(self, module: str, owner: str) -> bool:
        """Whether a class says that nobody may change what it holds: Frozen, "A read-only list"."""
        row = self.symbols.interior(module).classes.get(owner)
        name = " ".join(words_of(owner.rpartition(".")[2]))
        return _CLOSED.search(name) is not None or (row is not None and _CLOSED.search(row.summary) is not None)

    def idle_class(self, module: str, owner: str) -> bool:
        """Whether most methods of a class do nothing: an interface by convention, or a class nobody has written yet."""
        methods = [
            one for one in self.symbols.interior(module).functions.values()
            if one.owner == owner and not one.name.rpartition(".")[2].startswith("__")
        ]  # fmt: skip
        found = [self.body(module, one.name) for one in methods]
        nothing = sum(one is not None and one.form in ("empty", "raises") for one in found)
        return (nothing >= 3 and nothing * 2 >= len(methods)) or (len(methods) >= 2 and nothing == len(methods))

    def declared(self, module: str, function: Function) -> bool:
        """Whether a function is there for its signature only: abstract, an overload, of a Protocol or interface."""
        if self.decorated(module, function) == "declared":
            return True
        return bool(function.owner) and self.declares(module, function.owner) in ("Protocol", "Interface")

    def decorated(self, module: str, function: Function) -> Decorated:
        """What the decorators of a function make of it.

        declared: it is there for its signature; other: somebody may call it, or it need not do anything itself.
        """
        kind: Decorated = "plain"
        scope = function.name.rpartition(".")[0]
        for text in function.decorators:
            chain = CHAIN.match(text) or CHAIN.match(text.partition("(")[0])
            if chain is None:
                return "other"
            last = chain[0].rpartition(".")[2]
            if last not in _PLAIN:
                meaning = self.symbols.lookup(module, scope, chain[0])
                last = meaning.name.rpartition(".")[2]
            if last in _DECLARED or last.startswith("abstract"):
                return "declared"
            if last == "override":
                kind = "override"
            elif last not in _PLAIN:
                return "other"
        return kind


_CLOSED: Final = regex(r"\b(?:frozen|immutable|read[\s-]?only|unmodifiable|sealed)\b", re.IGNORECASE)
_PLAIN: Final = frozenset({
    "staticmethod", "classmethod", "property", "cached_property", "lru_cache", "cache", "override", "final",
    "no_type_check",
    "wraps", "retry", "timed", "traced", "log_calls", "beartype", "typechecked", "login_required", "profile", "memoize",
    "cached", "synchronized", "classproperty",
})  # fmt: skip
_DECLARED: Final = frozenset({
    "overload", "abstractmethod", "abstractproperty", "abstractclassmethod", "type_check_only",
})  # fmt: skip
_TRANSPARENT: Final = frozenset({"builtins.object", "abc.ABC", "typing.Generic", "ABCMeta"})


def passed_on(symbols: Symbols, module: str, name: str, used: Facts[UsedName]) -> bool:
    """Whether a function is handed to somebody as a value: then its signature may be all that is asked of it."""
    last = name.rpartition(".")[2]
    for row in used[module]:
        if row.how == "load" and (row.name == last or row.name.endswith(f".{last}")):
            return True
    function = symbols.interior(module).functions.get(name)
    if function is None or function.kind != "function":
        return False
    symbol = Symbol(module, name, "function", symbols.path(module), function.line)
    return any(one.how in ("load", "decorator") for one in symbols.references(symbol))
