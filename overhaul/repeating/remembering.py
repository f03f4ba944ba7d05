"""What a search for parallels leaves for the next, and what of it still holds.

Whether two modules correspond depends on their interfaces and bodies, on how often names and words occur in the
project, on who imports whom, and on what names mean. A change inside bodies, or of lines alone, changes nothing of what
concerns the whole: then only the pairs with a changed module are compared again, and those that had been found.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence, Set

import msgspec

from overhaul.facts import Facts, Function, Import, Row
from overhaul.naming.outlines import Outlines, outline_of, prints_of, told
from overhaul.repeating.interfaces import Interface, Tallies, essence
from overhaul.symbols import Symbols


class Whole(msgspec.Struct, frozen=True, array_like=True):
    """What is known of all interfaces together."""

    concepts: dict[str, int]
    """Of how many names it is a part."""
    tallies: Tallies
    sizes: dict[str, int]
    """Module -> how much it offers; only those that offer anything."""
    pairs: tuple[tuple[int, int], ...]
    """Modules to be compared, by their places in `sizes`."""


class Known(msgspec.Struct, frozen=True, array_like=True):
    """What a run leaves for the next."""

    whole: Whole
    found: bytes
    """For each pair 1 where the two correspond, else 0."""
    imports: bytes
    """Digest of who takes what from whom."""
    prints: dict[str, bytes]
    """Module -> digest of its facts."""
    outlines: dict[str, bytes]
    """Module -> outline: its interface, where it is compared, and what looking up names sees of it, where one did."""
    noted: tuple[str, ...]
    """The modules in which names were looked up."""


class Memory:
    """Tells what of the last run still holds."""

    def __init__(
        self, past: Known | None, symbols: Symbols, tables: Sequence[Facts[Row]], functions: Facts[Function],
        imports: Sequence[Import], interface: Callable[[str], Interface], considered: Sequence[str],
    ) -> None:  # fmt: skip
        """`tables` are all that interfaces, bodies and names are told from, functions among them.

        `considered` are the modules to be compared.
        """
        self._symbols, self._interface, self._considered = symbols, interface, frozenset(considered)
        self._functions = functions
        self._prints = prints_of(tables, symbols.layout.modules)
        self._imports = _digest([
            (row.importer, row.imported, row.implicit, row.names) for row in imports
        ])  # fmt: skip
        self._changed = {
            module for module, print_ in self._prints.items() if past is None or past.prints.get(module) != print_
        }
        self._noted = frozenset(past.noted) if past is not None else frozenset[str]()
        # What is not public is in no interface: its name counts only where several modules have it.
        self._outlines = Outlines(
            past.prints, self._prints, past.outlines, self._functions, tables, self._shown, methods=True
        ) if past is not None and past.imports == self._imports else None  # fmt: skip
        self.past = past if self._outlines is not None and self._outlines.hold else None
        """What still holds; None where too much has changed."""

    def _shown(self, module: str, but: Set[str]) -> Iterator[object]:
        if module in self._noted:
            yield from told(self._symbols, module, but)
        if module in self._considered:
            yield essence(self._interface(module), but)

    def found(self, number: int, first: str, second: str) -> bool:
        """Whether a pair need be compared again, or else did not correspond."""
        past = self.past
        return past is None or past.found[number] == 1 or first in self._changed or second in self._changed

    def left(self, whole: Whole, found: bytes, notes: set[str]) -> Known:
        """What the next run can take over; `notes` are the modules in which this one has looked names up."""
        outlines = dict(self._outlines.now()) if self.past is not None and self._outlines is not None else {}
        told_of = self._noted & outlines.keys()
        self._noted = told_of | notes
        for module in sorted((self._considered - outlines.keys()) | (notes - told_of)):
            outlines[module] = outline_of(self._shown, self._functions, module)
        return Known(whole, found, self._imports, self._prints, outlines, tuple(sorted(self._noted)))


def _digest(what: object) -> bytes:
    return hashlib.blake2b(msgspec.msgpack.encode(what), digest_size=16).digest()
