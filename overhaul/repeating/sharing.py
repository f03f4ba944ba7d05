"""Who uses a function of another module, and whether two functions mean the same by the names in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.facts import Facts, Fragment, Import, UsedName, Variable
from overhaul.inventory import testing
from overhaul.symbols import External, Symbol, Symbols


class Users:
    """The modules that use functions of others; tests are left out."""

    def __init__(self, symbols: Symbols, used: Facts[UsedName], imports: Sequence[Import]) -> None:
        """Names that modules use are decoded for those that are asked for."""
        self._symbols, self._used = symbols, used
        self._takers: dict[tuple[str, str], set[str]] = {}
        self._binders: dict[str, set[str]] = {}
        for row in imports:
            if row.implicit or row.importer == row.imported or testing(row.path):
                continue
            for name in row.names:
                self._takers.setdefault((row.imported, name), set()).add(row.importer)
            if not row.names:
                self._binders.setdefault(row.imported, set()).add(row.importer)

    def of(self, module: str, name: str) -> frozenset[str]:
        """Those that import a function by its name, also from a package that passes it on, or reach it by a module."""
        found: set[str] = set()
        homes = [module]
        for home in homes:
            for taker in self._takers.get((home, name), ()):
                found.add(taker)
                if taker not in homes and self._symbols.path(taker).endswith("__init__.py"):
                    homes.append(taker)
            found.update(one for one in self._binders.get(home, ()) if self._reaches(one, module, name))
        return frozenset(found - {module})

    def _reaches(self, user: str, module: str, name: str) -> bool:
        last = f".{name}"
        for row in self._used[user]:
            if last in row.name and f"{row.name}.".find(f"{last}.") > 0:
                meaning = self._symbols.lookup(user, row.scope, row.name[: f"{row.name}.".find(f"{last}.")] + last)
                if isinstance(meaning, Symbol) and (meaning.module, meaning.name) == (module, name):
                    return True
        return False


class Meanings:
    """What the names in functions stand for."""

    def __init__(self, symbols: Symbols, variables: Facts[Variable]) -> None:
        """Values of variables are decoded for the modules that are asked for."""
        self._symbols, self._variables = symbols, variables

    def same(self, first: tuple[str, Fragment], second: tuple[str, Fragment]) -> bool:
        """Whether two functions, each with its module, mean the same by every name that they do not bind themselves.

        That is one definition, or two variables of one value. Two functions or classes may do different things.
        """
        for name in first[1].free.split():
            if name != first[1].name and name in second[1].free.split() and self._differ(name, first, second):
                return False
        return True

    def _differ(self, name: str, first: tuple[str, Fragment], second: tuple[str, Fragment]) -> bool:
        one, two = (self._symbols.lookup(module, function.name, name) for module, function in (first, second))
        match one, two:
            case Symbol(), Symbol():
                if one.same(two):
                    return False
                if one.kind == "variable" == two.kind:
                    values = [frozenset(self._values(of)) for of in (one, two)]
                    return not values[0] or values[0] != values[1]
                return True
            case (Symbol(), External()) | (External(), Symbol()):
                return True
            case External(name=here), External(name=there):
                return here != there
            case _:
                return False

    def _values(self, symbol: Symbol) -> Iterator[str]:
        return (row.value for row in self._variables[symbol.module] if row.name == symbol.name and row.value)
