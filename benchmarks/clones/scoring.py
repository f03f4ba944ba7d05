"""What was found of what was made, and what of the found is true."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import msgspec

from benchmarks.clones.exact import Definition, alike, same_run
from benchmarks.clones.project import Fragment, Pair, Project
from overhaul.redundancy import Clone, Duplicate

Outcome = Literal["right", "wrong type", "missed", "look-alike", "noise", "true"]
"""right, wrong type, missed: of the pairs that were made; look-alike, noise: reported and false; true: reported, not
made, but by Python's own parser equal but for layout, names and literals, or most of their statements are the same to
the letter: real code has copies of its own."""


class Mark(msgspec.Struct, frozen=True):
    """One pair, made or reported, and what came of it."""

    outcome: Outcome
    mutation: str
    """"" for what was not made."""
    type: int
    unit: str
    """function, method, class; run."""
    first: str
    """path:line name"""
    second: str
    note: str


class Judge:
    """Knows what stands where in a project."""

    def __init__(self, project: Project, folder: Path) -> None:
        """`folder` is where the project was written."""
        self.project = project
        self._folder = folder
        self._by_place = {(one.path, one.name): number for number, one in enumerate(project.fragments)}
        self._trees: dict[str, ast.Module] = {}

    @cached_property
    def partners(self) -> Mapping[tuple[int, int], Pair]:
        """The pairs that were made, by the numbers of their fragments, smaller one first."""
        pairs = self.project.pairs
        return MappingProxyType({(min(one.first, one.second), max(one.first, one.second)): one for one in pairs})

    def number(self, member: Clone) -> int | None:
        """The fragment that a member is, or stands in."""
        name = member.name
        while name:
            number = self._by_place.get((member.path, name))
            if number is not None:
                return number
            name = name.rpartition(".")[0]
        return None

    def is_whole(self, member: Clone) -> bool:
        """Whether a member is a fragment, and not a part of one."""
        return (member.path, member.name) in self._by_place

    def marks(self, rows: Iterable[Duplicate]) -> Iterator[Mark]:
        """Every pair that was made, and every other pair that is reported."""
        types: dict[tuple[int, int], list[int]] = {}
        for row in rows:
            for at, first in enumerate(row.members):
                for second in row.members[at + 1 :]:
                    one, other = self.number(first), self.number(second)
                    pair = (min(one, other), max(one, other)) if one is not None and other is not None else None
                    made = self.partners.get(pair) if pair else None
                    whole = row.unit != "run" and self.is_whole(first) and self.is_whole(second)
                    if made is not None and made.type and pair:
                        if whole:
                            types.setdefault(pair, []).append(row.type)
                        continue
                    yield self._judged(row, first, second, made if whole else None)
        for pair, made in self.partners.items():
            if made.type:
                found = types.get(pair, [])
                outcome: Outcome = "right" if made.type in found else "wrong type" if found else "missed"
                note = f"found as {sorted(found)}; {made.note}" if found else made.note
                yield self._mark(outcome, made, note)

    def _judged(self, row: Duplicate, first: Clone, second: Clone, looks: Pair | None) -> Mark:
        """What was reported and not made."""
        if row.unit == "run":
            true = kind_of_run(self._nodes(first), self._nodes(second))
        else:
            true = looks is None and self._same(first, second)
        outcome: Outcome = "true" if true else "look-alike" if looks else "noise"
        places = [f"{one.path}:{one.line}-{one.end} {one.name}" for one in (first, second)]
        note = f"{row.confidence}, similarity {row.similarity:.2f}; {looks.note if looks else ''}"
        return Mark(outcome, looks.mutation if looks else "", row.type, row.unit, places[0], places[1], note)

    def _same(self, first: Clone, second: Clone) -> bool:
        one, other = self._nodes(first), self._nodes(second)
        if len(one) != 1 or len(other) != 1 or not all(isinstance(node, Definition) for node in (one[0], other[0])):
            return False
        return alike(ast.unparse(one[0]), ast.unparse(other[0]))

    def _nodes(self, member: Clone) -> list[ast.stmt]:
        """The outermost statements between the lines of a member."""
        tree = self._trees.get(member.path)
        if tree is None:
            tree = self._trees[member.path] = ast.parse((self._folder / member.path).read_text(encoding="utf-8"))
        return list(_between(tree, member.line, member.end))

    def _mark(self, outcome: Outcome, pair: Pair, note: str) -> Mark:
        first, second = (self.project.fragments[number] for number in (pair.first, pair.second))
        return Mark(outcome, pair.mutation, pair.type, first.unit.kind, place(first), place(second), note)


def place(fragment: Fragment) -> str:
    """`path:first-last name`."""
    return f"{fragment.path}:{fragment.line}-{fragment.end} {fragment.name}"


def kind_of_run(first: list[ast.stmt], second: list[ast.stmt]) -> bool:
    """Whether two runs are equal but for layout, names and literals."""
    return bool(first) and same_run(first, second) is not None


def _between(node: ast.AST, line: int, end: int) -> Iterator[ast.stmt]:
    for child in ast.iter_child_nodes(node):
        begin = getattr(child, "lineno", None)
        last = getattr(child, "end_lineno", None)
        if isinstance(begin, int) and isinstance(last, int):
            if isinstance(child, ast.stmt) and line <= begin and last <= end:
                yield child
            elif begin <= end and last >= line:
                yield from _between(child, line, end)
        else:
            yield from _between(child, line, end)


class Figures(msgspec.Struct, frozen=True):
    """Recall of one sort of pairs."""

    label: str
    made: int
    found: int
    typed: int
    """Found, and of the right type."""

    @property
    def recall(self) -> float:
        """0 to 1, of the found ones of the right type."""
        return self.typed / self.made if self.made else 1.0


def recalls(marks: Sequence[Mark]) -> Iterator[Figures]:
    """By mutation and then by type, in the order of the types."""
    made = [mark for mark in marks if mark.outcome in ("right", "wrong type", "missed")]
    labels = sorted({(mark.type, mark.mutation) for mark in made})
    for of, label in labels:
        yield _figures(label, [mark for mark in made if (mark.type, mark.mutation) == (of, label)])
    for of in (1, 2, 3):
        yield _figures(f"type {of}", [mark for mark in made if mark.type == of])
    yield _figures("type 3 at 20 %", [mark for mark in made if mark.mutation.startswith("20%")])
    for unit in ("function", "method", "class"):
        yield _figures(f"all {unit}", [mark for mark in made if mark.unit == unit])


def _figures(label: str, marks: Sequence[Mark]) -> Figures:
    right = sum(mark.outcome == "right" for mark in marks)
    return Figures(label, len(marks), right + sum(mark.outcome == "wrong type" for mark in marks), right)


def precision(marks: Sequence[Mark]) -> float:
    """Of the pairs reported, the share that is true."""
    true = sum(mark.outcome in ("right", "wrong type", "true") for mark in marks)
    false = sum(mark.outcome in ("look-alike", "noise") for mark in marks)
    return true / (true + false) if true + false else 1.0
