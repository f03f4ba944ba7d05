"""What a search for mismatches leaves for the next: the rows of each module, which hold until something else says more.

What is asked in one module depends on its own facts, and on what classes, variables and names are in all others. The
latter is compared by an outline for each module, which leaves out lines and what only its own functions see; functions
that are new there change nothing for who cannot have heard of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set

import msgspec

from overhaul.facts import (
    Facts,
    Function,
    InterfaceMismatch,
    LocalName,
    ReceiverUse,
    Reflection,
    Row,
    UsedName,
    Variable,
)
from overhaul.naming.outlines import Outlines, outline_of, prints_of
from overhaul.symbols import Symbols
from overhaul.wiring.interfaces import set_outside
from overhaul.wiring.outlines import shown


class Known(msgspec.Struct, frozen=True, array_like=True):
    """What a run leaves for the next."""

    prints: dict[str, bytes]
    """Module -> digest of its facts."""
    outlines: dict[str, bytes]
    """Module -> outline, what others see of it."""
    outside: tuple[str, ...]
    """The attributes that are assigned anywhere on something else than `self`."""
    rows: dict[str, tuple[InterfaceMismatch, ...]]
    """Of each module that has any."""


class Memory:
    """Tells what of the last run still holds."""

    def __init__(
        self, past: Known | None, symbols: Symbols, variables: Facts[Variable], local_names: Facts[LocalName],
        used: Facts[UsedName], receivers: Facts[ReceiverUse], reflections: Facts[Reflection],
    ) -> None:  # fmt: skip
        """The tables are all that the search reads."""
        self._symbols, self._variables, self._local_names = symbols, variables, local_names
        self._used, self._receivers, self._reflections = used, receivers, reflections
        tables: tuple[Facts[Row], ...] = (*symbols.tables, variables, local_names, used, receivers, reflections)
        self._prints = prints_of(tables, symbols.layout.modules)
        functions: Facts[Function] = symbols.tables[3]
        self._functions = functions
        self._outlines = Outlines(
            past.prints, self._prints, past.outlines, functions, tables, self._shown, methods=True
        ) if past is not None else None  # fmt: skip
        self._known = past if self._outlines is not None and self._outlines.hold else None
        self.outside = frozenset(self._known.outside) if self._known is not None else None
        """The attributes that are assigned from outside; None where that must be found out."""

    def rows(self, module: str) -> Sequence[InterfaceMismatch] | None:
        """The rows of a module; None where they must be made."""
        known, outlines = self._known, self._outlines
        if known is None or outlines is None or known.prints.get(module) != self._prints[module]:
            return None
        rows = known.rows.get(module, ())
        # A row names members that are spelt alike, and a new one may be.
        return None if rows and outlines.additions else rows

    def left(self, outside: frozenset[str], rows: Mapping[str, Sequence[InterfaceMismatch]]) -> Known:
        """What the next run can take over."""
        outlines = self._outlines.now() if self._known is not None and self._outlines is not None else {
            module: outline_of(self._shown, self._functions, module) for module in self._prints
        }  # fmt: skip
        return Known(self._prints, outlines, tuple(sorted(outside)), {
            module: tuple(found) for module, found in rows.items() if found
        })  # fmt: skip

    def _shown(self, module: str, but: Set[str]) -> Iterator[object]:
        yield from shown(self._symbols, self._variables, self._local_names, module, but)
        yield [(row.scope, row.name) for row in self._reflections[module] if row.act == "sets"]
        used = self._used[module]
        yield sorted({row.scope for row in used if "__dict__" in row.name.split(".")})
        yield sorted(set_outside(used, self._receivers[module]))
