"""What is imported when a definition is taken from another module: effects that come, and effects that are lost."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from overhaul.errors import Refused, Unreadable
from overhaul.later import parsed
from overhaul.moving.graph import Graph
from overhaul.moving.import_effects import effect
from overhaul.refactoring.references import Found, References

if TYPE_CHECKING:
    from overhaul.merging.definitions import Member
    from overhaul.project import Project


class Loading:
    """Answers for one project; what a module does when it is imported is worked out once."""

    def __init__(self, project: Project, references: References, graph: Graph) -> None:
        """`graph`: of the project."""
        self._project, self._references, self._graph = project, references, graph
        self._effects: dict[str, str] = {}
        self._kept: dict[str, frozenset[str]] = {}
        self._printing: dict[str, int] = {}

    def _effect(self, module: str) -> str:
        if module not in self._effects:
            self._effects[module] = effect(self._project, self._references, module)
        return self._effects[module]

    def _loaded(self, module: str) -> frozenset[str]:
        """A module, the packages around it, and what these import."""
        if module not in self._kept:
            self._kept[module] = frozenset(self._graph.loaded(module)) & self._project.layout.modules.keys()
        return self._kept[module]

    def gained(self, user: str, home: str) -> str:
        """What is done for the first time when a module comes to import another; "" for nothing."""
        for module in sorted(self._loaded(home) - self._loaded(user)):
            if why := self._effect(module):
                return f"{why}, and {user} does not import it yet"
        return ""

    def printed(self, other: Member, home: str, found: Sequence[Found]) -> Iterator[tuple[str, int, str]]:
        """What is printed by imports that come or go: (path, line, why). Nobody else sees it, so that it is told."""
        users = {one.module for one in found if one.module not in (home, other.module)}
        gained = [(user, one) for user in sorted({other.module, *users}) for one in self._apart(home, user)]
        for user, module in gained:
            why = f"{module} prints when it is imported, which {user} may not have done before"
            yield self._project.symbols.path(module), self._prints(module), why
        for module in self._apart(other.module, home) if users else ():
            why = f"{module} prints when it is imported, which users of {other.name} may no longer do"
            yield self._project.symbols.path(module), self._prints(module), why

    def _apart(self, module: str, other: str) -> list[str]:
        """The modules that print and are loaded with a module, and not with another."""
        return [one for one in sorted(self._loaded(module) - self._loaded(other)) if self._prints(one)]

    def _prints(self, module: str) -> int:
        """The line where a module prints when it is imported; 0 for none."""
        if module not in self._printing:
            place = self._project.layout.modules[module]
            line = 0
            if place.kind == "source" and place.path in self._with_print:
                try:
                    body = parsed(self._project.source(place.path).text()).body
                except (Unreadable, SyntaxError, ValueError, RecursionError):
                    body = []
                line = min(printing(body), default=0)
            self._printing[module] = line
        return self._printing[module]

    @cached_property
    def _with_print(self) -> frozenset[str]:
        return frozenset(self._project.mentioning(["print", "stdout", "stderr"]))

    def refuse_lost(self, other: Member, home: str, found: Sequence[Found]) -> None:
        """Raises Refused where a user of one that goes imports its module for nothing else, and that does something."""
        candidates = sorted(self._loaded(other.module) - self._loaded(home))
        doing = [one for one in candidates if self._effect(one)]
        if not doing:
            return
        for path, line in {one.path: one.line for one in found if one.path != other.symbol.path}.items():
            user = self._project.layout.module_of(path)
            if self._stays(path, other):
                continue
            for module in doing:
                around = f"{user}.".startswith(f"{module}.")
                if not around and not self._graph.way(user, module, removed=[(user, other.module)]):
                    raise Refused(f"{self._effect(module)}, and {path}:{line} would not import it any more: import "
                                  f"{module} there by its name first, and use something of it")  # fmt: skip

    def _stays(self, path: str, other: Member) -> bool:
        """Whether a file goes on to import a module for something else that it takes from there."""
        try:
            file = self._references.bindings(path)
        except Unreadable:
            return False
        symbols, importer = self._project.symbols, self._project.layout.module_of(path)
        for taken in file.taken:
            absolute = symbols.absolute(importer, taken.target)
            located = symbols.locate(absolute, importer) if absolute else None
            if taken.name and located == other.module and taken.name != other.name:
                return True
            whole = f"{absolute}.{taken.name}" if taken.name else absolute
            if whole and symbols.locate(whole, importer) == other.module:
                last = re.escape(taken.bound if taken.name or taken.alias is not None else whole)
                if re.search(rf"(?<![\w.]){last}[.](?!{other.name}\b)\w", file.occurrences.text) is not None:
                    return True
        return False


def printing(body: Sequence[ast.stmt]) -> Iterator[int]:
    """The lines that print when a suite runs; functions inside do not run."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(node, ast.If) and "__name__" in ast.dump(node.test):
            continue
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            name = ast.unparse(node.value.func)
            if name == "print" or name.endswith((".stdout.write", ".stderr.write")):
                yield node.lineno
        inner = [one for one in ast.iter_child_nodes(node) if isinstance(one, ast.stmt)]
        branches = (*getattr(node, "handlers", ()), *getattr(node, "cases", ()))
        yield from printing([*inner, *(one for each in branches for one in each.body)])
