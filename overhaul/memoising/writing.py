"""Write a memo as one call: `D.get_or_compute(key, lambda: value)`; what is computed stays where it stands."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from overhaul.changes import Guidance, Replacement
from overhaul.errors import Refused
from overhaul.memoising.shapes import Shape
from overhaul.refactoring.syntax import Def, Syntax

_NAMES: Final = ("compute", "compute_value", "compute_entry")
_MARKS: Final = re.compile(r"#\s*(?:noqa|type:|pragma|pylint|pyright|fmt:)")


class Written(NamedTuple):
    """A memo that is to be written."""

    syntax: Syntax
    function: Def
    shape: Shape
    something: bool
    """It becomes one call: what is computed is kept, surely is not None, and may run there."""


def writing(memo: Written) -> Iterator[Replacement]:
    """The replacements in one function. Raises Refused where the text cannot be taken apart."""
    shape, syntax = memo.shape, memo.syntax
    if not memo.something:
        # A store is looked up by `get` and set by `D[key] = value`, as a dictionary is.
        return
    store = _store_text(memo)
    because, guidance = _because(memo)
    first = shape.region[0]
    if not syntax.first_of_line(first):
        raise Refused(f"{syntax.where(first)}: it shares its line with something else: write it on one of its own")
    indent = syntax.indent(first)
    start, end = syntax.start(first), syntax.end(shape.region[-1])
    key = _flat(syntax, shape.key)
    if shape.compute:
        yield from _with_function(memo, store, key, indent, start, end, because, guidance)
        return
    begin, stop = syntax.start(shape.value), syntax.end(shape.value)
    opening, closing = _around(syntax, shape.value)
    head, tail = _answer(memo)
    notes = _notes(syntax, indent, (start, begin), (stop, end))
    call = f"{notes}return {head}{store}.get_or_compute({key}, lambda: {opening}"
    yield Replacement(start, begin, call, because, guidance)
    if syntax.first_of_line(around := syntax.statement(shape.value)):
        yield from shifted_lines(syntax, begin, stop, syntax.indent(around), indent, because)
    yield Replacement(stop, end, f"{closing}){tail}", because, guidance)


def _because(memo: Written) -> tuple[str, Guidance]:
    if memo.shape.none == "miss" and isinstance(memo.shape.value, ast.Call):
        return "looked up, or computed and kept; None, which is not annotated, was computed anew each time", "review"
    if memo.shape.eager:
        return "what was computed each time is computed where it is missing", "review"
    if any(isinstance(one, ast.Attribute) and one.attr == "setdefault" for node in memo.shape.region
           for one in ast.walk(node)):  # fmt: skip
        told = "one thread computes and the others wait: none may hold a lock that it needs"
        return f"looked up, or computed and kept, in one call; {told}", "review"
    return "looked up, or computed and kept, in one call", "safe"


def _store_text(memo: Written) -> str:
    """What the memo calls its dictionary."""
    for node in memo.shape.region:
        for one in ast.walk(node):
            match one:
                case ast.Subscript(value=value, slice=key) if ast.dump(key) == ast.dump(memo.shape.key):
                    return memo.syntax.of(value)
                case ast.Call(func=ast.Attribute(value=value, attr="get" | "setdefault"), args=[key, *_]) if (
                    ast.dump(key) == ast.dump(memo.shape.key)
                ):
                    return memo.syntax.of(value)
                case _:
                    pass
    raise Refused(f"{memo.syntax.where(memo.shape.region[0])}: what it is kept in is not named: change it by hand")


def _flat(syntax: Syntax, node: ast.expr) -> str:
    """An expression on one line, with its brackets."""
    text = " ".join(part.strip() for part in syntax.of(node).splitlines())
    if any(syntax.comments(syntax.start(node), syntax.end(node))):
        raise Refused(f"{syntax.where(node)}: a comment stands in the key: move it above")
    if isinstance(node, ast.Tuple) and not text.startswith("("):
        return f"({text})"
    return text


def _around(syntax: Syntax, value: ast.expr) -> tuple[str, str]:
    """Brackets that a value needs to stand behind `lambda:` in a call."""
    text = syntax.of(value)
    bare = isinstance(value, ast.Tuple) and not text.startswith("(")
    return ("(", ")") if bare or isinstance(value, ast.NamedExpr) else ("", "")


def _answer(memo: Written) -> tuple[str, str]:
    """What stands before and behind the entry in what is returned."""
    shape, syntax = memo.shape, memo.syntax
    if shape.entry is None or shape.answer.value is None:
        return "", ""
    whole = shape.answer.value
    begin, end = syntax.start(whole), syntax.end(whole)
    return syntax.text[begin : syntax.start(shape.entry)], syntax.text[syntax.end(shape.entry) : end]


def _notes(syntax: Syntax, indent: str, *stretches: tuple[int, int]) -> str:
    """The comments in what goes, as lines of their own."""
    found = [text for start, end in stretches for _, text in syntax.comments(start, end) if not _MARKS.match(text)]
    return "".join(f"{text}\n{indent}" for text in found)


def _with_function(
    memo: Written, store: str, key: str, indent: str, start: int, end: int, because: str, guidance: Guidance
) -> Iterator[Replacement]:
    """What takes several statements to compute becomes a function inside the function."""
    shape, syntax = memo.shape, memo.syntax
    used = {one.id for one in ast.walk(memo.function) if isinstance(one, ast.Name)}
    used |= {one.arg for one in ast.walk(memo.function) if isinstance(one, ast.arg)}
    used |= {one.name for one in ast.walk(memo.function) if isinstance(one, ast.FunctionDef | ast.ClassDef)}
    name = next((one for one in _NAMES if one not in used), "")
    if not name:
        raise Refused(f"{syntax.where(memo.function)}: compute is a name of its own here: rename it first")
    first, last = shape.compute[0], shape.compute[-1]
    if not all(map(syntax.first_of_line, shape.compute)):
        raise Refused(f"{syntax.where(first)}: several statements stand on one line: write each on its own")
    line = _above(syntax, syntax.start(first) - len(syntax.indent(first)), start)
    inner = indent + syntax.unit
    begin, stop = syntax.start(shape.value), syntax.end(shape.value)
    opening, closing = ("", "") if stands_alone(syntax.of(shape.value)) else ("(", ")")
    returns = f" -> {syntax.of(memo.function.returns)}" if memo.function.returns and shape.entry is None else ""
    head, tail = _answer(memo)
    notes = _notes(syntax, indent, (start, line))
    blank = "\n" if _follows(syntax, start, indent) else ""
    head_line = f"{blank}{indent}{notes}def {name}(){returns}:\n"
    yield Replacement(start - len(indent), line, head_line, because, guidance)
    rows = syntax.line_end(syntax.end(last))
    if rows > begin:
        raise Refused(f"{syntax.where(last)}: several statements stand on one line: write each on its own")
    yield from shifted(syntax, line, syntax.end(last), syntax.indent(first), inner, because)
    told = _notes(syntax, inner, (rows, begin), (stop, end))
    yield Replacement(rows, begin, f"\n{inner}{told}return {opening}", because, guidance)
    yield from shifted_lines(syntax, begin, stop, syntax.indent(syntax.statement(shape.value)), inner, because)
    call = f"{closing}\n\n{indent}return {head}{store}.get_or_compute({key}, {name}){tail}"
    yield Replacement(stop, end, call, because, guidance)


def stands_alone(text: str) -> bool:
    """Whether an expression that lost the brackets around it is whole without them."""
    try:
        ast.parse(text, mode="eval")
    except SyntaxError:
        return False
    return True


def _above(syntax: Syntax, line: int, start: int) -> int:
    """Where the comment lines above a line begin."""
    while True:
        before = syntax.text.rfind("\n", 0, max(line - 1, 0)) + 1
        if before <= start or before >= line or not syntax.text[before:line].lstrip().startswith("#"):
            return line
        line = before


def _follows(syntax: Syntax, start: int, indent: str) -> bool:
    """Whether a statement stands directly above, so that a function needs a blank line."""
    above = syntax.text[: start - len(indent)].rstrip("\r\n").rpartition("\n")[2]
    near = syntax.text[: start - len(indent)].count("\n") - syntax.text[: start - len(indent)].rstrip().count("\n") == 1
    return near and not above.strip().startswith("#") and not above.rstrip().endswith(":")


def shifted(syntax: Syntax, start: int, end: int, old: str, new: str, because: str) -> Iterator[Replacement]:
    """The lines of a stretch that begins a line, moved to another depth; lines inside of strings stay."""
    if old == new:
        return
    yield from _moved(syntax, start, end, old, new, because)
    yield from shifted_lines(syntax, start, end, old, new, because)


def shifted_lines(syntax: Syntax, start: int, end: int, old: str, new: str, because: str) -> Iterator[Replacement]:
    """The lines of a stretch but its first."""
    if old == new:
        return
    strings = [(first, last) for first, last, _, kind in syntax.file.occurrences.strings() if kind != "comment"]
    at = syntax.text.find("\n", start, end) + 1
    while 0 < at < end:
        if not any(first < at <= last for first, last in strings):
            yield from _moved(syntax, at, end, old, new, because)
        at = syntax.text.find("\n", at, end) + 1


def _moved(syntax: Syntax, at: int, end: int, old: str, new: str, because: str) -> Iterator[Replacement]:
    text = syntax.text
    if text[at : at + 1] in ("\n", "\r"):
        return
    if new.startswith(old):
        yield Replacement(at, at, new[len(old) :], because)
    elif old.startswith(new):
        gone = old[len(new) :]
        if text.startswith(gone, at):
            yield Replacement(at, at + len(gone), "", because)
    else:
        line = text.count("\n", 0, at) + 1
        raise Refused(f"{syntax.where(line)}: tabs and blanks are mixed: format the file first")
