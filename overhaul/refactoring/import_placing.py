"""Put a new import where it belongs: beside its like, in the order that the file keeps."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from overhaul.refactoring.import_blocks import Blocks, Key, orders
from overhaul.refactoring.import_edits import Edits
from overhaul.refactoring.import_lines import Shape, listed, taking
from overhaul.refactoring.import_style import Section


class Where(NamedTuple):
    """Where an import is asked for; at the top of the module where nothing is said."""

    like: int
    """The number of a statement beside which it is to stand; -1 for none."""
    within: int
    """The number of a function definition in whose body it is to stand; -1 for none."""
    typing: bool
    """Under `if TYPE_CHECKING:`."""


def near_to(blocks: Blocks, where: Where) -> Sequence[int]:
    """The import statements that stand where an import is asked for."""
    if where.like >= 0:
        return blocks.run(where.like)
    if where.within >= 0:
        first = _first(blocks, where.within)
        return blocks.run(first) if first in blocks.lines else []
    if where.typing:
        bodies = (blocks.body(number) for number in blocks.typing())
        return [number for body in bodies for number in body if number in blocks.lines]
    return [number for run in blocks.top_runs() for number in run]


def _first(blocks: Blocks, function: int) -> int:
    """The number of the first statement of a function that is no docstring; of the docstring where it is alone."""
    body = blocks.body(function)
    return body[1] if blocks.docstring(body) and len(body) > 1 else body[0]


class Placing:
    """Puts new statements into the imports of one file."""

    def __init__(self, edits: Edits, section: Callable[[Shape], Section]) -> None:
        """What is put is written down in `edits`."""
        self._edits, self._blocks, self._section = edits, edits.blocks, section
        self._orders = orders(section)

    def put(self, target: str, names: Sequence[tuple[str, str]], where: Where, *, lazy: bool = False) -> None:
        """One statement: `from target import names` (name, alias), or `import target` where the name is ""."""
        level = len(target) - len(target.lstrip("."))
        shape = Shape(names[0][0] != "", level, target[level:], lazy)
        rank: tuple[int | str, ...] = (self._section(shape), shape.taking, -level, shape.module.casefold())
        near = near_to(self._blocks, where)
        if where.like >= 0:
            self._beside(shape, rank, names, near, where.like)
        elif near:
            self._among(shape, rank, names, self._best(shape, near))
        elif where.within >= 0:
            first = _first(self._blocks, where.within)
            self._before(first, rank, self._text(shape, names, self._column(first)))
        elif where.typing:
            self._guard(shape, rank, names)
        else:
            self._edits.put_at(self._beginning(), rank, self._text(shape, names, 0))

    def _text(self, shape: Shape, names: Sequence[tuple[str, str]], column: int) -> str:
        if not shape.taking:
            return f"{'lazy ' * shape.lazy}import {listed(shape.module, names[0][1])}"
        items = [listed(*one) for one in sorted(names)]
        return taking(f"{'lazy ' * shape.lazy}from {shape.target}", items, self._edits.width, column)

    def _column(self, number: int) -> int:
        return self._edits.column(number)

    def _before(self, number: int, rank: tuple[int | str, ...], text: str) -> None:
        blocks = self._blocks
        if blocks.beside_head(number):
            self._edits.put_first(number, text)
        else:
            self._edits.put_before(number, rank, text)

    def _beginning(self) -> int:
        """Where the first import of a file without any is put: behind the docstring and what comes before it."""
        blocks, top = self._blocks, self._blocks.top
        statements = blocks.occurrences.statements
        if blocks.docstring(top):
            return blocks.line_end(statements[top[0]].end)
        if not statements:
            return len(blocks.text)
        first = statements[0]
        # A comment at the very top speaks of the file, any other of what follows it.
        return blocks.line_start(first.start) if first.head == 0 else blocks.line_start(first.head)

    def _guard(self, shape: Shape, rank: tuple[int | str, ...], names: Sequence[tuple[str, str]]) -> None:
        """Under `if TYPE_CHECKING:`, which is made where there is none."""
        blocks = self._blocks
        if (block := next(blocks.typing(), None)) is not None:
            first = blocks.body(block)[0]
            self._before(first, rank, self._text(shape, names, self._column(first)))
            return
        runs = list(blocks.top_runs())
        behind = runs[-1][-1] if runs else -1
        self._edits.guard(behind, self._beginning() if not runs else -1, self._text(shape, names, 4))

    def _best(self, shape: Shape, near: Sequence[int]) -> list[int]:
        """The run of some imports that the new one belongs to most: where its package is, its section, or the last."""
        own, section = shape.module.split("."), self._section(shape)

        def fit(run: Sequence[int]) -> tuple[int, int]:
            lines = [self._blocks.lines[number].shape for number in run if not self._blocks.lines[number].star]
            alike = [_common(own, one.module.split(".")) for one in lines if self._section(one) == section]
            return max(alike, default=-1), len(run)

        runs: list[list[int]] = []
        for number in near:
            if not runs or number not in runs[-1]:
                runs.append(self._blocks.run(number))
        return max(runs, key=fit)

    def _order(self, run: Sequence[int]) -> Key | None:
        """The order that a run stands in; None for none that is known."""
        shapes = [self._blocks.lines[number].shape for number in run]
        for order in self._orders:
            keys = [order(one) for one in shapes]
            if keys == sorted(keys):
                return order
        return None

    def _beside(
        self, shape: Shape, rank: tuple[int | str, ...], names: Sequence[tuple[str, str]], run: Sequence[int], like: int
    ) -> None:
        """Where another one stands: in its very place if that goes and the order allows it."""
        text = self._text(shape, names, self._column(like))
        order = self._order(run)
        rest = [number for number in run if not self._edits.leaves(number) or number == like]
        place = rest.index(like)
        before, behind = rest[max(0, place - 1) : place], rest[place + 1 : place + 2]
        fits = order is None or (
            all(order(self._blocks.lines[other].shape) <= order(shape) for other in before)
            and all(order(shape) <= order(self._blocks.lines[other].shape) for other in behind)
        )
        if self._edits.leaves(like) and (fits or self._blocks.beside_head(like)):
            self._edits.instead.setdefault(like, []).append(text)
        elif order is None or self._blocks.beside_head(like):
            self._edits.put_behind(like, rank, text)
        else:
            self._among(shape, rank, names, run)

    def _among(
        self, shape: Shape, rank: tuple[int | str, ...], names: Sequence[tuple[str, str]], run: Sequence[int]
    ) -> None:
        """Among the imports of a run: in its order, or behind the last of the same section."""
        text = self._text(shape, names, self._column(run[0]))
        order, section = self._order(run), self._section(shape)
        lines = self._blocks.lines
        if order is not None:
            before = [number for number in run if order(lines[number].shape) <= order(shape)]
        else:
            alike = [number for number in run if self._section(lines[number].shape) == section]
            before = list(run[: run.index(alike[-1]) + 1]) if alike else list(run)
        behind = run[len(before)] if len(before) < len(run) else -1
        parted = self._sections_apart(run)

        def apart(number: int) -> int:
            return self._section(lines[number].shape) if parted else -1

        if before and (self._section(lines[before[-1]].shape) == section or behind < 0):
            self._edits.put_behind(before[-1], rank, text, apart=apart(before[-1]))
        elif behind >= 0 and self._section(lines[behind].shape) == section:
            self._before(behind, rank, text)
        elif before:
            self._edits.put_behind(before[-1], rank, text, apart=apart(before[-1]))
        elif self._blocks.beside_head(behind):
            self._edits.put_behind(behind, rank, text)
        else:
            self._edits.put_before(behind, rank, text, apart=apart(behind))

    def _sections_apart(self, run: Sequence[int]) -> bool:
        """Whether blank lines stand between the sections of a run."""
        lines = self._blocks.lines
        for first, second in itertools.pairwise(run):
            if self._section(lines[first].shape) != self._section(lines[second].shape):
                between = self._blocks.text[lines[first].statement.end : lines[second].statement.start]
                return between.count("\n") > 1
        return self._blocks.occurrences.statements[run[0]].suite == -1


def _common(first: Sequence[str], second: Sequence[str]) -> int:
    """How many parts two dotted names begin with alike."""
    return next((at for at, pair in enumerate(_pairs(first, second)) if pair[0] != pair[1]), 0)


def _pairs(first: Sequence[str], second: Sequence[str]) -> Iterator[tuple[str, str]]:
    yield from zip((*first, ""), (*second, " "), strict=False)
