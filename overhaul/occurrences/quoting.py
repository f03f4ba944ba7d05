"""The names in a text that stands for a type: in quotes, or in a type comment."""

from __future__ import annotations

import ast
from typing import Final

from overhaul.occurrences.lexing import KEYWORDS, Lexer
from overhaul.patterns import regex

_CHAIN: Final = regex(r"\s*[^\W\d]\w*(?:\.[^\W\d]\w*)*\s*")
_DOT: Final = regex(r"\s*\.\s*")
_COMMENT: Final = regex(r"#[ \t]*type:[ \t]*+(?!ignore\b)([^#\r\n]+)")
_LITERAL: Final = regex(r"\b(?:Literal|Annotated)\b")
_QUOTES: Final = "'\""
_CONSTANTS: Final = frozenset({"None", "True", "False"})
_BINDING: Final = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.NamedExpr, ast.keyword,
                   ast.JoinedStr)  # fmt: skip


def names_in(text: str, start: int, end: int) -> list[tuple[int, str, int]]:
    """The names of an expression between two offsets of a text.

    Each with its offset, and the index in this list of the one before its dot, -1 for a variable. Empty for what is no
    type: no expression, or one that binds names itself.
    """
    content = text[start:end]
    if _CHAIN.fullmatch(content) is None:
        try:
            # In brackets it may go over several lines, and begin with a blank.
            tree = ast.parse(f"({content}\n)", mode="eval")
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return []
        if any(isinstance(node, _BINDING) for node in ast.walk(tree)):
            return []
    elif content.strip() in KEYWORDS:
        return []
    return list(_names(text, start, end))


def names_of_comment(text: str, start: int, end: int) -> list[tuple[int, str, int]]:
    """The names of a type comment that begins with its `#` at `start`; empty for any other comment."""
    match = _COMMENT.match(text, start, end)
    if match is None:
        return []
    content = match[1].strip()
    try:
        if "->" in content:
            ast.parse(content, mode="func_type")
        else:
            ast.parse(content, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return _names(text, match.start(1), match.end(1))


def _names(text: str, start: int, end: int) -> list[tuple[int, str, int]]:
    lexer = Lexer(text, start, end)
    found: list[tuple[int, str, int]] = []
    behind = -1
    for name, place in zip(lexer.names[:-1], lexer.starts, strict=False):
        if name in _CONSTANTS:
            behind = -1
            continue
        dotted = behind >= 0 and _DOT.fullmatch(text, behind, place) is not None
        found.append((place, name, len(found) - 1 if dotted else -1))
        behind = place + len(name)
    if lexer.strings and _LITERAL.search(text, start, end) is None:
        found += _nested(text, lexer.strings, len(found))
        found = _in_order(found)
    return found


def _nested(text: str, strings: list[tuple[int, int]], first: int) -> list[tuple[int, str, int]]:
    """The names of types that are quoted once more: `"List['Name']"`."""
    found: list[tuple[int, str, int]] = []
    for start, end in strings:
        if text[start] in _QUOTES and not text.startswith(("''", '""'), start):
            offset = first + len(found)
            names = names_in(text, start + 1, end - 1)
            found += [(at, name, base + offset if base >= 0 else -1) for at, name, base in names]
    return found


def _in_order(found: list[tuple[int, str, int]]) -> list[tuple[int, str, int]]:
    order = sorted(range(len(found)), key=lambda number: found[number][0])
    place = {number: index for index, number in enumerate(order)}
    return [(found[number][0], found[number][1], place.get(found[number][2], -1)) for number in order]
