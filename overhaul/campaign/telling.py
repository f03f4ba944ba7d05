"""Tell of a campaign on the terminal: a phase with its evidence, and how far all of them are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from overhaul.campaign.gates import Gate, Judgement
from overhaul.campaign.model import Campaign, Phase
from overhaul.printable import printable

SHOWN: Final = 10
"""Pieces of evidence of one criterion that are shown unless all are asked for."""


def gate_lines(gate: Gate, campaign: Campaign, *, every: bool = False) -> Iterator[str]:
    """A phase: each criterion with its evidence, what is left, and whether the next phase may start."""
    phase = gate.phase
    yield f"Phase {phase.number}: {printable(phase.title)}"
    if not phase.needed:
        yield "  not needed" + "".join(f"; {printable(line)}" for line in phase.why)
        return
    for one in gate.judgements:
        yield from _judgement(one, every=every)
    yield ""
    yield f"{gate.percentage:.0f}% complete: {_counts(gate)}"
    yield from _next(gate, campaign)


def _judgement(one: Judgement, *, every: bool) -> Iterator[str]:
    mark = "met    " if one.met else "waived " if one.waiver is not None else "unknown" if one.unknown else "unmet  "
    yield f"  {mark}  {one.name}: {printable(one.summary)}"
    if one.waiver is not None and not one.met:
        yield f"             waived by {printable(one.waiver.by)}: {printable(one.waiver.reason)}"
    shown = one.evidence if one.met else one.left
    limit = len(shown) if every else SHOWN
    remedies = {piece.remedy for piece in shown if piece.remedy}
    for piece in shown[:limit]:
        at = f"{piece.place}: " if piece.place else ""
        yield f"             {printable(f'{at}{piece.what}')}"
        if piece.remedy and len(remedies) > 1:
            yield f"               -> {printable(piece.remedy)}"
    if len(shown) > limit:
        yield f"             and {len(shown) - limit:,} more (--all shows them)"
    if len(remedies) == 1:
        yield f"             -> {printable(remedies.pop())}"


def _counts(gate: Gate) -> str:
    met = sum(one.met for one in gate.judgements)
    waived = sum(one.passes and not one.met for one in gate.judgements)
    parts = [f"{met} of {len(gate.judgements)} criteria met"]
    if waived:
        parts.append(f"{waived} waived")
    if gate.left:
        parts.append(f"{len(gate.left)} left")
    return ", ".join(parts)


def _next(gate: Gate, campaign: Campaign) -> Iterator[str]:
    after = next((one for one in campaign.phases if one.needed and one.number > gate.phase.number), None)
    what = f"phase {after.number} ({after.title})" if after is not None else "the end of the campaign"
    if gate.phase.completed is not None:
        done = gate.phase.completed
        yield f"Completed by {printable(done.by)} on {done.on}." + (
            "" if gate.open else " It is not complete any more: see what is unmet above."
        )
    elif gate.open:
        command = f"overhaul phase {gate.phase.number} --complete --by NAME"
        yield f"The gate is open: `{command}` records it; then comes {what}."
    else:
        yield f"The gate is shut: {what} may not start."


def status_lines(campaign: Campaign, gates: dict[str, Gate], now: dict[str, float]) -> Iterator[str]:
    """How far each phase is, what has changed since the plan was made, and what comes next."""
    width = max((len(one.title) for one in campaign.phases), default=0)
    for phase in campaign.phases:
        yield f"{phase.number:3}  {printable(phase.title).ljust(width)}  {_standing(phase, gates.get(phase.id))}"
    yield ""
    changed = [
        f"  {name} {before:g} -> {now[name]:g}"
        for name, before in campaign.baseline.items() if name in now and now[name] != before
    ]  # fmt: skip
    yield "Since the plan was made:" if changed else "No figure has changed since the plan was made."
    yield from changed
    current = campaign.current
    if current is None:
        yield "All phases that are needed are complete."
        return
    yield ""
    yield f"Next, in phase {current.number} ({printable(current.title)}):"
    for item in sorted(current.items.values(), key=lambda one: one.order)[:5]:
        yield f"  {item.order}. {printable(item.title)} [{item.effort}, risk {item.risk:.2f}]"
        yield f"     {printable(item.command)}" if item.command else ""


def _standing(phase: Phase, gate: Gate | None) -> str:
    if not phase.needed:
        return "not needed"
    if gate is None:
        return "not judged"
    bar = f"{gate.percentage:3.0f}%  {_counts(gate)}"
    if phase.completed is None:
        return bar
    return f"{bar}, completed on {phase.completed.on}" + ("" if gate.open else ": NOT COMPLETE ANY MORE")
