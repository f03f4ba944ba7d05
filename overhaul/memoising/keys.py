"""Whether the key of a memo is the same when it is worked out once, and not anew at each place."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from typing import Final

from overhaul.errors import Refused
from overhaul.memoising.shapes import Shape
from overhaul.refactoring.syntax import Def, Syntax

_BY_HAND: Final = "change it by hand"
_QUICK: Final = frozenset({"id", "type", "isinstance"})
_PURE: Final = frozenset({
    "tuple", "str", "repr", "frozenset", "len", "int", "float", "bool", "bytes", "hash", "abs", "round", "min", "max",
    "ord",
})  # fmt: skip
"""Builtins that give the same for values that cannot change."""
_UNCHANGING: Final = frozenset({"str", "int", "float", "bool", "bytes", "complex"})


def refuse_key(syntax: Syntax, shape: Shape) -> None:
    """Raise Refused for a key that does something when it is worked out, or is changed by what is computed."""
    for node in ast.walk(shape.key):
        match node:
            case ast.Call(func=ast.Name(id=name), keywords=[]) if name in _PURE | _QUICK and hasattr(builtins, name):
                pass
            case ast.Call() | ast.Await() | ast.NamedExpr() | ast.Lambda() | ast.Yield() | ast.comprehension():
                why = "the key is worked out anew at each place"
                raise Refused(f"{syntax.where(shape.key)}: {why}: put it in a variable")
            case _:
                pass
    names = {one.id for one in ast.walk(shape.key) if isinstance(one, ast.Name)}
    for node in (one for part in (*shape.compute, shape.value) for one in ast.walk(part)):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) if name in names:
                raise Refused(f"{syntax.where(node)}: {name}, of the key, is assigned anew: {_BY_HAND}")
            case _:
                pass


def refuse_unsteady(syntax: Syntax, function: Def, shape: Shape) -> None:
    """Raise Refused for a key that may be another one when it is worked out once, and not where the value is kept."""
    _Key(syntax, function).refuse(shape.key)
    names = {one.id for one in ast.walk(shape.key) if isinstance(one, ast.Name)}
    for node in ast.walk(function):
        if isinstance(node, ast.Nonlocal) and names.intersection(node.names):
            raise Refused(f"{syntax.where(node)}: what the key is made of is assigned anew here: {_BY_HAND}")


class _Key:
    """Reads one key."""

    def __init__(self, syntax: Syntax, function: Def) -> None:
        self._syntax = syntax
        given = function.args
        parameters = [*given.posonlyargs, *given.args, *given.kwonlyargs]
        self._own = {one.arg for one in (*parameters, *filter(None, (given.vararg, given.kwarg)))}
        self._own |= {
            one.id for one in ast.walk(function) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
        }
        self._unchanging = {
            one.arg for one in parameters
            if isinstance(one.annotation, ast.Name) and one.annotation.id in _UNCHANGING
        }  # fmt: skip

    def refuse(self, key: ast.expr) -> None:
        """Raise Refused for the first part that may change."""
        for one in self._unsteady(key):
            raise Refused(
                f"{self._syntax.where(key)}: the key is worked out anew at each place ({self._syntax.of(one)}), and "
                "what is computed may change it: put it in a variable"
            )

    def _unsteady(self, node: ast.expr) -> Iterator[ast.expr]:
        match node:
            case ast.Constant():
                pass
            case ast.Tuple(elts=parts) | ast.Call(func=ast.Name(id="id" | "type"), args=parts, keywords=[]):
                for one in parts:
                    yield from self._unsteady(one)
            case ast.Name(id=name):
                if name not in self._own and not self._fixed(name):
                    yield node
            case ast.Attribute(value=ast.Name(id=root), attr=attr) if (
                attr.isupper() and root not in self._own and self._fixed(root)
            ):
                pass  # a constant of a class or module
            case ast.BinOp() | ast.UnaryOp() | ast.JoinedStr() | ast.Call():
                if not all(self._plain(one) for one in ast.walk(node)):
                    yield node
            case _:
                yield node

    def _plain(self, node: ast.AST) -> bool:
        match node:
            case ast.Name(id=name):
                return name in self._unchanging or (name in _PURE and hasattr(builtins, name) and self._builtin(name))
            case ast.Call(func=ast.Name(id=name), keywords=[]):
                return name in _PURE and self._builtin(name)
            case ast.BinOp() | ast.UnaryOp() | ast.JoinedStr() | ast.FormattedValue() | ast.Constant():
                return True
            case ast.operator() | ast.unaryop() | ast.expr_context():
                return True
            case _:
                return False

    def _builtin(self, name: str) -> bool:
        return name not in self._own and not self._syntax.file.bindings(self._syntax.file.top, name)

    def _fixed(self, name: str) -> bool:
        """Whether a name that the function does not bind always means the same."""
        file = self._syntax.file
        bound = file.bindings(file.top, name)
        if not bound:
            return hasattr(builtins, name)
        anew = any(isinstance(one, ast.Global) and name in one.names for one in ast.walk(self._syntax.tree))
        roles = {getattr(one, "role", "import") for one in bound}
        return len(bound) == 1 and not anew and (name.isupper() or roles <= {"function", "class", "import"})
