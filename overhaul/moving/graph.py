"""Which modules are imported when one is: the edges that make a cycle when another is added."""

from __future__ import annotations

import ast
import re
from collections import deque
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Final

from overhaul.errors import Unreadable
from overhaul.facts import Import, ImportStatement
from overhaul.later import parsed

if TYPE_CHECKING:
    from overhaul.project import Project

Edge = tuple[str, str]
CONDITION: Final = "what is asked for by "
"""What stands before the name of a module that may raise an error when it is imported."""
_RAISING: Final = re.compile(r"^[ \t]+(?:raise\b|sys\.exit\()|^assert\b|^raise\b", re.MULTILINE)


class Graph:
    """The imports of a project that are made when a module is imported."""

    def __init__(self, project: Project, lenient: int = 0) -> None:
        """Read when it is first asked.

        `lenient`: 1 for leaving out imports of a package by what is in it, which has begun before it in any case; 2 for
        letting rings grow that are there as well. What is found so has to be tried.
        """
        self._project, self.lenient = project, lenient
        self._lines: dict[str, list[str]] = {}
        self._raises: dict[str, bool] = {}
        self._needed: dict[str, frozenset[str]] = {}

    @cached_property
    def _edges(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for row in self._project.survey.rows(Import):
            if row.kind not in ("module", "conditional") or (row.kind == "conditional" and self._script(row)):
                continue
            # A package that the importer is in has been begun before it, whatever it imports.
            if (row.implicit or self.lenient) and row.importer.startswith(f"{row.imported}."):
                continue
            if row.importer != row.imported:
                found.setdefault(row.importer, set()).add(row.imported)
        return {importer: frozenset(imported) for importer, imported in found.items()}

    def _script(self, row: Import) -> bool:
        """Whether an import stands under `if __name__ == "__main__":`."""
        lines = self._lines.get(row.path)
        if lines is None:
            try:
                lines = self._project.source(row.path).text().split("\n")
            except Unreadable:
                lines = []
            self._lines[row.path] = lines
        for number in range(min(row.line, len(lines)) - 1, -1, -1):
            line = lines[number]
            if line[:1].strip() and not line.startswith(("#", ")", "]", "}")):
                return line.startswith(("if __name__", "if '__main__'", 'if "__main__"'))
        return False

    def has(self, importer: str, imported: str) -> bool:
        """Whether one imports the other already."""
        return imported in self._edges.get(importer, ())

    def imported(self, importer: str) -> frozenset[str]:
        """The modules that one imports when it is imported."""
        return self._edges.get(importer, frozenset())

    def way(self, start: str, end: str, added: Collection[Edge] = (), removed: Collection[Edge] = ()) -> list[str]:
        """The shortest way of imports from one module to another, both included; empty where there is none."""
        if start == end:
            return [start]
        before: dict[str, str] = {start: ""}
        waiting = deque([start])
        while waiting:
            one = waiting.popleft()
            others = {other for other in self._edges.get(one, ()) if (one, other) not in removed}
            others.update(imported for importer, imported in added if importer == one)
            for other in sorted(others):
                if other in before:
                    continue
                before[other] = one
                if other == end:
                    way = [end]
                    while before[way[-1]]:
                        way.append(before[way[-1]])
                    return way[::-1]
                waiting.append(other)
        return []

    def loaded(self, start: str, *, surely: bool = False) -> Iterator[str]:
        """All modules of the project that are imported when one is, the packages around them too.

        `surely`: those imported under a condition are left out.
        """
        rows = self._always if surely else self._loading
        seen = {start}
        waiting = [start]
        while waiting:
            one = waiting.pop()
            yield one
            package = one.rpartition(".")[0]
            for other in (*rows.get(one, ()), *([package] if package in self._project.layout.modules else ())):
                if other not in seen:
                    seen.add(other)
                    waiting.append(other)

    @cached_property
    def _always(self) -> Mapping[str, frozenset[str]]:
        """What each module imports in any case."""
        return self._rows(surely=True)

    @cached_property
    def _loading(self) -> Mapping[str, frozenset[str]]:
        """What each module imports, be it under a condition."""
        return self._rows(surely=False)

    def _rows(self, *, surely: bool) -> Mapping[str, frozenset[str]]:
        rows: dict[str, set[str]] = {}
        for row in self._project.survey.rows(Import):
            if row.kind == "module" or (not surely and row.kind == "conditional" and not self._script(row)):
                rows.setdefault(row.importer, set()).add(row.imported)
        return {importer: frozenset(imported) for importer, imported in rows.items()}

    def needed(self, start: str) -> frozenset[str]:
        """The packages from outside the project without which a module cannot be imported, by their first names.

        A module that may raise an error when it is imported counts as one, under `CONDITION` and its name.
        """
        found = self._needed.get(start)
        if found is None:
            imports = self._project.symbols.imports
            found = self._needed[start] = frozenset(
                row.target.partition(".")[0] for module in self.loaded(start) for row in imports[module] if _wanted(row)
            ).union(f"{CONDITION}{module}" for module in self.loaded(start, surely=True) if self._raising(module))
        return found

    def _raising(self, module: str) -> bool:
        """Whether a module may raise an error when it is imported, as those for one platform do."""
        found = self._raises.get(module)
        if found is None:
            place = self._project.layout.modules.get(module)
            try:
                text = self._project.source(place.path).text() if place is not None and place.kind == "source" else ""
                tree = parsed(text) if _RAISING.search(text) else None
            except (Unreadable, SyntaxError, ValueError, RecursionError):
                tree = None
            found = self._raises[module] = tree is not None and any(map(_raises, tree.body))
        return found

    def users(self, package: str) -> int:
        """How many modules cannot be imported without a package from outside the project."""
        return self._users.get(package, 0)

    @cached_property
    def _users(self) -> Mapping[str, int]:
        found: dict[str, int] = {}
        for _module, rows in self._project.facts(ImportStatement).items():  # noqa: PERF102 (no mapping)
            for package in {row.target.partition(".")[0] for row in rows if _wanted(row)}:
                found[package] = found.get(package, 0) + 1
        return found

    def ring(self, importer: str, imported: str, added: Collection[Edge] = (), removed: Collection[Edge] = ()) -> str:
        """The cycle that a new import closes, told as `a -> b -> a`; "" for none, and for an import that is there."""
        if importer == imported or (self.has(importer, imported) and (importer, imported) not in removed):
            return ""
        way = self.way(imported, importer, added, removed)
        if way and self.lenient > 1 and self.way(importer, imported) and self.way(imported, importer):
            return ""
        return " -> ".join([importer, *way]) if way else ""


def _wanted(row: ImportStatement) -> bool:
    """Whether a module cannot be imported without what an absolute import of it names."""
    return row.at_import and not row.caught and not row.level and row.kind == "module"


def _raises(node: ast.AST) -> bool:
    """Whether a statement of a module raises an error in one of its branches, functions and classes left out."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
        return False
    if isinstance(node, ast.If) and "__name__" in ast.dump(node.test):
        return False
    if isinstance(node, ast.Raise):
        return True
    inside = (one for one in ast.iter_child_nodes(node) if isinstance(one, ast.stmt | ast.excepthandler))
    return any(map(_raises, inside))
