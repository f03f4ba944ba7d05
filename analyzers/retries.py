"""Loops and decorators that try again what failed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

from overhaul.hardening import Retry
from overhaul.lazy import cst
from overhaul.leaves import Collector
from overhaul.module import Module
from overhaul.patterns import regex
from overhaul.scopes import Block
from overhaul.syntax.handlers import caught
from overhaul.syntax.parts import inside
from overhaul.syntax.suites import called, calls, directly, endless, exits, expressions, statements
from overhaul.text import dotted, words_of

_PAUSES: Final = frozenset({"sleep", "wait", "wait_for", "pause", "delay", "backoff", "join", "select", "poll"})
_DECORATORS: Final = regex(r"\b(tenacity|backoff|retrying|retry)\b")


@Collector("While", "For", "FunctionDef")
def retries(module: Module) -> Iterator[Retry]:
    """Loops whose body tries something, is left where that went well, and goes on where it failed.

    Of loops that count only those that do not use what they count in what they try: others try several things. A loop
    with another way out, as by a deadline or a flag, is none.
    """
    if "except" in module.text:
        for kind in (cst.While, cst.For):
            for node, line, block in module.nodes(kind):
                yield from _loop(node, line, block)
    if _DECORATORS.search(module.text) is None:
        return
    for function, line, block in module.nodes(cst.FunctionDef):
        for one in function.decorators:
            call: Any = one.decorator
            chain = dotted(call.func if call.__class__ is cst.Call else call)
            if chain and not _RETRYING.isdisjoint(chain.split(".")):
                arguments = call.args if call.__class__ is cst.Call else ()
                yield Retry(
                    scope=".".join(filter(None, (block.scope.name, function.name.value))), line=line, form="decorator",
                    pause="same", caught=(), tried=(), callee=chain,
                    keywords=tuple([
                        "*" if each.star else each.keyword.value if each.keyword is not None else str(number)
                        for number, each in enumerate(arguments)
                    ]),
                )  # fmt: skip


_RETRYING: Final = frozenset({"retry", "on_exception", "on_predicate"})


def _loop(node: Any, line: int, block: Block) -> Iterator[Retry]:
    for_ever = endless(node)
    if not for_ever and not _counts(node):
        return
    body = directly(node.body)
    found = next((number for number, one in enumerate(body) if _tries(one)), -1)
    if found < 0:
        return
    attempt, after = body[found], body[found + 1 :]
    if not for_ever and _uses(attempt.body, node.target):
        return
    on = [one for one in attempt.handlers if not list(exits(directly(one.body)))]
    if not on:
        return
    goes_on = all(_continues(one.body) for one in on)
    within = list(exits(directly(attempt.body)))
    if attempt.orelse is not None:
        within += exits(directly(attempt.orelse.body))
    behind, before = list(exits(after)), list(exits(body[:found]))
    leaves = [one for one in (*within, *(behind if goes_on else ())) if one.__class__ is not cst.Raise]
    if before or not leaves or (behind and not goes_on):
        return
    yield Retry(
        scope=block.scope.name, line=line, form="endless" if for_ever else "counted", pause=_pause(node),
        caught=tuple([kind for one in on for kind in caught(one.type)]) if all(one.type for one in on) else (),
        tried=tuple(dict.fromkeys(name for one in calls(attempt.body) if (name := called(one))))[:12],
        callee="", keywords=(),
    )  # fmt: skip


def _tries(statement: Any) -> bool:
    return statement.__class__ in (cst.Try, cst.TryStar) and bool(statement.handlers)


def _continues(suite: Any) -> bool:
    last = directly(suite)[-1] if suite.body else None
    return last.__class__ is cst.Continue


def _counts(node: Any) -> bool:
    """`for attempt in range(3)`."""
    if node.__class__ is not cst.For or node.iter.__class__ is not cst.Call or node.asynchronous is not None:
        return False
    return dotted(node.iter.func) == "range" and node.target.__class__ is cst.Name


def _uses(suite: Any, target: Any) -> bool:
    return any(
        node.__class__ is cst.Name and node.value == target.value
        for statement in statements(suite)
        for node in expressions(statement)
    )


def _pause(loop: Any) -> Literal["none", "same", "growing"]:
    """How a loop waits: for what is worked out anew, for the same time, or not at all."""
    bound: set[str] = set()
    for statement in statements(loop.body):
        if statement.__class__ is cst.AugAssign:
            bound.add(dotted(statement.target))
        elif statement.__class__ is cst.Assign:
            targets = [node for one in statement.targets for node in inside(one.target)]
            bound |= {node.value for node in targets if node.__class__ is cst.Name}
    if loop.__class__ is cst.For:
        bound |= {node.value for node in inside(loop.target) if node.__class__ is cst.Name}
    found: Literal["none", "same", "growing"] = "none"
    for call in calls(loop.body):
        words = words_of(called(call))
        if not _PAUSES.isdisjoint(words):
            names = {node.value for one in call.args for node in inside(one.value) if node.__class__ is cst.Name}
            found = "same"
            if names & bound or any(one.value.__class__ is cst.Call for one in call.args) or "backoff" in words:
                return "growing"
    return found
