"""Which groups are worth a finding, which several rules have to agree on, and which of their members get one."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Annotated, Final, Literal, NamedTuple, TypeVar

import msgspec

from overhaul.components import components
from overhaul.config import Config, own_settings
from overhaul.inventory import testing
from overhaul.options import Options
from overhaul.redundancy import Clone, Duplicate

Member = TypeVar("Member", bound=Hashable)

Likeness = Literal["equal", "renamed", "changed"]
Unit = Literal["function", "method", "class", "run"]


class DuplicateOptions(Options, frozen=True):
    """The settings of the rule `unjustified_duplicate`."""

    least_lines: Annotated[
        int, msgspec.Meta(ge=1, description="Lines that one of them would save, from which on a group is reported")
    ] = 10
    warning_lines: Annotated[
        int, msgspec.Meta(ge=1, description="Lines that one of them would save, from which on it is a warning")
    ] = 25
    similarity: Annotated[
        float, msgspec.Meta(ge=0, le=1, description="How alike the members must be where statements were changed")
    ] = 0.9
    types: Annotated[
        tuple[Likeness, ...],
        msgspec.Meta(
            min_length=1,
            description="equal; renamed: but for names and values; changed: but for some statements",
        ),
    ] = ("equal", "renamed", "changed")
    units: Annotated[
        tuple[Unit, ...], msgspec.Meta(min_length=1, description="What is compared; run: statements in a row")
    ] = ("function", "method", "class", "run")
    confidence: Annotated[Literal["high", "medium"], msgspec.Meta(description="The least")] = "high"

    def worth(self, row: Duplicate) -> bool:
        """Whether a group is reported, if nobody has justified it."""
        if not row.sure or (self.confidence == "high" and row.confidence != "high"):
            return False
        if row.unit not in self.units or _LIKENESS[row.type] not in self.types:
            return False
        return row.saved_lines >= self.least_lines and (row.type < 3 or row.similarity >= self.similarity)


def duplicate_options(config: Config) -> DuplicateOptions:
    """What the user has set of that rule, for another one."""
    return msgspec.convert(own_settings(config.rules.get("unjustified_duplicate", {})), DuplicateOptions)


def beyond_the_first(
    groups: Iterable[Sequence[Member]], order: Callable[[Member], tuple[str, ...]]
) -> Iterator[Member]:
    """Of n members that hang together, by groups that have some in common, all but the first: n - 1.

    So one that comes makes one more, wherever it stands in the order. When one goes, be it the first, no other is
    among them that was not before.
    """
    beside: dict[Member, list[Member]] = {}
    for first, *others in groups:
        for other in others:
            beside.setdefault(first, []).append(other)
            beside.setdefault(other, []).append(first)
    yield from sorted((one for them in components(beside) for one in sorted(them, key=order)[1:]), key=order)


def place_apart(path: str, module: str, name: str, line: int = 0) -> tuple[str, ...]:
    """By which copies are ordered, so that code which is moved seldom makes another one the first.

    What tests have copied comes last, and a longer name behind a shorter one (`sums_v2` behind `sums`). Names go before
    modules, since a file gets another name more often than what is in it; of modules the last parts count first, since
    packages move with all that is in them.
    """
    parts = ".".join(reversed(module.split(".")))
    return "tests" if testing(path) else "", f"{len(name):05}", name, parts, f"{line:09}"


class Copy(NamedTuple):
    """A member of groups of duplicates that is not the first."""

    member: Clone
    group: Duplicate
    """Of those in which another comes before it the one that says most: equal before nearly equal, then the largest."""
    others: tuple[Clone, ...]
    """The other members of that group; the first is the one that this is called a copy of."""


def copies(groups: Iterable[Duplicate], kept: Iterable[Duplicate]) -> Iterator[Copy]:
    """One for each copy beyond the first, however many `groups` it is in.

    What is equal, and to be `kept` so, counts once in groups of what is only nearly equal.
    """
    rows = sorted(groups, key=lambda row: (row.type, -row.saved_lines, row.identity))
    told_by: dict[Clone, Duplicate] = {}
    firsts: dict[Clone, Duplicate] = {}
    for row in rows:
        first, *others = sorted(row.members, key=_order)
        firsts.setdefault(first, row)
        for other in others:
            told_by.setdefault(other, row)
    # Where groups overlap, one that is the first of its own may not be the first of all.
    for member, row in firsts.items():
        told_by.setdefault(member, row)
    group_kept = {member: row.identity for row in kept if row.type < 3 for member in row.members}
    ones: dict[str, Clone] = {}
    for member in sorted(told_by, key=_order):
        if member in group_kept:
            ones.setdefault(group_kept[member], member)

    def one(member: Clone) -> Clone:
        return ones[group_kept[member]] if member in group_kept else member

    for member in beyond_the_first(([one(member) for member in row.members] for row in rows), _order):
        row = told_by[member]
        yield Copy(member, row, tuple(sorted((other for other in row.members if other != member), key=_order)))


def _order(clone: Clone) -> tuple[str, ...]:
    return place_apart(clone.path, clone.module, clone.name, clone.line)


_LIKENESS: Final[dict[int, Likeness]] = {1: "equal", 2: "renamed", 3: "changed"}
