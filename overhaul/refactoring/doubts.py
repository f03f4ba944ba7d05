"""Keep the places that may mean what is renamed: all of them at once are a reason to refuse, or are left to people."""

from __future__ import annotations

import keyword
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from overhaul.changes import Leftover, Replacement, Target
from overhaul.errors import Refused
from overhaul.refactoring.bindings import Bindings

if TYPE_CHECKING:
    from overhaul.project import Project


class Doubts:
    """What a rename has met and cannot tell."""

    def __init__(self, project: Project, target: Target, unsure: str) -> None:
        """`unsure`: refuse, rename or leave what may mean it or not."""
        self._project, self._target = project, target
        self.unsure = unsure
        self._left: list[Leftover] = []
        self._open: list[Leftover] = []

    def leave(self, path: str, line: int, why: str) -> None:
        """Note a place for people to look at."""
        self._left.append(self._project.leftover(path, line, self._target, why))

    def doubt(self, path: str, line: int, why: str) -> None:
        """Note a place that may mean it, which is a reason to refuse unless `unsure` says otherwise."""
        self.leave(path, line, why)
        self._open.append(self._left[-1])

    def settled(
        self, files: Iterable[Bindings], replacements: Callable[[Bindings], Iterable[Replacement]], remedy: str
    ) -> Iterator[tuple[str, Sequence[Replacement]]]:
        """What is replaced, file by file. Raises Refused, with the first place and the remedy, for places in doubt."""
        found = [(file.path, sorted(set(replacements(file)))) for file in files]
        if self._open and self.unsure == "refuse":
            first = min(self._open)
            more = f" ({len(self._open)} such places)" if len(self._open) > 1 else ""
            raise Refused(f"{first.path}:{first.line}: {first.reason}{more}: {remedy}, or say "
                          f"unsure = \"rename\" or \"leave\": {first.text}")  # fmt: skip
        yield from ((path, parts) for path, parts in found if parts)

    def leftovers(self) -> Iterator[Leftover]:
        """The places that were noted, once everything has been gone through."""
        yield from sorted(set(self._left))


def target_of(text: str, *, member: bool) -> Target:
    """What `package.module:Name` or `package.module:Class.name` names. Raises Refused for the other of the two."""
    module, _, name = text.partition(":")
    if member and "." not in name:
        raise Refused(f"{text}: no member of a class: write package.module:Class.name; others: rename_symbol")
    if not member and (not name or "." in name):
        raise Refused(f"{text}: no symbol of a module: write package.module:Name (members: rename_member)")
    return Target(module, name)


def refuse_if_unfit(target: Target, new: str) -> None:
    """Raise Refused for a new name that cannot be one, and for names that mean something by themselves."""
    old = target.name.rpartition(".")[2]
    if not new.isidentifier() or keyword.iskeyword(new):
        raise Refused(f"{target}: {new!r} is no name that Python allows: choose another")
    if new == old:
        raise Refused(f"{target}: is called that already")
    for one in (old, new):
        if one.startswith("__") and one.endswith("__"):
            raise Refused(f"{target}: {one} means something to Python: it cannot be renamed")
    if new.startswith("__") and not ("." in target.name and old.startswith("__")):
        raise Refused(f"{target}: {new} would be mangled inside classes: choose a name with one underscore")
