"""What exception handlers catch, and whether a comment explains them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Any, Final

from overhaul.lazy import cst
from overhaul.syntax.remarks import prose, said
from overhaul.text import text_of

BROAD: Final = frozenset({"Exception", "BaseException", "StandardError"})
"""Last names of exceptions that anything is."""
_DIRECTIVES: Final = ("noqa", "pragma", "pylint", "type", "nosec", "fmt", "mypy", "pyright", "ruff", "!")


def caught(node: Any) -> Iterator[str]:
    """The exceptions of a handler's `type`, as they are written; none for a bare `except`."""
    if node.__class__ is cst.Tuple:
        for one in node.elements:
            yield text_of(one.value)
    elif node is not None:
        yield text_of(node)


def broad(kinds: Sequence[str]) -> bool:
    """Whether a handler of these takes any exception."""
    return not kinds or any(one.rpartition(".")[2] in BROAD for one in kinds)


def says_why(comment: str) -> bool:
    """Whether a comment's prose explains something, and is no word to a tool."""
    words = comment.lstrip("# ").partition(":")[0].split()
    return bool(words) and not words[0].startswith(_DIRECTIVES)


def explained(comments: Sequence[tuple[int, str, bool]], starts: Sequence[int], line: int, end: int) -> bool:
    """Whether a comment from the line above a handler to its `end` says why; `starts` are the comments' lines."""
    near = comments[bisect_left(starts, line - 1): bisect_left(starts, end + 1)]
    return any(said(text) is None and says_why(prose(text)) for at, text, own in near if at >= line or own)


def tried(body: Any) -> Iterator[str]:
    """The last names of what is called in the first statements of a suite."""
    waiting: list[Any] = [body]
    seen = 0
    while waiting and seen < 400:
        node = waiting.pop()
        seen += 1
        if node.__class__ is cst.Call:
            func = node.func
            name = func.attr if func.__class__ is cst.Attribute else func
            yield name.value if name.__class__ is cst.Name else ""
        if node.__class__ is not cst.Name:
            waiting += reversed(node.children)
