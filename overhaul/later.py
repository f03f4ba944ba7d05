"""Read with this Python's `ast` what only a later one can: lazy imports (PEP 810, Python 3.15)."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from typing import Final, cast

_LAZY: Final = re.compile(r"\blazy[ \t]+(?:import|from)\b")
_BEGINS: Final = frozenset({
    tokenize.NEWLINE, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING, tokenize.COMMENT,
})  # fmt: skip
_STANDS_FOR: Final = "0"
_NOT_IN: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Try, ast.TryStar)


def parsed(source: str | bytes) -> ast.Module:
    """The tree of a text. Raises SyntaxError, ValueError, RecursionError and MemoryError as `ast.parse` does.

    Where this Python knows no lazy imports they are read as plain ones, with all places as they are.
    """
    try:
        return ast.parse(source)
    except SyntaxError:
        text = source if isinstance(source, str) else source.decode("utf-8-sig")
        plain = without_lazy(text)
        if plain == text:
            raise
        lines = {line for line, (one, other) in enumerate(_lines(text, plain), 1) if one != other}
        tree = ast.parse(plain)
        for node in ast.walk(tree):
            for suite in (getattr(node, name, None) for name in ("body", "orelse", "finalbody")):
                if isinstance(suite, list):
                    several = cast("list[ast.stmt]", suite)
                    several[:] = [one for one in several if not (one.lineno in lines and _stands_for_lazy(one))]
        _check(tree, lines)
        return tree


def _stands_for_lazy(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and node.value.value == 0


def without_lazy(text: str) -> str:
    """A text of the same length, in which `0; ` stands for the `lazy` before an import; itself where none does."""
    if _LAZY.search(text) is None:
        return text
    lines = text.split("\n")
    before, begins, at = "", True, (0, 0)
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if before == "lazy" and token.type == tokenize.NAME and token.string in ("import", "from"):
                row, column = at
                line = lines[row - 1]
                gap = token.start[1] - column
                if token.start[0] == row and gap > len("lazy"):
                    lines[row - 1] = f"{line[:column]}{f'{_STANDS_FOR};'.ljust(gap)}{line[column + gap:]}"
            before = token.string if begins and token.type == tokenize.NAME else ""
            at = token.start
            begins = token.type in _BEGINS or token.string in (";", ":")
    except (tokenize.TokenError, SyntaxError, IndexError):
        return text
    return "\n".join(lines)


def _lines(one: str, other: str) -> zip[tuple[str, str]]:
    return zip(one.split("\n"), other.split("\n"), strict=True)


def _check(tree: ast.Module, lines: set[int]) -> None:
    """Raise SyntaxError where a lazy import stands where Python has none."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.lineno in lines:
            if node.names[0].name == "*" or node.module == "__future__":
                raise SyntaxError("a lazy import of a star, or of a feature", ("", node.lineno, 0, ""))
        elif isinstance(node, _NOT_IN):
            inside = next((each for one in node.body for each in ast.walk(one) if isinstance(
                each, (ast.Import, ast.ImportFrom)) and each.lineno in lines), None)  # fmt: skip
            if inside is not None:
                raise SyntaxError("a lazy import stands in a function, a class or a try", ("", inside.lineno, 0, ""))
