"""What to look at when a ring is open: comments on the order of imports, and functions that import in a loop."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from overhaul.changes import Leftover, Target
from overhaul.errors import Unreadable
from overhaul.facts import Import
from overhaul.later import parsed

if TYPE_CHECKING:
    from overhaul.cutting.breaking import Broken
    from overhaul.occurrences.finding import Statement
    from overhaul.project import Project

_ORDER: Final = re.compile(r"#.*\b(isort:\s*skip|noqa:?\s*E402|pylint:\s*disable=.*(?:cyclic-import|wrong-import))")
_COMMENT: Final = re.compile(r"#[^\n]*")
_TOLD: Final = re.compile(r"#\s*(?:noqa|isort|type:|pylint|pyright|ruff|fmt|pragma)", re.IGNORECASE)
_FAILING: Final = ("fatal", "order-dependent")


def notes(before: Project, now: Project, broken: Sequence[Broken]) -> Iterator[Leftover]:
    """Lines of the project as it was that somebody should look at."""
    yield from _orders(before, now, broken)
    yield from _comments(before, broken)
    functions = {(one.crossing.path, function.number): (one.crossing.name, function)
                 for done in broken for one in done.options for function in one.functions}  # fmt: skip
    for (path, _), (name, function) in sorted(functions.items(), key=lambda item: item[0]):
        yield from _loop(before, path, name, function)


def _comments(before: Project, broken: Sequence[Broken]) -> Iterator[Leftover]:
    """Comments in import statements that go: they may say why the import was there."""
    seen: set[tuple[str, int]] = set()
    for one in (option for done in broken for option in done.options if option.way in ("typing", "defer")):
        path, statement = one.crossing.path, one.crossing.taken.statement
        try:
            text = before.source(path).text()
        except Unreadable:
            continue
        end = text.find("\n", statement.end)
        said = _COMMENT.search(text[statement.start : end if end >= 0 else len(text)])
        if said is not None and (path, statement.line) not in seen and not _TOLD.match(said[0]):
            seen.add((path, statement.line))
            reason = f"a comment of this import may go with it: {said[0].strip()}"
            yield before.leftover(path, statement.line, Target(one.crossing.imported), reason)


def _orders(before: Project, now: Project, broken: Sequence[Broken]) -> Iterator[Leftover]:
    """Imports that a comment keeps in an order which a ring has asked for."""
    rings = [(set(one.cycle.modules), one.cycle) for one in broken if one.cycle.effect in _FAILING]
    seen: set[tuple[str, int]] = set()
    for row in now.survey.rows(Import) if rings else ():
        for modules, cycle in rings:
            if row.imported in modules and (row.path, row.line) not in seen and not row.implicit:
                seen.add((row.path, row.line))
                try:
                    lines = now.source(row.path).text().splitlines()
                except Unreadable:
                    continue
                if row.line <= len(lines) and _ORDER.search(lines[row.line - 1]):
                    target = Target(row.imported)
                    reason = f"the {cycle.effect} cycle no longer asks for this order of imports"
                    yield now.leftover(row.path, row.line, target, reason)


def _loop(project: Project, path: str, name: str, function: Statement) -> Iterator[Leftover]:
    """A function that imports by itself now, and is called in a loop of its file."""
    if type(function.node).__name__ != "FunctionDef":
        return
    called = function.node.name.value
    try:
        tree = parsed(project.source(path).text())
    except (Unreadable, SyntaxError, ValueError, RecursionError):
        return
    for loop in ast.walk(tree):
        for inner in (one for part in _again(loop) for one in ast.walk(part)):
            if isinstance(inner, ast.Call) and _last(inner.func) == called:
                module = project.layout.module_of(path)
                reason = f"{called} is called in a loop, and looks up the import of {name} each time: measure it"
                yield project.leftover(path, inner.lineno, Target(module), reason)
                return


def _again(node: ast.AST) -> Sequence[ast.AST]:
    """What a loop or comprehension does more than once."""
    match node:
        case ast.For() | ast.AsyncFor():
            return node.body
        case ast.While():
            return [node.test, *node.body]
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
            return [node.elt, *node.generators[0].ifs, *node.generators[1:]]
        case ast.DictComp():
            return [node.key, node.value, *node.generators[0].ifs, *node.generators[1:]]
        case _:
            return []


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
