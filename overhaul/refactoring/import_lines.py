"""One import statement as it is written: its names and their places, and what it looks like with others."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from overhaul.occurrences.finding import Occurrences, Statement
from overhaul.text import IMPORTS, dotted

IMPORTING: Final = IMPORTS


class Item(NamedTuple):
    """One name of an import statement."""

    name: str
    """As it stands before `as`; dotted in `import a.b`."""
    alias: str
    """The name behind `as`; "" without one."""
    start: int
    end: int
    """Offsets in the file."""

    @property
    def written(self) -> str:
        """As it stands in a list."""
        return listed(self.name, self.alias)


class Shape(NamedTuple):
    """What decides where an import stands among others."""

    taking: bool
    """`from m import a`, and not `import m`."""
    level: int
    module: str
    lazy: bool = False

    @property
    def target(self) -> str:
        """The module, with dots."""
        return "." * self.level + self.module


class ImportLine:
    """One import statement."""

    def __init__(self, occurrences: Occurrences, statement: Statement) -> None:
        """`statement` has a node of one of the classes in IMPORTING."""
        self.statement = statement
        self.text = occurrences.text
        node = statement.node
        self.taking = type(node).__name__.endswith("ImportFrom")
        """Whether it is `from m import a`."""
        self.lazy = type(node).__name__.startswith("Lazy")
        """Whether it is `lazy import m`, as of Python 3.15."""
        self.level = len(node.relative) if self.taking else 0
        self.module = dotted(node.module) if self.taking and node.module is not None else ""
        """What stands behind `from`, without dots."""
        self.star = self.taking and type(node.names).__name__ == "ImportStar"
        self.items: tuple[Item, ...] = () if self.star else tuple(self._items(occurrences))

    def _items(self, occurrences: Occurrences) -> Iterator[Item]:
        first, last = self.statement.names
        names = [one for one in occurrences.all[first:last] if one.role in ("module", "taken", "alias")]
        at = self.module.count(".") + 1 if self.module else 0
        for node in self.statement.node.names:
            name = dotted(node.name)
            alias = dotted(node.asname.name) if node.asname is not None else ""
            count = name.count(".") + 1 + (alias != "")
            yield Item(name, alias, names[at].start, names[at + count - 1].end)
            at += count

    @property
    def shape(self) -> Shape:
        """What decides where it stands; of several modules the first counts."""
        return Shape(self.taking, self.level, self.module if self.taking else self.items[0].name, self.lazy)

    @property
    def several(self) -> bool:
        """Whether it goes over several lines."""
        return "\n" in self.written

    @property
    def written(self) -> str:
        """Its text."""
        return self.text[self.statement.start : self.statement.end]

    def without(self, dropped: Collection[int], added: Sequence[tuple[str, str]], width: int, column: int) -> str:
        """Its text without the items of these numbers, and with some (name, alias) more; "" where none is left.

        `width` is the length of line that new names keep to, `column` where the statement begins.
        """
        kept = [number for number in range(len(self.items)) if number not in dropped]
        if not kept and not added:
            return ""
        if self.several and self._one_a_line() and kept:
            return self._relisted(kept, added)
        if self.several and kept:
            return self._packed(kept, added, width, column)
        items = [*(self.items[number].written for number in kept)]
        order = ordered([self.items[number].name for number in kept])
        for name, alias in added:
            place = sorted_in([one.partition(" ")[0] for one in items], name, order)
            items.insert(place, listed(name, alias))
        if not self.taking:
            return f"{'lazy ' * self.lazy}import {', '.join(items)}"
        bracketed = self.written.rstrip().endswith(")")
        start = self.text[self.statement.start : self.items[0].start].rstrip(" (\\\n\t\r")
        return taking(start.removesuffix("import").rstrip(), items, width, column, bracketed=bracketed)

    def _one_a_line(self) -> bool:
        """Whether each name stands on a line of its own, between the lines of the brackets."""
        places = [self.statement.start, *(item.start for item in self.items), self.statement.end - 1]
        gaps = itertools.pairwise(places)
        return self.written.endswith(")") and all("\n" in self.text[start:end] for start, end in gaps)

    def _relisted(self, kept: Sequence[int], added: Sequence[tuple[str, str]]) -> str:
        """The same for a list with a name on each line: whole lines go and come."""
        text, items = self.text, self.items
        starts = [text.rfind("\n", 0, item.start) + 1 for item in items]
        ends = [text.index("\n", item.end) + 1 for item in items]
        indent = text[starts[0] : items[0].start]
        lines: list[tuple[str, str]] = []
        for number in range(len(items)):
            before = text[(ends[number - 1] if number else starts[0]) : starts[number]]
            line = text[starts[number] : ends[number]]
            lines.append((items[number].name, before + line if number in kept else before))
        order = ordered([items[number].name for number in kept])
        last = max(kept)
        after = items[last].end
        if added and not text[after : ends[last]].lstrip().startswith(","):
            name, line = lines[last]
            cut = len(line) - (ends[last] - after)
            lines[last] = name, f"{line[:cut]},{line[cut:]}"
        for name, alias in added:
            place = sorted_in([one for one, _ in lines], name, order)
            lines.insert(place, (name, f"{indent}{listed(name, alias)},\n"))
        head = text[self.statement.start : starts[0]]
        return head + "".join(line for _, line in lines) + text[ends[-1] : self.statement.end]

    def _packed(self, kept: Sequence[int], added: Sequence[tuple[str, str]], width: int, column: int) -> str:
        """The same for a list with several names on a line: what stands between the names stays."""
        text, items = self.text, self.items
        order = ordered([items[number].name for number in kept])
        names = [items[number].name for number in kept]
        parts = [items[number].written for number in kept]
        gaps = [text[items[number].end : items[number + 1].start] if number + 1 < len(items) else "" for number in kept]
        bracketed = self.written.rstrip().endswith(")")
        following = text.rfind("\n", 0, items[-1].start) + 1
        indent = re.match(r"[ \t]*", text[following : items[-1].start])
        broken = ("," if bracketed else ", \\") + "\n" + (indent[0] if indent is not None else "    ")
        head = text[self.statement.start : items[0].start]
        for name, alias in added:
            place = sorted_in(names, name, order)
            names.insert(place, name)
            parts.insert(place, listed(name, alias))
            gaps.insert(place, ", ")
            if place == len(parts) - 1 and place:
                gaps[place - 1 : place + 1] = [", ", gaps[place - 1].replace(",", "", 1).strip()]
            line = " " * column + head + "".join(map("".join, zip(parts, gaps, strict=True)))
            touched = max((one for one in line.split("\n") if parts[place] in one), key=len)
            if len(touched) > width:
                gaps[place if place < len(parts) - 1 else place - 1] = broken
        body = "".join(map("".join, zip(parts, [*gaps[:-1], ""], strict=True)))
        return head + body + text[items[-1].end : self.statement.end]


def listed(name: str, alias: str) -> str:
    """A name as it stands in a list."""
    return f"{name} as {alias}" if alias else name


def taking(start: str, items: Sequence[str], width: int, column: int, *, bracketed: bool = False) -> str:
    """`start` (`from m`) with `import` and a list, in brackets and a name on each line where it is too long for one."""
    line = f"{start} import ({', '.join(items)})" if bracketed else f"{start} import {', '.join(items)}"
    if column + len(line) <= width or (len(items) == 1 and not bracketed):
        return line
    indent = " " * column
    return "\n".join([f"{start} import (", *(f"{indent}    {item}," for item in items), f"{indent})"])


def _by_type(name: str) -> tuple[int, str]:
    """Constants, classes, the rest: as isort has them."""
    kind = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
    return kind, name


def _by_type_folded(name: str) -> tuple[int, str]:
    return _by_type(name)[0], name.casefold()


def _folded(name: str) -> tuple[int, str]:
    return 0, name.casefold()


def _plain(name: str) -> tuple[int, str]:
    return 0, name


Order = Callable[[str], tuple[int, str]]
_ORDERS: Final[Sequence[Order]] = (_by_type_folded, _by_type, _folded, _plain)


def ordered(names: Sequence[str]) -> Order | None:
    """The order that names stand in; None for none that is known."""
    for order in _ORDERS:
        keys = [order(name) for name in names]
        if keys == sorted(keys):
            return order
    return None


def sorted_in(names: Iterable[str], name: str, order: Order | None) -> int:
    """Where a name is to be put among others; behind them where they have no order."""
    listing = list(names)
    if order is None:
        return len(listing)
    return next((place for place, one in enumerate(listing) if order(one) > order(name)), len(listing))
