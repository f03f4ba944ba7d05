"""What a module does when it is imported, as far as it decides whether an import cycle fails."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from typing import Final, Literal

from overhaul.facts import Step
from overhaul.lazy import cst
from overhaul.leaves import Collector
from overhaul.module import Module
from overhaul.scopes import Block, Imported, Role, Situation, situation
from overhaul.text import dotted

Act = Literal["import", "from", "star", "bind", "unbind", "load", "call"]

_BUILTINS: Final = frozenset(dir(builtins))
_USES: Final = (Role.LOAD, Role.CALL, Role.STORE)


@Collector("Call", "Assign")
def steps(module: Module) -> Iterator[Step]:
    """Imports, bindings, and uses of imported names at the top level and in class bodies, in the order they run.

    Annotations count as used, as Python evaluates them before 3.14, unless the module postpones them.
    """
    top = module.scopes[0]
    imported = top.imported | set(_dynamic(module))
    stars = False
    asked = set(_asked_for(module)) if "hasattr" in module.text else ()
    own = {scope.name for scope in module.scopes if scope.kind in ("function", "class") and "." not in scope.name}
    # A file with lazy imports is of Python 3.15, which evaluates annotations when somebody asks for them.
    postponed = ("__future__" in module.text or "lazy" in module.text) and any(
        isinstance(event[4], Imported) and (event[4].lazy or event[4][:2] == ("__future__", "annotations"))
        for event in top.events
    )
    uses = _USES if postponed else (*_USES, Role.ANNOTATION)
    situations: dict[int, Situation] = {}
    kept: list[Block] = []  # so that no id is used twice
    told: set[tuple[int, str]] = set()
    bound: set[str] = set()
    waiting: dict[str, Imported] = {}
    for event in top.events:
        role, name, line, block, node = event
        if block.kind == "global":
            continue
        if role < Role.ASSIGN:
            root = name.partition(".")[0]
            if role not in uses:
                continue
            known = root in imported or root in block.scope.imported or (role == Role.CALL and root in own)
            # What nothing here binds may come from a star.
            if not known and (not stars or root in top.bound or root in _BUILTINS):
                continue
            if name in asked or ((role, name) in told and role != Role.CALL):
                continue
        elif not (block.scope.top or role == Role.IMPORT):
            continue
        when = situations.get(id(block))
        if when is None:
            when = situations[id(block)] = situation(block)
            kept.append(block)
        if when.typing or when.deferred or when.never:
            continue
        if role == Role.IMPORT:
            stars = stars or name == "*"
            bound.add(name)
            told.clear()
            assert isinstance(node, Imported)
            if node.lazy:
                waiting[name] = node
                yield _step(line, "bind", name, when)
            else:
                waiting.pop(name, None)
                yield _import(name, node, line, when)
        elif role < Role.ASSIGN:
            if (late := waiting.get(name.partition(".")[0])) is not None:
                # What is imported lazily is loaded by the first use.
                yield _import(name.partition(".")[0], late, line, when)
                if not when.conditional:
                    del waiting[name.partition(".")[0]]
            # A chain that worked once works again, until something else is imported.
            if not when.conditional:
                told.add((role, name))
            yield _step(line, "call" if role == Role.CALL else "load", name, when)
        elif role == Role.UNBIND:
            bound.discard(name)
            yield _step(line, "unbind", name, when)
        elif role != Role.DECLARE:
            if name not in bound:
                if not when.conditional:
                    bound.add(name)
                yield _step(line, "bind", name, when)
            if role == Role.CLASS:
                yield from _subclassing(node, line, when, imported | own)


def _dynamic(module: Module) -> Iterator[str]:
    """Names that a dynamic import is assigned to."""
    if "import_module" in module.text or "__import__" in module.text:
        for assign, _, block in module.nodes(cst.Assign):
            value, target = assign.value, assign.targets[0].target
            if not (block.scope.top and isinstance(target, cst.Name) and isinstance(value, cst.Call)):
                continue
            if dotted(value.func).rpartition(".")[2] in ("import_module", "__import__"):
                yield target.value


def _asked_for(module: Module) -> Iterator[str]:
    """Chains that are used only where `hasattr` has said that they exist."""
    for call, _, block in module.nodes(cst.Call):
        if dotted(call.func) == "hasattr" and len(call.args) == 2 and block.scope.at_import:
            owner, name = dotted(call.args[0].value), call.args[1].value
            attribute = name.evaluated_value if isinstance(name, cst.SimpleString) else ""
            if owner and isinstance(attribute, str) and attribute:
                yield f"{owner}.{attribute}"


def _subclassing(node: object, line: int, when: Situation, known: set[str]) -> Iterator[Step]:
    """Making a subclass calls a hook of its base."""
    assert isinstance(node, cst.ClassDef)
    for base in node.bases:
        name = dotted(base.value)
        if name.partition(".")[0] in known:
            yield _step(line, "call", f"{name}.__init_subclass__", when)


def _step(line: int, act: Act, name: str, when: Situation, target: str = "", taken: str = "") -> Step:
    return Step(
        line=line, act=act, name=name, target=target, taken=taken, maybe=when.conditional, caught=when.caught,
    )  # fmt: skip


def _import(name: str, imported: Imported, line: int, when: Situation) -> Step:
    """The step for one bound name of an import statement."""
    if name == "*":
        return _step(line, "star", "", when, imported.module)
    if imported.taken:
        return _step(line, "from", name, when, imported.module, imported.taken)
    return _step(line, "import", name, when, imported.module, "as" if imported.given else "")
