"""What all checks of a proof look at: the project before and after, and what has moved between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

import msgspec

from overhaul.changes import (
    Added,
    Delegated,
    Divided,
    FileChange,
    Formed,
    Leftover,
    Moved,
    Replaced,
    Rewritten,
    Used,
    Vouched,
)
from overhaul.errors import Unreadable
from overhaul.naming.meanings import Interior
from overhaul.project import Project
from overhaul.proving.mapping import Identity, Mapping
from overhaul.proving.meaning import Told
from overhaul.proving.places import Places
from overhaul.proving.reading import read, words_in
from overhaul.proving.replacing import Replacing

PYTHON = (".py", ".pyi")


class Changed(msgspec.Struct, frozen=True):
    """A Python file that is there before and after, here or elsewhere."""

    path: str
    """Before."""
    path_after: str
    before: str
    """Its text."""
    after: str
    module: str
    module_after: str
    places: Places
    words: frozenset[str]
    """The identifiers in what was replaced, and in what it was replaced by."""

    def line(self, offset: int) -> int:
        """The line of an offset of the text after, from 1."""
        return self.after.count("\n", 0, max(offset, 0)) + 1


class Context:
    """One step: its project before and after, its files and what it says to have moved or replaced."""

    def __init__(
        self, before: Project, after: Project, files: Sequence[FileChange], moved: Sequence[Moved],
        leftovers: Sequence[Leftover] = (), replaced: Sequence[Replaced] = (), vouched: Sequence[Vouched] = (),
    ) -> None:  # fmt: skip
        """`before` is the project as the step saw it, `after` with its changes."""
        self.before = before
        self.after = after
        self.files = files
        self.mapping = Mapping(moved)
        self.divided = tuple(one for one in vouched if isinstance(one, Divided))
        """Functions whose statements stand in several afterwards."""
        self.delegated = tuple(one for one in vouched if isinstance(one, Delegated))
        """Functions that call another in the place of their body."""
        self._divided = {
            (one.before.module, one.before.name): frozenset((one.before.name, *(part.name for part in one.parts)))
            for one in vouched if isinstance(one, Divided)
        }
        self.added = frozenset(
            Identity(one.target.module, one.target.name) for one in vouched if isinstance(one, Added)
        )  # fmt: skip
        """Members that classes get."""
        self._used = {
            (one.path, one.line, Identity("", one.before.dotted) if one.before.module not in before.layout.modules
             else Identity(one.before.module, one.before.name), Identity(one.after.module, one.after.name))
            for one in vouched if isinstance(one, Used)
        }  # fmt: skip
        self.plain = not vouched
        """Nothing but moves and replacements is told."""
        self._lines = frozenset((one.path, one.line) for one in vouched if isinstance(one, Used))
        self.forms = tuple(one for one in vouched if isinstance(one, Formed))
        """How uses of what is replaced are written afterwards."""
        self._rewritten = frozenset(one.path for one in vouched if isinstance(one, Rewritten))
        self.replacing = Replacing(before, after, replaced, self.mapping, leftovers)

    @cached_property
    def changed(self) -> Sequence[Changed]:
        """The Python files that are there before and after; those that cannot be read are the other checks' affair."""
        return tuple(self._changed())

    def _changed(self) -> Iterator[Changed]:
        for file in self.files:
            origin = file.origin or file.path
            if file.after is None or file in self._anew or not file.path.endswith(PYTHON):
                continue
            try:
                before, after = self.before.source(origin).text(), self.after.source(file.path).text()
                module = self.before.layout.module_of(origin)
                module_after = self.after.layout.module_of(file.path)
            except (Unreadable, KeyError):
                continue
            texts = [one for edit in file.replacements for one in (before[edit.start : edit.end], edit.text)]
            yield Changed(
                origin, file.path, before, after, module, module_after, Places(before, file.replacements),
                words_in(texts),
            )  # fmt: skip

    @cached_property
    def left(self) -> frozenset[str]:
        """The paths that files have been moved away from."""
        return frozenset(one.origin for one in self.files if one.origin)

    @cached_property
    def _anew(self) -> Sequence[FileChange]:
        """The files that were not there, be it that another stood at their place."""
        return [
            one for one in self.files
            if one.after is not None and not one.origin
            and (one.before is None or one.path in self.left or one.path in self._rewritten)
        ]  # fmt: skip

    @cached_property
    def created(self) -> Sequence[str]:
        """The Python files that are new, by path."""
        return tuple(one.path for one in self._anew if one.path.endswith(PYTHON))

    @cached_property
    def touched(self) -> frozenset[str]:
        """The paths of all files that are changed, moved or deleted, as they are before."""
        return frozenset(one.origin or one.path for one in self.files if one.before is not None or one.origin)

    @cached_property
    def modules(self) -> Sequence[tuple[str, str]]:
        """The modules whose source is changed, moved or deleted: (before, after); "" after for one that goes."""
        return tuple(self._modules())

    def _modules(self) -> Iterator[tuple[str, str]]:
        known: set[str] = set()
        for one in self.changed:
            if self.before.symbols.path(one.module) == one.path and one.module not in known:
                known.add(one.module)
                yield one.module, one.module_after
        for file in self.files:
            if file.after is None and file.path not in self.left and file.path.endswith(PYTHON):
                module = self._module_of(file.path)
                if module and module not in known:
                    known.add(module)
                    after = self.mapping.module(module)
                    yield module, after if after in self.after.layout.modules else ""

    def _module_of(self, path: str) -> str:
        try:
            return self.before.layout.module_of(path)
        except KeyError:
            return ""

    def divides(self, module: str, function: str, part: str) -> bool | None:
        """Whether a function, with what is nested in it, has another (or itself) for a part; None if not divided."""
        for (owner, name), parts in self._divided.items():
            if owner == module and (function == name or function.startswith(f"{name}.")):
                rest = function[len(name):]
                return part.endswith(rest) and part[: len(part) - len(rest)] in parts
        return None

    def used(self, path: str, line: int, meant: Told, means: Told) -> bool:
        """Whether a use on a line is told to become that of another thing."""
        return len(meant) == len(means) == 1 and (path, line, *meant, *means) in self._used

    def formed(self, meant: Told) -> bool:
        """Whether a form is told for what is asked for: what is asked of its value, statements are compared for."""
        told = {Identity(one.before.module, one.before.name) for one in self.forms if not one.called and not one.item}
        return bool(meant) and meant <= told

    def lines_used(self, path: str) -> frozenset[int]:
        """The lines of a file on which a single use is told to become that of another thing."""
        return frozenset(line for where, line in self._lines if where == path)

    @property
    def uses_lines(self) -> bool:
        """Whether single uses are told."""
        return bool(self._lines)

    def goes_on(self, meant: Told, means: Told) -> bool:
        """Whether an old name works on, so that it may be used on: by a shim that makes it, or one that is defined."""
        if not meant or not all(map(self.mapping.kept, meant)):
            return False
        if means:
            return means == meant
        modules = {self.mapping.module(one.module) for one in meant} | {one.module for one in meant}
        there = modules & self.after.layout.modules.keys()
        return any("__getattr__" in self.after.symbols.interior(one).bindings for one in there)

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word that a reference whose meaning may differ must contain."""
        return frozenset(self._words())

    def _divided_words(self) -> Iterator[str]:
        """The variables of functions that are divided: a part that lacks one would mean another by its name."""
        for one in self.changed:
            for (module, name) in self._divided:
                if module == one.module:
                    for use in read(one.before).uses:
                        if use.home.kind != "module" and f"{use.home.name}.".startswith(f"{name}."):
                            yield use.parts[0]

    def _words(self) -> Iterator[str]:
        yield from self.mapping.words()
        yield from self.replacing.words()
        yield from self._divided_words()
        old, new = self.before.symbols, self.after.symbols
        rewritten = ((module, module) for path in sorted(self._rewritten) if (module := self._module_of(path)))
        for module, after in (*self.modules, *rewritten):
            names = set(old.names(module))
            names_after = set(new.names(after)) if after else set[str]()
            yield from names ^ names_after
            yield from _members(old.interior(module)) ^ (_members(new.interior(after)) if after else set())
        gone = self.before.layout.modules.keys() ^ self.after.layout.modules.keys()
        yield from (name.rpartition(".")[2] for name in gone)


def _members(interior: Interior) -> set[str]:
    """The names that any class of a module defines."""
    return {name for one in interior.classes for name in interior.members_of(one)}
