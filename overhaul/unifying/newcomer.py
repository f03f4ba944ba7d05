"""The class that takes the place of another: what it has, and what it takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from overhaul.changes import Target
from overhaul.facts import Function
from overhaul.lazy import cst
from overhaul.naming.meanings import Symbol
from overhaul.refactoring.references import References
from overhaul.unifying.filling import without_receiver
from overhaul.unifying.rules import Rules, asked
from overhaul.unifying.templates import Template, below

if TYPE_CHECKING:
    from overhaul.project import Project

_TRANSPARENT: Final = frozenset({"classmethod", "staticmethod", "abstractmethod", "override", "final", "property"})
"""Decorators that leave a signature as it is."""


class Newcomer:
    """What is known of it; of one that stands outside the project, nothing."""

    def __init__(self, project: Project, to: Target, rules: Rules) -> None:
        """`rules` are what its members are asked for by."""
        self._project, self._rules = project, rules
        self.name = to.name.rpartition(".")[2]
        found = project.symbols.resolve(to.dotted)
        self.symbol = found if isinstance(found, Symbol) else None
        self._in_use: bool | None = None

    @property
    def _class(self) -> Symbol | None:
        return self.symbol if self.symbol is not None and self.symbol.kind == "class" else None

    def holds(self, path: str, line: int) -> bool:
        """Whether a place is inside of the class."""
        new = self._class
        if new is None or new.path != path:
            return False
        rows = self._project.symbols.interior(new.module).classes.get(new.name)
        return rows is not None and rows.line <= line <= rows.end

    def used(self, references: References) -> bool:
        """Whether it is used already, outside of itself."""
        if self._in_use is None:
            found = references.to(self._class) if self._class is not None else ()
            self._in_use = any(
                one.how not in ("definition", "import", "module", "listed") and not self.holds(one.path, one.line)
                for one in found
            )
        return self._in_use

    def has(self, name: str) -> bool:
        """Whether it has a member, other than what every object has."""
        new, types = self._class, self._project.types
        if new is None or types.has_member(new, name) != "yes":
            return False
        return not hasattr(object, name) or types.method(new, name) is not None

    def method(self, name: str) -> Function | None:
        """One of its methods."""
        found = self._project.types.method(self._class, name) if self._class is not None else None
        return found[1] if found is not None else None

    def functions(self) -> Mapping[str, Function | None]:
        """Its functions that templates call, by name; "__init__" for what `construct` calls."""
        found: dict[str, Function | None] = {}
        if self.symbol is None:
            return found
        names = {name for rule in self._rules.methods for name, called in asked(rule.template) if called}
        for name in names:
            found[name] = self.method(name)
        tree = self._rules.construct.tree
        if isinstance(tree, cst.Call):
            func = tree.func
            if isinstance(func, cst.Name) and func.value == self.name:
                own = self._project.symbols.interior(self.symbol.module).functions.get(self.symbol.name)
                found["__init__"] = self.method("__init__") or own
            elif isinstance(func, cst.Attribute) and isinstance(func.value, cst.Name) and func.value.value == self.name:
                found["__init__"] = self.method(func.attr.value)
        return found

    def fixed(self, name: str) -> bool:
        """Whether an attribute cannot be assigned: a property without a setter."""
        found = self._project.types.method(self._class, name) if self._class is not None else None
        if found is None:
            return False
        return f"@{name}.setter" not in self._project.source(self._project.symbols.path(found[0].module)).text()

    # What templates ask of it

    def misfits(self) -> Iterator[str]:
        """The calls of templates that it cannot take, and methods that are asked for as if they were values."""
        functions = self.functions()
        for key, template in self._templates():
            for tree in (template.first, template.tree):
                if tree is not None:
                    yield from (f"{key}: {why}" for why in self._misfitting(template, tree, functions))

    def _templates(self) -> Iterator[tuple[str, Template]]:
        yield "construct", self._rules.construct
        yield from ((one.key, one.template) for one in (*self._rules.methods, *self._rules.attributes))

    def _misfitting(
        self, template: Template, tree: Any, functions: Mapping[str, Function | None]
    ) -> Iterator[str]:
        called: set[int] = set()
        for node, _ in below(tree):
            if isinstance(node, cst.Call):
                called.add(id(node.func))
                function = self._called(template, node, functions)
                if function is not None and not decorated(function) and (why := _unfit(function, node.args)):
                    yield why
            elif isinstance(node, cst.Attribute) and id(node) not in called and _of_self(template, node.value):
                function = self.method(node.attr.value)
                if function is not None and function.kind in ("method", "classmethod", "staticmethod"):
                    yield f"{node.attr.value} is a method of {self.name}: call it, `{node.attr.value}()`"

    def _called(self, template: Template, node: Any, functions: Mapping[str, Function | None]) -> Function | None:
        func = node.func
        if isinstance(func, cst.Attribute) and _of_self(template, func.value):
            found = self.method(func.attr.value)
            return found if found is not None and found.kind != "property" else None
        return functions.get("__init__") if node is self._rules.construct.tree else None


def decorated(function: Function) -> bool:
    """Whether something stands before a function that may take other arguments than it."""
    return any(one.partition("(")[0].rpartition(".")[2] not in _TRANSPARENT for one in function.decorators)


def _of_self(template: Template, node: Any) -> bool:
    blank = template.blank(node)
    return blank is not None and blank.name == "self"


def _unfit(function: Function, arguments: Sequence[Any]) -> str:
    """Why a function cannot take the arguments of a template; "" where it can, or nobody can tell."""
    parameters = without_receiver(function)
    places = [one for one in parameters if one.kind in ("positional-only", "positional")]
    given = [one for one in arguments if one.keyword is None and not one.star]
    named = {one.keyword.value for one in arguments if one.keyword is not None}
    starred = {one.star for one in arguments if one.star}
    variadic, keywords = (any(one.kind == kind for one in parameters) for kind in ("variadic", "keywords"))
    if len(given) > len(places) and not variadic:
        return f"{function.name} takes {len(places)} arguments by position, and is given {len(given)}"
    taken = {one.name for one in places[: len(given)]}
    if twice := taken & named & {one.name for one in places if one.kind == "positional"}:
        return f"{function.name} is given {min(twice)} twice"
    known = {one.name for one in parameters if one.kind in ("positional", "keyword-only")}
    if (unknown := named - known) and not keywords:
        return f"{function.name} has no parameter {min(unknown)} that is given by its name"
    if starred:
        return ""
    lacking = [
        one.name for one in parameters
        if one.kind not in ("variadic", "keywords") and not one.default and one.name not in taken | named
    ]  # fmt: skip
    return f"{function.name} wants {lacking[0]}, and the template gives none" if lacking else ""
