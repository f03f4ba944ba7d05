"""How a call that is written anew stands on its lines: as the old one did."""

from __future__ import annotations

from typing import Any

from overhaul.lazy import cst
from overhaul.unifying.templates import below


def laid_out(old: Any, new: Any) -> Any:
    """A new call with its arguments on lines as the old one had them; anything else as it is."""
    if not isinstance(old, cst.Call) or not isinstance(new, cst.Call) or not old.args or not new.args:
        return new
    before = old.whitespace_before_args
    between = next(
        (one.comma.whitespace_after for one in old.args[:-1] if isinstance(one.comma, cst.Comma) and _broken(
            one.comma.whitespace_after)), None)  # fmt: skip
    if not _broken(before) and between is None:
        return new
    if between is None and _broken(before) and len(old.args) == 1:
        between = before
    last = old.args[-1]
    comma = cst.Comma(whitespace_after=_without_comment(between)) if between is not None else cst.MaybeSentinel.DEFAULT
    arguments = [one.with_changes(comma=comma) for one in new.args[:-1]]
    arguments.append(new.args[-1].with_changes(comma=last.comma, whitespace_after_arg=last.whitespace_after_arg))
    return new.with_changes(args=arguments, whitespace_before_args=before)


def _broken(space: Any) -> bool:
    return isinstance(space, cst.ParenthesizedWhitespace)


def _without_comment(space: Any) -> Any:
    if not isinstance(space, cst.ParenthesizedWhitespace):
        return space
    line = space.first_line.with_changes(comment=None, whitespace=cst.SimpleWhitespace(""))
    return space.with_changes(first_line=line, empty_lines=[])


def lost_comment(old: Any, new: Any) -> bool:
    """Whether a comment of the old expression is not in the new one."""
    return _comments(old) > _comments(new)


def _comments(tree: Any) -> int:
    return sum(isinstance(node, cst.Comment) for node, _ in below(tree))
