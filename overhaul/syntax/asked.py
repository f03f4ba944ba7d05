"""Small questions to expressions: whether one prints, calls nothing that matters, or holds a text."""

from __future__ import annotations

import re
from typing import Any, Final

from overhaul.lazy import cst
from overhaul.patterns import regex
from overhaul.text import dotted

LITERALS: Final = frozenset({"Integer", "Float", "SimpleString", "ConcatenatedString", "Imaginary", "Ellipsis"})
"""Node classes of literals that are no containers."""
_LOGGERS: Final = frozenset({"logging", "logger", "log", "warnings", "structlog", "console", "logs"})
_LEVELS: Final = frozenset({
    "debug", "info", "warning", "warn", "error", "exception", "critical", "log", "msg", "trace", "success", "notice",
    "print",
})  # fmt: skip
_PRINTS: Final = frozenset({
    "print", "pprint", "pprint.pprint", "click.echo", "click.secho", "typer.echo", "sys.stdout.write",
    "sys.stderr.write", "rich.print",
})  # fmt: skip


def logs(name: str) -> bool:
    """Whether a chain that is called prints or logs."""
    if name in _PRINTS:
        return True
    parts = name.split(".")
    return len(parts) > 1 and parts[-1] in _LEVELS and parts[-2].strip("_").lower() in _LOGGERS


_HARMLESS: Final = frozenset({
    "len", "str", "repr", "type", "format", "range", "enumerate", "sorted", "round", "int", "float", "isinstance",
    "hasattr", "id", "list", "min", "max", "sum", "strip", "lower", "upper", "join", "isoformat", "get", "keys",
    "items",
    "values", "dict", "random", "randint", "uniform", "sep", "callable", "any", "all", "now", "datetime", "time",
})  # fmt: skip


def harmless(node: Any) -> bool:
    """Whether an expression calls nothing that could do anything."""
    waiting = [node]
    seen = 0
    while waiting:
        one = waiting.pop()
        seen += 1
        kind = one.__class__
        if seen > 200:
            return False
        if kind is cst.Call:
            func = one.func
            name = func.attr.value if func.__class__ is cst.Attribute else getattr(func, "value", "")
            if name not in _HARMLESS:
                return False
            waiting += [argument.value for argument in one.args]
            if func.__class__ is cst.Attribute:
                waiting.append(func.value)
        elif kind.__name__ not in LITERALS and kind is not cst.Name:
            parts = _parts(one)
            if parts is None:
                return False
            waiting += parts
    return True


def _parts(node: Any) -> list[Any] | None:
    """The expressions directly inside one of the usual kinds; None for any other, which may do anything.

    LibCST's own `children` visit the node, at fifty times the price.
    """
    match node.__class__.__name__:
        case "Attribute":
            return [node.value]
        case "Subscript":
            return [node.value, *[one.slice.value for one in node.slice if hasattr(one.slice, "value")]]
        case "FormattedString":
            return [one.expression for one in node.parts if hasattr(one, "expression")]
        case "BinaryOperation" | "BooleanOperation":
            return [node.left, node.right]
        case "UnaryOperation":
            return [node.expression]
        case "Comparison":
            return [node.left, *[one.comparator for one in node.comparisons]]
        case "List" | "Tuple" | "Set":
            return [one.value for one in node.elements]
        case "Dict":
            keys = [one.key for one in node.elements if hasattr(one, "key")]
            return [*keys, *[one.value for one in node.elements]]
        case "IfExp":
            return [node.test, node.body, node.orelse]
        case _:
            return None


def asks_for_nothing(test: Any) -> bool:
    """`not items`, `items is None`, `len(items) == 0`."""
    kind = test.__class__
    if kind is cst.UnaryOperation:
        return test.operator.__class__ is cst.Not and bool(dotted(test.expression))
    if kind is cst.Comparison and len(test.comparisons) == 1:
        target = test.comparisons[0]
        right = getattr(target.comparator, "value", "")
        return (target.operator.__class__ is cst.Is and right == "None") or (
            target.operator.__class__ in (cst.Equal, cst.LessThanEqual) and right == "0"
        )
    return False


_QUOTES: Final = regex(r"^[rbuRBU]*(\"\"\"|'''|\"|')(.*)\1$", re.DOTALL)


def literal_text(node: Any) -> str:
    """A literal's text, the fixed parts of a formatted one; cut at 200 characters, "" for anything else."""
    parts: list[str] = []
    waiting = [node]
    while waiting:
        one = waiting.pop()
        kind = one.__class__
        if kind is cst.SimpleString:
            found = _QUOTES.match(one.value)
            parts.append(found[2] if found is not None else "")
        elif kind is cst.ConcatenatedString:
            waiting += [one.right, one.left]
        elif kind is cst.FormattedString:
            parts += [part.value if part.__class__ is cst.FormattedStringText else "{}" for part in one.parts]
        elif kind is cst.BinaryOperation:
            waiting.append(one.left)
        elif kind is cst.Call and one.func.__class__ is cst.Attribute:
            waiting.append(one.func.value)
        elif kind is cst.Call and one.args:
            waiting.append(one.args[0].value)
    return " ".join("".join(parts).split())[:200]


def docstring(body: Any) -> Any:
    """The docstring's node (SimpleString or ConcatenatedString) of a function, class or module; None for none."""
    first: Any = body.body[0] if body.body else None
    if first.__class__ is cst.SimpleStatementLine:
        first = first.body[0]
    if first.__class__ is not cst.Expr:
        return None
    value = first.value
    return value if value.__class__ in (cst.SimpleString, cst.ConcatenatedString) else None


def joined(node: Any) -> list[Any]:
    """The parts of a sum of texts, one of them a literal; none for any other sum."""
    parts: list[Any] = []
    texts = 0
    while node.__class__ is cst.BinaryOperation and node.operator.__class__ is cst.Add and len(parts) < 20:
        parts.append(node.right)
        node = node.left
    parts.append(node)
    for one in parts:
        kind = one.__class__
        texts += kind is cst.FormattedString or (kind is cst.SimpleString and "b" not in one.prefix.lower())
    return parts if texts else []


def last_of(statements: Any) -> Any:
    """The last statement of a line; None for the body of a compound statement."""
    return statements[-1] if statements.__class__ in (list, tuple) and statements else None
