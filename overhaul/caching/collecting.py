"""What other functions of a file do for a place: hold a lock where it is used, change what it is made from, drop it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from overhaul.facts import StorageUse
from overhaul.lazy import cst
from overhaul.module import Module
from overhaul.patterns import regex
from overhaul.scopes import FIRST_BINDING, Block, Role, Scope
from overhaul.syntax.asking import holds_lock
from overhaul.syntax.parts import inside
from overhaul.syntax.storage import literal
from overhaul.text import dotted


def guarded(row: StorageUse, module: Module, functions: Mapping[int, Scope], locks: frozenset[str]) -> StorageUse:
    """The row, its stores under a lock where all that call the private function in this file hold one."""
    if not any(keep.missed and not keep.locked for keep in row.keeps):
        return row
    owner, _, last = row.scope.rpartition(".")
    if not last.startswith("_") or last.startswith("__"):
        return row
    calls = list(_calls(owner, last, module, functions, locks))
    if not calls or not all(calls):
        return row
    keeps = tuple(msgspec.structs.replace(keep, locked=True) for keep in row.keeps)
    return msgspec.structs.replace(row, keeps=keeps, locked=True)


def _calls(
    owner: str, last: str, module: Module, functions: Mapping[int, Scope], locks: frozenset[str]
) -> Iterator[bool]:
    """For each use of a function whether it is a call under a lock."""
    for scope in module.scopes:
        used = [one[0] for one in scope.events if one[0] < FIRST_BINDING and one[1].rpartition(".")[2] == last
                and (not one[1].startswith(("self.", "cls.")) or scope.name.startswith(f"{owner}."))]  # fmt: skip
        if not used:
            continue
        if id(scope) not in functions or any(role != Role.CALL for role in used):
            yield False
            continue
        if scope.name == f"{owner}.{last}":
            # It calls itself.
            continue
        for node, _, conditions in module.reached(scope):
            if any(one.__class__ is cst.Call and dotted(one.func).rpartition(".")[2] == last for one in _own(node)):
                yield any(one.kind == "with" and holds_lock(one.node, locks) for one in conditions)


def _own(node: Any) -> Iterator[Any]:
    """The expressions of a statement; of a compound one those of its head."""
    kind = node.__class__
    heads: Sequence[Any] = (node,)
    if kind is cst.If or kind is cst.While:
        heads = (node.test,)
    elif kind is cst.For:
        heads = (node.iter,)
    elif kind is cst.With:
        heads = [item.item for item in node.items]
    elif kind is cst.Match:
        heads = (node.subject,)
    elif kind is cst.Try or kind is cst.TryStar:
        heads = ()
    for head in heads:
        yield from inside(head)


def changed(module: Module, known: set[str]) -> Iterator[StorageUse]:
    """What methods write into attributes by key or delete by name, of classes that keep a value made from others.

    `known` are the places that have rows already. `self.__dict__.pop(name)` for a name that is not written there drops
    the place `Class.?`: any.
    """
    owners = {place.rpartition(".")[0] for place in known}
    every = _SPEAKING.search(module.text) is not None
    if not every and not owners:
        return
    found: dict[tuple[str, str], tuple[list[tuple[int, str]], list[tuple[int, int, str]]]] = {}
    for scope, line, name, drop in _acts(module):
        owner = scope.rpartition(".")[0]
        place = f"{owner}.{name}"
        if place not in known and (every or owner in owners):
            drops, changes = found.setdefault((scope, place), ([], []))
            if drop:
                drops.append((line, "pop"))
            else:
                changes.append((line, 0, "[]"))
    for (scope, place), (drops, changes) in found.items():
        yield StorageUse(
            scope=scope, root="instance", place=place,
            line=min([*(line for line, _ in drops), *(line for line, _, _ in changes)]), lookups=(), keeps=(),
            drops=tuple(drops), changes=tuple(changes), effects=(), returns=False, entry="", handed=False,
            reads=False, counted=False, clock=False, iterated=False, locked=False, wraps="",
        )  # fmt: skip


def _acts(module: Module) -> Iterator[tuple[str, int, str, bool]]:
    """(function, line, attribute, whether it is dropped) of what methods write by key or delete by name."""
    targets: list[tuple[Any, int, Block, bool]] = []
    for assign, line, block in module.nodes(cst.Assign):
        targets += [(one.target, line, block, False) for one in assign.targets]
    targets += [(one.target, line, block, False) for one, line, block in module.nodes(cst.AugAssign)]
    for deleted, line, block in module.nodes(cst.Del):
        target: Any = deleted.target
        several = target.__class__ is cst.Tuple
        targets += [(one, line, block, True) for one in ([e.value for e in target.elements] if several else [target])]
    for node, line, block, deletes in targets:
        if node.__class__ is cst.Subscript and _is_method(block.scope):
            chain = _chain(node.value)
            if chain == "self.__dict__":
                if deletes:
                    index: Any = node.slice[0].slice
                    yield block.scope.name, line, literal(getattr(index, "value", index)) or "?", True
            elif chain.startswith("self.") and chain.count(".") == 1:
                yield block.scope.name, line, chain[5:], False
    for call, line, block in module.nodes(cst.Call):
        func: Any = call.func
        last = func.attr.value if func.__class__ is cst.Attribute else dotted(func)
        if last not in ("pop", "clear", "delattr", "__delattr__") or not _is_method(block.scope):
            continue
        if last in ("pop", "clear") and func.__class__ is cst.Attribute and _chain(func.value) == "self.__dict__":
            yield block.scope.name, line, (literal(call.args[0].value) if call.args else "") or "?", True
        elif last in ("delattr", "__delattr__") and len(call.args) == 2 and dotted(call.args[0].value) == "self":
            yield block.scope.name, line, literal(call.args[1].value) or "?", True


def _is_method(scope: Scope) -> bool:
    return scope.receiver == "self" and scope.parent is not None and scope.parent.kind == "class"


def _chain(node: Any) -> str:
    """The dotted name of an expression; of `vars(self)` what it is the same as."""
    if node.__class__ is cst.Call and dotted(node.func) == "vars" and len(node.args) == 1:
        return f"{dotted(node.args[0].value)}.__dict__"
    return dotted(node)


_SPEAKING: Final = regex(r"cach|memo|lazy|reify|once", re.IGNORECASE)
