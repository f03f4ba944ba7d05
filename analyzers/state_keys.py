"""Which keys functions that save or restore something write and read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from overhaul.facts import StateKeySet
from overhaul.lazy import cst
from overhaul.leaves import Collector
from overhaul.module import Module
from overhaul.scopes import Scope
from overhaul.syntax.state_words import RESTORING, SAVING, STATE, words_of


@Collector("Dict", "Subscript", "Call", "Assign")
def state_keys(module: Module) -> Iterator[StateKeySet]:
    """Constant keys of mappings in functions whose name says that they save, restore or describe a state."""
    wanted = {
        id(scope): scope for scope in module.scopes
        if scope.kind == "function" and _WANTED.intersection(words_of(scope.name))
    }  # fmt: skip
    if not wanted:
        return
    made: dict[int, dict[str, int]] = {}
    read: dict[int, dict[str, int]] = {}
    for node, line, block in module.nodes(cst.Dict):
        if (owner := _owner(block.scope, wanted)) is not None:
            elements: Any = node.elements
            for element in elements:
                if element.__class__ is cst.DictElement and (key := _text(element.key)):
                    made.setdefault(id(owner), {}).setdefault(key, line)
    targets = {
        id(target.target) for assign, _, _ in module.nodes(cst.Assign) for target in assign.targets
        if target.target.__class__ is cst.Subscript
    }  # fmt: skip
    for subscript, line, block in module.nodes(cst.Subscript):
        if (owner := _owner(block.scope, wanted)) is not None and len(subscript.slice) == 1:
            index: Any = subscript.slice[0].slice
            if index.__class__ is cst.Index and (key := _text(index.value)):
                (made if id(subscript) in targets else read).setdefault(id(owner), {}).setdefault(key, line)
    for call, line, block in module.nodes(cst.Call):
        func: Any = call.func
        if func.__class__ is not cst.Attribute or func.attr.value not in ("get", "pop") or not call.args:
            continue
        if (owner := _owner(block.scope, wanted)) is not None and (key := _text(call.args[0].value)):
            read.setdefault(id(owner), {}).setdefault(key, line)
    for act, found in (("made", made), ("read", read)):
        for number, keys in found.items():
            yield StateKeySet(
                scope=wanted[number].name, line=min(keys.values()), act=act,  # type: ignore[arg-type]
                keys=tuple(sorted(keys)),
            )  # fmt: skip


_WANTED = SAVING | RESTORING | STATE | {"dict", "as", "to", "json"}


def _owner(scope: Scope | None, wanted: dict[int, Scope]) -> Scope | None:
    while scope is not None:
        if id(scope) in wanted:
            return scope
        if scope.kind in ("class", "module"):
            return None
        scope = scope.parent
    return None


def _text(node: Any) -> str:
    if node.__class__ is cst.SimpleString:
        value = node.evaluated_value
        return value if isinstance(value, str) and len(value) < 80 else ""
    return ""
