"""What may be meant after a step where something was meant that another thing replaces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from overhaul.changes import Leftover, Replaced, Target
from overhaul.naming.meanings import Meaning, Symbol
from overhaul.project import Project
from overhaul.proving.mapping import Identity, Mapping, identity

Told = frozenset[Identity]


class Replacing:
    """Tells which meanings may take the place of others; what nobody has told to be replaced only moves.

    Nothing goes along with what is replaced: members are told beside their class, and names beside their module.
    """

    def __init__(
        self, before: Project, after: Project, replaced: Sequence[Replaced], mapping: Mapping,
        leftovers: Sequence[Leftover],
    ) -> None:  # fmt: skip
        """`before` is the project as the step saw it, `after` with its changes."""
        self.replaced = replaced
        self._before, self._after = before, after
        self._mapping = mapping
        self._leftovers = leftovers

    @cached_property
    def _to(self) -> dict[Identity, Told]:
        found: dict[Identity, set[Identity]] = {}
        for one in self.replaced:
            named = Identity(one.before.module, one.before.name)
            instead = set(self._meant(self._after, one.after))
            found.setdefault(named, set()).update(instead)
            for other in self._meant(self._before, one.before):
                if other != named:
                    # A member that is inherited: whoever has another class of that base goes on to mean it.
                    same = {other} if self._inherited(one.before) else set[Identity]()
                    found.setdefault(other, same).update(instead)
        return {one: frozenset(instead) for one, instead in found.items()}

    def _meant(self, project: Project, target: Target) -> Iterator[Identity]:
        """What a target is, under its own name, and under that of what it is an alias of."""
        inside = target.module in project.layout.modules
        if inside:
            yield Identity(target.module, target.name)
        meaning = identity(_meaning(project, target))
        if meaning is not None:
            yield meaning
        elif not inside:
            yield Identity("", target.dotted)

    def _inherited(self, target: Target) -> bool:
        """Whether a member is named by a class that is defined there, and has it from another one."""
        owner = target.name.rpartition(".")[0]
        return bool(owner) and owner in self._before.symbols.interior(target.module).classes

    @property
    def some(self) -> bool:
        """Whether anything is replaced."""
        return bool(self.replaced)

    def is_told(self, one: Identity) -> bool:
        """Whether something is replaced."""
        return one in self._to

    def takes_place(self, one: Identity) -> bool:
        """Whether something takes the place of another."""
        return one in self._instead

    @cached_property
    def _instead(self) -> frozenset[Identity]:
        return frozenset(one for several in self._to.values() for one in several)

    def options(self, one: Identity) -> Told:
        """What may be meant afterwards where this was meant."""
        found = self._to.get(one)
        return found if found is not None else frozenset({self._mapping.of(one)})

    def wanted(self, meant: Told) -> Told:
        """All that may be meant afterwards where one of these was."""
        return frozenset(other for one in meant for other in self.options(one))

    def serves(self, meant: Told, means: Told) -> bool:
        """Whether a use that meant the one may mean the other."""
        if not any(one in self._to for one in meant):
            return means == frozenset(map(self._mapping.of, meant))
        return means <= self.wanted(meant) and all(not means.isdisjoint(self.options(one)) for one in meant)

    def outside(self, meant: Told, name: str) -> bool:
        """Whether what takes the place stands outside the project, where nothing tells of which class values are."""
        return bool(meant) and all(
            any(not other.module and other.name.rpartition(".")[2] == name for other in self._to.get(one, ()))
            for one in meant
        )

    def forgotten(self, meant: Told) -> bool:
        """Whether it is a member of a replaced class, of which nobody says what takes its place."""
        return any(
            not self.is_told(one) and self.is_told(Identity(one.module, one.name.rpartition(".")[0]))
            for one in meant if "." in one.name
        )  # fmt: skip

    def left(self, meant: Told, means: Told, path: str, line: int) -> bool:
        """Whether a use that means what it meant is told to be left as it is; line 0: anywhere in the file."""
        if means != frozenset(map(self._mapping.of, meant)):
            return False
        names = {str(one) for one in meant}
        return any(
            one.path == path and ((line == one.line) if line else any(_names(one.name, name) for name in names))
            for one in self._leftovers
        )

    def gone(self, module: str) -> bool:
        """Whether another module takes the place of a whole one."""
        return Identity(module, "") in self._to

    def around(self, one: Identity) -> str:
        """The class, or the function, of a replaced thing, inside of which it goes on to be what it was."""
        name = one.name
        while name and self.is_told(Identity(one.module, name.rpartition(".")[0])) and "." in name:
            name = name.rpartition(".")[0]
        return name

    def own(self, meant: Told, module: str, scope: str) -> bool:
        """Whether something is used in its own definition."""
        return any(
            self.is_told(one) and one.module == module and f"{scope}.".startswith(f"{self.around(one)}.")
            for one in meant
        )

    def words(self) -> frozenset[str]:
        """Every word that a reference to what is replaced, or to what takes its place, must contain."""
        return frozenset(self._words())

    def _words(self) -> Iterator[str]:
        symbols = self._before.symbols
        for one in self.replaced:
            yield from (target.dotted.rpartition(".")[2] for target in (one.before, one.after))
            # Of a member that nobody has told nothing is known on the other side.
            if one.before.module in symbols.layout.modules and one.before.name in (
                symbols.interior(one.before.module).classes
            ):  # fmt: skip
                for base in symbols.order(one.before.module, one.before.name):
                    if isinstance(base, Symbol):
                        yield from symbols.interior(base.module).members_of(base.name)


def _names(told: str, name: str) -> bool:
    """Whether a place that is told speaks of something, or of a part of it."""
    return told == name or told.startswith((f"{name}.", f"{name}:"))


def _meaning(project: Project, target: Target) -> Meaning:
    symbols = project.symbols
    if target.module not in symbols.layout.modules:
        return symbols.resolve(target.dotted)
    if not target.name:
        return Symbol(target.module, "", "module", "", 1)
    *_, meaning = symbols.trail(target.module, "", target.name.split("."))
    return meaning
