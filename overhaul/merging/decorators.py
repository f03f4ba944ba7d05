"""What the decorators of definitions keep of each: one of several is less than several."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from overhaul.errors import Refused, Unreadable
from overhaul.later import parsed
from overhaul.merging.definitions import Member
from overhaul.moving.guards import QUIET_DECORATORS, lists
from overhaul.naming.meanings import External, Symbol

if TYPE_CHECKING:
    from overhaul.project import Project

_FRESH: Final = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
_OWN: Final = frozenset({"__module__", "__qualname__", "__code__", "__globals__", "__annotations__"})


def refuse_kept(project: Project, member: Member) -> Iterator[tuple[int, str]]:
    """What is to be looked at in the decorators of a definition, and of its methods: (line, why).

    Raises Refused for those of the project that keep something for each that they decorate, or ask where it stands.
    """
    for node in ast.walk(member.node):
        for decorator in getattr(node, "decorator_list", ()):
            called = ast.unparse(decorator.func if isinstance(decorator, ast.Call) else decorator)
            meaning = project.symbols.lookup(member.module, "", called)
            if isinstance(meaning, External) and meaning.name.partition(".")[0] in QUIET_DECORATORS:
                continue
            inner = node is not member.node
            if isinstance(meaning, Symbol) and meaning.kind == "function":
                if why := _keeps(project, meaning, inner=inner):
                    raise Refused(f"{member.at(decorator)}: @{called} {why}: merge {member.name} by hand")
            elif inner and called.rpartition(".")[2] in ("setter", "getter", "deleter"):
                continue
            yield decorator.lineno, f"what @{called} does, and may keep, is for both together"


def _keeps(project: Project, symbol: Symbol, *, inner: bool) -> str:
    """What a decorator keeps of what it decorates, as one reads it; "" for nothing that can be seen."""
    if inner and lists(project, symbol):
        return "may keep a list of what it decorates"
    try:
        tree = parsed(project.source(symbol.path).text())
    except (Unreadable, SyntaxError, ValueError, RecursionError):
        return "cannot be read"
    found = [
        one for one in ast.walk(tree)
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) and one.name == symbol.name.rpartition(".")[2]
    ]  # fmt: skip
    return next((why for one in found for why in _kept(one)), "")


def _kept(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    functions = [one for one in ast.walk(function) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
    known = {one.name for one in functions[1:]} | {one.arg for one in function.args.args}
    for node in ast.walk(function):
        match node:
            case ast.Nonlocal(names=names):
                yield f"keeps {names[0]} for each that it decorates"
            case ast.Attribute(attr=name) if name in _OWN:
                yield f"asks for {name}"
            case ast.Attribute(value=ast.Name(id=owner), attr=name, ctx=ast.Store()) if owner in known:
                if not name.startswith("__"):
                    yield f"sets {owner}.{name} of each that it decorates"
            case _:
                continue
    for one in functions:
        # What is made where a function stands inside is made once for each that is decorated.
        if not any(isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) for each in one.body):
            continue
        for statement in one.body:
            value = getattr(statement, "value", None) if isinstance(statement, ast.Assign | ast.AnnAssign) else None
            made = isinstance(value, ast.Call) and ast.unparse(value.func).rpartition(".")[2]
            if isinstance(value, _FRESH) or (made and (made[:1].isupper() or made in _MAKING)):
                yield "makes something new for each that it decorates"


_MAKING: Final = frozenset({"dict", "list", "set", "defaultdict", "deque", "count", "iter"})
