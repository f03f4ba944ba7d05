"""Say how each name that moved code needs gets into its new place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

from overhaul.errors import Refused
from overhaul.moving.guards import bound_again, rebound
from overhaul.moving.needs import Need, Needs, same_thing
from overhaul.moving.place import Destination
from overhaul.naming.meanings import External, Meaning, Symbol, Unknown
from overhaul.occurrences.finding import Statement
from overhaul.refactoring.bindings import Taken
from overhaul.refactoring.units import Unit

if TYPE_CHECKING:
    from overhaul.project import Project

Way = Literal["top", "typing", "within", "quoted", "there"]
"""Where an import stands: with the module's others, under TYPE_CHECKING, in the functions that need it, there and for
annotations, which are quoted, under TYPE_CHECKING; or nowhere, for the name is there already."""


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


class Supplies:
    """What code of one module needs in another."""

    def __init__(self, project: Project, needs: Needs, new: Destination) -> None:
        """`needs` are those of the old module."""
        self.project, self.needs, self.new = project, needs, new
        self.old = needs.file

    def of(self, unit: Unit) -> Iterator[Supply]:
        """How each name gets there that is no builtin. Raises Refused for one that cannot."""
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
                for one in self.needs.of_statement(origin.statement):
                    yield from self._supply(one, unit)
            case "helper":
                yield self._of_old(need, where, typing=origin.typing)
            case "import" if origin.module:
                yield self._named(need, origin.module, need.name, typing=False)
            case _:
                yield from self._imported(need, origin.taken, origin.typing)

    def _of_old(self, need: Need, where: str, *, typing: bool = False) -> Supply:
        """A helper, imported from the old module."""
        if line := rebound(self.old, need.name):
            raise Refused(f"{where}: {need.name} is assigned again at line {line} (global), which an import would not "
                          f"see: move it too (with = [{need.name!r}]), or by hand")  # fmt: skip
        if need.when == "import" and (line := bound_again(self.old, need.name)):
            raise Refused(f"{where}: {need.name} is bound once more at line {line}; an import brings its last value: "
                          f"move it too (with = [{need.name!r}]), or by hand")  # fmt: skip
        return self._named(need, self.old.module, need.name, typing=typing)

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
        split = [one.split(".") for one in loaded]
        packages = [".".join(parts[:count]) for parts in split for count in range(1, len(parts))]
        around = [one for one in packages if not f"{self.new.module}.".startswith(f"{one}.")]
        known = self.project.layout.modules
        return tuple(dict.fromkeys(one for one in (*loaded, *around) if one != self.new.module and one in known))
