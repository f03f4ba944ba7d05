"""What belongs to a step that is written: its phase in a campaign, and what takes it back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from overhaul.campaign.reading import named_phase, read_campaign
from overhaul.campaign.triggers import Watch
from overhaul.commands.running import say
from overhaul.commands.undo import journals_home
from overhaul.commands.workspace import Workspace
from overhaul.config import Trigger, Verify
from overhaul.errors import UnknownName
from overhaul.plans import Plan
from overhaul.survey import Survey, survey
from overhaul.transaction.writing import undo


def triggers_of(texts: Sequence[str]) -> tuple[Trigger, ...]:
    """What `--roll-back-on` names. Raises UnknownName."""
    known: tuple[Trigger, ...] = get_args(Trigger)
    named = [one.strip() for text in texts for one in text.split(",") if one.strip()]
    for one in named:
        if one not in known:
            raise UnknownName("trigger", one, known)
    return tuple(one for one in known if one in named)


def watching(survey: Survey, triggers: Sequence[Trigger], own: Verify | None) -> Watch:
    """Measure what is to be held against what is behind the step; `own` are the checks of the migration file."""
    commands = (own or survey.config.verify).commands
    return Watch(survey, triggers, commands, lambda line: say(f"overhaul: {line}"))


def rolled_back(workspace: Workspace, watch: Watch, made: Plan, number: str) -> tuple[str, ...]:
    """Take a step back when a trigger fires; why, one line each.

    Whatever goes wrong while it is looked at takes it back too: nobody has said that all is well.
    """
    fired: tuple[str, ...] = ("what is behind it could not be looked at",)
    try:
        behind = survey(workspace.root, workspace.config, workspace.leaves, store=workspace.store)
        fired = tuple(watch.fired(behind, (*made.moved, *made.replaced)))
    finally:
        if fired:
            undo(workspace.root, int(number), store=journals_home(workspace.root))
    return fired


def phase_of(workspace: Workspace, named: str | None) -> str:
    """The phase of a campaign that what is written belongs to: the one that is named, else the current one.

    "" where there is none. Raises UsageError when one is named and there is no campaign, UnknownName, and ConfigError.
    """
    file = journals_home(workspace.root) / workspace.config.campaign
    if named == "none" or (named is None and not file.exists()):
        return ""
    campaign = read_campaign(file)
    if named is not None:
        return named_phase(campaign, named).id
    return campaign.current.id if campaign.current is not None else ""
