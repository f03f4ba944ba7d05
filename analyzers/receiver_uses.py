"""What functions use of their local variables and parameters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

from overhaul.facts import ReceiverUse
from overhaul.lazy import cst
from overhaul.leaves import Collector
from overhaul.module import Module
from overhaul.scopes import Role, Scope
from overhaul.syntax.suites import function_of

_HOW: Final[dict[int, Literal["load", "call", "store", "delete"]]] = {
    Role.LOAD: "load", Role.CALL: "call", Role.STORE: "store", Role.DELETE: "delete",
}  # fmt: skip
_ASKING: Final = frozenset({"isinstance", "hasattr", "getattr", "type", "issubclass", "callable"})



@Collector("Call")
def receiver_uses(module: Module) -> Iterator[ReceiverUse]:
    """Chains of attributes on local variables and parameters; those on `self` and on imports are in the used names."""
    asked: set[tuple[int, str]] = set()
    for call, _, block in module.nodes(cst.Call):
        func: Any = call.func
        if func.__class__ is cst.Name and func.value in _ASKING and call.args:
            first: Any = call.args[0].value
            if first.__class__ is cst.Name:
                asked.add((id(function_of(block.scope)), first.value))
    found: dict[tuple[int, str, int], list[int]] = {}
    functions: dict[int, Scope] = {}
    for scope in module.scopes:
        if scope.kind not in ("function", "lambda", "comprehension"):
            continue
        for role, name, line, _, _ in scope.events:
            if role > Role.DELETE or "." not in name:
                continue
            root = name.partition(".")[0]
            owner = _owner(scope, root)
            if owner is None:
                continue
            functions[id(owner)] = owner
            lines = found.setdefault((id(owner), name, role), [])
            if not lines or lines[-1] != line:
                lines.append(line)
    for (key, name, role), lines in found.items():
        root = name.partition(".")[0]
        yield ReceiverUse(
            scope=functions[key].name, name=name, how=_HOW[role], lines=tuple(sorted(set(lines))),
            guarded=(key, root) in asked,
        )  # fmt: skip


def _owner(scope: Scope, name: str) -> Scope | None:
    """The function whose variable a name is; None for imports, receivers, and names from outside of functions."""
    one: Scope | None = scope
    while one is not None and one.kind in ("function", "lambda", "comprehension"):
        if name in one.bound and name not in one.elsewhere:
            if name in one.imported or (one.receiver and _first(one) == name):
                return None
            return one if one.kind == "function" else None
        one = one.parent
        while one is not None and one.kind == "class":
            one = one.parent
    return None


def _first(scope: Scope) -> str:
    return next((event[1] for event in scope.events if event[0] == Role.PARAMETER), "")
