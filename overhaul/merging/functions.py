"""Make one of several methods that say the same: a function of a module, which all of them call."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from overhaul.changes import Delegated, Leftover, Proposal, Replacement, Target
from overhaul.errors import Refused
from overhaul.merging.bodies import Body
from overhaul.merging.definitions import Member, apart
from overhaul.merging.guards import COLLECTED, refuse_bound, remarks
from overhaul.merging.homes import Homes
from overhaul.merging.likeness import Literal, likeness
from overhaul.merging.literals import arguments
from overhaul.merging.mixins import PRIVATE, Method
from overhaul.merging.watching import refuse_replaced_anywhere, star_importers
from overhaul.moving.graph import Graph
from overhaul.moving.old import Leaving
from overhaul.moving.text import merged
from overhaul.naming.meanings import External, Symbol
from overhaul.refactoring.imports import Imports
from overhaul.refactoring.references import Found, References
from overhaul.refactoring.units import Unit

if TYPE_CHECKING:
    from overhaul.project import Project

_IMPLICIT: Final = frozenset({"__new__", "__init_subclass__", "__class_getitem__", "__set_name__"})


def calls_already(members: Sequence[Method], name: str) -> bool:
    """Whether methods do nothing but call a function of that name."""
    return all(_calls(one.body(), name) for one in members)


def _calls(body: Sequence[ast.stmt], name: str) -> bool:
    value = getattr(body[0], "value", None) if len(body) == 1 else None
    if isinstance(value, ast.Await | ast.YieldFrom):
        value = value.value
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == name


class FunctionMerger:
    """One merge of some methods whose classes keep them: each calls a function that does what all did."""

    def __init__(
        self, project: Project, symbols: Sequence[Symbol], home: str, function: str, parameters: Mapping[str, str],
        references: References | None = None, graph: Graph | None = None,
    ) -> None:  # fmt: skip
        """`function`: what it is called; `parameters`: further one -> the literal as the one that stays has it.

        `references` and `graph` of the project may be there already.
        """
        self.project, self.function, self.parameters = project, function, parameters
        self._references = references = references or References(project)
        self.members = [Method(project, references, one) for one in symbols]
        self.done = calls_already(self.members, function)
        if self.done:
            return
        # Whoever uses a method goes on to ask its class for it: only the modules of the classes count.
        found: dict[Member, Sequence[Found]] = dict.fromkeys(self.members, ())
        homes = Homes(project, found, references, graph)
        chosen, self.why = homes.chosen(home)
        self._loading = homes.loading
        # Above the first of its module, so that it is there whenever one of them is called.
        self.home = min(
            (one for one in self.members if one.module == chosen.module), key=lambda one: one.symbol.line
        )  # fmt: skip
        self._bodies: dict[Method, Body] = {}

    def proposals(self) -> Iterator[Proposal]:
        """All changes; none where it is done already. Raises Refused, with the place and the reason."""
        if self.done:
            return
        for one in self.members:
            self._refuse(one)
            self._bodies[one] = Body(one)
        others = [one for one in self.members if one is not self.home]
        alike = {one: likeness(self.home, one) for one in others}
        found = arguments(self.home, {one: alike[one].literals for one in others}, self.parameters)
        if self.parameters and self.home.function.args.kwarg is not None:
            raise Refused(f"{self.home.where}: it takes any keywords, one of which may be called as a parameter: merge "
                          "it by hand")  # fmt: skip
        given: dict[Method, Mapping[str, str]] = {one: {**self.parameters, **found[one]} for one in others}
        given[self.home] = self.parameters
        literals = {id(each.first): each for one in others for each in alike[one].literals}
        for path in sorted({one.symbol.path for one in self.members}):
            here = [one for one in self.members if one.symbol.path == path]
            yield self.project.edit(path, self._changes(path, here, given, list(literals.values())))
        for one in self.members:
            yield Delegated(one.target, Target(self.home.module, self.function))
            yield from self._told(one)

    # What stands against it

    def _refuse(self, one: Method) -> None:
        name = one.name.rpartition(".")[2]
        if name in _IMPLICIT:
            raise Refused(f"{one.where}: Python calls {name} in a way of its own: leave it out")
        if getattr(one.owner, "type_params", ()) or getattr(one.function, "type_params", ()):
            raise Refused(f"{one.where}: it has type parameters: merge it by hand")
        for node in ast.walk(one.function):
            for word in _words(node):
                if word in ("super", "__class__"):
                    raise Refused(f"{one.where}: {word} means something only in a class: merge {one.name} by hand")
                if PRIVATE.fullmatch(word):
                    raise Refused(f"{one.where}: {word} is private to its class: merge {one.name} by hand")
        self._refuse_attributes(one)
        if isinstance(one.function, ast.AsyncFunctionDef) and _yields(one.function):
            raise Refused(f"{one.where}: an asynchronous generator cannot be handed on: merge {one.name} by hand")
        refuse_bound(one)
        refuse_replaced_anywhere(self.project, self._references, one, home=one is self.home, itself=False)
        own = {each.arg for each in ast.walk(one.function.args) if isinstance(each, ast.arg)}
        taken = self.function in self.project.symbols.names(one.module) or self.function in one.needs
        if taken or not self.function.isidentifier() or hasattr(builtins, self.function) or self.function in own:
            raise Refused(f"{one.where}: {self.function} is no free name in {one.module}: choose another")
        if one is self.home:
            self._refuse_name(one)

    def _refuse_attributes(self, one: Method) -> None:
        """Raises Refused for attributes that only the method sets: who reads the class would no longer find them."""
        node = one.function
        first = next(iter((*node.args.posonlyargs, *node.args.args)), None)
        name = one.name.rpartition(".")[2]
        elsewhere = {
            row.name for base in self.project.symbols.order(one.module, one.owner.name) if isinstance(base, Symbol)
            for row in self.project.symbols.attribute_rows(base.module)
            if row.owner == base.name and (row.where != name or base.name != one.owner.name)
        }  # fmt: skip
        for each in ast.walk(node):
            if isinstance(each, ast.Attribute) and isinstance(each.ctx, ast.Store) and first is not None:
                mine = isinstance(each.value, ast.Name) and each.value.id == first.arg
                if mine and each.attr not in elsewhere:
                    raise Refused(f"{one.at(each)}: {each.attr} is set here alone, and {one.owner.name} would no "
                                  "longer be seen to have it: declare it in the class first")  # fmt: skip

    def _refuse_name(self, home: Method) -> None:
        """Raises Refused where the function would be found by others than its callers."""
        if COLLECTED.match(self.function):
            raise Refused(f"{home.where}: what is called {self.function} is found by its name: choose another")
        for module in star_importers(self.project, home.module) if not self.function.startswith("_") else ():
            if self.function in self.project.symbols.names(module):
                raise Refused(f"{home.where}: {module} takes all names of {home.module} and has a {self.function}: "
                              "choose another name")  # fmt: skip
        local = {name for one in home.owner.body for name in _bound(one)}
        for annotation in _annotations(home.function):
            for node in ast.walk(annotation):
                if isinstance(node, ast.Name) and node.id in local:
                    raise Refused(f"{home.at(annotation)}: {node.id} is a name of the class, which a function has not: "
                                  "merge it by hand")  # fmt: skip

    # What changes

    def _changes(
        self, path: str, here: Sequence[Method], given: Mapping[Method, Mapping[str, str]], literals: Sequence[Literal]
    ) -> list[Replacement]:  # fmt: skip
        imports = Imports(self.project, path)
        head = self.home.function.args
        changes = [part for one in here for part in self._bodies[one].calling(self.function, head, given[one])]
        if self.home in here:
            home, file = self.home, self.home.file
            first = min(here, key=lambda one: one.around.start).around
            at = file.occurrences.lines(first)[0]
            body = self._bodies[home]
            names = {
                home.tree.start(each.first): (home.tree.end(each.first), name)
                for each in literals for name, text in self.parameters.items() if text == home.tree.written(each.first)
            }  # fmt: skip
            typed = _annotated(home.function)
            known = "Any" in self.project.symbols.names(home.module)
            if typed and not known:
                imports.take("typing", "Any")
            meaning = self.project.symbols.lookup(home.module, "", "Any") if typed and known else None
            loose = typed and (not known or (isinstance(meaning, External) and meaning.name.endswith(".Any")))
            text = body.function(self.function, [(name, self._type(name, literals)) for name in given[home]], names,
                                 typed=loose)  # fmt: skip
            text = apart(file.occurrences.text, at) + text
            changes.append(Replacement(at, at, text, "what they have in common", "review"))
        else:
            unit = Unit(tuple(each for one in here for each in self._bodies[one].statements), frozenset())
            for taken in Leaving(self.project, self._references, here[0].file, unit).unneeded():
                imports.drop(taken.statement, taken.name or taken.target)
            imports.take(self.home.module, self.function)
        return merged(imports.replacements(), changes)

    def _type(self, name: str, literals: Sequence[Literal]) -> str:
        written = self.parameters[name]
        found = next(one for one in literals if self.home.tree.written(one.first) == written)
        return type(found.first.value).__name__

    # What is told

    def _told(self, one: Method) -> Iterator[Leftover]:
        if one is not self.home:
            for line, why in remarks(one):
                if "reports" in why:
                    yield self.project.leftover(one.symbol.path, line, one.target, why)
            for path, line, why in self._loading.printed(one, self.home.module, ()):
                yield self.project.leftover(path, line, one.target, why)
            stays = set(self._bodies[self.home].comments())
            for line, text in self._bodies[one].placed_comments():
                if text not in stays:
                    yield self.project.leftover(one.symbol.path, line, one.target, "a comment goes with it")


def _words(node: ast.AST) -> Iterator[str]:
    """The names in a node itself."""
    for field in ("id", "attr", "arg", "name", "rest"):
        word = getattr(node, field, None)
        if isinstance(word, str):
            yield word
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from (one.asname or one.name for one in node.names)
    if isinstance(node, ast.Global | ast.Nonlocal):
        yield from node.names


def _yields(function: ast.AST) -> bool:
    """Whether a function is a generator; those inside it do not count."""
    inner = [one for one in ast.iter_child_nodes(function) if not isinstance(one, _SCOPES)]
    return any(isinstance(one, ast.Yield | ast.YieldFrom) or _yields(one) for one in inner)


def _bound(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement of a class body binds."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield statement.name
        return
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        if isinstance(node, ast.alias):
            yield (node.asname or node.name).partition(".")[0]


def _annotations(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.expr]:
    for one in ast.walk(function.args):
        if isinstance(one, ast.arg) and one.annotation is not None:
            yield one.annotation
    if function.returns is not None:
        yield function.returns


def _annotated(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(True for _ in _annotations(function))


_SCOPES: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
