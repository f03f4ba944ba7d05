"""Decide how some symbols of a module move to another: what goes along, and which imports that takes."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from overhaul.errors import Refused
from overhaul.naming.meanings import External, Meaning, Symbol, Unknown
from overhaul.occurrences.finding import Statement
from overhaul.refactoring.bindings import Bindings, Taken
from overhaul.refactoring.moving_graph import Edge, Graph
from overhaul.refactoring.moving_guards import rebound, registering
from overhaul.refactoring.moving_needs import Need, Needs, same_thing
from overhaul.refactoring.moving_place import Destination
from overhaul.refactoring.moving_unit import Unit, refuse_others, unit_of
from overhaul.refactoring.references import References

if TYPE_CHECKING:
    from overhaul.project import Project

Way = Literal["top", "typing", "within", "there"]
"""Where an import stands: with the module's others, under TYPE_CHECKING, in the functions that need it, or nowhere, for
the name is there already."""
Helpers = Literal["import-back", "move", "refuse"]


class Supply(NamedTuple):
    """How a name that the code needs gets into the new place."""

    need: Need
    way: Way
    module: str = ""
    """Absolute; "" for what needs no import."""
    name: str = ""
    """What is taken from the module; "" for `import module`."""
    alias: str = ""
    """The name it is bound as, if another; for `import module`, "" for none."""
    local: str = ""
    """What it is called in the new place."""
    copied: Statement | None = None
    """The `if` or `try` that brings it."""
    loads: tuple[str, ...] = ()
    """The modules of project that the import loads."""


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
        self, project: Project, old: Bindings, new: Destination, helpers: Helpers, references: References
    ) -> None:
        """From the module of `old` to `new`."""
        self.project, self.old, self.new, self.helpers = project, old, new, helpers
        self.references = references
        self.graph = Graph(project)
        self.needs = Needs(project, old)

    def decisions(self, names: Iterable[str]) -> Iterator[Decision]:
        """The ways to do it, those that make no cycle first. Raises Refused, with the reason of the plainest way."""
        wanted = frozenset(names)
        unit = unit_of(self.old, wanted)
        self._refuse_dearer()
        refuse_others(self.old, unit, unit.names if unit.names == wanted else self._allowed(unit, wanted))
        more = unit
        if self.helpers != "refuse":
            more = self._with_helpers(unit)
        elif kept := [one.need for one in self._supplies(unit) if one.module == self.old.module]:
            where = f"{self.old.path}:{kept[0].places[0].line}"
            raise Refused(f"{where}: it needs {', '.join(one.name for one in kept)} of its module: say what to do with "
                          "these (helpers = \"move\" or \"import-back\")")  # fmt: skip
        units = [more] if self.helpers == "move" else [unit] if more == unit else [unit, more]
        reason: Refused | None = None
        ways: Sequence[tuple[Way, Way]] = (("top", "top"), ("top", "within"), ("within", "top"))
        for lenient in (0, 1, 2):
            self.graph = Graph(self.project, lenient)
            for back, forth in ways:
                for one in units:
                    try:
                        decision = self._decision(one, back_way=back, forth_way=forth)
                    except Refused as refused:
                        reason = reason or refused
                    else:
                        yield decision
        if reason is not None:
            raise reason

    @staticmethod
    def _allowed(unit: Unit, wanted: frozenset[str]) -> frozenset[str]:
        """What may be moved beside what was asked for: functions registered with it."""
        functions = {
            one.node.name.value for one in unit.statements if type(one.node).__name__ == "FunctionDef"
        }  # fmt: skip
        return wanted | functions

    # Helpers

    def _with_helpers(self, unit: Unit) -> Unit:
        """The unit with all helpers that nothing else uses."""
        while True:
            more = [
                need.name for need in self.needs.of(unit)
                if self.needs.origin(need.name).kind == "helper" and self._only_used_by(unit, need.name)
            ]  # fmt: skip
            if not more:
                return unit
            unit = unit_of(self.old, {*unit.names, *more})

    def _only_used_by(self, unit: Unit, name: str) -> bool:
        """Whether a helper of the module is used by a unit and itself alone, and can be moved."""
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
            if found.path != self.old.path or found.occurrence is None or not with_it.has(found.occurrence):
                return False
        return True

    # One way to do it

    def _decision(self, unit: Unit, back_way: Way, forth_way: Way) -> Decision:
        old, new = self.old.module, self.new.module
        removed = frozenset(self._given_up(unit))
        edges: set[Edge] = set()
        beside = tuple(self.needs.uses_beside(unit))
        must = [why for why, certain in registering(self.project, self.old, unit) if certain]
        may = [why for why, certain in registering(self.project, self.old, unit) if not certain]
        runtime = [one for one in beside if one.when != "annotation"]
        way: Way = "there"
        if beside or must or may:
            way = self._way_back(unit, beside, runtime, must, may, back_way, removed)
            if way == "top":
                edges.add((old, new))
        supplies: list[Supply] = []
        for supply in sorted(self._supplies(unit), key=lambda one: ("import", "call", "annotation").index(one.need.when)):
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
            raise Refused(f"{self.old.path}:{unit.statements[0].line}: {must[0]}, so that {old} must go on to import it, "
                          f"which makes the cycle {ring or f'{old} -> {new} -> {old}'}: move it by hand")  # fmt: skip
        if not beside:
            return "there" if may else "top"
        late = [one for one in runtime if one.when == "import"]
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
        if self._optional(supply):
            if supply.need.when == "annotation":
                return supply._replace(way="typing")
            if supply.need.when == "call" and supply.copied is None:
                return supply._replace(way="within")
            raise Refused(f"{self.old.path}:{supply.need.places[0].line}: it needs {supply.module} when it is imported, "
                          f"without which {new} could be imported so far: choose another module")  # fmt: skip
        rings = (self.graph.ring(new, one, edges, removed) for one in supply.loads)
        ring = next((one for one in rings if one), "")
        if not ring:
            return supply
        need = supply.need
        if need.when == "annotation":
            return supply._replace(way="typing")
        if need.when == "call" and wanted == "within" and supply.copied is None:
            return supply._replace(way="within")
        where = f"{self.old.path}:{need.places[0].line}"
        raise Refused(f"{where}: it needs {need.name} of {supply.module or self.old.module}, and importing that in {new} "
                      f"makes the cycle {ring}: move that too (with = [...]), or choose another module")  # fmt: skip

    def _optional(self, supply: Supply) -> bool:
        """Whether an import is of a package that may be missing where the new module is used."""
        package = supply.module.partition(".")[0]
        if not package or supply.copied is not None:
            return False
        return self._extra(package) and package not in self._needed(self.new.module)

    def _extra(self, package: str) -> bool:
        """Whether a package comes from outside, and the metadata does not ask for it."""
        layout = self.project.layout
        if package in sys.stdlib_module_names or package in layout.required:
            return False
        return not layout.is_first_party(package, self.old.module)

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
            raise Refused(f"{self.new.path}: {self.new.module} cannot be imported without {lacking[0]}, {self.old.module} "
                          "can: choose another module")  # fmt: skip

    # What the code needs

    def _supplies(self, unit: Unit) -> Iterator[Supply]:
        for need in self.needs.of(unit):
            yield from self._supply(need, unit)

    def _supply(self, need: Need, unit: Unit) -> Iterator[Supply]:
        origin = self.needs.origin(need.name)
        where = f"{self.old.path}:{need.places[0].line}"
        if need.name == "__name__":
            return
        match origin.kind:
            case "builtin":
                if self.new.binds(need.name):
                    raise Refused(f"{where}: {need.name} is another in {self.new.module}: rename that first")
                return
            case "missing":
                raise Refused(f"{where}: {need.name} may come from a star import: import it by its name first")
            case "copied":
                assert origin.statement is not None
                if self.new.binds(need.name):
                    if not same_thing(self.project, self.old.module, self.new.module, need.name):
                        raise Refused(f"{where}: {need.name} is another in {self.new.module}: rename that first")
                    yield Supply(need, "there", local=need.name)
                    return
                yield Supply(need, "top", local=need.name, copied=origin.statement)
            case "helper":
                yield self._of_old(need, where)
            case "import" if origin.module:
                yield self._named(need, origin.module, need.name, typing=False)
            case _:
                yield from self._imported(need, origin.taken, origin.typing)

    def _of_old(self, need: Need, where: str) -> Supply:
        """A helper, imported from the old module."""
        if line := rebound(self.old, need.name):
            raise Refused(f"{where}: {need.name} is assigned again at line {line} (global), which an import would not see: "
                          f"move it too (with = [{need.name!r}]), or by hand")  # fmt: skip
        return self._named(need, self.old.module, need.name, typing=False)

    def _imported(self, need: Need, taken: tuple[Taken, ...], typing: bool) -> Iterator[Supply]:
        """The same import as in the old module."""
        symbols = self.project.symbols
        for one in taken:
            absolute = symbols.absolute(self.old.module, one.target)
            if absolute is None:
                yield self._of_old(need, self.old.path)
            elif one.name:
                yield self._named(need, absolute, one.name, typing=typing)
            else:
                alias = one.alias.name if one.alias is not None else ""
                meaning = symbols.resolve(absolute, self.old.module)
                if self.new.binds(need.name) and not same_thing(
                    self.project, self.old.module, self.new.module, need.name
                ):
                    where = f"{self.old.path}:{need.places[0].line}"
                    raise Refused(f"{where}: {need.name} is another in {self.new.module}: rename that first")
                loads = self._loads(meaning, absolute)
                way: Way = "typing" if typing else "top"
                if absolute == self.new.module:
                    way = "within" if need.when == "call" else way
                yield Supply(need, way, absolute, "", alias, need.name, loads=loads)

    def _named(self, need: Need, module: str, name: str, *, typing: bool) -> Supply:
        """`from module import name`, or what the new place has of it."""
        symbols, new = self.project.symbols, self.new.module
        meaning = symbols.target(self.old.module, f"{module}.{name}", "")
        way: Way = "typing" if typing else "top"
        if isinstance(meaning, Symbol) and meaning.module == new and "." not in meaning.name:
            if not meaning.name:
                return self._itself(need)
            return Supply(need, "there", local=meaning.name)
        if self.new.binds(need.name):
            if same_thing(self.project, self.old.module, new, need.name) and self.new.always(need.name):
                return Supply(need, "there", local=need.name)
            if not same_thing(self.project, self.old.module, new, need.name):
                local = self.new.free(f"{module.rpartition('.')[2].lstrip('_')}_{need.name.lstrip('_')}")
                return Supply(need, way, module, name, local, local, loads=self._loads(meaning, module))
        elif self.new.uses_builtin(need.name):
            local = self.new.free(f"{module.rpartition('.')[2].lstrip('_')}_{need.name.lstrip('_')}")
            return Supply(need, way, module, name, local, local, loads=self._loads(meaning, module))
        alias = "" if need.name == name else need.name
        return Supply(need, way, module, name, alias, need.name, loads=self._loads(meaning, module))

    def _itself(self, need: Need) -> Supply:
        """The new module, which the code asked for names: they are its own now."""
        where = f"{self.old.path}:{need.places[0].line}"
        occurrences = self.old.occurrences
        for one in need.places:
            following = occurrences.all[one.number + 1] if one.number + 1 < len(occurrences.all) else None
            if following is None or following.base != one.number or following.role != "attribute":
                raise Refused(f"{where}: {need.name} is the module it moves to: move it by hand")
        return Supply(need, "there", module=self.new.module)

    def _loads(self, meaning: Meaning, module: str) -> tuple[str, ...]:
        """The modules of the project that an import loads."""
        symbols = self.project.symbols
        found = symbols.locate(module, self.old.module)
        loaded = [] if found is None else [found]
        match meaning:
            case Symbol(kind="module", module=inner):
                # The package around it has begun before, or is loaded with it.
                loaded = [inner]
            case External() | Unknown() | Symbol():
                pass
        return tuple(one for one in loaded if one != self.new.module)

