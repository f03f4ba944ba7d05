"""Put the arguments of a call into a template, without losing, doubling or reordering what they do."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from overhaul.facts import Function, Parameter
from overhaul.lazy import cst
from overhaul.unifying.templates import (
    CONSTANT,
    EFFECT,
    SELF,
    Blank,
    Computed,
    Template,
    below,
    bracketed,
    closed,
    code,
    effect,
    in_vain,
    mapped,
    variables,
)  # fmt: skip


class Unserved(ValueError):
    """Why a use cannot be written as the template says."""


class Bound(NamedTuple):
    """The arguments of one call by the parameters of what is called."""

    given: Mapping[str, Any]
    """Parameter -> expression, in the order in which they are evaluated."""
    rest: Sequence[Any] = ()
    """`libcst.Arg` of positional arguments for `*args`, and of keywords for `**kwargs`."""


def bound(parameters: Sequence[Parameter], arguments: Sequence[Any]) -> Bound:
    """Tell which argument is which parameter's. Raises Unserved for `*x`, `**x`, and for what does not fit."""
    given: dict[str, Any] = {}
    rest: list[Any] = []
    positional = [one.name for one in parameters if one.kind in ("positional-only", "positional")]
    named = {one.name for one in parameters if one.kind in ("positional", "keyword-only")}
    variadic = any(one.kind == "variadic" for one in parameters)
    keywords = any(one.kind == "keywords" for one in parameters)
    for number, argument in enumerate(arguments):
        if argument.star:
            raise Unserved(f"which arguments `{argument.star}{code(argument.value)}` gives cannot be told")
        if argument.keyword is not None:
            name = argument.keyword.value
            if name in given or (name not in named and not keywords):
                raise Unserved(f"there is no parameter `{name}` for what is given")
            if name in named:
                given[name] = argument.value
            else:
                rest.append(argument)
        elif number < len(positional):
            given[positional[number]] = argument.value
        elif variadic:
            rest.append(argument)
        else:
            raise Unserved("there are more arguments than parameters")
    for one in parameters:
        if one.kind not in ("variadic", "keywords") and not one.default and one.name not in given:
            raise Unserved(f"`{one.name}` is not given")
    return Bound(given, tuple(rest))


class Filled(NamedTuple):
    """What a use is written as."""

    node: Any
    first: Any = None
    """What is to be carried out as a statement of its own beforehand."""
    reviewed: tuple[str, ...] = ()
    """What somebody should look at, a few words each."""
    defaults: tuple[str, ...] = ()
    """Parameters whose default was written out as it stands in the old definition."""


def filled(
    template: Template, given: Mapping[str, Any], parameters: Sequence[Parameter], *, receiver: Any = None,
    rest: Sequence[Any] = (), target: Function | None = None, original: Mapping[str, Any] | None = None,
    computed: Computed | None = None,
) -> Filled:  # fmt: skip
    """Write a use as a template says.

    `given` has the arguments in the order in which they were evaluated; `target` is the function that the template's
    outermost call calls, if it is known: defaults that it has too are left out. `original` are the arguments as they
    stood, where `given` has some that are changed already; `computed` tells which attributes may do something when
    they are asked for. Raises Unserved.
    """
    values = dict(given) if receiver is None else {SELF: receiver, **given}
    judged = dict(original or given) if receiver is None else {SELF: receiver, **(original or given)}
    reviewed = tuple(_checked(template, judged, rest, computed or _nothing))
    filling = _Filling(template, values, parameters, rest, target)
    first = filling.tree(template.first) if template.first is not None else None
    node = filling.tree(template.tree)
    return Filled(node, first, reviewed, tuple(dict.fromkeys(filling.defaults)))


def _nothing(_: Any) -> bool:
    return False


def _checked(
    template: Template, given: Mapping[str, Any], rest: Sequence[Any], computed: Computed
) -> Iterator[str]:
    """Raise Unserved for arguments that would be lost, doubled or evaluated in another order; else what to look at."""
    order = [blank.name for blank in template.blanks if blank.name in given]
    for name, value in given.items():
        times = order.count(name)
        if not times and name != SELF and not in_vain(value, computed) and effect(value, computed) != CONSTANT:
            raise Unserved(f"`{code(value)}` would not be evaluated any more")
        if not times and name == SELF and not in_vain(value, computed):
            raise Unserved(f"`{code(value)}` would not be evaluated any more")
        if times > 1 and not in_vain(value, computed):
            raise Unserved(f"`{code(value)}` would be evaluated {times} times")
        if not times and name != SELF:
            yield f"`{code(value)}` is not passed on"
    names = [name for name in given if name in order]
    for at, one in enumerate(names):
        for other in names[at + 1 :]:
            levels = effect(given[one], computed) + effect(given[other], computed)
            if order.index(one) > order.index(other) and levels > EFFECT:
                raise Unserved(f"`{code(given[one])}` would be evaluated after `{code(given[other])}`")
    if rest and not any(isinstance(node, cst.Arg) and node.star for node, _ in below(template.tree)):
        raise Unserved("the template has no place for all that is given: `*{args}`, `**{kwargs}`")
    for tree in (template.first, template.tree):
        if tree is not None:
            yield from _delayed(template, tree, given, computed)


def _delayed(
    template: Template, tree: Any, given: Mapping[str, Any], computed: Computed
) -> Iterator[str]:
    """Arguments that are evaluated later, or perhaps not, where the template puts them into a lambda or a branch."""
    for node, _ in below(tree):
        if isinstance(node, cst.Lambda):
            inner: list[Any] = [node.body]
            names = {one.name.value for one in node.params.params}
        elif isinstance(node, (cst.ListComp, cst.SetComp, cst.GeneratorExp, cst.DictComp)):
            inner = [node.elt] if not isinstance(node, cst.DictComp) else [node.key, node.value]
            inner += [one.test for one in node.for_in.ifs]
            names = {one.value for one, _ in below(node.for_in.target) if isinstance(one, cst.Name)}
        elif isinstance(node, cst.IfExp):
            inner, names = [node.body, node.orelse], set[str]()
        elif isinstance(node, cst.BooleanOperation):
            inner, names = [node.right], set[str]()
        else:
            continue
        for part in inner:
            for one, _ in below(part):
                blank = template.blank(one)
                value = given.get(blank.name) if blank is not None else None
                if value is None:
                    continue
                if not in_vain(value, computed) and effect(value, computed) != CONSTANT:
                    raise Unserved(f"`{code(value)}` would be evaluated at another time, or not at all")
                if hidden := names & variables(value):
                    raise Unserved(f"`{min(hidden)}` of the template would hide that of `{code(value)}`: "
                                   "choose another name in the template")  # fmt: skip
                if effect(value, computed) != CONSTANT and names:
                    yield f"`{code(value)}` is evaluated when it is asked for"


_POSITIONAL: Final = ("positional-only", "positional")


class _Filling:
    """One template and the arguments for it."""

    def __init__(
        self, template: Template, values: Mapping[str, Any], parameters: Sequence[Parameter], rest: Sequence[Any],
        target: Function | None,
    ) -> None:  # fmt: skip
        self._template = template
        self._values = values
        self._parameters = {one.name: one for one in parameters}
        self._rest = rest
        self._target = target
        self.defaults: list[str] = []

    def tree(self, tree: Any) -> Any:
        """The tree with values in the place of its blanks."""
        dropped = set(map(id, self._left_out(tree)))
        parents = {id(node): parent for node, parent in below(tree)}

        def change(node: Any, updated: Any) -> Any:
            if isinstance(node, cst.Arg) and id(node) in dropped:
                return cst.RemoveFromParent()
            if isinstance(node, cst.Arg) and node.star and self._template.blank(node.value) is not None:
                return cst.FlattenSentinel(self._more(node.star))
            if isinstance(node, cst.Call) and len(updated.args) != len(node.args) and updated.args:
                last = updated.args[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
                return updated.with_changes(args=[*updated.args[:-1], last])
            blank = self._template.blank(node)
            around = parents.get(id(node))
            starred = isinstance(around, cst.Arg) and bool(around.star)
            if blank is None or starred or id(around) in dropped:
                return updated
            return _placed(self._value(blank), parents.get(id(node)))

        return mapped(tree, change)

    def _more(self, star: str) -> Iterator[Any]:
        for one in self._rest:
            if (one.keyword is not None) == (star == "**"):
                yield one.with_changes(comma=cst.MaybeSentinel.DEFAULT)

    def _value(self, blank: Blank) -> Any:
        if blank.name in self._values:
            return self._values[blank.name]
        parameter = self._parameters.get(blank.name)
        if parameter is None:
            raise Unserved(f"nothing is given for `{blank.name}`")
        text = blank.default if blank.kind == "filled" else parameter.default
        if not text:
            raise Unserved(f"nothing is given for `{blank.name}`, and it has no default")
        if blank.kind != "filled" and not literal(text):
            self.defaults.append(blank.name)
        return cst.parse_expression(text)

    # What may be left out

    def _left_out(self, tree: Any) -> Iterator[Any]:
        """The arguments of calls that say what would hold anyway."""
        for node, _ in below(tree):
            if not isinstance(node, cst.Call):
                continue
            told = self._target if node is tree else None
            later = True
            for number, argument in reversed(list(enumerate(node.args))):
                blank = self._template.blank(argument.value)
                free = blank is not None and not argument.star and blank.name not in self._values and self._same(
                    blank, told, number, argument
                )
                if free and (argument.keyword is not None or later):
                    yield argument
                elif argument.keyword is None:
                    # What stands before a positional argument cannot be left out.
                    later = False

    def _same(self, blank: Blank, target: Function | None, number: int, argument: Any) -> bool:
        if blank.kind == "optional":
            return True
        own = self._parameters.get(blank.name)
        mine = blank.default if blank.kind == "filled" else own.default if own is not None else ""
        if target is None or not mine or not literal(mine):
            return False
        if argument.keyword is not None:
            parameter = next((one for one in target.parameters if one.name == argument.keyword.value), None)
        else:
            places = [one for one in without_receiver(target) if one.kind in _POSITIONAL]
            parameter = places[number] if number < len(places) else None
        return parameter is not None and bool(parameter.default) and same_literal(parameter.default, mine)


def _placed(value: Any, parent: Any) -> Any:
    """An argument as it can stand in a template."""
    if parent is None or bool(getattr(value, "lpar", None)):
        return value
    if isinstance(parent, (cst.Arg, cst.Element, cst.DictElement, cst.Index)):
        bare = isinstance(value, (cst.NamedExpr, cst.GeneratorExp, cst.Yield, cst.Tuple))
        return bracketed(value) if bare else value
    if isinstance(parent, cst.Attribute) and isinstance(value, (cst.Integer, cst.Float)):
        return bracketed(value)
    return value if closed(value) else bracketed(value)


def without_receiver(function: Function) -> Sequence[Parameter]:
    """The parameters that a call gives: without the instance or class of a method."""
    bare = function.kind in ("method", "classmethod", "property")
    return function.parameters[1:] if bare else function.parameters


def literal(text: str) -> bool:
    """Whether a default is a plain value: text, number, True, False, None, or an empty tuple."""
    try:
        value: object = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return False
    return isinstance(value, str | bytes | int | float | complex | tuple | None)


def same_literal(one: str, other: str) -> bool:
    """Whether two defaults are the same plain value."""
    if not literal(one) or not literal(other):
        return False
    first: object = ast.literal_eval(one)
    second: object = ast.literal_eval(other)
    return type(first) is type(second) and repr(first) == repr(second)
