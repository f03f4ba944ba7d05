"""The statements below a suite, the expressions of each, and the ways out of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from overhaul.lazy import cst
from overhaul.scopes import Scope
from overhaul.syntax.parts import inside
from overhaul.text import dotted


def statements(suite: Any) -> Iterator[Any]:
    """Every statement below a suite in source order, a compound one before what is in it; small ones by themselves.

    Bodies of functions and classes are left out.
    """
    waiting = list(reversed(directly(suite)))
    while waiting:
        one = waiting.pop()
        yield one
        waiting += reversed([inner for below in suites(one) for inner in directly(below)])


def directly(suite: Any) -> list[Any]:
    """The statements of a suite itself."""
    if suite.__class__ is cst.SimpleStatementSuite:
        return list(suite.body)
    found: list[Any] = []
    for statement in suite.body:
        if statement.__class__ is cst.SimpleStatementLine:
            found += statement.body
        else:
            found.append(statement)
    return found


def suites(statement: Any) -> Sequence[Any]:
    """The suites of a compound statement in source order; none of a function or class."""
    kind = statement.__class__
    if kind is cst.If:
        found = [statement.body]
        orelse = statement.orelse
        while orelse is not None:
            found.append(orelse.body)
            orelse = getattr(orelse, "orelse", None)
        return found
    if kind is cst.For or kind is cst.While:
        return [statement.body, *([statement.orelse.body] if statement.orelse is not None else ())]
    if kind is cst.With:
        return [statement.body]
    if kind is cst.Try or kind is cst.TryStar:
        rest = [one.body for one in (statement.orelse, statement.finalbody) if one is not None]
        return [statement.body, *(handler.body for handler in statement.handlers), *rest]
    if kind is cst.Match:
        return [case.body for case in statement.cases]
    return ()


def expressions(statement: Any) -> Iterator[Any]:
    """Every expression of a simple statement, or of the head of a compound one, outermost first."""
    kind = statement.__class__
    heads: list[Any]
    if kind is cst.If:
        heads = []
        branch = statement
        while branch.__class__ is cst.If:
            heads.append(branch.test)
            branch = branch.orelse
    elif kind is cst.While:
        heads = [statement.test]
    elif kind is cst.For:
        heads = [statement.iter]
    elif kind is cst.With:
        heads = [item.item for item in statement.items]
    elif kind is cst.Match:
        heads = [statement.subject]
    elif kind in (cst.Try, cst.TryStar, cst.FunctionDef, cst.ClassDef):
        heads = []
    else:
        heads = [statement]
    for head in heads:
        yield from inside(head)


def calls(suite: Any) -> Iterator[Any]:
    """Every call below a suite."""
    for statement in statements(suite):
        for node in expressions(statement):
            if node.__class__ is cst.Call:
                yield node


def called(call: Any) -> str:
    """The chain that is called; behind anything but names `?.name`, "" for what has no name."""
    func = call.func
    if func.__class__ is cst.Attribute:
        return dotted(func) or f"?.{func.attr.value}"
    return func.value if func.__class__ is cst.Name else ""


def exits(body: Iterable[Any], *, of_loop: bool = True) -> Iterator[Any]:
    """Of some statements of a loop's body those, at any depth, that leave it: return, raise, and its own break.

    With `of_loop` False they stand in a loop inside, whose break leaves that only.
    """
    for one in body:
        kind = one.__class__
        if kind is cst.Return or kind is cst.Raise or (kind is cst.Break and of_loop):
            yield one
        loop = kind is cst.For or kind is cst.While
        for number, each in enumerate(suites(one)):
            # The else of a loop belongs to what is around it.
            yield from exits(directly(each), of_loop=of_loop and (not loop or number == 1))


def endless(node: Any) -> bool:
    """Whether a loop's head lets it run for ever: `while True`, `while 1`, `for _ in itertools.count()`."""
    if node.__class__ is cst.While:
        return getattr(node.test, "value", "") in ("True", "1")
    if node.__class__ is cst.For and node.iter.__class__ is cst.Call:
        return dotted(node.iter.func) in ("itertools.count", "count") and not node.iter.args[2:]
    return False


def function_of(scope: Scope) -> Scope:
    """The function, class or module that a scope belongs to: that around a lambda or a comprehension."""
    while scope.kind in ("comprehension", "lambda") and scope.parent is not None:
        scope = scope.parent
    return scope
