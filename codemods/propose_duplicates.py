"""Draft the merges of what is there several times."""

from __future__ import annotations

from collections.abc import Iterator

from overhaul.drafts import Drafted
from overhaul.leaves import Draft
from overhaul.merging.drafting import drafted
from overhaul.project import Project


@Draft
def duplicates(project: Project) -> Iterator[Drafted]:
    """Make one of the functions, classes and packages that the audit calls duplicates and parallels.

    Each group is tried: what can be merged as it stands is ready, with the home that was found and why, the least risk
    first. Groups that differ in what they do, methods, runs of statements and packages are left to people: what stands
    against them is told with its place, and for packages the interface table is written down as far as it is known.
    """
    yield from drafted(project)
