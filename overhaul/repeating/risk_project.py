"""What a project says about the members of a candidate: who uses them, what they hold, what they look like."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from overhaul.facts import Attribute, Class, Facts, Function, Import, Metric, Variable
from overhaul.inventory import Cache, Component, StateMachine, StatePersistence, testing
from overhaul.naming.meanings import Symbol
from overhaul.redundancy import Reach
from overhaul.repeating.risk import Measures
from overhaul.repeating.risk_signatures import NONE, Distance, of_classes, of_functions, of_group
from overhaul.symbols import Symbols


class Member(msgspec.Struct, frozen=True):
    """A function, method, class, variable or module that a candidate is about."""

    module: str
    name: str
    """Dotted, inside its module; "" for the module itself."""

    @property
    def dotted(self) -> str:
        """Its name with its module."""
        return f"{self.module}.{self.name}" if self.name else self.module


class Project:
    """The tables that measures are taken from."""

    def __init__(
        self, reaches: Iterable[Reach], imports: Iterable[Import], holdings: Iterable[Component],
        metrics: Facts[Metric], functions: Facts[Function], classes: Facts[Class], attributes: Facts[Attribute],
        variables: Facts[Variable], symbols: Symbols,
    ) -> None:  # fmt: skip
        """`holdings` are caches, state machines and saved states; facts are decoded for members' modules only."""
        self._reaches = {(row.module, row.name): row for row in reaches}
        self._importers: dict[str, set[str]] = defaultdict(set)
        self._tested: set[str] = set()
        for row in imports:
            if testing(row.path):
                self._tested.add(row.imported)
            elif not row.implicit:
                self._importers[row.imported].add(row.importer)
        self._holdings: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for holding in holdings:
            if holding.sure:
                self._holdings[holding.module].add((holding.name, _what(holding)))
        self._metrics, self._functions, self._classes = metrics, functions, classes
        self._attributes, self._variables = attributes, variables
        self._symbols = symbols
        self._members: dict[str, Member] = {}

    def member(self, dotted: str) -> Member:
        """A dotted name taken apart at its module: the longest one that was read."""
        found = self._members.get(dotted)
        if found is None:
            found = self._members[dotted] = self._taken_apart(dotted)
        return found

    def _taken_apart(self, dotted: str) -> Member:
        parts = dotted.split(".")
        for count in range(len(parts), 0, -1):
            module = ".".join(parts[:count])
            if self._metrics.parsed(module):
                return Member(module, ".".join(parts[count:]))
        return Member(dotted, "")

    def function(self, member: Member) -> Function | None:
        """Its definition, where it is a function or method; the last one of several."""
        found = None
        for row in self._functions[member.module]:
            if row.name == member.name:
                found = row
        return found

    def methods(self, member: Member) -> Mapping[str, Function]:
        """The methods that stand in the body of a class, by their plain names."""
        rows = self._functions[member.module]
        return {row.name.rpartition(".")[2]: row for row in rows if row.owner == member.name and member.name}

    def is_class(self, member: Member) -> bool:
        """Whether a class of this name stands in its module."""
        return any(row.name == member.name for row in self._classes[member.module])

    def lines(self, member: Member) -> int:
        """Lines of its definition; 0 for what is none."""
        span = self.span(member)
        return span[1] - span[0] + 1 if span is not None else 0

    def span(self, member: Member) -> tuple[int, int] | None:
        """First and last line of its definition, of the longest of several; None for what is none."""
        rows: Sequence[Class | Function] = [*self._classes[member.module], *self._functions[member.module]]
        found = [(row.line, row.end) for row in rows if row.name == member.name]
        return max(found, key=lambda one: one[1] - one[0], default=None)

    def place(self, member: Member) -> tuple[str, int] | None:
        """Path and line of a function or class; None for what is none."""
        row = self._reaches.get((member.module, member.name))
        return (row.path, row.line) if row is not None else None

    def apart_by_design(self, members: Sequence[Member]) -> list[Member]:
        """One of each lot of classes that belong together: that inherit from one class of the project, or use another.

        The one that all of a lot inherit from, where it is among them, else the first.
        """
        lots: list[list[Member]] = []
        for one in members:
            joined = [lot for lot in lots if any(self._belong(one, other) for other in lot)]
            lots = [lot for lot in lots if lot not in joined]
            lots.append([*(other for lot in joined for other in lot), one])
        chosen = {self._first_of(lot) for lot in lots}
        return [one for one in members if one in chosen]

    def _belong(self, first: Member, second: Member) -> bool:
        if not self._ancestors(first).isdisjoint(self._ancestors(second)):
            return True
        return self._uses(first, second) or self._uses(second, first)

    def _uses(self, user: Member, used: Member) -> bool:
        row = self._reaches.get((used.module, used.name))
        names = row.called_by if row is not None else ()
        return any(name == user.dotted or name.startswith(f"{user.dotted}.") for name in names)

    def _first_of(self, lot: Sequence[Member]) -> Member:
        common = self._ancestors(lot[0])
        for one in lot[1:]:
            common &= self._ancestors(one)
        return next((one for one in lot if one.dotted in common), lot[0])

    def _ancestors(self, member: Member) -> frozenset[str]:
        """A class of the project with all classes of the project that it inherits from, dotted."""
        seen = {member.dotted}
        waiting = [member]
        while waiting:
            one = waiting.pop()
            for row in self._classes[one.module]:
                if row.name != one.name:
                    continue
                for base in row.bases:
                    meaning = self._symbols.lookup(one.module, one.name.rpartition(".")[0], base)
                    if isinstance(meaning, Symbol) and meaning.kind == "class":
                        found = Member(meaning.module, meaning.name)
                        if found.dotted not in seen:
                            seen.add(found.dotted)
                            waiting.append(found)
        return frozenset(seen)

    def measures(
        self, members: Sequence[Member], distance: Distance | None = None, users: int | None = None
    ) -> Measures:
        """What is counted; distance and users are found here where the row that tells of the members does not say."""
        found = [self._reaches.get((one.module, one.name)) for one in members]
        own = {one.module for one in members}
        importers = {by for module in own for by in self._importers.get(module, ())} - own
        untested = sum(not self._is_tested(one, row) for one, row in zip(members, found, strict=True))
        return Measures(
            users=users if users is not None else sum(row.users for row in found if row is not None),
            fan_in=len(importers),
            distance=distance if distance is not None else self.distance(members),
            held=self._held(members),
            members=len(members),
            untested=untested,
            complexity=max((self._complexity(one) for one in members), default=1),
        )

    def distance(self, members: Sequence[Member]) -> Distance:
        """Between the interfaces of those two members that differ most."""
        if members and all(self.is_class(one) for one in members):
            # Against the first: two pairs of classes that are both near it are not far from each other.
            first, *others = [self.methods(one) for one in members]
            return max((of_classes(first, other) for other in others), key=lambda one: one.value, default=NONE)
        functions = [function for one in members if (function := self.function(one)) is not None]
        return of_group(functions)

    def apart(self, first: Member, second: Member) -> Distance:
        """Between two functions; nothing where one of them is no function."""
        mine, its = self.function(first), self.function(second)
        return of_functions(mine, its) if mine is not None and its is not None else NONE

    def in_tests(self, member: Member) -> bool:
        """Whether it stands in a file of tests."""
        place = self._symbols.layout.modules.get(member.module)
        return place is not None and testing(place.path)

    def _is_tested(self, member: Member, row: Reach | None) -> bool:
        """Whether a test reaches it, or it stands in tests; the top level of a module runs when a test imports that."""
        if self.in_tests(member):
            return True
        if row is not None:
            return row.tests > 0
        return not member.name and member.module in self._tested

    def _held(self, members: Iterable[Member]) -> tuple[tuple[str, int], ...]:
        counts: dict[str, int] = {}
        for one in dict.fromkeys(members):
            owner, _, last = one.name.rpartition(".")
            attributes = {
                row.name for row in self._attributes[one.module]
                # What the body of a class assigns is a constant, a default or a declaration.
                if row.where and (row.owner == one.name or (row.owner == owner and row.where == last))
            } if one.name else set[str]()  # fmt: skip
            written = {
                row.name for row in self._variables[one.module]
                if row.where and (row.where == one.name or row.where.startswith(f"{one.name}.") or not one.name)
            }  # fmt: skip
            for what, count in (("attribute", len(attributes)), ("module variable", len(written))):
                counts[what] = max(counts.get(what, 0), count)
            for name, what in sorted(self._holdings.get(one.module, ())):
                if name == one.name or name.startswith(f"{one.name}.") or not one.name:
                    counts[what] = counts.get(what, 0) + 1
        return tuple((what, count) for what, count in counts.items() if count)

    def _complexity(self, member: Member) -> int:
        """Of the most complex function that it is or holds."""
        prefix = f"{member.name}." if member.name else ""
        return max(
            (
                row.complexity for row in self._metrics[member.module]
                if row.kind in ("function", "method") and (row.name == member.name or row.name.startswith(prefix))
            ),
            default=1,
        )  # fmt: skip


def _what(holding: Component) -> str:
    match holding:
        case Cache():
            return "cache"
        case StateMachine():
            return "state machine"
        case StatePersistence():
            return "saved state"
        case _:
            return holding.kind.replace("_", " ")
