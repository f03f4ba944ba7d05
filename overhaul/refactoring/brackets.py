"""Where the expressions around a name begin and end: what a dot is asked of, and what is called."""

from __future__ import annotations

import keyword
from bisect import bisect_left
from collections.abc import Iterator
from typing import Final

from overhaul.occurrences.finding import Occurrences

_FILL: Final = "\0"
"""Stands for each character of a string, so that its brackets and dots are not taken for code."""
_OPENING: Final = "([{"
_CLOSING: Final = ")]}"
_WORDS: Final = frozenset(keyword.kwlist) - {"True", "False", "None"}


class Brackets:
    """The code of one file without what stands in its strings and comments, and its pairs of brackets."""

    def __init__(self, occurrences: Occurrences) -> None:
        """One pass over the text."""
        self.text = occurrences.text
        self.code = "".join(_masked(occurrences))
        """As long as the text; strings are filled, comments are spaces."""
        self._opens: list[int] = []
        self._closes: list[int] = []
        self._around: list[int] = []
        self._partners: dict[int, int] = {}
        self._pair()

    def _pair(self) -> None:
        waiting: list[int] = []
        for at, sign in enumerate(self.code):
            if sign in _OPENING:
                self._around.append(waiting[-1] if waiting else -1)
                waiting.append(len(self._opens))
                self._opens.append(at)
                self._closes.append(len(self.code))
            elif sign in _CLOSING and waiting:
                number = waiting.pop()
                self._closes[number] = at
                self._partners[at] = self._opens[number]

    def opening(self, at: int) -> int:
        """Where the innermost bracket opens that a place stands in; -1 for none."""
        number = bisect_left(self._opens, at) - 1
        while number >= 0 and self._closes[number] < at:
            number = self._around[number]
        return self._opens[number] if number >= 0 else -1

    def closing(self, opening: int) -> int:
        """Where a bracket is closed."""
        return self._closes[bisect_left(self._opens, opening)]

    def before(self, at: int) -> int:
        """The place of the last sign of code before `at` that is no white space; -1 for none."""
        at -= 1
        while at >= 0 and (self.code[at].isspace() or self.code[at] == "\\"):
            at -= 1
        return at

    def behind(self, at: int) -> int:
        """The place of the first sign of code from `at` on that is no white space; the length of the text for none."""
        while at < len(self.code) and (self.code[at].isspace() or self.code[at] == "\\"):
            at += 1
        return at

    def start(self, end: int) -> int:
        """Where the expression of names, dots, calls and indices begins that ends before `end`; `end` for none."""
        found = at = end
        while True:
            last = self.before(at)
            if last < 0:
                return found
            sign = self.code[last]
            if sign in _CLOSING:
                opening = self._partners.get(last, -1)
                if opening < 0:
                    return found
                found = at = opening
                if self._ends_a_value(self.before(opening)) and sign != "}":
                    continue
            elif sign == _FILL:
                while last >= 0 and self.code[last] == _FILL:
                    last -= 1
                found = at = last + 1
            elif _of_a_name(sign):
                first = self._name(last)
                if self.code[first : last + 1] in _WORDS:
                    return found
                found = at = first
            else:
                return found
            dot = self.before(at)
            if dot < 0 or self.code[dot] != ".":
                return found
            at = dot

    def callee(self, at: int) -> tuple[int, int] | None:
        """Start and end of what is called in the innermost brackets that a place stands in; None for no call."""
        opening = self.opening(at)
        if opening < 0 or self.code[opening] != "(" or not self._ends_a_value(self.before(opening)):
            return None
        return self.start(opening), self.before(opening) + 1

    def arguments(self, opening: int) -> Iterator[tuple[int, int]]:
        """Start and end of what stands between the commas of a pair of brackets."""
        close = self.closing(opening)
        start = at = opening + 1
        while at < close:
            sign = self.code[at]
            if sign in _OPENING:
                at = self.closing(at)
            elif sign == ",":
                yield self.behind(start), self.before(at) + 1
                start = at + 1
            at += 1
        if (first := self.behind(start)) < close:
            yield first, self.before(close) + 1

    def _ends_a_value(self, at: int) -> bool:
        if at < 0:
            return False
        sign = self.code[at]
        if sign in _CLOSING or sign == _FILL:
            return True
        return _of_a_name(sign) and self.code[self._name(at) : at + 1] not in _WORDS

    def _name(self, last: int) -> int:
        while last >= 0 and _of_a_name(self.code[last]):
            last -= 1
        return last + 1


def _of_a_name(sign: str) -> bool:
    return sign == "_" or sign.isalnum()


def _masked(occurrences: Occurrences) -> Iterator[str]:
    text = occurrences.text
    at = 0
    for start, end, _, kind in sorted(occurrences.strings(), key=lambda one: one[:2]):
        if start < at:
            continue
        yield text[at:start]
        yield (" " if kind == "comment" else _FILL) * (end - start)
        at = end
    yield text[at:]
