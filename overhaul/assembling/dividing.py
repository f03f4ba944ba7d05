"""Where a function that makes managers may be cut: into what comes first, a part for each manager, and the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import msgspec

from overhaul.errors import Refused
from overhaul.naming.meanings import Symbol
from overhaul.occurrences.finding import Occurrence, Occurrences, Scope, Statement
from overhaul.refactoring.bindings import BINDING

if TYPE_CHECKING:
    from overhaul.project import Project


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A manager that a statement of the function makes."""

    name: str
    """Of the attribute or local variable, which becomes the part's."""
    line: int
    written: str
    """How the function writes its class; "" where that is not known."""
    tier: int
    needs: tuple[str, ...]
    """The names of earlier ones that its constructor is handed."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Some statements in a row, of which the first becomes the first of a function."""

    made: Made | None
    """None for the rest, behind the last manager."""
    first: int
    """Index in `Division.statements`."""
    behind: int
    """Of the first statement that does not belong to it."""
    takes: tuple[str, ...]
    """The variables of the function that it reads and does not bind, in their order; the receiver left out."""


class Division(msgspec.Struct, frozen=True, kw_only=True):
    """A function, cut up."""

    function: Statement
    scope: Scope
    receiver: str
    """`self`; "" for what is no method."""
    statements: tuple[Statement, ...]
    """Of its own body."""
    parts: tuple[Part, ...]
    indent: str
    """Before each statement of the body."""
    outer: str
    """Before `def`."""


_FRAMES: Final = frozenset({"locals", "vars", "eval", "exec", "_getframe", "currentframe", "stack", "stacklevel"})
"""Names that tell from which function something is asked."""


class Divider:
    """Cuts one function; all that cannot be kept is refused."""

    def __init__(self, project: Project, symbol: Symbol) -> None:
        """`symbol`: a function of a module, or a method. Raises Refused for one that cannot be divided at all."""
        self.project, self.symbol = project, symbol
        self.path = symbol.path
        self.occurrences: Occurrences = project.occurrences(symbol.path)
        self.function = self._function()
        node: Any = self.function.node
        owner = symbol.name.rpartition(".")[0]
        row = project.symbols.interior(symbol.module).functions[symbol.name]
        if row.asynchronous or row.generator:
            raise self.refused(self.function.line, "it waits or yields in between", "build the managers by hand")
        if row.kind not in ("function", "method"):
            raise self.refused(self.function.line, f"it is a {row.kind}", "name a function or a plain method")
        self.receiver = row.parameters[0].name if owner and row.parameters else ""
        if owner and not self.receiver:
            raise self.refused(self.function.line, "it has no parameter for the instance", "name a plain method")
        if node.type_parameters is not None:
            raise self.refused(self.function.line, "it has parameters of types", "build the managers by hand")
        if node.body.__class__.__name__ != "IndentedBlock":
            raise self.refused(self.function.line, "it stands on one line", "write its body on lines of its own")
        self.scope = next(one for one in self.occurrences.scopes if one.node is node and one.kind == "function")
        self.statements = tuple(
            one for one in self.occurrences.statements if one.suite == self.function.number
        )  # fmt: skip

    def _function(self) -> Statement:
        for one in self.occurrences.statements:
            if one.node.__class__.__name__ == "FunctionDef":
                inner = next((each for each in self.occurrences.scopes if each.node is one.node), None)
                if inner is not None and inner.name == self.symbol.name and inner.line == self.symbol.line:
                    return one
        raise Refused(f"{self.path}:{self.symbol.line}: {self.symbol.name} is bound in several ways: build by hand")

    def refused(self, line: int, why: str, remedy: str) -> Refused:
        """What is raised where something cannot be kept."""
        return Refused(f"{self.path}:{line}: {self.symbol.name}: {why}: {remedy}")

    # What stands where

    def at(self, line: int) -> int:
        """The index of the statement of the body in which a line stands; refused where that is nested."""
        for index, one in enumerate(self.statements):
            if one.line <= line <= self._last_line(one):
                if one.node.__class__.__name__ not in ("Assign", "AnnAssign"):
                    raise self.refused(
                        line, "a manager is made under a condition, in a loop or another statement",
                        "make it in a statement of its own, or leave it out by `managers`",
                    )  # fmt: skip
                return index
        raise self.refused(line, "no statement of it stands there", "plan anew")

    def assigned(self, line: int) -> str:
        """The local variable to which a statement on a line assigns the value of a call; "" for none."""
        for one in self.statements:
            node: Any = one.node
            if one.line <= line <= self._last_line(one) and node.__class__.__name__ == "Assign":
                called = node.value.__class__.__name__ == "Call" and len(node.targets) == 1
                target: Any = node.targets[0].target
                return target.value if called and target.__class__.__name__ == "Name" else ""
        return ""

    def _last_line(self, one: Statement) -> int:
        return self.occurrences.text.count("\n", 0, max(one.end - 1, one.start)) + 1

    def end(self, index: int) -> int:
        """The offset behind the lines of a statement."""
        return self.occurrences.lines(self.statements[index])[1]

    def _parted(self, index: int) -> bool:
        """Whether a blank line stands between a statement and the one before."""
        between = self.occurrences.text[self.end(index - 1) : self.statements[index].start]
        return any(not line.strip() for line in between.split("\n")[:-1])

    # Cutting

    def division(self, made: Sequence[Made]) -> Division:
        """The function in parts. Raises Refused."""
        if not self.statements:
            raise self.refused(self.function.line, "it makes nothing", "name another function")
        self._check()
        places = [self.at(one.line) for one in made]
        for (one, place), (other, behind) in zip(zip(made, places, strict=True),
                                                 list(zip(made, places, strict=True))[1:], strict=False):  # fmt: skip
            if place >= behind:
                raise self.refused(other.line, f"{other.name} is made in the same statement as {one.name}", "split it")
        for one, place in zip(made, places, strict=True):
            self._target(one, self.statements[place])
        starts = self._starts(places)
        behind = self._behind(places[-1], starts)
        bounds = [*starts[1:], behind]
        parts = [(one, first, last) for one, first, last in zip(made, starts, bounds, strict=True)]
        rest = [(None, behind, len(self.statements))] if behind < len(self.statements) else []
        for first in (*starts, *(one[1] for one in rest)):
            self._own_line(first)
        self._above(starts[0])
        names = {one.name for one in made}
        cut = [
            Part(made=one, first=first, behind=last, takes=tuple(self._takes(first, last, starts[0], names)))
            for one, first, last in (*parts, *rest)
        ]
        for part in cut:
            self._stays(part)
        text = self.occurrences.text
        start = self.statements[0].start
        indent = text[text.rfind("\n", 0, start) + 1 : start]
        head = text.rfind("\n", 0, self.function.start) + 1
        return Division(
            function=self.function, scope=self.scope, receiver=self.receiver, statements=self.statements,
            parts=tuple(cut), indent=indent, outer=text[head : self.function.start],
        )  # fmt: skip

    def _check(self) -> None:
        """What may not stand in the function anywhere."""
        first, last = self.function.names
        for one in self.occurrences.all[first:last]:
            bare = one.name == "dir" and one.use == "call" and self._nothing_given(one)
            asked = one.name in _FRAMES and (one.name != "stack" or self._of_inspect(one))
            if bare or asked:
                raise self.refused(one.line, f"{one.name} tells from which function it is asked", "build by hand")
            if one.name == self.receiver and one.home is self.scope and self._binding(one) and one.role != "parameter":
                raise self.refused(one.line, f"{one.name} is bound anew", "build by hand")
            if one.role in ("global", "nonlocal"):
                raise self.refused(one.line, f"{one.name} is a variable of another scope", "build by hand")
        text = self.occurrences.text
        column = self.statements[0].start - text.rfind("\n", 0, self.statements[0].start) - 1
        if text[self.statements[0].start - column : self.statements[0].start].strip():
            raise self.refused(self.statements[0].line, "two statements stand on one line", "split it")

    def _nothing_given(self, one: Occurrence) -> bool:
        return not self.occurrences.text[one.end :].lstrip().removeprefix("(").lstrip().find(")")

    def _of_inspect(self, one: Occurrence) -> bool:
        """Whether `stack` is that of inspect: `inspect.stack`, or the name alone."""
        return one.role != "attribute" or [part.name for part in self.occurrences.chain(one)] == ["inspect", "stack"]

    def _readable(self, made: Made) -> None:
        """What a part returns is read from its attribute: that must give what was assigned."""
        owner = self.symbol.name.rpartition(".")[0]
        for one in self.project.symbols.order(self.symbol.module, owner):
            if not isinstance(one, Symbol):
                continue
            interior = self.project.symbols.interior(one.module)
            if f"{one.name}.{made.name}" in interior.functions:
                why = f"{made.name} is a property: what a part returns would be read from it"
                raise self.refused(made.line, why, "assign to the attribute behind it")
            if interior.member(one.name, "__getattribute__") is not None:
                why = f"{one.name} has a __getattribute__: what a part returns would be read by it"
                raise self.refused(made.line, why, "build by hand")

    def _target(self, made: Made, statement: Statement) -> None:
        node: Any = statement.node
        if node.__class__.__name__ == "Assign" and len(node.targets) != 1:
            raise self.refused(made.line, f"{made.name} is assigned to several names at once", "split the statement")
        stores = [one for one in self._names(statement) if one.use == "store"]
        if self.receiver and (len(stores) != 1 or stores[0].role != "attribute" or not self._own(stores[0])):
            raise self.refused(made.line, f"{made.name} is no attribute of {self.receiver}", "leave it out")
        if not self.receiver and (len(stores) != 1 or stores[0].home is not self.scope):
            raise self.refused(made.line, f"{made.name} is no variable of the function", "leave it out")
        if self.receiver:
            self._readable(made)
        if stores[0].name != made.name:
            raise self.refused(made.line, f"{made.name} is called {stores[0].name} there", "name it so")

    def _own(self, one: Occurrence) -> bool:
        chain = self.occurrences.chain(one)
        return len(chain) == 2 and chain[0].name == self.receiver and chain[0].home is self.scope

    def _names(self, statement: Statement) -> Sequence[Occurrence]:
        return self.occurrences.all[statement.names[0] : statement.names[1]]

    def _starts(self, places: Sequence[int]) -> list[int]:
        """The first statement of each part: of the paragraph in which its manager is made."""
        starts: list[int] = []
        for number, place in enumerate(places):
            least = places[number - 1] + 1 if number else 0
            start = place
            while start > least and not self._parted(start):
                start -= 1
            if start == least and (not start or not self._parted(start)):
                start = place
            starts.append(self._with_locals(start, place, least))
        return starts

    def _with_locals(self, start: int, place: int, least: int) -> int:
        """The same, further up where a variable is bound that the manager is made with."""
        while True:
            read = {
                one.name for index in range(start, place + 1) for one in self._names(self.statements[index])
                if one.home is self.scope and one.role == "load"
            }  # fmt: skip
            above = [index for index in range(least, start) if self._binds(index) & read]
            if least == 0 or not above:
                return start
            start = above[0]

    def _behind(self, place: int, starts: Sequence[int]) -> int:
        """Behind the last part: at the end of its paragraph, or further down where its variables are read."""
        behind = place + 1
        while behind < len(self.statements) and not self._parted(behind) and not self._returning(behind):
            behind += 1
        bound: set[str] = set()
        if self.receiver:
            bound = {name for index in range(starts[-1], behind) for name in self._binds(index)}
        for index in range(len(self.statements) - 1, behind - 1, -1):
            if any(one.home is self.scope and one.name in bound for one in self._names(self.statements[index])):
                return index + 1
        return behind

    def _binds(self, index: int) -> set[str]:
        return {
            one.name for one in self._names(self.statements[index]) if one.home is self.scope and self._binding(one)
        }  # fmt: skip

    @staticmethod
    def _binding(one: Occurrence) -> bool:
        return one.role in BINDING or one.role in ("taken", "module")

    def _above(self, head: int) -> None:
        """What stands before all parts does not look ahead: a lambda there would not see what a part binds."""
        bound = {name for index in range(head, len(self.statements)) for name in self._binds(index)}
        early = {name for index in range(head) for name in self._binds(index)}
        for index in range(head):
            for one in self._names(self.statements[index]):
                if one.home is self.scope and one.name in bound - early and one.name not in self._parameters:
                    raise self.refused(one.line, f"{one.name} is bound further down", "build by hand")

    def _own_line(self, index: int) -> None:
        """A statement before which is cut begins a line."""
        one, text = self.statements[index], self.occurrences.text
        if text[text.rfind("\n", 0, one.start) + 1 : one.start].strip():
            raise self.refused(one.line, "two statements stand on one line", "split it")

    # Variables

    @cached_property
    def _parameters(self) -> frozenset[str]:
        rows = self.project.symbols.interior(self.symbol.module).functions[self.symbol.name].parameters
        return frozenset(one.name for one in rows)

    def _takes(self, first: int, behind: int, head: int, made: set[str]) -> Iterator[str]:
        """The variables that a part is to be handed. Raises Refused for what cannot be."""
        seen: set[str] = set()
        bound = {name for index in range(first, behind) for name in self._binds(index)}
        for index in range(first, behind):
            for one in self._names(self.statements[index]):
                if one.home is not self.scope or one.name in seen or one.role in ("taken", "module"):
                    continue
                seen.add(one.name)
                if one.name == self.receiver:
                    if one.name in bound:
                        raise self.refused(one.line, f"{one.name} is bound anew", "build by hand")
                    continue
                where = [at for at in range(len(self.statements)) if one.name in self._binds(at)]
                outside = [at for at in where if not first <= at < behind]
                if not outside and one.name not in self._parameters:
                    continue  # its own
                inside = [at for at in where if first <= at < behind]
                if inside or (one.name in self._parameters and outside):
                    raise self.refused(one.line, f"{one.name} is bound anew", "give each use a variable of its own")
                if outside and not self._handed(one, outside, head, made):
                    how = "in another part" if outside[0] >= head else "by what may not bind it"
                    raise self.refused(
                        one.line, f"{one.name} is bound {how} (line {self.statements[outside[0]].line})",
                        "make it an attribute, or bind it in the paragraph that uses it",
                    )  # fmt: skip
                yield one.name

    def _handed(self, one: Occurrence, outside: Sequence[int], head: int, made: set[str]) -> bool:
        """Whether a variable has one plain value when the part runs: bound once before all parts, or a manager."""
        if len(outside) != 1:
            return False
        statement = self.statements[outside[0]]
        if statement.node.__class__.__name__ not in ("Assign", "AnnAssign") or statement.start > one.start:
            return False
        if statement.node.__class__.__name__ == "AnnAssign" and statement.node.value is None:
            return False
        text = self.occurrences.text
        binders = (each for each in self._names(statement) if each.name == one.name and self._binding(each))
        if any(text[each.end :].lstrip().startswith(":=") for each in binders):
            return False  # it may be bound, or not, and is not handed on then
        return outside[0] < head or (not self.receiver and one.name in made)

    def _stays(self, part: Part) -> None:
        """A part of a manager goes on to the next: it does not return, and deletes nothing of the function."""
        for index in range(part.first, part.behind):
            for one in self._names(self.statements[index]):
                own = part.made is not None and one.name == part.made.name and one.role == "attribute"
                if (one.home is self.scope and one.role == "delete") or (own and one.use == "delete"):
                    raise self.refused(one.line, f"{one.name} is deleted", "build by hand")
        if part.made is None:
            return
        lines = range(self.statements[part.first].number, self._number_behind(part))
        for number in lines:
            each = self.occurrences.statements[number]
            if each.node.__class__.__name__ == "Return" and each.scope is self.scope:
                raise self.refused(each.line, "it returns between two managers", "make each in a function of its own")

    def _returning(self, index: int) -> bool:
        """Whether a statement returns, or may."""
        one = self.statements[index]
        inside = (each for each in self.occurrences.statements[one.number :] if each.start < one.end)
        return any(each.node.__class__.__name__ == "Return" and each.scope is self.scope for each in inside)

    def _number_behind(self, part: Part) -> int:
        if part.behind < len(self.statements):
            return self.statements[part.behind].number
        end = self.statements[part.behind - 1].end
        later = (one.number for one in self.occurrences.statements if one.start >= end)
        return min(later, default=len(self.occurrences.statements))

    def returns(self, part: Part) -> bool:
        """Whether a part returns something, or from within."""
        return any(self._returns(part))

    def gives(self, part: Part) -> bool:
        """Whether a part returns something else than None."""
        return any(one.node.value is not None for one in self._returns(part))

    def _returns(self, part: Part) -> Iterator[Statement]:
        for number in range(self.statements[part.first].number, self._number_behind(part)):
            one = self.occurrences.statements[number]
            if one.node.__class__.__name__ == "Return" and one.scope is self.scope:
                yield one
