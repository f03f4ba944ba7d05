"""Exceptions of any kind that are dropped, or in whose place a constant is put."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

from overhaul.hardening import DefaultedError
from overhaul.lazy import cst
from overhaul.leaves import Collector
from overhaul.module import Module
from overhaul.patterns import regex
from overhaul.scopes import Block
from overhaul.syntax.asked import docstring, logs
from overhaul.syntax.handlers import broad, caught, explained, tried
from overhaul.syntax.suites import called, directly, suites
from overhaul.text import text_of, words_of

_PLAIN: Final = frozenset({
    "Integer", "Float", "SimpleString", "List", "Dict", "Tuple", "Name", "UnaryOperation", "Set",
})  # fmt: skip


@Collector("Try", "ExceptHandler")
def defaulted_errors(module: Module) -> Iterator[DefaultedError]:
    """Handlers of `Exception`, or bare ones, that only assign constants or return one, or do nothing at all.

    Those that do nothing count where an act is lost (a call whose result nobody takes, and that sends, stores or writes
    by its name), and where a `for` goes on with the next. Handlers of a `try` around which the failure is dealt with
    are told as well.
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
        meant = _handling(beside) or _says_so(block.scope.node)
        if meant or _dealt_with(around, beside) or explained(module.comments, starts, first, first + 1):
            yield DefaultedError(
                scope=block.scope.name, line=line, act="told", given="", explained=False, tried=(),
            )  # fmt: skip
            continue
        act, given = _act(directly(handler.body), around, beside)
        if not act:
            continue
        end = line + module.tree.code_for_node(handler.body).count("\n")
        yield DefaultedError(
            scope=block.scope.name, line=line, act=act, given=given,
            explained=explained(module.comments, starts, line, end),
            tried=tuple(dict.fromkeys(tried(around.body)))[:12],
        )  # fmt: skip


def _act(body: list[Any], attempt: Any, beside: Block) -> tuple[_Act, str]:
    """What a handler comes to, and the constant, the act or the loop that it is about; "" for one that does more."""
    constants = [_given(one) for one in body]
    if body and None not in constants:
        return ("returns" if body[-1].__class__ is cst.Return else "assigns"), constants[-1] or ""
    if len(body) != 1:
        return "", ""
    kind = body[0].__class__
    if kind is cst.Continue and beside.kind == "for":
        loop: Any = beside.node
        return "skips", text_of(loop.iter, 40)
    nothing = kind is cst.Pass or (kind is cst.Return and body[0].value is None)
    last: Any = directly(attempt.body)[-1] if nothing and attempt.body.body else None
    value: Any = last.value if last.__class__ is cst.Expr else None
    call = value.expression if value.__class__ is cst.Await else value
    name = called(call) if call.__class__ is cst.Call else ""
    # A future that is done already cannot be settled again.
    settles = name.rpartition(".")[2] in ("set_result", "set_exception")
    return ("drops", name) if not settles and not _ACTING.isdisjoint(words_of(name)) else ("", "")


_Act = Literal["assigns", "returns", "drops", "skips", ""]
_ACTING: Final = frozenset({
    "save", "store", "write", "send", "publish", "post", "put", "insert", "update", "commit", "upload", "push", "emit",
    "submit", "enqueue", "dispatch", "record", "persist", "apply", "process", "create", "sync", "pay", "book", "order",
    "execute", "append", "add", "set", "import", "export", "return", "deliver", "transfer", "charge", "notify",
})  # fmt: skip
"""Words of what is called for what it does."""


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


def _handling(block: Block | None) -> bool:
    """Whether a suite stands in a handler, or in a `finally`: another failure is being dealt with."""
    while block is not None and block.kind != "body":
        if block.kind in ("except", "finally"):
            return True
        block = block.parent
    return False


def _says_so(function: Any) -> bool:
    """Whether the docstring of a function says what it does when it cannot do what it is for."""
    node = docstring(function.body) if function.__class__ is cst.FunctionDef else None
    return node is not None and _MEANT.search(text_of(node, 4000)) is not None


_MEANT: Final = regex(
    r"(?i)\bor (?:an? )?(?:\{\}|\[\]|empty|none|null|false|0|the default|default)|best.effort|never raise|unavailable"
    r"|ignor|silent|swallow|suppress|\bif (?:any|there|it|that|not)\b|otherwise|fall ?back|\bfail|\berror|default"
    r"|\btry\b|\btries\b|possible"
)


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
