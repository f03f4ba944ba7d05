"""The components that tests can be about, and by which definitions they are known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from overhaul.facts import Class, Facts, Function
from overhaul.inventory import Cache, Component, CustomRole, Manager, StateMachine


class Subject(NamedTuple):
    """A component of the inventories."""

    row: Component
    owner: str
    """The class that it is, dotted with its module; "" where it is no class."""
    members: frozenset[str]
    """The functions and methods by which it works, dotted with their modules: those of the class; those that look up
    and store; those that move the state."""
    roots: bool
    """It builds the other managers, and none of them holds it."""

    @property
    def dotted(self) -> str:
        """Its name with its module."""
        return self.row.dotted


class Subjects:
    """All components that count, and which of them a definition belongs to."""

    def __init__(
        self, managers: Iterable[Manager], caches: Iterable[Cache], machines: Iterable[StateMachine],
        roles: Iterable[CustomRole], classes: Facts[Class], functions: Facts[Function],
    ) -> None:  # fmt: skip
        """Those with low confidence do not count, and neither do interfaces that only the code base's heirs fill."""
        self._classes, self._functions = classes, functions
        self._names: dict[str, frozenset[str]] = {}
        self._paths: dict[str, str] = {}
        managed = [row for row in managers if row.sure]
        held = {name for row in managed for name in row.depends_on}
        found = [*managed, *caches, *machines, *roles]
        for row in found:
            self._paths[row.path] = row.module
        self.all: Sequence[Subject] = tuple(
            self._subject(row, held) for row in sorted(found, key=lambda one: (one.path, one.line, one.kind, one.name))
            if row.sure
        )  # fmt: skip
        self.by_name: Mapping[str, Sequence[int]] = _by_name(self.all)
        """Definition, dotted -> the components that a use of it is a use of: numbers in `all`."""

    def _subject(self, row: Component, held: set[str]) -> Subject:
        owner = row.dotted if any(one.name == row.name for one in self._classes[row.module]) else ""
        root = isinstance(row, Manager) and row.subkind == "root" and row.dotted not in held
        if owner:
            begin = f"{row.name}."
            members = {f"{row.module}.{one}" for one in self._functions_of(row.module) if one.startswith(begin)}
            return Subject(row, owner, frozenset(members), root)
        places: Iterable[tuple[str, str]] = ()
        match row:
            case Cache():
                places = ((site.module, site.scope) for site in (*row.lookups, *row.stores))
            case StateMachine():
                moves = (*row.transitions, *row.attempts)
                places = ((self._paths.get(one.path, ""), one.function) for one in moves)
            case _:
                pass
        members = {name for module, scope in places if (name := self._function(module, scope))}
        if row.name in self._functions_of(row.module):
            members.add(row.dotted)
        return Subject(row, "", frozenset(members), root)

    def _function(self, module: str, scope: str) -> str:
        """The innermost function around a scope, dotted with its module; "" for none."""
        names = self._functions_of(module)
        while scope and scope not in names:
            scope = scope.rpartition(".")[0]
        return f"{module}.{scope}" if scope else ""

    def _functions_of(self, module: str) -> frozenset[str]:
        found = self._names.get(module)
        if found is None:
            found = self._names[module] = frozenset(row.name for row in self._functions[module] if row.kind != "nested")
        return found


def _by_name(subjects: Iterable[Subject]) -> Mapping[str, Sequence[int]]:
    found: dict[str, list[int]] = {}
    for number, one in enumerate(subjects):
        for name in _names(one):
            found.setdefault(name, []).append(number)
    return found


def _names(subject: Subject) -> Iterator[str]:
    """What a use of the component is written as."""
    yield subject.dotted
    yield from subject.members - {subject.dotted}
