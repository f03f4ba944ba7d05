"""Tell of a campaign on the terminal: a phase with its evidence, and how far all of them are."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

import click

from overhaul.campaign.gates import Gate, Judgement
from overhaul.campaign.model import Campaign
from overhaul.campaign.status import Action, Figure, PhaseStatus, Status, ToReview, items_told
from overhaul.evidence import Evidence
from overhaul.printable import printable

SHOWN: Final = 10
"""Pieces of evidence of one criterion that are shown unless all are asked for."""
LONGEST: Final = 400
"""Characters of one piece of evidence that are shown unless all are asked for."""
FIGURES: Final = 20
"""Figures that have changed and are shown."""
_COLOURS: Final = {
    "met": "green", "waived": "yellow", "unknown": "yellow", "unmet": "red",
    "complete": "green", "lost": "red", "better": "green", "worse": "red", "NO-GO": "red",
}  # fmt: skip
_SIGNS: Final = {"complete": "+", "lost": "!", "current": ">", "open": " ", "not needed": "-"}
_BAR: Final = 8
"""Characters of the bar of one phase."""
_NAMES: Final = 32
"""Characters of the name of a figure."""


def gate_lines(
    gate: Gate, campaign: Campaign, *, every: bool = False, width: int = 100, recording: bool = False
) -> Iterator[str]:  # fmt: skip
    """A phase: each criterion with its evidence, what is left, and whether the next phase may start.

    `recording`: somebody is about to complete it, and need not be told how.
    """
    phase = gate.phase
    yield from wrapped(f"Phase {phase.number}: {phase.title}", width, bold=True)
    if not phase.needed:
        yield from wrapped("not needed" + "".join(f"; {line}" for line in phase.why), width, "  ")
        return
    for one in gate.judgements:
        yield from _judgement(one, width, every=every)
    yield ""
    yield f"{gate.percentage:.0f}% complete: {counts(gate)}"
    if not (recording and gate.open):
        yield from wrapped(verdict(gate, campaign), width)


def wrapped(text: str, width: int, first: str = "", rest: str | None = None, *, bold: bool = False) -> Iterator[str]:
    """Text on lines of at most `width` columns; a word that is longer, such as a path, stays whole."""
    lines = textwrap.wrap(
        printable(text), width, initial_indent=first, subsequent_indent=first if rest is None else rest,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
    for line in lines:
        yield click.style(line, bold=True) if bold else line


def fitted(lines: Iterable[str], width: int) -> Iterator[str]:
    """Lines with those that are too long broken, and indented further than they were."""
    for line in lines:
        indent = line[: len(line) - len(line.lstrip())]
        if len(line) <= width:
            yield line
        else:
            yield from wrapped(line.lstrip(), width, indent, f"{indent}    ")


def _judgement(one: Judgement, width: int, *, every: bool) -> Iterator[str]:
    mark = "met" if one.met else "waived" if one.waiver is not None else "unknown" if one.unknown else "unmet"
    inner = " " * 6
    # What is met needs its name and what shows it; the rest is for who asks.
    brief = one.met and len(one.evidence) == 1 and not every
    said = evidence_text(one.evidence[0]) if brief else one.summary
    first, *more = wrapped(f"{one.name}: {said}", width, f"  {mark:<7}  ", " " * 11)
    yield first.replace(mark, click.style(mark, fg=_COLOURS[mark], bold=mark != "met"), 1)
    yield from more
    if brief:
        return
    if one.waiver is not None and not one.met:
        until = f" (until {one.waiver.until})" if one.waiver.until else ""
        yield from wrapped(f"waived by {one.waiver.by}{until}: {one.waiver.reason}", width, inner, f"{inner}  ")
    shown = leading(one.evidence if one.met else one.left)
    limit = len(shown) if every else SHOWN
    remedies = {piece.remedy for piece in shown if piece.remedy}
    for piece in shown[:limit]:
        told = evidence_text(piece)
        told = told if every or len(told) <= LONGEST else f"{told[: LONGEST - 1]}…"
        yield from wrapped(told, width, inner, f"{inner}  ")
        if piece.remedy and len(remedies) > 1:
            yield from wrapped(f"-> {piece.remedy}", width, f"{inner}  ", f"{inner}     ")
    if len(shown) > limit:
        yield f"{inner}and {len(shown) - limit:,} more (--all shows them)"
    if len(remedies) == 1:
        yield from wrapped(f"-> {remedies.pop()}", width, inner, f"{inner}   ")


def leading(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Evidence with what is about the whole before what has a place, else in its order."""
    return sorted(evidence, key=lambda piece: bool(piece.path))


def evidence_text(piece: Evidence) -> str:
    """`path:line: what`."""
    return f"{piece.place}: {piece.what}" if piece.place else piece.what


def counts(gate: Gate) -> str:
    """`3 of 5 criteria met, 1 waived, 1 left`."""
    met = sum(one.met for one in gate.judgements)
    waived = sum(one.passes and not one.met for one in gate.judgements)
    parts = [f"{met} of {len(gate.judgements)} criteria met"]
    if waived:
        parts.append(f"{waived} waived")
    if gate.left:
        parts.append(f"{len(gate.left)} left")
    return ", ".join(parts)


def following(gate: Gate, campaign: Campaign) -> str:
    """What comes behind a phase."""
    after = next((one for one in campaign.phases if one.needed and one.number > gate.phase.number), None)
    return f"phase {after.number} ({after.title})" if after is not None else "the end of the campaign"


def verdict(gate: Gate, campaign: Campaign) -> str:
    """Whether the next phase may start."""
    what = following(gate, campaign)
    if gate.phase.completed is not None:
        done = gate.phase.completed
        if gate.lost:
            return f"Completed by {done.by} on {done.on}. It is not complete any more: see what is unmet above."
        return f"Completed by {done.by} on {done.on}." + (
            "" if gate.open else f" Whether all of it still holds, `overhaul phase {gate.phase.number} --run` tells."
        )
    if gate.open:
        command = f"overhaul phase {gate.phase.number} --complete --by NAME"
        return f"The gate is open: `{command}` records it; then comes {what}."
    return f"The gate is shut: {what} may not start."


def status_lines(status: Status, *, width: int = 100, drawn: bool = False) -> Iterator[str]:
    """How far each phase is, what has changed since the plan was made, the risks, and what comes next.

    `drawn`: with bars, for a terminal.
    """
    items = sum(one.items for one in status.needed)
    left = sum(one.items_left for one in status.needed)
    yield from wrapped(status.title, width, bold=True)
    yield from wrapped(
        f"{status.complete} of {len(status.needed)} phases complete, {left:,} of {items:,} work items left", width
    )
    yield ""
    # What a plan has no room for is told where there is room.
    rows = [(one, *_cells(one, drawn=drawn, brief=width < 100)) for one in status.phases]
    met = max((len(text) for _, text, _ in rows), default=0)
    tail = max((len(text) for _, _, text in rows), default=0)
    spare = width - 6 - 6 - 2 - met - 2 - tail - (_BAR + 2 if drawn else 0)
    names = min(max((len(printable(one.title)) for one in status.phases), default=0), max(12, spare))
    for one, count, told in rows:
        yield _phase(one, names, count.rjust(met), told, drawn=drawn)
    yield ""
    yield from _figures(status, width)
    yield from _risks(status, width)
    yield from _decisions(status.decisions, width)
    yield ""
    yield from _actions(status.next, width, current=any(one.standing == "current" for one in status.phases))


def _cells(one: PhaseStatus, *, drawn: bool, brief: bool) -> tuple[str, str]:
    """How many criteria are met, and what of the items is left or when the phase was completed."""
    if one.standing == "not needed":
        return "", ""
    waived = f" +{len(one.waived)} waived" if one.waived else ""
    met = f"{one.met}/{one.criteria}{waived}" if drawn else f"{one.met} of {one.criteria} met{waived}"
    if one.standing == "lost":
        return met, "NOT COMPLETE ANY MORE"
    if one.completed_on is not None:
        return met, f"completed {one.completed_on}"
    return met, items_told(one, brief=brief)


def _phase(one: PhaseStatus, names: int, met: str, told: str, *, drawn: bool) -> str:
    title = printable(one.title)
    title = title if len(title) <= names else f"{title[: names - 1]}…"
    head = f"{_SIGNS[one.standing]}{one.number:3}  {title.ljust(names)}"
    head = click.style(head, fg=_COLOURS.get(one.standing), bold=one.standing in ("current", "lost") or None)
    if one.standing == "not needed":
        return f"{head}  not needed"
    full = int(one.percentage * _BAR / 100)
    bar = f"  {click.style('#' * full, fg='green')}{'.' * (_BAR - full)}" if drawn else ""
    return f"{head}{bar}  {one.percentage:3.0f}%  {met}  {told}".rstrip()


def _figures(status: Status, width: int) -> Iterator[str]:
    """A line each for the figures that have changed, with a column for each completed phase that there is room for."""
    changed = [one for one in status.figures if one.moved]
    if not changed:
        yield "No figure has changed since the plan was made."
        return
    shown = [one for one in changed if one.matters][:FIGURES] or changed[:FIGURES]
    numbers = {one.id: one.number for one in status.phases}
    recorded = list(dict.fromkeys(name for one in shown for name in one.phases))
    recorded = recorded[-max(0, (width - 2 - _NAMES - 2 * 10 - 8) // 10) :]
    titles = ["plan", *(f"phase {numbers[name]}" for name in recorded), "now"]
    head = "".join(f"{title:>10}" for title in titles)
    yield click.style(f"  {'since the plan was made':<{_NAMES}}{head}", bold=True)
    for one in shown:
        values = [one.plan, *(one.phases.get(name) for name in recorded), one.now]
        cells = "".join(f"{'' if value is None else f'{value:,.6g}':>10}" for value in values)
        mark = click.style(one.mark, fg=_COLOURS.get(one.mark))
        yield f"  {_named(one):<{_NAMES}}{cells}  {mark}".rstrip()
    if rest := len(changed) - len(shown):
        yield f"  and {rest:,} more that have changed (--json has all)"


def _named(one: Figure) -> str:
    name = printable(one.name.replace("_", " "))
    return name if len(name) <= _NAMES else f"{name[: _NAMES - 1]}…"


def _risks(status: Status, width: int) -> Iterator[str]:
    """Phases that are no-go, the riskiest first, and how many go."""
    risks = [(one, one.risk) for one in status.phases if one.risk is not None]
    if not risks:
        return
    yield ""
    yield click.style("Risk of what is left", bold=True) + f" (below {status.risk_limit:.2f} it goes)"
    over = sorted((pair for pair in risks if not pair[1].go), key=lambda pair: -pair[1].overall)
    for one, risk in over:
        parts = (
            f"functionality {risk.functionality:.2f}, performance {risk.performance:.2f}, "
            f"integration {risk.integration:.2f}, complexity {risk.complexity:.2f}"
        )
        head = f"  {click.style('NO-GO', fg='red', bold=True)}  {risk.overall:.2f}  "
        first, *more = wrapped(f"phase {one.number}: {parts}", width - 15)
        yield head + first
        yield from (f"{' ' * 15}{line}" for line in more)
    if going := [f"{one.number} ({risk.overall:.2f})" for one, risk in risks if risk.go]:
        noun = "phase" if len(going) == 1 else "phases"
        yield from wrapped(f"{noun} {', '.join(going)}", width, "  go     ", " " * 9)


def _decisions(changed: Sequence[ToReview], width: int) -> Iterator[str]:
    """Decisions that rest on what is not so any more, each with what has changed."""
    if not changed:
        return
    yield ""
    yield click.style("Decisions to review", bold=True)
    for called, group in groupby(changed, lambda one: one.decision):
        several = list(group)
        yield from wrapped(f"{called}: {several[0].title}", width, "  ", "    ")
        for one in several[:SHOWN]:
            yield from wrapped(f"{one.file}:{one.line}: {one.what}", width, "    ", "      ")
        if len(several) > SHOWN:
            yield f"    and {len(several) - SHOWN:,} more"
        yield f"    {click.style(printable(several[0].command), fg='cyan')}"


def _actions(actions: Sequence[Action], width: int, *, current: bool) -> Iterator[str]:
    if not actions:
        yield "Next: see `overhaul phase N`." if current else "All phases that are needed are complete."
        return
    yield click.style("Next", bold=True)
    for number, one in enumerate(actions, 1):
        told = f" [{one.effort}, risk {one.risk:.2f}]" if one.effort and one.risk is not None else ""
        yield from wrapped(f"{one.what}{told}", width, f"  {number}. ", "     ")
        if one.command:
            # On one line, to be copied.
            yield f"     {click.style(printable(one.command), fg='cyan')}"
