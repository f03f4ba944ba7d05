"""Draft a campaign from an audit: which phases are needed, by what evidence, and what is to be done in each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from overhaul.campaign.expressions import judged
from overhaul.campaign.items import listed, work_items
from overhaul.campaign.measuring import Measuring
from overhaul.campaign.model import Campaign, Entry, Phase
from overhaul.campaign.objectives import objectives
from overhaul.campaign.phases import PHASES, Blueprint
from overhaul.campaign.risk import overall_of
from overhaul.inventory import Cache, CustomRole, Manager, StateMachine, StatePersistence, testing
from overhaul.leaves import Leaves
from overhaul.project import Project
from overhaul.redundancy import BaselineMetric
from overhaul.survey import Survey


def drafted(project: Project, title: str = "Overhaul", family: str = "") -> Campaign:
    """The campaign that an audit asks for: all ten phases, those that are not needed with the evidence for that.

    `family` names the custom role that is to be unified.
    """
    survey = project.survey
    measuring = Measuring(project)
    family = family or _largest(survey)
    baseline = {row.name: row.value for row in survey.rows(BaselineMetric)}
    phases = tuple(
        _phase(number, blueprint, project, measuring, baseline, family)
        for number, blueprint in enumerate(PHASES, 1)
    )
    return Campaign(title=title, baseline=baseline, inventory=inventory(survey), phases=phases)


def inventory(survey: Survey) -> dict[str, tuple[str, ...]]:
    """Kind -> the components of that kind that are more than a guess, dotted and sorted; tests are left out."""
    tables = (survey.rows(Manager), survey.rows(Cache), survey.rows(StateMachine), survey.rows(StatePersistence))
    kinds = ("manager", "cache", "cache_class", "state_machine", "state_persistence")
    found: dict[str, set[str]] = {kind: set() for kind in kinds}
    for row in (*(row for rows in tables for row in rows), *survey.rows(CustomRole)):
        if row.sure and not testing(row.path):
            found.setdefault(row.kind, set()).add(row.dotted)
            if isinstance(row, Cache) and row.subkind == "class":
                found["cache_class"].add(row.dotted)
    return {kind: tuple(sorted(names)) for kind, names in sorted(found.items())}


def criteria_of(phase: str, leaves: Leaves) -> Mapping[str, Entry]:
    """The criteria that a phase has unless a campaign says otherwise, by name."""
    return {
        name: Entry() for name, one in sorted(leaves.criteria.items()) if phase in one.phases or "*" in one.phases
    }


def lacking(old: Campaign, new: Campaign) -> Iterator[str]:
    """What a new plan has and a campaign has not: somebody has dropped it, or it has come with a newer version."""
    for fresh in new.phases:
        known = old.phase(fresh.id)
        if known is None:
            yield f"the campaign has no phase {fresh.id} ({fresh.title})"
        elif known.completed is None and (missing := sorted(fresh.criteria.keys() - known.criteria.keys())):
            yield f"phase {known.number} ({known.id}) does not ask for {', '.join(missing)}"


def _largest(survey: Survey) -> str:
    """The custom role with the most members; "" where there is none."""
    counts = Counter(row.kind for row in survey.rows(CustomRole) if row.sure and not testing(row.path))
    return min(counts, key=lambda name: (-counts[name], name), default="")


def _phase(
    number: int, blueprint: Blueprint, project: Project, measuring: Measuring, baseline: Mapping[str, float],
    family: str,
) -> Phase:  # fmt: skip
    survey = project.survey
    found = listed(project, measuring, blueprint.id, family)
    needed, why = True, tuple(_figures(blueprint, baseline))
    if blueprint.needed:
        evidence = judged(blueprint.needed, survey, Campaign(), "overhaul")
        needed = all(one.met for one in evidence) or bool(found.items)
        why = (*why, evidence[0].what)
    return Phase(
        id=blueprint.id, number=number, title=blueprint.title, needed=needed, why=why,
        objectives=(blueprint.purpose, *objectives(found, baseline)),
        family=family if blueprint.id == "family" else "",
        verify=survey.config.verify.commands,
        risk=overall_of([one.risk for one in found.items]),
        rollback=f"overhaul undo --phase {blueprint.id}",
        criteria=dict(criteria_of(blueprint.id, survey.leaves)),
        items=dict(work_items(project, measuring, found.items)),
    )  # fmt: skip


def _figures(blueprint: Blueprint, baseline: Mapping[str, float]) -> Iterator[str]:
    for name in blueprint.figures:
        if name in baseline:
            yield f"{name} is {baseline[name]:g}"
