"""Where the attributes of classes and their instances are assigned."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from overhaul.facts import Attribute
from overhaul.lazy import cst
from overhaul.leaves import Collector
from overhaul.module import Module
from overhaul.scopes import Block, Scope
from overhaul.text import text_of


@Collector("Assign", "AnnAssign", "AugAssign", "For", "With")
def attributes(module: Module) -> Iterator[Attribute]:
    """Every assignment or declaration of an attribute: in a class body, or on `self` or `cls` in a method."""
    for assign, line, block in module.nodes(cst.Assign):
        if (place := _place(block)) is not None:
            value: str | None = None
            for target in assign.targets:
                for name, whole in _targets(target.target, *place):
                    value = text_of(assign.value) if value is None else value
                    yield _row(place, name, line, "", value if whole else "")
    for declared, line, block in module.nodes(cst.AnnAssign):
        if (place := _place(block)) is not None:
            for name, _ in _targets(declared.target, *place):
                annotation = text_of(declared.annotation.annotation)
                yield _row(place, name, line, annotation, text_of(declared.value) if declared.value is not None else "")
    for added, line, block in module.nodes(cst.AugAssign):
        if (place := _place(block)) is not None:
            for name, _ in _targets(added.target, *place):
                yield _row(place, name, line, "", "")
    for loop, line, block in module.nodes(cst.For):
        if (place := _place(block)) is not None:
            for name, _ in _targets(loop.target, *place):
                yield _row(place, name, line, "", "")
    for context, line, block in module.nodes(cst.With):
        if (place := _place(block)) is not None:
            for item in context.items:
                if item.asname is not None:
                    for name, whole in _targets(item.asname.name, *place):
                        yield _row(place, name, line, "", text_of(item.item) if whole else "")


Place = tuple[Scope, str, str]
"""The class, the method ("" for the class body), and the name of its first parameter there."""


def _place(block: Block) -> Place | None:
    if block.scope.kind == "class":
        return block.scope, "", ""
    scope: Scope | None = block.scope
    while scope is not None and scope.kind in ("function", "lambda", "comprehension"):
        outer = scope.parent
        if scope.receiver and outer is not None and outer.kind == "class":
            node = scope.node
            assert isinstance(node, cst.FunctionDef)
            first = next(iter((*node.params.posonly_params, *node.params.params)), None)
            return (outer, node.name.value, first.name.value) if first is not None else None
        scope = outer
    return None


def _targets(target: Any, owner: Scope, where: str, first: str) -> Iterator[tuple[str, bool]]:
    """The attributes among what is assigned to, and whether each gets the whole value."""
    kind = target.__class__
    if kind is cst.Name:
        if not where:
            yield target.value, True
    elif kind is cst.Attribute:
        owned = target.value
        if where and owned.__class__ is cst.Name and owned.value == first:
            yield target.attr.value, True
    elif kind is cst.Tuple or kind is cst.List:
        for element in target.elements:
            for name, _ in _targets(element.value, owner, where, first):
                yield name, False


def _row(place: Place, name: str, line: int, annotation: str, value: str) -> Attribute:
    owner, where, _ = place
    return Attribute(owner=owner.name, name=name, line=line, where=where, annotation=annotation, value=value)
