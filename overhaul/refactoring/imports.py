"""Change the imports of one file: what is asked for is gathered, and merged once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from overhaul.changes import Replacement
from overhaul.occurrences.finding import Statement

if TYPE_CHECKING:
    from overhaul.project import Project


class Imports:
    """The import statements of one file, and what is to be changed about them.

    Nothing is decided before `replacements`: a statement from which several names go is written once, and one that is
    left without names goes with its line, or becomes `pass` where its suite would be empty.
    """

    def __init__(self, project: Project, path: str) -> None:
        """Of the file as it stands before the step."""
        raise NotImplementedError

    def take(self, module: str, name: str, bound: str = "", *, like: Statement | None = None) -> str:
        """Ask for `from module import name as bound` (`module` absolute; written relative where `like`, or most of the
        file's imports from that package, are). It stands where `like` stands and under the same conditions (function,
        TYPE_CHECKING, try), else with the module's other imports. The name that is bound: another one is chosen by
        nobody, so ask before whether it is free.
        """
        raise NotImplementedError

    def load(self, module: str, bound: str = "", *, like: Statement | None = None) -> str:
        """Ask for `import module`, or `import module as bound`; what it binds."""
        raise NotImplementedError

    def drop(self, statement: Statement, name: str) -> None:
        """Take one name (as it is written before `as`; a dotted module for `import a.b`) out of an import statement."""
        raise NotImplementedError

    def replace(self, statement: Statement, name: str, module: str, taken: str, bound: str) -> None:
        """Import something else in its place: `bound` is the name that is bound afterwards."""
        raise NotImplementedError

    def replacements(self) -> Iterator[Replacement]:
        """All changes that were asked for, by place; none where nothing changes."""
        raise NotImplementedError
