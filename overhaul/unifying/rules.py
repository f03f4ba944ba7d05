"""What each use of a class is written as: the tables of a request, read and checked against its signature."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from overhaul.changes import Formed, Target
from overhaul.errors import Refused, did_you_mean
from overhaul.facts import Function, Parameter
from overhaul.lazy import cst
from overhaul.naming.meanings import Symbol
from overhaul.unifying.filling import Bound, Unserved, literal, without_receiver
from overhaul.unifying.templates import SELF, BadTemplate, Template, below, parsed
from overhaul.unifying.trees import Tree

if TYPE_CHECKING:
    from overhaul.project import Project

_KEY: Final = re.compile(r"(?P<name>\w+)\s*(?:\((?P<given>[^()]*)\)|\[(?P<item>.+)\])?")
OPERATORS: Final[Mapping[str, tuple[str, ...]]] = {
    "__len__": (), "__bool__": (), "__iter__": (), "__contains__": ("item",), "__getitem__": ("key",),
}  # fmt: skip
"""What operators ask for, with the names of operands where the class does not define them itself."""


class Rule(NamedTuple):
    """One line of a table."""

    key: str
    name: str
    given: frozenset[str] | None
    """The arguments that the caller must give, and no others; None for any."""
    item: str
    """A constant in brackets: `stats["hit"]`."""
    template: Template


class Rules:
    """What a class's uses become."""

    def __init__(
        self, project: Project, target: Symbol, construct: str, methods: Mapping[str, str],
        attributes: Mapping[str, str],
    ) -> None:  # fmt: skip
        """Raises Refused for templates that are none, and for members and parameters that there are not."""
        self._project, self.target = project, target
        self.construct = self._read("construct", construct, asked=False)
        self.methods = [self._method(key, text) for key, text in methods.items()]
        self.attributes = [self._attribute(key, text) for key, text in attributes.items()]
        self._check_blanks(self.construct, "construct", self.parameters("__init__"))

    @property
    def _place(self) -> str:
        return f"{self.target.path}:{self.target.line}"

    # Signatures

    def function(self, name: str) -> Function | None:
        """A method of the old class, its own or inherited."""
        found = self._project.types.method(self.target, name)
        return found[1] if found is not None else None

    def parameters(self, name: str) -> Sequence[Parameter]:
        """What a call of a method gives; for `__init__` without one the fields of a dataclass."""
        function = self.function(name)
        if function is not None:
            return without_receiver(function)
        if name == "__init__":
            return tuple(self._fields())
        return tuple(Parameter(one, "positional", "", "") for one in OPERATORS.get(name, ()))

    def _fields(self) -> Iterator[Parameter]:
        row = self._project.types.row(self.target)
        if row is None or not any("dataclass" in one or "define" in one or "attr" in one for one in row.decorators):
            return
        for one in self._project.symbols.attribute_rows(self.target.module):
            if one.owner == self.target.name and not one.where and one.annotation and "ClassVar" not in one.annotation:
                yield Parameter(one.name, "positional", one.annotation, one.value)

    def computes(self, tree: Tree, node: Any) -> bool:
        """Whether an attribute in a file may be a property, as far as what it is asked of is known."""
        name = node.attr.value
        if name not in self._computed:
            return False
        one = tree.occurrence(node)
        if one is None:
            return True
        types = self._project.types
        classes = types.of_expression(tree.module, one.scope.name, tree.written(node.value))
        found = [types.method(each, name) if isinstance(each, Symbol) else None for each in classes]
        known = bool(classes) and all(isinstance(each, Symbol) for each in classes)
        return not known or any(each is not None for each in found)

    @cached_property
    def _computed(self) -> frozenset[str]:
        """The attributes that are properties of some class of the project: to ask for one may do anything."""
        rows = (row for _, each in self._project.facts(Function).items() for row in each)
        return frozenset(
            row.name.rpartition(".")[2] for row in rows
            if row.kind == "property" or any("property" in one for one in row.decorators)
        )  # fmt: skip

    # Reading

    def _read(self, key: str, text: str, *, asked: bool) -> Template:
        try:
            return parsed(text, asked)
        except BadTemplate as error:
            raise Refused(f"{self._place}: {key}: `{text}` is no template ({error}): mend it") from None

    def _method(self, key: str, text: str) -> Rule:
        match = _KEY.fullmatch(key.strip())
        if match is None or match["item"]:
            raise Refused(f"{self._place}: methods: `{key}` is no key: write `name` or `name(given, arguments)`")
        name, function = match["name"], self.function(match["name"])
        if function is None and name not in OPERATORS:
            known = self._project.symbols.interior(self.target.module).members_of(self.target.name)
            raise Refused(f"{self._place}: methods: it has no method {name}: {did_you_mean(name, known)}")
        if name.startswith("__") and name not in (*OPERATORS, "__enter__", "__exit__", "__call__", "__init__"):
            raise Refused(f"{self._place}: methods: what asks for {name} is no call, and no expression that one can "
                          "take the place of: change those places by hand, and leave it out")  # fmt: skip
        parameters = self.parameters(name)
        if text.strip().isidentifier():
            text = f"{text.strip()}({', '.join(_passed_on(parameters))})"
        bound_to_class = function is not None and function.kind in ("classmethod", "staticmethod")
        template = self._read(key, text, asked=not bound_to_class)
        self._check_blanks(template, key, parameters)
        given = None
        if match["given"] is not None:
            given = frozenset(one.strip() for one in match["given"].split(",") if one.strip())
            if unknown := given - {one.name for one in parameters}:
                raise Refused(f"{self._place}: methods: {name} has no parameter {min(unknown)}: "
                              f"{did_you_mean(min(unknown), [one.name for one in parameters])}")  # fmt: skip
        return Rule(key, name, given, "", template)

    def _attribute(self, key: str, text: str) -> Rule:
        match = _KEY.fullmatch(key.strip())
        if match is None or match["given"] is not None:
            raise Refused(f"{self._place}: attributes: `{key}` is no key: write `name` or `name[\"key\"]`")
        if not self.has(match["name"]):
            known = self._project.symbols.interior(self.target.module).members_of(self.target.name)
            raise Refused(f"{self._place}: attributes: it has no {match['name']}: "
                          f"{did_you_mean(match['name'], known)}")  # fmt: skip
        template = self._read(key, text, asked=True)
        self._check_blanks(template, key, ())
        item = match["item"] or ""
        if item and not literal(item):
            raise Refused(f"{self._place}: attributes: {item} is no constant: write `name[\"key\"]`")
        return Rule(key, match["name"], None, item, template)

    def has(self, name: str) -> bool:
        """Whether the old class has a member."""
        symbols = self._project.symbols
        return any(
            symbols.interior(one.module).member(one.name, name) is not None
            for one in self._project.types.own_bases(self.target)
        )

    def _check_blanks(self, template: Template, key: str, parameters: Sequence[Parameter]) -> None:
        names = [one.name for one in parameters]
        for blank in template.blanks:
            if blank.name != SELF and blank.name not in names:
                raise Refused(f"{self._place}: {key}: there is no parameter {blank.name}: "
                              f"{did_you_mean(blank.name, names)}")  # fmt: skip
        if key == "construct" and SELF in template.names:
            raise Refused(f"{self._place}: construct: there is no instance yet: leave {{self}} out")

    # Choosing

    def method(self, name: str, arguments: Bound) -> Rule:
        """The line for a call. Raises Unserved where there is none, or none for what is given."""
        mine = [one for one in self.methods if one.name == name]
        if not mine:
            raise Unserved(f"nothing says what becomes of {name}")
        given = frozenset(arguments.given)
        exact = [one for one in mine if one.given == given]
        rest = [one for one in mine if one.given is None]
        if not exact and not rest:
            told = ", ".join(sorted(given)) or "no arguments"
            raise Unserved(f"nothing says what becomes of {name} with {told}")
        return (exact or rest)[0]

    def overloaded(self, name: str, parameter: str) -> bool:
        """Whether it matters if an argument is given."""
        return sum(one.name == name for one in self.methods) > 1 and any(
            one.given is not None and parameter in one.given for one in self.methods if one.name == name
        )

    def attribute(self, name: str) -> Rule | None:
        """The line for an attribute."""
        return next((one for one in self.attributes if one.name == name and not one.item), None)

    def item(self, name: str, key: str) -> Rule | None:
        """The line for a constant place in an attribute."""
        return next((one for one in self.attributes if one.name == name and one.item and _same(one.item, key)), None)

    def operator(self, name: str) -> Rule | None:
        """The line for an operator."""
        return next((one for one in self.methods if one.name == name), None)

    def same(self, name: str) -> bool:
        """Whether a member is the same afterwards, with the same arguments in the same places."""
        mine = [one.template for one in (*self.methods, *self.attributes) if one.name == name and not one.item]
        if len(mine) != 1 or plain_rename(mine[0]) != name:
            return False
        tree = mine[0].tree
        if not isinstance(tree, cst.Call):
            return True
        passed = [mine[0].blank(one.value) for one in tree.args if one.keyword is None]
        names = [one.name for one in self.parameters(name)]
        return len(passed) == len(tree.args) and [one.name if one else "" for one in passed] == names

    def templates(self) -> Iterator[Template]:
        """All of them."""
        yield self.construct
        yield from (one.template for one in (*self.methods, *self.attributes))

    def forms(self) -> Iterator[Formed]:
        """What the templates say, for the proof to look at."""
        yield self.construct.formed(Target(self.target.module, self.target.name))
        for rules, called in ((self.methods, True), (self.attributes, False)):
            for rule in rules:
                before = Target(self.target.module, f"{self.target.name}.{rule.name}")
                yield rule.template.formed(before, rule.item, called)

    def unknown_names(self, known: Sequence[str]) -> list[str]:
        """Names in templates of which nobody says what they are."""
        every = {name for one in self.templates() for name in one.free}
        return sorted(name for name in every if name not in known and not hasattr(builtins, name))


def _passed_on(parameters: Sequence[Parameter]) -> Iterator[str]:
    for one in parameters:
        match one.kind:
            case "variadic":
                yield f"*{{{one.name}}}"
            case "keywords":
                yield f"**{{{one.name}}}"
            case "keyword-only":
                yield f"{one.name}={{{one.name}?}}"
            case _:
                yield f"{{{one.name}?}}" if one.default else f"{{{one.name}}}"


def _same(one: str, other: str) -> bool:
    return literal(other) and _value(one) == _value(other)


def _value(text: str) -> str:
    import ast

    return repr(ast.literal_eval(text))


def asked(template: Template) -> Iterator[tuple[str, bool]]:
    """The members of the new class that a template asks of `{self}`, and whether they are called."""
    for tree in (template.first, template.tree):
        if tree is None:
            continue
        calls = {id(node.func) for node, _ in below(tree) if isinstance(node, cst.Call)}
        for node, _ in below(tree):
            if isinstance(node, cst.Attribute):
                blank = template.blank(node.value)
                if blank is not None and blank.name == SELF:
                    yield node.attr.value, id(node) in calls


def plain_rename(template: Template) -> str:
    """The new name where a template is `{self}.name` or passes its arguments on; "" for any other."""
    tree: Any = template.tree
    func = tree.func if isinstance(tree, cst.Call) else tree
    if template.first is None and isinstance(func, cst.Attribute):
        blank = template.blank(func.value)
        if blank is not None and blank.name == SELF:
            return str(func.attr.value)
    return ""
