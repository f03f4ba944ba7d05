"""Verdicts on pairs, kept for the next run: whether two pieces are alike depends on nothing but the two."""

from __future__ import annotations

from array import array
from hashlib import blake2b

import msgspec

from overhaul.cloning.groups import judge, nested
from overhaul.cloning.pieces import Piece

_FACTOR = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1


class Verdicts(msgspec.Struct):
    """What a run leaves: eight bytes for each pair, in the order of their keys and in this machine's byte order."""

    unlike: bytes
    """The keys of pairs that are not alike."""
    alike: dict[int, float]
    """Key of a pair -> its similarity."""


class Memory:
    """A judge of pairs that remembers; the verdicts are those of `groups.judge`."""

    def __init__(self, left: Verdicts | None = None) -> None:
        """`left` is what the last run left."""
        self._unlike: frozenset[int] = frozenset(array("Q", left.unlike)) if left is not None else frozenset()
        self._alike = left.alike if left is not None else {}
        self._refused: list[int] = []
        self._found: dict[int, float] = {}
        self._keys: dict[int, int] = {}

    def __call__(self, first: Piece, second: Piece) -> float | None:
        """The similarity of two pieces; None for those that are not alike."""
        if nested(first, second):
            return None
        key = (self._key(first) * _FACTOR + self._key(second)) & _MASK
        if key in self._unlike:
            self._refused.append(key)
            return None
        found = self._alike.get(key)
        if found is None:
            found = judge(first, second)
        if found is None:
            self._refused.append(key)
        else:
            self._found[key] = found
        return found

    def left(self) -> Verdicts:
        """What the next run can take over: what this one has asked."""
        return Verdicts(array("Q", sorted(self._refused)).tobytes(), dict(sorted(self._found.items())))

    def _key(self, piece: Piece) -> int:
        """Eight bytes of what a piece says and what it is called."""
        key = self._keys.get(id(piece))
        if key is None:
            text = piece.fragment.exact + piece.fragment.name.rpartition(".")[2].encode("utf-8", "surrogatepass")
            key = self._keys[id(piece)] = int.from_bytes(blake2b(text, digest_size=8).digest(), "little")
        return key
