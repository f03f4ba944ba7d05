"""Tables as leaves read them: facts by module, decoded when they are asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

import msgspec

from overhaul.errors import LeafError
from overhaul.facts import Row
from overhaul.store import COUNT, PRINT, Content, Store

_Row = TypeVar("_Row", bound=Row)


class FactTable(Generic[_Row]):
    """The rows of one type of every module, as `overhaul.facts.Facts` promises."""

    def __init__(
        self, row: type[_Row], name: str, number: int, keys: Mapping[str, bytes], contents: Mapping[bytes, Content],
        store: Store,
    ) -> None:  # fmt: skip
        """`keys` says which content each module has, in the order of the modules' names; `number` is the table's."""
        self.complete: Callable[[], object] | None = None
        """Has the contents looked into which lack this table, and brings `contents` up to date; None for none."""
        self.name = name
        self._number = number
        self._keys = keys
        self._contents = contents
        self._store = store
        self._decode = list_decoder(row).decode
        self._rows: dict[str, Sequence[_Row]] = {}
        self._blobs: Mapping[bytes, bytes] | None = None
        self._single = 0

    def __getitem__(self, module: str) -> Sequence[_Row]:
        """The rows of one module."""
        rows = self._rows.get(module)
        if rows is None:
            key = self._keys.get(module)
            if key is None:
                return ()
            self._completed()
            # A few rows are fetched one by one; who asks for many gets them faster out of the whole table.
            self._single += 1
            if self._single > _MANY:
                self.load()
            blob = self._store.row(self.name, key) if self._blobs is None else self._blobs.get(key)
            rows = self._rows[module] = self._decoded(key, blob) if blob else ()
        return rows

    def parsed(self, module: str) -> bool:
        """Whether a module's source was understood; what was not has no rows, and that says nothing about it."""
        content = self._contents.get(self._keys.get(module, b""))
        return content is not None and bool(content.prints)

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
            self._completed()
            self._blobs = self._store.rows(self.name)
        return self._blobs

    def stream(self) -> Iterator[tuple[str, Sequence[_Row]]]:
        """Like `items`, keeping nothing: for reports on tables that are larger than one wants to hold."""
        blobs = self.load()
        for module, key in self._keys.items():
            blob = blobs.get(key)
            if blob:
                yield module, self._decoded(key, blob)

    def prints(self) -> Mapping[str, bytes]:
        """A digest of each module's rows, without reading any."""
        self._completed()
        start, stop = self._number * PRINT, (self._number + 1) * PRINT
        contents = self._contents
        found = ((module, contents.get(key)) for module, key in self._keys.items())
        return {module: content.prints[start:stop] for module, content in found if content and content.prints}

    def mentions(self, words: Sequence[bytes], but: Collection[str]) -> bool:
        """Whether encoded rows of any module, those of `but` left out, have one of these words in them."""
        blobs = self.load()
        found = (blobs.get(key) for module, key in self._keys.items() if module not in but)
        return any(word in blob for blob in found if blob for word in words)

    def count(self) -> int:
        """How many rows there are, without reading any."""
        self._completed()
        start, stop = self._number * COUNT, (self._number + 1) * COUNT
        contents = self._contents
        counts = b"".join([contents[key].counts[start:stop] for key in self._keys.values() if key in contents])
        return sum(memoryview(counts).cast("I"))

    def digest(self, modules: Iterable[str] | None = None) -> bytes:
        """A digest of all rows, or of those of some modules, without reading any."""
        self._completed()
        start, stop = self._number * PRINT, (self._number + 1) * PRINT
        nothing = Content(b"", b"", 0)
        keys, contents = self._keys, self._contents
        if modules is None:
            pairs: Iterable[tuple[str, bytes]] = keys.items()
        else:
            pairs = [(module, keys.get(module, b"")) for module in modules]
        parts = [module.encode() + b"\0" + contents.get(key, nothing).prints[start:stop] for module, key in pairs]
        return hashlib.blake2b(b"\n".join(parts), digest_size=16).digest()

    def _completed(self) -> None:
        if self.complete is not None:
            complete, self.complete = self.complete, None
            complete()

    def _decoded(self, key: bytes, blob: bytes) -> Sequence[_Row]:
        """The rows; from a store that was made anew, when this one is damaged.

        Raises LeafError when the collector has made rows that its row type does not allow.
        """
        try:
            return self._decode(blob)
        except msgspec.MsgspecError as error:
            stored = self._store.row(self.name, key) or _NOTHING
            if stored != blob:
                # The store has been made anew since the whole table was read.
                return self._decode(stored)
            if self._store.intact(self.name, key, blob):
                raise LeafError(
                    f"the collector of {self.name} makes rows that their type does not allow ({error}): "
                    "mend the collector"
                ) from error
            self._store.damaged()
            self._blobs = None
            return self._decode(self._store.row(self.name, key) or _NOTHING)


_MANY = 64
_NOTHING = b"\x90"
"""An empty array in MessagePack."""


def list_decoder(row: type[_Row]) -> msgspec.msgpack.Decoder[list[_Row]]:
    """A decoder for lists of rows of one type."""
    rows: Any = list.__class_getitem__(row)
    return msgspec.msgpack.Decoder(rows)
