"""Sections of the HTML report: what a page is put together from.

A section is one decorated function in a file `reports/_html_<name>.py`, which nothing else names:

    @Section("Import cycles", order=30)
    def cycles(survey: Survey) -> Cycles | None: ...

What it returns is the `view` of the template `reports/templates/html/sections/<name>.html`; None leaves the section
out. One that returns `Grids` needs no template of its own.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, Literal, Self, TypeVar

import msgspec

from overhaul.facts import Row
from overhaul.inventory import Component
from overhaul.survey import Survey

Cell = str | int | float | None

_Row = TypeVar("_Row", bound=Row)
_Component = TypeVar("_Component", bound=Component)


class Column(msgspec.Struct, frozen=True):
    """A column of a grid."""

    title: str
    kind: Literal[
        "text", "word", "code", "place", "number", "link", "links", "folded", "points", "mark", "excerpt"
    ] = "text"  # fmt: skip
    """word: a text that is never broken; place: `path:line`, sorted by path and then by number; link: the id of
    something on the page; links: lines made with `link`; folded: lines that are shown on demand; points: lines that are
    shown; mark: a word with a sign before it, made with `good`, `bad` or plain; excerpt: made with `quoted`."""
    choose: bool = False
    """The reader can choose one of its values, and see no row with another."""


class Line(msgspec.Struct, frozen=True):
    """A row of a grid."""

    cells: tuple[Cell, ...]
    id: str = ""
    """Where a link can point to; made with `anchor`."""


class Grid(msgspec.Struct, frozen=True, kw_only=True):
    """A table that the reader can sort and filter."""

    id: str
    caption: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    shown: int = 50
    """Lines that stand in the page from the beginning; the others are there when asked for."""
    total: int = 0
    """How many lines there would be with those that were left out of the page."""
    rest: str = ""
    """The command that shows what was left out."""

    @property
    def choices(self) -> tuple[tuple[int, str, tuple[str, ...]], ...]:
        """(number, title, values) of the columns of whose values the reader can choose one, where there are several."""
        chosen = [(number, column.title) for number, column in enumerate(self.columns) if column.choose]
        values = [tuple(dict.fromkeys(str(line.cells[number] or "") for line in self.lines)) for number, _ in chosen]
        return tuple(
            (number, title, tuple(sorted(filter(None, found), key=_rank)))
            for (number, title), found in zip(chosen, values, strict=True) if len(found) > 1
        )

    @property
    def omitted(self) -> int:
        """How many lines are not in the page at all."""
        return max(0, self.total - len(self.lines))


def trimmed(grid: Grid) -> Grid:
    """The grid without the columns of links that lead nowhere in any line."""
    kept = [
        number for number, column in enumerate(grid.columns)
        if column.kind != "links" or any(line.cells[number] for line in grid.lines)
    ]  # fmt: skip
    lines = (msgspec.structs.replace(line, cells=tuple(line.cells[number] for number in kept)) for line in grid.lines)
    return msgspec.structs.replace(
        grid, columns=tuple(grid.columns[number] for number in kept), lines=tuple(lines)
    )


def _rank(value: str) -> tuple[int, str]:
    """Confidences and tiers by what they mean, all else by the alphabet."""
    known = ("high", "medium", "low", "certain", "likely", "note")
    return (known.index(value) if value in known else len(known)), value


class Grids(msgspec.Struct, frozen=True):
    """A section that is nothing but grids below a sentence."""

    lead: str
    grids: tuple[Grid, ...]


GROUPS: Final = (
    (0, "Summary"), (22, "What there is"), (30, "What is tangled or said again"), (44, "Figures"),
)  # fmt: skip
"""(the least `order`, the title) of each group of sections in the navigation."""


class Section:
    """One section of the page."""

    def __init__(self, title: str, *, order: int) -> None:
        """`order` is the place on the page: 10 is the story at the top, 90 the appendix.

        The navigation groups sections by it: see `GROUPS`.
        """
        self.title = title
        self.order = order

    def __call__(self, function: Any) -> Self:
        """Decorate the function that gives the section's view; its name is the section's, and the link to it."""
        self.view: Callable[[Survey], msgspec.Struct | None] = function
        self.name: str = function.__name__
        return self


def anchor(kind: str, *parts: str) -> str:
    """An id that is the same as long as the parts are: `cycle-1f3a9c02b4`."""
    return f"{kind}-{hashlib.blake2b(chr(0).join(parts).encode(errors='surrogatepass'), digest_size=5).hexdigest()}"


def link(id: str, text: str) -> str:
    """A line of a cell of the kind links: the text alone where nothing on the page has the id."""
    return f"{id} {text}"


def good(text: str) -> str:
    """A cell of the kind mark for what is as it should be: with a tick."""
    return f"✓ {text}"


def bad(text: str) -> str:
    """A cell of the kind mark for what is not: with a cross."""
    return f"✗ {text}"


def quoted(first: int, lines: Sequence[str], about: int) -> str:
    """A cell of the kind excerpt: lines of source from the number `first`, among them the one it is about."""
    return "\n".join((f"{first} {about}", *lines))


def rule_anchor(rule: str, severity: str) -> str:
    """The id of what a rule found at one severity."""
    return f"rule-{rule}-{severity}"


def rows_of(survey: Survey, row: type[_Row]) -> Sequence[_Row] | None:
    """The rows of a table of the project; None when no leaf fills it."""
    return survey.rows(row) if row in survey.leaves.tables.values() else None


def short(text: str, limit: int = 400) -> str:
    """The text, cut at `limit` characters."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def by_subkind(rows: Iterable[Component]) -> tuple[tuple[str, int], ...]:
    """How many there are of each subkind, most first, else in the order of the rows."""
    return tuple(Counter(row.subkind for row in rows).most_common())


def surest_first(rows: Sequence[_Component], limit: int) -> list[_Component]:
    """Rows of an inventory by confidence, path and line; at most `limit`."""
    order = ("high", "medium", "low")
    return sorted(rows, key=lambda row: (order.index(row.confidence), row.path, row.line))[:limit]
