"""The expressions of one file where they stand: nodes with their offsets, parents and names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any

from overhaul.errors import Refused
from overhaul.lazy import cst
from overhaul.occurrences.finding import Occurrence, Scope
from overhaul.refactoring.bindings import Bindings


class Tree:
    """One file; its tree is read, never changed."""

    def __init__(self, file: Bindings) -> None:
        """Raises Refused for a file in which nodes cannot be located."""
        from libcst.metadata import MetadataWrapper, PositionProvider

        self.file = file
        self.path, self.module = file.path, file.module
        self.text = file.occurrences.text
        self.root: Any = file.occurrences.tree
        self._rows = file.top.rows
        self._positions = MetadataWrapper(self.root, unsafe_skip_copy=True).resolve(PositionProvider)
        self._parents: dict[int, Any] = {}
        self._by_start: dict[int, Any] = {}
        self._pass()

    def _pass(self) -> None:
        waiting: list[Any] = [self.root]
        while waiting:
            node = waiting.pop()
            for child in node.children:
                self._parents[id(child)] = node
                waiting.append(child)
            if isinstance(node, cst.Name):
                start, end = self.span(node)
                if self.text[start:end] != node.value:
                    raise Refused(f"{self.path}:{self.line(node)}: `{node.value}` cannot be located: save the file "
                                  "without form feeds")  # fmt: skip
                self._by_start[start] = node

    def span(self, node: Any) -> tuple[int, int]:
        """Start and end of a node, without brackets around it, in characters of the file's text."""
        place = self._positions[node]
        first, last = place.start, place.end
        return self._rows[first.line - 1] + first.column, self._rows[last.line - 1] + last.column

    def line(self, node: Any) -> int:
        """The line of a node, from 1."""
        return int(self._positions[node].start.line)

    def written(self, node: Any) -> str:
        """A node as it stands in the file."""
        start, end = self.span(node)
        return self.text[start:end]

    def parent(self, node: Any) -> Any:
        """The node that a node is a child of; None for the module."""
        return self._parents.get(id(node))

    def above(self, node: Any) -> Iterator[Any]:
        """The nodes around a node, innermost first."""
        while (node := self.parent(node)) is not None:
            yield node

    def name_at(self, start: int) -> Any:
        """The `libcst.Name` that begins at an offset; None in a quoted annotation."""
        return self._by_start.get(start)

    def value_at(self, one: Occurrence) -> Any:
        """The expression that an occurrence ends: the name, or the attribute whose last name it is."""
        node = self._by_start.get(one.start)
        parent = self.parent(node) if node is not None else None
        return parent if isinstance(parent, cst.Attribute) and parent.attr is node else node

    @cached_property
    def _occurrences(self) -> dict[int, Occurrence]:
        return {one.start: one for one in self.file.occurrences.all}

    def occurrence(self, node: Any) -> Occurrence | None:
        """The name that a node is, or the last name of an attribute."""
        name = node.attr if isinstance(node, cst.Attribute) else node
        if not isinstance(name, cst.Name) or name not in self._positions:
            return None  # of a tree that has been made anew
        return self._occurrences.get(self.span(name)[0])

    @cached_property
    def functions(self) -> Mapping[int, Scope]:
        """Id of a function's or lambda's node -> its scope."""
        return MappingProxyType({id(one.node): one for one in self.file.occurrences.scopes})

    def function_around(self, node: Any) -> Any:
        """The innermost function or lambda that a node stands in the body of; None for none."""
        below = node
        for one in self.above(node):
            if isinstance(one, cst.FunctionDef) and below is one.body:
                return one
            if isinstance(one, cst.Lambda) and below is one.body:
                return one
            below = one
        return None

def returns_of(function: Any) -> Iterator[Any]:
    """The `return` and `yield` of a function, without those of functions in it."""
    waiting = [function.body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, (cst.FunctionDef, cst.Lambda, cst.ClassDef)):
            continue
        if isinstance(node, (cst.Return, cst.Yield)):
            yield node
        waiting += list(node.children)
