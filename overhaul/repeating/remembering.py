"""What a search for parallels leaves for the next, and what of it still holds.

Whether two modules correspond depends on their interfaces and bodies, on how often names and words occur in the
project, on who imports whom, and on what names mean. A change inside bodies, or of lines alone, changes nothing of what
concerns the whole: then only the pairs with a changed module are compared again, and those that had been found.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence

import msgspec

from overhaul.facts import Facts, Import, Row
from overhaul.naming.outlines import outline
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
    interfaces: dict[str, bytes]
    """Module -> digest of its interface, without lines."""
    outlines: dict[str, bytes]
    """The same of what looking up names sees of it, for the modules in which one was looked up."""


class Memory:
    """Tells what of the last run still holds."""

    def __init__(
        self, past: Known | None, symbols: Symbols, tables: Sequence[Facts[Row]], imports: Sequence[Import],
        interface: Callable[[str], Interface], considered: Sequence[str],
    ) -> None:  # fmt: skip
        """`tables` are all that interfaces, bodies and names are told from; `considered` the modules to be compared."""
        self._symbols, self._interface, self._considered = symbols, interface, considered
        self._prints = _joined([table.prints() for table in tables], symbols.layout.modules)
        self._imports = _digest([
            (row.importer, row.imported, row.implicit, row.names) for row in imports
        ])  # fmt: skip
        self._changed = {
            module for module, print_ in self._prints.items() if past is None or past.prints.get(module) != print_
        }
        self.past = past if past is not None and self._holds(past) else None
        """What still holds; None where too much has changed."""

    def _holds(self, past: Known) -> bool:
        if past.imports != self._imports:
            return False
        return all(
            (module not in past.interfaces or past.interfaces[module] == _digest(essence(self._interface(module))))
            and (module not in past.outlines or past.outlines[module] == outline(self._symbols, module))
            for module in sorted(self._changed)
        )

    def found(self, number: int, first: str, second: str) -> bool:
        """Whether a pair need be compared again, or else did not correspond."""
        past = self.past
        return past is None or past.found[number] == 1 or first in self._changed or second in self._changed

    def left(self, whole: Whole, found: bytes, notes: set[str]) -> Known:
        """What the next run can take over; `notes` are the modules in which this one has looked names up."""
        past = self.past
        outlines = dict(past.outlines) if past is not None else {}
        outlines |= {module: outline(self._symbols, module) for module in sorted(notes - outlines.keys())}
        interfaces = past.interfaces if past is not None else {
            module: _digest(essence(self._interface(module))) for module in self._considered
        }  # fmt: skip
        return Known(whole, found, self._imports, self._prints, interfaces, outlines)


def _joined(tables: Sequence[Mapping[str, bytes]], modules: Mapping[str, object]) -> dict[str, bytes]:
    """A digest of each module's rows in several tables."""
    return {
        module: hashlib.blake2b(b"".join([table.get(module, b"") for table in tables]), digest_size=8).digest()
        for module in modules
    }


def _digest(what: object) -> bytes:
    return hashlib.blake2b(msgspec.msgpack.encode(what), digest_size=16).digest()
