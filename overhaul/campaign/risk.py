"""The risk of a work item and of a phase: four categories, each the mean of its parts, each part a fact on a curve.

Parts are numbers in 0 to 1 that never fall when what they count grows. A count c becomes c / (c + h), one half at h: as
in `docs/risk.md`, where the constants come from. For an item, over the places that it changes:

    functionality = mean(untested, users, state)
        untested   share of the places that no test gets to
        users      u / (u + 5), u the modules that use what changes
        state      s / (s + 6), s the attributes, variables, caches, machines and saved states that it holds
    performance   = work * (1/4 + 3/4 * loops / (loops + 2)) * (1 if nothing measures it, else 1/2)
        work       share of what runs each time that is done otherwise afterwards: 0, 1/2 or 1, by the kind of item
        loops      the most loops around a place, in its own function and around the calls that lead to it
    integration   = mean(fan-in, distance, ring)
        fan-in     f / (f + 10), f the modules outside that import a module of a place
        distance   how far callers must change: the interface distance of `docs/risk.md`
        ring       share of the modules that stand in a ring of imports which can fail; in a latent ring a half of it
    complexity    = mean(decisions, spread, churn, by hand)
        decisions  (c - 1) / (c - 1 + 9), c the cyclomatic complexity of the most complex function
        spread     (n - 1) / (n - 1 + 5), n the files that change
        churn      k / (k + h), k the commits that touched the file most touched, h those of one file in ten here
        by hand    0 what a codemod writes and proves, 1/2 what is drafted and has to be completed, 1 all else
    overall       = (greatest category + mean of the four) / 2

The mean alone would let one certain break pass behind three harmless categories (1, 0, 0, 0 is 0.25, which is below
0.3); the greatest alone would not tell an item that is bad in one way from one that is bad in all. Half of each does
both: no category above 0.48 goes below 0.3, and what is harmless in all goes.

A phase: in each category, and overall, (greatest of its items + mean of its items) / 2. Items are proven, and put back,
one by one, so a phase is not as risky as all of them at once; but it is not past its riskiest one until that is done.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal

import msgspec
from msgspec.structs import replace

from overhaul.repeating.risk import HALF_DECISIONS, HALF_FAN_IN, HALF_STATE, HALF_USERS, saturated

Category = Literal["functionality", "performance", "integration", "complexity"]
CATEGORIES: Final[tuple[Category, ...]] = ("functionality", "performance", "integration", "complexity")
HALF_FILES: Final = 5
"""Files beside the first: the handful from which on an item is large."""
HALF_LOOPS: Final = 2
"""Loops around what runs: a loop in a loop is where bottlenecks begin."""
LEAST: Final = 0.005
"""What a mitigation has to change to be told."""


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """What is counted of one item."""

    sites: int
    bare: tuple[str, ...] = ()
    """The sites that no test gets to."""
    users: int = 0
    state: int = 0
    work: float = 0.0
    loops: int = 0
    watched: bool = False
    """A performance test gets there, or a baseline of the performance is on record."""
    fan_in: int = 0
    distance: float = 0.0
    modules: int = 1
    ringed: float = 0.0
    """Modules in a ring that can fail, and half of those in a latent one."""
    decisions: int = 1
    """Cyclomatic complexity of the most complex function."""
    files: int = 1
    commits: int = 0
    usual: int = 1
    """Commits of the file that is touched more often than nine of ten."""
    by_hand: float = 0.0


class Part(msgspec.Struct, frozen=True):
    """One part of a category."""

    category: Category
    name: str
    value: float
    """0 to 1."""
    measure: str
    """What was counted, in words."""


class Assessment(msgspec.Struct, frozen=True):
    """The four categories of risk, each 0 to 1, and what they come to."""

    functionality: float
    performance: float
    integration: float
    complexity: float

    @property
    def categories(self) -> tuple[float, float, float, float]:
        """In the order of `CATEGORIES`."""
        return self.functionality, self.performance, self.integration, self.complexity

    @property
    def overall(self) -> float:
        """0 to 1."""
        return blended(self.categories)


class Mitigation(msgspec.Struct, frozen=True):
    """What would lower a risk, and what of it is left then."""

    what: str
    """As one would tell somebody."""
    before: float
    after: float


NO_RISK: Final = Assessment(0.0, 0.0, 0.0, 0.0)


def blended(values: Sequence[float]) -> float:
    """Half the greatest and half the mean, to two places; 0 of nothing."""
    return round((max(values) + sum(values) / len(values)) / 2, 2) if values else 0.0


def parts_of(of: Measured) -> tuple[Part, ...]:
    """The parts of each category, by the formulas above."""
    untested = f"no test gets to {len(of.bare)} of {of.sites}" if of.bare else f"tests get to all {of.sites}"
    hot = f"{_counted(of.loops, 'loop')} around it"
    uses = f"{_counted(of.users, 'module')} {'uses' if of.users == 1 else 'use'} it"
    imports = f"{_counted(of.fan_in, 'module')} {'imports' if of.fan_in == 1 else 'import'} where it stands"
    seen = "measured" if of.watched else "nothing measures it"
    ways = {0.0: "a codemod writes it", 0.5: "a draft has to be completed"}
    return (
        Part("functionality", "untested", len(of.bare) / max(1, of.sites), untested),
        Part("functionality", "users", saturated(of.users, HALF_USERS), uses),
        Part(
            "functionality", "state", saturated(of.state, HALF_STATE),
            f"it holds {_counted(of.state, 'piece')} of state",
        ),
        Part(
            "performance", "work", of.work * (1 + 3 * saturated(of.loops, HALF_LOOPS)) / 4 * (0.5 if of.watched else 1),
            f"{of.work:g} of what runs each time changes, {hot}, {seen}",
        ),
        Part("integration", "fan-in", saturated(of.fan_in, HALF_FAN_IN), imports),
        Part("integration", "distance", of.distance, f"callers change by {of.distance:.2f}"),
        Part(
            "integration", "ring", min(1.0, of.ringed / max(1, of.modules)),
            f"{of.ringed:g} of {_counted(of.modules, 'module')} in a ring of imports",
        ),
        Part("complexity", "decisions", saturated(of.decisions - 1, HALF_DECISIONS), f"complexity {of.decisions}"),
        Part("complexity", "spread", saturated(max(0, of.files - 1), HALF_FILES), f"{_counted(of.files, 'file')}"),
        Part(
            "complexity", "churn", saturated(of.commits, max(1, of.usual)),
            f"{_counted(of.commits, 'commit')} touched it; one file in ten has {of.usual} or more",
        ),
        Part("complexity", "by hand", of.by_hand, ways.get(of.by_hand, "it is written by hand")),
    )  # fmt: skip


def assessed(of: Measured) -> Assessment:
    """The risk of an item."""
    parts = parts_of(of)
    return Assessment(*(_mean(one.value for one in parts if one.category == name) for name in CATEGORIES))


def together(items: Sequence[Assessment]) -> Assessment:
    """The categories of a phase; what it comes to is `overall_of`."""
    if not items:
        return NO_RISK
    return Assessment(*(blended([getattr(one, name) for one in items]) for name in CATEGORIES))


def overall_of(items: Sequence[Assessment]) -> float:
    """What a phase comes to."""
    return blended([one.overall for one in items])


def mitigations(of: Measured, alone: Iterable[Measured] = ()) -> Iterator[Mitigation]:
    """What would lower the risk of an item, what lowers it most first, and last all of it at once.

    Each is worked out anew by the same formulas, with the one fact changed. `alone` are the measures of its files, each
    for itself, where they can be changed one after the other.
    """
    before = assessed(of).overall
    ways: list[tuple[str, Measured]] = []
    if of.bare:
        ways.append((f"write tests that get to {_listed(of.bare)}", replace(of, bare=())))
    if of.distance:
        ways.append(("leave the old interface as a shim, and move its callers later", replace(of, distance=0.0)))
    if of.ringed:
        ways.append(("cut the ring of imports first", replace(of, ringed=0.0)))
    if of.work and not of.watched:
        ways.append(("record the performance before it: `overhaul perf baseline NAME`", replace(of, watched=True)))
    if of.by_hand == 0.5:
        ways.append(("complete the draft until `overhaul migrate` proves it", replace(of, by_hand=0.0)))
    found = [Mitigation(what, before, assessed(other).overall) for what, other in ways]
    pieces = tuple(alone)
    if len(pieces) > 1:
        worst = max(assessed(one).overall for one in pieces)
        found.append(Mitigation(f"do it file by file, {len(pieces)} steps: the riskiest is left", before, worst))
    telling = [one for one in found if one.before - one.after >= LEAST]
    yield from sorted(telling, key=lambda one: (one.after, one.what))
    if len(telling) > 1:
        left = assessed(_all(of)).overall
        if len(pieces) > 1:
            left = min(left, max(assessed(_all(one)).overall for one in pieces))
        yield Mitigation("all of these", before, left)


def _all(of: Measured) -> Measured:
    hand = 0.0 if of.by_hand == 0.5 else of.by_hand
    return replace(of, bare=(), distance=0.0, ringed=0.0, watched=True, by_hand=hand)


def _listed(names: Sequence[str], limit: int = 3) -> str:
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return round(sum(found) / len(found), 3)
