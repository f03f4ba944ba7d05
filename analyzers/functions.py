"""Function and method definitions, with their signatures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from overhaul.facts import Function, Parameter
from overhaul.lazy import cst
from overhaul.leaves import Collector
from overhaul.module import Module
from overhaul.scopes import Scope
from overhaul.text import summary_of, text_of

Kind = Literal["function", "method", "classmethod", "staticmethod", "property", "nested"]

_BRANCHES: Final = ("If", "IfExp", "BooleanOperation", "While", "For", "Try", "TryStar", "Match", "CompFor")
_PROPERTIES: Final = frozenset({"property", "cached_property", "setter", "getter", "deleter", "abstractproperty"})


@Collector("Yield", *_BRANCHES)
def functions(module: Module) -> Iterator[Function]:
    """Every function and method, with its parameters, annotations and decorators as they are written."""
    generators = {id(_function_around(block.scope)) for _, _, block in module.nodes(cst.Yield)}
    branching = {
        id(_function_around(block.scope)) for kind in _BRANCHES for _, _, block in module.nodes(getattr(cst, kind))
    }
    for scope in module.scopes:
        if scope.kind != "function":
            continue
        node = scope.node
        assert isinstance(node, cst.FunctionDef)
        outer = scope.parent
        assert outer is not None
        decorators = tuple([text_of(one.decorator) for one in node.decorators])
        yield Function(
            name=scope.name,
            line=scope.line,
            end=scope.end,
            owner=outer.name if outer.kind == "class" else "",
            kind=_kind(outer, decorators),
            asynchronous=node.asynchronous is not None,
            generator=id(scope) in generators,
            straight=id(scope) not in branching,
            parameters=tuple(_parameters(node.params)),
            returns=text_of(node.returns.annotation) if node.returns is not None else "",
            decorators=decorators,
            summary=summary_of(node.body),
        )


def _function_around(scope: Scope) -> Scope:
    while scope.kind in ("comprehension", "class") and scope.parent is not None:
        scope = scope.parent
    return scope


def _kind(outer: Scope, decorators: tuple[str, ...]) -> Kind:
    if outer.kind != "class":
        return "function" if outer.top else "nested"
    for decorator in decorators:
        last = decorator.partition("(")[0].rpartition(".")[2]
        if last in ("classmethod", "staticmethod"):
            return last  # type: ignore[return-value]
        if last in _PROPERTIES:
            return "property"
    return "method"


def _parameters(node: cst.Parameters) -> Iterator[Parameter]:
    for one in node.posonly_params:
        yield _parameter(one, "positional-only")
    for one in node.params:
        yield _parameter(one, "positional")
    if isinstance(node.star_arg, cst.Param):
        yield _parameter(node.star_arg, "variadic")
    for one in node.kwonly_params:
        yield _parameter(one, "keyword-only")
    if node.star_kwarg is not None:
        yield _parameter(node.star_kwarg, "keywords")


def _parameter(
    node: cst.Param, kind: Literal["positional-only", "positional", "variadic", "keyword-only", "keywords"]
) -> Parameter:
    annotation = node.annotation
    default = node.default
    return Parameter(
        node.name.value,
        kind,
        text_of(annotation.annotation) if annotation is not None else "",
        text_of(default) if default is not None else "",
    )
