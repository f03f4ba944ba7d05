"""Complete a phase, waive a criterion, sign a statement: each a small edit of the campaign file."""

from __future__ import annotations

import datetime

import msgspec

from overhaul.campaign.gates import Gate, Gates
from overhaul.campaign.model import Completion, Phase, Waiver, named
from overhaul.campaign.writing import completed_text, entry_text
from overhaul.errors import Refused, UnknownName, UsageError
from overhaul.redundancy import BaselineMetric


def completed(text: str, gates: Gates, gate: Gate, by: str) -> str:
    """The text of the campaign file with a phase completed.

    One that was completed stays as it was recorded then. Raises Refused while a criterion is neither met nor waived,
    and while an earlier phase is not complete.
    """
    phase = gate.phase
    if not phase.needed:
        raise Refused(f"phase {phase.number} is not needed: set `needed = true` to work at it")
    if gate.left:
        names = ", ".join(one.name for one in gate.left)
        raise Refused(f"phase {phase.number} is at {gate.percentage:.0f}%: {names}: reach what is left, or --waive it")
    if not gate.open:
        raise Refused(f"phase {phase.number} has no criterion: nothing shows that it is complete: give it one")
    for earlier in gates.campaign.before(phase):
        if earlier.completed is None:
            raise Refused(f"phase {earlier.number} ({earlier.title}) comes before, not complete: complete it first")
        if lost := gates.gate(earlier).lost:
            names = ", ".join(one.name for one in lost)
            raise Refused(f"phase {earlier.number} ({earlier.title}) does not hold any more: {names}: mend it first")
    idle = [one.name for one in gate.judgements if one.met and one.name in phase.waivers]
    if idle:
        raise Refused(f"{', '.join(idle)}: is met, and its waiver would hide a loss: take the waiver out")
    if phase.completed is not None:
        return text
    survey = gates.survey
    completion = Completion(
        by=by, on=survey.day, metrics={row.name: row.value for row in survey.rows(BaselineMetric)},
        waived=tuple(one.name for one in gate.judgements if not one.met), criteria=tuple(sorted(phase.criteria)),
    )  # fmt: skip
    return completed_text(text, phase.id, completion)


def waived(text: str, phase: Phase, criterion: str, by: str, reason: str) -> str:
    """The text with a waiver. Raises UsageError without a reason, and UnknownName for what the phase has not."""
    _known(phase, criterion)
    if not named(reason):
        raise UsageError("--waive needs a reason: add --reason TEXT")
    if (old := phase.waivers.get(criterion)) is not None and old.until is not None:
        raise UsageError(f"{criterion} has a waiver until {old.until}: renew it in the file, with another `until`")
    return entry_text(text, phase.id, "waivers", criterion, Waiver(by=by, reason=reason))


def check_waivable(gate: Gate, criterion: str) -> None:
    """Raises Refused for a criterion that is met: a waiver would hide from then on that it is lost again."""
    if any(one.name == criterion and one.met for one in gate.judgements):
        raise Refused(f"{criterion} is met: there is nothing to waive")


def signed(text: str, phase: Phase, criterion: str, by: str, day: datetime.date) -> str:
    """The text with a statement signed. Raises UsageError for what is no statement, and UnknownName."""
    _known(phase, criterion)
    entry = phase.criteria[criterion]
    if not entry.statement:
        raise UsageError(f"{criterion} is no statement: it is judged by evidence, and can only be waived")
    entry = msgspec.structs.replace(entry, signed_by=by, signed_on=day)
    return entry_text(text, phase.id, "criteria", criterion, entry)


def _known(phase: Phase, criterion: str) -> None:
    if criterion not in phase.criteria:
        raise UnknownName("criterion", criterion, phase.criteria)
