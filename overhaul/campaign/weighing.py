"""Weigh a phase as it is now: its risk and that of its items, go or no-go, and what would lower it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from overhaul.campaign.items import Item, sketches, weighed
from overhaul.campaign.measuring import Measuring
from overhaul.campaign.model import Campaign, Phase, WorkItem
from overhaul.campaign.risk import (
    CATEGORIES,
    Assessment,
    Measured,
    Mitigation,
    blended,
    mitigations,
    parts_of,
    together,
)
from overhaul.printable import printable
from overhaul.project import Project

SHOWN: Final = 5
"""Items over the limit, and mitigations, that are told unless all are asked for."""


class WeighedItem(msgspec.Struct, frozen=True):
    """One item of a campaign with its risk."""

    name: str
    item: WorkItem
    risk: Assessment
    measured: Measured | None
    """None for an item of somebody's own, whose risk is what the campaign says."""
    ways: tuple[Mitigation, ...]

    @property
    def overall(self) -> float:
        """0 to 1; of somebody's own what was written."""
        return self.item.risk if self.measured is None else self.risk.overall


class PhaseRisk(msgspec.Struct, frozen=True):
    """What a phase risks, of the items that are left in it."""

    limit: float
    items: tuple[WeighedItem, ...]
    """By their order; done ones are not among them."""
    done: int
    """Items that the campaign has and an audit does not draft any more."""
    more: int = 0
    """Items that an audit drafts and the campaign has not: they were not worth a place in it, or are new."""

    @property
    def risk(self) -> Assessment:
        """The four categories."""
        return together([one.risk for one in self.items])

    @property
    def overall(self) -> float:
        """0 to 1; 0 where nothing is left."""
        return blended([one.overall for one in self.items])

    @property
    def go(self) -> bool:
        """Whether it is below the limit of the campaign."""
        return self.overall < self.limit

    @property
    def over(self) -> tuple[WeighedItem, ...]:
        """The items that are not below it, the riskiest first."""
        return tuple(sorted((one for one in self.items if one.overall >= self.limit), key=lambda one: -one.overall))


def weighed_phase(
    project: Project, campaign: Campaign, phase: Phase, measuring: Measuring | None = None
) -> PhaseRisk:  # fmt: skip
    """The items of a phase that are left, each with the risk that it has now.

    `measuring` is shared by those who weigh several phases.
    """
    measuring = measuring or Measuring(project)
    now = {one.identity: one for one in sketches(project, phase.id, phase.family)}
    found: list[WeighedItem] = []
    done = 0
    for name, item in sorted(phase.items.items(), key=lambda one: one[1].order):
        if name in now:
            one = weighed(now[name], measuring)
            found.append(WeighedItem(name, item, one.risk, one.measured, tuple(_ways(one, measuring))))
        elif item.own and not item.done:
            risk = Assessment(item.functionality, item.performance, item.integration, item.complexity)
            found.append(WeighedItem(name, item, risk, None, ()))
        else:
            done += 1
    return PhaseRisk(campaign.risk_limit, tuple(found), done, len(now.keys() - phase.items.keys()))


def _ways(one: Item, measuring: Measuring) -> Iterator[Mitigation]:
    if one.sketch.changes:
        yield from mitigations(one.measured, measuring.alone(one.sketch))


def risk_lines(found: PhaseRisk, number: int, *, detailed: bool = False) -> Iterator[str]:
    """The risk of a phase in a few lines; with all parts of each item when they are asked for."""
    if not found.items:
        yield "Risk: nothing of the plan is left to do." if found.done else "Risk: the plan has no items here."
        return
    go = "GO" if found.go else "NO-GO"
    yield f"Risk {found.overall:.2f}: {go} (below {found.limit:.2f} it goes)"
    yield f"  {_categories(found.risk)}"
    over = found.over
    shown = found.items if detailed else over[:SHOWN]
    if over and not detailed:
        yield f"  {len(over)} of {len(found.items)} items not below it" + (", the riskiest:" if len(over) > 1 else ":")
    for one in shown:
        yield from _item(one, found.limit, detailed=detailed)
    if not detailed:
        if len(over) > len(shown):
            yield f"  and {len(over) - len(shown)} more"
        yield f"  (`overhaul phase {number} --risk` shows every part)"
    yield from _what_if(found)


def _categories(risk: Assessment) -> str:
    return ", ".join(f"{name} {value:.2f}" for name, value in zip(CATEGORIES, risk.categories, strict=True))


def _item(one: WeighedItem, limit: float, *, detailed: bool) -> Iterator[str]:
    mark = "go   " if one.overall < limit else "NO-GO"
    yield f"  {mark} {one.overall:.2f}  {printable(one.item.title)}"
    if detailed:
        yield f"        {_categories(one.risk)}"
        if one.measured is not None:
            for part in parts_of(one.measured):
                if part.value:
                    yield f"          {part.category}: {part.name} {part.value:.2f}: {printable(part.measure)}"
        else:
            yield "          as it was written in the campaign"
    for way in one.ways if detailed else one.ways[:2]:
        go = " (go)" if way.before >= limit > way.after else ""
        yield f"        {way.before:.2f} -> {way.after:.2f}{go}  {printable(way.what)}"


def _what_if(found: PhaseRisk) -> Iterator[str]:
    """What the whole phase would come to with every item as safe as it can be made."""
    least = [min((way.after for way in one.ways), default=one.overall) for one in found.items]
    after = blended(least)
    if found.overall - after >= 0.005:
        go = "go" if after < found.limit else "still no-go: split or leave out what is riskiest"
        yield f"  With all of these mitigations the phase comes to {after:.2f}: {go}."

