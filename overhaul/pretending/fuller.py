"""Where the project has an implementation of the same name that does something."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from overhaul.facts import Facts, Function
from overhaul.inventory import testing
from overhaul.naming.meanings import Symbol
from overhaul.pretending.families import Families
from overhaul.text import words_of

_MOST = 5


class Fuller:
    """Finds implementations by name: in the same family of classes first, then anywhere."""

    def __init__(self, families: Families, functions: Facts[Function]) -> None:
        """Stands on the families of classes and on all functions, which are gone through when first asked."""
        self._families = families
        self._functions = functions

    def of(self, module: str, name: str) -> Sequence[str]:
        """Functions of the same last name that do something, dotted with their modules; at most five."""
        owner, _, last = name.rpartition(".")
        if not last or (last.startswith("__") and last.endswith("__")):
            return ()
        found = dict.fromkeys(self._relatives(module, owner, last) if owner else ())
        if len(words_of(last)) > 1:
            found.update(dict.fromkeys(self._namesakes(module, name, last)))
        return tuple(found)[:_MOST]

    def namesakes(self, module: str, name: str) -> int:
        """How many other functions of the project have the same last name."""
        return sum(one != (module, name) for one in self._by_name.get(name.rpartition(".")[2], ()))

    def _relatives(self, module: str, owner: str, last: str) -> Iterator[str]:
        families = self._families
        for one in families.symbols.order(module, owner)[1:]:
            if isinstance(one, Symbol) and self._does(one.module, f"{one.name}.{last}"):
                yield f"{one.module}.{one.name}.{last}"
        for one in families.beside(module, owner, last):
            yield f"{one.module}.{one.name}.{last}"

    def _namesakes(self, module: str, name: str, last: str) -> Iterator[str]:
        for other, dotted in self._by_name.get(last, ()):
            if (other, dotted) != (module, name) and self._does(other, dotted):
                yield f"{other}.{dotted}"

    def _does(self, module: str, name: str) -> bool:
        row = self._families.function(module, name)
        if row is None or self._families.idle(module, name):
            return False
        return row.end - row.line >= 2 and self._families.decorated(module, row) != "declared"

    @cached_property
    def _by_name(self) -> Mapping[str, Sequence[tuple[str, str]]]:
        names: dict[str, list[tuple[str, str]]] = {}
        symbols = self._families.symbols
        for module, rows in self._functions.items():
            if testing(symbols.path(module)):
                continue
            for row in rows:
                if row.kind != "nested":
                    names.setdefault(row.name.rpartition(".")[2], []).append((module, row.name))
        return names
