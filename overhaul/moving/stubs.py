"""Move the declarations of some symbols between the stubs that stand beside two modules."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from overhaul.changes import Edit, Leftover, Replacement, Target
from overhaul.errors import Refused
from overhaul.moving.needs import Needs
from overhaul.moving.old import Leaving
from overhaul.moving.text import Moving, closed, cut, merged, put
from overhaul.refactoring.bindings import Bindings, Taken
from overhaul.refactoring.imports import Imports
from overhaul.refactoring.public_lists import listed_too, unlisted
from overhaul.refactoring.references import References
from overhaul.refactoring.units import Unit, refuse_others, unit_of

if TYPE_CHECKING:
    from overhaul.project import Project


class Stubs:
    """The stubs of the old module and the new one, as far as there are any."""

    def __init__(self, project: Project, references: References, old: str, new: str) -> None:
        """Nothing is read before it is asked for."""
        self.project, self.references, self.old, self.new = project, references, old, new
        modules = project.layout.modules
        self.before = modules[old].stub or ""
        self.after = modules[new].stub or "" if new in modules else ""

    @property
    def paths(self) -> frozenset[str]:
        """Of both."""
        return frozenset(filter(None, (self.before, self.after)))

    def changes(self, names: Collection[str], *, kept: bool) -> Iterator[Edit | Leftover]:
        """What becomes of them. Raises Refused for declarations that cannot be moved."""
        old = self.references.bindings(self.before) if self.before else None
        here = {name for name in names if old is not None and _declared(old, name)}
        if old is not None and here:
            unit = unit_of(old, here)
            refuse_others(old, unit, here)
            yield from self._out_of(old, unit, here, kept=kept)
            if self.after:
                yield from self._into(old, unit, here)
        elif self.after:
            new = self.references.bindings(self.after)
            changes = list(self._given_up(new, names, Imports(self.project, self.after)))
            if changes:
                yield self.project.edit(self.after, changes)
        for name in sorted(set(names) - here):
            if self.after and not name.startswith("_"):
                yield self.project.leftover(self.after, 1, Target(self.old, name), "the stub lacks it: write it")

    def _out_of(self, old: Bindings, unit: Unit, names: Collection[str], *, kept: bool) -> Iterator[Edit]:
        imports = Imports(self.project, self.before)
        for need in Needs(self.project, old).uses_beside(unit):
            imports.take(self.new, need.name)
        for taken in Leaving(self.project, self.references, old, unit).unneeded():
            imports.drop(taken.statement, taken.name or taken.target)
        listed: set[Replacement] = set()
        if not kept:
            for name in names:
                listed.update(unlisted(old, name))
        done = merged(imports.replacements(), listed, cut(old.occurrences, unit))
        yield self.project.edit(self.before, closed(old.occurrences.text, done))

    def _given_up(self, new: Bindings, names: Collection[str], imports: Imports) -> Iterator[Replacement]:
        """Without the imports of what is declared there now."""
        for taken in new.taken:
            if taken.name in names and self._absolute(taken) == self.old and taken.home is new.top:
                if taken.bound != taken.name:
                    where = f"{new.path}:{taken.statement.line}"
                    raise Refused(f"{where}: {taken.name} has another name there: rename it first")
                imports.drop(taken.statement, taken.name)
        yield from imports.replacements()

    def _absolute(self, taken: Taken) -> str:
        return self.project.symbols.absolute(self.new, taken.target) or ""

    def _into(self, old: Bindings, unit: Unit, names: Collection[str]) -> Iterator[Edit]:
        new = self.references.bindings(self.after)
        imports = Imports(self.project, self.after)
        given_up = {taken.bound for taken in new.taken if taken.name in names and self._absolute(taken) == self.old}
        for name in sorted(unit.names):
            if new.bindings(new.top, name) and name not in given_up:
                raise Refused(f"{new.path}: another {name} is declared there: rename one of them first")
        needs = Needs(self.project, old)
        for need in needs.of(unit):
            origin = needs.origin(need.name)
            where = f"{old.path}:{need.places[0].line}"
            if origin.kind == "builtin" or need.name in given_up:
                continue
            if origin.kind == "missing":
                raise Refused(f"{where}: {need.name} may come from a star import: import it by its name first")
            if origin.kind in ("helper", "copied"):
                self._take(imports, new, self.old, need.name, "", where)
            elif origin.module:
                self._take(imports, new, origin.module, need.name, "", where)
            for taken in origin.taken if origin.kind == "import" else ():
                absolute = self.project.symbols.absolute(self.old, taken.target)
                if absolute is None:
                    raise Refused(f"{where}: {need.name} comes from above the topmost package")
                if absolute != self.new or not taken.name:
                    self._take(imports, new, absolute, taken.name, taken.alias.name if taken.alias else "", where)
        changes = list(self._given_up(new, names, imports))
        moving = Moving(old, unit)
        moving.redotted(imports.spelled, lambda target: self.project.symbols.absolute(self.old, target))
        listed: list[Replacement] = []
        for name in sorted(names):
            listed += listed_too(new, name)
        yield self.project.edit(self.after, merged(listed, put(moving.text(), new.occurrences, -1, changes)))

    def _take(self, imports: Imports, new: Bindings, module: str, name: str, alias: str, where: str) -> None:
        """Import something, unless it is there. Raises Refused where its name is another's."""
        bound = alias or name or module.partition(".")[0]
        for one in new.bindings(new.top, bound):
            same = isinstance(one, Taken) and (
                self._absolute(one) == module if name and one.name == name else not name and not one.name
            )
            if not same:
                raise Refused(f"{where}: {bound} is another in {new.path}: rename one of them first")
        if name:
            imports.take(module, name, alias)
        else:
            imports.load(module, alias)


def _declared(file: Bindings, name: str) -> bool:
    """Whether a stub declares a name itself."""
    bindings = file.bindings(file.top, name)
    return bool(bindings) and not any(isinstance(one, Taken) for one in bindings)
