"""What the local variables of functions are bound to, where that may tell their class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from overhaul.facts import LocalName
from overhaul.lazy import cst
from overhaul.leaves import Collector
from overhaul.module import Module
from overhaul.scopes import Role, Scope
from overhaul.text import text_of


@Collector("Assign", "AnnAssign", "With", "NamedExpr")
def local_names(module: Module) -> Iterator[LocalName]:
    """The ways in which local variables are bound, for those with at least one that may tell a class.

    A call, a name, a chain of attributes or an annotation may. Parameters are in the table of functions; one that is
    assigned again stands here.
    """
    found: dict[int, list[LocalName]] = {}
    scopes: dict[int, Scope] = {}
    for scope, name, line, annotation, value in _bound(module):
        if scope.kind == "function" and name not in scope.elsewhere:
            scopes[id(scope)] = scope
            text = _text(value)
            row = LocalName(
                scope=scope.name, name=name, line=line, value=text,
                annotation=text_of(annotation) if annotation is not None else "",
            )  # fmt: skip
            found.setdefault(id(scope), []).append(row)
    for key, rows in found.items():
        telling = {row.name for row in rows if row.value or row.annotation}
        if not telling:
            continue
        scope = scopes[key]
        counts = Counter(row.name for row in rows)
        events = Counter(event[1] for event in scope.events if event[0] in _BINDING)
        for row in rows:
            if row.name in telling:
                yield row
        for name in sorted(telling):
            if events[name] > counts[name]:
                # A loop, an unpacked tuple, an import: something that has no value of its own.
                yield LocalName(scope=scope.name, name=name, line=scope.line, annotation="", value="")


_BINDING = frozenset({Role.ASSIGN, Role.IMPORT, Role.DEFINE, Role.CLASS, Role.DECLARE})


def _bound(module: Module) -> Iterator[tuple[Scope, str, int, Any, Any]]:
    """Scope, name, line, annotation and value of each plain binding."""
    for assign, line, block in module.nodes(cst.Assign):
        for target in assign.targets:
            if target.target.__class__ is cst.Name:
                name: Any = target.target
                yield block.scope, name.value, line, None, assign.value
    for declared, line, block in module.nodes(cst.AnnAssign):
        if declared.target.__class__ is cst.Name:
            name = declared.target
            yield block.scope, name.value, line, declared.annotation.annotation, declared.value
    for context, line, block in module.nodes(cst.With):
        for item in context.items:
            if item.asname is not None and item.asname.name.__class__ is cst.Name:
                name = item.asname.name
                yield block.scope, name.value, line, None, item
    for walrus, line, block in module.nodes(cst.NamedExpr):
        if walrus.target.__class__ is cst.Name:
            name = walrus.target
            yield block.scope, name.value, line, None, walrus.value


def _text(value: Any) -> str:
    """The value where it may tell a class; what a context manager gives is written `with value`."""
    kind = value.__class__
    if kind is cst.WithItem:
        told = _text(value.item)
        return f"with {told}" if told else ""
    telling = (
        kind is cst.Call or kind is cst.Name or kind is cst.Attribute or kind is cst.Await or kind is cst.IfExp
        or kind is cst.BooleanOperation
    )  # fmt: skip
    return text_of(value) if telling else ""
