"""What dotted names mean after a step, as far as texts ask for it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from overhaul.changes import Change, Create, Delete, Edit, Move, Moved, Replacement, Target, replaced
from overhaul.errors import Refused, Unreadable
from overhaul.later import parsed
from overhaul.naming.meanings import Meaning, Symbol

if TYPE_CHECKING:
    from overhaul.project import Project


class Afterwards:
    """Answers from a symbol table of the project as it would be, or else from the texts of the edited modules."""

    def __init__(
        self, project: Project, after: Callable[[str], Meaning] | None, moved: Sequence[Moved],
        changes: Iterable[Change],
    ) -> None:  # fmt: skip
        """`after` looks up a dotted name in the project as it would be."""
        self._project, self._after = project, after
        self._modules = {one.before.module: one.after.module for one in moved if not one.before.name}
        self._targets = {(one.after.module, one.after.name) for one in moved}
        self.replacements: dict[str, list[Replacement]] = {}
        """What is changed anyway, by path."""
        self.gone: set[str] = set()
        """Paths of files that are deleted."""
        self._created: dict[str, bytes] = {}
        for change in changes:
            match change:
                case Edit(path=path, replacements=replacements):
                    self.replacements.setdefault(path, []).extend(replacements)
                case Delete(path=path):
                    self.gone.add(path)
                case Create(path=path, data=data):
                    self._created[path] = data
                case Move():
                    pass
        self._bound: dict[str, frozenset[str]] = {}

    def means(self, dotted: str, target: Target) -> bool:
        """Whether a dotted name means a target, after the step."""
        if self._after is not None:
            meaning = self._after(dotted)
            return isinstance(meaning, Symbol) and (meaning.module, meaning.name) == (target.module, target.name)
        if dotted == target.dotted:
            return True
        around, _, name = dotted.rpartition(".")
        if not around:
            return False
        if not target.name:
            return False
        holder = self._project.symbols.resolve(around)
        if not isinstance(holder, Symbol):
            return False
        if holder.kind == "class":
            return "." in target.name and name == target.name.rpartition(".")[2]
        return holder.kind == "module" and name in self.bound(holder.module)

    def bound(self, module: str) -> frozenset[str]:
        """The names that a module binds after the step, those of star imports left out; by its name before the step."""
        found = self._bound.get(module)
        if found is None:
            found = self._bound[module] = frozenset(self._names(module))
        return found

    def _names(self, module: str) -> Iterator[str]:
        place = self._project.layout.modules.get(module)
        if place is None or place.kind != "source" or place.path in self.gone:
            return
        replacements = sorted(set(self.replacements.get(place.path, ())))
        if not replacements:
            yield from self._project.symbols.interior(module).bindings
            return
        try:
            tree = parsed(replaced(self._project.source(place.path), replacements))
        except (Refused, Unreadable, SyntaxError, ValueError, RecursionError, MemoryError):
            return
        yield from bound_names(tree.body)


def bound_names(body: Sequence[ast.stmt]) -> Iterator[str]:
    """The names that some statements bind in their own scope; those of star imports left out."""
    stack: list[ast.AST] = list(body)
    while stack:
        node = stack.pop()
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                yield from (one.asname or one.name.partition(".")[0] for one in names if one.name != "*")
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.ExceptHandler(name=str(name)):
                yield name
                stack.extend(node.body)
            case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                pass
            case _:
                stack.extend(ast.iter_child_nodes(node))
