"""Change the imports of one file: what is asked for is gathered, and merged once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from overhaul.changes import Replacement
from overhaul.occurrences.finding import Occurrences, Statement
from overhaul.refactoring.import_blocks import Blocks
from overhaul.refactoring.import_edits import Edits
from overhaul.refactoring.import_lines import ImportLine
from overhaul.refactoring.import_placing import Placing, Where, near_to
from overhaul.refactoring.import_style import line_length, relative, section

if TYPE_CHECKING:
    from overhaul.project import Project


class _Wish(NamedTuple):
    """An import that is asked for."""

    module: str
    """Absolute."""
    name: str
    """"" for `import module`."""
    alias: str
    where: Where
    lazy: bool = False


class Imports:
    """The import statements of one file, and what is to be changed about them.

    Nothing is decided before `replacements`: a statement from which several names go is written once, and one that is
    left without names goes with its line, or becomes `pass` where its suite would be empty.
    """

    def __init__(
        self, project: Project, path: str, *, occurrences: Occurrences | None = None, module: str = "",
        package: bool = False, dotted: int = 0,
    ) -> None:  # fmt: skip
        """Of the file as it stands before the step.

        A file that is yet to be made is given by its `occurrences`, and the module it will be. Imports from its own
        package are relative where `dotted` is more than 0, if the file does not say otherwise itself.
        """
        self._leaning = dotted
        self.project, self.path = project, path
        self.occurrences = project.occurrences(path) if occurrences is None else occurrences
        self.module = module or project.layout.module_of(path)
        self.package = package if module else project.layout.modules[self.module].package
        self.blocks = Blocks(self.occurrences)
        self._wishes: list[_Wish] = []
        self._dropped: dict[int, set[int]] = {}

    # What can be asked for

    def take(
        self, module: str, name: str, bound: str = "", *, like: Statement | None = None,
        within: Statement | None = None, typing: bool = False, lazy: bool = False,
    ) -> str:  # fmt: skip
        """Ask for `from module import name as bound`, and be told what is bound.

        `module` is absolute; it is written relative where `like`, or most of the file's imports from its package, are.
        It stands where `like` stands and under the same conditions (function,
        TYPE_CHECKING, try), at the head of the function `within`, under TYPE_CHECKING, or else with the module's other
        imports. The name that is bound: another one is chosen by nobody, so ask before whether it is free.
        `lazy`: as of Python 3.15; beside a lazy import it is one in any case.
        """
        bound = bound or name
        self._wish(module, name, "" if bound == name else bound, like, within, typing, lazy)
        return bound

    def load(
        self, module: str, bound: str = "", *, like: Statement | None = None, within: Statement | None = None,
        typing: bool = False, lazy: bool = False,
    ) -> str:  # fmt: skip
        """Ask for `import module`, or `import module as bound`; what it binds."""
        alias = "" if bound == module else bound
        self._wish(module, "", alias, like, within, typing, lazy)
        return alias or module.partition(".")[0]

    def _wish(
        self, module: str, name: str, alias: str, like: Statement | None, within: Statement | None, typing: bool,
        lazy: bool,
    ) -> None:  # fmt: skip
        beside, inside = (-1 if one is None else self.blocks.number(one) for one in (like, within))
        lazy = lazy or (beside in self.blocks.lines and self.blocks.lines[beside].lazy)
        wish = _Wish(module, name, alias, Where(beside, inside, typing), lazy)
        if wish not in self._wishes:
            self._wishes.append(wish)

    def drop(self, statement: Statement, name: str) -> None:
        """Take one name (as it is written before `as`; a dotted module for `import a.b`) out of an import statement."""
        number = self.blocks.number(statement)
        found = {at for at, item in enumerate(self.blocks.lines[number].items) if item.name == name}
        self._dropped.setdefault(number, set()).update(found)

    def replace(self, statement: Statement, name: str, module: str, taken: str, bound: str) -> None:
        """Import something else in its place: `bound` is the name that is bound afterwards.

        `taken` is "" for `import module as bound`; there `bound` may be "" for none.
        """
        self.drop(statement, name)
        if taken:
            self.take(module, taken, bound, like=statement)
        else:
            self.load(module, bound, like=statement)

    def drop_statement(self, statement: Statement) -> None:
        """Take out a whole import statement, be it a star's."""
        number = self.blocks.number(statement)
        self._dropped.setdefault(number, set()).update(range(len(self.blocks.lines[number].items)))

    # What is there

    def absolute(self, line: ImportLine) -> str:
        """The absolute module that an import takes names from; "" for one above the topmost package."""
        if not line.level:
            return line.module
        here = self.module.split(".") if self.package else self.module.split(".")[:-1]
        base = here[: len(here) - line.level + 1]
        return ".".join((*base, line.module) if line.module else base) if base else ""

    def spelled(self, module: str, like: Statement | None = None) -> str:
        """How the file writes an absolute module: with dots where `like`, or most of its like, have them."""
        number = -1 if like is None else self.blocks.number(like)
        return self._spelled(module, number)

    def _spelled(self, module: str, like: int) -> str:
        written = relative(self.module, self.package, module)
        if written == module:
            return module
        if (line := self.blocks.lines.get(like)) is not None and line.taking:
            own = self.absolute(line).partition(".")[0] == module.partition(".")[0]
            if own or line.level:
                return written if line.level else module
        return written if (self.dotted or self._leaning) > 0 else module

    @cached_property
    def dotted(self) -> int:
        """How many more of the file's imports from its own package are relative than absolute."""
        own = self.module.partition(".")[0]
        lines = [one for one in self.blocks.lines.values() if one.taking]
        return sum(1 if one.level else -1 for one in lines if one.level or one.module.partition(".")[0] == own)

    # What becomes of it

    def replacements(self) -> Iterator[Replacement]:
        """All changes that were asked for, by place; none where nothing changes."""
        edits = Edits(self.blocks, self._dropped, line_length(self.project, self.path))
        self._drop_guard(edits)
        fresh: dict[tuple[Where, str, str, bool], list[tuple[str, str]]] = {}
        wishes = list(self._wishes)
        for wish in wishes:
            near = near_to(self.blocks, wish.where)
            if self._there(wish, near):
                continue
            if (line := self._fitting(wish, near)) is not None:
                edits.added.setdefault(line, []).append((wish.name, wish.alias))
                continue
            if wish.where.typing and next(self.blocks.typing(), None) is None:
                guard = _Wish("typing", "TYPE_CHECKING", "", Where(-1, -1, typing=False))
                wishes += [] if guard in wishes else [guard]
            target = self._spelled(wish.module, wish.where.like) if wish.name else wish.module
            key = wish.where, target, "" if wish.name else f"as {wish.alias}", wish.lazy
            fresh.setdefault(key, []).append((wish.name, wish.alias))
        placing = Placing(edits, lambda shape: section(self.project, self.module, shape.target))
        for (where, target, _, lazy), names in fresh.items():
            placing.put(target, names, where, lazy=lazy)
        yield from edits.replacements()

    def _drop_guard(self, edits: Edits) -> None:
        """Drop TYPE_CHECKING where nothing is left under it."""
        if any(wish.where.typing for wish in self._wishes):
            return
        guards = list(self.blocks.typing())
        likes = {wish.where.like for wish in self._wishes}
        if not guards or not all(
            number in edits.emptied and number not in likes for guard in guards for number in self.blocks.body(guard)
        ):
            return
        uses = [one for one in self.occurrences.named("TYPE_CHECKING") if one.role != "taken"]
        if len(uses) == len(guards) and all(one.role == "load" for one in uses):
            for number, line in self.blocks.lines.items():
                for at, item in enumerate(line.items):
                    if (item.name, item.alias) == ("TYPE_CHECKING", ""):
                        self._dropped.setdefault(number, set()).add(at)
            edits.__dict__.pop("emptied", None)

    def _there(self, wish: _Wish, near: Sequence[int]) -> bool:
        """Whether the file has an import already that is made before what needs it."""
        always = [number for number in self.blocks.top if number in self.blocks.lines]
        for number in dict.fromkeys((*near, *always)):
            line, gone = self.blocks.lines[number], self._dropped.get(number, ())
            if line.taking != bool(wish.name) or (wish.name and self.absolute(line) != wish.module):
                continue
            name = wish.name or wish.module
            if any((item.name, item.alias) == (name, wish.alias) and at not in gone
                   for at, item in enumerate(line.items)):  # fmt: skip
                return True
        return False

    def _fitting(self, wish: _Wish, near: Sequence[int]) -> int | None:
        """A statement that takes from the same module, in the same place."""
        if not wish.name:
            return None
        for number in near:
            line = self.blocks.lines[number]
            if line.taking and not line.star and line.lazy == wish.lazy and self.absolute(line) == wish.module:
                return number
        return None
