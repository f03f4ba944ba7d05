"""What belongs to a step that is written: its phase in a campaign, and what takes it back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from overhaul.campaign.reading import named_phase, read_campaign
from overhaul.campaign.triggers import Watch
from overhaul.commands.running import say
from overhaul.commands.undo import journals_home
from overhaul.commands.workspace import Workspace
from overhaul.config import Trigger, Verify
from overhaul.errors import NotWritten, OverhaulError, UnknownName, UsageError
from overhaul.plans import Plan
from overhaul.standing import ours
from overhaul.survey import Survey, survey
from overhaul.transaction.writing import undo


def triggers_of(texts: Sequence[str]) -> tuple[Trigger, ...]:
    """What `--roll-back-on` names. Raises UnknownName, and UsageError where it names none."""
    known: tuple[Trigger, ...] = get_args(Trigger)
    named = [one.strip() for text in texts for one in text.split(",") if one.strip()]
    if texts and not named:
        raise UsageError(f"--roll-back-on names no trigger: name some of {', '.join(known)}")
    for one in named:
        if one not in known:
            raise UnknownName("trigger", one, known)
    return tuple(one for one in known if one in named)


def watching(survey: Survey, triggers: Sequence[Trigger], own: Verify | None) -> Watch:
    """Measure what is to be held against what is behind the step; `own` are the checks of the migration file.

    Raises UsageError where the settings, with the commands in them, were put there by another user.
    """
    source = survey.config.source
    if source and not ours(Path(source), survey.root):
        raise UsageError(f"{source}: belongs to another user, so that its commands are not run: make it yours first")
    return Watch(survey, triggers, own or survey.config.verify, lambda line: say(f"overhaul: {line}"))


def rolled_back(workspace: Workspace, watch: Watch, made: Plan, number: str) -> tuple[str, ...]:
    """Take a step back when a trigger fires; why, one line each, which is said.

    Whatever goes wrong while it is looked at, Ctrl-C included, takes it back too: nobody has said that all is well.
    Raises OverhaulError when it cannot be taken back.
    """
    try:
        behind = survey(workspace.root, workspace.config, workspace.leaves, store=workspace.store)
        fired = tuple(watch.fired(behind, made.files, (*made.moved, *made.replaced)))
    except BaseException as error:
        why = "interrupted" if isinstance(error, KeyboardInterrupt) else f"{type(error).__name__}: {error}"
        _take_back(workspace, number, [f"what is behind {number} could not be looked at ({why})"])
        raise
    if fired:
        _take_back(workspace, number, fired)
    return fired


def _take_back(workspace: Workspace, number: str, why: Sequence[str]) -> None:
    for line in why:
        say(line)
    try:
        done = undo(workspace.root, int(number), store=journals_home(workspace.root))
    except (OverhaulError, KeyboardInterrupt) as error:
        for line in error.reasons if isinstance(error, NotWritten) else [str(error) or "interrupted"]:
            say(line)
        raise OverhaulError(
            f"{number} stays written, since it could not be taken back for what is said above: look at it, mend that, "
            f"then `overhaul undo {number}`"
        ) from error
    for note in done.notes:
        say(note)
    say(f"overhaul: {number} was taken back, because of what is said above: all that it has changed is as before")


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
