"""Places that hold values: variables, attributes, and what functions give; and who calls a function."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from overhaul.errors import Refused, Unreadable
from overhaul.facts import Function
from overhaul.inventory import testing
from overhaul.lazy import cst
from overhaul.naming.meanings import Symbol
from overhaul.occurrences.finding import Occurrence, Scope
from overhaul.refactoring.bindings import Bindings
from overhaul.refactoring.families import Families, Key
from overhaul.refactoring.receivers import Answer, Judgement, Receivers
from overhaul.refactoring.references import References
from overhaul.unifying.trees import Tree

if TYPE_CHECKING:
    from overhaul.project import Project

Step: TypeAlias = "str | int"
Shape: TypeAlias = tuple[Step, ...]
"""How deep the instances lie in a value: () itself; "map": values of a mapping; "seq": what is iterated; a number: that
place of a tuple. From the outside in."""


class Variable(NamedTuple):
    """A local variable, a parameter, or a variable of a module."""

    path: str
    home: Scope
    name: str


class Field(NamedTuple):
    """An attribute of the instances of a class."""

    owner: Key
    name: str


class Result(NamedTuple):
    """What a function gives."""

    module: str
    name: str


Slot: TypeAlias = "Variable | Field | Result"


class Called(NamedTuple):
    """A place where a function is asked for."""

    tree: Tree
    node: Any
    """The expression that means the function, or the property."""
    call: Any
    """The `libcst.Call`; None where the function itself is passed on."""


class Places:
    """Finds where slots are read and functions are called; what has been found is kept."""

    def __init__(self, references: References) -> None:
        """Nothing is looked at before it is asked for."""
        self.references = references
        self.project: Project = references.project
        self._trees: dict[str, Tree] = {}
        self._receivers: dict[tuple[Key, str], Receivers] = {}

    def tree(self, path: str) -> Tree:
        """One file. Raises Refused for one that cannot be parsed."""
        found = self._trees.get(path)
        if found is None:
            found = self._trees[path] = Tree(self.file(path))
        return found

    def file(self, path: str) -> Bindings:
        """The names of one file. Raises Refused for one that cannot be parsed."""
        try:
            return self.references.bindings(path)
        except Unreadable as error:
            raise Refused(f"{path}: it is affected, and cannot be read ({error}): mend or exclude it") from None

    def receivers(self, owner: Key, name: str) -> Receivers:
        """Judges who has a member."""
        found = self._receivers.get((owner, name))
        if found is None:
            families = Families(self.project, owner, name)
            found = self._receivers[owner, name] = Receivers(self.references, families)
        return found

    def members(self, owner: Key, name: str) -> Iterator[tuple[Tree, Occurrence, Answer, str]]:
        """Every place where a member may be asked for, with how sure that is; certain strangers are left out."""
        for file, one, judged in self.judged(owner, name):
            yield self.tree(file.path), one, judged.answer, judged.why

    def judged(self, owner: Key, name: str) -> Iterator[tuple[Bindings, Occurrence, Judgement]]:
        """The same without trees, which take their time: most places of a common name are somebody else's."""
        receivers = self.receivers(owner, name)
        for path in sorted(self.project.mentioning([name])):
            file = self.file(path)
            for one in file.occurrences.named(name):
                if one.role != "attribute":
                    continue
                judged = receivers.judge(file, one)
                if judged.answer != "no":
                    yield file, one, judged

    def computed(self, owner: Key, name: str) -> bool:
        """Whether an attribute is a property."""
        families = self.receivers(owner, name).families
        rows = (self.function(module, f"{one}.{name}") for module, one in {*families.family, owner})
        return any(row is not None and row.kind == "property" for row in rows)

    # Functions

    def function(self, module: str, name: str) -> Function | None:
        """The row of a function."""
        return self.project.symbols.interior(module).functions.get(name)

    def homes(self, module: str, name: str) -> Iterator[tuple[Tree, Scope]]:
        """The scopes of a function's definitions."""
        tree = self.tree(self.project.symbols.path(module))
        for scope in tree.file.occurrences.scopes:
            if scope.kind == "function" and scope.name == name:
                yield tree, scope

    def overriding(self, module: str, function: Function) -> Iterator[tuple[str, Function]]:
        """A function, and of a method all those that it overrides or that override it."""
        yield module, function
        if not function.owner:
            return
        last = function.name.rpartition(".")[2]
        if last.startswith("__"):
            return
        for other, owner in sorted(self.receivers((module, function.owner), last).families.family):
            row = self.function(other, f"{owner}.{last}")
            if row is not None and (other, row.name) != (module, function.name):
                yield other, row

    def calls(self, module: str, function: Function) -> Iterator[Called | tuple[Tree, Occurrence, str]]:
        """Every place that asks for a function; a tuple where that cannot be told."""
        last = function.name.rpartition(".")[2]
        if not function.owner:
            symbol = self.project.symbols.resolve(f"{module}.{function.name}")
            if isinstance(symbol, Symbol) and "." not in function.name:
                yield from self._to(symbol)
            else:
                # A function inside of a function: a variable of that one.
                tree = self.tree(self.project.symbols.path(module))
                outer, _, name = function.name.rpartition(".")
                for scope in tree.file.occurrences.scopes:
                    if scope.kind == "function" and scope.name == outer:
                        for one in tree.file.uses(scope, name):
                            if one.role == "load":
                                yield self._called(tree, tree.name_at(one.start))
        elif last == "__init__":
            for key in self._constructed((module, function.owner)):
                symbol = self.project.symbols.resolve(f"{key[0]}.{key[1]}")
                if isinstance(symbol, Symbol):
                    yield from (one for one in self._to(symbol) if one.call is not None)
            for tree, one, _, _ in self.members((module, function.owner), last):
                node = tree.value_at(one)
                if node is not None:
                    yield self._called(tree, node)
        else:
            for tree, one, answer, why in self.members((module, function.owner), last):
                if answer == "unsure":
                    yield tree, one, why
                elif (node := tree.value_at(one)) is not None and one.use in ("load", "call"):
                    yield self._called(tree, node)

    def _constructed(self, owner: Key) -> Iterator[Key]:
        """A class, and those below that are made by its `__init__`."""
        families = self.receivers(owner, "__init__").families
        for key, order in families.orders.items():
            for one in order:
                if not isinstance(one, Symbol):
                    break
                if families.defines((one.module, one.name), "__init__"):
                    if (one.module, one.name) == owner:
                        yield key
                    break

    def _to(self, symbol: Symbol) -> Iterator[Called]:
        for found in self.references.to(symbol):
            if found.occurrence is None or found.how in ("definition", "import", "module"):
                continue
            tree = self.tree(found.path)
            node = tree.value_at(found.occurrence)
            if node is not None and not isinstance(tree.parent(node), cst.ImportAlias):
                yield self._called(tree, node)

    def _called(self, tree: Tree, node: Any) -> Called:
        parent = tree.parent(node)
        return Called(tree, node, parent if isinstance(parent, cst.Call) and parent.func is node else None)

    # Fixtures of pytest

    def given_by_fixture(self, module: str, function: Function) -> Iterator[tuple[Tree, Scope]]:
        """The functions that a fixture is handed to, by the name of a parameter."""
        mine = self.project.symbols.path(module)
        name = function.name.rpartition(".")[2]
        rivals: list[str] = []
        for other, rows in self.project.facts(Function).items():
            if other in self.project.layout.modules:
                path = self.project.symbols.path(other)
                rivals += [path for row in rows if row.name.rpartition(".")[2] == name and is_fixture(row)]
        for path in sorted(self.project.mentioning([name])):
            if not testing(path) or _closest(path, rivals) != mine:
                continue
            file = self.file(path)
            taking = {id(one.home) for one in file.occurrences.named(name) if one.role == "parameter"}
            for scope in file.occurrences.scopes:
                if scope.kind == "function" and id(scope) in taking:
                    row = self.function(file.module, scope.name)
                    if row is not None and (is_fixture(row) or scope.name.rpartition(".")[2].startswith("test")):
                        yield self.tree(path), scope


def is_fixture(function: Function) -> bool:
    """Whether a function is a fixture of pytest."""
    return any("fixture" in text.partition("(")[0] for text in function.decorators)


def _closest(path: str, fixtures: Sequence[str]) -> str:
    """The file whose fixture a test in `path` is given: its own, else the nearest above."""
    if path in fixtures:
        return path
    above = [one for one in fixtures if path.startswith(one.rpartition("/")[0])]
    return max(above, key=lambda one: len(one.rpartition("/")[0]), default="")
