"""Which calls are measured, and how each can be."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Final, Literal

import msgspec

from overhaul.instrumenting.probes import FRAMES, Probed, dotted
from overhaul.naming.meanings import External, Symbol

Form = Literal["with", "call"]

_BLOCK: Final = "measure it in its function, or with `form = \"call\"`"
_ABOUT_FRAMES: Final = re.compile(
    r"builtins\.(?:super|locals|globals|vars|dir|eval|exec|compile|breakpoint|__import__)|sys\._\w+|inspect\..+"
    r"|warnings\.warn|logging\..+|traceback\..+|typing\..+|collections\.namedtuple|enum\..+"
)
"""Functions that look at the frame of their caller."""
_LOGS: Final = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "fatal", "log"})
"""Methods of loggers, which note the line that called them."""


class Call(msgspec.Struct, frozen=True):
    """A call that is to be measured."""

    node: ast.Call
    written: str
    """The function as it is written."""
    statement: ast.stmt
    why_not: str
    """What stands against it, with the remedy; "" for nothing."""


def calls(file: Probed, wanted: Sequence[str], form: Form) -> Iterator[Call]:
    """The calls in a file that are asked for, in the order of the text."""
    for node in _found(file):
        written = dotted(node.func)
        if written and any(asked(file, node.func, one) for one in wanted) and not _measured(file, node):
            statement = file.syntax.statement(node)
            why = _no_block(file, node, statement) if form == "with" else _no_wrapper(file, node)
            yield Call(node, written, statement, why)


def missing(file: Probed, wanted: Sequence[str]) -> Iterator[str]:
    """What no call in a file is, measured or not."""
    found = [node.args[-1] if file.is_probe(node, "probe_call", "probe_await") and node.args else node.func
             for node in _found(file)]  # fmt: skip
    for one in wanted:
        if not any(asked(file, node, one) for node in found):
            yield one


def _found(file: Probed) -> Sequence[ast.Call]:
    found = (node for node in ast.walk(file.syntax.tree) if isinstance(node, ast.Call))
    return sorted(found, key=lambda one: (one.lineno, one.col_offset))


def asked(file: Probed, function: ast.expr, wanted: str) -> bool:
    """Whether what is called is something as it is written, or, behind a colon, as it is meant."""
    written = dotted(function)
    module, colon, name = wanted.partition(":")
    if not colon or not written:
        return bool(written) and fnmatchcase(written, wanted)
    return _means(file, function, module, name)


def _means(file: Probed, function: ast.expr, module: str, name: str) -> bool:
    occurrence = file.syntax.occurrence(function)
    if occurrence is None:
        return False
    if file.syntax.file.occurrences.unbound(occurrence):
        return module == "builtins" and fnmatchcase(occurrence.name, name)
    match file.references.meaning(file.path, occurrence):
        case Symbol(alternatives=()) as meaning:
            return fnmatchcase(meaning.module, module) and fnmatchcase(meaning.name, name)
        case External(name=known):
            return fnmatchcase(known, f"{module}.{name}")
        case _:
            return False


def _measured(file: Probed, node: ast.Call) -> bool:
    """Whether a probe measures the call already."""
    for outer in file.syntax.around(node):
        if isinstance(outer, ast.With) and file.is_probe(outer.items[0].context_expr, "probe"):
            return True
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            return False
    return False


def _no_block(file: Probed, node: ast.Call, statement: ast.stmt) -> str:
    """Why a statement cannot stand in a `with` of its own on its line; "" where it can."""
    if not isinstance(statement, ast.Expr | ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Return):
        return f"it stands in the head of another statement: {_BLOCK}"
    value = statement.value
    value = value.value if isinstance(value, ast.Await) else value
    if value is not node:
        return f"it is a part of an expression: {_BLOCK}"
    if any(isinstance(one, ast.Yield | ast.YieldFrom) for one in ast.walk(statement)):
        return "its arguments wait for somebody else: measure it in its function"
    if not file.syntax.first_of_line(statement) or file.line_end(statement) is None or _continued(file, statement):
        return "other statements stand on its line: put it on a line of its own"
    return ""


def _continued(file: Probed, statement: ast.stmt) -> bool:
    """Whether a line that goes on by a backslash leads to a statement, or a semicolon ends it."""
    start = file.line_start(file.syntax.start(statement))
    before = file.text[:start].rstrip("\r\n")
    return before.endswith("\\") or file.text[file.syntax.end(statement) :].lstrip(" \t").startswith(";")


def _no_wrapper(file: Probed, node: ast.Call) -> str:
    """Why a function cannot be called by another; "" where it can."""
    for outer in file.syntax.around(node):
        if isinstance(outer, ast.JoinedStr | ast.FormattedValue):
            return "it stands in an f-string: measure it in its function"
        if isinstance(outer, ast.arg) or (isinstance(outer, ast.AnnAssign) and _within(outer.annotation, node)):
            return "it stands in an annotation: leave it"
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef) and outer.returns and _within(outer.returns, node):
            return "it stands in an annotation: leave it"
    occurrence = file.syntax.occurrence(node.func)
    if occurrence is None:
        return "what is called cannot be told: measure it with `form = \"with\"`"
    name = f"builtins.{occurrence.name}" if file.syntax.file.occurrences.unbound(occurrence) else ""
    meaning = file.references.meaning(file.path, occurrence)
    name = name or (meaning.name if isinstance(meaning, External) else "")
    logs = isinstance(node.func, ast.Attribute) and node.func.attr in _LOGS
    asks = isinstance(meaning, Symbol) and FRAMES.search(_source(file, meaning)) is not None
    if asks or _ABOUT_FRAMES.fullmatch(name) or (logs and not isinstance(meaning, Symbol)):
        return "it may look at the frame that calls it: measure it with `form = \"with\"`"
    return ""


def _source(file: Probed, meaning: Symbol) -> str:
    """The text of a function of the project, or of the method that makes an instance of a class."""
    interior = file.references.project.symbols.interior(meaning.module)
    row = interior.functions.get(meaning.name) or interior.functions.get(f"{meaning.name}.__init__")
    if row is None:
        return ""
    lines = file.references.project.source(file.references.project.symbols.path(meaning.module)).text().splitlines()
    return "\n".join(lines[row.line - 1 : row.end])


def _within(outer: ast.AST, node: ast.AST) -> bool:
    return any(one is node for one in ast.walk(outer))
