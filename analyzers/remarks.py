"""Comments and docstrings that say of code that it is not finished."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from overhaul.facts import Remark
from overhaul.lazy import cst
from overhaul.leaves import Collector
from overhaul.module import Module
from overhaul.scopes import Scope
from overhaul.syntax.asked import docstring
from overhaul.syntax.remarks import Said, said, speaks, telling


class _Place(NamedTuple):
    """What a comment stands before or beside."""

    name: str
    line: int
    end: int


@Collector("SimpleStatementLine", "Assign", "AnnAssign")
def remarks(module: Module) -> Iterator[Remark]:
    """Every TODO and its relatives, and sentences such as "for now", with the function or statement they stand in."""
    named = [scope for scope in module.scopes if scope.kind in ("function", "class")]
    prose = list(_docstrings([module.scopes[0], *named]))
    words = telling([*[text for _, text, _ in module.comments], *[text for _, text in prose]])
    if not words:
        return
    found = [
        (line, text, own, one) for line, text, own in module.comments
        if speaks(text, words) and (one := said(text)) is not None
    ]  # fmt: skip
    if found:
        rows = re.split(r"\r\n?|\n", module.text)
        named.sort(key=lambda one: one.line)
        places: list[_Place] | None = None
        last = 0
        for line, text, own, one in found:
            scope = _around(named, rows, line, own)
            function = scope is not None and scope.kind == "function"
            place = _Place("", 0, 0)
            if not function:
                if places is None:
                    places = sorted(_places(module), key=lambda one: one.line)
                if line > last:
                    last = _last_of_block(rows, line)
                # Behind a blank line stands something else.
                place = _beside(places, named, last + 1 if own else line, line, scope)
            yield Remark(
                scope=scope.name if scope is not None else "", function=function, line=line, strength=one.strength,
                phrase=one.phrase, text=text[:120], beside=place.name, beside_line=place.line, beside_end=place.end,
            )  # fmt: skip
    lines: dict[int, int] = {}
    for scope, text in prose:
        if not speaks(text, words) or (one := said(text)) is None:
            continue
        if not lines:
            lines = {id(one): line for one, line, _ in module.nodes(cst.SimpleStatementLine)}
        node: Any = scope.node
        body = node if scope.top else node.body
        yield _of_docstring(scope, text, one, lines.get(id(body.body[0]), scope.line))


def _docstrings(scopes: Sequence[Scope]) -> Iterator[tuple[Scope, str]]:
    """The docstrings as they are written, with their quotes."""
    for scope in scopes:
        node: Any = scope.node
        value = docstring(node if scope.top else node.body)
        if value is not None:
            yield scope, value.value if value.__class__ is cst.SimpleString else str(value.evaluated_value)


def _of_docstring(scope: Scope, text: str, words: Said, first: int) -> Remark:
    line = first + text.count("\n", 0, words.offset)
    start = text.rfind("\n", 0, words.offset) + 1
    written = text[start:].partition("\n")[0].strip()
    function = scope.kind == "function"
    return Remark(
        scope=scope.name, function=function, line=line, strength=words.strength, phrase=words.phrase,
        text=written[:120], beside="" if function or scope.top else scope.name,
        beside_line=0 if function or scope.top else scope.line, beside_end=0 if function or scope.top else scope.end,
    )  # fmt: skip


def _around(named: Sequence[Scope], rows: Sequence[str], line: int, own: bool) -> Scope | None:
    """The innermost function or class that a comment stands in."""
    before = bisect_right(named, line, key=lambda one: one.line)
    scope = named[before - 1] if before else None
    # Whatever holds the comment holds the definition right before it, too.
    while scope is not None:
        held = line <= scope.end or (own and _is_behind(rows, scope, line))
        if held and scope.kind in ("function", "class"):
            return scope
        scope = scope.parent if not scope.top else None
    return None


_BEHIND: Final = 12
"""Lines below the last statement of a body in which a comment may still belong to it."""


def _is_behind(rows: Sequence[str], scope: Scope, line: int) -> bool:
    """Whether a comment behind the last statement of a body is indented as the body is."""
    if scope.top or line - scope.end > _BEHIND:
        return False
    edge = _indentation(rows[scope.line - 1])
    return all(not one.strip() or _indentation(one) > edge for one in rows[scope.end: line])


def _indentation(text: str) -> int:
    return len(text) - len(text.lstrip())


def _last_of_block(rows: Sequence[str], line: int) -> int:
    """The last of the comments and decorators that a comment begins."""
    while line < len(rows) and rows[line].lstrip().startswith(("#", "@")):
        line += 1
    return line


def _beside(places: Sequence[_Place], named: Sequence[Scope], last: int, line: int, scope: Scope | None) -> _Place:
    """The definition or assignment that a comment stands in, beside or right before: in the line `last`."""
    before = bisect_right(places, last, key=lambda one: one.line)
    for place in reversed(places[max(0, before - 2): before]):
        if place.line == last or line <= place.end:
            return place
    for one in named[bisect_left(named, last, key=lambda one: one.line):]:
        if one.line == last:
            return _Place(one.name, one.line, one.end)
        break
    return _Place(scope.name, scope.line, scope.end) if scope is not None else _Place("", 0, 0)


def _places(module: Module) -> Iterator[_Place]:
    """The variables of the module and of classes, where they are assigned."""
    for kind in (cst.Assign, cst.AnnAssign):
        for found, first, block in module.nodes(kind):
            node: Any = found
            target = node.targets[0].target if kind is cst.Assign else node.target
            if block.scope.kind != "function" and target.__class__ is cst.Name:
                name = f"{block.scope.name}.{target.value}" if block.scope.name else target.value
                yield _Place(name, first, first + _breaks(module, node))


def _breaks(module: Module, node: Any) -> int:
    """How many lines a statement has besides its first."""
    value = node.value
    if value is None or value.__class__ in (cst.Name, cst.Integer, cst.Attribute, cst.Float):
        return 0
    return module.tree.code_for_node(node).count("\n")
