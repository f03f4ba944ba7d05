"""What is registered by name: parts of factories, and kinds of state machines with their instances."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from overhaul.facts import Registration
from overhaul.lazy import cst
from overhaul.leaves import Collector
from overhaul.module import Module
from overhaul.text import dotted, text_of


@Collector("Call")
def registrations(module: Module) -> Iterator[Registration]:
    """Calls that register a manager with a factory, or a kind of state machine with a coordinator."""
    for call, line, block in module.nodes(cst.Call):
        func: Any = call.func
        if func.__class__ is not cst.Attribute or func.attr.value not in ("register", "kind") or len(call.args) < 2:
            continue
        first: Any = call.args[0].value
        keywords = {one.keyword.value: one.value for one in call.args if one.keyword is not None}
        named = any(one.keyword is not None or one.star for one in call.args[:2])
        if named or first.__class__ is not cst.SimpleString:
            continue
        machine = func.attr.value == "kind"
        if not (keywords.keys() & {"table", "attribute", "read"} if machine else keywords.keys() & _OF_PARTS):
            continue
        tier: Any = keywords.get("tier")
        needs: Any = keywords.get("needs")
        yield Registration(
            what="machine" if machine else "manager", name=str(first.evaluated_value), with_=dotted(func.value),
            made=text_of(call.args[1].value, 80),
            tier=int(tier.value) if tier.__class__ is cst.Integer and tier.value.isdigit() else None,
            needs=tuple(_texts(needs)), scope=block.scope.name, line=line,
        )  # fmt: skip


_OF_PARTS = frozenset({"tier", "needs", "lazy", "optional", "interface", "after", "attribute"})
"""Keywords that tell a factory's `register` from others of that name."""


def _texts(node: Any) -> Iterator[str]:
    if node.__class__ in (cst.Tuple, cst.List, cst.Set):
        for one in node.elements:
            if one.value.__class__ is cst.SimpleString:
                yield str(one.value.evaluated_value)
