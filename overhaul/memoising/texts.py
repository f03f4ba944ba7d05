"""Text that asks for a dictionary: strings that name it, code in strings, doctests, mangled names."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from overhaul.errors import Refused, Unreadable
from overhaul.refactoring.bindings import Bindings
from overhaul.refactoring.named_strings import Listed, constants

if TYPE_CHECKING:
    from overhaul.refactoring.references import References

_BY_HAND: Final = "change it by hand"
_RUNNING: Final = re.compile(
    r"(?<![\w.])(?:exec|eval|compile)\s*\(|\b(?:timeit|Timer|runsource|runcode)\s*\(|[\"']-c[\"']"
)
"""What runs code that stands in strings."""
_SHOWN: Final = re.compile(r"^[ \t]*(?:>>>|\.\.\.)[ \t](.*)$", re.MULTILINE)
_GAP: Final = r"\.(?:\s|\\|#[^\n]*\n)*"
"""What may stand between the two names of an attribute."""


def quoted(references: References, name: str) -> Iterator[tuple[str, Listed]]:
    """The strings of the project that are a name and nothing else; files without one are not parsed."""
    whole = re.compile(rf"[\"']{re.escape(name)}[\"']")
    for path, text in _texts(references, name):
        if whole.search(text) is None:
            continue
        try:
            file = references.bindings(path)
        except Unreadable:
            continue
        yield from ((path, one) for one in constants(file, {name}))


def asking(references: References, name: str, own: str) -> Iterator[str]:
    """The files that may ask for an attribute, or give an argument of its name: others need not be parsed.

    `own` is the file of its class.
    """
    wanted = re.compile(rf"{_GAP}{re.escape(name)}\b|\b{re.escape(name)}\s*=|\b{re.escape(name)}(?:\s|\\)*:")
    for path, text in _texts(references, name):
        if path == own or wanted.search(text) is not None:
            yield path


def refuse_texts(references: References, module: str, owner: str, name: str) -> None:
    """Raise Refused for what asks for a dictionary without naming it in code. `owner` is its class, or ""."""
    if owner and name.startswith("__") and not name.endswith("__"):
        mangled = f"_{owner.rpartition('.')[2].lstrip('_')}{name}"
        for path, text in _texts(references, mangled):
            where = f"{path}:{_line(text, text.index(mangled))}"
            raise Refused(f"{where}: {owner}.{name} is asked for from outside, as {mangled}: {_BY_HAND}")
    word = re.compile(rf"\b{re.escape(name)}\b")
    foreign = re.compile(rf"{_GAP}{re.escape(name)}\b|\bimport\b.*\b{re.escape(name)}\b")
    for path, text in _texts(references, name):
        runs, shows = _RUNNING.search(text) is not None, ">>> " in text
        if not (runs or shows):
            continue
        try:
            file = references.bindings(path)
        except Unreadable:
            continue
        said = word if file.module == module else foreign
        for start, stretch, kind in _strings(file, name):
            for shown in _SHOWN.finditer(stretch) if shows else ():
                if said.search(shown[1]) is not None:
                    where = f"{path}:{_line(text, start + shown.start(1))}"
                    raise Refused(f"{where}: a doctest shows {name}, which looks otherwise then: {_BY_HAND}")
            if runs and kind != "docstring" and _is_code(stretch, name):
                where = f"{path}:{_line(text, start)}"
                raise Refused(f"{where}: {name} is named by code in a string here, which cannot follow: {_BY_HAND}")


def _strings(file: Bindings, name: str) -> Iterator[tuple[int, str, str]]:
    """The string literals that have a name in them: offset, text with quotes, and what they are."""
    text = file.occurrences.text
    for start, end, _, kind in file.occurrences.strings():
        if kind in ("string", "docstring") and name in text[start:end]:
            yield start, text[start:end], kind


def _is_code(literal: str, name: str) -> bool:
    """Whether a string is code that names something, and no prose."""
    try:
        value = ast.literal_eval(literal)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        # A formatted string: what it comes to be is not known.
        return not literal.lstrip("rRuUbB").startswith(("'", '"')) and any(one in literal for one in "=([.")
    text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
    try:
        tree = ast.parse(textwrap.dedent(text))
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return any(
        (isinstance(one, ast.Name) and one.id == name) or (isinstance(one, ast.Attribute) and one.attr == name)
        for one in ast.walk(tree)
    )


def _texts(references: References, word: str) -> Iterator[tuple[str, str]]:
    """The files that have a word in them, with their text."""
    project = references.project
    for path in project.mentioning([word]):
        try:
            yield path, project.source(path).text()
        except Unreadable:
            continue


def _line(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1
