"""Exceptions of any kind in whose place a constant is put."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from overhaul.hardening import DefaultedError
from overhaul.lazy import cst
from overhaul.leaves import Collector
from overhaul.module import Module
from overhaul.scopes import Block
from overhaul.syntax.asked import logs
from overhaul.syntax.handlers import broad, caught, explained, tried
from overhaul.syntax.suites import called, directly, suites
from overhaul.text import text_of

_PLAIN: Final = frozenset({
    "Integer", "Float", "SimpleString", "List", "Dict", "Tuple", "Name", "UnaryOperation", "Set",
})  # fmt: skip


@Collector("Try", "ExceptHandler")
def defaulted_errors(module: Module) -> Iterator[DefaultedError]:
    """Handlers of `Exception`, or bare ones, that only assign constants or return one, and tell nobody.

    Returning False, None or something empty is an answer, and so is `-1`: those are in the table of swallowed errors,
    or in none. Handlers of a `try` around which the failure is dealt with are told as well.
    """
    tries: dict[int, tuple[Any, int, Block]] = {}
    starts: list[int] | None = None
    for handler, line, block in module.nodes(cst.ExceptHandler):
        kinds = tuple(caught(handler.type))
        if not broad(kinds):
            continue
        if starts is None:
            starts = [one[0] for one in module.comments]
            for node, at, within in module.nodes(cst.Try):
                tries.update({id(one): (node, at, within) for one in node.handlers})
        if id(handler) not in tries:
            continue
        around, first, beside = tries[id(handler)]
        if _dealt_with(around, beside) or explained(module.comments, starts, first, first + 1):
            yield DefaultedError(
                scope=block.scope.name, line=line, act="told", given="", explained=False, tried=(),
            )  # fmt: skip
            continue
        given = [_given(one) for one in directly(handler.body)]
        if not given or None in given:
            continue
        last = directly(handler.body)[-1]
        end = line + module.tree.code_for_node(handler.body).count("\n")
        yield DefaultedError(
            scope=block.scope.name, line=line, act="returns" if last.__class__ is cst.Return else "assigns",
            given=given[-1] or "", explained=explained(module.comments, starts, line, end),
            tried=tuple(dict.fromkeys(tried(around.body)))[:12],
        )  # fmt: skip


def _dealt_with(attempt: Any, block: Block) -> bool:
    """Whether what stands behind a `try` raises or logs, or its `else` leaves a loop that tries one after the other."""
    if attempt.orelse is not None and any(one.__class__ is cst.Break for one in directly(attempt.orelse.body)):
        return True
    node: Any = block.node
    for suite in suites(node) or ([node] if node.__class__ is cst.Module else [node.body] if _has_suite(node) else ()):
        body = directly(suite)
        at = next((number for number, one in enumerate(body) if one is attempt), -1)
        if at >= 0 and at + 1 < len(body):
            behind = body[at + 1]
            call = behind.value if behind.__class__ is cst.Expr else None
            return behind.__class__ is cst.Raise or (call.__class__ is cst.Call and logs(called(call)))
    return False


def _has_suite(node: Any) -> bool:
    return getattr(node, "body", None).__class__ in (cst.IndentedBlock, cst.SimpleStatementSuite)


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
