"""Tables that say which state may follow which."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from overhaul.facts import StateTable
from overhaul.lazy import cst
from overhaul.leaves import Collector
from overhaul.module import Module
from overhaul.syntax.constants import collection, constant
from overhaul.syntax.elements import ElementLines

Row: TypeAlias = tuple[str, tuple[str, ...], Any]
"""State, those that may follow it, and the element that says so."""


@Collector("Assign", "AnnAssign")
def state_tables(module: Module) -> Iterator[StateTable]:
    """Dicts of a state to those that may follow it, and collections of such pairs, in modules and classes."""
    for assign, line, block in module.nodes(cst.Assign):
        if len(assign.targets) == 1:
            yield from _table(assign.targets[0].target, assign.value, line, block.scope.kind, block.scope.name)
    for declared, line, block in module.nodes(cst.AnnAssign):
        if declared.value is not None:
            yield from _table(declared.target, declared.value, line, block.scope.kind, block.scope.name)


def _table(target: Any, value: Any, line: int, kind: str, scope: str) -> Iterator[StateTable]:
    if target.__class__ is cst.Name and kind in ("module", "class"):
        name = f"{scope}.{target.value}" if scope else target.value
    elif target.__class__ is cst.Attribute and kind == "function" and target.value.__class__ is cst.Name:
        # `self._allowed = {...}` in a method.
        if target.value.value != "self" or scope.count(".") < 1:
            return
        name = f"{scope.rpartition('.')[0]}.{target.attr.value}"
    else:
        return
    if value.__class__ is cst.Call and len(value.args) == 1:
        # MappingProxyType({...}), frozenset({...})
        value = value.args[0].value
    if value.__class__ is cst.Dict:
        rows = _of_dict(value)
    elif value.__class__ in (cst.Set, cst.List, cst.Tuple):
        rows = _of_pairs(value)
    else:
        return
    if rows is not None and len(rows) > 1:
        lines = ElementLines(value, line)
        yield StateTable(
            name=name, line=line, rows=tuple((source, targets, lines.of(element)) for source, targets, element in rows)
        )


def _of_dict(node: Any) -> list[Row] | None:
    rows: list[Row] = []
    for element in node.elements:
        if element.__class__ is not cst.DictElement:
            return None
        if element.key.__class__ is cst.Tuple:
            # (state, event) -> state
            first = constant(element.key.elements[0].value) if element.key.elements else None
            target = constant(element.value)
            if first is None or target is None or first[0].isdigit():
                return None
            rows.append((first, (target,), element))
            continue
        source = constant(element.key)
        if source is None or source == "None":
            return None
        targets = collection(element.value)
        if targets is None and element.value.__class__ is cst.Call and not element.value.args:
            targets = ()
        if targets is None and element.value.__class__ is cst.Dict:
            # state -> {event: state}
            inner = [constant(one.value) for one in element.value.elements if one.__class__ is cst.DictElement]
            known = [one for one in inner if one is not None]
            targets = tuple(known) if len(known) == len(inner) else None
        if targets is None or any(one.startswith("*") for one in targets):
            return None
        rows.append((source, targets, element))
    return rows


def _of_pairs(node: Any) -> list[Row] | None:
    rows: list[Row] = []
    for element in node.elements:
        pair = element.value
        if pair.__class__ is not cst.Tuple or len(pair.elements) != 2:
            return None
        source, target = (constant(one.value) for one in pair.elements)
        if source is None or target is None or source[0].isdigit():
            return None
        rows.append((source, (target,), element))
    return rows
