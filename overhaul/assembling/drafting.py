"""Drafts which functions could have their managers made by a factory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Final

from overhaul.assembling.making import Assembly
from overhaul.changes import Target
from overhaul.coordinating.trying import Trial
from overhaul.coordinating.weighing import risk_parts, tests_naming
from overhaul.drafts import Drafted
from overhaul.inventory import BuildStep, Manager, testing
from overhaul.repeating.risk import risk_of
from overhaul.scaffolding.homes import home_of, provided, scaffolded
from overhaul.text import words_of

if TYPE_CHECKING:
    from overhaul.project import Project


_LEAST: Final = 2


class Drafting:
    """The steps for one project; each is tried on it, with the unified factory in its place."""

    def __init__(self, project: Project) -> None:
        """Nothing is tried yet."""
        self.project = project
        rows = sorted(
            (one for one in project.survey.rows(BuildStep)
             if not testing(one.path) and not scaffolded(project, one.path)),
            key=lambda one: (one.function, one.order),
        )  # fmt: skip
        self.functions = {name: list(steps) for name, steps in groupby(rows, key=lambda one: one.function)}
        self.managers = {one.dotted: one for one in project.survey.rows(Manager) if one.sure}
        self.home = home_of(project, "factory", [steps[0].module for steps in self.functions.values()])
        self.trial = provided(project, "factory", self.home)

    def steps(self) -> Iterator[Drafted]:
        """The functions by how many managers they make, the most first."""
        found = sorted(self.functions.items(), key=lambda one: (-len(one[1]), one[0]))
        drafted = [step for name, steps in found for step in self._drafted(name, steps)]
        if drafted and not self.home.there:
            yield Drafted(
                codemod="scaffold", keys={"what": "factory", "into": self.home.path}, title="The factory",
                because=(f"{self.home.path}: a place that those below it can import",),
                ready=any(one.ready for one in drafted),
            )  # fmt: skip
        yield from drafted

    def _drafted(self, function: str, steps: Sequence[BuildStep]) -> Iterator[Drafted]:
        module = steps[0].module
        name = function.removeprefix(module).lstrip(".")
        if name not in self.project.symbols.interior(module).functions:
            return  # made while the module is imported: no function that could be divided
        target, factory = Target(module, name), Target(self.home.module, "ManagerFactory")
        owner = name.rpartition(".")[0]
        if sum(1 for one in steps if one.target) < _LEAST and "." in name:
            return  # what is kept nowhere, or by somebody else, is no part
        root = self._root(module, owner, [one.target for one in steps])
        keys: dict[str, object] = {"function": str(target), "factory": str(factory)}
        if root:
            keys["root"] = root
        tried = Trial(lambda: Assembly(self.trial, target, factory, root=root).proposals())
        lines = sorted(one.line for one in steps)
        parts = risk_parts(self.project, module, [owner or name])
        yield Drafted(
            codemod="introduce_factory", keys=keys, title=f"{name} has its {len(steps)} managers made by a factory",
            because=(
                f"{steps[0].path}:{lines[0]}: {len(steps)} managers are made one by one, up to line {lines[-1]}",
                *(self._of_step(one) for one in steps),
            ),
            by_hand=tuple(tried.by_hand()), ready=tried.ready, risk=risk_of(parts), parts=parts,
            tests=tuple(tests_naming(self.project, [(owner or name).rpartition(".")[2]])),
        )  # fmt: skip

    def _root(self, module: str, owner: str, parts: Sequence[str]) -> str:
        """What the instance is called as a part: the last word of its class, where that is a manager itself."""
        if f"{module}.{owner}" not in self.managers:
            return ""
        last = (words_of(owner.rpartition(".")[2]) or [""])[-1].lower()
        return last if last.isidentifier() and last not in parts else ""

    def _of_step(self, step: BuildStep) -> str:
        manager = self.managers.get(step.component)
        tier = f"tier {manager.tier}" if manager is not None and manager.tier is not None else "in no tier"
        needs = f", is handed {', '.join(one.rpartition('.')[2] for one in step.needs)}" if step.needs else ""
        made = f"{step.target} = " if step.target else ""
        return f"{step.path}:{step.line}: {step.order}. {made}{step.component.rpartition('.')[2]}: {tier}{needs}"
