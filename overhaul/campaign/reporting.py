"""Write of a campaign in Markdown: the completion report of a phase."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from overhaul.campaign.deciding import changes, folder
from overhaul.campaign.gates import Gate, Gates, Judgement
from overhaul.campaign.model import Campaign, Phase
from overhaul.campaign.risk import CATEGORIES
from overhaul.campaign.sketches import counted
from overhaul.campaign.status import mark
from overhaul.campaign.telling import counts, evidence_text, following, leading
from overhaul.campaign.weighing import PhaseRisk, weighed_phase
from overhaul.deciding.reading import read_records
from overhaul.exchange import as_markdown
from overhaul.printable import printable
from overhaul.redundancy import BaselineMetric
from overhaul.transaction.history import Listed

SHOWN: Final = 20
"""Pieces of evidence of one criterion that are written unless all are asked for."""
LONGEST: Final = 600
"""Characters of one piece of evidence, title or reason."""
_SIGNS: Final = {"met": "✅ met", "waived": "⚠️ waived", "unknown": "❔ unknown", "unmet": "❌ unmet"}



def phase_report(
    gates: Gates, phase: Phase, migrations: Sequence[Listed] = (), *, every: bool = False
) -> Iterator[str]:  # fmt: skip
    """The completion report of a phase, line by line; `migrations` are its transactions, the oldest first.

    Each criterion is judged anew; the day of completion is the only one that it names. The figures behind the phase are
    those of that day, where it is completed.
    """
    gate = gates.gate(phase)
    campaign = gates.campaign
    yield f"# Phase {phase.number} completion report: {text(phase.title)}"
    yield ""
    yield text(campaign.title)
    yield ""
    yield from _head(gate, campaign)
    if not phase.needed:
        yield from _list("Why it is not needed", phase.why)
        return
    yield from _list("Objectives", phase.objectives)
    yield "## Results"
    yield ""
    for one in gate.judgements:
        yield from _judgement(one, every=every)
    yield from _figures(phase, campaign, gates.survey.rows(BaselineMetric))
    weight = weighed_phase(gates.project, campaign, phase)
    yield from _items(phase, weight)
    yield from _risk(phase, weight)
    yield from _waivers(phase, gate)
    yield from _migrations(phase, migrations)
    yield from _decisions(gates, phase)


def _head(gate: Gate, campaign: Campaign) -> Iterator[str]:
    phase = gate.phase
    done = phase.completed
    waived = sum(one.passes and not one.met for one in gate.judgements)
    if not phase.needed:
        success = "not needed"
    elif gate.open:
        criteria = "criterion" if waived == 1 else "criteria"
        success = "✅ COMPLETE" + (f", {waived} {criteria} waived" if waived else "")
    elif done is not None and not gate.lost:
        success = "❔ it was completed; what asks for a command was not looked at again (`--run`)"
    else:
        success = "❌ INCOMPLETE" + (": it was completed, and is not any more" if done is not None else "")
    yield "| | |"
    yield "| --- | --- |"
    yield f"| Overall success | {success} |"
    if phase.needed:
        yield f"| Completion | {gate.percentage:.1f}%: {counts(gate)} |"
    yield f"| Next phase ready | {_ready(gate, campaign)} |"
    if done is not None:
        yield f"| Completed | on {done.on} by {text(done.by)} |"
    if phase.rollback:
        yield f"| Rollback | {code(phase.rollback)} |"
    yield ""


def _ready(gate: Gate, campaign: Campaign) -> str:
    what = text(following(gate, campaign))
    if not gate.open and (gate.lost or gate.phase.completed is None):
        return f"No: {what} may not start"
    earlier = [one for one in campaign.before(gate.phase) if one.completed is None]
    if earlier:
        return f"No: phase {earlier[0].number} ({text(earlier[0].title)}) is not complete"
    if gate.phase.needed and gate.phase.completed is None:
        return f"Once it is recorded: {code(f'overhaul phase {gate.phase.number} --complete --by NAME')}"
    return f"Yes: {what}"


def _judgement(one: Judgement, *, every: bool) -> Iterator[str]:
    outcome = "met" if one.met else "waived" if one.waiver is not None else "unknown" if one.unknown else "unmet"
    yield f"### {_SIGNS[outcome]}: {code(one.name)}"
    yield ""
    yield text(one.summary)
    yield ""
    if one.waiver is not None and not one.met:
        yield f"- waived by {text(one.waiver.by)}: {text(one.waiver.reason)}"
    shown = leading(one.evidence if one.met else one.left)
    limit = len(shown) if every else SHOWN
    for piece in shown[:limit]:
        yield f"- {text(evidence_text(piece))}"
    if len(shown) > limit:
        yield f"- and {len(shown) - limit:,} more"
    for remedy in dict.fromkeys(piece.remedy for piece in shown[:limit] if piece.remedy):
        yield f"- to do: {code(remedy)}"
    yield ""


def _figures(phase: Phase, campaign: Campaign, rows: Sequence[BaselineMetric]) -> Iterator[str]:
    """What has become other between the phase before and this one: of an open one, and now."""
    done = phase.completed
    earlier = [one for one in campaign.before(phase) if one.completed is not None and one.completed.metrics]
    last = earlier[-1] if earlier else None
    before = dict(campaign.baseline)
    if last is not None and last.completed is not None:
        before |= last.completed.metrics
    after = done.metrics if done is not None and done.metrics else {row.name: row.value for row in rows}
    changed = [row for row in rows if before.get(row.name, after.get(row.name)) != after.get(row.name)]
    yield "## Figures before and after"
    yield ""
    since = f"behind phase {last.number}" if last is not None else "when the plan was made"
    until = f"on {done.on}" if done is not None and done.metrics else "now"
    if not changed:
        yield f"No figure is another than it was {since}."
        yield ""
        return
    yield f"| Figure | Plan | Before: {since} | After: {until} | |"
    yield "| --- | ---: | ---: | ---: | --- |"
    for row in changed:
        values = (campaign.baseline.get(row.name), before.get(row.name), after.get(row.name))
        told = " | ".join("" if value is None else f"{value:,.6g}" for value in values)
        first, second = before.get(row.name), after.get(row.name)
        how = mark(first, second, row.better) if first is not None and second is not None else ""
        yield f"| {text(row.name.replace('_', ' '))} | {told} | {how} |"
    same = sum(row.name in before for row in rows) - len(changed)
    yield ""
    yield f"{counted(same, 'figure')} more {'is' if same == 1 else 'are'} as before."
    yield ""


def _items(phase: Phase, weight: PhaseRisk) -> Iterator[str]:
    if not phase.items:
        return
    left = {one.name for one in weight.items}
    yield "## Work items"
    yield ""
    yield f"{len(phase.items) - len(left)} of {counted(len(phase.items), 'item')} done."
    yield ""
    yield "| | Item | Effort | Risk |"
    yield "| --- | --- | --- | ---: |"
    for name, item in sorted(phase.items.items(), key=lambda one: (one[1].order, one[0])):
        sign = "left" if name in left else "done"
        yield f"| {sign} | {text(item.title)} | {item.effort} | {item.risk:.2f} |"
    yield ""


def _risk(phase: Phase, weight: PhaseRisk) -> Iterator[str]:
    yield "## Risk"
    yield ""
    if phase.risk is not None:
        yield f"When the plan was made: {phase.risk:.2f}."
    if not weight.items:
        yield "Nothing of the plan is left to do." if phase.items else "The plan has no items here."
        yield ""
        return
    go = "go" if weight.go else "NO-GO"
    parts = ", ".join(f"{name} {value:.2f}" for name, value in zip(CATEGORIES, weight.risk.categories, strict=True))
    yield f"What is left: {weight.overall:.2f}, {go} (below {weight.limit:.2f} it goes): {parts}."
    yield ""
    for one in weight.over:
        yield f"- {one.overall:.2f} {text(one.item.title)}"
        for way in one.ways:
            yield f"  - {way.before:.2f} → {way.after:.2f}: {text(way.what)}"
    if weight.over:
        yield ""


def _waivers(phase: Phase, gate: Gate) -> Iterator[str]:
    counting = {one.name for one in gate.judgements if one.waiver is not None}
    needless = {one.name for one in gate.judgements if one.met}
    yield "## Waivers"
    yield ""
    if not phase.waivers:
        yield "None."
    for name, one in phase.waivers.items():
        until = f", until {one.until}" if one.until is not None else ""
        told = "" if name in counting else " (it has ended)"
        told += " (not needed: the criterion is met)" if name in needless else ""
        yield f"- {code(name)}, by {text(one.by)}{until}: {text(one.reason)}{told}"
    yield ""


def _migrations(phase: Phase, migrations: Sequence[Listed]) -> Iterator[str]:
    yield "## Migrations applied"
    yield ""
    if not migrations:
        yield "None is in the journals of this machine."
        yield ""
        return
    for one in migrations:
        kinds = ("edited", one.edited), ("created", one.created), ("deleted", one.deleted), ("moved", one.moved)
        files = ", ".join(f"{number:,} {kind}" for kind, number in kinds if number)
        state = "" if one.state == "written" else f" ({text(one.state)})"
        yield f"- {one.number}: {text(one.title)}{f': files: {files}' if files else ''}{state}"
    yield ""
    yield f"{code(f'overhaul undo --phase {phase.number}')} takes them back."
    yield ""


def _decisions(gates: Gates, phase: Phase) -> Iterator[str]:
    """Decisions and patterns of the phase, with what has changed of their evidence."""
    survey, campaign = gates.survey, gates.campaign
    records = [
        one for one in read_records(folder(campaign, survey.root), survey.root)
        if one.block.phase in (phase.id, str(phase.number))
    ]  # fmt: skip
    yield "## Decisions"
    yield ""
    if not records:
        yield "None is recorded for this phase."
    for one in records:
        yield f"- {one.called}: {text(one.title)} ({text(one.status)}): {code(one.file)}"
        for change in changes(one, survey, campaign):
            yield f"  - to review: {text(change.what)}"
    yield ""


def _list(title: str, lines: Iterable[str]) -> Iterator[str]:
    shown = [f"- {text(line)}" for line in lines]
    if shown:
        yield f"## {title}"
        yield ""
        yield from shown
        yield ""


def text(value: str) -> str:
    """Text that Markdown takes for nothing else; what stands between backticks is code."""
    pieces = (value if len(value) <= LONGEST else f"{value[: LONGEST - 1]}…").split("`")
    if len(pieces) % 2 == 0 or not all(pieces[1::2]):
        return as_markdown("`".join(pieces))
    return "".join(code(piece) if number % 2 else as_markdown(piece) for number, piece in enumerate(pieces))


def code(value: str) -> str:
    """Text as code, in a table too."""
    shown = printable(value)
    ticks = "`"
    while ticks in shown:
        ticks += "`"
    room = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{ticks}{room}{shown}{room}{ticks}".replace("|", "\\|")


def document(lines: Iterable[str]) -> str:
    """Lines as a document: without a second empty line behind one, and none at its end."""
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).rstrip("\n") + "\n"
