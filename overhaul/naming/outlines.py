"""What a module contributes to the meaning of names, whatever the lines: what has it unchanged means what it meant.

An analyzer that goes on from its last run looks names up in a `Symbols` of its own, made by `noting`. As long as every
module in the notes has the outline that it had, each answer (but for `references`) is what it was, lines aside.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from typing import Final, Generic, TypeVar

import msgspec

from overhaul.facts import Facts, Function, Row
from overhaul.naming.additions import marks, unheard, unmarked, words_of
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


def prints_of(tables: Iterable[Facts[Row]], modules: Iterable[str]) -> dict[str, bytes]:
    """A digest of each module's rows in several tables, lines and all."""
    prints = [table.prints() for table in tables]
    return {
        module: hashlib.blake2b(b"".join([one.get(module, b"") for one in prints]), digest_size=8).digest()
        for module in modules
    }


def noting(symbols: _Offers, notes: set[str]) -> _Offers:
    """The same symbol table without what it has worked out already, which notes into whose facts it looks."""
    return type(symbols)(symbols.layout, *(Noted(table, notes) for table in symbols.tables))


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


Shown = Callable[[str, Set[str]], Iterator[object]]
"""What a module shows, without some of its functions by their dotted names."""


class Outlines:
    """Compares what modules show with what they showed in the last run.

    An outline is eight bytes of digest, and behind them the marks of the module's functions.
    """

    def __init__(
        self, before: Mapping[str, bytes], prints: Mapping[str, bytes], outlines: Mapping[str, bytes],
        functions: Facts[Function], tables: Sequence[Facts[Row]], shown: Shown, methods: bool,
    ) -> None:  # fmt: skip
        """`before` and `outlines` are of the last run, `prints` of this one; `tables` are all that is read.

        Modules without an outline are not compared. `methods`: new methods of a class that was there may pass as well
        as functions.
        """
        self._functions, self._shown = functions, shown
        self._changed = [module for module in outlines if before.get(module) != prints.get(module)]
        self._outlines = dict(outlines)
        self.additions = False
        """Whether any module has got functions of which no other one can have heard."""
        self.hold = self._compare(tables, methods)
        """Whether what was worked out about unchanged modules is what it was, lines aside."""

    def now(self) -> dict[str, bytes]:
        """The outlines of this run, where `hold`."""
        return self._outlines

    def _compare(self, tables: Sequence[Facts[Row]], methods: bool) -> bool:
        words: set[bytes] = set()
        seen: list[bytes] = []
        for module in self._changed:
            before = self._outlines[module]
            data = encoded(self._shown(module, frozenset()))
            if digest(data) != before[:_DIGEST]:
                added = unmarked(self._functions[module], before[_DIGEST:], methods)
                rest = encoded(self._shown(module, added)) if added else data
                if digest(rest) != before[:_DIGEST]:
                    return False
                self._outlines[module] = digest(data) + marks([row.name for row in self._functions[module]])
                words.update(words_of(added))
                data = rest
            seen.append(data)
        self.additions = bool(words)
        return not words or unheard(sorted(words), tables, frozenset(self._changed), seen)


def outline_of(shown: Shown, functions: Facts[Function], module: str) -> bytes:
    """The outline of one module."""
    return digest(encoded(shown(module, frozenset()))) + marks([row.name for row in functions[module]])


def encoded(parts: Iterator[object]) -> bytes:
    """What is shown, with all strings as they are."""
    return msgspec.msgpack.encode(list(parts))


def digest(data: bytes) -> bytes:
    """Eight bytes of it."""
    return hashlib.blake2b(data, digest_size=_DIGEST).digest()


_DIGEST: Final = 8
