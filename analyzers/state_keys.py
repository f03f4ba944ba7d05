"""Which keys functions that save or restore something write and read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from overhaul.facts import StateKeySet
from overhaul.lazy import cst
from overhaul.leaves import Collector
from overhaul.module import Module
from overhaul.scopes import Block, Scope
from overhaul.syntax.state_words import RESTORING, SAVING, STATE
from overhaul.text import words_of


@Collector("Dict", "Subscript", "Call", "Assign", "Match")
def state_keys(module: Module) -> Iterator[StateKeySet]:
    """Constant keys of mappings in functions whose name says that they save, restore or describe a state.

    The key `*` says that there are others: a mapping is unpacked, or whole ones are passed on, gone through, matched or
    read under keys that are no constants.
    """
    wanted = {
        id(scope): scope for scope in module.scopes
        if scope.kind == "function" and _WANTED.intersection(words_of(scope.name))
    }  # fmt: skip
    if not wanted:
        return
    keys = _Keys(module, wanted)
    keys.made_in_displays()
    keys.subscripts()
    keys.calls()
    keys.passed_on()
    for act, found in (("made", keys.made), ("read", keys.read)):
        for number, lines in found.items():
            yield StateKeySet(
                scope=wanted[number].name, line=min(lines.values()), act=act,  # type: ignore[arg-type]
                keys=tuple(sorted(lines)),
            )  # fmt: skip


class _Keys:
    """The keys of one file, function by function."""

    def __init__(self, module: Module, wanted: dict[int, Scope]) -> None:
        self._module = module
        self._wanted = wanted
        self.made: dict[int, dict[str, int]] = {}
        self.read: dict[int, dict[str, int]] = {}
        self._mappings: dict[int, set[str]] = {}
        """The names of what is read under constant keys."""

    def _note(self, found: dict[int, dict[str, int]], block: Block, key: str, line: int) -> None:
        owner = _owner(block.scope, self._wanted)
        if owner is not None and key:
            found.setdefault(id(owner), {}).setdefault(key, line)

    def made_in_displays(self) -> None:
        """Of displays: `{"a": 1, **more}`."""
        for node, line, block in self._module.nodes(cst.Dict):
            elements: Any = node.elements
            for element in elements:
                self._note(self.made, block, _text(element.key) if element.__class__ is cst.DictElement else "*", line)

    def subscripts(self) -> None:
        """Of `state["a"]`, assigned or read."""
        targets = {
            id(target.target) for assign, _, _ in self._module.nodes(cst.Assign) for target in assign.targets
            if target.target.__class__ is cst.Subscript
        }  # fmt: skip
        for subscript, line, block in self._module.nodes(cst.Subscript):
            owner = _owner(block.scope, self._wanted)
            if owner is None or len(subscript.slice) != 1:
                continue
            index: Any = subscript.slice[0].slice
            if index.__class__ is cst.Index and (key := _text(index.value)):
                self._note(self.made if id(subscript) in targets else self.read, block, key, line)
                self._mapping(owner, subscript.value)

    def calls(self) -> None:
        """Of `state.get("a")`, `dict(a=1)`, `state.update(b=2)`."""
        for call, line, block in self._module.nodes(cst.Call):
            func: Any = call.func
            called = func.attr.value if func.__class__ is cst.Attribute else getattr(func, "value", "")
            if called in ("get", "pop") and func.__class__ is cst.Attribute and call.args:
                key = _text(call.args[0].value)
                self._note(self.read, block, key, line)
                if key and (owner := _owner(block.scope, self._wanted)) is not None:
                    self._mapping(owner, func.value)
            elif called == "dict" or (called == "update" and func.__class__ is cst.Attribute):
                for argument in call.args:
                    known = argument.keyword.value if argument.keyword is not None else "*"
                    self._note(self.made, block, known, line)

    def passed_on(self) -> None:
        """What is read under constant keys and handed on whole: others may read more of it."""
        for call, line, block in self._module.nodes(cst.Call):
            owner = _owner(block.scope, self._wanted)
            names = self._mappings.get(id(owner), ()) if owner is not None else ()
            called = getattr(call.func, "value", "")
            if names and called not in ("isinstance", "len", "print", "bool"):
                for argument in call.args:
                    given: Any = argument.value
                    if given.__class__ is cst.Name and given.value in names:
                        self._note(self.read, block, "*", line)
        for subscript, line, block in self._module.nodes(cst.Subscript):
            owner = _owner(block.scope, self._wanted)
            value: Any = subscript.value
            if owner is None or getattr(value, "value", "") not in self._mappings.get(id(owner), ()):
                continue
            index: Any = subscript.slice[0].slice
            if not (index.__class__ is cst.Index and _text(index.value)):
                self._note(self.read, block, "*", line)
        for match, line, block in self._module.nodes(cst.Match):
            if match.subject.__class__ is cst.Name:
                self._note(self.read, block, "*", line)

    def _mapping(self, owner: Scope, node: Any) -> None:
        if node.__class__ is cst.Name:
            self._mappings.setdefault(id(owner), set()).add(node.value)


_WANTED = SAVING | RESTORING | STATE | {"dict", "as", "to", "json"}


def _owner(scope: Scope | None, wanted: dict[int, Scope]) -> Scope | None:
    while scope is not None:
        if id(scope) in wanted:
            return scope
        if scope.kind in ("class", "module"):
            return None
        scope = scope.parent
    return None


def _text(node: Any) -> str:
    if node.__class__ is cst.SimpleString:
        value = node.evaluated_value
        return value if isinstance(value, str) and len(value) < 80 else ""
    return ""
