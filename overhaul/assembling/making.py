"""Which managers a function makes, in which tiers, and what is written to have a factory make them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from overhaul.assembling.dividing import Divider, Made
from overhaul.assembling.writing import Names, Writing
from overhaul.changes import Added, Divided, Edit, Leftover, Replacement, Target
from overhaul.errors import Refused
from overhaul.inventory import BuildStep, Manager
from overhaul.naming.meanings import Symbol
from overhaul.refactoring.imports import Imports

if TYPE_CHECKING:
    from overhaul.project import Project


class Assembly:
    """One function that makes managers, and the factory that is to make them."""

    def __init__(
        self, project: Project, function: Target, factory: Target, *, managers: Sequence[str] = (), listing: str = "",
        root: str = "", keep: str = "",
    ) -> None:  # fmt: skip
        """Raises Refused for names that mean something else."""
        self.project = project
        self.target = function
        self.symbol = project.symbol(function)
        if self.symbol.kind not in ("function", "method"):
            raise Refused(f"{function}: it is a {self.symbol.kind}: name the function that makes the managers")
        self.factory = project.symbol(factory)
        if self.factory.kind != "class":
            raise Refused(f"{factory}: it is no class: name the factory's class, which `scaffold` can put there")
        self.managers = managers
        self.root, self.keep = root, keep
        owner = self.symbol.name.rpartition(".")[0]
        self.owner = owner
        self.listing = listing or ("_managers" if owner else "managers")

    # What is there

    def done(self) -> bool:
        """Whether the function has its managers made by the factory already."""
        name = f"{self.owner}.{self.listing}" if self.owner else self.symbol.name
        row = self.project.symbols.interior(self.symbol.module).functions.get(name)
        if row is None:
            return False
        occurrences = self.project.occurrences(self.symbol.path)
        for one in occurrences.named(self.factory.name):
            inside = one.scope.name == name and one.use == "call"
            if inside and self._means_factory(one.name):
                return True
        return False

    def _means_factory(self, name: str) -> bool:
        meaning = self.project.symbols.lookup(self.symbol.module, "", name)
        return isinstance(meaning, Symbol) and meaning.dotted == self.factory.dotted

    def made(self, divider: Divider) -> list[Made]:
        """The managers that the function makes, in their order. Raises Refused."""
        found = list(self._made(divider))
        if not found:
            where = f"{self.symbol.path}:{self.symbol.line}: {self.target}"
            raise Refused(f"{where}: it makes no managers that are kept: name another function")
        names = [one.name for one in found]
        for one in found:
            if names.count(one.name) > 1:
                raise Refused(f"{self.symbol.path}:{one.line}: {one.name} is made twice: leave one out by `managers`")
        if self.managers and (lacking := [one for one in self.managers if one not in names]):
            raise Refused(
                f"{self.symbol.path}:{self.symbol.line}: {self.target} makes no {', '.join(lacking)}: "
                f"it makes {', '.join(names) or 'none'}"
            )
        return found

    def steps(self) -> list[BuildStep]:
        """The managers that the audit sees made there, in their order."""
        rows = (one for one in self.project.survey.rows(BuildStep) if one.function == self.target.dotted)
        return sorted(rows, key=lambda one: one.order)

    def _made(self, divider: Divider) -> Iterator[Made]:
        tiers = {one.dotted: one.tier for one in self.project.survey.rows(Manager)}
        known: dict[str, str] = {}
        height: dict[str, int] = {}
        for step in self.steps():
            name = step.target if divider.receiver else divider.assigned(step.line)
            if not name or (self.managers and name not in self.managers):
                continue
            needs = tuple(known[one] for one in step.needs if one in known)
            tier = max([tiers.get(step.component) or 0, *(height[one] for one in needs)])
            known[step.component] = name
            height[name] = tier
            yield Made(name=name, line=step.line, written=self._written(step), tier=tier, needs=needs)

    def _written(self, step: BuildStep) -> str:
        """How the file writes the class; "" where it is no name of the module."""
        last = step.component.rpartition(".")[2]
        meaning = self.project.symbols.lookup(self.symbol.module, "", last)
        return last if isinstance(meaning, Symbol) and meaning.dotted == step.component else ""

    # What becomes of it

    def proposals(self) -> Iterator[Edit | Divided | Added | Leftover]:
        """The function in parts. Raises Refused."""
        divider = Divider(self.project, self.symbol)
        made = self.made(divider)
        division = divider.division(made)
        imports = Imports(self.project, self.symbol.path)
        bound = self.factory.name.rpartition(".")[2]
        there = self.project.symbols.lookup(self.symbol.module, "", bound)
        if not (isinstance(there, Symbol) and there.dotted == self.factory.dotted):
            if bound in set(self.project.symbols.names(self.symbol.module)):
                raise Refused(f"{self.symbol.path}:1: {bound} is something else here: rename it first")
            imports.take(self.factory.module, bound)
        rest = not self.root and division.parts[-1].made is None
        if self.root and division.parts[-1].made is None and divider.gives(division.parts[-1]):
            raise divider.refused(self.symbol.line, "it returns something", "leave out `root`")
        taken = [one for part in division.parts for one in part.takes]
        if division.receiver and "managers" in (division.receiver, *taken):
            raise divider.refused(self.symbol.line, "managers is a variable of it, and of the list", "rename it first")
        makers = {one.name: f"_make_{one.name.lstrip('_')}" for one in made}
        last_tier = max(one.tier for one in made)
        if self.root:
            if not division.receiver:
                raise Refused(f"{self.target}: root: a function has no instance: leave it out")
            makers[self.root] = f"_make_{self.root.lstrip('_')}"
        names = Names(
            factory=bound, listing=self.listing, makers=makers, rest=self._rest_name() if rest else "", root=self.root,
            root_tier=last_tier + 1, root_written=self.owner if "." not in self.owner else "", keep=self.keep,
        )  # fmt: skip
        used = [*makers.values(), *([names.rest] if rest else []), *([self.listing] if division.receiver else [])]
        if self.root and division.parts[-1].made is not None:
            used.remove(makers[self.root])
        self._check_free(used, divider)
        replacements: list[Replacement] = [*Writing(divider, division, names).replacements(), *imports.replacements()]
        yield self.project.edit(self.symbol.path, replacements)
        prefix = f"{self.owner}." if self.owner else ""
        functions = [one for one in used if one != self.listing or not division.receiver]
        if self.owner:
            members = [*used, *([self.keep] if self.keep else [])]
            yield from (Added(Target(self.symbol.module, f"{prefix}{one}")) for one in members)
        yield Divided(self.target, tuple(Target(self.symbol.module, f"{prefix}{one}") for one in functions))
        lines = {one.line for one in made}
        for step in self.steps():
            if step.line not in lines and not self.managers:
                target = Target(self.target.module, step.component.removeprefix(f"{step.module}."))
                yield self.project.leftover(
                    step.path, step.line, target, "it is kept in no attribute or variable: it is no part of its own"
                )  # fmt: skip

    def _rest_name(self) -> str:
        return f"_after_{self.listing.strip('_')}"

    def _check_free(self, names: Sequence[str], divider: Divider) -> None:
        """Whether nothing is called so yet."""
        symbols, types = self.project.symbols, self.project.types
        if len(set(names)) < len(names):
            raise divider.refused(self.symbol.line, "two parts would be made by functions of one name", "rename one")
        for name in (*names, *([self.keep] if self.keep else [])):
            if self.owner:
                owner = Symbol(self.symbol.module, self.owner, "class", self.symbol.path, self.symbol.line)
                taken = types.has_member(owner, name) == "yes"
            else:
                taken = name in set(symbols.names(self.symbol.module))
            if taken:
                raise divider.refused(self.symbol.line, f"{name} is there already", "rename it, or set `listing`")
        if self.keep and any(
            isinstance(one, Symbol) and symbols.interior(one.module).member(one.name, "__slots__") is not None
            for one in symbols.order(self.symbol.module, self.owner)
        ):  # fmt: skip
            raise divider.refused(self.symbol.line, f"its class has __slots__, {self.keep} may be none", "drop `keep`")
        if not self.owner:
            for scope in divider.occurrences.scopes:
                if scope is divider.scope and self.listing in scope.variables:
                    raise divider.refused(self.symbol.line, f"{self.listing} is a variable", "set `listing`")
