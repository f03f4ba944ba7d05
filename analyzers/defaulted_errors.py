"""Exceptions of any kind in whose place a constant is put."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from overhaul.hardening import DefaultedError
from overhaul.lazy import cst
from overhaul.leaves import Collector
from overhaul.module import Module
from overhaul.syntax.handlers import broad, caught, explained, tried
from overhaul.syntax.suites import directly
from overhaul.text import text_of

_PLAIN: Final = frozenset({
    "Integer", "Float", "SimpleString", "List", "Dict", "Tuple", "Name", "UnaryOperation", "Set",
})  # fmt: skip


@Collector("Try", "ExceptHandler")
def defaulted_errors(module: Module) -> Iterator[DefaultedError]:
    """Handlers of `Exception`, or bare ones, that only assign constants or return one, and tell nobody.

    Returning False, None or something empty is an answer, and so is `-1`: those are in the table of swallowed errors,
    or in none.
    """
    tries: dict[int, Any] = {}
    starts: list[int] | None = None
    for handler, line, block in module.nodes(cst.ExceptHandler):
        kinds = tuple(caught(handler.type))
        if not broad(kinds):
            continue
        given = [_given(one) for one in directly(handler.body)]
        if not given or None in given:
            continue
        if starts is None:
            starts = [one[0] for one in module.comments]
            for node, _, _ in module.nodes(cst.Try):
                tries.update({id(one): node for one in node.handlers})
        around = tries.get(id(handler))
        last = directly(handler.body)[-1]
        if around is None:
            continue
        end = line + module.tree.code_for_node(handler.body).count("\n")
        yield DefaultedError(
            scope=block.scope.name, line=line, act="returns" if last.__class__ is cst.Return else "assigns",
            given=given[-1] or "", explained=explained(module.comments, starts, line, end),
            tried=tuple(dict.fromkeys(tried(around.body)))[:12],
        )  # fmt: skip


def _given(statement: Any) -> str | None:
    """The constant that a statement assigns or returns, as text; None for any other statement."""
    kind = statement.__class__
    value = statement.value if kind in (cst.Assign, cst.Return) else None
    if value is None or not _constant(value):
        return None
    return text_of(value, 60)


def _constant(node: Any) -> bool:
    name = node.__class__.__name__
    if name not in _PLAIN:
        return False
    if name == "Name":
        return node.value in ("True", "False", "None")
    if name == "UnaryOperation":
        return _constant(node.expression)
    if name in ("List", "Dict", "Tuple", "Set"):
        return all(_constant(one.value) and _constant(getattr(one, "key", one.value)) for one in node.elements)
    return True
