"""What two definitions have in common, by Python's own parser: the judge of the benchmark, apart from the engine."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final, Literal, TypeAlias, cast

Definition: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_NAMES = frozenset({"id", "arg", "name", "asname", "rest"})
"""Fields of nodes that hold a name; attributes and keywords are told apart from these, and from each other."""


def definition(source: str) -> Definition:
    """The one function or class that the source is. Raises SyntaxError, and ValueError for anything else."""
    body = ast.parse(source).body
    if len(body) != 1 or not isinstance(body[0], Definition):
        raise ValueError("not one function or class")
    return body[0]


def body(node: ast.AST) -> list[ast.stmt]:
    """The statements of a definition without its docstring."""
    found = cast(list[ast.stmt], getattr(node, "body", []))
    if isinstance(node, Definition) and ast.get_docstring(node, clean=False) is not None:
        return found[1:]
    return found


def statements(node: Definition) -> int:
    """How many statements stand in a definition, nested ones with them, docstrings and itself left out."""
    inner = [one for one in ast.walk(node) if isinstance(one, ast.stmt)]
    documented = sum(isinstance(one, Definition) and body(one) is not one.body for one in inner)
    return len(inner) - documented - 1


def text(node: ast.AST) -> tuple[str, ...]:
    """What a piece of code says, whatever its layout, comments and docstrings: equal texts are of type 1."""
    return tuple(piece if isinstance(piece, str) else f"{piece[0]} {piece[1]}" for piece in _pieces(node, True))


def shape(node: ast.AST) -> tuple[str, ...]:
    """What a piece of code says with names and literals taken out: equal shapes are of type 2.

    A name is told by which of the different names before it it is, so that the renaming has to be consistent and
    reversible: variables, attributes and keywords each for themselves.
    """
    seen: dict[tuple[str, str], int] = {}
    return tuple(
        piece if isinstance(piece, str) else f"{piece[0]}{seen.setdefault(piece, len(seen))}"
        for piece in _pieces(node, False)
    )


def _pieces(node: ast.AST, literals: bool) -> Iterator[str | tuple[str, str]]:
    """Kinds of nodes, and literals if wanted, as they are; names in pairs with what they are names of."""
    yield type(node).__name__
    if isinstance(node, ast.Constant):
        if literals or not isinstance(node.value, int | float | complex | str | bytes) or isinstance(node.value, bool):
            yield repr(node.value)
        else:
            yield type(node.value).__name__ if isinstance(node.value, str | bytes) else "number"
        return
    for field in node._fields:
        value = body(node) or [ast.Pass()] if field == "body" and isinstance(node, Definition) else None
        yield from _field(node, field, cast(object, getattr(node, field, None)) if value is None else value, literals)
    yield "."


def _field(node: ast.AST, field: str, value: object, literals: bool) -> Iterator[str | tuple[str, str]]:
    match value:
        case ast.AST():
            yield from _pieces(value, literals)
        case list():
            yield "["
            for item in cast(list[object], value):
                yield from _field(node, field, item, literals)
            yield "]"
        case str() if isinstance(node, ast.keyword):
            yield "keyword", value
        case str() if field == "attr" or field == "kwd_attrs":
            yield "attribute", value
        case str() if field in _NAMES and not (isinstance(node, ast.alias) and field == "name"):
            yield "name", value
        case str() if field == "names":
            yield "name", value
        case None:
            yield "-"
        case _ if field not in ("ctx", "type_comment", "kind"):
            yield repr(value)
        case _:
            pass


def kind(first: str, second: str) -> Literal[1, 2] | None:
    """Of which type two definitions are copies, by their sources; None for neither of these two.

    The name that they are defined by does not count. What their free names mean is not looked at.
    """
    one, other = definition(first), definition(second)
    one.name = other.name = "the definition"
    if text(one) == text(other):
        return 1
    return 2 if shape(one) == shape(other) else None


def same_run(first: list[ast.stmt], second: list[ast.stmt]) -> Literal[1, 2] | None:
    """The same for two runs of statements."""
    one, other = ast.Module(first, []), ast.Module(second, [])
    if text(one) == text(other):
        return 1
    return 2 if shape(one) == shape(other) else None


NEAR: Final = 0.6
"""From which share of equal statements on two definitions are copies, whoever made them."""


def alike(first: str, second: str) -> bool:
    """Whether two definitions that nobody made a pair of are copies all the same: real code has its own."""
    return kind(first, second) is not None or nearness(definition(first), definition(second)) >= NEAR


def nearness(first: ast.AST, second: ast.AST) -> float:
    """How much of two pieces of code is literally the same: 2 * common / (a + b), counted in statements.

    `common` is the longest common subsequence of their statements, each by its own words: of an `if` or a loop its
    first line.
    """
    one, other = list(_heads(first)), list(_heads(second))
    if not one or not other:
        return 0.0
    row = [0] * (len(other) + 1)
    for left in one:
        before = 0
        for at, right in enumerate(other, 1):
            before, row[at] = row[at], before + 1 if left == right else max(row[at], row[at - 1])
    return 2 * row[-1] / (len(one) + len(other))


def _heads(node: ast.AST) -> Iterator[str]:
    for statement in body(node):
        yield ast.unparse(statement).partition("\n")[0]
        for block in ("body", "orelse", "finalbody"):
            inner = cast(list[ast.stmt], getattr(statement, block, []))
            yield from _heads(ast.Module(inner, []))
        for handler in cast(list[ast.AST], getattr(statement, "handlers", [])):
            yield from _heads(handler)
