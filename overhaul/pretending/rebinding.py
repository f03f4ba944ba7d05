"""Which functions are replaced after their definition: assigned again, imported over, patched from outside."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from overhaul.facts import Attribute, Facts, Function, LooseName, Reflection, UsedName, Variable
from overhaul.inventory import testing
from overhaul.naming.meanings import Symbol
from overhaul.symbols import Symbols

_Place = tuple[str, str, str]
"""Module, scope, and the chain of names that stands there."""


class Rebindings:
    """What functions and methods are replaced by, if anything; a wrapper around the function itself is no other one."""

    def __init__(
        self, symbols: Symbols, attributes: Facts[Attribute], variables: Facts[Variable], used: Facts[UsedName],
        reflections: Facts[Reflection], loose: Facts[LooseName],
    ) -> None:  # fmt: skip
        """Goes through the uses of all modules but tests when first asked."""
        self._symbols = symbols
        self._attributes, self._variables = attributes, variables
        self._used, self._reflections, self._loose = used, reflections, loose

    def rebound(self, module: str, row: Function) -> bool:
        """Whether something else may stand under the name of a function when it is called."""
        last = row.name.rpartition(".")[2]
        if row.owner:
            return self._is_assigned(module, row, last) or self._is_patched(module, row, last)
        return self._is_bound_again(module, row) or self._is_patched(module, row, last)

    def _is_bound_again(self, module: str, row: Function) -> bool:
        interior = self._symbols.interior(module)
        if any(one.line > row.line for one in interior.stars):
            return True
        if any(one.kind == "import" and one.line > row.line for one in interior.bindings.get(row.name, ())):
            return True
        return any(
            one.name == row.name and (one.where or one.line > row.line) and _replaces(one, row.name)
            for one in self._variables[module]
        )

    def _is_assigned(self, module: str, row: Function, last: str) -> bool:
        """`self.load = loader` in a method, `render = _render` below in the class; what a property takes is a value."""
        return row.kind != "property" and any(
            one.owner == row.owner and one.name == last and (one.where or one.line > row.line) and _replaces(one, last)
            for one in self._attributes[module]
        )

    def _is_patched(self, module: str, row: Function, last: str) -> bool:
        """`Report.render = _render`, `shop.debug = print`, `setattr(Report, "render", _render)`."""
        symbol = Symbol(module, row.name, "method" if row.owner else "function", "", row.line)
        if any(symbol.same(self._symbols.lookup(*place)) for place in self._stores.get(last, ())):
            return True
        holder = Symbol(module, row.owner, "class" if row.owner else "module", "", 1)
        return any(holder.same(self._symbols.lookup(*place)) for place in self._set_by_name.get(last, ()))

    @cached_property
    def _stores(self) -> Mapping[str, list[_Place]]:
        """Last part -> the chains that are assigned."""
        stores: dict[str, list[_Place]] = {}
        for module, rows in self._used.items():
            if testing(self._symbols.path(module)):
                continue
            kept: dict[tuple[str, str], set[int]] = {}
            for row in rows:
                if row.how == "load" and "." in row.name:
                    kept.setdefault((row.scope, row.name), set()).update(row.lines)
            for row in rows:
                if row.how != "store" or "." not in row.name or row.name.startswith(("self.", "cls.")):
                    continue
                # `shop.send = traced(shop.send)` keeps it.
                if not kept.get((row.scope, row.name), set()).issuperset(row.lines):
                    stores.setdefault(row.name.rpartition(".")[2], []).append((module, row.scope, row.name))
        return stores

    @cached_property
    def _set_by_name(self) -> Mapping[str, list[_Place]]:
        """Name -> the chains that may be given an attribute of that name by `setattr`."""
        found: dict[str, list[_Place]] = {}
        for module, rows in self._reflections.items():
            if testing(self._symbols.path(module)):
                continue
            places = {(module, row.scope, row.name) for row in _sets(rows)}
            if places:
                names = {name for row in self._loose[module] if row.how == "string" for name in row.names}
                for name in names:
                    found.setdefault(name, []).extend(sorted(places))
        return found


def _sets(rows: Sequence[Reflection]) -> Iterator[Reflection]:
    """Calls of `setattr` for something else than the object itself; `vars(x)` asks as well."""
    asked = {(row.name, row.line) for row in rows if row.act == "asks"}
    for row in rows:
        own = row.name.partition(".")[0] in ("self", "cls")
        if row.act == "sets" and not own and (row.name, row.line) not in asked:
            yield row


def _replaces(row: Attribute | Variable, name: str) -> bool:
    """Whether an assignment brings another function: not None, and nothing around the same one."""
    return row.value != "None" and not re.search(rf"\b{re.escape(name)}\b", row.value)
