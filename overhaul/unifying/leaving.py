"""Take a class away to which nothing refers any more, with its file where that has nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from overhaul.changes import Delete, Replacement
from overhaul.lazy import cst
from overhaul.naming.meanings import Symbol
from overhaul.refactoring.bindings import Taken
from overhaul.refactoring.imports import Imports
from overhaul.refactoring.public_lists import unlisted
from overhaul.unifying.classes import Named
from overhaul.unifying.importing import brings_module
from overhaul.unifying.slots import Places


class Departure:
    """What becomes of the definition."""

    def __init__(self, places: Places, target: Symbol, names: Sequence[Named]) -> None:
        """`names` are the places that name the class; all of them are served."""
        self._places, self._target, self._names = places, target, names
        self._tree = places.tree(target.path)
        self.file = target.path if self._alone() and not self._asked() else ""
        """The file that goes; "" where it has more than the class, or others ask for its module."""

    def deletion(self) -> Delete:
        """The file, gone."""
        source = self._places.project.source(self.file)
        return Delete(self.file, source.digest, f"nothing uses {self._target.name} any more")

    def _statements(self) -> Iterator[Any]:
        yield from (one for one in self._tree.file.occurrences.statements if one.suite < 0)

    def _alone(self) -> bool:
        """Whether the module has nothing to offer beside the class."""
        if self._tree.path.endswith("__init__.py"):
            return False
        for one in self._statements():
            node = one.node
            match node:
                case cst.ClassDef() | cst.FunctionDef():
                    if node.name.value != self._target.name and not node.name.value.startswith("_"):
                        return False
                case cst.Import() | cst.ImportFrom() | cst.Pass():
                    pass
                case cst.Expr():
                    if not isinstance(node.value, (cst.SimpleString, cst.ConcatenatedString)):
                        return False
                case cst.Assign(value=cst.Call(func=cst.Name(value="TypeVar" | "ParamSpec"))):
                    pass  # whoever else asks for it is found by asking for the module
                case cst.Assign() | cst.AnnAssign():
                    targets = [each.target for each in node.targets] if isinstance(node, cst.Assign) else [node.target]
                    if not all(isinstance(each, cst.Name) and _of_no_use(each.value) for each in targets):
                        return False
                case cst.If():
                    if "TYPE_CHECKING" not in self._tree.written(node.test):
                        return False
                case _:
                    return False
        return True

    def _asked(self) -> bool:
        """Whether another file asks for the module for something else than the class."""
        symbol = Symbol(self._target.module, "", "module", self._target.path, 1)
        ours = {(one.tree.path, one.line) for one in self._names}
        for found in self._places.references.to(symbol):
            if found.path == self._target.path:
                continue
            tree = self._places.tree(found.path)
            if found.occurrence is None:
                return True
            taken = tree.file.by_place.get(found.occurrence.number)
            if taken is not None:
                module = brings_module(self._places.project, tree, taken, self._target)
                served = taken.name == self._target.name or (
                    module and all((found.path, one.line) in ours for one in _uses(tree, taken))
                )
                if not served:
                    return True
            elif (found.path, found.line) not in ours:
                return True
        return False

    def within(self, path: str) -> Iterator[Replacement]:
        """The class's lines, and the imports that it alone needed."""
        if path != self._target.path or self.file:
            return
        tree = self._tree
        name = self._target.name
        classes = (one for one in self._statements() if isinstance(one.node, cst.ClassDef))
        statement = next((one for one in classes if one.node.name.value == name), None)
        if statement is None:
            return
        start, end = tree.file.occurrences.lines(statement)
        while tree.text[end : end + 1] == "\n":
            end += 1
        if end >= len(tree.text):
            while start > 1 and tree.text[start - 2 : start] == "\n\n":
                start -= 1
        yield Replacement(start, end, "", f"nothing uses {self._target.name} any more")
        imports = Imports(self._places.project, path)
        for taken in tree.file.taken:
            if not taken.bound or taken.home is not tree.file.top or taken.target == "__future__":
                continue
            uses = [one for one in tree.file.uses(taken.home, taken.bound) if one is not taken.binder]
            if uses and all(start <= one.start < end for one in uses):
                imports.drop(taken.statement, taken.name or taken.target)
        yield from imports.replacements()
        yield from unlisted(tree.file, self._target.name)


def _of_no_use(name: str) -> bool:
    """Whether a variable is nothing that others would ask for."""
    return name.startswith("_") or name in ("log", "logger", "LOG", "LOGGER")


def _uses(tree: Any, taken: Taken) -> Iterator[Any]:
    yield from (one for one in tree.file.uses(taken.home, taken.bound) if one.role == "load")
