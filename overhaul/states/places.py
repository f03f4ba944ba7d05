"""Where the variable is declared that a place in the code means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from overhaul.naming.meanings import Symbol
from overhaul.types import Types

Kind = Literal["attribute", "variable", "entry"]


class Anchor(NamedTuple):
    """A variable, named by the place of its declaration."""

    module: str
    owner: str
    """The class, dotted; "" for a variable of the module."""
    name: str
    """The attribute, variable or key."""
    kind: Kind

    @property
    def dotted(self) -> str:
        """Its name inside the module."""
        return f"{self.owner}.{self.name}" if self.owner else self.name


class Places:
    """Tells variables by the classes of what they are attributes of."""

    def __init__(self, types: Types, setters: Mapping[tuple[str, str], str]) -> None:
        """`setters`: (module, dotted property) -> the attribute that its setter assigns."""
        self._types = types
        self._symbols = types.symbols
        self._setters = setters
        self._known: dict[tuple[str, str, str], Anchor | None] = {}
        self._anchors: dict[tuple[str, str, str], Anchor | None] = {}
        self._reads: dict[str, dict[str, set[str]]] = {}
        """Module -> function -> the attributes of `self` that it names."""

    def of(self, module: str, scope: str, place: str, declared: bool = False) -> Anchor | None:
        """The variable that `place` (as `StateMove` has it) means in a scope; None where that is not known.

        `declared`: it stands in a class body, which is the scope.
        """
        if declared:
            return self.attribute(self._class(module, scope), place)
        key = (module, scope, place)
        if key not in self._known:
            self._known[key] = self._find(module, scope, place)
        return self._known[key]

    def attribute(self, owner: Symbol, name: str) -> Anchor | None:
        """The attribute of a class's instances, in the topmost class of the project that declares it."""
        key = (owner.module, owner.name, name)
        if key not in self._anchors:
            self._anchors[key] = None
            self._anchors[key] = self._find_attribute(owner, name)
        return self._anchors[key]

    def _find_attribute(self, owner: Symbol, name: str) -> Anchor | None:
        found: Symbol | None = None
        for one in self._types.own_bases(owner):
            redirected = self._setters.get((one.module, f"{one.name}.{name}"))
            function = self._symbols.interior(one.module).functions.get(f"{one.name}.{name}")
            if redirected is None and function is not None:
                redirected = f"_{name}" if function.kind == "property" and self._declares(one, f"_{name}") else None
                if redirected is None and function.kind == "property":
                    redirected = self._read_by(one, name)
                if redirected is None:
                    return None
            if redirected is not None:
                return self.attribute(owner, redirected) if redirected != name else None
            if self._types.attributes(one, name):
                found = one
        if found is None:
            return None
        return Anchor(found.module, found.name, name, "attribute")

    def _read_by(self, owner: Symbol, name: str) -> str | None:
        """The only attribute that a property reads, where the class or a base declares it."""
        found = self._reads.get(owner.module)
        if found is None:
            found = self._reads[owner.module] = {}
            for row in self._symbols.used[owner.module]:
                if row.name.startswith("self."):
                    found.setdefault(row.scope, set()).add(row.name[5:].partition(".")[0])
        read = found.get(f"{owner.name}.{name}", set())
        only = next(iter(read)) if len(read) == 1 else name
        return only if only != name and self._declares(owner, only) else None

    def _declares(self, owner: Symbol, name: str) -> bool:
        return any(self._types.attributes(one, name) for one in self._types.own_bases(owner))

    def _find(self, module: str, scope: str, place: str) -> Anchor | None:
        if place.endswith("]"):
            return self._entry(module, scope, place)
        owner, _, name = place.rpartition(".")
        if not owner:
            return self._variable(module, scope, name)
        if owner in ("self", "cls"):
            around = self._types.class_around(module, scope)
            if around is None:
                return None
            return self.attribute(around, name) or self._undeclared(around, name)
        classes = self._types.of_expression(module, scope, owner)
        for one in classes:
            if isinstance(one, Symbol):
                return self.attribute(one, name) or self._undeclared(one, name)
        if classes:
            return None
        meaning = self._symbols.lookup(module, scope, place)
        if isinstance(meaning, Symbol):
            if meaning.kind == "attribute":
                inside, _, last = meaning.name.rpartition(".")
                return self.attribute(self._class(meaning.module, inside), last)
            if meaning.kind == "variable":
                return self._variable(meaning.module, "", meaning.name)
        return None

    def _undeclared(self, owner: Symbol, name: str) -> Anchor | None:
        """An attribute that only others assign."""
        if self._types.has_member(owner, name) == "yes":
            return None
        return Anchor(owner.module, owner.name, name, "attribute")

    def _variable(self, module: str, scope: str, name: str) -> Anchor | None:
        if self._types.variables(module, name):
            return Anchor(module, "", name, "variable")
        meaning = self._symbols.lookup(module, scope, name)
        if isinstance(meaning, Symbol) and meaning.kind == "variable":
            return Anchor(meaning.module, "", meaning.name, "variable")
        return None

    def _entry(self, module: str, scope: str, place: str) -> Anchor | None:
        """An entry under a constant key, of a dict that the class or module around works with."""
        key = place[place.index("[") + 1 : -1]
        name = key.strip("'\"") if key[:1] in "'\"" else key
        if key[:1] not in "'\"":
            # A key that has a name: its value, where that is known.
            meaning = self._symbols.lookup(module, scope, key)
            if isinstance(meaning, Symbol) and meaning.kind == "variable":
                for row in self._types.variables(meaning.module, meaning.name):
                    if row.value[:1] in "'\"":
                        name = row.value.strip("'\"")
        if not name.isidentifier():
            return None
        around = self._types.class_around(module, scope)
        return Anchor(module, around.name if around is not None else "", name, "entry")

    def _class(self, module: str, name: str) -> Symbol:
        row = self._symbols.interior(module).classes.get(name)
        return Symbol(module, name, "class", self._symbols.path(module), row.line if row is not None else 0)
