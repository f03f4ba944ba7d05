"""The imports of one file in which a class is replaced by another."""

from __future__ import annotations

import builtins
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from overhaul.changes import Replacement
from overhaul.naming.meanings import Symbol
from overhaul.occurrences.finding import Occurrence, Statement
from overhaul.refactoring.bindings import Taken
from overhaul.refactoring.imports import Imports
from overhaul.refactoring.public_lists import listed_too, unlisted
from overhaul.unifying.classes import Named
from overhaul.unifying.trees import Tree
from overhaul.unifying.wanted import Wanted

if TYPE_CHECKING:
    from overhaul.project import Project


class FileImports:
    """What one file imports afterwards."""

    def __init__(
        self, project: Project, tree: Tree, mine: Sequence[Named], wanted: Wanted, target: Symbol, sites: Iterable[Any]
    ) -> None:  # fmt: skip
        """`mine` are the places in the file that name the class, `sites` the expressions that are written anew."""
        self._sites = list(sites)
        self.project, self.tree, self.mine, self.wanted, self.target = project, tree, mine, wanted, target
        self.problems: list[tuple[str, int, str]] = []
        self._imports = Imports(project, tree.path)

    def replacements(self, needed: Collection[str]) -> Iterator[Replacement]:
        """The changes, when some names are needed."""
        to = self.wanted.to
        new = to.name.rpartition(".")[2]
        taken = self._taken()
        listed = [one for one in self.mine if one.sort == "listed"]
        passed_on = bool(listed) or self._package
        runtime = self._beside(taken)
        have: set[str] = set()
        for one in taken:
            typed = self._typing(one.statement) or one.statement not in runtime
            if brings_module(self.project, self.tree, one, self.target):
                if self._unused(one):
                    self._imports.drop(one.statement, one.name or one.target)
            elif one.name and (new in needed or passed_on) and to.module != self.tree.module:
                self._imports.replace(one.statement, one.name, to.module, to.name.partition(".")[0], new)
                have |= {new} if not typed else set()
            elif one.name:
                self._imports.drop(one.statement, one.name)
        for name in sorted(needed):
            module = to.module if name == new else self.wanted.imports.get(name, "")
            if not module or name in have or module == self.tree.module or self._only_typed(name, new, taken):
                continue
            self._check_free(name, module)
            dotted, _, original = module.partition(":")
            beside: Sequence[Statement | None] = runtime or [None]
            for statement in beside:
                self._imports.take(dotted, original or name, name, like=statement)
        yield from self._imports.replacements()
        if listed:
            yield from unlisted(self.tree.file, self.target.name)
            yield from listed_too(self.tree.file, new)

    def _beside(self, taken: Sequence[Taken]) -> Sequence[Statement]:
        """The imports beside which others are made that are needed: one of the module's own, or each in a function."""
        running = [one.statement for one in taken if not self._typing(one.statement)]
        top = [one for one in running if one.scope.kind == "module"]
        if top:
            return top[:1]
        functions = [one.scope.node for one in running]
        served = all(
            any(around is node for around in self.tree.above(site) for node in functions) for site in self._sites
        )
        return running if served else ()

    @property
    def _package(self) -> bool:
        """Whether names are imported here for others to take."""
        return self.project.layout.modules[self.tree.module].package

    def _taken(self) -> Sequence[Taken]:
        found: dict[int, Taken] = {}
        for one in self.mine:
            if one.sort == "import" and one.found.occurrence is not None:
                taken = self.tree.file.by_place.get(one.found.occurrence.number)
                if taken is not None:
                    found[id(taken)] = taken
        # `import package.module`, through which the class is reached.
        if any(one.sort != "import" for one in self.mine):
            for taken in self.tree.file.taken:
                if brings_module(self.project, self.tree, taken, self.target):
                    found[id(taken)] = taken
        return list(found.values())

    def _typing(self, statement: Statement) -> bool:
        number = self._imports.blocks.number(statement)
        blocks = self._imports.blocks
        return any(number in blocks.body(guard) for guard in blocks.typing())

    def _only_typed(self, name: str, new: str, taken: Sequence[Taken]) -> bool:
        """Whether the class is needed by annotations alone, and imported for them."""
        if name != new or not taken or not all(self._typing(one.statement) for one in taken if one.name):
            return False
        return bool(self.mine) and all(one.sort in ("annotation", "import") for one in self.mine)

    def _unused(self, taken: Taken) -> bool:
        """Whether nothing but the class is reached through an imported module."""
        file = self.tree.file
        through = {
            file.occurrences.chain(one.found.occurrence)[0].number
            for one in self.mine if one.sort != "import" and one.found.occurrence is not None
        }  # fmt: skip
        binder = taken.binder
        rest = [
            one for one in file.uses(taken.home, taken.bound)
            if one is not binder and one.number not in through and one.role not in ("taken", "module", "alias")
        ]  # fmt: skip
        if taken.name or taken.alias is not None or "." not in taken.target:
            return binder is not None and not rest
        # `import a.b` and `import a.c` bind the same name: what goes on through `a.c` does not need the first.
        parts = taken.target.split(".")
        others = [one for one in file.taken if one is not taken and one.home is taken.home and one.bound == taken.bound]
        return not any(self._goes_on(one, parts[1:]) for one in rest) and (bool(others) or not rest)

    def _goes_on(self, one: Occurrence, names: Sequence[str]) -> bool:
        """Whether a name is followed by `.b.c`."""
        every = self.tree.file.occurrences.all
        for name in names:
            following = next((each for each in every[one.number + 1 :] if each.base == one.number), None)
            if following is None or following.name != name:
                return False
            one = following
        return True

    def _check_free(self, name: str, module: str) -> None:
        """Note a name that means something else in the file."""
        file = self.tree.file
        dotted = module.partition(":")[0]
        for scope in file.occurrences.scopes:
            for one in file.bindings(scope, name):
                if isinstance(one, Taken) and one.name:
                    absolute = self.project.symbols.absolute(file.module, one.target)
                    if absolute == dotted:
                        continue
                    meaning = self.project.symbols.taken(file.module, one.target, one.name)
                    there = self.project.symbols.resolve(f"{dotted}.{name}")
                    if isinstance(meaning, Symbol) and meaning.same(there):
                        continue
                line = one.statement.line if isinstance(one, Taken) else one.line
                self.problems.append((file.path, line, f"`{name}` is another thing here than that of {dotted}"))
                return


def brings_module(project: Project, tree: Tree, taken: Taken, target: Symbol) -> bool:
    """Whether an import brings the module that a class stands in: `import m`, `from p import m`."""
    if not taken.name:
        return project.symbols.absolute(tree.module, taken.target) == target.module
    found = project.symbols.taken(tree.module, taken.target, taken.name) if taken.name != "*" else None
    return isinstance(found, Symbol) and found.kind == "module" and found.module == target.module


def hidden(project: Project, tree: Tree, names: Collection[str]) -> Iterator[tuple[str, int, str]]:
    """Builtins that templates name, and that mean something else in a file: path, line, and why."""
    symbols = project.symbols
    for name in sorted(one for one in names if hasattr(builtins, one)):
        lines = [each.statement.line if isinstance(each, Taken) else each.line
                 for scope in tree.file.occurrences.scopes for each in tree.file.bindings(scope, name)]  # fmt: skip
        meaning = symbols.lookup(tree.module, "", name)
        if lines or symbols.gap(tree.module) or (isinstance(meaning, Symbol) and meaning.module):
            yield tree.path, min(lines, default=1), f"`{name}` of a template would be another thing here"
