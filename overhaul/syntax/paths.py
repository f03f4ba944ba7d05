"""Which conditions hold where a statement of a function is reached: branches taken, and those left early before.

What this knows is control flow within one body, read from the tree: `if` and `while`, `match`, `try`, `with`, and the
ways of leaving a body early. Whether a name in a condition has been assigned since is for the reader to judge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

from overhaul.lazy import cst

STATEMENTS: Final = (
    "SimpleStatementLine", "SimpleStatementSuite", "If", "While", "For", "Try", "TryStar", "ExceptHandler",
    "ExceptStarHandler", "With", "Match", "MatchCase",
)  # fmt: skip
"""What a collector asks for that calls `Module.reached`."""


class Condition(NamedTuple):
    """One thing that is known where a statement is reached."""

    kind: Literal["true", "false", "raised", "passed", "case", "not case", "loop", "with"]
    """true, false: what a test came to; raised: an exception handler was entered, or its exception suppressed;
    passed: in the `else` of a try, none was raised;
    case, not case: a pattern matched or did not; loop: may be reached several times; with: in a context."""
    node: Any
    """The test (an expression); the ExceptHandler; for `passed` the Try; the MatchCase; the For or While; the With."""
    line: int
    around: Any = None
    """For `raised` the Try, or the With that suppresses; for cases the Match."""


class Reached(NamedTuple):
    """A statement with what is known when it runs."""

    node: Any
    """A small statement (Assign, Return, Expr, ...), or a compound one (If, While, For, Try, With, Match): its head."""
    line: int
    conditions: tuple[Condition, ...]
    """Outermost first, in the order in which they became known."""


Lines = Mapping[int, int]
"""Identity of a statement's node -> its line."""


def reached(body: Any, lines: Lines) -> list[Reached]:
    """The statements of a body (IndentedBlock, SimpleStatementSuite or Module) in source order.

    Bodies of functions and classes inside are left out. Statements behind one that always leaves are there, too.
    """
    paths = _Paths(lines)
    paths.suite(body, ())
    return paths.found


class _Paths:
    """One pass over a body."""

    def __init__(self, lines: Lines) -> None:
        self.found: list[Reached] = []
        self._lines = lines

    def suite(self, body: Any, held: tuple[Condition, ...]) -> tuple[bool, tuple[Condition, ...]]:
        """Whether the end of a suite can be reached, and what is known there."""
        open_ = True
        if body.__class__ is cst.SimpleStatementSuite:
            return self._line(body, held), held
        for statement in body.body:
            kind = statement.__class__
            if kind is cst.SimpleStatementLine:
                open_ = self._line(statement, held) and open_
            elif kind is cst.If:
                on, held = self._if(statement, held)
                open_ = on and open_
            elif kind is cst.Try or kind is cst.TryStar:
                on, held = self._try(statement, held)
                open_ = on and open_
            elif kind is cst.With:
                on, held = self._with(statement, held)
                open_ = on and open_
            elif kind is cst.For or kind is cst.While:
                on, held = self._loop(statement, held)
                open_ = on and open_
            elif kind is cst.Match:
                on, held = self._match(statement, held)
                open_ = on and open_
        return open_, held

    def _line(self, statement: Any, held: tuple[Condition, ...]) -> bool:
        line = self._lines.get(id(statement), 0)
        add = self.found.append
        open_ = True
        for small in statement.body:
            add(Reached(small, line, held))
            kind = small.__class__
            if kind is cst.Return or kind is cst.Raise or kind is cst.Continue or kind is cst.Break:
                open_ = False
            elif kind is cst.Assert:
                # What follows is reached only when it held; told through the statement itself.
                continue
        return open_

    def _if(self, node: Any, held: tuple[Condition, ...]) -> tuple[bool, tuple[Condition, ...]]:
        """An if with all its elifs, one after the other: chains of thousands are none too deep."""
        after: list[tuple[Condition, ...]] = []
        before = held
        while True:
            line = self._lines.get(id(node), 0)
            self.found.append(Reached(node, line, held))
            on, _ = self.suite(node.body, (*held, Condition("true", node.test, line)))
            if on:
                after.append((*held, Condition("true", node.test, line)))
            held = (*held, Condition("false", node.test, line))
            orelse = node.orelse
            if orelse is None:
                after.append(held)
                break
            if orelse.__class__ is cst.Else:
                on, _ = self.suite(orelse.body, held)
                if on:
                    after.append(held)
                break
            node = orelse
        # What is known behind it is known when only one way leads there.
        if not after:
            return False, before
        return True, after[0] if len(after) == 1 else before

    def _try(self, node: Any, held: tuple[Condition, ...]) -> tuple[bool, tuple[Condition, ...]]:
        line = self._lines.get(id(node), 0)
        self.found.append(Reached(node, line, held))
        on, _ = self.suite(node.body, held)
        if node.orelse is not None:
            passed = (*held, Condition("passed", node, line, node))
            open_, _ = self.suite(node.orelse.body, passed)
            on = on and open_
        after = [held] if on else []
        for handler in node.handlers:
            raised = (*held, Condition("raised", handler, self._lines.get(id(handler), line), node))
            on, _ = self.suite(handler.body, raised)
            if on:
                after.append(raised)
        if node.finalbody is not None:
            on, _ = self.suite(node.finalbody.body, held)
            if not on:
                return False, held
        if not after:
            return False, held
        return True, after[0] if len(after) == 1 else held

    def _with(self, node: Any, held: tuple[Condition, ...]) -> tuple[bool, tuple[Condition, ...]]:
        line = self._lines.get(id(node), 0)
        self.found.append(Reached(node, line, held))
        inside = Condition("with", node, line)
        on, known = self.suite(node.body, (*held, inside))
        if on or not _suppresses(node):
            return on, tuple(one for one in known if one is not inside)
        return True, (*held, Condition("raised", node, line, node))

    def _loop(self, node: Any, held: tuple[Condition, ...]) -> tuple[bool, tuple[Condition, ...]]:
        line = self._lines.get(id(node), 0)
        self.found.append(Reached(node, line, held))
        inside = (*held, Condition("loop", node, line))
        while_ = node.__class__ is cst.While
        if while_:
            inside = (*inside, Condition("true", node.test, line))
        self.suite(node.body, inside)
        breaks = _breaks(node.body)
        after = (*held, Condition("false", node.test, line)) if while_ and not breaks else held
        if node.orelse is not None:
            on, _ = self.suite(node.orelse.body, after)
            return on or breaks, held if breaks else after
        endless = while_ and node.test.__class__ is cst.Name and node.test.value == "True"
        return breaks or not endless, after

    def _match(self, node: Any, held: tuple[Condition, ...]) -> tuple[bool, tuple[Condition, ...]]:
        line = self._lines.get(id(node), 0)
        self.found.append(Reached(node, line, held))
        before, whole = held, False
        after: list[tuple[Condition, ...]] = []
        for case in node.cases:
            at = self._lines.get(id(case), line)
            on, _ = self.suite(case.body, (*held, Condition("case", case, at, node)))
            if on:
                after.append((*held, Condition("case", case, at, node)))
            if case.guard is None:
                held = (*held, Condition("not case", case, at, node))
                whole = whole or (case.pattern.__class__ is cst.MatchAs and case.pattern.pattern is None)
        if not whole:
            after.append(held)
        if not after:
            return False, before
        return True, after[0] if len(after) == 1 else before


def leaves(body: Any) -> bool:
    """Whether the last statement of a suite always leaves it early."""
    last: Any = body.body[-1] if body.body else None
    if last.__class__ is cst.SimpleStatementLine:
        last = last.body[-1]
    return last.__class__ in (cst.Return, cst.Raise, cst.Continue, cst.Break)


def _breaks(body: Any) -> bool:
    """Whether a loop's body has a `break` of its own."""
    waiting: list[Any] = [body]
    while waiting:
        node = waiting.pop()
        kind = node.__class__
        if kind is cst.Break:
            return True
        if kind is cst.For or kind is cst.While:
            if node.orelse is not None:
                waiting.append(node.orelse.body)
            continue
        waiting += _inside(node)
    return False


def _inside(node: Any) -> Sequence[Any]:
    """The suites and statements directly below a suite or statement."""
    kind = node.__class__
    if kind is cst.IndentedBlock or kind is cst.SimpleStatementLine or kind is cst.SimpleStatementSuite:
        return node.body  # type: ignore[no-any-return]
    if kind is cst.If:
        return [node.body, *([node.orelse] if node.orelse is not None else ())]
    if kind is cst.Else or kind is cst.Finally or kind is cst.With or kind is cst.ExceptHandler:
        return [node.body]
    if kind is cst.Try or kind is cst.TryStar:
        rest = [one for one in (node.orelse, node.finalbody) if one is not None]
        return [node.body, *(handler.body for handler in node.handlers), *rest]
    if kind is cst.Match:
        return [case.body for case in node.cases]
    return ()


def _suppresses(node: Any) -> bool:
    """Whether a with statement swallows exceptions: `contextlib.suppress`."""
    for item in node.items:
        call = item.item
        if call.__class__ is cst.Call:
            func = call.func
            name = func.attr.value if func.__class__ is cst.Attribute else getattr(func, "value", "")
            if name == "suppress":
                return True
    return False
