"""Functions whose body is that of another one, told apart by more than their shape."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import accumulate
from typing import Final

from overhaul.facts import Fingerprint, Fragment

LEAST: Final = 4
"""Statements, the head among them: what is smaller is nobody's work to repeat."""
LEAST_KNOWN: Final = 3
"""The same for canonical bodies."""


class Functions:
    """The functions at the top level of one module, with digests of what they say."""

    def __init__(self, row: Fingerprint) -> None:
        """`row` is the module's fingerprint; it is unpacked only for functions that are asked for."""
        self._row = row
        self._offsets: Sequence[int] = ()
        self._names: Sequence[str] = ()
        self._uses: Sequence[int] = ()
        self._literals: Sequence[int] = ()

    def __iter__(self) -> Iterator[Fragment]:
        """Those that are large enough to be known by their body."""
        for one in self._row.fragments:
            if one.unit == "function" and "." not in one.name and one.statements >= LEAST_KNOWN:
                yield one

    def key(self, one: Fragment) -> bytes:
        """Eight bytes that are equal for functions which differ in nothing but annotations and their own names.

        That is: equal but for the names of the function, its parameters and variables. Names of other functions, of
        attributes and keywords are the same, and so are literals.
        """
        if not self._offsets:
            self._unpack()
        uses = self._uses[self._offsets[one.first] : self._offsets[one.last]]
        order = dict.fromkeys(uses)
        number = dict(zip(order, range(len(order)), strict=True))
        free = set(one.free.split())
        said = (self._names[name] for name in uses)
        parts = (
            "\0".join(name for name in said if name[0] in ".=" or " " in name or name in free),
            ",".join(map(str, self._literals[one.first : one.last])), ",".join(map(str, map(number.__getitem__, uses))),
        )  # fmt: skip
        depths = self._row.depths[one.first : one.last]
        head = self._shapes(one) + bytes(depth - depths[0] for depth in depths)
        return blake2b(head + "\n".join(parts).encode("utf-8", "surrogatepass"), digest_size=8).digest()

    def shape(self, one: Fragment) -> str:
        """12 hexadecimal digits, equal for functions that are equal after a renaming of everything."""
        return blake2b(self._shapes(one), digest_size=6).hexdigest()

    def entry(self, one: Fragment) -> str:
        """How a function stands in the table of the standard library: 12 digits of its shape, 12 of its key."""
        return f"{self.shape(one)}{self.key(one).hex()[:12]}"

    def _shapes(self, one: Fragment) -> bytes:
        waits = self._row.waits[one.first : one.last]
        return self._row.shapes[4 * one.first : 4 * one.last] + (waits if any(waits) else b"")

    def _unpack(self) -> None:
        row = self._row
        self._offsets = [0, *accumulate(row.counts)]
        self._names = row.names.split("\n")
        self._uses = _numbers(row.uses)
        self._literals = _numbers(row.literals)


def _numbers(data: bytes) -> Sequence[int]:
    found = array("I")
    found.frombytes(data)
    if sys.byteorder == "big":
        found.byteswap()
    return found


def identity_of(dotted: str, repeats: str, key: bytes) -> str:
    """Tells a repetition by who repeats what, and what both say."""
    text = "\0".join((dotted, repeats, key.hex())).encode("utf-8", "surrogateescape")
    return f"rep-{blake2b(text, digest_size=6).hexdigest()}"


def table_of(lines: Iterable[str]) -> dict[str, str]:
    """Entry -> dotted name, of lines `entry name`."""
    found: dict[str, str] = {}
    for line in lines:
        entry, _, name = line.partition(" ")
        if name:
            found[entry] = name
    return found
