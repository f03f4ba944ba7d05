"""Where each place of a text stands after some stretches of it were replaced."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from overhaul.changes import Replacement


class Places:
    """Maps offsets of a text to offsets of the text after its replacements."""

    def __init__(self, text: str, replacements: Sequence[Replacement]) -> None:
        """Replacements are sorted and do not overlap; their line ends are written as those of the text."""
        newline = "\r\n" if "\r\n" in text else "\n"
        self.replacements = sorted(replacements)
        self._starts = [one.start for one in self.replacements]
        self._ends = [one.end for one in self.replacements]
        self._new: list[tuple[int, int]] = []
        self._shifts = [0]
        shift = 0
        for one in self.replacements:
            length = len(one.text.replace("\r\n", "\n").replace("\n", newline))
            self._new.append((one.start + shift, one.start + shift + length))
            shift += length - (one.end - one.start)
            self._shifts.append(shift)
        self._new_starts = [start for start, _ in self._new]

    def start(self, offset: int) -> int | None:
        """Where something that begins at an offset begins afterwards; None inside of what is replaced."""
        # What is inserted at the very place stands before it.
        number = bisect_right(self._starts, offset)
        if number and offset < self._ends[number - 1]:
            return None
        return offset + self._shifts[number]

    def end(self, offset: int) -> int | None:
        """Where something that ends before an offset ends afterwards; None inside of what is replaced."""
        number = bisect_left(self._starts, offset)
        if number and self._ends[number - 1] >= offset > self._starts[number - 1]:
            return None
        return offset + self._shifts[number]

    def stretch(self, start: int, end: int) -> int:
        """The number of the first replacement that touches a stretch of the text before; -1 for none."""
        number = bisect_left(self._ends, start)
        while number < len(self._starts) and self._starts[number] <= end:
            if self._starts[number] < end and self._ends[number] > start:
                return number
            number += 1
        return -1

    def stretch_after(self, start: int, end: int) -> int:
        """The number of the first replacement whose new text touches a stretch of the text after; -1 for none."""
        number = max(bisect_right(self._new_starts, start) - 1, 0)
        while number < len(self._new) and self._new[number][0] < end:
            if self._new[number][1] > start:
                return number
            number += 1
        return -1

    def new(self, number: int) -> tuple[int, int]:
        """Where the new text of a replacement stands: start, and end."""
        return self._new[number]
