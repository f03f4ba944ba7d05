"""What a string literal is there for: which call takes it, and in which place."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Final, Literal, TypeAlias

import msgspec

from overhaul.later import parsed

Use = Literal["import", "patch", "logger", "command", "docstring", "annotation", "other"]
"""import: takes the dotted name of a module, or of something in one; patch: replaces what has the name; logger: the
name of a logger; command: follows `-m` in a list of arguments."""

Around: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | None
"""The outermost function that a string stands in, its decorators included."""


class Context(msgspec.Struct, frozen=True):
    """What is known of one string literal."""

    use: Use
    around: Around = None


class Contexts:
    """Asked by the offset where a string literal begins."""

    def __init__(self, text: str) -> None:
        """Of a Python file; one that this Python cannot parse tells nothing."""
        self._lines = line_starts(text)
        self._text = text
        self._found: dict[int, Context] = {}
        try:
            tree = parsed(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return
        for node, use, around in _strings(tree):
            self._found[self._offset(node)] = Context(use, around)

    def at(self, start: int) -> Context:
        """Of the literal whose prefix or quote begins there."""
        return self._found.get(start, _UNKNOWN)

    def _offset(self, node: ast.expr) -> int:
        start = self._lines[node.lineno - 1]
        return start + columns(self._text, start, node.col_offset)


def line_starts(text: str) -> Sequence[int]:
    """The offset of each line, as Python counts lines."""
    starts = [0]
    at = 0
    while True:
        feed, lone = text.find("\n", at), text.find("\r", at)
        if feed < 0 and lone < 0:
            return starts
        at = feed + 1 if lone < 0 or 0 <= feed < lone else lone + (2 if text[lone + 1 : lone + 2] == "\n" else 1)
        starts.append(at)


def columns(text: str, start: int, count: int) -> int:
    """How many characters as many bytes of UTF-8 are, from an offset on."""
    piece = text[start : start + count]
    if piece.isascii():
        return count
    return len(piece.encode("utf-8", "surrogatepass")[:count].decode("utf-8", "surrogatepass"))


def _strings(tree: ast.Module) -> Iterator[tuple[ast.Constant, Use, Around]]:
    stack: list[tuple[ast.AST, Use, Around]] = [(tree, "other", None)]
    while stack:
        node, use, around = stack.pop()
        match node:
            case ast.Constant(value=str()):
                yield node, use, around
                continue
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                around = around or node
            case ast.Expr(value=ast.Constant() as constant):
                stack.append((constant, "docstring", around))
                continue
            case _:
                pass
        for child, inner in _children(node, use):
            stack.append((child, inner, around))


def _children(node: ast.AST, use: Use) -> Iterator[tuple[ast.AST, Use]]:
    """The parts of a node, and what strings in them are for."""
    match node:
        case ast.Call(func=func, args=args, keywords=keywords):
            yield func, "other"
            for number, argument in enumerate(args):
                yield argument, _taken(func, number, "", len(args))
            for keyword in keywords:
                yield keyword.value, _taken(func, -1, keyword.arg or "", len(args))
        case ast.arg(annotation=annotation):
            if annotation is not None:
                yield annotation, "annotation"
        case ast.AnnAssign(target=target, annotation=annotation, value=value):
            yield target, "other"
            yield annotation, "annotation"
            if value is not None:
                yield value, "other"
        case ast.FunctionDef(returns=ast.expr() as returns) | ast.AsyncFunctionDef(returns=ast.expr() as returns):
            yield returns, "annotation"
            for child in ast.iter_child_nodes(node):
                if child is not returns:
                    yield child, "other"
        case ast.Subscript(value=value, slice=inner):
            yield value, "other"
            there: Use = "annotation" if use == "annotation" else "other"
            yield inner, "import" if _last_name(value) == "modules" else there
        case ast.List(elts=items) | ast.Tuple(elts=items) if use != "annotation":
            before: ast.expr | None = None
            for item in items:
                here: Use = "command" if _says(before, "-m") else "import" if use == "import" else "other"
                yield item, here
                before = item
        case _:
            passed: Use = use if use in ("annotation", "import", "patch", "logger") else "other"
            for child in ast.iter_child_nodes(node):
                yield child, passed


def _taken(func: ast.expr, number: int, keyword: str, count: int) -> Use:
    """What a call takes as an argument (by number, -1 for one with a keyword)."""
    name = _last_name(func)
    around = _last_name(func.value) if isinstance(func, ast.Attribute) else ""
    first = number == 0 or keyword in ("name", "target", "module", "dotted_path", "modname")
    if not first:
        return "logger" if keyword == "logger" else "other"
    if name in _IMPORTING or (around == "modules" and name in ("get", "pop", "setdefault")):
        return "import"
    if name.endswith("patch") or (around == "patch" and name in ("dict", "multiple")):
        return "patch"
    if isinstance(func, ast.Attribute) and name in ("setattr", "delattr", "spy", "stub") and around != "builtins":
        return "patch"
    if around == "monkeypatch" and name in ("setitem", "delitem"):
        return "import"
    if name in ("getLogger", "get_logger", "assertLogs", "assertNoLogs"):
        return "logger"
    if name in ("setattr", "getattr", "hasattr", "delattr") and not isinstance(func, ast.Attribute):
        return "other"
    return "annotation" if name in ("cast", "TypeVar", "NewType", "ForwardRef") and count else "other"


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _says(node: ast.expr | None, text: str) -> bool:
    return isinstance(node, ast.Constant) and node.value == text


_UNKNOWN: Final = Context("other")
_IMPORTING: Final = frozenset({
    "import_module", "__import__", "import_string", "import_from_string", "import_object", "import_class",
    "importorskip", "resolve_name", "find_spec", "run_module", "get_data", "files", "import_attr", "load_object",
    "lazy_import", "module_available", "get_loader", "load_module", "symbol_by_name",
})  # fmt: skip
