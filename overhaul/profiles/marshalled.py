"""The few shapes of Python's marshal format that cProfile writes, read without trusting them.

`marshal.loads` is not made for files of others, as its documentation says: five bytes make it reserve sixteen
gigabytes, and it makes code objects. Here nothing is made but numbers, text, tuples and dicts, and no more of them than
the file has bytes.
"""

from __future__ import annotations

import enum
import struct
from typing import Final

from overhaul.profiles.model import Wrong

Value = None | bool | int | float | str | bytes | tuple["Value", ...] | dict["Value", "Value"]

_DEEPEST: Final = 8
"""Containers within containers; profiles have four."""
_REFERRED: Final = 0x80
"""The flag of an object that a later one may refer to."""


class _Mark(enum.Enum):
    END = "0"
    """Behind the last key of a dict."""


class Reader:
    """Reads one value from bytes."""

    def __init__(self, data: bytes) -> None:
        """`data`: the whole file."""
        self._data, self._at = data, 0
        self._seen: list[Value] = []

    def value(self) -> Value:
        """The value that the bytes are. Raises Wrong."""
        found = self._next(0)
        if found is _Mark.END:
            raise Wrong("nothing but an end")
        if self._at != len(self._data):
            raise Wrong(f"{len(self._data) - self._at} bytes too many")
        return found

    def _take(self, count: int) -> bytes:
        if not 0 <= count <= len(self._data) - self._at:
            raise Wrong(f"ends at byte {len(self._data)}, within a value")
        self._at += count
        return self._data[self._at - count : self._at]

    def _count(self) -> int:
        return int.from_bytes(self._take(4), "little", signed=True)

    def _next(self, depth: int) -> Value | _Mark:
        """The next value, or the end of a dict."""
        code = self._take(1)[0]
        kind, referred = chr(code & ~_REFERRED), bool(code & _REFERRED)
        if kind in "(){":
            return self._container(kind, referred, depth)
        if kind == "r":
            index = self._count()
            if not 0 <= index < len(self._seen):
                raise Wrong(f"a reference to value {index}, of which there is none")
            return self._seen[index]
        found = self._plain(kind)
        if referred and not isinstance(found, _Mark):
            self._seen.append(found)
        return found

    def _plain(self, kind: str) -> Value | _Mark:
        match kind:
            case "N":
                return None
            case "T" | "F":
                return kind == "T"
            case "0":
                return _Mark.END
            case "i":
                return self._count()
            case "l":
                return self._long()
            case "g":
                found: float = struct.unpack("<d", self._take(8))[0]
                return found
            case "u" | "t":
                return self._take(self._count()).decode("utf-8", "replace")
            case "a" | "A":
                return self._take(self._count()).decode("ascii", "replace")
            case "z" | "Z":
                return self._take(self._take(1)[0]).decode("ascii", "replace")
            case "s":
                return self._take(self._count())
            case _:
                raise Wrong(f"byte {self._at - 1}: no profile holds a value of the sort {kind!r}")

    def _long(self) -> int:
        """A large number: digits of 15 bits, as many as the count says, negative where that is."""
        count = self._count()
        if abs(count) > 8:
            raise Wrong(f"byte {self._at}: a number of {abs(count)} digits")
        whole = 0
        for place in range(abs(count)):
            whole |= int.from_bytes(self._take(2), "little") << (15 * place)
        return -whole if count < 0 else whole

    def _container(self, kind: str, referred: bool, depth: int) -> Value:
        if depth >= _DEEPEST:
            raise Wrong(f"byte {self._at}: values within values, too deep")
        # A reference may stand before the whole it is counted with.
        slot = len(self._seen)
        if referred:
            self._seen.append(None)
        found: Value
        if kind == "{":
            found = self._dict(depth)
        else:
            count = self._take(1)[0] if kind == ")" else self._count()
            if not 0 <= count <= len(self._data) - self._at:
                raise Wrong(f"byte {self._at}: a sequence of {count} values in {len(self._data) - self._at} bytes")
            found = tuple(self._inner(depth) for _ in range(count))
        if referred:
            self._seen[slot] = found
        return found

    def _dict(self, depth: int) -> Value:
        found: dict[Value, Value] = {}
        while (key := self._next(depth + 1)) is not _Mark.END:
            # Plain parts alone: the hash of tuples that refer to each other can take for ever.
            parts = key if isinstance(key, tuple) else (key,)
            if not all(isinstance(part, str | int) for part in parts):
                raise Wrong(f"byte {self._at}: a key that is no name")
            found[key] = self._inner(depth)
        return found

    def _inner(self, depth: int) -> Value:
        found = self._next(depth + 1)
        if found is _Mark.END:
            raise Wrong(f"byte {self._at}: an end within a sequence")
        return found
