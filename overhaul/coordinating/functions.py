"""One function or method of a file, as what is asked of a codemod names it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from overhaul.changes import Target
from overhaul.errors import Refused, UsageError
from overhaul.occurrences.finding import Occurrence, Occurrences, Scope, Statement

if TYPE_CHECKING:
    from overhaul.naming.meanings import Symbol
    from overhaul.project import Project


class Body(msgspec.Struct, frozen=True):
    """A function with its scope and the statement that defines it."""

    symbol: Symbol
    occurrences: Occurrences
    statement: Statement
    scope: Scope

    def names(self) -> Iterator[Occurrence]:
        """All names in it."""
        yield from self.occurrences.all[self.statement.names[0] : self.statement.names[1]]

    def statements(self) -> Iterator[Statement]:
        """All statements that run in its own scope, in the order of the text."""
        for one in self.occurrences.statements[self.statement.number + 1 :]:
            if one.start >= self.statement.end:
                return
            if one.scope is self.scope:
                yield one

    def suite(self) -> list[Statement]:
        """The statements of its own body."""
        return [one for one in self.statements() if one.suite == self.statement.number]


def named(text: str) -> Target:
    """`package.module:Name` as a target. Raises UsageError."""
    module, colon, name = text.partition(":")
    if not colon or not name:
        raise UsageError(f"{text}: write package.module:Name")
    return Target(module, name)


def body_of(project: Project, symbol: Symbol) -> Body:
    """Where a function stands. Raises Refused for one that is bound in several ways."""
    occurrences = project.occurrences(symbol.path)
    for one in occurrences.statements:
        node: Any = one.node
        if node.__class__.__name__ == "FunctionDef":
            scope = next((each for each in occurrences.scopes if each.node is node and each.kind == "function"), None)
            if scope is not None and scope.name == symbol.name and scope.line == symbol.line:
                return Body(symbol, occurrences, one, scope)
    raise Refused(f"{symbol.path}:{symbol.line}: {symbol.name} is bound in several ways: change it by hand")
