"""Functions and classes as they are compared: the shapes of their statements, their names, and what these weigh."""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import accumulate
from math import sqrt
from typing import Final

from overhaul.cloning.spans import Spans
from overhaul.facts import Fingerprint, Fragment

WEIGHTS: Final = (0.0, 0.5, *(sqrt(size) for size in range(2, 256)))
"""What a statement weighs by the number of its nodes: the square root, so that a long one is more than a short one, yet
not all there is. `else`, `break` and their like weigh half."""


def unpacked(data: bytes) -> array[int]:
    """Numbers of four bytes each."""
    numbers = array("I", data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


class Text:
    """The statements of one module."""

    def __init__(self, module: str, path: str, print_: Fingerprint) -> None:
        """Nothing but the shapes is unpacked before it is asked for."""
        self.module = module
        self.path = path
        self.generated = print_.generated
        self.fragments = print_.fragments
        self.shapes = unpacked(print_.shapes)
        self.weights = print_.weights
        self.depths = print_.depths
        self.kinds = print_.kinds
        self.waits = print_.waits or bytes(len(print_.kinds))
        """Of each statement how many `await` and `async` stand in it: its shape does not tell."""
        self._print = print_

    @cached_property
    def lines(self) -> array[int]:
        """Of each statement."""
        return unpacked(self._print.lines)

    @cached_property
    def bare(self) -> array[int]:
        """The shape of each statement without regard to its operators."""
        return unpacked(self._print.bare)

    @cached_property
    def literals(self) -> array[int]:
        """A hash of each statement's literals; 0 without any."""
        return unpacked(self._print.literals)

    @cached_property
    def definitions(self) -> Spans[Fragment]:
        """The fragments, for asking which are around a place."""
        return Spans((one.first, one.last, one) for one in self.fragments)

    def inside(self, outer: Fragment) -> Iterator[Fragment]:
        """The fragments inside another; they come right before it."""
        place = bisect_left(self.fragments, outer.last, key=lambda one: one.last)
        while self.fragments[place] != outer:
            place += 1
        while (place := place - 1) >= 0 and self.fragments[place].first > outer.first:
            yield self.fragments[place]

    @cached_property
    def _names(self) -> Sequence[str]:
        return self._print.names.split("\n")

    @cached_property
    def _uses(self) -> array[int]:
        return unpacked(self._print.uses)

    @cached_property
    def _starts(self) -> Sequence[int]:
        return [0, *accumulate(self._print.counts)]

    def names(self, statement: int) -> list[str]:
        """The names in a statement, in order."""
        known = self._names
        return [known[number] for number in self._uses[self._starts[statement] : self._starts[statement + 1]]]

    def named(self, first: int, last: int) -> list[str]:
        """The names in some statements."""
        known = self._names
        return [known[number] for number in self._uses[self._starts[first] : self._starts[last]]]


class Piece:
    """A function, method or class."""

    __slots__ = ("_free", "_shapes", "_sums", "_total", "fragment", "text")

    def __init__(self, text: Text, fragment: Fragment) -> None:
        """`fragment` stands in `text`."""
        self.text = text
        self.fragment = fragment
        self._free: frozenset[str] | None = None
        self._shapes: list[int] | None = None
        self._sums: dict[int, float] | None = None
        self._total = -1.0

    @property
    def key(self) -> tuple[str, int]:
        """Where it stands: module and first statement. By it everything is ordered."""
        return self.text.module, self.fragment.first

    @property
    def shapes(self) -> Sequence[int]:
        """Of its statements."""
        if self._shapes is None:
            self._shapes = self.text.shapes[self.fragment.first : self.fragment.last].tolist()
        return self._shapes

    @property
    def weights(self) -> list[float]:
        """Of its statements."""
        return [WEIGHTS[one] for one in self.text.weights[self.fragment.first : self.fragment.last]]

    @property
    def total(self) -> float:
        """The weight of all its statements."""
        if self._total < 0:
            self._total = sum(self.weights)
        return self._total

    @property
    def sums(self) -> dict[int, float]:
        """Shape -> the weight of its statements of that shape."""
        if self._sums is None:
            sums: dict[int, float] = {}
            self._sums = sums
            for shape, weight in zip(self.shapes, self.weights, strict=True):
                sums[shape] = sums.get(shape, 0.0) + weight
        return self._sums

    @property
    def variety(self) -> float:
        """What it has to say: the weight of its statements, those of a shape that it had before counted a fifth."""
        seen: set[int] = set()
        variety = 0.0
        for shape, weight in zip(self.shapes, self.weights, strict=True):
            variety += weight if shape not in seen else weight / 5
            seen.add(shape)
        return variety

    @property
    def names(self) -> list[str]:
        """All its names in order, its own first."""
        return self.text.named(self.fragment.first, self.fragment.last)

    @property
    def tabular(self) -> bool:
        """Whether it is a table: the same few shapes over and over, an enumeration say. Only its words tell tables."""
        return 5 * len(set(self.shapes)) <= len(self.shapes)

    def local(self, name: str) -> bool:
        """Whether a name is one that it binds itself, or its own: free to be chosen."""
        if self._free is None:
            self._free = frozenset(self.fragment.free.split(" "))
        return name[0] not in ".=" and name not in self._free and " " not in name

    def statements(self) -> Iterator[int]:
        """The numbers of its statements in the module."""
        yield from range(self.fragment.first, self.fragment.last)
