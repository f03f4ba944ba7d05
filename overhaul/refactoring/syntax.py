"""One file as CPython reads it, with the place of each node in the text."""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final, TypeAlias

from overhaul.errors import Refused
from overhaul.later import parsed
from overhaul.occurrences.finding import Occurrence
from overhaul.refactoring.bindings import Bindings

Def: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
Scoped: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef
_UNIT: Final = "    "


class Syntax:
    """The nodes of one file: offsets in characters, what stands around each, the occurrence of a name."""

    def __init__(self, file: Bindings) -> None:
        """Raises Refused for a text that this Python cannot read."""
        self.file, self.path, self.module = file, file.path, file.module
        self.text = file.occurrences.text
        try:
            self.tree = parsed(self.text)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise Refused(f"{file.path}: this Python cannot parse it ({error}): run overhaul on a newer one") from None
        self._rows = file.occurrences.scopes[0].rows

    def offset(self, line: int, column: int) -> int:
        """The offset of a place as `ast` tells it: a line from 1, a column in bytes of UTF-8."""
        start = self._rows[line - 1]
        end = self._rows[line] if line < len(self._rows) else len(self.text)
        row = self.text[start:end]
        return start + (column if row.isascii() else len(row.encode()[:column].decode()))

    def start(self, node: ast.expr | ast.stmt) -> int:
        """Where a node begins; a decorated definition begins with its first `@`."""
        for one in getattr(node, "decorator_list", ())[:1]:
            return self.text.rindex("@", 0, self.start(one))
        return self.offset(node.lineno, node.col_offset)

    def end(self, node: ast.expr | ast.stmt) -> int:
        """Behind its last character."""
        assert node.end_lineno is not None and node.end_col_offset is not None
        return self.offset(node.end_lineno, node.end_col_offset)

    def of(self, node: ast.expr | ast.stmt) -> str:
        """As it is written."""
        return self.text[self.start(node) : self.end(node)]

    def where(self, node: ast.expr | ast.stmt | int) -> str:
        """`path:line`, for messages."""
        return f"{self.path}:{node if isinstance(node, int) else node.lineno}"

    def indent(self, node: ast.stmt) -> str:
        """The white space before a statement that begins its line."""
        start = self.start(node)
        return self.text[self._rows[self._row(start)] : start]

    def first_of_line(self, node: ast.stmt) -> bool:
        """Whether nothing but white space stands before a statement on its line."""
        return not self.indent(node).strip()

    def _row(self, offset: int) -> int:
        return bisect_right(self._rows, offset) - 1

    @cached_property
    def unit(self) -> str:
        """By how much the file indents."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.If):
                inner, outer = self.indent(node.body[0]), self.indent(node)
                if not inner.strip() and inner.startswith(outer) and len(inner) > len(outer):
                    return inner[len(outer) :]
        return _UNIT

    @cached_property
    def parents(self) -> Mapping[ast.AST, ast.AST]:
        """What each node stands in."""
        return {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    def around(self, node: ast.AST) -> Iterator[ast.AST]:
        """What a node stands in, innermost first."""
        while (outer := self.parents.get(node)) is not None:
            yield outer
            node = outer

    def function(self, node: ast.AST) -> Def | None:
        """The innermost function around a node; None for the module and class bodies."""
        for one in self.around(node):
            if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
                return one
            if isinstance(one, ast.ClassDef):
                return None
        return None

    def statement(self, node: ast.AST) -> ast.stmt:
        """The innermost statement around a node, or the node itself."""
        while not isinstance(node, ast.stmt):
            node = self.parents[node]
        return node

    def dotted(self, node: Def | ast.ClassDef) -> str:
        """The name of a definition, with the functions and classes around it."""
        names = [one.name for one in self.around(node) if isinstance(one, Def | ast.ClassDef)]
        return ".".join([*reversed(names), node.name])

    @cached_property
    def _by_end(self) -> Mapping[int, Occurrence]:
        return {one.end: one for one in self.file.occurrences.all if not one.quoted}

    def occurrence(self, node: ast.expr) -> Occurrence | None:
        """The name that a name or a chain of attributes ends in."""
        return self._by_end.get(self.end(node)) if isinstance(node, ast.Name | ast.Attribute) else None

    @cached_property
    def _by_place(self) -> Mapping[int, ast.expr]:
        # Older versions of CPython do not tell where the parts of an f-string stand.
        strings = (node for node in ast.walk(self.tree) if isinstance(node, ast.JoinedStr))
        formatted = {id(one) for node in strings for one in ast.walk(node)}
        return {
            self.end(node): node for node in ast.walk(self.tree)
            if isinstance(node, ast.Name | ast.Attribute) and id(node) not in formatted
        }  # fmt: skip

    def node(self, one: Occurrence) -> ast.expr | None:
        """The name or attribute whose last part stands somewhere; None for what is no expression."""
        return self._by_place.get(one.end)

    @cached_property
    def definitions(self) -> Mapping[str, Sequence[Def | ast.ClassDef]]:
        """All functions and classes by dotted name; several where branches define one twice."""
        found: dict[str, list[Def | ast.ClassDef]] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, Def | ast.ClassDef):
                found.setdefault(self.dotted(node), []).append(node)
        return found

    def comments(self, start: int, end: int) -> Iterator[tuple[int, str]]:
        """The comments in a stretch: where, and the text from `#`."""
        for first, last, _, kind in self.file.occurrences.strings():
            if kind == "comment" and start <= first < end:
                yield first, self.text[first:last]

    def line_end(self, offset: int) -> int:
        """Where the line ends that a place stands in, before its line break."""
        found = self.text.find("\n", offset)
        found = len(self.text) if found < 0 else found
        return found - 1 if self.text[found - 1 : found] == "\r" else found


def same(one: ast.AST, other: ast.AST) -> bool:
    """Whether two expressions say the same, be one read and the other written."""
    return _told(one) == _told(other)


def _told(node: ast.AST) -> str:
    return ast.dump(node).replace("ctx=Store()", "ctx=Load()").replace("ctx=Del()", "ctx=Load()")


def named(syntax: Syntax, name: str) -> Iterator[ast.expr]:
    """All expressions of a file that end in a name, whatever it means there."""
    for one in ast.walk(syntax.tree):
        if (isinstance(one, ast.Name) and one.id == name) or (isinstance(one, ast.Attribute) and one.attr == name):
            yield one


def own_nodes(nodes: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """Nodes and what stands in them, without what runs another time: the bodies of functions and lambdas."""
    waiting = list(nodes)[::-1]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, Def):
            waiting += [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)][::-1]
        elif isinstance(node, ast.Lambda):
            waiting += [*node.args.defaults, *filter(None, node.args.kw_defaults)][::-1]
        else:
            waiting += list(ast.iter_child_nodes(node))[::-1]
