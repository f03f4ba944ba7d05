"""Lines that groups have in common: which group lies within another, and how many lines go when all become one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from overhaul.redundancy import Duplicate


class Span(msgspec.Struct, frozen=True):
    """Lines of one module."""

    module: str
    line: int
    end: int

    def within(self, other: Span) -> bool:
        """Whether another one has all its lines."""
        return self.module == other.module and other.line <= self.line and self.end <= other.end


def spans_of(row: Duplicate) -> tuple[Span, ...]:
    """Those of its members."""
    return tuple(Span(one.module, one.line, one.end) for one in row.members)


def fewer_lines(rows: Iterable[Duplicate]) -> int:
    """How many lines go when each group becomes one; lines that several groups have are counted once."""
    gone = Gone()
    return sum(gone.take(spans_of(row), True, row.saved_lines) for row in sorted(rows, key=_most_first))


def _most_first(row: Duplicate) -> tuple[int, str]:
    return -row.saved_lines, row.identity


class Groups:
    """The spans of groups so far."""

    def __init__(self) -> None:
        """None yet."""
        self._at: dict[str, list[tuple[int, Span]]] = {}
        self._count = 0

    def add(self, spans: Iterable[Span]) -> None:
        """Another group."""
        for span in spans:
            self._at.setdefault(span.module, []).append((self._count, span))
        self._count += 1

    def hold(self, spans: Sequence[Span]) -> bool:
        """Whether all lie within the members of one group, each in one of its own.

        With two of them in one member, something would still stand twice when the group has become one.
        """
        around: dict[int, set[Span]] = {}
        for span in spans:
            for number, outer in self._at.get(span.module, ()):
                if span.within(outer):
                    around.setdefault(number, set()).add(outer)
        return any(
            len(outers) >= len(spans) and all(any(span.within(outer) for outer in outers) for span in spans)
            for outers in around.values()
        )


class Gone:
    """The lines that earlier groups take away."""

    def __init__(self) -> None:
        """None yet."""
        self._lines: dict[str, set[int]] = {}

    def take(self, spans: Sequence[Span], one_stays: bool, most: int) -> int:
        """How many lines a group takes away that none before it did, `most` of them.

        Where one member stays, it is that which has most lines left: so no line is both kept and counted.
        """
        left = [(set(range(one.line, one.end + 1)) - self._lines.get(one.module, set()), one.module) for one in spans]
        if one_stays and left:
            left.remove(max(left, key=lambda lines: len(lines[0])))
        count = 0
        for lines, module in left:
            gone = self._lines.setdefault(module, set())
            count += len(lines - gone)
            gone |= lines
        return min(most, count)
