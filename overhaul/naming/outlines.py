"""What a module contributes to the meaning of names, whatever the lines: what has it unchanged means what it meant.

An analyzer that goes on from its last run looks names up in a `Symbols` of its own, made by `noting`. As long as every
module in the notes has the outline that it had, each answer (but for `references`) is what it was, lines aside.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from typing import Generic, TypeVar

import msgspec

from overhaul.facts import Facts, Row
from overhaul.naming.offers import EXTENDING, Offers

_Row = TypeVar("_Row", bound=Row)
_Offers = TypeVar("_Offers", bound=Offers)


class Noted(Generic[_Row]):
    """A table of facts that notes whose rows are read."""

    def __init__(self, table: Facts[_Row], notes: set[str]) -> None:
        """Note modules in `notes`."""
        self._table, self._notes = table, notes

    def __getitem__(self, module: str) -> Sequence[_Row]:
        """The rows of one module."""
        self._notes.add(module)
        return self._table[module]

    def parsed(self, module: str) -> bool:
        """Whether a module's source was understood."""
        self._notes.add(module)
        return self._table.parsed(module)

    def items(self) -> Iterator[tuple[str, Sequence[_Row]]]:
        """Every module that has rows, with them."""
        self._notes.update(self._table.prints())
        return self._table.items()

    def prints(self) -> Mapping[str, bytes]:
        """A digest of each module's rows."""
        self._notes.update(self._table.prints())
        return self._table.prints()

    def mentions(self, words: Sequence[bytes], but: Collection[str]) -> bool:
        """Whether the rows of any other module have one of these words."""
        self._notes.update(self._table.prints())
        return self._table.mentions(words, but)


def noting(symbols: _Offers, notes: set[str]) -> _Offers:
    """The same symbol table without what it has worked out already, which notes into whose facts it looks."""
    return type(symbols)(symbols.layout, *(Noted(table, notes) for table in symbols.tables))


def outline(symbols: Offers, module: str) -> bytes:
    """A digest of all that looking up names sees of one module, without lines; decodes that module's facts."""
    return hashlib.blake2b(msgspec.msgpack.encode(list(told(symbols, module))), digest_size=16).digest()


def told(symbols: Offers, module: str, but: Set[str] = frozenset()) -> Iterator[object]:
    """All that looking up names sees of one module, without lines, and without some functions by their dotted names."""
    bindings, exports, classes, functions, attributes, imports, used = symbols.tables
    yield bindings.parsed(module)
    yield [(row.name, row.kind, row.target, row.conditional) for row in bindings[module]
           if row.kind != "function" or row.name not in but]
    yield [(row.names, row.others, row.complete) for row in exports[module]]
    yield [(row.name, row.bases, row.keywords, row.decorators, row.scope) for row in classes[module]]
    yield [(row.name, row.owner, row.kind, [one.name for one in row.parameters]) for row in functions[module]
           if row.name not in but]
    yield list(dict.fromkeys((row.owner, row.name) for row in attributes[module]))
    yield [(row.scope, row.kind, row.target, row.level, row.names, row.bound) for row in imports[module] if row.scope]
    if symbols.layout.modules[module].package:
        yield [row.name for row in used[module] if row.name in EXTENDING]
