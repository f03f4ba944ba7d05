"""The expressions inside an expression or a statement."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

from overhaul.lazy import cst
from overhaul.syntax.grammar import GRAMMAR

_TOKENS: Final = frozenset({"lpar", "rpar", "semicolon", "asynchronous", "dot", "relative", "format_spec"})


@lru_cache(maxsize=256)
def _fields(kind: str) -> tuple[tuple[str, bool], ...]:
    """The fields of a node class that hold expressions or lead to some: name, whether it is a sequence."""
    fields: list[tuple[str, bool]] = []
    for field in GRAMMAR.get(kind, "").split():
        if field[0] in "{@" or "|" in field or ">" in field or field[-1] in "~#^%!+":
            continue
        name = field.rstrip("*?$=")
        if name not in _TOKENS and name not in ("annotation", "params"):
            fields.append((name, "*" in field))
    if kind == "Attribute":
        return (("value", False),)
    return tuple(fields)


def parts(node: Any) -> Iterator[Any]:
    """The nodes directly below an expression or a simple statement; no annotations, parameters or suites."""
    for name, many in _fields(node.__class__.__name__):
        child = getattr(node, name, None)
        if many:
            yield from child or ()
        elif child is not None and child.__class__ is not cst.MaybeSentinel:
            yield child


def inside(node: Any) -> Iterator[Any]:
    """The node itself and everything below it, outermost first."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        if one.__class__ is not cst.Name:
            waiting += reversed(list(parts(one)))
