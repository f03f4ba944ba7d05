"""Where the annotations of a statement stand, and which of them Python evaluates."""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Iterator
from typing import Final, NamedTuple

from overhaul.later import parsed
from overhaul.occurrences.finding import Occurrences, Statement


class Annotation(NamedTuple):
    """One annotation, unless it is quoted as a whole."""

    start: int
    """Offset in the file."""
    end: int
    evaluated: bool
    """Python looks at it when the function or class is made, where the future does not put that off; an annotation of
    a local variable is never looked at."""
    plain: bool
    """Of a parameter or result of a function that no decorator but Python's own sees: nobody is known to ask for it."""
    asked: bool = False
    """Its names are looked up when the function or class is made, be it written as a string or put off by the
    future: as functools.singledispatch and pydantic do."""
    field: bool = False
    """Of a variable of a class."""


def annotations_of(occurrences: Occurrences, statement: Statement) -> Iterator[Annotation]:
    """The annotations in a statement of the module's own suite; none in syntax that this Python does not know."""
    text = occurrences.text[statement.start : statement.end]
    try:
        tree = parsed(text)
    except (SyntaxError, ValueError, RecursionError):
        return
    offsets = _Offsets(text, statement.start)
    fields = {id(one.annotation) for each in ast.walk(tree) if isinstance(each, ast.ClassDef)
              for one in each.body if isinstance(one, ast.AnnAssign)}  # fmt: skip
    for node, evaluated, plain, asked in _found(tree, local=False):
        whole = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if asked or not whole or id(node) in fields:
            yield Annotation(*offsets.of(node), evaluated and not whole, plain, asked, id(node) in fields)


def has_future(occurrences: Occurrences, name: str = "annotations") -> bool:
    """Whether a file takes something from the future."""
    for one in occurrences.named(name):
        if one.role == "taken":
            node = occurrences.statement_of(one).node
            if node.module is not None and getattr(node.module, "value", "") == "__future__":
                return True
    return False


def _found(node: ast.AST, *, local: bool, asked: bool = False) -> Iterator[tuple[ast.expr, bool, bool, bool]]:
    """The annotations below a node; `local`: in a function's body; `asked`: in a class that looks them up."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            arguments = node.args
            every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
            plain = all(_last(one) in _OWN for one in node.decorator_list)
            looking = any(_last(one) in _LOOKING for one in node.decorator_list)
            for one in (*(one.annotation for one in every if one is not None), node.returns):
                if one is not None:
                    yield one, True, plain, looking
            for inner in node.body:
                yield from _found(inner, local=True)
        case ast.ClassDef():
            looking = any(_last(one) in _LOOKING_BASES for one in node.bases)
            for inner in node.body:
                yield from _found(inner, local=False, asked=looking)
        case ast.AnnAssign():
            yield node.annotation, not local or not isinstance(node.target, ast.Name), False, asked
        case _:
            for child in ast.iter_child_nodes(node):
                yield from _found(child, local=local)


_OWN: Final = frozenset({
    "abstractmethod", "asynccontextmanager", "cache", "cached_property", "classmethod", "contextmanager", "deleter",
    "final", "lru_cache", "overload", "override", "property", "setter", "staticmethod", "wraps",
})  # fmt: skip


_LOOKING: Final = frozenset({
    "beartype", "command", "delete", "get", "inject", "patch", "post", "put", "register", "route", "task", "tool",
    "typechecked", "validate_arguments", "validate_call", "websocket",
})  # fmt: skip
"""Decorators, by their last name, that look the names in annotations up at once."""
_LOOKING_BASES: Final = frozenset({
    "BaseModel", "BaseSettings", "DeclarativeBase", "MappedAsDataclass", "RootModel", "SQLModel", "Struct",
})  # fmt: skip
"""Bases, by their last name, that do so with the annotations of a class."""


def _last(node: ast.expr) -> str:
    """The last name of a decorator."""
    while isinstance(node, ast.Call):
        node = node.func
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


class _Offsets:
    """From the lines and bytes that `ast` counts in to offsets of characters."""

    def __init__(self, text: str, base: int) -> None:
        self._base = base
        self._starts: list[int] = []
        at = 0
        for line in text.split("\n"):
            self._starts.append(at)
            at += len(line) + 1
        self._text = text

    def of(self, node: ast.expr) -> tuple[int, int]:
        """Start and end of an expression in the file."""
        return self._at(node.lineno, node.col_offset), self._at(node.end_lineno or 0, node.end_col_offset or 0)

    def _at(self, line: int, column: int) -> int:
        start = self._starts[line - 1]
        end = self._starts[line] if line < len(self._starts) else len(self._text)
        return self._base + start + len(self._text[start:end].encode()[:column].decode(errors="replace"))


def within(annotations: list[Annotation], start: int) -> Annotation | None:
    """The annotation that an offset lies in; they are sorted, and none lies in another."""
    at = bisect_right(annotations, start, key=lambda one: one.start) - 1
    return annotations[at] if at >= 0 and start < annotations[at].end else None
