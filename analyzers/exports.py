"""`__all__`: what a module says it offers."""

from __future__ import annotations

from collections.abc import Iterator

from overhaul.facts import Export
from overhaul.lazy import cst
from overhaul.leaves import Collector
from overhaul.module import Module
from overhaul.scopes import situation
from overhaul.text import dotted


@Collector("Assign", "AnnAssign", "AugAssign", "Call")
def exports(module: Module) -> Iterator[Export]:
    """The names in `__all__`, put together from its assignments, `+=`, `append`, `insert`, `extend` and `remove`.

    Lists of other modules that are added (`__all__ += sub.__all__`) are named in `others`. A change that is not
    understood makes the row incomplete.
    """
    if "__all__" not in module.text:
        return
    names: list[str] = []
    others: list[str] = []
    complete = True
    first = 0
    for line, act, value in sorted(_changes(module), key=lambda change: change[0]):
        first = first or line
        if act == "=":
            names, others, complete = [], [], True
        understood = _names(value)
        if understood is None:
            complete = False
            continue
        for name in understood:
            if act == "remove":
                names = [one for one in names if one != name]
            else:
                (others if "." in name else names).append(name)
    if first:
        yield Export(line=first, names=tuple(dict.fromkeys(names)), others=tuple(others), complete=complete)


def _changes(module: Module) -> Iterator[tuple[int, str, cst.BaseExpression]]:
    for assign, line, block in module.nodes(cst.Assign):
        if block.scope.top:
            for target in assign.targets:
                if _is_all(target.target):
                    # What a branch assigns may come to what was there before, or replace it.
                    yield line, "+=" if situation(block).conditional else "=", assign.value
                elif isinstance(target.target, cst.Subscript) and _is_all(target.target.value):
                    yield line, "[]", target.target
    for declared, line, block in module.nodes(cst.AnnAssign):
        if block.scope.top and _is_all(declared.target) and declared.value is not None:
            yield line, "=", declared.value
    for added, line, block in module.nodes(cst.AugAssign):
        if block.scope.top and _is_all(added.target):
            yield line, "+=", added.value
    for call, line, block in module.nodes(cst.Call):
        if block.scope.top:
            match dotted(call.func), call.args:
                case "__all__.extend", [one]:
                    yield line, "+=", one.value
                case ("__all__.append", [one]) | ("__all__.insert", [_, one]):
                    yield line, "+=", cst.List([cst.Element(one.value)])
                case "__all__.remove", [one]:
                    yield line, "remove", cst.List([cst.Element(one.value)])
                case "__all__.pop" | "__all__.clear", _:
                    yield line, "call", call


def _is_all(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Name) and node.value == "__all__"


def _names(node: cst.BaseExpression) -> list[str] | None:
    """The names in a list expression, dotted ones for other modules' lists; None for what is not understood."""
    match node:
        case cst.List() | cst.Tuple() | cst.Set():
            names: list[str] = []
            for element in node.elements:
                match element:
                    case cst.StarredElement(value=inner):
                        more = _names(inner)
                        if more is None:
                            return None
                        names += more
                    case cst.Element(value=cst.SimpleString() | cst.ConcatenatedString() as text):
                        value = text.evaluated_value
                        if not isinstance(value, str):
                            return None
                        names.append(value)
                    case _:
                        return None
            return names
        case cst.BinaryOperation(operator=cst.Add()):
            left, right = _names(node.left), _names(node.right)
            return None if left is None or right is None else left + right
        case cst.Attribute(attr=cst.Name(value="__all__")):
            name = dotted(node)
            return [name] if name else None
        case cst.Call(func=cst.Name(value="list" | "tuple" | "sorted"), args=[cst.Arg(value=inner)]):
            return _names(inner)
        case _:
            return None
