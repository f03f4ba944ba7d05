"""Whether what a memo computes may be put into a function of its own, and whether it may be None."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from overhaul.errors import Refused
from overhaul.facts import Function
from overhaul.memoising.shapes import Shape
from overhaul.naming.meanings import External, Symbol
from overhaul.refactoring.syntax import Def, Syntax, own_nodes

if TYPE_CHECKING:
    from overhaul.refactoring.references import References

_BY_HAND: Final = "change it by hand"
_LOOKING: Final = frozenset({"super", "locals", "eval", "exec", "vars", "dir", "_getframe", "currentframe"})
"""What knows in which function it is called."""
_BARE: Final = frozenset({"super", "vars", "dir"})
"""What knows that only where it is given nothing."""
_CHAINS: Final = re.compile(r"[^\W\d][\w.]*")
_INSTANCES: Final = frozenset({
    "abc.ABC", "enum.Enum", "typing.Generic", "typing.NamedTuple", "typing.Protocol", "typing_extensions.Protocol",
})  # fmt: skip
"""Bases from outside whose subclasses give instances when they are called."""
_NEVER_NONE: Final = frozenset({
    "str", "int", "float", "tuple", "list", "dict", "set", "frozenset", "bytes", "bool", "len", "sorted", "repr",
    "object", "type", "range", "zip", "map", "filter", "complex", "hash", "ord", "chr", "format",
})  # fmt: skip


def refuse_unfit(syntax: Syntax, function: Def, shape: Shape, *, moved: bool) -> None:
    """Raise Refused where the parts of a memo cannot be put elsewhere.

    `moved`: what is computed is put into a function of its own.
    """
    if shape.eager and not _idle(shape.value):
        raise Refused(
            f"{syntax.where(shape.value)}: it is computed each time, found or not, and may do more than that: "
            "ask `if key not in` first, if once is enough"
        )
    if moved:
        refuse_odd(syntax, function, [*shape.compute, shape.value])
        _refuse_shared(syntax, function, shape)


def _idle(value: ast.expr) -> bool:
    """Whether nobody sees how often a value is made."""
    match value:
        case ast.Constant() | ast.Name():
            return True
        case ast.List(elts=parts) | ast.Set(elts=parts) | ast.Tuple(elts=parts):
            return all(map(_idle, parts))
        case ast.Dict(keys=[]):
            return True
        case ast.Call(func=ast.Name(id="list" | "dict" | "set" | "object"), args=[], keywords=[]):
            return True
        case _:
            return False


def refuse_odd(syntax: Syntax, function: Def, compute: Sequence[ast.AST]) -> None:
    """Raise Refused for what means something else in a function of its own, or leaves the memo on another way."""
    for node in own_nodes(compute):
        where = syntax.where(node) if isinstance(node, ast.expr | ast.stmt) else ""
        match node:
            case ast.Return():
                raise Refused(f"{where}: it returns without keeping what it returns: {_BY_HAND}")
            case ast.Await() | ast.AsyncFor() | ast.AsyncWith():
                raise Refused(f"{where}: it waits while it computes: use get_or_compute_async by hand")
            case ast.comprehension(is_async=1):
                raise Refused(f"{syntax.where(function)}: it waits while it computes: use get_or_compute_async by hand")
            case ast.Yield() | ast.YieldFrom():
                raise Refused(f"{where}: it yields: {_BY_HAND}")
            case ast.Delete(targets=targets) if any(isinstance(one, ast.Name) for one in targets):
                raise Refused(f"{where}: it deletes a variable: {_BY_HAND}")
            case ast.Raise(exc=None):
                raise Refused(f"{where}: it raises again what was caught: {_BY_HAND}")
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in _LOOKING:
                if name not in _BARE or _is_bare(syntax, node):
                    raise Refused(f"{where}: {name}() knows where it is called: {_BY_HAND}")
            case _:
                pass
    for node in own_nodes(function.body):
        if isinstance(node, ast.Global | ast.Nonlocal):
            raise Refused(f"{syntax.where(node)}: it assigns variables of others: {_BY_HAND}")


def _refuse_shared(syntax: Syntax, function: Def, shape: Shape) -> None:
    """What is computed in a function of its own must have its variables for itself."""
    parts = (*shape.compute, shape.value)
    inside = {id(one) for part in parts for one in ast.walk(part)}
    region = {id(one) for node in shape.region for one in ast.walk(node)}
    stays = [one for one in ast.walk(function) if id(one) not in region]
    stays += ast.walk(shape.key)
    if shape.entry is not None:
        stays += ast.walk(shape.answer)
    others = {one.id for one in stays if isinstance(one, ast.Name)}
    others |= {one.arg for one in stays if isinstance(one, ast.arg)}
    own = {name: node for part in parts for name, node in _bound_in(part)}
    for name, node in own.items():
        if name in others:
            where = syntax.where(node if isinstance(node, ast.expr) else syntax.statement(node))
            raise Refused(f"{where}: {name} is assigned here and used elsewhere, too: {_BY_HAND}")
    goes = {
        one.id for node in shape.region for one in ast.walk(node)
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store) and id(one) not in inside
    }  # fmt: skip
    for one in (each for part in parts for each in ast.walk(part)):
        if isinstance(one, ast.Name) and one.id in goes - own.keys():
            raise Refused(f"{syntax.where(one)}: {one.id} is what was looked up: {_BY_HAND}")


def _is_bare(syntax: Syntax, node: ast.AST) -> bool:
    """Whether it is called without arguments."""
    call = syntax.parents.get(node)
    return isinstance(call, ast.Call) and call.func is node and not call.args


def _bound_in(part: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """The variables that a part of a function binds."""
    alone = {
        id(one) for node in ast.walk(part) if isinstance(node, ast.comprehension) for one in ast.walk(node.target)
    }
    for node in ast.walk(part):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) if id(node) not in alone:
                yield name, node
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name, node
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name, node
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                yield from ((one.asname or one.name.partition(".")[0], node) for one in names)
            case _:
                pass


# None


def never_none(references: References, syntax: Syntax, value: ast.expr) -> bool:
    """Whether a value is surely not None: by what it is made of, or by the annotation of what makes it."""
    match value:
        case ast.Constant():
            return value.value is not None
        case (
            ast.Tuple() | ast.List() | ast.Dict() | ast.Set() | ast.ListComp() | ast.DictComp() | ast.SetComp()
            | ast.GeneratorExp() | ast.JoinedStr() | ast.Lambda()
        ):  # fmt: skip
            return True
        case ast.Call(func=ast.Name() | ast.Attribute() as func):
            return _returns_something(references, syntax, func)
        case _:
            return False


def _returns_something(references: References, syntax: Syntax, func: ast.expr) -> bool:
    one = syntax.occurrence(func)
    meaning = references.meaning(syntax.path, one) if one is not None else None
    if isinstance(meaning, External):
        return meaning.name.startswith("builtins.") and meaning.name.removeprefix("builtins.") in _NEVER_NONE
    if not isinstance(meaning, Symbol) or meaning.alternatives:
        return False
    project = references.project
    interior = project.symbols.interior(meaning.module)
    if meaning.kind == "class":
        return _makes_instances(references, meaning)
    row = interior.functions.get(meaning.name)
    if not isinstance(row, Function) or row.asynchronous or row.generator or row.decorators or not row.returns:
        return False
    text = row.returns.strip("'\"")
    words = {part.strip() for part in text.replace("[", "|").replace("]", "|").split("|")}
    if words & {"None", "Optional", "typing.Optional", "Any", "typing.Any", "Union", "object"}:
        return False
    scope = meaning.name.rpartition(".")[0]
    if not all(_is_something(project.symbols.lookup(meaning.module, scope, word)) for word in _CHAINS.findall(text)):
        return False
    return bool(project.types.of_annotation(meaning.module, scope, text))


def _makes_instances(references: References, symbol: Symbol) -> bool:
    """Whether to call a class surely gives an instance: no `__new__`, and no metaclass, here or above."""
    symbols = references.project.symbols
    for base in symbols.order(symbol.module, symbol.name):
        match base:
            case Symbol():
                interior = symbols.interior(base.module)
                row = interior.classes.get(base.name)
                if row is None or row.keywords or f"{base.name}.__new__" in interior.functions:
                    return False
            case External(name=name) if name in _INSTANCES or name.startswith("builtins."):
                continue
            case _:
                return False
    return True


def _is_something(meaning: object) -> bool:
    """Whether a name in an annotation stands for no None, as Optional under whatever name, and aliases, may."""
    match meaning:
        case External(name=name):
            return name.rpartition(".")[2] not in ("Optional", "Union", "Any", "None", "object", "TypeVar")
        case Symbol(kind="class"):
            return not meaning.alternatives
        case _:
            return False
