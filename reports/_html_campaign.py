"""The campaign, where there is one: its phases, what their gates say, and what is left to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec

from overhaul.campaign.gates import Gates, Judgement
from overhaul.campaign.reading import check_whole, read_campaign
from overhaul.campaign.status import Action, Figure, PhaseStatus, Status, items_told, status_of, weights_of
from overhaul.campaign.telling import evidence_text, leading
from overhaul.campaign.weighing import PhaseRisk
from overhaul.errors import OverhaulError
from overhaul.sections import Column, Grid, Line, Section, anchor, bad, good, short
from overhaul.standing import home
from overhaul.survey import Survey

EVIDENCE: Final = 10
"""Pieces of evidence of one criterion that are shown."""
LONGEST: Final = 400
"""Characters of one of them."""


class Criterion(msgspec.Struct, frozen=True):
    """One criterion of a gate."""

    name: str
    summary: str
    sign: str
    """A cell of the kind mark."""
    evidence: tuple[str, ...]
    more: int
    """Pieces of evidence that are not shown."""
    remedies: tuple[str, ...]
    waived: str
    """By whom, and why; "" where it is not."""


class PhaseView(msgspec.Struct, frozen=True):
    """One phase."""

    id: str
    status: PhaseStatus
    sign: str
    """What it has come to: a cell of the kind mark."""
    items: str
    criteria: tuple[Criterion, ...]
    why: tuple[str, ...]
    """Why it is not needed."""


class Campaign(msgspec.Struct, frozen=True):
    """What the section shows."""

    error: str
    """Why the campaign cannot be judged; all else is empty then."""
    file: str
    status: Status | None = None
    left: int = 0
    items: int = 0
    phases: tuple[PhaseView, ...] = ()
    next: tuple[Action, ...] = ()
    grids: tuple[Grid, ...] = ()


@Section("Campaign", order=14)
def campaign(survey: Survey) -> Campaign | None:
    """How far the campaign is. Its gates are judged without running a command."""
    file = home(survey.config.source, survey.root) / survey.config.campaign
    if not file.is_file():
        return None
    try:
        return _judged(survey, file)
    except OverhaulError as error:
        # The rest of the page is worth having all the same.
        return Campaign(error=str(error).replace(str(file), file.name), file=file.name)


def _judged(survey: Survey, file: Path) -> Campaign:
    campaign = read_campaign(file)
    check_whole(campaign, survey)
    gates = Gates(campaign, survey)
    weights = weights_of(gates)
    status = status_of(gates, weights)
    return Campaign(
        error="", file=file.name, status=status, left=sum(one.items_left for one in status.needed),
        items=sum(one.items for one in status.needed),
        phases=tuple(_phases(gates, status)), next=status.next,
        grids=tuple(grid for grid in (_decisions(status), _items(status, weights), _figures(status)) if grid.lines),
    )  # fmt: skip


def _phases(gates: Gates, status: Status) -> Iterator[PhaseView]:
    told = {
        "complete": good("complete"), "lost": bad("not complete any more"), "current": "at work", "open": "to come",
        "not needed": "not needed",
    }  # fmt: skip
    for phase, one in zip(gates.campaign.phases, status.phases, strict=True):
        criteria = tuple(map(_criterion, gates.gate(phase).judgements)) if phase.needed else ()
        yield PhaseView(
            anchor("phase", phase.id), one, told[one.standing], items_told(one), criteria,
            () if phase.needed else phase.why,
        )


def _criterion(one: Judgement) -> Criterion:
    if one.met:
        sign = good("met")
    elif one.waiver is not None:
        sign = "waived"
    else:
        sign = "cannot tell" if one.unknown else bad("unmet")
    pieces = leading(one.evidence if one.met else one.left)
    waived = f"Waived by {one.waiver.by}: {one.waiver.reason}" if one.waiver is not None and not one.met else ""
    return Criterion(
        one.name, one.summary, sign, tuple(short(evidence_text(piece), LONGEST) for piece in pieces[:EVIDENCE]),
        max(0, len(pieces) - EVIDENCE),
        tuple(dict.fromkeys(piece.remedy for piece in pieces[:EVIDENCE] if piece.remedy)), waived,
    )


def _items(status: Status, weights: Mapping[str, PhaseRisk]) -> Grid:
    """What is left of the plan, phase by phase."""
    open_ = [one for one in status.phases if one.standing != "not needed"]
    lines = tuple(
        Line(
            (
                f"{one.number} {one.title}", item.item.order, item.item.title, "\n".join(item.item.where),
                item.item.effort, item.overall,
                good("go") if item.overall < status.risk_limit else bad("no-go"), item.item.command,
            ),
            anchor("work", one.id, item.name),
        )
        for one in open_ for item in weights[one.id].items
    )  # fmt: skip
    return Grid(
        id="campaign-items", caption="Work items that are left", shown=10, total=len(lines), lines=lines,
        columns=(
            Column("Phase", "text", choose=True), Column("Order", "number"), Column("Item"), Column("Where", "folded"),
            Column("Effort", "word", choose=True), Column("Risk", "number"), Column("Go", "mark", choose=True),
            Column("Command", "code"),
        ),
    )  # fmt: skip


def _decisions(status: Status) -> Grid:
    """Decisions that rest on what is not so any more."""
    return Grid(
        id="campaign-decisions", caption="Decisions to review", shown=20, total=len(status.decisions),
        columns=(Column("Decision"), Column("Place", "place"), Column("Rests on", "code"), Column("What has changed")),
        lines=tuple(
            Line((f"{one.decision}: {one.title}", f"{one.file}:{one.line}", one.link, one.what))
            for one in status.decisions
        ),
    )  # fmt: skip


def _figures(status: Status) -> Grid:
    """The figures that have changed since the plan was made."""
    changed = [one for one in status.figures if one.moved]
    recorded = list(dict.fromkeys(id for one in changed for id in one.phases))
    numbers = {one.id: one.number for one in status.phases}
    return Grid(
        id="campaign-figures", caption="Figures since the plan was made", shown=20, total=len(changed),
        columns=(
            Column("Figure"), Column("Plan", "number"), *(Column(f"Phase {numbers[id]}", "number") for id in recorded),
            Column("Now", "number"), Column("Since the plan", "mark"),
        ),
        lines=tuple(
            Line((
                one.name.replace("_", " "), one.plan, *(one.phases.get(id) for id in recorded), one.now, _moved(one)
            ))
            for one in sorted(changed, key=lambda one: not one.matters)
        ),
    )  # fmt: skip


def _moved(one: Figure) -> str:
    return good("better") if one.mark == "better" else bad("worse") if one.mark == "worse" else one.mark
