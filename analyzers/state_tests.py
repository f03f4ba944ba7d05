"""Where variables are compared with constants, or choose what runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

from overhaul.facts import StateTest
from overhaul.lazy import cst
from overhaul.leaves import Collector
from overhaul.module import Module
from overhaul.patterns import regex
from overhaul.scopes import Scope
from overhaul.syntax.constants import collection, compared, constant, constants, place
from overhaul.syntax.words import STATE_WORD
from overhaul.text import dotted

_ORDER: Final = frozenset({"LessThan", "LessThanEqual", "GreaterThan", "GreaterThanEqual"})
_QUERIES: Final = frozenset({"filter", "filter_by", "exclude", "get"})
"""What asks a model's table for rows with certain values."""
_NUMBER: Final = regex(r"-?\d+\Z")


@Collector("Comparison", "Match", "Subscript", "Call", "Assign", "NamedExpr")
def state_tests(module: Module) -> Iterator[StateTest]:
    """Comparisons of attributes, entries and the module's variables with constants, `match`, and dispatch by them."""
    meant = _Meant(module)
    methods = {
        scope.name.rpartition(".")[2] for scope in module.scopes
        if scope.kind == "function" and scope.parent is not None and scope.parent.kind == "class"
    }  # fmt: skip
    for node, line, block in module.nodes(cst.Comparison):
        found = compared(node) or _methods_compared(node, methods)
        if found is None:
            continue
        variable, operator, values = found
        if all(value in ("None", "''", "0", "1", "-1") for value in values) and not _worded(variable):
            continue
        where = meant(variable, block.scope)
        if where and _possible(where, values):
            how: Literal["order", "compare"] = "order" if operator in _ORDER else "compare"
            yield StateTest(line=line, scope=block.scope.name, place=where, how=how, values=values)
    for match, line, block in module.nodes(cst.Match):
        where = meant(match.subject, block.scope)
        if where:
            values = tuple(value for case in match.cases for value in _case(case.pattern))
            if values:
                yield StateTest(line=line, scope=block.scope.name, place=where, how="case", values=values)
    for subscript, line, block in module.nodes(cst.Subscript):
        index: Any = subscript.slice[0].slice
        if len(subscript.slice) == 1 and index.__class__ is cst.Index:
            key = index.value
            if key.__class__ is cst.Attribute or key.__class__ is cst.Name:
                yield from _index(subscript.value, key, line, block.scope, meant)
    for call, line, block in module.nodes(cst.Call):
        func: Any = call.func
        if not call.args:
            continue
        if func.__class__ is cst.Attribute and func.attr.value in _QUERIES:
            yield from _asked_for(call, line, block.scope)
        if func.__class__ is cst.Name and func.value == "getattr" and len(call.args) > 1:
            for where in _inside(call.args[1].value, block.scope, meant):
                yield StateTest(line=line, scope=block.scope.name, place=where, how="name", values=())
        elif func.__class__ is cst.Attribute and func.attr.value == "get":
            yield from _index(func.value, call.args[0].value, line, block.scope, meant)


def _asked_for(call: Any, line: int, scope: Scope) -> Iterator[StateTest]:
    """`Job.objects.filter(status=Status.NEW, phase__in=(A, B))`."""
    root: Any = call.func
    while (kind := root.__class__) is cst.Attribute or kind is cst.Call:
        root = root.value if kind is cst.Attribute else root.func
    if root.__class__ is not cst.Name or not root.value[:1].isupper():
        return
    for argument in call.args:
        if argument.keyword is None:
            continue
        name, _, how = argument.keyword.value.partition("__")
        if how not in ("", "exact", "in"):
            continue
        values = collection(argument.value) if how == "in" else constants(argument.value)
        if values and values != ("None",):
            yield StateTest(line=line, scope=scope.name, place=f"{root.value}.{name}", how="compare", values=values)


def _index(container: Any, key: Any, line: int, scope: Scope, meant: _Meant) -> Iterator[StateTest]:
    """A choice by a variable among what a dict or list holds: `HANDLERS[self.state]`."""
    if constant(key) is not None:
        return
    where = meant(key, scope)
    if not where or not ("." in where or "[" in where or where.isupper() or scope.elsewhere.get(where)):
        return
    held = dotted(container)
    if container.__class__ is not cst.Dict and not held:
        return
    if container.__class__ is cst.Dict or STATE_WORD.search(where) or held.rpartition(".")[2].isupper():
        yield StateTest(line=line, scope=scope.name, place=where, how="index", values=())


def _inside(node: Any, scope: Scope, meant: _Meant) -> Iterator[str]:
    """The attributes from which a name is put together."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        kind = one.__class__
        if kind is cst.BinaryOperation:
            waiting += (one.left, one.right)
        elif kind is cst.FormattedString:
            waiting += [part.expression for part in one.parts if part.__class__ is cst.FormattedStringExpression]
        elif kind is cst.Tuple:
            waiting += [element.value for element in one.elements]
        elif kind is cst.Call and one.func.__class__ is cst.Attribute:
            waiting.append(one.func.value)
            waiting += [argument.value for argument in one.args]
        elif kind is cst.Attribute or kind is cst.Subscript or kind is cst.Name:
            where = meant(one, scope)
            if where:
                yield where


class _Meant:
    """What a variable's node is called; a local name that stands for one attribute is followed."""

    def __init__(self, module: Module) -> None:
        self._aliases: dict[tuple[int, str], str] = {}
        names: set[tuple[int, str]] = set()
        bound: list[tuple[Any, Any, Scope]] = [
            (assign.targets[0].target, assign.value, block.scope)
            for assign, _, block in module.nodes(cst.Assign) if len(assign.targets) == 1
        ]  # fmt: skip
        bound += [(walrus.target, walrus.value, block.scope) for walrus, _, block in module.nodes(cst.NamedExpr)]
        for target, value, scope in bound:
            if target.__class__ is not cst.Name or scope.kind != "function":
                continue
            key = (id(scope), target.value)
            where = place(value) if constant(value) is None and key not in names else ""
            names.add(key)
            if "." in where or "[" in where:
                self._aliases[key] = where
            else:
                self._aliases.pop(key, None)

    def __call__(self, node: Any, scope: Scope) -> str:
        if node.__class__ is cst.NamedExpr:
            node = node.value
        where = place(node)
        if not where:
            return ""
        first, dot, rest = where.partition(".")
        if dot and rest.endswith(("value", "name")) and rest in ("value", "name"):
            where = first
        elif where.endswith((".value", ".name")):
            where = where.rpartition(".")[0]
        if "." in where or "[" in where:
            return where
        around: Scope | None = scope
        while around is not None:
            found = self._aliases.get((id(around), where))
            if found is not None:
                return found
            if around.kind == "function" and where in around.bound:
                return where
            around = around.parent
        return where


def _methods_compared(node: Any, methods: set[str]) -> tuple[Any, str, tuple[str, ...]] | None:
    """`self._handler == self._tag`, where `_tag` is a method."""
    if len(node.comparisons) != 1 or node.left.__class__ is not cst.Attribute:
        return None
    target = node.comparisons[0]
    chain = dotted(target.comparator)
    if not chain.startswith("self.") or chain[5:] not in methods:
        return None
    if target.operator.__class__ not in (cst.Equal, cst.NotEqual, cst.Is, cst.IsNot):
        return None
    return node.left, target.operator.__class__.__name__, (chain,)


def _worded(node: Any) -> bool:
    return STATE_WORD.search(place(node)) is not None


def _possible(where: str, values: tuple[str, ...]) -> bool:
    """Whether it can be a test of a state at all: a bare number says nothing unless the name does."""
    if where.startswith(("sys.", "os.")) or where in ("__name__", "cls"):
        return False
    if where == "self":
        # A method of an Enum that asks which member it is.
        return all("." in value for value in values)
    if all(_NUMBER.match(value) or value == "None" for value in values):
        return STATE_WORD.search(where.rstrip("']\"")) is not None
    return True


def _case(pattern: Any) -> Iterator[str]:
    kind = pattern.__class__
    if kind is cst.MatchValue:
        one = constant(pattern.value)
        if one is not None:
            yield one
    elif kind is cst.MatchOr:
        for element in pattern.patterns:
            yield from _case(element.pattern)
    elif kind is cst.MatchAs and pattern.pattern is not None:
        yield from _case(pattern.pattern)
