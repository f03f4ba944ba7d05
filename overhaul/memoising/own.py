"""A memoiser of the project's own: whether it is the plain one, and what of it is used."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from overhaul.errors import Refused
from overhaul.memoising.shapes import Shape, shape_of
from overhaul.memoising.target import ARGUMENTS
from overhaul.refactoring.syntax import Def, Syntax, same

_CLEARING: Final = "cache_clear"


class Memoiser(NamedTuple):
    """What a plain memoiser does."""

    node: ast.FunctionDef
    values: Mapping[str, str]
    """What the unified decorator is given in its place."""
    members: Mapping[str, str]
    """Attributes of what it makes, and what they are called there."""
    lacking: frozenset[str]
    """Attributes that the unified decorator does not give."""
    differs: str
    """What is not as before; "" for nothing."""
    ordered: bool
    """Keywords in another order make another key then."""


def memoiser_of(syntax: Syntax, node: Def | ast.ClassDef) -> Memoiser:
    """Read a memoiser. Raises Refused where it is not the plain one."""
    where = syntax.where(node)
    if not isinstance(node, ast.FunctionDef) or node.decorator_list:
        raise Refused(f"{where}: {node.name} is no plain function that decorates: change it by hand")
    given = node.args
    if len(given.args) != 1 or given.posonlyargs or given.kwonlyargs or given.vararg or given.kwarg or given.defaults:
        raise Refused(f"{where}: {node.name} takes settings: change its uses by hand")
    function = given.args[0].arg
    body = _plain(node.body)
    store, inner, rest = _parts(body)
    if inner is None or not store:
        raise Refused(f"{where}: {node.name} keeps its results in no plain dictionary of its own: by hand")
    shape = shape_of(_plain(inner.body), lambda one: isinstance(one, ast.Name) and one.id == store)
    lines = _plain(inner.body)
    if shape is not None and len(shape.region) == len(lines) - 1:
        shape = _with_key(shape, lines[0])
        lines = lines[1:]
    if shape is None or shape.none == "miss" or shape.compute or len(shape.region) != len(lines):
        raise Refused(f"{syntax.where(inner)}: {inner.name} does more than look up, call and keep: by hand")
    values, differs = _key(syntax, inner, shape, function)
    ordered = bool(differs)
    if not inner.decorator_list:
        bare = "what it makes has the name and signature of the function, and `__wrapped__`, which it had not"
        differs = f"{differs}; {bare}" if differs else bare
    members, lacking = _members(syntax, inner, store, rest)
    if shape.unhashable:
        values = {**values, "unhashable": '"call"'}
    return Memoiser(node, {"maxsize": "None", **values}, members, lacking, differs, ordered)


def _with_key(shape: Shape, first: ast.stmt) -> Shape | None:
    """The shape, with what its key is assigned above it; None where something else stands there."""
    match first, shape.key:
        case ast.Assign(targets=[ast.Name(id=name)], value=value), ast.Name(id=used) if name == used:
            return shape._replace(key=value)
        case _:
            return None


def _plain(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    """Without the docstring."""
    first = body[0] if body else None
    doc = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    return list(body[1:] if doc else body)


def _parts(body: Sequence[ast.stmt]) -> tuple[str, ast.FunctionDef | None, Sequence[ast.stmt]]:
    """The name of the dictionary, the function that is made, and what stands behind it."""
    store = ""
    for number, one in enumerate(body):
        match one:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if _empty(value) and not store:
                store = name
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value) if _empty(value) and not store:
                store = name
            case ast.FunctionDef():
                return store, one, body[number + 1 :]
            case _:
                return "", None, ()
    return "", None, ()


def _empty(value: ast.expr) -> bool:
    match value:
        case ast.Dict(keys=[]) | ast.Call(func=ast.Name(id="dict"), args=[], keywords=[]):
            return True
        case _:
            return False


def _key(syntax: Syntax, inner: ast.FunctionDef, shape: Shape, function: str) -> tuple[Mapping[str, str], str]:
    """How the unified decorator makes the same key."""
    where, given = syntax.where(inner), inner.args
    others = given.args or given.posonlyargs or given.kwonlyargs
    wrapped = [one for one in inner.decorator_list if _wraps(one, function)]
    if others or given.vararg is None or len(wrapped) != len(inner.decorator_list):
        raise Refused(f"{where}: {inner.name} names its parameters, or is decorated otherwise: by hand")
    args, kwargs = given.vararg.arg, given.kwarg.arg if given.kwarg is not None else ""
    call = f"{function}(*{args}, **{kwargs})" if kwargs else f"{function}(*{args})"
    if not same(shape.value, _parsed(call)):
        raise Refused(f"{where}: what it calls is not {call}: by hand")
    key = shape.key
    if not kwargs:
        if same(key, _parsed(args)):
            return {"key": ARGUMENTS}, ""
        raise Refused(f"{where}: its key is not {args}: by hand")
    if any(same(key, _parsed(text.format(a=args, k=kwargs))) for text in _KEYS):
        return {}, "1, 1.0 and True, and keywords in another order, are other keys"
    raise Refused(f"{where}: its key is none that is known ({syntax.of(key)}): by hand")


_KEYS: Final = (
    "({a}, frozenset({k}.items()))", "({a}, tuple(sorted({k}.items())))", "{a} + tuple(sorted({k}.items()))",
    "({a}, frozenset(sorted({k}.items())))", "({a}, tuple({k}.items()))",
)  # fmt: skip


def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _wraps(node: ast.expr, function: str) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="wraps") | ast.Attribute(attr="wraps"), args=[ast.Name(id=name)], keywords=[]):
            return name == function
        case _:
            return False


def _members(
    syntax: Syntax, inner: ast.FunctionDef, store: str, rest: Sequence[ast.stmt]
) -> tuple[Mapping[str, str], frozenset[str]]:
    """The attributes that are set on what is made."""
    members: dict[str, str] = {}
    lacking: set[str] = set()
    for one in rest[:-1]:
        match one:
            case ast.Assign(targets=[ast.Attribute(value=ast.Name(id=name), attr=attr)], value=value) if (
                name == inner.name
            ):
                match value:
                    case ast.Attribute(value=ast.Name(id=kept), attr="clear") if kept == store:
                        members[attr] = _CLEARING
                    case ast.Name(id=kept) if kept == store:
                        lacking.add(attr)
                    case _:
                        raise Refused(f"{syntax.where(one)}: {attr} is something of its own: by hand")
            case _:
                raise Refused(f"{syntax.where(one)}: it does more than remember: by hand")
    match rest[-1:]:
        case [ast.Return(value=ast.Name(id=name))] if name == inner.name:
            return members, frozenset(lacking)
        case _:
            raise Refused(f"{syntax.where(inner)}: {inner.name} is not what it returns: by hand")


def alone(syntax: Syntax, node: ast.FunctionDef) -> bool:
    """Whether a module has nothing of its own but a memoiser: imports, type variables, a docstring."""
    return all(one is node or _idle(one) for one in syntax.tree.body)


def _idle(node: ast.stmt) -> bool:
    match node:
        case ast.Import() | ast.ImportFrom():
            return True
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.Assign(targets=[ast.Name()], value=ast.Call(func=func)):
            last = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
            return last in ("TypeVar", "ParamSpec", "TypeVarTuple")
        case _:
            return False


def type_variables(syntax: Syntax) -> Iterator[str]:
    """The names that such a module binds beside."""
    for node in syntax.tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)]):
                yield name
            case _:
                pass
