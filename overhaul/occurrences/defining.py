"""The names in statements, the scopes that definitions open, and where each statement stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from overhaul.lazy import cst
from overhaul.occurrences.expressions import annotation, parameters
from overhaul.occurrences.walking import Visit, Walk


def _module(node: Any, walk: Walk) -> None:
    walk.documented(node.body)
    for one in node.body:
        walk.visit[one.__class__](one, walk)


def _block(node: Any, walk: Walk) -> None:
    outer = walk.block
    walk.blocks += 1
    walk.block = walk.blocks
    for one in node.body:
        walk.visit[one.__class__](one, walk)
    walk.block = outer


def _line(node: Any, walk: Walk) -> None:
    walk.simple(node.body, header=False)


def _suite(node: Any, walk: Walk) -> None:
    outer = walk.block
    walk.blocks += 1
    walk.block = walk.blocks
    walk.simple(node.body, header=True)
    walk.block = outer


def _see(node: Any, walk: Walk) -> None:
    """Walk a child that need not be there."""
    if node is not None:
        walk.visit[node.__class__](node, walk)


# Compound statements


def _if(node: Any, walk: Walk) -> None:
    statement = walk.begin(node)
    branch = node
    while branch.__class__ is cst.If:
        walk.row += 1
        _see(branch.test, walk)
        _see(branch.body, walk)
        branch = branch.orelse
    _see(branch, walk)
    walk.finish(statement)


def _part(node: Any, walk: Walk) -> None:
    """`else:` and `finally:`."""
    walk.row += 1
    _see(node.body, walk)


def _while(node: Any, walk: Walk) -> None:
    statement = walk.begin(node)
    walk.row += 1
    _see(node.test, walk)
    _see(node.body, walk)
    _see(node.orelse, walk)
    walk.finish(statement)


def _for(node: Any, walk: Walk) -> None:
    statement = walk.begin(node)
    walk.row += 1
    walk.store[node.target.__class__](node.target, walk)
    _see(node.iter, walk)
    _see(node.body, walk)
    _see(node.orelse, walk)
    walk.finish(statement)


def _try(node: Any, walk: Walk) -> None:
    statement = walk.begin(node)
    walk.row += 1
    _see(node.body, walk)
    for one in node.handlers:
        walk.row += 1
        _see(one.type, walk)
        if one.name is not None:
            walk.bind(one.name.name.value, "handler")
        _see(one.body, walk)
    _see(node.orelse, walk)
    _see(node.finalbody, walk)
    walk.finish(statement)


def _with(node: Any, walk: Walk) -> None:
    statement = walk.begin(node)
    walk.row += 1
    for one in node.items:
        _see(one.item, walk)
        if one.asname is not None:
            walk.store[one.asname.name.__class__](one.asname.name, walk)
    _see(node.body, walk)
    walk.finish(statement)


def _match(node: Any, walk: Walk) -> None:
    statement = walk.begin(node)
    walk.row += 1
    walk.word("match")
    _see(node.subject, walk)
    for one in node.cases:
        walk.row += 1
        walk.word("case")
        _see(one.pattern, walk)
        _see(one.guard, walk)
        _see(one.body, walk)
    walk.finish(statement)


# Definitions


def _decorators(node: Any, walk: Walk) -> None:
    for one in node.decorators:
        walk.row += 1
        _see(one.decorator, walk)


def _function(node: Any, walk: Walk) -> None:
    statement = walk.begin(node)
    _decorators(node, walk)
    walk.row += 1
    outer = walk.scope
    name = node.name.value
    walk.bind(name, "function")
    inner = walk.open("function", name, node)
    if node.type_parameters is not None:
        inner.parent = _type_parameters(node.type_parameters, walk, "")
    parameters(node.params, walk, inner)
    if node.returns is not None:
        annotation(node.returns, walk)
    walk.scope = inner
    walk.documented(node.body.body)
    _see(node.body, walk)
    walk.scope = outer
    walk.finish(statement)


def _class(node: Any, walk: Walk) -> None:
    statement = walk.begin(node)
    _decorators(node, walk)
    walk.row += 1
    outer = walk.scope
    name = node.name.value
    walk.bind(name, "class")
    inner = walk.open("class", name, node)
    inner.private = name
    if node.type_parameters is not None:
        inner.parent = _type_parameters(node.type_parameters, walk, name)
    for one in (*node.bases, *node.keywords):
        if one.value.__class__ is cst.Subscript:
            walk.annotate(one.value)
        _see(one, walk)
    walk.scope = inner
    walk.documented(node.body.body)
    _see(node.body, walk)
    walk.scope = outer
    walk.finish(statement)


def _type_parameters(node: Any, walk: Walk, private: str) -> Any:
    """Go into the scope of type parameters; that scope."""
    walk.scope = scope = walk.open("type parameters", "", node)
    scope.private = private or scope.private
    for one in node.params:
        parameter = one.param
        walk.bind(parameter.name.value, "type parameter")
        _see_type(getattr(parameter, "bound", None), walk)
        _see_type(one.default, walk)
    return scope


def _see_type(node: Any, walk: Walk) -> None:
    if node is not None:
        walk.annotate(node)
        _see(node, walk)


def _type_alias(node: Any, walk: Walk) -> None:
    walk.word("type")
    outer = walk.scope
    walk.bind(node.name.value, "type alias")
    if node.type_parameters is not None:
        _type_parameters(node.type_parameters, walk, "")
    _see_type(node.value, walk)
    walk.scope = outer


# Small statements


def _annotated(node: Any, walk: Walk) -> None:
    walk.store[node.target.__class__](node.target, walk)
    annotation(node.annotation, walk)
    if node.value is not None:
        kind = node.annotation.annotation
        if getattr(getattr(kind, "attr", kind), "value", "") == "TypeAlias":
            walk.annotate(node.value)
        _see(node.value, walk)


def _augmented(node: Any, walk: Walk) -> None:
    walk.store[node.target.__class__](node.target, walk)
    _see(node.value, walk)


def _delete(node: Any, walk: Walk) -> None:
    walk.delete[node.target.__class__](node.target, walk)


def _declared(node: Any, walk: Walk) -> None:
    where: Literal["global", "nonlocal"] = "global" if node.__class__ is cst.Global else "nonlocal"
    scope = walk.scope
    for item in node.names:
        one = walk.take(item.name.value, where)
        if scope.parent is not None:
            scope.elsewhere[one.key] = where


def _import(node: Any, walk: Walk) -> None:
    if node.__class__.__name__ == "LazyImport":
        walk.word("lazy")
    for one in node.names:
        first = _dotted(one.name, walk)
        if one.asname is not None:
            walk.bind(one.asname.name.value, "alias")
        else:
            binding = walk.all[first]
            binding.home = walk.scope
            walk.scope.bound.add(binding.key)


def _import_from(node: Any, walk: Walk) -> None:
    if node.__class__.__name__ == "LazyImportFrom":
        walk.word("lazy")
    if node.module is not None:
        _dotted(node.module, walk)
    if node.names.__class__ is cst.ImportStar:
        return
    for one in node.names:
        if one.asname is None:
            walk.bind(one.name.value, "taken")
        else:
            walk.apart(one.name.value, "taken")
            walk.bind(one.asname.name.value, "alias")


def _dotted(node: Any, walk: Walk) -> int:
    """The names of a dotted module; the number of the first."""
    parts: list[str] = []
    while node.__class__ is cst.Attribute:
        parts.append(node.attr.value)
        node = node.value
    first = base = walk.apart(node.value, "module")
    for name in reversed(parts):
        base = walk.apart(name, "module", "", base)
    return first


DEFINING: Final[Mapping[str, Visit]] = {
    "Module": _module,
    "IndentedBlock": _block,
    "SimpleStatementLine": _line,
    "SimpleStatementSuite": _suite,
    "If": _if,
    "Else": _part,
    "Finally": _part,
    "While": _while,
    "For": _for,
    "Try": _try,
    "TryStar": _try,
    "With": _with,
    "Match": _match,
    "FunctionDef": _function,
    "ClassDef": _class,
    "TypeAlias": _type_alias,
    "AnnAssign": _annotated,
    "AugAssign": _augmented,
    "Del": _delete,
    "Global": _declared,
    "Nonlocal": _declared,
    "Import": _import,
    "LazyImport": _import,
    "ImportFrom": _import_from,
    "LazyImportFrom": _import_from,
}
"""Node class -> the function that walks it."""
