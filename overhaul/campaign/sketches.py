"""A work item before it has its place among the others and its risk."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

import msgspec

from overhaul.campaign.model import Effort

Key = tuple[str, ...]
"""What tells an item from all others: its phase, what is done, and the names of what it is about; never a line, nor
anything else that an edit somewhere else moves."""

WRITTEN: Final = 0.0
"""By hand: a codemod writes all of it, and proves it."""
DRAFTED: Final = 0.5
"""A draft is made, and somebody has to complete it."""
BY_HAND: Final = 1.0


class Site(msgspec.Struct, frozen=True):
    """A place that an item changes."""

    path: str
    line: int
    name: str
    """Of what stands there, dotted with its module."""
    shown: str = ""
    """What is told of it, where that is not the name inside its module."""
    by: tuple[Site, ...] = ()
    """Of a variable: the functions that look it up, or fill it; who uses and tests it is asked of them."""


class Sketch(msgspec.Struct, frozen=True, kw_only=True):
    """A work item, as it is drafted."""

    phase: str
    """The identity of the phase."""
    key: Key
    """Without the phase."""
    title: str
    sites: tuple[Site, ...]
    """Most important first."""
    worth: float
    """In lines of code that need not be there: as `overhaul.repeating.next_steps` weighs what ends."""
    command: str
    """One that works as it stands."""
    by_hand: float
    """`WRITTEN`, `DRAFTED` or `BY_HAND`."""
    work: float = 0.0
    """Share of what runs each time that is done otherwise afterwards: 1 for a cache or a save, one half where another
    function is called, 0 where only imports, tests or what is made once change."""
    distance: float = 0.0
    """0 to 1: how far callers must change; the interface distance of `docs/risk.md`, 1 where a class goes."""
    apart: bool = True
    """Its sites can be changed one after the other."""
    callers: int = 0
    """Places beside the sites that change with them."""
    needs: tuple[tuple[str, Key], ...] = ()
    """What has to be done before: phase and key."""
    changes: bool = True
    """Whether code that runs is another afterwards; tests that are written break nothing."""
    rank: int = 0
    """Items of a smaller one come first, whatever they are worth."""

    @property
    def identity(self) -> str:
        """`caches-` and 10 hexadecimal digits."""
        return identity_of(self.phase, self.key)

    @property
    def files(self) -> int:
        """Different files of its sites."""
        return len({site.path for site in self.sites})


def identity_of(phase: str, key: Key) -> str:
    """The identity of an item: of what it is about alone."""
    text = "\0".join((phase, *key)).encode("utf-8", "surrogatepass")
    return f"{phase}-{hashlib.blake2b(text, digest_size=5).hexdigest()}"


def effort_of(sketch: Sketch) -> Effort:
    """By a stated rule.

    small: a codemod writes all of it in at most five files, or one place is changed by hand. medium: a codemod writes
    all of it, or what is written by hand stands in at most three files and twelve places. large: all else.
    """
    places = len(sketch.sites) + sketch.callers
    if (sketch.by_hand == WRITTEN and sketch.files <= 5) or places <= 1:
        return "small"
    if sketch.by_hand == WRITTEN or (sketch.files <= 3 and places <= 12):
        return "medium"
    return "large"


def named(names: Sequence[str], limit: int = 3) -> str:
    """`a`, `a and b`, `a, b, c and 4 more`."""
    if len(names) > limit + 1:
        return f"{', '.join(names[:limit])} and {len(names) - limit:,} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else ""


def counted(number: int, noun: str) -> str:
    """`1 module`, `2,000 modules`."""
    if number == 1:
        return f"1 {noun}"
    if noun.endswith("y") and not noun.endswith(("ay", "ey", "oy")):
        return f"{number:,} {noun[:-1]}ies"
    return f"{number:,} {noun}{'es' if noun.endswith(('s', 'h', 'x')) else 's'}"
