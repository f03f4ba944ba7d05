"""Judge the gate of a phase: every criterion anew, from what is there, and what is missing counts as not reached."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import msgspec

from overhaul.campaign.deciding import folder
from overhaul.campaign.expressions import judged as expression_judged
from overhaul.campaign.model import Campaign, Entry, Phase, Waiver, named
from overhaul.deciding.keeping import UNIFY, Keeping
from overhaul.errors import ConfigError, UnknownName
from overhaul.evidence import Evidence, all_met, met, unmet, untold
from overhaul.files.discovery import SOURCES
from overhaul.inventory import testing
from overhaul.leaves import Criterion, row_of
from overhaul.options import Options
from overhaul.project import Project
from overhaul.survey import Survey
from overhaul.toml import check_keys, mismatch

Runner = Callable[[str], tuple[int | None, str]]
"""Runs a command of the user's own: its exit code, None where it does not end, and the end of what it printed."""


class Judgement(msgspec.Struct, frozen=True):
    """What has become of one criterion."""

    name: str
    summary: str
    """What must hold, in one line."""
    evidence: tuple[Evidence, ...]
    waiver: Waiver | None = None
    """One that counts today."""

    @property
    def met(self) -> bool:
        """Whether there is evidence, and all of it says so; a waiver does not make it so."""
        return all_met(self.evidence)

    @property
    def passes(self) -> bool:
        """Met, or waived."""
        return self.met or self.waiver is not None

    @property
    def unknown(self) -> bool:
        """Not met, and nothing says that it is not reached: somebody has to look, or a command to be run."""
        return not self.met and all(one.unknown for one in self.evidence if not one.met)

    @property
    def left(self) -> tuple[Evidence, ...]:
        """What is left to do."""
        return tuple(one for one in self.evidence if not one.met)


class Gate(msgspec.Struct, frozen=True):
    """What has become of all criteria of a phase."""

    phase: Phase
    judgements: tuple[Judgement, ...]

    @property
    def open(self) -> bool:
        """Whether the phase may be completed: each criterion is met or waived, and there is one at least."""
        return not self.phase.needed or (bool(self.judgements) and all(one.passes for one in self.judgements))

    @property
    def percentage(self) -> float:
        """Percent of the criteria that are met; those that are waived do not count as met."""
        if not self.judgements:
            return 0.0
        return 100 * sum(one.met for one in self.judgements) / len(self.judgements)

    @property
    def left(self) -> tuple[Judgement, ...]:
        """The criteria that are neither met nor waived."""
        return tuple(one for one in self.judgements if not one.passes)

    @property
    def lost(self) -> tuple[Judgement, ...]:
        """Those of them that are surely not met: of the others nobody can tell, say because no command was run."""
        return tuple(one for one in self.left if any(not piece.unknown for piece in one.left))


class Ground:
    """What a criterion stands on beside the tables that it asks for."""

    def __init__(self, gates: Gates, phase: Phase, name: str) -> None:
        """Made by `Gates` for the criterion `name` of a phase."""
        self._gates = gates
        self.phase = phase
        self.name = name
        """Of the criterion, as the campaign has it."""

    @property
    def campaign(self) -> Campaign:
        """What the campaign file says."""
        return self._gates.campaign

    @property
    def survey(self) -> Survey:
        """The survey: failures, findings, every table."""
        return self._gates.survey

    @property
    def project(self) -> Project:
        """The project, as codemods see it: types, occurrences, sources."""
        return self._gates.project

    @property
    def run(self) -> Runner | None:
        """Runs commands of the user's own; None where that was not asked for."""
        return self._gates.run

    def silent(self, *rules: str) -> Iterator[Evidence]:
        """What some rules have to say, as evidence, selected or not; one that is met where they say nothing."""
        return self._gates.silent(sorted(rules))

    def kept(self, dotted: str, act: str = UNIFY) -> str:
        """`kept by decision 0007 (...)` where a decision says that something is not to be unified; else "".

        That it holds something which is protected does not count: who wants that protects it as a whole.
        """
        found = self._gates.keeping.exactly(dotted, act)
        return found.why if found is not None else ""

    def succeeds(self, command: str) -> Evidence:
        """Whether a command of the user's own exits with 0; unknown where it may not be run, or does not end."""
        return self._gates.succeeds(command)

    def earlier(self) -> Iterator[Gate]:
        """The gates of the needed phases before this one, in their order, judged anew."""
        return (self._gates.gate(one) for one in self.campaign.before(self.phase))


class Gates:
    """The gates of a campaign, each judged when it is asked for, once."""

    def __init__(self, campaign: Campaign, survey: Survey, run: Runner | None = None) -> None:
        """`run` is given where commands may be run: they are the user's own, from the campaign file."""
        self.campaign = campaign
        self.survey = survey
        self.run = run
        self._judged: dict[str, Gate] = {}

    @cached_property
    def project(self) -> Project:
        """The project, as codemods see it."""
        return Project(self.survey)

    @cached_property
    def keeping(self) -> Keeping:
        """What decisions protect."""
        return Keeping(self.survey, folder(self.campaign, self.survey.root))

    def gate(self, phase: Phase) -> Gate:
        """The gate of a phase.

        Raises ConfigError for criteria that there are not, or whose options or expressions cannot be meant so.
        """
        found = self._judged.get(phase.id)
        if found is None:
            judgements = (
                *(self._judgement(phase, name, entry) for name, entry in phase.criteria.items()),
                *_dropped(phase),
            )
            found = self._judged[phase.id] = Gate(phase, judgements)
        return found

    def _judgement(self, phase: Phase, name: str, entry: Entry) -> Judgement:
        waiver = phase.waivers.get(name)
        counting = waiver if waiver is not None and waiver.counts(self.survey.day) else None
        summary, evidence = self._evidence(phase, name, entry)
        if waiver is not None and counting is None:
            evidence = (*evidence, *_expired(waiver, self.survey.day, evidence))
        return Judgement(name, summary, evidence, counting)

    def _evidence(self, phase: Phase, name: str, entry: Entry) -> tuple[str, tuple[Evidence, ...]]:
        where = f"{self.campaign.source}: [phases.{phase.id}.criteria.{name}]"
        if entry.expression:
            told = expression_judged(entry.expression, self.survey, self.campaign, where)
            return entry.expression, (*told, *self._unseen())
        if entry.silent:
            return f"{entry.silent} has nothing to say", tuple(self.silent(self._rules(entry.silent, where)))
        if entry.command:
            return f"`{entry.command}` succeeds", (self.succeeds(entry.command),)
        if entry.statement:
            return entry.statement, (_signed(entry),)
        try:
            criterion = self.survey.leaves.criterion(name)
        except UnknownName as error:
            raise ConfigError(
                f"{where}: {error} Or write expression, silent, command or statement below it"
            ) from None
        given: dict[Any, object] = {Ground: Ground(self, phase, name), **_options(criterion, entry, where)}
        found = tuple(self.survey.evidence(criterion, given)) or (
            untold(f"{name} has looked at nothing: that is a mistake in {criterion.where}"),
        )
        reads = any(row_of(hint) is not None for hint in criterion.reads.values())
        unseen = tuple(one for one in self._unseen() if reads and one not in found)
        return criterion.summary, (*found, *unseen)

    def _unseen(self) -> Iterator[Evidence]:
        """That files of the program could not be analysed: whatever is to be gone may stand in them."""
        paths = [one.path for one in self.survey.failures if one.path.endswith(SOURCES) and not testing(one.path)]
        if paths:
            count = f"{len(paths)} files" if len(paths) > 1 else "a file"
            shown = ", ".join(paths[:3]) + (" ..." if len(paths) > 3 else "")
            yield untold(f"{count} could not be analysed: {shown}", "mend it, or `exclude` it")

    def silent(self, rules: Sequence[str]) -> Iterator[Evidence]:
        """What some rules have to say, as evidence; they run whether or not the settings select them."""
        # What the baseline has is left to do all the same.
        findings = self.survey.said(rules)
        for one in findings:
            told = f"{one.rule}: {one.message}" if len(rules) > 1 else one.message
            named = f"{one.module}.{one.name}".strip(".")
            yield unmet(told, one.path, one.line, named, remedy=f"overhaul explain {one.rule}")
        if not findings:
            yield met(f"{', '.join(rules)}: nothing found")
        yield from self._unseen()

    def _rules(self, named: str, where: str) -> list[str]:
        try:
            return sorted(self.survey.leaves.rules_named([named]))
        except UnknownName as error:
            raise ConfigError(f"{where}: {error}") from None

    def succeeds(self, command: str) -> Evidence:
        """Whether a command of the user's own exits with 0; unknown where it may not be run, or does not end."""
        if self.run is None:
            return untold(f"`{command}` was not run", "run it with --run")
        code, printed = self.run(command)
        if code == 0:
            return met(f"`{command}` exits with 0")
        if code is None:
            return untold(f"`{command}` {printed}", "give it more time: `timeout` in [tool.overhaul.verify]")
        return unmet(f"`{command}` exits with {code}: {printed or 'it says nothing'}", remedy=command)


def _dropped(phase: Phase) -> Iterator[Judgement]:
    """What a phase was asked for when it was completed, and is asked for no more."""
    done = phase.completed
    for name in done.criteria if done is not None else ():
        if name not in phase.criteria:
            gone = unmet("it was asked for when the phase was completed, and is gone", remedy="put it back")
            yield Judgement(name, "is asked for", (gone,))
    if done is not None and not done.criteria and not phase.criteria:
        gone = unmet("the phase has no criterion any more", remedy="put back what it was completed by")
        yield Judgement("criteria", "are asked for", (gone,))


def _expired(waiver: Waiver, day: datetime.date, evidence: tuple[Evidence, ...]) -> Iterator[Evidence]:
    left = [one for one in evidence if not one.met]
    if left or not evidence:
        told = f"the waiver of {waiver.by} ended on {waiver.until}, today is {day}"
        # That it has ended says no more than what it was for.
        yield untold(told, "renew it, or do it") if all(one.unknown for one in left) else unmet(
            told, remedy="renew it, or do it"
        )


def _signed(entry: Entry) -> Evidence:
    if not named(entry.signed_by):
        return untold("nobody has signed it", "write `signed-by` below the criterion, or use `overhaul phase N --sign`")
    on = f" on {entry.signed_on}" if entry.signed_on else ""
    return met(f"signed by {entry.signed_by}{on}")


def _options(criterion: Criterion, entry: Entry, where: str) -> Mapping[type[Options], Options]:
    asked = criterion.options
    if asked is None:
        if entry.options:
            raise ConfigError(f"{where}: {criterion.name} has no options: take them out")
        return {}
    check_keys(f"{where} options:", entry.options, [field.encode_name for field in msgspec.structs.fields(asked)])
    for field in msgspec.structs.fields(asked):
        if field.encode_name in entry.options:
            value = entry.options[field.encode_name]
            try:
                msgspec.convert(value, field.type)
            except msgspec.ValidationError as error:
                at = f"{where} options.{field.encode_name}"
                raise ConfigError(f"{at}: {mismatch(error, value, field.type)}: mend the value") from error
    return {asked: msgspec.convert(entry.options, asked)}
