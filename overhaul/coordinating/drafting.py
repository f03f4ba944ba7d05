"""Drafts what could be done about state: machines, assignments by others, saves in place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from overhaul.changes import Target
from overhaul.coordinating.guarding import Guarding
from overhaul.coordinating.machines import Coordinating
from overhaul.coordinating.saving import Saving
from overhaul.coordinating.trying import Trial
from overhaul.coordinating.weighing import risk_parts, tests_naming
from overhaul.drafts import Drafted
from overhaul.inventory import StateMachine, StatePersistence, testing
from overhaul.repeating.risk import risk_of
from overhaul.scaffolding.homes import Home, home_of, provided, scaffolded

if TYPE_CHECKING:
    from overhaul.project import Project

COORDINATOR = "COORDINATOR"


class Drafting:
    """The steps for one project; each is tried on it, with the unified state in its place."""

    def __init__(self, project: Project) -> None:
        """Nothing is tried yet."""
        self.project = project
        self.machines = [
            one for one in project.survey.rows(StateMachine)
            if one.sure and one.subkind != "flag_lifecycle" and self._own(one.path)
        ]  # fmt: skip
        self.saves = [
            one for one in project.survey.rows(StatePersistence)
            if one.write == "in_place" and self._own(one.path)
        ]  # fmt: skip
        users = [one.module for one in (*self.machines, *self.saves)]
        self.home: Home = home_of(project, "state", users)
        self.trial = provided(project, "state", self.home)

    def _own(self, path: str) -> bool:
        return not testing(path) and not scaffolded(self.project, path)

    def steps(self) -> Iterator[Drafted]:
        """All of them, in the order in which they can be carried out: what is left alone is not named."""
        steps = [*self._machines(), *self._assignments(), *self._saves()]
        if steps and not self.home.there:
            yield Drafted(
                codemod="scaffold", keys={"what": "state", "into": self.home.path},
                title="The coordinator, and files that are replaced whole",
                because=(f"{self.home.path}: a place that those below it can import",),
                ready=any(one.ready for one in steps),
            )  # fmt: skip
        yield from steps

    # Machines

    def _machines(self) -> Iterator[Drafted]:
        package, _, _ = self.home.module.rpartition(".")
        coordinator = Target(f"{package}.states" if package else "states", COORDINATOR)
        for row in self.machines:
            target = Target(row.module, row.name)
            keys = {"machine": str(target), "coordinator": str(coordinator), "state": self.home.module}
            tried = Trial(partial(self._coordinated, target, coordinator))
            if tried.nothing:
                continue
            owner = row.name.rpartition(".")[0]
            step = self._step(
                "coordinate_machine", keys, f"{row.name} comes under the coordinator", tuple(_of_machine(row)), tried,
                row.module, (owner or row.name,),
            )  # fmt: skip
            if (why := _open(row)) and step.ready:
                step = msgspec.structs.replace(step, ready=False, by_hand=(*step.by_hand, why))
            yield step

    def _coordinated(self, target: Target, coordinator: Target) -> Iterator[object]:
        coordinating = Coordinating(self.trial, target, coordinator, self.home.module)
        if not coordinating.done():
            yield from coordinating.proposals()

    # Assignments by others

    def _assignments(self) -> Iterator[Drafted]:
        for row in self.machines:
            sites = [one for one in row.outside if not testing(one.path)]
            if not sites:
                continue
            target = Target(row.module, row.name)
            because = tuple(f"{one.path}:{one.line}: {one.scope or one.module} sets {row.name}" for one in sites)
            tried = Trial(partial(self._guarded, target))
            if tried.nothing and not tried.left:
                continue
            yield self._step(
                "guard_state", {"machine": str(target)}, f"{row.name} is set by its owner", because, tried, row.module,
                (row.name.rpartition(".")[0],),
            )  # fmt: skip

    def _guarded(self, target: Target) -> Iterator[object]:
        yield from Guarding(self.trial, target, "").proposals()

    # Saves

    def _saves(self) -> Iterator[Drafted]:
        for row in self.saves:
            for member in row.members:
                if member.role != "save" or testing(member.path):
                    continue
                target = Target(member.module, member.name)
                tried = Trial(partial(self._saved, target))
                if tried.nothing or "writes no file in place" in tried.refused:
                    continue
                because = [f"{member.path}:{member.line}: {member.name} writes over the old file"]
                if not row.complete:
                    because.append(f"{row.path}:{row.line}: nothing restores what {row.name} saves")
                keys = {"function": str(target), "helper": self.home.module}
                yield self._step(
                    "atomic_save", keys, f"{member.name} replaces its file whole", tuple(because), tried,
                    member.module, (member.name,),
                )  # fmt: skip

    def _saved(self, target: Target) -> Iterator[object]:
        yield from Saving(self.trial, target, self.home.module).proposals()

    def _step(
        self, codemod: str, keys: Mapping[str, object], title: str, because: tuple[str, ...], tried: Trial,
        module: str, names: tuple[str, ...],
    ) -> Drafted:  # fmt: skip
        parts = risk_parts(self.project, module, names)
        words = [one.rpartition(".")[2] for one in names]
        return Drafted(
            codemod=codemod, keys=keys, title=title, because=because, by_hand=tuple(tried.by_hand()), ready=tried.ready,
            risk=risk_of(parts), parts=parts, tests=tuple(tests_naming(self.project, words)),
        )  # fmt: skip


def _open(row: StateMachine) -> str:
    """Why a row may be no machine of these states alone; "" for nothing that speaks for it."""
    writes = [one for one in row.unknown_writes if not testing(one.path)]
    if row.subkind == "enum" or row.table or not writes:
        return ""
    return f"{writes[0].path}:{writes[0].line}: it is assigned what is no constant: say whether these are its states"


def _of_machine(row: StateMachine) -> Iterator[str]:
    states = ", ".join(row.states)
    yield f"{row.path}:{row.line}: {row.name} moves among {len(row.states)} states ({states}), {row.confidence}"
    if row.unknown_writes:
        one = row.unknown_writes[0]
        yield f"{one.path}:{one.line}: it is restored or passed on here, too"
    if row.table:
        yield f"{row.path}:{row.line}: {row.table} says which state may follow which"
