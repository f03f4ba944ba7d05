"""Take probes out again: what is left is what stood there before, byte for byte."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase

from overhaul.changes import Replacement
from overhaul.instrumenting.probes import Probed

Found = tuple[int, str, list[Replacement] | None]
"""Line, label and what takes a probe out; None for one that somebody has rewritten, so that it is not known how."""

_BECAUSE = "a measurement"
_REST = re.compile(r"[\s,]*\)")


def probes(file: Probed, wanted: Callable[[str], bool], called: Callable[[ast.expr | None], bool]) -> Iterator[Found]:
    """The probes of a file: decorators of functions whose dotted name is `wanted`, and of what is `called` so.

    `called` is asked about what is called; about None where a probe is not around a call any more.
    """
    for node in ast.walk(file.syntax.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for one in node.decorator_list:
                if file.is_probe(one, "probed") and wanted(file.syntax.dotted(node)):
                    yield one.lineno, file.label(one), _line_of(file, one)
        elif isinstance(node, ast.With) and file.is_probe(node.items[0].context_expr, "probe"):
            value = getattr(node.body[0], "value", None)
            value = value.value if isinstance(value, ast.Await) else value
            if called(value.func if isinstance(value, ast.Call) else None):
                yield node.lineno, file.label(node.items[0].context_expr), _block(file, node)
        elif (
            isinstance(node, ast.Call) and file.is_probe(node, "probe_call", "probe_await") and node.args
            and called(node.args[-1])
        ):  # fmt: skip
            yield node.lineno, file.label(node), _wrapper(file, node)


def _line_of(file: Probed, node: ast.expr) -> list[Replacement] | None:
    """Take out the lines of a decorator."""
    at = file.text.rindex("@", 0, file.syntax.start(node))
    start, end = file.line_start(at), file.text.find("\n", file.syntax.end(node)) + 1
    alone = not file.text[start:at].strip() and not file.text[file.syntax.end(node) : end].strip()
    return [Replacement(start, end, "", _BECAUSE)] if alone and end else None


def _block(file: Probed, node: ast.With) -> list[Replacement] | None:
    """Take out `with` before a statement on its line; a block, as formatters make of it, moves to the left."""
    start, inner = file.syntax.start(node), file.syntax.start(node.body[0])
    if "\n" not in file.text[start:inner]:
        return [Replacement(start, inner, "", _BECAUSE)]
    behind = file.syntax.end(node.items[0].context_expr)
    head = file.text.index("\n", behind) + 1
    deeper = inner - file.line_start(inner) - (start - file.line_start(start))
    strings = (
        one for one in ast.walk(node)
        if isinstance(one, ast.Constant | ast.JoinedStr) and one.end_lineno != one.lineno
    )  # fmt: skip
    if file.text[behind:head].strip() != ":" or deeper <= 0 or any(strings):
        return None
    made = [Replacement(file.line_start(start), head, "", _BECAUSE)]
    at, end = head, file.syntax.end(node.body[-1])
    while at < end:
        following = file.text.find("\n", at) + 1 or len(file.text)
        if file.text[at:following].strip():
            if file.text[at : at + deeper].strip(" \t"):
                return None
            made.append(Replacement(at, at + deeper, "", _BECAUSE))
        at = following
    return made


def _wrapper(file: Probed, node: ast.Call) -> list[Replacement] | None:
    """Take out what stands around the function that is called."""
    start, end = file.syntax.start(node), file.syntax.end(node)
    inner, behind = file.syntax.start(node.args[-1]), file.syntax.end(node.args[-1])
    if len(node.args) != 2 or "#" in file.text[start:inner] or not _REST.fullmatch(file.text[behind:end]):
        return None
    return [Replacement(start, inner, "", _BECAUSE), Replacement(behind, end, "", _BECAUSE)]


def fits(patterns: tuple[str, ...]) -> Callable[[str], bool]:
    """Tells what one of some patterns means; without patterns everything."""
    return lambda name: not patterns or any(fnmatchcase(name, one) for one in patterns)
