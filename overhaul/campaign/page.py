"""The plan of a campaign as a page to read, in Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from overhaul.campaign.model import Campaign, Entry, Phase, WorkItem
from overhaul.campaign.reporting import code, text
from overhaul.campaign.risk import CATEGORIES
from overhaul.campaign.sketches import counted
from overhaul.leaves import Leaves

KINDS: Final = 12
"""Names of one kind that are listed."""


def plan_page(campaign: Campaign, leaves: Leaves) -> Iterator[str]:
    """The plan line by line: its phases, and of each what it is for, what must hold, and what is to be done.

    Of the campaign file alone, and the criteria that there are: the same file gives the same page.
    """
    yield f"# {text(campaign.title)}"
    yield ""
    needed = [one for one in campaign.phases if one.needed]
    items = sum(len(one.items) for one in needed)
    yield (
        f"{counted(len(campaign.phases), 'phase')}, {len(needed)} of them needed, with {counted(items, 'work item')}. "
        f"A phase or item goes when its risk is below {campaign.risk_limit:.2f}. What is reached stands here as the "
        f"campaign file has it; {code('overhaul status')} judges it by the code."
    )
    yield ""
    yield "| | Phase | Criteria | Items | Risk | |"
    yield "| ---: | --- | ---: | ---: | ---: | --- |"
    for one in campaign.phases:
        risk = "" if one.risk is None or not one.items else f"{one.risk:.2f}"
        cells = (
            str(one.number), f"[{text(one.title)}](#{_anchor(one)})", str(len(one.criteria)), str(len(one.items)), risk,
            _standing(one),
        )  # fmt: skip
        yield f"| {' | '.join(cells)} |"
    yield ""
    for one in campaign.phases:
        yield from _phase(one, leaves)
    yield from _inventory(campaign)


def _standing(phase: Phase) -> str:
    if not phase.needed:
        return "not needed"
    return f"completed on {phase.completed.on}" if phase.completed is not None else ""


def _anchor(phase: Phase) -> str:
    return f"phase-{phase.number}-{phase.id}"


def _phase(phase: Phase, leaves: Leaves) -> Iterator[str]:
    yield f'<a id="{_anchor(phase)}"></a>'
    yield ""
    yield f"## Phase {phase.number}: {text(phase.title)}"
    yield ""
    if phase.completed is not None:
        yield f"Completed on {phase.completed.on} by {text(phase.completed.by)}."
        yield ""
    if phase.needed:
        yield from (f"- {text(line)}" for line in phase.objectives)
        yield ""
    if phase.why:
        yield "Why:" if phase.needed else "Not needed:"
        yield ""
        yield from (f"- {text(line)}" for line in phase.why)
        yield ""
    if not phase.needed:
        return
    yield "### What must hold"
    yield ""
    for name, entry in phase.criteria.items():
        waiver = phase.waivers.get(name)
        waived = f" **Waived by {text(waiver.by)}: {text(waiver.reason)}**" if waiver is not None else ""
        yield f"- {code(name)}: {_criterion(name, entry, leaves)}{waived}"
    if not phase.criteria:
        yield "Nothing yet: a phase without criteria cannot be completed."
    yield ""
    if phase.items:
        yield "### What is to be done"
        yield ""
        for name, item in sorted(phase.items.items(), key=lambda one: (one[1].order, one[0])):
            yield from _item(phase, name, item)
        yield ""
    if phase.verify:
        yield f"Whether everything still works: {', '.join(map(code, phase.verify))}."
        yield ""
    if phase.rollback:
        yield f"Back to where the phase began: {code(phase.rollback)}."
        yield ""


def _criterion(name: str, entry: Entry, leaves: Leaves) -> str:
    if entry.expression:
        return code(entry.expression)
    if entry.silent:
        return f"{code(entry.silent)} has nothing to say"
    if entry.command:
        return f"{code(entry.command)} succeeds"
    if entry.statement:
        signed = f"signed by {text(entry.signed_by)}" if entry.signed_by else "not signed yet"
        return f"{text(entry.statement)} ({signed})"
    leaf = leaves.criteria.get(name)
    told = text(leaf.summary) if leaf is not None else "there is no such criterion"
    options = ", ".join(f"{key} = {value}" for key, value in entry.options.items())
    return f"{told} ({code(options)})" if options else told


def _item(phase: Phase, name: str, item: WorkItem) -> Iterator[str]:
    parts = (item.functionality, item.performance, item.integration, item.complexity)
    made_of = ", ".join(f"{kind} {value:.2f}" for kind, value in zip(CATEGORIES, parts, strict=True) if value)
    risk = f"risk {item.risk:.2f}{f' ({made_of})' if made_of else ''}"
    done = " (done)" if item.own and item.done else ""
    yield f"{item.order}. **{text(item.title)}**{done}: {item.effort}, {risk}"
    if item.where:
        yield f"   - where: {', '.join(map(code, item.where))}"
    if item.command:
        yield f"   - with: {code(item.command)}"
    for command in item.verify:
        yield f"   - verified by: {code(command)}"
    if after := [phase.items[one].title for one in item.after if one in phase.items]:
        yield f"   - after: {'; '.join(map(text, after))}"
    if item.own:
        yield f"   - written by hand: {code(name)}"


def _inventory(campaign: Campaign) -> Iterator[str]:
    if not campaign.inventory:
        return
    yield "## What there was when the plan was made"
    yield ""
    for kind, names in campaign.inventory.items():
        if names:
            more = f" and {len(names) - KINDS:,} more" if len(names) > KINDS else ""
            yield f"- {len(names):,} {text(kind.replace('_', ' '))}: {', '.join(map(code, names[:KINDS]))}{more}"
    yield ""
