"""Entries for groups that stay as they are, and that do not speak of anything any more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from overhaul.config import Config, Justification
from overhaul.facts import Finding
from overhaul.leaves import Rule
from overhaul.redundancy import Consolidation, Duplicate, Parallel, RepeatedUtility
from overhaul.repeating.justify import Group, groups_of, successor


@Rule
def stale_justification(
    duplicates: Sequence[Duplicate], parallels: Sequence[Parallel], consolidations: Sequence[Consolidation],
    utilities: Sequence[RepeatedUtility], config: Config, today: date,
) -> Iterator[Finding]:  # fmt: skip
    """An entry that justifies a group has expired, or the group has changed or is gone.

    Why: a reason was given for what stood there then. What was added or changed since may have none, and an entry for
    what is gone misleads whoever reads the list.

    Instead: look at the group again; then take the entry away, give it another date, or put the one in its place that
    `overhaul justify ID` prints for the group as it is now.

    An entry holds for one identity, which is made of the members' names and of what they say. What has become of a
    group is told by the `members` of its entry: the group of now that has at least half of them all.
    """
    groups = groups_of(duplicates, parallels, consolidations, utilities)
    for entry in config.justified:
        because: tuple[str, ...] = (f"the reason was: {entry.reason}",)
        if entry.owner:
            because = (*because, f"owner: {entry.owner}")
        for message, more in _stale(entry, groups, today):
            yield Finding(
                rule="stale_justification", severity="warning", module="", path=entry.file, line=entry.line,
                name=entry.group, message=message, because=(*because, *more),
            )  # fmt: skip


def _stale(entry: Justification, groups: Mapping[str, Group], today: date) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What is wrong with an entry, and the places to look at."""
    group = groups.get(entry.group)
    if group is None:
        now = successor(entry, groups)
        if now is None:
            yield f"no group has the identity {entry.group} any more: take the entry away", ()
            return
        old, new = set(entry.members), set(now.members)
        changes = [f"{name} has come" for name in sorted(new - old)] + [f"{name} is gone" for name in sorted(old - new)]
        place = f"{now.path}:{now.line}: {now.what}"
        said = changes or ["what its members say has changed"]
        yield f"the group {entry.group} has changed: it is {now.identity} now", (place, *said[:10])
    elif not entry.holds(today):
        yield f"expired on {entry.expires}", (f"{group.path}:{group.line}: {group.what}",)
