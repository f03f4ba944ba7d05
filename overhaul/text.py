"""Expressions as text, and the words of names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Final

from overhaul.lazy import cst
from overhaul.patterns import regex

IMPORTS: Final = ("Import", "ImportFrom", "LazyImport", "LazyImportFrom")
"""The names of the classes of import statements; those of LibCST 1.9 for Python 3.15 among them."""


def dotted(node: Any) -> str:
    """`a.b.c` for a chain of attributes on a name, "" for any other expression."""
    parts: list[str] = []
    # Not isinstance: the classes of LibCST are abstract base classes, which makes it ten times as dear.
    while node.__class__ is cst.Attribute:
        parts.append(node.attr.value)
        node = node.value
    if node.__class__ is not cst.Name:
        return ""
    parts.append(node.value)
    return ".".join(reversed(parts))


def text_of(node: cst.CSTNode, limit: int = 120) -> str:
    """An expression on one line, with usual spacing, cut after `limit` characters; of a long call the arguments are.

    What is common is put together here, twenty times as fast as by LibCST's code generation.
    """
    if node.__class__ is cst.Name:
        return _name(node)
    written = ""
    for part in _written(node):
        written += part
        if len(written) > limit:
            break
    if len(written) <= limit:
        return written
    if node.__class__ is cst.Call:
        # `Name(...)` still tells what is called, and where the call ends.
        call: Any = node
        called = text_of(call.func, limit)
        if len(called) < limit - 5 and not called.endswith("..."):
            return f"{called}(...)"
    return f"{written[: limit - 3]}..."


def _name(node: Any) -> str:
    value: str = node.value
    return value


def _written(node: Any) -> Iterator[str]:
    # Not `match`: the classes of LibCST are abstract base classes, which makes each case ten times as dear.
    kind = node.__class__
    if node.lpar if hasattr(node, "lpar") else True:
        yield " ".join(cst.Module(()).code_for_node(node).split())
    elif kind is cst.Name or kind is cst.Integer:
        yield node.value
    elif kind is cst.SimpleString:
        yield node.value if "\n" not in node.value else " ".join(node.value.split())
    elif kind is cst.Attribute:
        yield from _written(node.value)
        yield f".{node.attr.value}"
    elif kind is cst.Subscript:
        yield from _written(node.value)
        yield "["
        yield from _listed([one.slice.value if one.slice.__class__ is cst.Index else one.slice for one in node.slice])
        yield "]"
    elif kind is cst.BinaryOperation and node.operator.__class__ is cst.BitOr:
        yield from _written(node.left)
        yield " | "
        yield from _written(node.right)
    elif kind is cst.Call:
        yield from _written(node.func)
        yield "("
        for number, argument in enumerate(node.args):
            yield ", " if number else ""
            yield argument.star
            if argument.keyword is not None:
                yield f"{argument.keyword.value}="
            yield from _written(argument.value)
        yield ")"
    elif kind is cst.List and all(one.__class__ is cst.Element for one in node.elements):
        yield "["
        yield from _listed([one.value for one in node.elements])
        yield "]"
    elif kind is cst.Dict and not node.elements:
        yield "{}"
    else:
        yield " ".join(cst.Module(()).code_for_node(node).split())


def _listed(nodes: Sequence[Any]) -> Iterator[str]:
    for number, node in enumerate(nodes):
        yield ", " if number else ""
        yield from _written(node)


def summary_of(body: cst.BaseSuite | cst.Module) -> str:
    """The first line of the docstring of a class, function or module; "" when there is none."""
    first = next(iter(body.body), None)
    if isinstance(first, cst.SimpleStatementLine):
        first = first.body[0]
    if not isinstance(first, cst.Expr):
        return ""
    value = first.value
    if not isinstance(value, cst.SimpleString | cst.ConcatenatedString):
        return ""
    text = value.evaluated_value
    return text.strip().partition("\n")[0].strip() if isinstance(text, str) else ""


_WORD: Final = regex(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")


@lru_cache(maxsize=1 << 16)
def words_of(name: str) -> tuple[str, ...]:
    """The words of the last part of a dotted name, in small letters.

    `HTTPConnectionPool` -> http, connection, pool; `shop.run_job` -> run, job.
    """
    return tuple(one.lower() for one in _WORD.findall(name.rpartition(".")[2]))
