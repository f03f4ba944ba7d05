"""How a call that is written anew stands on its lines: as the old one did."""

from __future__ import annotations

from typing import Any

from overhaul.lazy import cst
from overhaul.unifying.templates import below, code, mapped
from overhaul.unifying.trees import Tree


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


def indent_of(tree: Tree, node: Any) -> str:
    """The white space that the suite around an expression is indented by."""
    around = next(one for one in tree.above(node) if isinstance(one, (cst.BaseStatement, cst.BaseSmallStatement)))
    while isinstance(around, cst.BaseSmallStatement):
        around = tree.parent(around)
    start = tree.span(around)[0]
    line = tree.text[tree.text.rfind("\n", 0, start) + 1 :]
    return line[: len(line) - len(line.lstrip(" \t"))]


def indented(tree: Any, indent: str) -> Any:
    """An expression whose lines carry the indentation themselves, so that it can be written by itself."""

    def change(_: Any, updated: Any) -> Any:
        if isinstance(updated, cst.ParenthesizedWhitespace) and updated.indent:
            last = updated.last_line.with_changes(value=indent + updated.last_line.value)
            return updated.with_changes(indent=False, last_line=last)
        if isinstance(updated, cst.EmptyLine) and updated.indent:
            return updated.with_changes(indent=False, whitespace=updated.whitespace.with_changes(
                value=(indent if updated.comment else "") + updated.whitespace.value))  # fmt: skip
        return updated

    return mapped(tree, change)


def lost_comment(old: Any, new: Any) -> bool:
    """Whether a comment of the old expression is not in the new one, or stands between arguments that have changed."""
    if isinstance(old, cst.Call):
        between = [old.whitespace_before_args, *(one.comma for one in old.args), *(
            one.whitespace_after_arg for one in old.args)]  # fmt: skip
        if any(isinstance(one, cst.CSTNode) and _comments(one) for one in between):
            return True
    return _comments(old) > _comments(new)


def _comments(tree: Any) -> int:
    return sum(isinstance(node, cst.Comment) for node, _ in below(tree))



def parses(text: str) -> bool:
    """Whether a text is an expression."""
    try:
        cst.parse_expression(text)
    except (cst.ParserSyntaxError, cst.CSTValidationError, SyntaxError, ValueError, RecursionError):
        return False
    return True



def broken(call: Any, before: str) -> str:
    """A call with its arguments on a line of their own."""
    indent = before[: len(before) - len(before.lstrip())]
    inner = ", ".join(code(one.with_changes(comma=cst.MaybeSentinel.DEFAULT)) for one in call.args)
    return f"{code(call.func)}(\n{indent}    {inner},\n{indent})" if call.args else code(call)



def is_quiet(node: Any) -> bool:
    """Whether nothing is done to have a value: a name or a constant."""
    return isinstance(node, (cst.Name, cst.BaseNumber, cst.SimpleString))
