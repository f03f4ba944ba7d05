"""Entries for groups that stay as they are, and that do not speak of anything any more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from overhaul.config import Config, Justification
from overhaul.facts import Class, Facts, Function
from overhaul.findings import Finding, Place
from overhaul.layout import Layout
from overhaul.leaves import Rule
from overhaul.redundancy import Consolidation, Duplicate, Parallel, RepeatedUtility
from overhaul.repeating.justify import Group, groups_of, neighbours, share, successor
from overhaul.repeating.justify_seen import Seen


@Rule
def stale_justification(
    duplicates: Sequence[Duplicate], parallels: Sequence[Parallel], consolidations: Sequence[Consolidation],
    utilities: Sequence[RepeatedUtility], layout: Layout, functions: Facts[Function], classes: Facts[Class],
    config: Config, today: date,
) -> Iterator[Finding]:  # fmt: skip
    """An entry that justifies a group has expired, or the group has changed or is gone.

    Why: a reason was given for what stood there then. What was added or changed since may have none, and an entry for
    what is gone misleads whoever reads the list.

    Instead: look at the group again; then take the entry away, give it another date, or put the one in its place that
    `overhaul justify ID` prints for the group as it is now.

    An entry holds for one identity, which is made of the members' names and of what they say. What has become of a
    group is told by the `members` of its entry: the group of now that has at least half of them, or of a pair the one
    that is left when the other is gone. Nothing is said of a group with a member in a file that this run did not look
    at: one that cannot be parsed, that `--exclude` leaves out, or that is outside the audited folder.
    """
    if not config.justified:
        return  # before any table is looked into, which would make it
    groups = groups_of(duplicates, parallels, consolidations, utilities)
    recorded = {entry.group for entry in config.justified}
    others = {identity: group for identity, group in groups.items() if identity not in recorded}
    seen = Seen(layout, functions, classes, config)
    for entry in config.justified:
        because: tuple[str, ...] = (f"the reason was: {entry.reason}",)
        if entry.owner:
            because = (*because, f"owner: {entry.owner}")
        for message, more, places in _stale(entry, groups.get(entry.group), others, seen, today):
            yield Finding(
                rule="stale_justification", severity="warning", module="", path=entry.file, line=entry.line,
                name=entry.group, message=message, because=(*because, *more), places=places,
            )  # fmt: skip


def _stale(
    entry: Justification, group: Group | None, others: Mapping[str, Group], seen: Seen, today: date
) -> Iterator[tuple[str, tuple[str, ...], tuple[Place, ...]]]:
    """What is wrong with an entry, facts, and the places to look at; `others` are the groups that no entry is for."""
    if group is not None:
        if not entry.holds(today):
            yield f"expired on {entry.expires}", (), (_place(group),)
    elif seen.judged(entry):
        now = successor(entry, others, lambda name: seen.there(name, entry) is False)
        if now is not None:
            yield _changed(entry, now)
            return
        # Other names for all of them, or something else that stands there: a reader can tell.
        none_left = all(seen.there(name, entry) is False for name in entry.members)
        near = neighbours(entry, others) if none_left else []
        if near:
            names = " or ".join(one.identity for one in near)
            yield (
                (
                    f"no group has the identity {entry.group} any more: where its members have other names now, "
                    f"put {names} in its place, else take the entry away"
                ),
                (),
                tuple(map(_place, near)),
            )
            return
        yield f"no group has the identity {entry.group} any more: take the entry away", (), ()


def _changed(entry: Justification, now: Group) -> tuple[str, tuple[str, ...], tuple[Place, ...]]:
    old, new = set(entry.members), set(now.members)
    changes = [f"{name} has come" for name in sorted(new - old)] + [f"{name} is gone" for name in sorted(old - new)]
    said = changes or ["what its members say has changed"]
    how = "is" if share(old, new) >= _MOSTLY else "seems to be"
    return f"the group {entry.group} has changed: it {how} {now.identity} now", tuple(said[:10]), (_place(now),)


def _place(group: Group) -> Place:
    return Place(group.path, group.line, group.what)


_MOSTLY: Final = 0.5
"""Of all members of either group."""
