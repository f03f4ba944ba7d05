"""Where the imports of a file stand, and where another one belongs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

from overhaul.occurrences.finding import Occurrences, Statement
from overhaul.refactoring.import_lines import IMPORTING, ImportLine, Shape
from overhaul.refactoring.import_style import Section

_COMMENT: Final = re.compile(r"#[^\n]*")
_TYPING: Final = re.compile(r"if\s*\(?\s*(?:\w+\.)*TYPE_CHECKING\s*\)?\s*:")

Key = Callable[[Shape], Any]
"""What to sort by: tuples of numbers and texts that stand at the same places."""


class Blocks:
    """The suites of a file, and the runs of imports in them."""

    def __init__(self, occurrences: Occurrences) -> None:
        """Nothing is looked at before it is asked for."""
        self.occurrences = occurrences
        self.text = occurrences.text

    @cached_property
    def lines(self) -> Mapping[int, ImportLine]:
        """Every import statement, by its number among the statements."""
        return {
            number: ImportLine(self.occurrences, one)
            for number, one in enumerate(self.occurrences.statements)
            if type(one.node).__name__ in IMPORTING
        }

    @cached_property
    def _numbers(self) -> dict[int, int]:
        return {id(one): number for number, one in enumerate(self.occurrences.statements)}

    def number(self, statement: Statement) -> int:
        """Its index in `Occurrences.statements`."""
        return self._numbers[id(statement)]

    @cached_property
    def _suites(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for number, one in enumerate(self.occurrences.statements):
            found.setdefault(one.suite, []).append(number)
        return found

    @cached_property
    def _branches(self) -> dict[int, tuple[int, ...]]:
        """Each statement -> those of the same branch of its suite: an `else` is another than its `if`."""
        found: dict[int, tuple[int, ...]] = {}
        for numbers in self._suites.values():
            branch: list[int] = []
            for number in numbers:
                if branch and not self._bare(branch[-1], number):
                    found.update(dict.fromkeys(branch, tuple(branch)))
                    branch = []
                branch.append(number)
            found.update(dict.fromkeys(branch, tuple(branch)))
        return found

    def branch(self, number: int) -> tuple[int, ...]:
        """The statements of the same branch of a suite, in the order of the text."""
        return self._branches[number]

    def _bare(self, first: int, second: int) -> bool:
        """Whether nothing but white space, comments and semicolons stands between two statements."""
        between = self.text[self.occurrences.statements[first].end : self.occurrences.statements[second].start]
        return not _COMMENT.sub("", between).strip(" \t\r\n\f;\\")

    def run(self, number: int) -> list[int]:
        """The import statements that stand together with one, itself among them."""
        branch = self.branch(number)
        first = last = branch.index(number)
        while first and branch[first - 1] in self.lines:
            first -= 1
        while last + 1 < len(branch) and branch[last + 1] in self.lines:
            last += 1
        return list(branch[first : last + 1])

    @cached_property
    def top(self) -> Sequence[int]:
        """The statements of the module before its first class or function."""
        found: list[int] = []
        for number in self._suites.get(-1, ()):
            if type(self.occurrences.statements[number].node).__name__ in ("FunctionDef", "ClassDef"):
                break
            found.append(number)
        return found

    def top_runs(self) -> Iterator[list[int]]:
        """The runs of imports that are made first of all, in the order of the text."""
        seen = -1
        for number in self.top:
            if number in self.lines and number > seen:
                run = self.run(number)
                seen = run[-1]
                yield run

    def typing(self) -> Iterator[int]:
        """The statements that are `if TYPE_CHECKING:` at the top, without `else`."""
        for number in self.top:
            one = self.occurrences.statements[number]
            if type(one.node).__name__ == "If" and one.node.orelse is None and _TYPING.match(self.text, one.start):
                yield number

    def body(self, number: int) -> Sequence[int]:
        """The statements of a compound statement's suites."""
        return self._suites.get(number, ())

    def under_typing(self, number: int) -> bool:
        """Whether a statement stands under `if TYPE_CHECKING:`."""
        while (number := self.occurrences.statements[number].suite) != -1:
            one = self.occurrences.statements[number]
            if type(one.node).__name__ == "If" and _TYPING.match(self.text, one.start):
                return True
        return False

    def docstring(self, numbers: Sequence[int]) -> bool:
        """Whether the first of some statements is a docstring."""
        if not numbers:
            return False
        node = self.occurrences.statements[numbers[0]].node
        kinds = ("SimpleString", "ConcatenatedString")
        return type(node).__name__ == "Expr" and type(node.value).__name__ in kinds

    def line_start(self, offset: int) -> int:
        """Where the line begins that an offset lies in."""
        return self.text.rfind("\n", 0, offset) + 1

    def line_end(self, offset: int) -> int:
        """Behind the end of the line that an offset lies in."""
        found = self.text.find("\n", offset)
        return len(self.text) if found < 0 else found + 1

    def logical(self, number: int) -> tuple[int, ...]:
        """The statements on the same line as a small one, joined by semicolons."""
        branch = self.branch(number)
        first = last = branch.index(number)
        statements = self.occurrences.statements
        while first and "\n" not in self._between(branch[first - 1], branch[first]):
            first -= 1
        while last + 1 < len(branch) and "\n" not in self._between(branch[last], branch[last + 1]):
            last += 1
        assert statements[branch[first]].start <= statements[number].start
        return branch[first : last + 1]

    def _between(self, first: int, second: int) -> str:
        statements = self.occurrences.statements
        return self.text[statements[first].end : statements[second].start].replace("\\\r\n", "").replace("\\\n", "")

    def beside_head(self, number: int) -> bool:
        """Whether it stands on the line of the compound statement that it belongs to: `if x: import a`."""
        first = self.logical(number)[0]
        start = self.occurrences.statements[first].start
        return self.text[self.line_start(start) : start].strip(" \t\f") != ""


def orders(section: Callable[[Shape], Section]) -> Sequence[Key]:
    """The orders that imports are known to stand in."""
    return (
        lambda one: (section(one), one.taking, -one.level, one.module.casefold()),
        lambda one: (section(one), one.taking, one.level, one.module.casefold()),
        lambda one: (section(one), -one.level, one.module.casefold(), one.taking),
        lambda one: (section(one), one.level, one.module.casefold(), one.taking),
        lambda one: (section(one), one.taking, one.target.casefold()),
        lambda one: (one.taking, section(one), one.target.casefold()),
        lambda one: (section(one),),
    )
