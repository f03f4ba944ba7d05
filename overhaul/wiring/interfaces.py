"""Whether the class of a receiver has what is asked of it."""

from __future__ import annotations

import abc
import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cached_property
from typing import Final, Literal, NamedTuple

from overhaul.facts import Class, Facts, ReceiverUse, Reflection, UsedName
from overhaul.naming.meanings import External, Interior, Symbol, Unknown
from overhaul.symbols import Symbols
from overhaul.types import Types

Has = Literal["yes", "no", "unknown"]

_KNOWN: Final[Mapping[str, type]] = {
    "enum.Enum": enum.Enum, "enum.IntEnum": enum.IntEnum, "enum.StrEnum": enum.StrEnum, "enum.Flag": enum.Flag,
    "enum.IntFlag": enum.IntFlag, "abc.ABC": abc.ABC, "builtins.Exception": Exception,
    "builtins.ValueError": ValueError, "builtins.RuntimeError": RuntimeError, "builtins.KeyError": KeyError,
    "builtins.TypeError": TypeError,
    "builtins.dict": dict, "builtins.list": list, "builtins.set": set, "builtins.str": str, "builtins.int": int,
    "builtins.float": float, "builtins.tuple": tuple, "builtins.object": object,
}  # fmt: skip
"""Classes of the standard library whose attributes can be looked up, for they are the same in every Python in use."""
_HARMLESS: Final = frozenset({
    "dataclass", "dataclasses.dataclass", "final", "typing.final", "total_ordering", "functools.total_ordering",
    "runtime_checkable", "typing.runtime_checkable", "unique", "enum.unique", "dataclass_transform",
})  # fmt: skip
"""Class decorators that add nothing one could ask for by name."""


class Asked(NamedTuple):
    """One use of an attribute of a receiver whose class is known."""

    module: str
    scope: str
    line: int
    receiver: str
    member: str
    how: str
    classes: tuple[Symbol, ...]
    exact: bool
    """The receiver is constructed as that class; else it is annotated so, and may be of a subclass."""


class Interfaces:
    """What the classes of the project have, and what is asked of them."""

    def __init__(
        self, symbols: Symbols, types: Types, classes: Facts[Class], used: Facts[UsedName],
        receivers: Facts[ReceiverUse], reflections: Facts[Reflection], outside: frozenset[str] | None = None,
    ) -> None:  # fmt: skip
        """Goes through all uses once to learn which attributes are set from outside, unless `outside` says so."""
        self._outside = outside
        self.symbols = symbols
        self.types = types
        self._classes = classes
        self._used = used
        self._receivers = receivers
        self._reflections = reflections
        self._has: dict[tuple[str, str, str], Has] = {}
        self._open: dict[tuple[str, str], str] = {}

    # What a class has

    def has(self, owner: Symbol, member: str) -> Has:
        """Whether instances of a class have an attribute."""
        key = owner.module, owner.name, member
        found = self._has.get(key)
        if found is None:
            found = self._has[key] = self._find(owner, member)
        return found

    def _find(self, owner: Symbol, member: str) -> Has:
        order = self.symbols.order(owner.module, owner.name)
        for one in order:
            if isinstance(one, Symbol) and self.symbols.interior(one.module).member(one.name, member) is not None:
                return "yes"
        if member in self.set_from_outside or (member.startswith("__") and member.endswith("__")):
            return "unknown"
        for one in order:
            if isinstance(one, Unknown):
                return "unknown"
            if isinstance(one, External):
                if one.name == "typing.Generic" or one.name == "typing_extensions.Generic":
                    continue
                known = _KNOWN.get(one.name)
                if known is None:
                    return "unknown"
                if hasattr(known, member):
                    return "yes"
                if issubclass(known, enum.Enum) and (member in ("name", "value") or member.endswith("_")):
                    return "yes"
            elif self.dynamic(one):
                return "unknown"
        return "yes" if hasattr(object, member) else "no"

    def dynamic(self, owner: Symbol) -> str:
        """Why a class may have attributes that nobody can see; "" when it has none."""
        key = owner.module, owner.name
        found = self._open.get(key)
        if found is None:
            found = self._open[key] = self._why_dynamic(owner)
        return found

    def _why_dynamic(self, owner: Symbol) -> str:
        interior = self.symbols.interior(owner.module)
        row = interior.classes.get(owner.name)
        if row is None:
            return "its definition is not known"
        for name in ("__getattr__", "__getattribute__", "__slots__", "__new__"):
            if interior.member(owner.name, name) is not None:
                return f"it has {name}"
        if sum(one.name == owner.name for one in self._classes[owner.module]) > 1:
            return "it is defined more than once"
        for decorator in row.decorators:
            if decorator.partition("(")[0] not in _HARMLESS:
                return f"it is decorated with {decorator}"
        if row.keywords:
            return "its definition has keywords"
        prefix = f"{owner.name}."
        for one in self._reflections[owner.module]:
            if (
                one.act == "sets" and one.scope.startswith(prefix)
                and one.name.partition(".")[0] in ("self", "cls", "klass")
            ):  # fmt: skip
                return f"line {one.line} sets attributes by name"
        for used in self._used[owner.module]:
            if used.scope.startswith(prefix) and "__dict__" in used.name.split("."):
                return f"line {used.lines[0]} uses __dict__"
        if any(one.name.rpartition(".")[2] == owner.name.rpartition(".")[2] and one.act == "sets"
               for one in self._reflections[owner.module]):  # fmt: skip
            return "its attributes are set by name"
        return ""

    @cached_property
    def set_from_outside(self) -> frozenset[str]:
        """The names of attributes that are assigned anywhere on something else than `self`."""
        if self._outside is not None:
            return self._outside
        found: set[str] = set()
        for module in self.symbols.layout.modules:
            found |= set_outside(self._used[module], self._receivers[module])
        return frozenset(found)

    @cached_property
    def heirs(self) -> Mapping[tuple[str, str], Sequence[Symbol]]:
        """Class -> the classes of the project that inherit from it, directly or not."""
        found: dict[tuple[str, str], list[Symbol]] = {}
        for module, rows in self._classes.items():
            for row in rows:
                if row.bases:
                    own, *bases = self.symbols.order(module, row.name)
                    for one in bases:
                        if isinstance(one, Symbol) and isinstance(own, Symbol):
                            found.setdefault((one.module, one.name), []).append(own)
        return found

    def near(self, owner: Symbol, member: str) -> tuple[str, ...]:
        """Members of a class whose names are like the one that is asked for, the nearest first."""
        names: set[str] = set()
        for one in self.types.own_bases(owner):
            names |= self.symbols.interior(one.module).members_of(one.name)
        return tuple(get_close_matches(member, sorted(names), n=3, cutoff=0.6))

    # What is asked

    def asked(self, module: str) -> Iterator[Asked]:
        """The attributes that a module asks of receivers whose class is known, and does not have."""
        silent = _Silent(self._reflections[module])
        interior = self.symbols.interior(module)
        known: dict[tuple[str, str], tuple[tuple[Symbol, ...], bool]] = {}
        for row in self._used[module]:
            if row.how in ("store", "delete", "annotation", "quoted"):
                continue
            parts = row.name.split(".")
            if len(parts) < 2:
                continue
            if parts[0] in ("self", "cls"):
                around = interior.class_around(row.scope)
                if not around or parts[0] == "cls":
                    continue
                if len(parts) == 2 and interior.member(around, parts[1]) is not None:
                    continue  # what most uses are: of what the class itself has
                if not _is_method(interior, around, row.scope):
                    continue
                owner = Symbol(module, around, "class", "", 0)
                yield from self._down(module, row.scope, row.lines, row.how, "self", (owner,), False, parts[1:], silent)
            elif parts[0] in interior.bindings:
                key = ("", parts[0])
                if key not in known:
                    known[key] = self._variable(module, parts[0])
                classes, exact = known[key]
                if classes:
                    yield from self._down(
                        module, row.scope, row.lines, row.how, parts[0], classes, exact, parts[1:], silent
                    )
        for use in self._receivers[module]:
            if use.guarded or use.how in ("store", "delete"):
                continue
            root, *rest = use.name.split(".")
            key = (use.scope, root)
            if key not in known:
                known[key] = self._local(module, use.scope, root)
            classes, exact = known[key]
            if classes:
                yield from self._down(module, use.scope, use.lines, use.how, root, classes, exact, rest, silent)

    def _down(
        self, module: str, scope: str, lines: Iterable[int], how: str, receiver: str, classes: tuple[Symbol, ...],
        exact: bool, parts: Sequence[str], silent: _Silent,
    ) -> Iterator[Asked]:  # fmt: skip
        """Each step of a chain, as long as the class is known."""
        for number, part in enumerate(parts):
            first = receiver == "self"
            last = number == len(parts) - 1
            if all(self.has(one, part) == "no" for one in classes):
                shown = [line for line in lines if not silent.at(scope, receiver, line)]
                if shown:
                    yield Asked(module, scope, shown[0], receiver, part, how if last else "load", classes, exact)
                return
            if last or len(classes) != 1:
                return
            owner = classes[0]
            if part in self.set_from_outside:
                return
            if first and any(
                self.types.attributes(heir, part) for heir in self.heirs.get((owner.module, owner.name), ())
            ):
                return
            found = self.types.of_attribute(owner, part)
            classes = tuple(one for one in found if isinstance(one, Symbol))
            if not classes or len(classes) != len(found):
                return
            exact = (exact or first) and self._constructed(owner, part)
            receiver = f"{receiver}.{part}"

    def _constructed(self, owner: Symbol, name: str) -> bool:
        """Whether every value of an attribute is an instance made on the spot, so that it is no subclass's."""
        for one in self.types.own_bases(owner):
            rows = self.types.attributes(one, name)
            if rows:
                return all(
                    not row.annotation
                    and self.types.constructed(
                        one.module, f"{one.name}.{row.where}" if row.where else one.name, row.value
                    )
                    for row in rows
                )
        return False

    def _variable(self, module: str, name: str) -> tuple[tuple[Symbol, ...], bool]:
        rows = self.types.variables(module, name)
        if not rows or name in self.set_from_outside:
            return (), False
        found = self.types.of_expression(module, "", name)
        symbols = tuple(one for one in found if isinstance(one, Symbol))
        exact = all(not row.annotation and self.types.constructed(module, row.where, row.value) for row in rows)
        return (symbols, exact) if symbols and len(symbols) == len(found) else ((), False)

    def _local(self, module: str, scope: str, name: str) -> tuple[tuple[Symbol, ...], bool]:
        found = self.types.of_expression(module, scope, name)
        symbols = tuple(one for one in found if isinstance(one, Symbol))
        if not symbols or len(symbols) != len(found):
            return (), False
        rows = self.types.local_rows(module, scope, name)
        return symbols, bool(rows) and all(
            not row.annotation and self.types.constructed(module, scope, row.value) for row in rows
        )


def set_outside(used: Sequence[UsedName], receivers: Sequence[ReceiverUse]) -> set[str]:
    """The names of attributes that a module assigns on something else than `self`."""
    found: set[str] = set()
    for row in used:
        if row.how == "store":
            root, _, rest = row.name.partition(".")
            if root not in ("self", "cls") or "." in rest:
                found.add(row.name.rpartition(".")[2])
    # A local variable called `self` is an instance that `__new__` or a factory makes.
    found.update(row.name.rpartition(".")[2] for row in receivers if row.how == "store")
    return found


def _is_method(interior: Interior, owner: str, scope: str) -> bool:
    """Whether `self` in a scope is the instance: of a class that stands in no function, in a method that says so."""
    row = interior.classes.get(owner)
    method = interior.functions.get(f"{owner}.{scope[len(owner) + 1:].partition('.')[0]}")
    return (
        row is not None and not row.scope and method is not None and bool(method.parameters)
        and method.parameters[0].name == "self"
    )  # fmt: skip


class _Silent:
    """Where nothing is said: the receiver was asked what it is, or a failure is caught."""

    def __init__(self, rows: Sequence[Reflection]) -> None:
        self._asked: dict[str, list[str]] = {}
        """What is asked -> the scopes in which."""
        for row in rows:
            if row.act != "catches":
                self._asked.setdefault(row.name, []).append(row.scope)
        self._caught = [(row.line, row.end) for row in rows if row.act == "catches"]

    def at(self, scope: str, receiver: str, line: int) -> bool:
        """Whether a use of a receiver on a line is none of ours."""
        for first, last in self._caught:
            if first <= line <= last:
                return True
        name = receiver
        while self._asked and name:
            for where in self._asked.get(name, ()):
                if scope.startswith(where):
                    return True
            name = name.rpartition(".")[0]
        return False
