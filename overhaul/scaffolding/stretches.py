"""Where two texts differ."""

from __future__ import annotations

from collections.abc import Iterator

from overhaul.changes import Replacement


def differing(text: str, new: str, because: str) -> Iterator[Replacement]:
    """The stretch of a text in which it differs from another, whose line ends are those of Unix; whole lines."""
    ends = text.replace("\r\n", "\n").splitlines(keepends=True)
    lines, wanted = text.splitlines(keepends=True), new.splitlines(keepends=True)
    first = 0
    while first < min(len(ends), len(wanted)) and ends[first] == wanted[first]:
        first += 1
    last = 0
    while last < min(len(ends), len(wanted)) - first and ends[-1 - last] == wanted[-1 - last]:
        last += 1
    start, end = sum(map(len, lines[:first])), sum(map(len, lines[: len(lines) - last]))
    if start < end or first + last < len(wanted):
        yield Replacement(start, end, "".join(wanted[first : len(wanted) - last]), because)
