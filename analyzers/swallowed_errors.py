"""Exceptions that are taken, and with which nothing is done."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import Any, Literal

from overhaul.facts import SwallowedError
from overhaul.lazy import cst
from overhaul.leaves import Collector
from overhaul.module import Module
from overhaul.scopes import Scope
from overhaul.syntax.asked import logs
from overhaul.syntax.handlers import caught, explained, says_why, tried
from overhaul.syntax.remarks import prose
from overhaul.text import dotted, text_of


@Collector("Try", "TryStar", "ExceptHandler", "ExceptStarHandler", "Call", "With")
def swallowed_errors(module: Module) -> Iterator[SwallowedError]:
    """Handlers that only pass, go on, return nothing, or log before the function gives True; `suppress(Exception)`."""
    starts: list[int] | None = None
    tries: dict[int, Any] = {}
    node: Any
    for kind in (cst.ExceptHandler, cst.ExceptStarHandler):
        for node, line, block in module.nodes(kind):
            act: _Act | None = _act(node.body) or ("success" if _succeeds(node, block.scope) else None)
            if act is None:
                continue
            if starts is None:
                starts = [one[0] for one in module.comments]
                around: Any
                for outer in (cst.Try, cst.TryStar):
                    for around, _, _ in module.nodes(outer):
                        tries.update({id(handler): around for handler in around.handlers})
            body = tries[id(node)].body
            end = line + module.tree.code_for_node(node.body).count("\n")
            yield SwallowedError(
                scope=block.scope.name, line=line, caught=tuple(caught(node.type)), act=act,
                explained=explained(module.comments, starts, line, end),
                tried=tuple(dict.fromkeys(tried(body)))[:12], statements=len(body.body),
            )  # fmt: skip
    yield from _suppressed(module) if "suppress" in module.text else ()


def _suppressed(module: Module) -> Iterator[SwallowedError]:
    """`with suppress(Exception):`, with what is called below it; elsewhere nobody knows what it is for."""
    starts = [one[0] for one in module.comments]
    below: dict[int, Any] = {id(item.item): one.body for one, _, _ in module.nodes(cst.With) for item in one.items}
    for call, line, block in module.nodes(cst.Call):
        func: Any = call.func
        last = func.attr.value if func.__class__ is cst.Attribute else getattr(func, "value", "")
        if last != "suppress" or not call.args:
            continue
        beside = module.comments[bisect_left(starts, line - 1): bisect_left(starts, line + 2)]
        body = below.get(id(call))
        yield SwallowedError(
            scope=block.scope.name, line=line, caught=tuple([text_of(one.value) for one in call.args]),
            act="suppress", explained=any(says_why(prose(text)) for _, text, _ in beside),
            tried=tuple(dict.fromkeys(tried(body)))[:12] if body is not None else (),
            statements=len(body.body) if body is not None else 0,
        )  # fmt: skip


_Act = Literal["pass", "continue", "return", "success"]


def _succeeds(handler: Any, scope: Scope) -> bool:
    """Whether a handler logs at most, and the function then gives True, as it does where nothing failed."""
    if scope.kind != "function" or handler.body.__class__ is not cst.IndentedBlock:
        return False
    statements: list[Any] = list(handler.body.body)
    if _is_true(statements[-1]):
        statements.pop()
        follows = True
    else:
        follows = False
    for one in statements:
        small: Any = one.body[0] if one.__class__ is cst.SimpleStatementLine and len(one.body) == 1 else None
        call: Any = small.value if small.__class__ is cst.Expr else None
        if call.__class__ is not cst.Call or not logs(dotted(call.func)):
            return False
    node: Any = scope.node
    whole = list(node.body.body)
    after = whole.pop() if _is_true(whole[-1]) else None
    around: Any = whole[-1] if whole else None
    if around.__class__ is not cst.Try or not any(one is handler for one in around.handlers):
        return False
    if around.orelse is not None or not (follows or after is not None):
        return False
    last = around.body.body[-1]
    return _is_true(last) or (after is not None and _last_kind(last) not in (cst.Return, cst.Raise))


def _is_true(statement: Any) -> bool:
    small: Any = statement.body[0] if statement.__class__ is cst.SimpleStatementLine else None
    return small.__class__ is cst.Return and getattr(small.value, "value", None) == "True"


def _last_kind(statement: Any) -> type:
    return (statement.body[-1] if statement.__class__ is cst.SimpleStatementLine else statement).__class__


def _act(body: Any) -> _Act | None:
    statements = body.body if body.__class__ is cst.IndentedBlock else [body]
    if len(statements) != 1 or statements[0].__class__ not in (cst.SimpleStatementLine, cst.SimpleStatementSuite):
        return None
    if len(statements[0].body) != 1:
        return None
    small: Any = statements[0].body[0]
    kind = small.__class__
    if kind is cst.Pass or (kind is cst.Expr and small.value.__class__ is cst.Ellipsis):
        return "pass"
    if kind is cst.Continue:
        return "continue"
    if kind is cst.Return:
        value = small.value
        if value is None or (value.__class__ is cst.Name and value.value == "None"):
            return "return"
        if value.__class__ in (cst.List, cst.Dict, cst.Tuple) and not value.elements:
            return "return"
    return None
