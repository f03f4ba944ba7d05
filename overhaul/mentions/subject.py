"""What has moved, and what a dotted name that is written somewhere becomes by it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final

import msgspec

from overhaul.changes import Moved, Target
from overhaul.facts import Binding
from overhaul.mentions.afterwards import Afterwards
from overhaul.naming.meanings import Meaning, Symbol, Unknown

if TYPE_CHECKING:
    from overhaul.changes import Change
    from overhaul.project import Project


class Answer(msgspec.Struct, frozen=True):
    """What becomes of a dotted name that means something moved, or something in it."""

    moved: Moved
    count: int
    """How many parts of the written name lead to what is moved; those behind them name something in it."""
    text: str | None
    """What is to be written afterwards; the same name where it goes on to be right, None where nobody can tell."""
    direct: bool
    """The name was written with the module that defines it, not through a re-export or an alias."""
    works: bool
    """The name as it was written goes on to mean the same, even if another is to be written."""


class Subject:
    """All that has moved in one step, asked by the names that texts write."""

    def __init__(
        self, project: Project, after: Callable[[str], Meaning] | None, moved: Iterable[Moved],
        changes: Iterable[Change], *, leave_strings: bool = False,
    ) -> None:  # fmt: skip
        """`project` and the offsets in `changes` are as they were before the step."""
        self.project = project
        self.leave_strings = leave_strings
        """Strings that cannot be rewritten are left over, and refuse nothing."""
        self.moved: Sequence[Moved] = [one for one in sorted(set(moved)) if _defined(project, one)]
        self.by_target = {(one.before.module, one.before.name): one for one in self.moved}
        self.afterwards = Afterwards(project, after, self.moved, changes)
        self._alone: dict[str, bool] = {}
        self._answers: dict[tuple[str, str], Answer | None] = {}

    @cached_property
    def outermost(self) -> Sequence[Moved]:
        """Without what goes along with something around it."""
        return [one for one in self.moved if not self._goes_along(one)]

    def _goes_along(self, one: Moved) -> bool:
        before, after = one.before.module.split("."), one.after.module.split(".")
        if one.before.name:
            return False
        while len(before) > 1 and len(after) > 1 and before[-1] == after[-1]:
            before, after = before[:-1], after[:-1]
            outer = self.by_target.get((".".join(before), ""))
            if outer is not None and outer.after.module == ".".join(after):
                return True
        return False

    @cached_property
    def words(self) -> Sequence[str]:
        """Whatever speaks of anything that has moved has one of these in it, as a whole word."""
        return sorted({_last(one.before) for one in self.outermost})

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(_last(one.before) for one in self.moved)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Any of the words."""
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, self.words))})(?!\w)")

    @cached_property
    def bytes_pattern(self) -> re.Pattern[bytes]:
        """Any of the words, in bytes."""
        words = b"|".join(re.escape(word.encode()) for word in self.words)
        return re.compile(rb"(?<![A-Za-z0-9_])(?:" + words + rb")(?![A-Za-z0-9_])")

    def named(self, word: str) -> Iterator[Moved]:
        """What is called by a word, without what is around it."""
        return (one for one in self.moved if _last(one.before) == word)

    def alone(self, word: str) -> bool:
        """Whether the project defines nothing else of that name, at the top of a module."""
        found = self._alone.get(word)
        if found is None:
            modules = {one.before.module for one in self.named(word)}
            found = self._alone[word] = not any(
                row.name == word and row.kind != "import"
                for module, rows in self.project.facts(Binding).items()
                if module not in modules
                for row in rows
            )
        return found

    def answer(self, dotted: str, importer: str = "") -> Answer | None:
        """What becomes of an absolute dotted name that is written in a module (or a text); None if it does not move."""
        key = dotted, importer
        if key not in self._answers:
            self._answers[key] = self._answer(dotted, importer)
        return self._answers[key]

    def _answer(self, dotted: str, importer: str) -> Answer | None:
        parts = dotted.split(".")
        # The innermost thing counts: `a.b.c` where the package a.b and the module a.b.c have moved.
        for count in range(len(parts), 0, -1):
            if parts[count - 1] not in self._names:
                continue
            meaning = self.project.symbols.resolve(".".join(parts[:count]), importer)
            if not isinstance(meaning, Symbol):
                continue
            moved = self.by_target.get((meaning.module, meaning.name))
            if moved is not None:
                if self._names_a_file(parts, count, importer):
                    return Answer(moved, count, None, direct=False, works=False)
                return self._become(moved, parts, count)
        return None

    def _names_a_file(self, parts: Sequence[str], count: int, importer: str) -> bool:
        """Whether something of that name, with a suffix as files have them, is meant: `shop.core.json`."""
        if count == len(parts) or parts[-1].lower() not in FILE_SUFFIXES:
            return False
        return isinstance(self.project.symbols.resolve(".".join(parts), importer), Unknown)

    def _become(self, moved: Moved, parts: Sequence[str], count: int) -> Answer:
        written = ".".join(parts[:count])
        rest = parts[count:]
        direct = written == moved.before.dotted
        works = self.afterwards.means(written, moved.after) or (direct and moved.kept)
        if works and not direct:
            return Answer(moved, count, ".".join(parts), direct, works)
        # Where a class's name is inherited or a re-export follows the new name, only that part changes.
        beside = ".".join((*parts[: count - 1], _last(moved.after)))
        for candidate in dict.fromkeys((*(() if direct else (beside,)), moved.after.dotted)):
            if self.afterwards.means(candidate, moved.after):
                return Answer(moved, count, ".".join((candidate, *rest)), direct, works)
        return Answer(moved, count, None, direct, works)


def _defined(project: Project, one: Moved) -> bool:
    """Whether it is the thing itself, and not another module's name for it, which is found by what it means."""
    meaning = project.symbols.resolve(one.before.dotted)
    return not isinstance(meaning, Symbol) or (meaning.module, meaning.name) == (one.before.module, one.before.name)


def _last(target: Target) -> str:
    return target.dotted.rpartition(".")[2]


FILE_SUFFIXES: Final = frozenset((
    "bak", "bz2", "cfg", "css", "csv", "dll", "egg", "exe", "gif", "gz", "htm", "html", "ico", "ini", "jpeg", "jpg",
    "js", "json", "log", "md", "pdf", "pickle", "pid", "pkl", "png", "py", "pyc", "pyd", "pyi", "rst", "sock", "sqlite",
    "sqlite3", "svg", "tar", "toml", "tsv", "txt", "whl", "xml", "xz", "yaml", "yml", "zip",
))  # fmt: skip
"""What files are called behind their last dot, and hardly anything of a module."""
