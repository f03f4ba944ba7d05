"""What a dotted name can mean, and what one module binds under which name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Final, Literal, TypeAlias

import msgspec

from overhaul.facts import Attribute, Binding, Class, Function, ImportStatement
from overhaul.patterns import regex

SymbolKind = Literal["module", "class", "function", "method", "attribute", "variable"]


class Symbol(msgspec.Struct, frozen=True):
    """Something that the project defines."""

    module: str
    """The module that defines it."""
    name: str
    """Dotted, inside the module; "" for the module itself."""
    kind: SymbolKind
    path: str
    line: int
    """Of the first binding; 1 for a module."""
    via: tuple[str, ...] = ()
    """The modules whose re-export was followed, the one that was asked first."""
    alternatives: tuple[Meaning, ...] = ()
    """What it may mean instead, where a branch or a base class outside the project decides."""

    @property
    def dotted(self) -> str:
        """The whole name, from which `Symbols.resolve` finds the symbol again."""
        return f"{self.module}.{self.name}" if self.name else self.module

    def same(self, other: Meaning) -> bool:
        """Whether the other is this symbol too, whichever way it was reached."""
        return isinstance(other, Symbol) and other.module == self.module and other.name == self.name


class External(msgspec.Struct, frozen=True):
    """Something that stands outside the project: in the standard library, an installed package or the builtins."""

    name: str
    """Its whole dotted name; builtins as `builtins.len`."""


class Unknown(msgspec.Struct, frozen=True):
    """What cannot be told from the source."""

    name: str
    reason: str


Meaning: TypeAlias = Symbol | External | Unknown

ReferenceHow = Literal[
    "import", "re-export", "__all__", "load", "call", "store", "delete", "annotation", "quoted", "base", "decorator"
]


class Reference(msgspec.Struct, frozen=True):
    """One place that means a symbol."""

    module: str
    path: str
    line: int
    scope: str
    """The dotted function or class it stands in; "" for the module itself."""
    how: ReferenceHow
    """What is done there; `load` where something is taken from the symbol in its turn: `C` in `C.x = 1`."""
    name: str
    """The chain as it is written up to the symbol; for an import the name that is taken."""


class Interior:
    """What one module binds, by name; classes and functions are decoded when they are asked for."""

    def __init__(
        self, bindings: Sequence[Binding], classes: Callable[[], Sequence[Class]],
        functions: Callable[[], Sequence[Function]], attributes: Callable[[], Sequence[Attribute]],
        imports: Callable[[], Sequence[ImportStatement]],
    ) -> None:  # fmt: skip
        """Bindings are gone through at once, the rest when it is asked for."""
        self._of_classes, self._of_functions, self._of_attributes = classes, functions, attributes
        self._of_imports = imports
        self.bindings: dict[str, list[Binding]] = {}
        self.stars: list[Binding] = []
        self.dynamic = False
        """Whether it binds names that no statement names."""
        for row in bindings:
            if row.kind == "star":
                self.stars.append(row)
            elif row.name == "*":
                self.dynamic = True
            else:
                self.bindings.setdefault(row.name, []).append(row)

    @cached_property
    def classes(self) -> Mapping[str, Class]:
        """By dotted name; the last where a branch defines one twice."""
        return {row.name: row for row in self._of_classes()}

    @cached_property
    def functions(self) -> Mapping[str, Function]:
        """By dotted name."""
        return {row.name: row for row in self._of_functions()}

    @cached_property
    def imported(self) -> Mapping[tuple[str, str], str]:
        """(scope, name) -> what an import in a function or class means, as `Binding.target` has it."""
        found: dict[tuple[str, str], str] = {}
        for row in self._of_imports():
            if not row.scope:
                continue
            base = f"{'.' * row.level}{row.target}"
            for name, bound in row.names:
                found[row.scope, bound] = f"{base}{name}" if base.endswith(".") else f"{base}.{name}"
            if row.bound and not row.level:
                whole = row.kind == "dynamic" or row.bound != row.target.partition(".")[0]
                found[row.scope, row.bound] = row.target if whole else row.bound
        return found

    @cached_property
    def _members(self) -> Mapping[str, Mapping[str, tuple[SymbolKind, int]]]:
        """Class -> what its body and its methods bind, definitions before assignments."""
        members: dict[str, dict[str, tuple[SymbolKind, int]]] = {}
        for function in self._of_functions():
            if function.owner:
                kind: SymbolKind = "attribute" if function.kind == "property" else "method"
                name = function.name.rpartition(".")[2]
                members.setdefault(function.owner, {}).setdefault(name, (kind, function.line))
        for row in self._of_classes():
            owner, _, name = row.name.rpartition(".")
            if owner in self.classes:
                members.setdefault(owner, {}).setdefault(name, ("class", row.line))
        for attribute in self._of_attributes():
            members.setdefault(attribute.owner, {}).setdefault(attribute.name, ("attribute", attribute.line))
        return members

    def member(self, owner: str, name: str) -> tuple[SymbolKind, int] | None:
        """Kind and line of what a class itself defines under a name."""
        found = self._members.get(owner)
        return found.get(name) if found is not None else None

    def members_of(self, owner: str) -> frozenset[str]:
        """The names of all that a class itself defines."""
        return frozenset(self._members.get(owner, ()))

    def class_around(self, scope: str) -> str:
        """The innermost class that a scope stands in; "" when there is none."""
        while scope and scope not in self.classes:
            scope = scope.rpartition(".")[0]
        return scope

    @cached_property
    def _headers(self) -> Mapping[tuple[str, str], Sequence[tuple[int, int, Literal["base", "decorator"]]]]:
        """(scope, chain) -> the lines between which it stands as a base or a decorator."""
        headers: dict[tuple[str, str], list[tuple[int, int, Literal["base", "decorator"]]]] = {}
        rows: list[Class | Function] = [*self._of_classes(), *self._of_functions()]
        for row in rows:
            scope = row.name.rpartition(".")[0]
            for text in row.decorators:
                if chain := CHAIN.match(text):
                    first = row.line - _DECORATED * len(row.decorators)
                    headers.setdefault((scope, chain[0]), []).append((first, row.line - 1, "decorator"))
            if isinstance(row, Class):
                for text in row.bases:
                    if chain := CHAIN.match(text):
                        headers.setdefault((scope, chain[0]), []).append((row.line, row.end, "base"))
        return headers

    def header(self, scope: str, chain: str, line: int) -> Literal["base", "decorator"] | None:
        """Whether a use stands in the head of a class or function definition."""
        for first, last, how in self._headers.get((scope, chain), ()):
            if first <= line <= last:
                return how
        return None


CHAIN: Final = regex(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*(?![\w(])")
_DECORATED: Final = 12
"""How many lines above its definition a decorator may start, for each decorator."""
