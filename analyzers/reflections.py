"""Where code asks what a value is or has, or gives it attributes by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from overhaul.facts import Reflection
from overhaul.lazy import cst
from overhaul.leaves import Collector
from overhaul.module import Module
from overhaul.text import dotted

_ASKING: Final = frozenset({
    "isinstance", "hasattr", "getattr", "type", "issubclass", "callable", "vars", "dir", "cast",
})  # fmt: skip
_SETTING: Final = frozenset({"setattr", "delattr", "vars"})


@Collector("Call", "Try", "ExceptHandler", "MatchClass", "Match")
def reflections(module: Module) -> Iterator[Reflection]:
    """Calls of isinstance, getattr, setattr and the like, matching of classes, and handlers of AttributeError."""
    for call, line, block in module.nodes(cst.Call):
        func: Any = call.func
        if func.__class__ is cst.Name and call.args:
            name = dotted(call.args[0].value)
            if name and func.value in _ASKING:
                yield Reflection(scope=block.scope.name, name=name, act="asks", line=line, end=line)
            if name and func.value in _SETTING:
                yield Reflection(scope=block.scope.name, name=name, act="sets", line=line, end=line)
        elif func.__class__ is cst.Attribute and func.attr.value == "__setattr__" and call.args:
            # `object.__setattr__(self, name, value)`, `super().__setattr__(name, value)`
            name = dotted(call.args[0].value) if len(call.args) > 2 else "self"
            yield Reflection(scope=block.scope.name, name=name, act="sets", line=line, end=line)
    for match, line, block in module.nodes(cst.Match):
        if name := dotted(match.subject):
            yield Reflection(scope=block.scope.name, name=name, act="asks", line=line, end=line)
    starts = {id(handler): line for handler, line, _ in module.nodes(cst.ExceptHandler)}
    for attempt, line, block in module.nodes(cst.Try):
        if attempt.handlers and any(_catches(handler) for handler in attempt.handlers):
            end = starts[id(attempt.handlers[0])]
            yield Reflection(scope=block.scope.name, name="", act="catches", line=line, end=end)


def _catches(handler: cst.ExceptHandler) -> bool:
    kind = handler.type
    if kind is None:
        return True
    several = [one.value for one in kind.elements] if isinstance(kind, cst.Tuple) else [kind]
    return any(dotted(one).rpartition(".")[2] in ("AttributeError", "Exception", "BaseException") for one in several)
