"""What a search for managers leaves for the next: what it had to look up in the whole project.

As long as every module shows what it showed, lines aside, the same classes inherit from each other, are called and are
handed on, and the same ones are no managers. Then only the others are judged again.
"""

from __future__ import annotations

from collections.abc import Iterator, Set

import msgspec

from overhaul.facts import Class, Construction, Facts, Function, LocalName, Row, Variable
from overhaul.naming.outlines import Outlines, outline_of, prints_of
from overhaul.symbols import Symbols
from overhaul.wiring.outlines import shown
from overhaul.wiring.portraits import Key, Seen


class Known(msgspec.Struct, frozen=True, array_like=True):
    """What a run leaves for the next."""

    prints: dict[str, bytes]
    """Module -> digest of its facts."""
    outlines: dict[str, bytes]
    """Module -> digest of what it shows."""
    seen: Seen
    taken: tuple[Key, ...]
    """The classes that anything was said of."""


class Memory:
    """Tells what of the last run still holds."""

    def __init__(
        self, past: Known | None, symbols: Symbols, variables: Facts[Variable], local_names: Facts[LocalName],
        classes: Facts[Class], constructions: Facts[Construction],
    ) -> None:  # fmt: skip
        """The tables are all that the search reads."""
        self._symbols, self._variables, self._local_names = symbols, variables, local_names
        self._classes, self._constructions = classes, constructions
        tables: tuple[Facts[Row], ...] = (*symbols.tables, variables, local_names, constructions)
        self._prints = prints_of(tables, symbols.layout.modules)
        functions: Facts[Function] = symbols.tables[3]
        self._functions = functions
        # A new method makes another class of its owner, and of who holds one.
        self._outlines = Outlines(
            past.prints, self._prints, past.outlines, functions, tables, self._shown, methods=False
        ) if past is not None else None  # fmt: skip
        self.known = past if self._outlines is not None and self._outlines.hold else None
        """What still holds; None where too much has changed."""

    def left(self, seen: Seen, taken: tuple[Key, ...]) -> Known:
        """What the next run can take over."""
        outlines = self._outlines.now() if self.known is not None and self._outlines is not None else {
            module: outline_of(self._shown, self._functions, module) for module in self._prints
        }  # fmt: skip
        return Known(self._prints, outlines, seen, taken)

    def _shown(self, module: str, but: Set[str]) -> Iterator[object]:
        yield from shown(self._symbols, self._variables, self._local_names, module, but)
        yield [(row.name, row.summary) for row in self._classes[module]]
        yield [
            (row.callee, row.scope, row.how, row.target, row.arguments, row.looped, row.conditional)
            for row in self._constructions[module]
        ]
