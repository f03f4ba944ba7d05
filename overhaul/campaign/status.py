"""How far a campaign is: its phases, the figures since the plan was made, and what to do next."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal

import msgspec

from overhaul.campaign.deciding import changes, folder
from overhaul.campaign.gates import Gate, Gates
from overhaul.campaign.measuring import Measuring
from overhaul.campaign.model import Campaign, Phase
from overhaul.campaign.phases import PHASES
from overhaul.campaign.sketches import counted
from overhaul.campaign.weighing import PhaseRisk, weighed_phase
from overhaul.deciding.reading import read_records
from overhaul.redundancy import BaselineMetric

ITEMS: Final = 5
"""Items of the current phase that stand among what is to be done next."""
Standing = Literal["complete", "lost", "current", "open", "not needed"]
"""lost: it was completed, and something of it surely does not hold any more; open: it comes after the current one."""
Mark = Literal["better", "worse", "changed", ""]


class RiskNow(msgspec.Struct, frozen=True):
    """What the items that are left in a phase risk; each from 0 to 1."""

    overall: float
    functionality: float
    performance: float
    integration: float
    complexity: float
    go: bool
    """Whether it is below the limit of the campaign."""


class PhaseStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How far one phase is."""

    number: int
    id: str
    title: str
    standing: Standing
    gate_open: bool
    percentage: float
    """Percent of the criteria that are met; one that is waived is not."""
    criteria: int
    met: int
    waived: tuple[str, ...] = ()
    """Criteria that are not met, and need not be."""
    unmet: tuple[str, ...] = ()
    """Criteria that are neither met nor waived."""
    unknown: tuple[str, ...] = ()
    """Those of them of which nobody can tell, say because no command was run."""
    items: int = 0
    """Items that the campaign has."""
    items_left: int = 0
    items_more: int = 0
    """Items that an audit drafts, and that the campaign does not have."""
    risk: RiskNow | None = None
    """None for a phase with nothing left of its items, and for one that is completed."""
    completed_by: str = ""
    completed_on: datetime.date | None = None


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One figure of the codebase, through the campaign."""

    name: str
    unit: str
    better: Literal["less", "more", ""]
    """Which way is an improvement; "" for neither."""
    plan: float
    """When the plan was made."""
    phases: dict[str, float] = {}
    """Identity of a completed phase -> its value on that day, in their order."""
    now: float
    mark: Mark = ""
    """What it is now, held against the plan."""
    matters: bool = False
    """Whether one way is better, or a phase is about it."""

    @property
    def moved(self) -> bool:
        """Whether it has ever changed."""
        return len({self.plan, *self.phases.values(), self.now}) > 1


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to do next."""

    phase: int
    what: str
    command: str = ""
    """What does it, or shows what is to be done; for some criteria what to write in the settings."""
    item: str = ""
    """The identity of the work item, where it is one."""
    effort: str = ""
    risk: float | None = None


class ToReview(msgspec.Struct, frozen=True, kw_only=True):
    """A decision or pattern whose evidence is not as it was."""

    decision: str
    """`decision 0007`."""
    title: str
    file: str
    line: int
    link: str
    """What it rests on."""
    what: str
    """How that has changed."""
    command: str


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """How far a campaign is."""

    title: str
    risk_limit: float
    phases: tuple[PhaseStatus, ...]
    figures: tuple[Figure, ...]
    """Those that the plan has and that there still are."""
    decisions: tuple[ToReview, ...]
    """Those to be looked at again."""
    next: tuple[Action, ...]

    @property
    def needed(self) -> tuple[PhaseStatus, ...]:
        """The phases that are needed."""
        return tuple(one for one in self.phases if one.standing != "not needed")

    @property
    def complete(self) -> int:
        """How many of them are complete, and still are."""
        return sum(one.standing == "complete" for one in self.phases)


def weights_of(gates: Gates) -> dict[str, PhaseRisk]:
    """Identity of each needed phase -> what is left of its items, with its risk."""
    measuring = Measuring(gates.project)
    needed = (one for one in gates.campaign.phases if one.needed)
    return {one.id: weighed_phase(gates.project, gates.campaign, one, measuring) for one in needed}


def status_of(gates: Gates, weights: Mapping[str, PhaseRisk] | None = None) -> Status:
    """How far the campaign is, with every gate judged.

    `weights` are those of `weights_of`, where they are at hand. Raises ConfigError for criteria that cannot be meant
    so, and for decisions that cannot
    be read.
    """
    campaign = gates.campaign
    weights = weights_of(gates) if weights is None else weights
    return Status(
        title=campaign.title, risk_limit=campaign.risk_limit,
        phases=tuple(_phase(one, gates, weights.get(one.id)) for one in campaign.phases),
        figures=tuple(figures(campaign, gates.survey.rows(BaselineMetric))),
        decisions=tuple(_to_review(gates)), next=tuple(_next(gates, weights)),
    )  # fmt: skip


def _phase(phase: Phase, gates: Gates, weight: PhaseRisk | None) -> PhaseStatus:
    if weight is None:
        return PhaseStatus(
            number=phase.number, id=phase.id, title=phase.title, standing="not needed", gate_open=True,
            percentage=0.0, criteria=len(phase.criteria), met=0, items=len(phase.items),
        )  # fmt: skip
    gate = gates.gate(phase)
    done = phase.completed
    return PhaseStatus(
        number=phase.number, id=phase.id, title=phase.title, standing=_standing(gate, gates.campaign),
        gate_open=gate.open, percentage=round(gate.percentage, 1), criteria=len(gate.judgements),
        met=sum(one.met for one in gate.judgements),
        waived=tuple(one.name for one in gate.judgements if one.passes and not one.met),
        unmet=tuple(one.name for one in gate.left),
        unknown=tuple(one.name for one in gate.left if one not in gate.lost),
        items=len(phase.items), items_left=len(weight.items), items_more=weight.more,
        risk=_risk(weight) if weight.items and done is None else None,
        completed_by=done.by if done is not None else "", completed_on=done.on if done is not None else None,
    )  # fmt: skip


def _standing(gate: Gate, campaign: Campaign) -> Standing:
    if gate.phase.completed is not None:
        return "lost" if gate.lost else "complete"
    return "current" if gate.phase is campaign.current else "open"


def _risk(weight: PhaseRisk) -> RiskNow:
    risk = weight.risk
    return RiskNow(
        overall=weight.overall, functionality=round(risk.functionality, 2), performance=round(risk.performance, 2),
        integration=round(risk.integration, 2), complexity=round(risk.complexity, 2), go=weight.go,
    )  # fmt: skip


def _to_review(gates: Gates) -> Iterator[ToReview]:
    survey, campaign = gates.survey, gates.campaign
    for record in read_records(folder(campaign, survey.root), survey.root):
        for one in changes(record, survey, campaign):
            yield ToReview(
                decision=record.called, title=record.title, file=record.file, line=one.line, link=one.link,
                what=one.what, command=f"overhaul decide --review {record.id} --by NAME --reason TEXT",
            )  # fmt: skip


def figures(campaign: Campaign, rows: Sequence[BaselineMetric]) -> Iterator[Figure]:
    """The figures of the plan, with what completed phases have made of them and what they are now."""
    asked = {name for one in PHASES for name in one.figures}
    for row in rows:
        if row.name not in campaign.baseline:
            continue
        plan = campaign.baseline[row.name]
        series = {
            one.id: one.completed.metrics[row.name]
            for one in campaign.phases if one.completed is not None and row.name in one.completed.metrics
        }  # fmt: skip
        yield Figure(
            name=row.name, unit=row.unit, better=row.better, plan=plan, phases=series, now=row.value,
            mark=mark(plan, row.value, row.better), matters=bool(row.better) or row.name in asked,
        )  # fmt: skip


def mark(before: float, after: float, better: str) -> Mark:
    """Whether a figure has become better; "" for one that is as it was."""
    if before == after:
        return ""
    if not better:
        return "changed"
    return "better" if (after < before) == (better == "less") else "worse"


def _next(gates: Gates, weights: Mapping[str, PhaseRisk]) -> Iterator[Action]:
    """What is lost comes first, then what the current phase asks for."""
    campaign = gates.campaign
    for phase in campaign.phases:
        if phase.needed and phase.completed is not None and (missing := gates.gate(phase).lost):
            lost = ", ".join(one.name for one in missing)
            yield Action(
                phase=phase.number, what=f"Phase {phase.number} ({phase.title}) is not complete any more: {lost}",
                command=f"overhaul phase {phase.number}",
            )  # fmt: skip
    if (current := campaign.current) is None:
        return
    gate, weight = gates.gate(current), weights[current.id]
    if gate.open:
        yield Action(
            phase=current.number, what=f"The gate of phase {current.number} is open: record it",
            command=f"overhaul phase {current.number} --complete --by NAME",
        )  # fmt: skip
        return
    if weight.items and not weight.go:
        yield Action(
            phase=current.number,
            what=f"Phase {current.number} is a no-go at risk {weight.overall:.2f}: see what would lower it",
            command=f"overhaul phase {current.number} --risk", risk=weight.overall,
        )  # fmt: skip
    left = {one.name for one in weight.items}
    ready = sorted(weight.items, key=lambda one: (bool(left.intersection(one.item.after)), one.item.order, one.name))
    for one in ready[:ITEMS]:
        yield Action(
            phase=current.number, what=one.item.title, command=one.item.command, item=one.name,
            effort=one.item.effort, risk=one.overall,
        )  # fmt: skip
    for judged in gate.left:
        # Where items are left it is they that mend a criterion, unless somebody has to sign or run something.
        if weight.items and not judged.unknown:
            continue
        remedy = next((piece.remedy for piece in judged.left if piece.remedy), "")
        yield Action(
            phase=current.number, what=f"{judged.name}: {judged.left[0].what}" if judged.left else judged.name,
            command=f"overhaul phase {current.number} --run" if "--run" in remedy else remedy,
        )  # fmt: skip


def items_told(one: PhaseStatus, *, brief: bool = False) -> str:
    """`12 of 16 items left and 3 more`, `no items`; `brief`: without those that the plan has not."""
    more = f" and {one.items_more:,} more" if one.items_more and not brief else ""
    if not one.items:
        return f"{counted(one.items_more, 'item')} not in the plan" if one.items_more else "no items"
    return f"{one.items_left:,} of {counted(one.items, 'item')} left{more}"
