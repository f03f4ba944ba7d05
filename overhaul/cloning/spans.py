"""Spans of statements that stand inside each other or apart, and which of them are around a place."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Spans(Generic[T]):
    """Spans of one module of which no two overlap in part, each with something of its own."""

    def __init__(self, spans: Iterable[tuple[int, int, T]]) -> None:
        """First statement, one behind the last, and what belongs to it; in any order."""
        self._spans = sorted(spans, key=lambda one: (one[0], -one[1]))
        self._firsts = [one[0] for one in self._spans]
        self._parents: list[int] = []
        """For each the number of the innermost span around it; -1 for none."""
        open_: list[int] = []
        for number, (first, _, _) in enumerate(self._spans):
            while open_ and self._spans[open_[-1]][1] <= first:
                open_.pop()
            self._parents.append(open_[-1] if open_ else -1)
            open_.append(number)

    def around(self, first: int, last: int) -> Iterator[T]:
        """What belongs to the spans that have all statements from `first` to before `last`, the innermost first."""
        number = bisect_right(self._firsts, first) - 1
        while number >= 0:
            if self._spans[number][1] >= last:
                yield self._spans[number][2]
            number = self._parents[number]
