"""A definition that may become one with others: its file, its statement, and what it needs of its module."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeAlias

from overhaul.changes import Target
from overhaul.errors import Refused
from overhaul.later import parsed
from overhaul.moving.needs import Need, Needs
from overhaul.naming.meanings import Symbol
from overhaul.patterns import regex
from overhaul.refactoring.bindings import Bindings
from overhaul.refactoring.units import Unit, bare, unit_of

if TYPE_CHECKING:
    from overhaul.project import Project
    from overhaul.refactoring.references import References

_BREAK: Final = regex(r"\r\n|\r|\n")
Definition: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class Tree:
    """One text as CPython reads it, with offsets in characters."""

    def __init__(self, text: str) -> None:
        """Raises SyntaxError and the like, as `ast.parse` does."""
        self.text = text
        self.node = parsed(text)
        self._starts = [0, *(match.end() for match in _BREAK.finditer(text))]
        self._ascii = text.isascii()

    def offset(self, line: int, column: int) -> int:
        """Offset in characters of a line (from 1) and a column in UTF-8 bytes."""
        start = self._starts[line - 1]
        if self._ascii:
            return start + column
        end = self._starts[line] if line < len(self._starts) else len(self.text)
        return start + len(self.text[start:end].encode("utf-8", "surrogatepass")[:column].decode("utf-8", "ignore"))

    def start(self, node: ast.expr | ast.stmt | ast.arg | ast.keyword) -> int:
        """Where a node begins."""
        return self.offset(node.lineno, node.col_offset)

    def end(self, node: ast.expr | ast.stmt | ast.arg | ast.keyword) -> int:
        """Where it ends."""
        return self.offset(node.end_lineno or node.lineno, node.end_col_offset or 0)

    def written(self, node: ast.expr | ast.stmt | ast.arg | ast.keyword) -> str:
        """Its text."""
        return self.text[self.start(node) : self.end(node)]


class Member:
    """A function or class at the top of a module."""

    def __init__(self, project: Project, references: References, symbol: Symbol) -> None:
        """Raises Refused for what is no plain definition."""
        self.project, self.symbol = project, symbol
        self.module, self.name = symbol.module, symbol.name
        self.file: Bindings = references.bindings(symbol.path)
        self.unit: Unit = self._unit()
        try:
            self.tree = Tree(self.file.occurrences.text)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise Refused(f"{symbol.path}: this Python cannot read it ({error}): merge by hand") from None
        self.node = self._node()

    def _unit(self) -> Unit:
        """The statement that defines it. What only hands it to others goes on to do so."""
        whole = unit_of(self.file, {self.name})
        definition, *rest = whole.statements
        for one in rest:
            node = one.node
            called = type(node).__name__ == "Expr" and type(node.value).__name__ == "Call"
            if not called or bare(node.value).partition(".")[0] in ("", self.name):
                raise Refused(f"{self.symbol.path}:{one.line}: more than its definition belongs to {self.name} "
                              "(overloads, attributes that are set on it, functions registered with it): merge it by "
                              "hand")  # fmt: skip
        return Unit((definition,), frozenset({self.name}))

    def _node(self) -> Definition:
        statement = self.unit.statements[0]
        for node in self.tree.node.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name == self.name:
                first = min((self.tree.start(one) for one in node.decorator_list), default=self.tree.start(node))
                if statement.start <= max(first, self.tree.start(node)) < statement.end:
                    return node
        raise Refused(f"{self.where}: {self.name} is no function or class at the top of its module: merge it by hand")

    @property
    def where(self) -> str:
        """Its place, as a refusal begins."""
        return f"{self.symbol.path}:{self.symbol.line}"

    @property
    def target(self) -> Target:
        """As a user names it."""
        return Target(self.module, self.name)

    def at(self, node: ast.expr | ast.stmt | ast.arg | ast.keyword) -> str:
        """The place of something in it."""
        return f"{self.symbol.path}:{node.lineno}"

    @cached_property
    def needs(self) -> Mapping[str, Need]:
        """The names of its module that it uses, by name."""
        return {one.name: one for one in Needs(self.project, self.file).of(self.unit)}

    @cached_property
    def free(self) -> frozenset[int]:
        """Where it uses names of its module, or its own."""
        first, last = self.unit.statements[0].names
        names = (
            one for one in self.file.occurrences.all[first:last]
            if one.role not in ("global", "nonlocal", "attribute", "keyword")
        )  # fmt: skip
        return frozenset(one.start for one in names if self.file.home_of(one) is self.file.top)

    @cached_property
    def builtins(self) -> frozenset[str]:
        """The names that it uses and nobody in its module binds: Python's own."""
        first, last = self.unit.statements[0].names
        names = (one for one in self.file.occurrences.all[first:last] if one.role == "load")
        return frozenset(one.name for one in names if self.file.occurrences.unbound(one))

    def body(self) -> Sequence[ast.stmt]:
        """Its statements without the docstring."""
        return without_docstring(self.node.body)

    def documentation(self) -> str:
        """Its docstring; "" for none."""
        return ast.get_docstring(self.node) or ""


def apart(text: str, at: int) -> str:
    """The line breaks that are lacking for two blank lines above a place."""
    newline = "\r\n" if "\r\n" in text else "\n"
    before = text[:at].replace("\r\n", "\n")
    if not before.strip():
        return ""
    return newline * max(3 - (len(before) - len(before.rstrip("\n"))), 0)


def without_docstring(body: Sequence[ast.stmt]) -> Sequence[ast.stmt]:
    """The statements of a suite without the string that they begin with."""
    first = body[0] if body else None
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(
        first.value.value, str
    )  # fmt: skip
    return body[1:] if documented else body
