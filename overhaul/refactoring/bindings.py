"""What each variable of one file is bound to, and what its import statements bring."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import msgspec

from overhaul.occurrences.class_bodies import whose
from overhaul.occurrences.finding import Occurrence, Scope, Statement
from overhaul.refactoring.brackets import Brackets
from overhaul.text import IMPORTS

if TYPE_CHECKING:
    from overhaul.project import Project

BINDING: Final = frozenset({
    "store", "delete", "parameter", "function", "class", "capture", "handler", "type parameter", "type alias", "alias",
})  # fmt: skip
"""Roles that bind a variable (or unbind it); names that imports bring without `as` come on top."""


class Taken(msgspec.Struct, frozen=True, eq=False):
    """One name that an import statement brings."""

    statement: Statement
    target: str
    """The module as it is written, with its dots."""
    name: str
    """What is taken from it; "" for `import a.b`, "*" for a star."""
    bound: str
    """The name that is bound; "" for a star."""
    home: Scope
    """Whose variable that is."""
    parts: tuple[Occurrence, ...]
    """The names of the dotted module."""
    place: Occurrence | None
    """The name that is taken."""
    alias: Occurrence | None
    """The name behind `as`."""

    @property
    def binder(self) -> Occurrence | None:
        """The name that binds the variable, where it stands."""
        if self.alias is not None or self.name:
            return self.alias or self.place
        return self.parts[0]


class Bindings:
    """The variables of one file."""

    def __init__(self, project: Project, path: str) -> None:
        """Raises Unreadable for what cannot be parsed."""
        self.path = path
        self.module = project.layout.module_of(path)
        self.occurrences = project.occurrences(path)

    @property
    def top(self) -> Scope:
        """The module's own scope."""
        return self.occurrences.scopes[0]

    @cached_property
    def brackets(self) -> Brackets:
        """Where expressions begin and end."""
        return Brackets(self.occurrences)

    @cached_property
    def taken(self) -> Sequence[Taken]:
        """All that import statements bring, in the order of the text."""
        return list(self._taken())

    @cached_property
    def _of(self) -> Mapping[tuple[Scope, str], Sequence[Occurrence | Taken]]:
        found: dict[tuple[Scope, str], list[Occurrence | Taken]] = {}
        imported: set[int] = set()
        for taken in self.taken:
            if taken.bound:
                found.setdefault((taken.home, taken.bound), []).append(taken)
            if (binder := taken.binder) is not None:
                imported.add(binder.number)
        for one in self.occurrences.all:
            if one.role in BINDING and one.home is not None and one.number not in imported:
                found.setdefault((one.home, one.name), []).append(one)
        return found

    @cached_property
    def by_place(self) -> Mapping[int, Taken]:
        """The number of an occurrence in an import statement -> what that part of the statement brings."""
        return {
            one.number: taken
            for taken in self.taken
            for one in (*taken.parts, taken.place, taken.alias)
            if one is not None
        }

    def bindings(self, home: Scope, name: str) -> Sequence[Occurrence | Taken]:
        """All that binds a variable; empty for one that its scope never binds."""
        return self._of.get((home, name), ())

    def uses(self, home: Scope, name: str) -> Iterator[Occurrence]:
        """Every occurrence of a variable, bindings too; `__class__`-like and class bodies as `home_of` tells."""
        for one in self.occurrences.named(name):
            if self.home_of(one) is home:
                yield one

    def home_of(self, one: Occurrence) -> Scope | None:
        """The scope whose variable a name is, None for what is no variable.

        In a class body that goes on to bind the name, what stands before is looked up outside: `date: date = date()`.
        The first name of `import a.b` is the variable that the statement binds.
        """
        if one.role == "module":
            taken = self.by_place.get(one.number)
            return taken.home if taken is not None and taken.binder is one else None
        if one.role == "taken":
            taken = self.by_place.get(one.number)
            return taken.home if taken is not None and taken.alias is None else None
        home = one.home
        if home is None or home.kind != "class" or one.role != "load" or one.scope is not home:
            return home
        # Python does not ask the functions around such a class.
        return self.top if whose(self.occurrences, one) == "outside" else home

    def torn(self, one: Occurrence) -> bool:
        """Whether a class body reads the module's variable and binds its own by one name: `x += 1`, or after `if`."""
        if one.home is None or one.home.kind != "class" or one.scope is not one.home:
            return False
        answer = whose(self.occurrences, one)
        return answer == "either" or (answer == "outside" and one.role == "store")

    def owner(self, scope: Scope | None, name: str) -> Scope:
        """The scope that a name belongs to when it is read in `scope`, as Python finds it."""
        first = True
        while scope is not None and scope.parent is not None:
            where = scope.elsewhere.get(name)
            if where == "global":
                return self.top
            if where is None and name in scope.variables and (first or scope.kind != "class"):
                return scope
            scope, first = scope.parent, False
        return self.top

    def scopes_between(self, one: Occurrence, home: Scope) -> Iterator[Scope]:
        """The scopes that are asked for a name before its home is, innermost first."""
        scope: Scope | None = one.scope
        first = True
        while scope is not None and scope is not home:
            if first or scope.kind != "class":
                yield scope
            scope, first = scope.parent, False

    def within(self, scope: Scope | None, outer: Scope) -> bool:
        """Whether a scope is another one, or stands in it."""
        while scope is not None and scope is not outer:
            scope = scope.parent
        return scope is outer

    def _taken(self) -> Iterator[Taken]:
        for statement in self.occurrences.statements:
            kind = statement.node.__class__.__name__
            if kind not in IMPORTS:
                continue
            names = iter(self.occurrences.all[statement.names[0] : statement.names[1]])
            if not kind.endswith("ImportFrom"):
                for alias in statement.node.names:
                    dotted = _dotted(alias.name)
                    parts = tuple(next(names) for _ in dotted.split("."))
                    other = next(names) if alias.asname is not None else None
                    bound = other.name if other is not None else parts[0].name
                    yield Taken(statement, dotted, "", bound, self._home(statement, bound), parts, None, other)
                continue
            dotted = _dotted(statement.node.module) if statement.node.module is not None else ""
            parts = tuple(next(names) for _ in dotted.split(".")) if dotted else ()
            target = "." * len(statement.node.relative) + dotted
            if statement.node.names.__class__.__name__ == "ImportStar":
                yield Taken(statement, target, "*", "", statement.scope, parts, None, None)
                continue
            for alias in statement.node.names:
                place = next(names)
                other = next(names) if alias.asname is not None else None
                bound = other.name if other is not None else place.name
                yield Taken(statement, target, place.name, bound, self._home(statement, bound), parts, place, other)

    def _home(self, statement: Statement, bound: str) -> Scope:
        scope = statement.scope
        where = scope.elsewhere.get(bound)
        if where == "global":
            return self.top
        if where == "nonlocal":
            return self.owner(scope.parent, bound)
        return scope


def _dotted(node: Any) -> str:
    """`a.b` of the names of an import."""
    parts: list[str] = []
    while node.__class__.__name__ == "Attribute":
        parts.append(node.attr.value)
        node = node.value
    return ".".join((node.value, *reversed(parts)))
