"""Find every name in a file."""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal

from overhaul.errors import Unreadable
from overhaul.lazy import cst
from overhaul.occurrences.lexing import Lexer, rows_of
from overhaul.occurrences.model import Kind, Occurrence, Role, Scope, Statement, Use
from overhaul.occurrences.remarking import add_type_comments
from overhaul.occurrences.scoping import home_of, settle
from overhaul.occurrences.visiting import tables
from overhaul.occurrences.walking import Walk
from overhaul.patterns import regex
from overhaul.source import Source

__all__ = ["Kind", "Occurrence", "Occurrences", "Role", "Scope", "Statement", "Use", "occurrences_of"]

_RECURSION_LIMIT: Final = 1_000_000
"""Frames of Python a walk may nest: chains of thousands of operators are nested as deep."""
_UNKEPT: Final = regex(r"(?m)^[ \t\f]*\f|\f|\r\n?")
Stretch = tuple[int, int, Any, Literal["string", "docstring", "quoted", "comment"]]


class Occurrences:
    """The names of one file, in the order in which they stand there."""

    def __init__(self, source: Source, tokens: Lexer, walk: Walk, tree: Any) -> None:
        """Made by `occurrences_of`."""
        self.source = source
        self.text = walk.text
        self.tree = tree
        """`libcst.Module`; of a text whose form feeds and carriage returns are replaced, where LibCST does not keep
        them."""
        self.all: Sequence[Occurrence] = walk.all
        """True, False, None, soft keywords and the `_` of patterns are none."""
        self.scopes: Sequence[Scope] = walk.scopes
        """The module first, then in source order."""
        self.statements: Sequence[Statement] = walk.statements
        """Every statement, those in suites too, in the order of the text; small ones on one line each for itself."""
        self._tokens = tokens
        self._walk = walk
        self._named: dict[str, list[Occurrence]] = {}
        self._firsts: list[int] = []

    def named(self, name: str) -> Sequence[Occurrence]:
        """All occurrences of a name, as it is written or as Python knows it."""
        if not self._named:
            for one in self.all:
                self._named.setdefault(one.name, []).append(one)
                if one.key != one.name:
                    self._named.setdefault(one.key, []).append(one)
        return self._named.get(name, ())

    def chain(self, one: Occurrence) -> Sequence[Occurrence]:
        """The names of `a.b.c` up to and with this one; only itself where its base is another expression."""
        parts = [one]
        while one.base >= 0:
            one = self.all[one.base]
            parts.append(one)
        return parts[::-1]

    def unbound(self, one: Occurrence) -> bool:
        """Whether its home is the module and the module never binds it: a builtin, a star import's, or nothing."""
        module = self.scopes[0]
        return one.home is module and one.key not in module.variables and one.key not in self._walk.given

    def statement_of(self, one: Occurrence) -> Statement:
        """The innermost statement that an occurrence stands in."""
        if not self._firsts:
            self._firsts = [statement.names[0] for statement in self.statements]
        at = bisect_right(self._firsts, one.number) - 1
        while not self.statements[at].names[0] <= one.number < self.statements[at].names[1]:
            at = self.statements[at].suite
        return self.statements[at]

    def statement_at(self, offset: int) -> Statement | None:
        """The last statement that begins at or before an offset; the innermost one there; None before the first."""
        at = bisect_right(self.statements, offset, key=lambda one: one.start) - 1
        return self.statements[at] if at >= 0 else None

    def lines(self, statement: Statement) -> tuple[int, int]:
        """The whole lines of a statement: from its head to where the line behind it begins.

        To what is compound belong the comments below it that are indented deeper than itself.
        """
        text, rows = self.text, self.scopes[0].rows
        row = bisect_right(rows, max(statement.end - 1, statement.start))
        column = statement.start - rows[bisect_right(rows, statement.start) - 1]
        last = row
        if hasattr(statement.node, "body"):
            for number in range(row, len(rows)):
                line = text[rows[number] : rows[number + 1] if number + 1 < len(rows) else len(text)]
                bare = line.lstrip(" \t\f")
                if bare.startswith("#") and len(line) - len(bare) > column:
                    last = number + 1
                elif bare.strip("\r\n"):
                    break
        return statement.head, rows[last] if last < len(rows) else len(text)

    def strings(self) -> Iterator[Stretch]:
        """Every string literal and comment by its start: start, end, LibCST node, and what it is.

        A literal goes with its prefix and quotes, a comment from its `#`, and it has no node. quoted: an annotation
        whose names are among the occurrences. What stands in the fields of an f-string follows it.
        """
        comments = iter(self._tokens.comments)
        comment = next(comments, None)
        for (start, end), (node, quoted) in zip(self._tokens.strings, self._walk.strings, strict=True):
            while comment is not None and comment[0] < start:
                yield *comment, None, "comment"
                comment = next(comments, None)
            yield start, end, node, "docstring" if id(node) in self._walk.docs else "quoted" if quoted else "string"
        if comment is not None:
            yield *comment, None, "comment"
        for start, end in comments:
            yield start, end, None, "comment"


def occurrences_of(source: Source) -> Occurrences:
    """Find every name of a file. Raises Unreadable for what cannot be parsed, or not be located exactly."""
    text = source.text()
    tokens = Lexer(text)
    tree = _parsed(text, tokens)
    walk = _walked(text, tokens, tree)
    settle(walk.scopes)
    add_type_comments(walk)
    for scope in walk.scopes:
        walk.given.update(key for key, where in scope.elsewhere.items() if where == "global" and key in scope.bound)
    for one in walk.all:
        if one.home is not None:
            one.home = home_of(one.home, one.key)
    return Occurrences(source, tokens, walk, tree)


def _parsed(text: str, tokens: Lexer) -> Any:
    try:
        return cst.parse_module(_kept(text, tokens) if "\f" in text or "\r" in text else text)
    except cst.ParserSyntaxError as error:
        where = f"line {error.raw_line}" if error.raw_line else "unknown line"
        raise Unreadable(f"syntax error, {where}: {_line(error.message)}") from error
    except (SyntaxError, ValueError, RecursionError, OverflowError) as error:
        raise Unreadable(f"LibCST cannot parse it: {_line(str(error))}") from error


def _line(message: str) -> str:
    return " ".join(message.split()) or "not Python 3"


def _kept(text: str, tokens: Lexer) -> str:
    """A text with the same names, without the white space that LibCST loses: only its tree is used."""
    parts: list[str] = []
    at = 0
    for start, end in (*tokens.strings, (len(text), len(text))):
        if start >= at:
            parts += (_UNKEPT.sub(_harmless, text[at:start]), text[start:end].replace("\r\n", "\n").replace("\r", "\n"))
            at = end
    return "".join(parts)


def _harmless(match: Any) -> str:
    """A form feed at the start of a line sets the column back to 0; elsewhere it is a blank."""
    return "\n" if "\r" in match[0] else " " if match[0] == "\f" and match.start() else ""


def _walked(text: str, tokens: Lexer, tree: Any) -> Walk:
    rows = rows_of(text)
    try:
        walk = Walk(text, tokens, rows, tree, tables())
        walk.visit[tree.__class__](tree, walk)
    except RecursionError:
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(_RECURSION_LIMIT)
        try:
            walk = Walk(text, tokens, rows, tree, tables())
            walk.visit[tree.__class__](tree, walk)
        finally:
            sys.setrecursionlimit(limit)
    if walk.names[walk.at]:
        raise walk.lost("the end")
    if walk.row != len(tokens.lines):
        raise Unreadable("statements cannot be located: the lines do not add up")
    if len(walk.strings) != len(tokens.strings):
        raise Unreadable("strings cannot be located: they do not add up")
    return walk
