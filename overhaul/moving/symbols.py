"""Decide how some symbols of a module move to another: what goes along, and which imports that takes."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from overhaul.errors import Refused
from overhaul.moving.early import Early
from overhaul.moving.graph import CONDITION, Edge, Graph
from overhaul.moving.guards import registering
from overhaul.moving.namespace import asked_for
from overhaul.moving.needs import Need, Needs, When
from overhaul.moving.place import Destination
from overhaul.moving.supplies import Supplies, Supply, Way
from overhaul.naming.meanings import Symbol
from overhaul.refactoring.bindings import Bindings, Taken
from overhaul.refactoring.import_blocks import Blocks
from overhaul.refactoring.references import References
from overhaul.refactoring.units import Unit, at_import, in_script, outermost, refuse_others, unit_of

if TYPE_CHECKING:
    from overhaul.project import Project

_FIRST: Final[Sequence[When]] = ("import", "call", "annotation")
_COMMON: Final = 3
"""Modules that import a package unconditionally where it can be taken for granted."""
_RESOLVING: Final = ("get_type_hints", "resolve_types", "eval_str", "get_annotations")
"""Words of what looks the names in annotations up."""
_PLATFORM: Final = frozenset({
    "_winapi", "crypt", "curses", "fcntl", "grp", "msvcrt", "nis", "nt", "ossaudiodev", "posix", "pty", "pwd",
    "readline", "resource", "spwd", "syslog", "termios", "tkinter", "tty", "winreg", "winsound",
})  # fmt: skip
"""Modules of the standard library that some platforms lack."""
Helpers = Literal["import-back", "move", "refuse"]


class Decision(NamedTuple):
    """A move that can be made."""

    unit: Unit
    supplies: tuple[Supply, ...]
    back: tuple[Need, ...]
    """What the old module goes on to use."""
    back_way: Way
    """How it gets that: "top", "within", "typing", or "there" for not at all."""
    kept: bool
    """The old module has the names when it has been imported."""
    edges: frozenset[Edge]
    """Imports that are new."""
    removed: frozenset[Edge]
    sure: bool
    """No cycle can come of it; else that has to be tried."""


class Decider:
    """Works out how some symbols move."""

    def __init__(
        self, project: Project, old: Bindings, new: Destination, helpers: Helpers, references: References,
        *, shim: bool = False,
    ) -> None:  # fmt: skip
        """From the module of `old` to `new`; `shim`: the old names go on to work in any case."""
        self.shim = shim
        self.project, self.old, self.new, self.helpers = project, old, new, helpers
        self.references = references
        self.graph = Graph(project)
        self.needs = Needs(project, old)
        loaded = {one for module in (old.module, new.module) for one in self.graph.loaded(module)}
        self.early = Early(project, loaded)
        self.supplies = Supplies(project, self.needs, new)
        self._promised: dict[frozenset[str], list[str]] = {}

    def decisions(self, names: Collection[str]) -> Iterator[Decision]:
        """The ways to do it, those that make no cycle first. Raises Refused, with the reason of the plainest way."""
        wanted = frozenset(self._with_globals(names))
        unit = unit_of(self.old, wanted)
        self._refuse_dearer()
        refuse_others(self.old, unit, unit.names if unit.names == wanted else self._allowed(unit, wanted))
        more = unit
        if self.helpers != "refuse":
            more = self._with_helpers(unit)
        elif kept := [one.need for one in self.supplies.of(unit) if one.module == self.old.module]:
            where = f"{self.old.path}:{kept[0].places[0].line}"
            raise Refused(f"{where}: it needs {', '.join(one.name for one in kept)} of its module: say what to do with "
                          "these (helpers = \"move\" or \"import-back\")")  # fmt: skip
        units = [more] if self.helpers == "move" else [unit] if more == unit else [unit, more]
        reason: Refused | None = None
        for lenient in (0, 1, 2):
            self.graph = Graph(self.project, lenient)
            for back, forth, one in self._ways(units):
                try:
                    decision = self._decision(one, back_way=back, forth_way=forth)
                except Refused as refused:
                    reason = reason or refused
                else:
                    yield decision
        if reason is not None:
            raise reason

    def _ways(self, units: Sequence[Unit]) -> Iterator[tuple[Way, Way, Unit]]:
        """How the old module gets what it goes on to use, how the new one what it needs, and what moves."""
        ways: Sequence[tuple[Way, Way]] = (("top", "top"), ("top", "within"), ("within", "top"))
        for back, forth in ways:
            for one in units:
                yield back, forth, one
        if self.helpers == "refuse":
            return
        # At last helpers go along that the old module uses too, and alone: it imports them back.
        most = self._with_helpers(units[0], shared=True)
        if most not in units:
            for back, forth in ways[:2]:
                yield back, forth, most

    @staticmethod
    def _allowed(unit: Unit, wanted: frozenset[str]) -> frozenset[str]:
        """What may be moved beside what was asked for: functions registered with it."""
        functions = {
            one.node.name.value for one in unit.statements if type(one.node).__name__ == "FunctionDef"
        }  # fmt: skip
        return wanted | functions

    # Helpers

    def _with_globals(self, names: Collection[str]) -> Iterator[str]:
        """The names, and the globals that their functions assign, where nothing else uses these."""
        yield from names
        unit = unit_of(self.old, frozenset(names))
        for part in unit.statements:
            for one in self.old.occurrences.all[part.names[0] : part.names[1]]:
                if one.role == "global" and one.name not in unit.names and self._only_used_by(unit, one.name):
                    yield one.name

    def _with_helpers(self, unit: Unit, *, shared: bool = False) -> Unit:
        """The unit with all helpers that nothing else uses; `shared`: nothing outside of their module."""
        while True:
            more = [
                need.name for need in self.needs.of(unit)
                if self.needs.origin(need.name).kind == "helper" and self._only_used_by(unit, need.name, shared=shared)
            ]  # fmt: skip
            if not more:
                return unit
            unit = unit_of(self.old, {*unit.names, *more})

    def _only_used_by(self, unit: Unit, name: str, *, shared: bool = False) -> bool:
        """Whether a helper of the module is used by a unit and itself alone, and can be moved.

        `shared`: the rest of its module may use it too.
        """
        if name.startswith("__") or any(isinstance(one, Taken) for one in self.old.bindings(self.old.top, name)):
            return False
        try:
            with_it = unit_of(self.old, {*unit.names, name})
            refuse_others(self.old, with_it, self._allowed(with_it, frozenset({*unit.names, name})))
        except Refused:
            return False
        meaning = self.project.symbols.member(self.old.module, name)
        if not isinstance(meaning, Symbol) or meaning.module != self.old.module:
            return False
        for found in self.references.to(meaning):
            if found.path != self.old.path or found.occurrence is None or found.how == "listed":
                return False
            if not shared and not with_it.has(found.occurrence):
                return False
        return True

    # One way to do it

    def _decision(self, unit: Unit, back_way: Way, forth_way: Way) -> Decision:
        old, new = self.old.module, self.new.module
        removed = frozenset(self._given_up(unit))
        edges: set[Edge] = {(user, new) for user in self._early_users(unit)}
        beside = tuple(self.needs.uses_beside(unit))
        must = [why for why, certain in registering(self.project, self.old, unit) if certain]
        must += self._asked_for(unit)
        may = [f"{name} is in __all__" for name in sorted(unit.names) if self._listed(name)]
        may += [f"nothing tells who uses {name}" for name in sorted(unit.names) if self._found_by_place(name)]
        may += [why for why, certain in registering(self.project, self.old, unit) if not certain]
        if self.shim:
            may = []  # the shim answers for it
        runtime = [one for one in beside if one.when != "annotation"]
        way: Way = "there"
        if beside or must or may:
            way = self._way_back(unit, beside, runtime, must, may, back_way, removed)
            if way == "top":
                edges.add((old, new))
        supplies: list[Supply] = []
        wanted = sorted(self.supplies.of(unit), key=lambda one: _FIRST.index(one.need.when))
        for supply in wanted:
            supplies.append(self._settled(supply, forth_way, edges, removed))
            if supplies[-1].way == "top":
                edges.update((new, module) for module in supplies[-1].loads)
        return Decision(unit, tuple(supplies), beside, way, way == "top", frozenset(edges), removed,
                        self.graph.lenient == 0)  # fmt: skip

    def _given_up(self, unit: Unit) -> Iterator[Edge]:
        """The imports of the new module that it made for the sake of what moves alone."""
        kept: set[str] = set()
        gone: set[str] = set()
        file = self.new.file
        if file is None:
            return
        for one in file.taken:
            meaning = self.references.brought(file, one)
            source = self.references.module(file, one.target)
            mine = one.name and isinstance(meaning, Symbol) and meaning.module == self.old.module
            loads = {each.module for each in (meaning, source) if isinstance(each, Symbol) and each.kind == "module"}
            if mine and isinstance(meaning, Symbol) and meaning.name in unit.names:
                gone |= loads
            else:
                kept |= loads
        yield from ((self.new.module, module) for module in sorted(gone - kept))

    def _asked_for(self, unit: Unit) -> list[str]:
        """Why the names must be found in the old module, unless a shim answers for them."""
        if self.shim:
            return []
        if unit.names not in self._promised:
            self._promised[unit.names] = list(asked_for(self.project, self.references, self.old, unit))
        return self._promised[unit.names]

    def _found_by_place(self, name: str) -> bool:
        """Whether no file of the project names something public: what is loaded by its place goes on to be found."""
        meaning = self.project.symbols.member(self.old.module, name)
        if name.startswith("_") or not isinstance(meaning, Symbol) or meaning.kind == "variable":
            return False
        return all(found.path == self.old.path for found in self.references.to(meaning))

    def _listed(self, name: str) -> bool:
        """Whether the old module promises a name to others."""
        exports = self.project.symbols.exports[self.old.module]
        return any(name in row.names for row in exports)

    def _early_users(self, unit: Unit) -> Iterator[str]:
        """The modules that take what moves from the old module when they are imported, and so from the new one."""
        for name in sorted(unit.names - {"_"}):
            meaning = self.project.symbols.member(self.old.module, name)
            if not isinstance(meaning, Symbol) or meaning.module != self.old.module:
                continue
            for found in self.references.to(meaning):
                one = found.occurrence
                if one is None or found.how != "import" or found.through != self.old.module:
                    continue
                if found.path.endswith(".pyi"):
                    continue
                if at_import(one) and found.module not in (self.old.module, self.new.module):
                    file = self.references.bindings(found.path)
                    statement = file.occurrences.statement_of(one)
                    if not in_script(file, one) and not Blocks(file.occurrences).under_typing(statement.number):
                        yield found.module

    def _way_back(
        self, unit: Unit, beside: tuple[Need, ...], runtime: list[Need], must: list[str], may: list[str],
        wanted: Way, removed: frozenset[Edge],
    ) -> Way:  # fmt: skip
        """How the old module gets what it goes on to use."""
        old, new = self.old.module, self.new.module
        ring = self.graph.ring(old, new, removed=removed)
        if wanted == "top" and not ring:
            return "top"
        if must:
            raise Refused(f"{self.old.path}:{unit.statements[0].line}: {must[0]}, so that {old} must go on to import "
                          f"it: it makes the cycle {ring or f'{old} -> {new} -> {old}'}: move it by hand")  # fmt: skip
        if not beside:
            return "there" if may else "top"
        late = [
            one for one in runtime
            if (one.when == "import" and not self.needs.quotable(one))
            or any(self.early.runs(self.old, place) for place in one.calls)
        ]  # fmt: skip
        if late:
            where = f"{self.old.path}:{late[0].places[0].line}"
            raise Refused(f"{where}: {old} uses {late[0].name} when it is imported, which would make the cycle "
                          f"{ring or f'{old} -> {new} -> {old}'}: move what uses it too (with = [...])")  # fmt: skip
        return "within" if runtime else "typing"

    def _settled(self, supply: Supply, wanted: Way, edges: set[Edge], removed: frozenset[Edge]) -> Supply:
        """With the way of an import that makes no cycle."""
        if supply.way != "top":
            return supply
        new = self.new.module
        hinted = self._hinted(supply.need)
        if self._optional(supply):
            if supply.need.when == "annotation" and not hinted:
                return supply._replace(way="typing")
            if (
                supply.need.when == "call"
                and supply.copied is None
                and not any(self.early.runs(self.old, one) for one in supply.need.calls)
            ):
                return supply._replace(way="within")
            where = f"{self.old.path}:{supply.need.places[0].line}"
            raise Refused(f"{where}: it needs {supply.module} when it is imported, "
                          f"without which {new} could be imported so far: choose another module")  # fmt: skip
        rings = (self.graph.ring(new, one, edges, removed) for one in supply.loads)
        ring = next((one for one in rings if one), "")
        if not ring:
            return supply
        need = supply.need
        if need.when == "annotation" and not hinted:
            return supply._replace(way="typing")
        late = wanted == "within" and supply.copied is None
        if late and not any(self.early.runs(self.old, one) for one in need.calls):
            if need.when == "call":
                return supply._replace(way="within")
            if self.needs.quotable(need) and not hinted:
                return supply._replace(way="quoted")
        where = f"{self.old.path}:{need.places[0].line}"
        raise Refused(f"{where}: it needs {need.name} of {supply.module or self.old.module}, and importing that in "
                      f"{new} makes the cycle {ring}: move that too (with = [...]), or name another one")  # fmt: skip

    def _hinted(self, need: Need) -> bool:
        """Whether annotations of fields with a name are looked up by a file that knows the class: it must be there."""
        found = [self.needs.annotation(one) for one in need.places]
        if not any(one is not None and one.field for one in found):
            return False
        classes = {outermost(self.old, one).node for one in need.places}
        names: set[str] = {one.name.value for one in classes if type(one).__name__ == "ClassDef"}
        known: set[str] = set(self.project.mentioning(names)) if names else set()
        return any(path in known for path in self.project.mentioning(_RESOLVING))

    def _optional(self, supply: Supply) -> bool:
        """Whether an import needs a package that may be missing where the new module is used."""
        if not supply.module or supply.copied is not None:
            return False
        packages = {supply.module.partition(".")[0]}.union(*map(self._needed, supply.loads))
        extra = {one for one in packages if self._extra(one)}
        # Who imports a module that is made for it has imported the old one so far.
        return bool(extra) and not extra <= self._needed(self.old.module if self.new.fresh else self.new.module)

    def _extra(self, package: str) -> bool:
        """Whether a package comes from outside, and the metadata does not ask for it."""
        layout = self.project.layout
        if package.startswith(CONDITION) or package in _PLATFORM:
            return True
        if package in sys.stdlib_module_names or package.lower() in layout.needed:
            return False
        # A distribution may be called otherwise than its package: what many modules import is there.
        return not layout.is_first_party(package, self.old.module) and self.graph.users(package) < _COMMON

    def _needed(self, module: str) -> frozenset[str]:
        """The packages that whoever has a module has: it, or the packages around it, cannot be imported without."""
        known = self.project.layout.modules
        starts = {one for one in (module, module.rpartition(".")[0], module.partition(".")[0]) if one in known}
        return frozenset(name for one in starts for name in self.graph.needed(one))

    def _refuse_dearer(self) -> None:
        """Raises Refused where the new module cannot be imported without something that the old one can do without."""
        if self.new.fresh:
            return
        lacking = sorted(filter(self._extra, self._needed(self.new.module) - self._needed(self.old.module)))
        if lacking:
            raise Refused(f"{self.new.path}: {self.new.module} cannot be imported without {lacking[0]}, "
                          f"{self.old.module} can: choose another module")  # fmt: skip
