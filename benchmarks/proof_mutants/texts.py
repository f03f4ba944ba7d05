"""What the ways to break a plan ask of a text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from overhaul.changes import Replacement


def bound(node: ast.stmt) -> list[str]:
    """The names that an import from a module binds."""
    return [one.asname or one.name for one in node.names] if isinstance(node, ast.ImportFrom) else []


def is_plain(node: ast.stmt, name: str) -> bool:
    """Whether it is `from m import name` on one line, at the module's level."""
    return bound(node) == [name] and node.lineno == node.end_lineno


def is_import(text: str, at: int) -> bool:
    """Whether a place stands in an import statement, as far as its line tells."""
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    return re.match(r"\s*(?:from|import)\b", text[start : end if end >= 0 else None]) is not None


def in_code(text: str, at: int) -> bool:
    """Whether a place stands in no comment and no string, as far as its line tells."""
    head = text[text.rfind("\n", 0, at) + 1 : at]
    return "#" not in head and head.count('"') % 2 == 0 and head.count("'") % 2 == 0 and outside_of_strings(text, at)


def outside_of_strings(text: str, at: int) -> bool:
    """Whether a line is part of no literal of several lines."""
    line = text.count("\n", 0, at) + 1
    literals = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant | ast.JoinedStr))
    return not any(one.lineno != one.end_lineno and one.lineno <= line <= (one.end_lineno or 0) for one in literals)


def globals_of(text: str) -> list[str]:
    """What a text defines or imports at its top level."""
    names: list[str] = []
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.append(node.name)
        elif isinstance(node, ast.ImportFrom):
            names += [one.asname or one.name for one in node.names]
    return names


def functions_of(text: str) -> Iterator[ast.FunctionDef]:
    """The functions whose body begins on a line of its own."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.body[0].lineno > node.lineno:
            yield node


def uses(function: ast.FunctionDef, name: str) -> bool:
    """Whether a function itself loads a name."""
    inner = [one for one in ast.walk(function) if one is not function and isinstance(one, ast.FunctionDef | ast.Lambda)]
    hidden = {id(node) for one in inner for node in ast.walk(one)}
    named = any(isinstance(one, ast.Global | ast.Nonlocal) for one in ast.walk(function))
    return not named and any(
        isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load) and id(node) not in hidden
        for one in function.body for node in ast.walk(one)
    )  # fmt: skip


def used(text: str, name: str) -> bool:
    """Whether a name stands anywhere."""
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(ast.parse(text)))


def called(text: str, name: str) -> bool:
    """Whether a name is called anywhere."""
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
        for node in ast.walk(ast.parse(text))
    )  # fmt: skip


def used_at_import(tree: ast.Module, name: str) -> bool:
    """Whether a name is needed by a decorator, a base or a value at the top level."""
    for node in tree.body:
        heads: list[ast.AST] = [*getattr(node, "decorator_list", ()), *getattr(node, "bases", ())]
        if isinstance(node, ast.Assign | ast.Expr):
            heads.append(node.value)
        for head in heads:
            if isinstance(head, ast.Name) and head.id == name:
                return True
    return False


def offset(text: str, line: int, column: int) -> int:
    """Offset in characters of a line (from 1) and a column in bytes."""
    lines = text.splitlines(keepends=True)
    return sum(map(len, lines[: line - 1])) + len(lines[line - 1].encode()[:column].decode())


def line_above(text: str, line: int, new: str) -> str:
    """A text with one more line above another (from 1)."""
    lines = text.splitlines(keepends=True)
    return "".join((*lines[: line - 1], f"{new}\n", *lines[line - 1 :]))


def last_import(text: str) -> int:
    """The line of the last import at the top level; 0 for none."""
    imports = (node for node in ast.parse(text).body if isinstance(node, ast.Import | ast.ImportFrom))
    return max((node.end_lineno or 0 for node in imports), default=0)


def without(text: str, node: ast.stmt) -> str:
    """A text without the lines of a statement."""
    lines = text.splitlines(keepends=True)
    return "".join((*lines[: node.lineno - 1], *lines[node.end_lineno or 0 :]))


def replacements(before: str, after: str) -> tuple[Replacement, ...]:
    """The words that differ: lines first, then words in them."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    starts = places(old)
    found: list[Replacement] = []
    for tag, a, a_end, b, b_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        words, others = (re.findall(r"\w+|\s+|[^\w\s]", "".join(one)) for one in (old[a:a_end], new[b:b_end]))
        inner = places(words)
        for kind, c, c_end, d, d_end in SequenceMatcher(None, words, others, autojunk=False).get_opcodes():
            if kind != "equal":
                found.append(Replacement(starts[a] + inner[c], starts[a] + inner[c_end], "".join(others[d:d_end])))
    return tuple(found)


def places(parts: Sequence[str]) -> list[int]:
    """Where each of some parts that stand one behind the other begins, and the end."""
    places = [0]
    for part in parts:
        places.append(places[-1] + len(part))
    return places
