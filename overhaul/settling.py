"""Tell what a migration has done already from what it has still to do, and from what never was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.changes import Target
from overhaul.errors import Refused
from overhaul.plans import Step
from overhaul.project import Project


def settled(project: Project, steps: Sequence[Step]) -> bool:
    """Whether the first step has nothing to do because it was done, and those behind it too.

    What it names is not there, and what all of the steps together make of the name is.
    """
    named = _target(steps[0])
    if named is None or _there(project, named):
        return False
    known = {named}
    for step in steps:
        known = {after for one in known for after in _afterwards(step, one)}
    return any(_there(project, one) for one in known - {named})


def _target(step: Step) -> Target | None:
    """What a step names."""
    text: object = getattr(step.request, "target", None)
    if not isinstance(text, str) or not text:
        return None
    module, _, name = text.partition(":")
    return Target(module, name)


def _afterwards(step: Step, one: Target) -> Iterator[Target]:
    """What something may be called behind a step: itself, if that is about something else."""
    named, to = _target(step), getattr(step.request, "to", "")
    if named is None or not isinstance(to, str) or not to or not _within(one, named):
        yield one
        return
    if not named.name:
        yield Target(to + one.module[len(named.module) :], one.name)
        return
    rest = one.name[len(named.name) :]
    owner, dot, _ = named.name.rpartition(".")
    if "." not in to:
        yield Target(one.module, f"{owner}{dot}{to}{rest}")
    # `to` is a name, or a module that takes it.
    yield Target(to, one.name)


def _within(one: Target, named: Target) -> bool:
    """Whether something is what is named, or stands in it."""
    if not named.name:
        return one.module == named.module or one.module.startswith(f"{named.module}.")
    return one.module == named.module and (one.name == named.name or one.name.startswith(f"{named.name}."))


def _there(project: Project, one: Target) -> bool:
    try:
        project.symbol(one)
    except Refused:
        return False
    return True
