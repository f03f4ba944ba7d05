"""A member under its new name overrides what it overrode, is overridden by what overrode it, and by nothing else."""

from __future__ import annotations

import ast
import builtins
import importlib
import sys
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Final

from overhaul.changes import Moved, Replaced
from overhaul.errors import Unreadable
from overhaul.later import parsed
from overhaul.naming.meanings import External, Meaning, Symbol
from overhaul.plans import Refusal
from overhaul.proving.context import Context
from overhaul.proving.mapping import Identity

CHECK: Final = "bindings"


class Overriding:
    """Looks at the classes around each member that is renamed, as they were before."""

    def __init__(self, context: Context) -> None:
        """Nothing is looked at before `refusals`."""
        self._context = context
        self._symbols = context.before.symbols
        self.looked = 0
        """How many classes were looked at."""

    def refusals(self) -> Iterator[Refusal]:
        """What would begin or cease to override, by member."""
        for one in self._context.mapping.moved:
            owner, _, old = one.before.name.rpartition(".")
            new = one.after.name.rpartition(".")[2]
            if not owner or old == new:
                continue
            if owner in self._symbols.interior(one.before.module).classes:
                yield from self._above(one, owner, old, new)
                yield from self._below(one, owner, old, new)
                yield from self._beside(one, owner, old)

        for replaced in self._context.replacing.replaced:
            owner, _, old = replaced.before.name.rpartition(".")
            new = replaced.after.name.rpartition(".")[2]
            if owner and old != new and owner in self._symbols.interior(replaced.before.module).classes:
                yield from self._taken_over(replaced, owner, old, new)

        for added in sorted(self._context.added):
            yield from self._alone(added)

    def _alone(self, added: Identity) -> Iterator[Refusal]:
        """A member that a class gets overrides nothing, and nothing overrides it."""
        owner, _, name = added.name.rpartition(".")
        why = ""
        for base in self._symbols.order(added.module, owner)[1:]:
            self.looked += 1
            if isinstance(base, Symbol) and self._symbols.interior(base.module).member(base.name, name) is not None:
                why = f"would override {base.module}:{base.name}.{name}"
            elif isinstance(base, External) and (known := _class(base.name)) is not None and hasattr(known, name):
                why = f"would override {base.name}.{name}"
        for module, below in self._holders(frozenset({name})):
            self.looked += 1
            if (module, below) != (added.module, owner) and _among(
                self._symbols.order(module, below), added.module, owner
            ):  # fmt: skip
                why = f"would be overridden by {module}:{below}.{name}"
        why = why or self._noticed(added, owner, name)
        if why:
            row = self._context.after.symbols.interior(added.module).classes.get(owner)
            path = self._context.after.symbols.path(added.module)
            yield Refusal(path, row.line if row is not None else 0, CHECK, f"{added} {why}", "choose another name")

    def _noticed(self, added: Identity, owner: str, name: str) -> str:
        """Why a new member changes what happens already; "" if nobody asks for it."""
        if name.startswith("__") and name.endswith("__") and name not in _MAKING:
            return "would change what an operator or a builtin does with instances"
        function = self._context.after.symbols.interior(added.module).functions.get(added.name)
        if function is None:
            return ""  # a descriptor, or a value that instances have their own of
        asked, stored = self._uses(added.module, owner, name)
        if stored:
            return f"would be hidden by what `.{name} = ` in {stored} sets, or stand in its way"
        dynamic = any(
            isinstance(base, Symbol) and self._symbols.interior(base.module).member(base.name, hook) is not None
            for base in self._symbols.order(added.module, owner) for hook in ("__getattr__", "__getattribute__")
        )
        return f"would be found where `__getattr__` answers {asked} now" if dynamic and asked else ""

    def _uses(self, module: str, owner: str, name: str) -> tuple[str, str]:
        """The places, or "", where an attribute of this name is asked for, and where it is set."""
        asked = stored = ""
        for path in sorted(self._context.before.mentioning(frozenset({name}))):
            try:
                tree = parsed(self._context.before.source(path).text())
            except (Unreadable, SyntaxError, ValueError, RecursionError):
                continue
            for node, around in _within(tree, ""):
                if not isinstance(node, ast.Attribute) or node.attr != name:
                    continue
                if around and isinstance(node.value, ast.Name) and node.value.id == "self" and not self._related(
                    self._context.before.layout.module_of(path), around, module, owner
                ):
                    continue
                if isinstance(node.ctx, ast.Load):
                    asked = asked or f"{path}:{node.lineno}"
                else:
                    stored = stored or f"{path}:{node.lineno}"
        return asked, stored

    def _related(self, module: str, name: str, other: str, owner: str) -> bool:
        """Whether one of two classes stands on the other."""
        if name not in self._symbols.interior(module).classes:
            return True
        return _among(self._symbols.order(module, name), other, owner) or _among(
            self._symbols.order(other, owner), module, name
        )

    def _taken_over(self, replaced: Replaced, owner: str, old: str, new: str) -> Iterator[Refusal]:
        """The subclasses that define either name, and have the class that takes the place for a base afterwards."""
        before, after = self._symbols, self._context.after.symbols
        holder = replaced.after.name.rpartition(".")[0]
        for module, name in self._holders(frozenset({old, new})):
            self.looked += 1
            if (module, name) == (replaced.before.module, owner) or module not in after.layout.modules:
                continue
            interior = after.interior(module)
            if name not in interior.classes or not _among(before.order(module, name), replaced.before.module, owner):
                continue
            if not _among(after.order(module, name), replaced.after.module, holder):
                continue
            members, was = interior.members_of(name), before.interior(module).members_of(name)
            why = ""
            if new in members and new in was:
                why = f"would be overridden by {module}:{name}.{new}"
            elif old in members and old in was:
                why = f"would not be overridden by {module}:{name}.{old}, as {replaced.before} was"
            if why:
                _, line = interior.member(name, new if new in members else old) or ("", 0)
                path = after.path(module)
                yield Refusal(path, line, CHECK, f"{replaced.after} {why}", "rename it, or leave this class as it is")

    def _above(self, moved: Moved, owner: str, old: str, new: str) -> Iterator[Refusal]:
        """The bases."""
        for base in self._symbols.order(moved.before.module, owner)[1:]:
            self.looked += 1
            if isinstance(base, Symbol):
                interior = self._symbols.interior(base.module)
                if interior.member(base.name, new) is not None and not self._leaves(base, new):
                    yield self._refuse(moved, f"would override {base.module}:{base.name}.{new}", "choose another name")
                if interior.member(base.name, old) is not None and not self._leaves(base, old):
                    yield self._refuse(
                        moved, f"would no longer override {base.module}:{base.name}.{old}", "rename both"
                    )
            elif isinstance(base, External) and (known := _class(base.name)) is not None:
                if hasattr(known, old):
                    yield self._refuse(moved, f"would no longer override {base.name}.{old}", "keep its name")
                if hasattr(known, new):
                    yield self._refuse(moved, f"would override {base.name}.{new}", "choose another name")

    def _below(self, moved: Moved, owner: str, old: str, new: str) -> Iterator[Refusal]:
        """The subclasses that define either name themselves."""
        for module, name in self._holders(frozenset({old, new})):
            self.looked += 1
            if (module, name) == (moved.before.module, owner):
                continue
            order = self._symbols.order(module, name)
            above = any(
                isinstance(base, Symbol) and (base.module, base.name) == (moved.before.module, owner) for base in order
            )
            if not above:
                continue
            members = self._symbols.interior(module).members_of(name)
            holder = Symbol(module, name, "class", "", 0)
            if new in members and not self._leaves(holder, new):
                yield self._refuse(moved, f"would be overridden by {module}:{name}.{new}", "choose another name")
            if old in members and not self._leaves(holder, old):
                yield self._refuse(moved, f"would no longer be overridden by {module}:{name}.{old}", "rename both")

    def _beside(self, moved: Moved, owner: str, old: str) -> Iterator[Refusal]:
        """The protocols that the class satisfies by the names of its members."""
        have = {
            member for base in self._symbols.order(moved.before.module, owner) if isinstance(base, Symbol)
            for member in self._symbols.interior(base.module).members_of(base.name)
        }  # fmt: skip
        for module, name in self._holders(frozenset({old})):
            interior = self._symbols.interior(module)
            row = interior.classes[name]
            if not any(base.partition("[")[0].rpartition(".")[2] == "Protocol" for base in row.bases):
                continue
            members = interior.members_of(name)
            own = (module, name) == (moved.before.module, owner)
            stays = old in members and not self._leaves(Symbol(module, name, "class", "", 0), old)
            if not own and stays and members <= have:
                yield self._refuse(moved, f"would no longer satisfy the protocol {module}:{name}", "rename both")

    def _holders(self, names: frozenset[str]) -> Iterator[tuple[str, str]]:
        """The classes that may define one of some names: those of files that mention it."""
        layout = self._context.before.layout
        for path in self._context.before.mentioning(names):
            module = layout.module_of(path)
            if self._symbols.path(module) != path:
                continue
            interior = self._symbols.interior(module)
            for name in interior.classes:
                if not names.isdisjoint(interior.members_of(name)):
                    yield module, name

    def _leaves(self, owner: Symbol, member: str) -> bool:
        return f"{owner.module}:{owner.name}.{member}" in self._moved

    @cached_property
    def _moved(self) -> frozenset[str]:
        return frozenset(str(Identity(one.before.module, one.before.name)) for one in self._context.mapping.moved)

    def _refuse(self, moved: Moved, why: str, remedy: str) -> Refusal:
        symbols = self._context.after.symbols
        module = moved.after.module
        path = symbols.path(module) if module in symbols.layout.modules else ""
        owner, _, name = moved.after.name.rpartition(".")
        found = symbols.interior(module).member(owner, name) if path else None
        return Refusal(path, found[1] if found is not None else 0, CHECK, f"{moved.after} {why}", remedy)


def _within(node: ast.AST, around: str) -> Iterator[tuple[ast.AST, str]]:
    """Every node with the dotted name of the class around it."""
    for child in ast.iter_child_nodes(node):
        inner = f"{around}.{child.name}".lstrip(".") if isinstance(child, ast.ClassDef) else around
        yield child, inner
        yield from _within(child, inner)


def _among(order: Iterable[Meaning], module: str, name: str) -> bool:
    return any(isinstance(one, Symbol) and (one.module, one.name) == (module, name) for one in order)


_MAKING: Final = frozenset({"__init__", "__post_init__"})
"""What a codemod may give a class to make its instances by."""
_NEVER: Final = frozenset({"antigravity", "this", "idlelib", "turtledemo", "turtle", "__main__", "tkinter"})
"""What does something when it is imported."""


def _class(dotted: str) -> object | None:
    """A class of the standard library, so that its members are known; None for any other."""
    module, _, name = dotted.rpartition(".")
    if module == "builtins":
        return getattr(builtins, name, None)
    top = module.partition(".")[0]
    if top not in sys.stdlib_module_names or top in _NEVER or "test" in module.split("."):
        return None
    try:
        return getattr(importlib.import_module(module), name, None)
    except ImportError:
        return None
