"""Tables as leaves read them: facts by module, decoded when they are asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Generic, TypeVar

import msgspec

from overhaul.errors import LeafError
from overhaul.facts import Row
from overhaul.store import PRINT, Store

_Row = TypeVar("_Row", bound=Row)


class FactTable(Generic[_Row]):
    """The rows of one type of every module, as `overhaul.facts.Facts` promises."""

    def __init__(self, row: type[_Row], name: str, number: int, keys: Mapping[str, bytes], store: Store) -> None:
        """`keys` says which content each module has, in the order of the modules' names; `number` is the table's."""
        self._name = name
        self._number = number
        self._keys = keys
        self._store = store
        self._decode = msgspec.msgpack.Decoder(list[row]).decode  # type: ignore[valid-type]
        self._rows: dict[str, Sequence[_Row]] = {}
        self._blobs: Mapping[bytes, bytes] | None = None

    def __getitem__(self, module: str) -> Sequence[_Row]:
        """The rows of one module."""
        rows = self._rows.get(module)
        if rows is None:
            key = self._keys.get(module)
            if key is None:
                return ()
            blob = self._store.row(self._name, key) if self._blobs is None else self._blobs.get(key)
            rows = self._rows[module] = self._decoded(key, blob) if blob else ()
        return rows

    def items(self) -> Iterator[tuple[str, Sequence[_Row]]]:
        """Every module that has rows, with them."""
        blobs = self.load()
        cached = self._rows
        for module, key in self._keys.items():
            rows = cached.get(module)
            if rows is None:
                blob = blobs.get(key)
                rows = cached[module] = self._decoded(key, blob) if blob else ()
            if rows:
                yield module, rows

    def load(self) -> Mapping[bytes, bytes]:
        """Read the whole table from the store, still encoded."""
        if self._blobs is None:
            self._blobs = self._store.rows(self._name)
        return self._blobs

    def stream(self) -> Iterator[tuple[str, Sequence[_Row]]]:
        """Like `items`, keeping nothing: for reports on tables that are larger than one wants to hold."""
        blobs = self.load()
        for module, key in self._keys.items():
            blob = blobs.get(key)
            if blob:
                yield module, self._decoded(key, blob)

    def count(self) -> int:
        """How many rows there are, without decoding any."""
        blobs = self.load()
        return sum(_length(blobs[key]) for key in self._keys.values() if key in blobs)

    def digest(self, prints: Mapping[bytes, tuple[bytes, int]]) -> bytes:
        """A digest of all rows, from the prints of the contents, without decoding any."""
        start, stop = self._number * PRINT, (self._number + 1) * PRINT
        total = hashlib.blake2b(digest_size=16)
        nothing = (b"", 0)
        total.update(
            b"".join(
                module.encode() + b"\0" + prints.get(key, nothing)[0][start:stop] for module, key in self._keys.items()
            )
        )
        return total.digest()

    def _decoded(self, key: bytes, blob: bytes) -> Sequence[_Row]:
        """The rows; from a store that was made anew, when this one is damaged.

        Raises LeafError when the collector has made rows that its row type does not allow.
        """
        try:
            return self._decode(blob)
        except msgspec.MsgspecError as error:
            stored = self._store.row(self._name, key) or _NOTHING
            if stored != blob:
                # The store has been made anew since the whole table was read.
                return self._decode(stored)
            if self._store.intact(self._name, key, blob):
                raise LeafError(
                    f"the collector of {self._name} makes rows that their type does not allow ({error}): mend the collector"
                ) from error
            self._store.damaged()
            self._blobs = None
            return self._decode(self._store.row(self._name, key) or _NOTHING)


_NOTHING = b"\x90"
"""An empty array in MessagePack."""


def _length(blob: bytes) -> int:
    """How many elements an array in MessagePack has, from its first bytes."""
    first = blob[0]
    if first & 0xF0 == 0x90:
        return first & 0x0F
    return int.from_bytes(blob[1 : 3 if first == 0xDC else 5], "big")
