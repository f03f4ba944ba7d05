"""The strings and comments of Python code, found without parsing it: most files speak of a name only in code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal

import msgspec


class Lexed(msgspec.Struct, frozen=True):
    """One string literal or comment."""

    kind: Literal["comment", "string", "formatted", "bytes"]
    start: int
    """Of its prefix, quote or `#`; in characters."""
    end: int
    inner: int
    """Of what is between the quotes, or behind the `#`."""
    inner_end: int
    raw: bool
    """Backslashes stand for themselves."""


def lexed(text: str) -> Iterator[Lexed]:
    """Every string literal and comment, by place; nothing more from where a string does not end.

    Strings inside the expressions of formatted strings are part of these.
    """
    at = 0
    while (found := _START.search(text, at)) is not None:
        quote = found["quote"]
        if quote is None:
            yield Lexed("comment", found.start(), found.end(), found.start() + 1, found.end(), True)
            at = found.end()
            continue
        prefix = (found["prefix"] or "").lower()
        formatted = "f" in prefix or "t" in prefix
        end = _formatted_end(text, found.end(), quote) if formatted else _plain_end(text, found.end(), quote)
        if end < 0:
            return
        kind: Literal["formatted", "bytes", "string"] = (
            "formatted" if formatted else "bytes" if "b" in prefix else "string"
        )
        yield Lexed(kind, found.start(), end, found.end(), end - len(quote), "r" in prefix)
        at = end


def unescaped(text: str, one: Lexed) -> str:
    """What a string says, at the same offsets: escape sequences become spaces, that of a line end ends a line.

    Thus a name stands where it stands in the file.
    """
    inner = text[one.inner : one.inner_end]
    return inner if one.raw or "\\" not in inner else _ESCAPE.sub(_plain, inner)


def fields(text: str, one: Lexed) -> Iterator[tuple[int, int]]:
    """The replacement fields of a formatted string, braces included: what stands in them is code."""
    at = one.inner
    while (found := _FIELD_START.search(text, at, one.inner_end)) is not None:
        at = found.end()
        if found[0] == "{":
            end = _field_end(text, at, text[one.inner_end : one.end])
            if end < 0:
                return
            yield found.start(), end
            at = end


def _plain(found: re.Match[str]) -> str:
    escape = found[0]
    match escape[1]:
        case "n":
            return " \n"
        case "'" | '"':
            return f" {escape[1]}"
        case "\n" | "\r":
            return " " * len(escape)
        case "\\":
            return "\\\\"
        case _:
            return " " * len(escape)


def _plain_end(text: str, at: int, quote: str) -> int:
    found = _ENDS[quote].match(text, at)
    return found.end() if found else -1


def _formatted_end(text: str, at: int, quote: str) -> int:
    """Where a formatted string ends whose body begins at `at`; -1 where it does not."""
    stop = re.compile(rf"\\.|\{{\{{|\{{|{quote}" + ("" if len(quote) == 3 else r"|\n"), re.DOTALL)
    while (found := stop.search(text, at)) is not None:
        at = found.end()
        if found[0] == quote:
            return at
        if found[0] == "\n":
            return -1
        if found[0] == "{":
            at = _field_end(text, at, quote)
            if at < 0:
                return -1
    return -1


def _field_end(text: str, at: int, quote: str) -> int:
    """Where a replacement field ends, behind its brace."""
    depth = 0
    while (found := _FIELD.search(text, at)) is not None:
        at = found.end()
        token = found[0]
        if token in "([{":
            depth += 1
        elif token == "}" and not depth:
            return at
        elif token in ")]}":
            depth -= 1
        elif token == ":" and not depth:
            return _spec_end(text, at, quote)
        elif found["quote"]:
            prefix = (found["prefix"] or "").lower()
            inner = found["quote"]
            nested = "f" in prefix or "t" in prefix
            at = _formatted_end(text, at, inner) if nested else _plain_end(text, at, inner)
            if at < 0:
                return -1
    return -1


def _spec_end(text: str, at: int, quote: str) -> int:
    """Where a format specification ends, behind the brace of its field."""
    while (found := _SPEC.search(text, at)) is not None:
        at = found.end()
        if found[0] == "}":
            return at
        at = _field_end(text, at, quote)
        if at < 0:
            return -1
    return -1


_STRING: Final = r"""(?P<prefix>(?<!\w)[bBrRuUfFtT]{1,2})?(?P<quote>\"\"\"|'''|"|')"""
_START: Final = re.compile(rf"\#[^\r\n]*|{_STRING}")
_FIELD: Final = re.compile(rf"[(\[{{}}\])]|:|{_STRING}")
_FIELD_START: Final = re.compile(r"\{\{|\{")
_SPEC: Final = re.compile(r"[{}]")
_ESCAPE: Final = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}]*\}|\r\n|.)", re.DOTALL)
_ENDS: Final = {
    '"': re.compile(r'(?:[^\\\n"]++|\\.)*+"', re.DOTALL),
    "'": re.compile(r"(?:[^\\\n']++|\\.)*+'", re.DOTALL),
    '"""': re.compile(r'(?:[^\\"]++|\\.|"(?!""))*+"""', re.DOTALL),
    "'''": re.compile(r"(?:[^\\']++|\\.|'(?!''))*+'''", re.DOTALL),
}
