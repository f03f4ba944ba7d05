"""Put the names of a tree beside those of the text, and note what each is and where it belongs."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from overhaul.errors import Unreadable
from overhaul.occurrences.lexing import Lexer, split
from overhaul.occurrences.model import Kind, Occurrence, Role, Scope, Statement, Use
from overhaul.occurrences.quoting import names_in
from overhaul.occurrences.scoping import key_of

Visit: TypeAlias = "Callable[[Any, Walk], object]"
Table: TypeAlias = "Mapping[type, Visit]"

CONSTANTS: Final = frozenset({"True", "False", "None"})
_ALLOWED_IN_QUOTES: Final = frozenset("rRuU")


class Walk:
    """What one walk has seen; the functions that go from node to node write here."""

    __slots__ = ("all", "at", "at_lambda", "block", "blocks", "delete", "docs", "given", "names", "row", "rows",
                 "scope", "scopes", "starts", "statements", "store", "strings", "suite", "text", "tokens", "types",
                 "visit")  # fmt: skip

    def __init__(self, text: str, tokens: Lexer, rows: list[int], tree: Any, tables: Sequence[Table]) -> None:
        """Start at the first token; `tables` for what is loaded, stored to, and deleted."""
        self.visit, self.store, self.delete = tables
        self.text = text
        self.tokens = tokens
        self.rows = rows
        self.names = tokens.names
        self.starts = tokens.starts
        self.at = 0
        """How many names are behind."""
        self.at_lambda = 0
        self.row = 0
        """How many logical lines are."""
        self.scope = Scope("module", "", None, tree, 1, rows)
        self.scopes = [self.scope]
        self.all: list[Occurrence] = []
        self.statements: list[Statement] = []
        self.suite = -1
        self.block = 0
        self.blocks = 0
        """How many blocks of statements there were."""
        self.strings: list[tuple[Any, bool]] = []
        """The node of each string literal, and whether names in it were found."""
        self.types: set[int] = set()
        """Identities of the strings that stand for types."""
        self.docs: set[int] = set()
        """Of those that are docstrings."""
        self.given: set[str] = set()
        """What functions bind in the module with `global`."""

    # Names

    def lost(self, expected: str) -> Unreadable:
        """What is raised where text and tree go apart."""
        return Unreadable(f"names cannot be located: expected {expected!r}, found {self.names[self.at]!r}")

    def take(self, name: str, role: Role, use: Use = "", scope: Scope | None = None, base: int = -1) -> Occurrence:
        """The next name of the text, which has to be this one; it has a home."""
        at = self.at
        if self.names[at] != name:
            raise self.lost(name)
        self.at = at + 1
        start = self.starts[at]
        home = self.scope if scope is None else scope
        key = name
        if name[0] == "_" or not name.isascii():
            key = key_of(name, home.private)
        one = Occurrence(start, start + len(name), name, key, role, use, home, home, base, len(self.all))
        self.all.append(one)
        return one

    def use(self, name: str, use: Use) -> int:
        """A variable that is used; its number, -1 for True, False and None."""
        if name in CONSTANTS:
            self.word(name)
            return -1
        return self.take(name, "load", use).number

    def bind(self, name: str, role: Role, use: Use = "", scope: Scope | None = None) -> None:
        """A variable that is bound where it stands."""
        one = self.take(name, role, use, scope)
        one.scope.bound.add(one.key)

    def apart(self, name: str, role: Role, use: Use = "", base: int = -1) -> int:
        """A name that is no variable: an attribute, a keyword, a module; its number."""
        one = self.take(name, role, use, None, base)
        one.home = None
        if role == "keyword" and name.isascii():
            # Python does not mangle the keywords of a call.
            one.key = name
        return one.number

    def word(self, name: str) -> None:
        """The next token, which looks like a name and is none: a soft keyword, a wildcard, a constant."""
        if self.names[self.at] != name:
            raise self.lost(name)
        self.at += 1

    # Scopes

    def open(self, kind: Kind, name: str, node: Any) -> Scope:
        """Make a scope inside the present one; names still belong to the present one."""
        outer = self.scope
        dotted = f"{outer.name}.{name}" if outer.name and name else outer.name or name
        start = self.starts[max(self.at - 1, 0)] if name else self.starts[self.at]
        scope = Scope(kind, dotted, outer, node, 0, self.rows, outer.private)
        scope.line = self.line_at(start)
        self.scopes.append(scope)
        return scope

    def open_lambda(self, node: Any) -> Scope:
        """The same for a lambda, which may have no names: the lexer has seen the word."""
        scope = self.open("lambda", "", node)
        if self.at_lambda < len(self.tokens.lambdas):
            scope.line = self.line_at(self.tokens.lambdas[self.at_lambda])
        self.at_lambda += 1
        return scope

    def line_at(self, start: int) -> int:
        """The line of an offset."""
        return bisect_right(self.rows, start)

    # Lines and statements

    def begin(self, node: Any) -> Statement:
        """A compound statement: what follows belongs to it until `finish`."""
        statement = Statement(node, self.scope, self.suite, len(self.statements), len(self.all), self.block)
        statement.start, _, statement.head = self._line(self.row)
        self.statements.append(statement)
        self.suite = statement.number
        return statement

    def finish(self, statement: Statement) -> None:
        """The compound statement is behind."""
        statement.end = self._line(self.row - 1)[1]
        statement.names = statement.names[0], len(self.all)
        self.suite = statement.suite

    def _line(self, number: int) -> tuple[int, int, int]:
        lines = self.tokens.lines
        if number >= len(lines):
            raise Unreadable("statements cannot be located: the lines do not add up")
        return lines[number]

    def simple(self, nodes: Any, *, header: bool) -> None:
        """The small statements of a line; `header`: they stand behind the colon of the line before."""
        if header:
            line = self._line(self.row - 1)
        else:
            line = self._line(self.row)
            self.row += 1
        start, end, head = line
        ends = [end]
        if header or len(nodes) > 1 or type(nodes[0].semicolon).__name__ == "Semicolon":
            colon, semicolons = split(self.text, self.tokens.lines[self.row - 1])
            if header:
                start = self._skip(colon + 1)
                head = start
            semicolons = [one for one in semicolons if one > start]
            ends = [self._back(one) for one in semicolons] + ends
            starts = [start, *(self._skip(one + 1) for one in semicolons)]
            if not len(nodes) <= len(starts) <= len(nodes) + 1:
                raise Unreadable("statements cannot be located: the semicolons do not add up")
        else:
            starts = [start]
        for number, node in enumerate(nodes):
            one = Statement(node, self.scope, self.suite, len(self.statements), len(self.all), self.block)
            one.start, one.end = starts[number], ends[number]
            one.head = starts[number] if number else head
            self.statements.append(one)
            self.visit[node.__class__](node, self)
            one.names = one.names[0], len(self.all)

    def _skip(self, at: int) -> int:
        while at < len(self.text) and self.text[at] in " \t\f\\\r\n":
            at += 1
        return at

    def _back(self, at: int) -> int:
        while at and self.text[at - 1] in " \t\f\\\r\n":
            at -= 1
        return at

    # Strings that stand for types

    def annotate(self, node: Any) -> None:
        """Find the strings of an annotation that stand for types: none in a `Literal`, in metadata or in a call."""
        kind = type(node).__name__
        if kind == "Subscript":
            generic = _last(node.value)
            if generic != "Literal":
                for element in node.slice[:1] if generic == "Annotated" else node.slice:
                    self.annotate(getattr(element.slice, "value", element.slice))
        elif kind == "SimpleString":
            self.types.add(id(node))
        elif kind == "BinaryOperation":
            self.annotate(node.left)
            self.annotate(node.right)
        elif kind in ("List", "Tuple"):
            for item in node.elements:
                self.annotate(item.value)

    def documented(self, body: Any) -> None:
        """Note the docstring that a suite begins with."""
        statement: Any = next(iter(body), None)
        if type(statement).__name__ == "SimpleStatementLine":
            statement = statement.body[0]
        value: Any = getattr(statement, "value", None)
        if type(statement).__name__ == "Expr":
            while type(value).__name__ == "ConcatenatedString":
                self.docs.add(id(value.left))
                value = value.right
            self.docs.add(id(value))

    def string(self, node: Any) -> None:
        """A plain string: the names in it, where it stands for a type."""
        found = False
        if id(node) in self.types and len(self.strings) < len(self.tokens.strings):
            start, end = self.tokens.strings[len(self.strings)]
            found = self.quoted(start, end, node.value)
        self.strings.append((node, found))

    def quoted(self, start: int, end: int, literal: str) -> bool:
        """Note the names in a quoted annotation; whether there are any."""
        prefix = literal[: min(literal.find("'") % len(literal), literal.find('"') % len(literal))]
        marks = 3 if literal[len(prefix) :].startswith(("'''", '"""')) else 1
        if "\\" in literal or not _ALLOWED_IN_QUOTES.issuperset(prefix):
            return False
        names = names_in(self.text, start + len(prefix) + marks, end - marks)
        self.note_quoted(names, self.scope)
        return bool(names)

    def note_quoted(self, names: list[tuple[int, str, int]], scope: Scope) -> None:
        """Note names that were found in a text: offset, name, and the index of the one before the dot, or -1."""
        first = len(self.all)
        for start, name, base in names:
            key = key_of(name, scope.private)
            one = Occurrence(
                start, start + len(name), name, key, "load" if base < 0 else "attribute", "load", scope,
                scope if base < 0 else None, base + first if base >= 0 else -1, len(self.all), True,
            )  # fmt: skip
            self.all.append(one)


def _last(node: Any) -> str:
    """The last name of a chain: `typing.Literal` -> `Literal`."""
    name = getattr(node, "attr", node)
    value = getattr(name, "value", "")
    return value if isinstance(value, str) else ""
