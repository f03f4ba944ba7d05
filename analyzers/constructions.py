"""Where instances are made, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

from overhaul.facts import Construction
from overhaul.lazy import cst
from overhaul.leaves import Collector
from overhaul.module import Module
from overhaul.scopes import Block, Scope
from overhaul.text import dotted

How = Literal["attribute", "variable", "local", "element", "argument", "returned", "yielded", "raised", "other"]

_LET_GO: Final[tuple[How, str]] = ("other", "")
_ADDING: Final = frozenset({"append", "add", "appendleft", "insert", "setdefault", "put", "push"})


@Collector("Call", "Assign", "AnnAssign", "Return", "Yield", "Raise", "NamedExpr", "ListComp", "DictComp", "SetComp")
def constructions(module: Module) -> Iterator[Construction]:
    """Every call of a name that may be a class: one the file defines so, or that is written like a class, or `cls`."""
    classes = {scope.name.rpartition(".")[2] for scope in module.scopes if scope.kind == "class"}
    calls: list[tuple[Any, int, Block, str]] = []
    for node, line, block in module.nodes(cst.Call):
        callee = dotted(node.func)
        if not callee:
            continue
        last = callee.rpartition(".")[2]
        if last in classes or callee == "cls" or _like_a_class(last):
            calls.append((node, line, block, callee))
    if not calls:
        return
    kept = dict(_kept(module))
    fates = _fates(module) if any(kept.get(id(node), _LET_GO)[0] == "local" for node, *_ in calls) else {}
    for node, line, block, callee in calls:
        how, target = kept.get(id(node), _LET_GO)
        if how == "local":
            how, target = fates.get((_function(block).name, target), (how, target))
        if how == "argument" and target.rpartition(".")[2] in _ADDING:
            how, target = "element", target.rpartition(".")[0]
        yield Construction(
            callee=callee, line=line, scope=block.scope.name, how=how, target=target,
            arguments=tuple(_arguments(node)), looped=_looped(block), conditional=_conditional(block),
        )  # fmt: skip


def _like_a_class(name: str) -> bool:
    """Whether a name follows PEP 8's convention for classes: a capital first, and small letters as well."""
    plain = name.lstrip("_")
    return plain[:1].isupper() and (not plain.isupper() or len(plain) == 1)


def _kept(module: Module) -> Iterator[tuple[int, tuple[How, str]]]:
    """Identity of a value -> what it becomes. The last statement about a value wins: that is the innermost."""
    lists = (cst.List, cst.Tuple, cst.Set, cst.Dict)
    holding = (*lists, cst.Call, cst.Await, cst.BooleanOperation, cst.IfExp, cst.NamedExpr)
    for call, _, _ in module.nodes(cst.Call):
        called: str | None = None
        for argument in call.args:
            kind = argument.value.__class__
            if kind not in holding:
                continue
            if called is None:
                func: Any = call.func
                called = dotted(func)
                if not called and func.__class__ is cst.Attribute:
                    called = f"?.{func.attr.value}"
            listed = kind in lists
            for value in _values(argument.value):
                yield id(value), ("element", called) if listed and not _is_class(called) else ("argument", called)
    for given, _, _ in module.nodes(cst.Yield):
        for value in _values(given.value):
            yield id(value), ("yielded", "")
    for returned, _, _ in module.nodes(cst.Return):
        for value in _values(returned.value) if returned.value.__class__ in holding else ():
            yield id(value), ("returned", "")
    for raised, _, _ in module.nodes(cst.Raise):
        yield id(raised.exc), ("raised", "")
    for kind in (cst.ListComp, cst.SetComp):
        for made, _, _ in module.nodes(kind):
            yield id(made.elt), ("element", "")
    for made_dict, _, _ in module.nodes(cst.DictComp):
        yield id(made_dict.value), ("element", "")
    for walrus, _, block in module.nodes(cst.NamedExpr):
        for value in _values(walrus.value):
            yield id(value), _become(walrus.target, block)
    for declared, _, block in module.nodes(cst.AnnAssign):
        for value in _values(declared.value) if declared.value.__class__ in holding else ():
            yield id(value), _become(declared.target, block)
    for assign, _, block in module.nodes(cst.Assign):
        if assign.value.__class__ not in holding:
            continue
        listed = assign.value.__class__ in lists
        for value in _values(assign.value):
            found = [_become(one.target, block) for one in assign.targets]
            how, target = next((one for one in found if one[0] == "attribute"), found[0])
            yield id(value), ("element", target) if listed and how == "local" else (how, target)
        first: Any = assign.targets[0].target
        several: Any = assign.value
        if several.__class__ is cst.Tuple and first.__class__ is cst.Tuple:
            for one, element in zip(first.elements, several.elements, strict=False):
                yield id(element.value), _become(one.value, block)


def _is_class(called: str) -> bool:
    return _like_a_class(called.rpartition(".")[2])


def _values(node: Any) -> Iterator[Any]:
    """The expressions whose value an expression may have: both sides of `or`, both ways of `if`, elements of lists."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        kind = one.__class__
        if kind is cst.BooleanOperation:
            waiting += (one.left, one.right)
        elif kind is cst.IfExp:
            waiting += (one.body, one.orelse)
        elif kind is cst.Await:
            waiting.append(one.expression)
        elif kind is cst.NamedExpr:
            waiting.append(one.value)
        elif kind is cst.List or kind is cst.Tuple or kind is cst.Set or kind is cst.Dict:
            waiting += (element.value for element in one.elements)
        elif kind is cst.Call:
            yield one


def _become(target: Any, block: Block) -> tuple[How, str]:
    """What a value becomes that is assigned to `target`."""
    kind = target.__class__
    if kind is cst.Name:
        scope = _function(block)
        name: str = target.value
        if scope.top or scope.elsewhere.get(name) == "global":
            return "variable", name
        return ("attribute" if scope.kind == "class" else "local"), name
    if kind is cst.Attribute:
        chain = dotted(target)
        root, _, rest = chain.partition(".")
        if root in ("self", "cls") and rest and "." not in rest:
            return "attribute", rest
        return ("attribute", f"{chain}") if chain else ("other", "")
    if kind is cst.Subscript:
        owner = dotted(target.value)
        key = _constant(target.slice[0].slice) if len(target.slice) == 1 else ""
        # Under a constant key there is one, like under the name of an attribute.
        return ("attribute", f"{owner}[{key}]") if key and owner else ("element", owner)
    return "other", ""


def _constant(index: Any) -> str:
    """A key that is a text or a constant's name; "" for any other."""
    value: Any = getattr(index, "value", None)
    if value.__class__ is cst.SimpleString:
        text: str = value.value
        return text if len(text) < 60 else ""
    name = dotted(value)
    return name if name.rpartition(".")[2].isupper() else ""


def _fates(module: Module) -> dict[tuple[str, str], tuple[How, str]]:
    """(function, local variable) -> what its value becomes in the end, when that is more than a local variable."""
    found: dict[tuple[str, str], tuple[How, str]] = {}

    def note(node: Any, block: Block, how: How, target: str) -> None:
        if node.__class__ is cst.Name:
            key = _function(block).name, node.value
            if key not in found or _RANK.index(how) < _RANK.index(found[key][0]):
                found[key] = how, target

    for assign, _, block in module.nodes(cst.Assign):
        if assign.value.__class__ is cst.Name:
            for target in assign.targets:
                how, what = _become(target.target, block)
                if how != "local":
                    note(assign.value, block, how, what)
    for returned, _, block in module.nodes(cst.Return):
        note(returned.value, block, "returned", "")
    for given, _, block in module.nodes(cst.Yield):
        note(given.value, block, "yielded", "")
    for call, _, block in module.nodes(cst.Call):
        if not any(argument.value.__class__ is cst.Name for argument in call.args):
            continue
        called = dotted(call.func)
        last = called.rpartition(".")[2]
        if last in _ADDING and "." in called:
            for argument in call.args:
                note(argument.value, block, "element", called.rpartition(".")[0])
        elif _like_a_class(last):
            for argument in call.args:
                note(argument.value, block, "argument", called)
    return found


_RANK: Final = ("attribute", "variable", "argument", "element", "returned", "yielded", "local", "raised", "other")


def _function(block: Block) -> Scope:
    scope = block.scope
    while scope.kind == "comprehension" and scope.parent is not None:
        scope = scope.parent
    return scope


def _arguments(call: cst.Call) -> Iterator[tuple[str, str]]:
    for number, argument in enumerate(call.args):
        if argument.star:
            continue
        value: Any = argument.value
        text = dotted(value)
        if not text and value.__class__ is cst.Call:
            called = dotted(value.func)
            text = f"{called}()" if called else ""
        if text:
            yield argument.keyword.value if argument.keyword is not None else str(number), text


def _looped(block: Block | None) -> bool:
    scope = block.scope if block is not None else None
    while block is not None and block.scope is scope:
        if block.kind in ("for", "while"):
            return True
        if block.scope.kind == "comprehension":
            return True
        block = block.parent
    return False


def _conditional(block: Block | None) -> bool:
    scope = block.scope if block is not None else None
    while block is not None and block.scope is scope:
        if block.kind in ("if", "orelse", "else", "except", "case"):
            return True
        block = block.parent
    return False
