"""The names in type comments, put among those of the code."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from overhaul.occurrences.model import Scope, Statement
from overhaul.occurrences.quoting import names_of_comment
from overhaul.occurrences.walking import Walk


def add_type_comments(walk: Walk) -> None:
    """Note the names of `# type: ...`, in their places."""
    first = len(walk.all)
    for start, end in walk.tokens.comments:
        if walk.text.find("type:", start, end) >= 0 and (scope := _scope(walk, start)) is not None:
            walk.note_quoted(names_of_comment(walk.text, start, end), scope)
    if len(walk.all) == first:
        return
    order = sorted(walk.all, key=lambda one: one.start)
    moved = {one.number: number for number, one in enumerate(order)} | {-1: -1}
    for number, one in enumerate(order):
        one.base = moved[one.base]
        one.number = number
    walk.all[:] = order
    starts = [one.start for one in order]
    for statement in walk.statements:
        statement.names = bisect_left(starts, statement.start), bisect_left(starts, _stop(walk, statement))


def _scope(walk: Walk, start: int) -> Scope | None:
    """The scope that the names of a type comment are looked up from; None where it says nothing of a statement."""
    at = bisect_right(walk.statements, start, key=lambda one: one.start) - 1
    if at < 0:
        return None
    statement = walk.statements[at]
    if type(statement.node).__name__ == "FunctionDef":
        return next((one.parent for one in walk.scopes if one.node is statement.node), None)
    row = walk.rows[walk.line_at(start) - 1]
    follows = walk.text[row:start].strip() != ""
    return statement.scope if follows or start < statement.end else None


def _stop(walk: Walk, statement: Statement) -> int:
    """Where what belongs to a statement ends: behind a comment on its last line, if no other statement stands there."""
    line = walk.line_at(statement.end - 1)
    stop = walk.rows[line] if line < len(walk.rows) else len(walk.text)
    at = bisect_left(walk.statements, statement.end, key=lambda one: one.start)
    if at < len(walk.statements) and walk.statements[at].start < stop:
        return statement.end
    return stop
