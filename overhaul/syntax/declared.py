"""What a file declares to a library: what its names mean by its imports, and the arguments of calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from overhaul.lazy import cst
from overhaul.scopes import Block, Imported, Role, Scope
from overhaul.text import dotted


class File:
    """What is looked up in one file."""

    def __init__(self, scopes: Sequence[Scope], nodes: Callable[[Any], Sequence[tuple[Any, int, Block]]]) -> None:
        """The scopes and nodes of the module of a collector that wants Assign, AnnAssign, Call and ClassDef."""
        self.scopes = scopes
        self.nodes = nodes
        self.imported: dict[str, str] = {}
        for scope in scopes:
            for role, name, _, _, said in scope.events:
                if role == Role.IMPORT and isinstance(said, Imported):
                    self.imported[name] = said.target
        self.assigned: list[tuple[Any, Any, int, Scope]] = [
            (assign.targets[0].target, assign.value, line, block.scope)
            for assign, line, block in nodes(cst.Assign) if len(assign.targets) == 1
        ]  # fmt: skip
        self.assigned += [
            (declared.target, declared.value, line, block.scope)
            for declared, line, block in nodes(cst.AnnAssign) if declared.value is not None
        ]
        self.classes: dict[str, Any] = {node.name.value: node for node, _, _ in nodes(cst.ClassDef)}
        self.calls: list[tuple[Any, int, Scope]] = [
            (call, line, block.scope) for call, line, block in nodes(cst.Call)
        ]

    def meaning(self, node: Any) -> str:
        """What a chain of names means by the file's imports; a class of the file by its first base that they tell."""
        chain = dotted(node)
        first, dot, rest = chain.partition(".")
        target = self.imported.get(first)
        if target is not None:
            return f"{target}{dot}{rest}"
        known: set[str] = set()
        while not dot and first in self.classes and first not in known:
            known.add(first)
            for base in self.classes[first].bases:
                told = self.imported.get(dotted(base.value).partition(".")[0])
                if told is not None:
                    return f"{told}{dotted(base.value).removeprefix(dotted(base.value).partition('.')[0])}"
                first = dotted(base.value)
                break
        return chain

    def value(self, node: Any) -> tuple[Any, int]:
        """What a name is assigned, where it is one; with its line, 0 where the node itself is the value."""
        last = dotted(node).rpartition(".")[2]
        if last:
            for target, value, line, _ in self.assigned:
                if dotted(target).rpartition(".")[2] == last:
                    return value, line
        return node, 0

    def held(self, target: Any, scope: Scope) -> str:
        """The dotted name of what is assigned to."""
        chain = dotted(target)
        if scope.kind == "class":
            return f"{scope.name}.{chain}"
        if chain.startswith(("self.", "cls.")):
            around = class_around(scope)
            return f"{around}.{chain.partition('.')[2]}" if around else chain
        return f"{scope.name}.{chain}" if scope.name else chain


def class_around(scope: Scope) -> str:
    """The innermost class around a scope; "" for none."""
    around: Scope | None = scope
    while around is not None and around.kind != "class":
        around = around.parent
    return around.name if around is not None else ""


def argument(call: Any, keyword: str, position: int = -1) -> Any:
    """What a call passes by keyword or at a position; None for nothing."""
    for number, one in enumerate(call.args):
        if one.keyword is not None:
            if one.keyword.value == keyword:
                return one.value
        elif number == position:
            return one.value
    return None


def state_name(node: Any) -> str:
    """A state as a library is told it: a text, a member of an Enum, a name."""
    kind = node.__class__
    if kind is cst.SimpleString:
        value = node.evaluated_value
        return value if isinstance(value, str) else ""
    if kind is cst.Integer:
        text: str = node.value
        return text
    if kind is cst.Attribute or kind is cst.Name:
        return dotted(node).removesuffix(".value").rpartition(".")[2]
    if kind is cst.Call and node.args:
        inner = argument(node, "name", 0)
        return state_name(inner) if inner is not None else ""
    if kind is cst.Dict:
        return next((state_name(value) for key, value in items(node) if key == "name"), "")
    return ""


def items(node: Any) -> Iterator[tuple[str, Any]]:
    """Keys and values of a dict that is written out."""
    for element in node.elements:
        if element.__class__ is cst.DictElement:
            yield state_name(element.key), element.value


def state_names(node: Any) -> tuple[str, ...]:
    """One state or several."""
    if node.__class__ in (cst.List, cst.Tuple, cst.Set):
        return tuple(name for one in node.elements if (name := state_name(one.value)))
    name = state_name(node)
    return (name,) if name and name not in ("*", "+", "None") else ()
