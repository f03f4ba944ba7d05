"""The symbol table: what a dotted name means, through re-exports, and every place that means it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from overhaul.facts import ImportStatement
from overhaul.naming.meanings import External, Meaning, Reference, ReferenceHow, Symbol, SymbolKind, Unknown
from overhaul.naming.resolution import Resolver


class Symbols(Resolver):
    """The symbol table, made from facts when it is asked, module by module."""

    def references(self, symbol: Symbol) -> Iterator[Reference]:
        """Every place outside its definition that means a symbol, by module and line.

        Methods and attributes are found through `self`, `cls` and the names of the class and its subclasses; through
        other receivers (`order.cancel()`, `super().cancel()`) they are not. Only modules that mention one of the
        symbol's names are looked into.
        """
        first = symbol.name.rpartition(".")[2] or symbol.module.rpartition(".")[2]
        known = {first}
        waiting = [first]
        modules: set[str] = set()
        while waiting:
            for module in self._mentions.get(waiting.pop(), ()):
                modules.add(module)
                for bound in self._aliases(symbol, module, known):
                    known.add(bound)
                    waiting.append(bound)
        for module in sorted(modules):
            found = {*self._imports_of(symbol, module), *self._exports_of(symbol, module, known),
                     *self._uses_of(symbol, module, known)}  # fmt: skip
            yield from sorted(found, key=lambda one: (one.line, one.how, one.scope, one.name))

    @cached_property
    def _mentions(self) -> Mapping[str, Sequence[str]]:
        """Each part of a name that is used or imported -> the modules that do."""
        parts: dict[str, set[str]] = {}
        for module, rows in self.used.items():
            parts[module] = {part for name in {row.name for row in rows} for part in name.split(".")}
        for module, statements in self.imports.items():
            here = parts.setdefault(module, set())
            for statement in statements:
                here.update(statement.target.split("."))
                here.update(name for name, _ in statement.names)
                here.add(statement.bound)
        mentions: dict[str, list[str]] = {}
        for module, here in parts.items():
            for part in here:
                mentions.setdefault(part, []).append(module)
        return mentions

    def _aliases(self, symbol: Symbol, module: str, known: Iterable[str]) -> Iterator[str]:
        """Other names that a module's imports give to a symbol."""
        for statement in self.imports[module]:
            root = statement.target.partition(".")[0]
            for taken, bound in statement.names or ((statement.target.rpartition(".")[2], statement.bound),):
                if taken in known and bound not in known and bound and (statement.names or bound != root):
                    target = f"{'.' * statement.level}{statement.target}"
                    named = self.taken(module, target, taken) if statement.names else self.target(module, target, bound)
                    if symbol.same(named):
                        yield bound

    def _imports_of(self, symbol: Symbol, module: str) -> Iterator[Reference]:
        path = self.path(module)
        for statement in self.imports[module]:
            target = f"{'.' * statement.level}{statement.target}"
            if not symbol.name:
                absolute = self.absolute(module, target)
                parts = absolute.split(".") if absolute else []
                # The dots of a relative import name a package without writing its name.
                written = statement.target.count(".") + 1 if statement.target else 0
                for count in range(max(1, len(parts) - written + 1), len(parts) + 1):
                    if self.locate(".".join(parts[:count]), module) == symbol.module:
                        name = target if count == len(parts) else ".".join(parts[:count])
                        yield Reference(module, path, statement.line, statement.scope, "import", name)
            for taken, bound in statement.names:
                if taken != "*" and symbol.same(self.taken(module, target, taken)):
                    how: ReferenceHow = "re-export" if self._passes_on(module, statement, bound) else "import"
                    yield Reference(module, path, statement.line, statement.scope, how, taken)

    def _passes_on(self, module: str, statement: ImportStatement, bound: str) -> bool:
        """Whether an import is there for others: listed in `__all__`, or unused in an `__init__` that has none."""
        if statement.scope:
            return False
        if exports := self.exports[module]:
            return any(bound in row.names for row in exports)
        if not self.layout.modules[module].package or bound.startswith("_"):
            return False
        return not any(row.name == bound or row.name.startswith(f"{bound}.") for row in self.used[module])

    def _exports_of(self, symbol: Symbol, module: str, known: Iterable[str]) -> Iterator[Reference]:
        for row in self.exports[module]:
            for name in known:
                if name in row.names and symbol.same(self.member(module, name)):
                    yield Reference(module, self.path(module), row.line, "", "__all__", name)

    def _uses_of(self, symbol: Symbol, module: str, known: set[str]) -> Iterator[Reference]:
        path = self.path(module)
        for row in self.used[module]:
            parts = row.name.split(".")
            if known.isdisjoint(parts):
                continue
            for count, meaning in enumerate(self.trail(module, row.scope, parts), 1):
                if symbol.same(meaning):
                    name = ".".join(parts[:count])
                    how: ReferenceHow = row.how
                    if count < len(parts) and how in ("call", "store", "delete"):
                        how = "load"
                    header = self.interior(module).header
                    for line in row.lines:
                        head = header(row.scope, row.name, line) if how in ("load", "call") else None
                        yield Reference(module, path, line, row.scope, head or how, name)
                    break


__all__ = ["External", "Meaning", "Reference", "ReferenceHow", "Symbol", "SymbolKind", "Symbols", "Unknown"]
