"""What a search for saved state leaves for the next: the modules in which there is none, as long as nothing says more.

Whether a module has a pair depends on its own functions, on those that its classes inherit, and on what names mean.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

import msgspec

from overhaul.facts import Facts, Function, Row
from overhaul.inventory import StatePersistence
from overhaul.naming.outlines import Outlines, outline_of, told
from overhaul.symbols import Symbols


class Known(msgspec.Struct, frozen=True, array_like=True):
    """What a run leaves for the next."""

    prints: dict[str, bytes]
    """Module -> digest of its facts."""
    outlines: dict[str, bytes]
    """Module -> outline, what names mean in it, for the modules in which one was looked up."""
    quiet: dict[str, tuple[str, ...]]
    """Modules without a pair, each with those that its classes inherit from."""
    lone: dict[str, tuple[StatePersistence, ...]]
    """Module -> the halves without a counterpart that stand in it."""


class Memory:
    """Tells what of the last run still holds."""

    def __init__(self, past: Known | None, symbols: Symbols, tables: Sequence[Facts[Row]], notes: set[str]) -> None:
        """`tables` are all that pairs are told from; `notes` the modules into whose facts `symbols` looks."""
        self._symbols, self._notes = symbols, notes
        prints = [table.prints() for table in tables]
        self._prints = {
            module: hashlib.blake2b(b"".join([one.get(module, b"") for one in prints]), digest_size=8).digest()
            for module in symbols.layout.modules
        }
        self._functions: Facts[Function] = symbols.tables[3]
        self._outlines = Outlines(
            past.prints, self._prints, past.outlines, self._functions, tables, self._shown, methods=True
        ) if past is not None else None  # fmt: skip
        self._known = past if self._outlines is not None and self._outlines.hold else None
        self._quiet: dict[str, tuple[str, ...]] = {}

    def _shown(self, module: str, but: Set[str]) -> Iterator[object]:
        return told(self._symbols, module, but)

    def _same(self, module: str) -> bool:
        return self._known is not None and self._known.prints.get(module) == self._prints[module]

    def quiet(self, module: str) -> Sequence[StatePersistence] | None:
        """The lone halves of a module that is known to have no pair; None for any other."""
        known = self._known
        above = known.quiet.get(module) if known is not None else None
        if known is None or above is None or not self._same(module) or not all(map(self._same, above)):
            return None
        self._quiet[module] = above
        return known.lone.get(module, ())

    def found_none(self, module: str, above: Iterable[str]) -> None:
        """A module has no pair; its classes inherit from those `above`."""
        self._quiet[module] = tuple(sorted(set(above) - {module}))

    def left(self, lone: Mapping[str, Sequence[StatePersistence]]) -> Known:
        """What the next run can take over."""
        outlines = dict(self._outlines.now()) if self._known is not None and self._outlines is not None else {}
        for module in sorted(self._notes - outlines.keys()):
            outlines[module] = outline_of(self._shown, self._functions, module)
        return Known(
            self._prints, outlines, self._quiet, {module: tuple(rows) for module, rows in lone.items() if rows}
        )
