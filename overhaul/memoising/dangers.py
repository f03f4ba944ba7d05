"""What a dictionary did for a memo that one call of a store does not do, so that it is refused."""

from __future__ import annotations

import ast
from collections.abc import Collection
from typing import TYPE_CHECKING, Final

from overhaul.errors import Refused
from overhaul.facts import Function
from overhaul.memoising.places import Place
from overhaul.memoising.shapes import Shape
from overhaul.naming.meanings import External, Symbol
from overhaul.refactoring.syntax import Def, Syntax

if TYPE_CHECKING:
    from overhaul.refactoring.references import References

_BY_HAND: Final = "change it by hand"
_STACK: Final = frozenset({"stack", "extract_stack", "format_stack", "print_stack", "findCaller", "getouterframes"})
"""What tells of the functions that are running."""
_SHARED: Final = frozenset({
    "builtins.object", "abc.ABC", "typing.Generic", "typing.Protocol", "typing_extensions.Protocol",
})  # fmt: skip
"""Bases from outside that leave an attribute of the class one for all instances."""


def refuse_dangers(references: References, syntax: Syntax, function: Def, shape: Shape) -> None:
    """Raise Refused where a memo that becomes one call would do something else than its statements did."""
    if shape.unhashable:
        raise Refused(f"{syntax.where(shape.region[0])}: what cannot be hashed goes round the dictionary: {_BY_HAND}")
    parts = (*shape.compute, shape.value)
    nodes = [one for part in parts for one in ast.walk(part)]
    _refuse_stack(syntax, function, nodes)
    _refuse_coroutine(references, syntax, shape.value)
    _refuse_caught(syntax, shape)


def refuse_own_default(references: References, place: Place) -> None:
    """Raise Refused for a dictionary in a class body of which each instance may get one of its own."""
    syntax, statement = place.made.syntax, place.statement
    if not place.owner or not isinstance(syntax.parents[statement], ast.ClassDef):
        return
    for base in references.project.symbols.order(place.target.module, place.owner):
        if isinstance(base, Symbol) or (isinstance(base, External) and base.name in _SHARED):
            continue
        raise Refused(
            f"{syntax.where(statement)}: {place.owner} has a base of which nothing is known ({base.name}), which may "
            f"give each instance a dictionary of its own: {_BY_HAND}"
        )


def _refuse_stack(syntax: Syntax, function: Def, nodes: Collection[ast.AST]) -> None:
    """Some more functions will be running: those that count them, and those that may become too many."""
    for node in nodes:
        match node:
            case ast.keyword(arg="stacklevel"):
                raise Refused(f"{syntax.where(node.value)}: stacklevel counts the functions around it: {_BY_HAND}")
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in _STACK:
                raise Refused(f"{syntax.where(node)}: {name}() tells of the functions around it: {_BY_HAND}")
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name == function.name:
                raise Refused(
                    f"{syntax.where(node)}: {name} may call itself, and would reach the limit of recursion earlier: "
                    "decorate it with the unified decorator by hand"
                )
            case _:
                pass


def _refuse_coroutine(references: References, syntax: Syntax, value: ast.expr) -> None:
    match value:
        case ast.Call(func=ast.Name() | ast.Attribute() as func):
            one = syntax.occurrence(func)
            meaning = references.meaning(syntax.path, one) if one is not None else None
        case _:
            return
    if isinstance(meaning, Symbol) and meaning.kind in ("function", "method"):
        row = references.project.symbols.interior(meaning.module).functions.get(meaning.name)
        if isinstance(row, Function) and row.asynchronous and not row.generator:
            raise Refused(f"{syntax.where(value)}: it keeps a coroutine, which is awaited once: {_BY_HAND}")


def _refuse_caught(syntax: Syntax, shape: Shape) -> None:
    """A KeyError of the key itself has been caught, too, where a missing one is."""
    if not isinstance(shape.region[0], ast.Try):
        return
    for node in ast.walk(shape.key):
        if isinstance(node, ast.Subscript | ast.Call):
            raise Refused(f"{syntax.where(shape.key)}: the key may raise KeyError itself: put it in a variable")
