"""What other modules see of one: names, classes, and what tells the classes of values; all without lines."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from typing import Final

import msgspec

from overhaul.facts import Facts, Function, LocalName, Row, Variable
from overhaul.naming.additions import marks, unheard, unmarked, words_of
from overhaul.naming.outlines import told
from overhaul.symbols import Symbols


def prints_of(tables: Sequence[Facts[Row]], modules: Mapping[str, object]) -> dict[str, bytes]:
    """A digest of each module's rows in several tables, lines and all."""
    prints = [table.prints() for table in tables]
    return {
        module: hashlib.blake2b(b"".join([one.get(module, b"") for one in prints]), digest_size=8).digest()
        for module in modules
    }


def shown(
    symbols: Symbols, variables: Facts[Variable], local_names: Facts[LocalName], module: str, but: Set[str]
) -> Iterator[object]:
    """All that the classes of values in other modules can depend on, without some functions of the module."""
    yield list(told(symbols, module, but))
    functions = [row for row in symbols.interior(module).functions.values() if row.name not in but]
    yield [(row.kind, row.generator, row.returns, row.decorators, row.parameters) for row in functions]
    attributes = symbols.attribute_rows(module)
    yield [(row.owner, row.name, row.where, row.annotation, row.value) for row in attributes]
    own = variables[module]
    yield [(row.name, row.where, row.annotation, row.value) for row in own]
    # Local variables are seen from elsewhere where an attribute or a variable is made of them.
    scopes = {f"{row.owner}.{row.where}" for row in attributes if row.where}
    scopes |= {row.owner for row in attributes} | {row.where for row in own if row.where}
    around = {
        ".".join(parts[:count]) for parts in (one.split(".") for one in scopes) for count in range(1, len(parts) + 1)
    }
    yield [(row.scope, row.name, row.annotation, row.value) for row in local_names[module] if row.scope in around]


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

        `methods`: new methods of a class that was there may pass as well as functions.
        """
        self._functions, self._shown = functions, shown
        self._changed = [module for module, print_ in prints.items() if before.get(module) != print_]
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
            before = self._outlines.get(module)
            if before is None:
                return False
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
