"""Calls of a definition that becomes another one: keywords by their new names, and arguments that the one needs."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from overhaul.changes import Replacement
from overhaul.errors import Refused
from overhaul.merging.definitions import Tree
from overhaul.refactoring.references import Found

if TYPE_CHECKING:
    from overhaul.project import Project


class Given(NamedTuple):
    """An argument that a call needs."""

    name: str
    text: str
    position: int
    """Which positional parameter it is; -1 for one that is only given by name."""
    older: str
    """What the parameter was called before; "" for one that is new."""


class Change(NamedTuple):
    """What becomes of every call of something."""

    renamed: Mapping[str, str]
    """Keyword before -> keyword afterwards."""
    given: tuple[Given, ...]

    @property
    def nothing(self) -> bool:
        """Whether calls stay as they are."""
        return not self.renamed and not self.given


class Calls:
    """The calls of a project's files, each file read once."""

    def __init__(self, project: Project) -> None:
        """Nothing is read before it is asked for."""
        self._project = project
        self._files: dict[str, tuple[Tree, dict[int, ast.Call]]] = {}
        self._telling: dict[str, frozenset[int]] = {}
        self._above: dict[str, tuple[Mapping[int, ast.expr], Mapping[ast.AST, ast.AST]]] = {}

    def file(self, path: str) -> tuple[Tree, dict[int, ast.Call]]:
        """A file as CPython reads it, and its calls by the end of what is called."""
        found = self._files.get(path)
        if found is None:
            try:
                tree = Tree(self._project.source(path).text())
            except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
                raise Refused(f"{path}: this Python cannot read it ({error}): mend it first") from None
            calls = {tree.end(one.func): one for one in ast.walk(tree.node) if isinstance(one, ast.Call)}
            found = self._files[path] = tree, calls
        return found

    def around(self, path: str, end: int) -> Sequence[ast.AST]:
        """The name or attribute that ends at a place, and what it stands in, innermost first; without the module."""
        if path not in self._above:
            tree, _ = self.file(path)
            above = {inner: outer for outer in ast.walk(tree.node) for inner in ast.iter_child_nodes(outer)}
            named = {tree.end(one): one for one in above if isinstance(one, ast.Name | ast.Attribute)}
            self._above[path] = named, above
        names, outers = self._above[path]
        chain: list[ast.AST] = []
        node: ast.AST | None = names.get(end)
        while node is not None and not isinstance(node, ast.Module):
            chain.append(node)
            node = outers.get(node)
        return chain

    def refuse_handed_on(self, found: Found, name: str) -> None:
        """Raises Refused for a use that is no call: whoever calls it may look at its parameters, which are more."""
        _, calls = self.file(found.path)
        if found.how in ("name", "attribute") and found.end not in calls:
            raise Refused(f"{found.path}:{found.line}: {name} is handed on there, and would come to have more "
                          "parameters: merge it by hand")  # fmt: skip

    def refuse_compared(self, found: Found, name: str) -> None:
        """Raises Refused for a use that tells one definition from another: a comparison, the key of a dictionary."""
        if found.how not in ("name", "attribute"):
            return
        tree, _ = self.file(found.path)
        if found.path not in self._telling:
            self._telling[found.path] = frozenset(
                tree.end(one) for node in ast.walk(tree.node) for one in _telling(node)
            )  # fmt: skip
        if found.end in self._telling[found.path]:
            raise Refused(f"{found.path}:{found.line}: {name} is told from others there, as a key or in a comparison: "
                          "merge it by hand")  # fmt: skip

    def changes(self, found: Found, name: str, change: Change) -> Iterator[Replacement]:
        """What becomes of the call at a place that names something.

        Raises Refused for a use that is no call, and for a call of which not all arguments can be seen.
        """
        if change.nothing or found.how not in ("name", "attribute"):
            return
        tree, calls = self.file(found.path)
        where = f"{found.path}:{found.line}"
        call = calls.get(found.end)
        if call is None:
            if not change.given and self._by_place(tree, found):
                return
            raise Refused(f"{where}: {name} is handed on there, and who calls it would have to call it otherwise: "
                          "merge it by hand")  # fmt: skip
        if any(isinstance(one, ast.Starred) for one in call.args) or any(one.arg is None for one in call.keywords):
            raise Refused(f"{where}: not all arguments of {name} can be seen there: write them out first")
        have = {one.arg for one in call.keywords}
        for one in call.keywords:
            if one.arg is not None and one.arg in change.renamed:
                start = tree.start(one)
                yield Replacement(start, start + len(one.arg), change.renamed[one.arg], "keyword", "review")
        lacking = [
            one for one in change.given
            if one.name not in have and one.older not in have and not 0 <= one.position < len(call.args)
        ]  # fmt: skip
        if lacking:
            text = ", ".join(f"{one.name}={one.text}" for one in lacking)
            at, empty = self._place(tree, call, where, name)
            yield Replacement(at, at, text if empty else f", {text}", "argument of the one that stays", "review")

    @staticmethod
    def _place(tree: Tree, call: ast.Call, where: str, name: str) -> tuple[int, bool]:
        """Where an argument is added, and whether it is the first."""
        if len(call.args) == 1 and isinstance(call.args[0], ast.GeneratorExp) and not call.keywords:
            raise Refused(f"{where}: {name} is called with a bare generator there: put it in parentheses first")
        parts: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
        closing = tree.end(call) - 1
        if not parts:
            return closing, True
        last = max(map(tree.end, parts))
        between = tree.text[last:closing].partition("#")[0]
        return last + between.rfind(")") + 1, False

    @staticmethod
    def _by_place(tree: Tree, found: Found) -> bool:
        """Whether something is handed to a builtin that calls it with positional arguments."""
        for node in ast.walk(tree.node):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id not in _PLACING:
                continue
            handed = [*node.args[:1], *(one.value for one in node.keywords if one.arg == "key")]
            if any(tree.end(one) == found.end and isinstance(one, ast.Name | ast.Attribute) for one in handed):
                return True
        return False


_GENERIC: Final = frozenset({"list", "dict", "set", "tuple", "type", "frozenset", "deque", "defaultdict"})
_PLACING: Final = frozenset({"map", "filter", "sorted", "min", "max"})


def _telling(node: ast.AST) -> Iterator[ast.expr]:
    """The names in an expression by which it tells what they are."""
    found: list[ast.expr | None] = []
    match node:
        case ast.Compare(left=left, comparators=others):
            found = [left, *others]
        case ast.Dict(keys=keys):
            found = list(keys)
        case ast.Set(elts=elements):
            found = list(elements)
        case ast.Subscript(slice=place, value=value):
            generic = isinstance(value, ast.Name) and (value.id[:1].isupper() or value.id in _GENERIC)
            found = [] if generic else [place]
        case _:
            pass
    yield from (one for one in found if isinstance(one, ast.Name | ast.Attribute))
