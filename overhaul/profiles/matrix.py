"""The decision matrix: each component's share of the time, how sure that is, and what follows."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from overhaul.errors import UsageError
from overhaul.profiles.attribution import Attribution, Site, attribute
from overhaul.profiles.matching import Components
from overhaul.profiles.model import NOWHERE, Profile
from overhaul.profiles.uncertainty import (
    Basis,
    Interval,
    assumed,
    between_runs,
    of_cycles,
    wider,
    wilson,
)
from overhaul.profiles.verdict import Answer, Evidence, Verdict, answer, rounded
from overhaul.profiles.where import Project
from overhaul.thresholds import ComponentPattern, Priority

_LEAST: Final = 0.0005
"""Shares of places below this are left out."""


class Cause(msgspec.Struct, frozen=True):
    """A place in the project that has a component do something."""

    path: str
    line: int
    function: str
    exact: bool
    """The line is that of the call; otherwise the function begins there."""
    share: float


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One component of the matrix; shares are 0 to 1."""

    component: str
    answer: Answer | None
    """None for a component without a threshold, which is only listed."""
    share: float
    low: float
    high: float
    basis: Basis
    threshold: float
    priority: Priority
    advice: str
    inclusive: float | None
    """With what other components do on its behalf; None where stacks are not known."""
    by_text: float
    """The part of the share that is known by the text of lines alone."""
    runs: tuple[float, ...]
    """The share in each file."""
    causes: tuple[Cause, ...]


class Matrix(msgspec.Struct, frozen=True):
    """What profiles say of all components."""

    rows: tuple[Row, ...]
    """Those to implement first, then by share."""
    rest: float
    """The share that is no component's."""
    own: float
    """The share of the time that passed in, or below, files of the project; 1 for measurements."""
    notes: tuple[str, ...]


_ORDER: Final[Mapping[Answer | None, int]] = {"implement": 0, "cannot tell": 1, "skip": 2, None: 3}
_URGENCY: Final[Mapping[Priority, int]] = {"high": 0, "medium": 1, "low": 2}


def decide(
    profiles: Sequence[Profile], wanted: Sequence[tuple[str, ComponentPattern]], project: Project
) -> Matrix:
    """Hold some profiles of one program against the thresholds of components.

    Raises UsageError for benchmarks, which have no shares.
    """
    for profile in profiles:
        if profile.kind == "benchmarks":
            raise UsageError(
                f"{profile.file}: holds benchmarks, which tell no shares: overhaul perf compare NAME FILE compares them"
            )
    components = Components(wanted)
    told = [attribute(profile, components, project) for profile in profiles]
    rows = [_row(index, components, profiles, told) for index in range(len(components.names))]
    rows.sort(key=lambda row: (_ORDER[row.answer], _URGENCY[row.priority], -row.share, row.component))
    rest = statistics.fmean(max(0.0, 1 - sum(one.shares)) for one in told)
    own = statistics.fmean(one.own for one in told)
    return Matrix(tuple(rows), rest, own, tuple(_notes(profiles, told, own)))


def _row(index: int, components: Components, profiles: Sequence[Profile], told: Sequence[Attribution]) -> Row:
    pattern = components.patterns[index]
    threshold = pattern.threshold or 0.0
    shares = [one.shares[index] for one in told]
    interval, basis = _interval(index, components, profiles, shares)
    share, low, high = map(rounded, (statistics.fmean(shares), interval.low, interval.high))
    # Rounding must not put the share outside.
    low, high = min(low, share), max(high, share)
    inclusive = [one.inclusive[index] for one in told if one.inclusive is not None]
    return Row(
        component=components.names[index],
        answer=answer(low, high, threshold) if threshold else None,
        share=share, low=low, high=high, basis=basis, threshold=threshold,
        priority=pattern.priority or "medium", advice=pattern.advice,
        inclusive=rounded(statistics.fmean(inclusive)) if len(inclusive) == len(told) else None,
        by_text=rounded(statistics.fmean(one.by_text[index] for one in told)),
        runs=tuple(map(rounded, shares)),
        causes=_causes([one.sites[index] for one in told]),
    )  # fmt: skip


def _interval(
    index: int, components: Components, profiles: Sequence[Profile], shares: Sequence[float]
) -> tuple[Interval, Basis]:
    """How sure the mean of the shares is, and by what."""
    if len(profiles) == 1:
        profile, share = profiles[0], shares[0]
        if profile.samples:
            return wilson(share, profile.samples), "samples"
        if profile.turns and (interval := _of_turns(index, components, profile)) is not None:
            return interval, "cycles"
        return assumed(share), "one run"
    interval = between_runs(shares)
    counts = [profile.samples for profile in profiles if profile.samples]
    if len(counts) == len(profiles):
        # Few runs may be alike by chance; they are no surer than all their samples.
        mean = statistics.fmean(shares)
        interval = wider(interval, wilson(mean, sum(counts)))
    return interval, "runs"


def _of_turns(index: int, components: Components, profile: Profile) -> Interval | None:
    columns = [at for at, one in enumerate(profile.measured) if components.of_measured(one.name) == index]
    parts = [sum(turn.parts[at] for at in columns) for turn in profile.turns]
    return of_cycles(parts, [turn.total for turn in profile.turns])


def _causes(sites: Sequence[Mapping[Site, float]]) -> tuple[Cause, ...]:
    """The places of all runs, the mean share of each, the largest first."""
    sums: dict[Site, float] = defaultdict(float)
    for one in sites:
        for site, share in one.items():
            sums[site] += share / len(sites)
    ranked = sorted(sums.items(), key=lambda item: (-item[1], item[0]))
    return tuple(
        Cause(site.path, site.line, site.function, site.exact, rounded(share))
        for site, share in ranked
        if share >= _LEAST and (site.path or site.function)
    )


def _notes(profiles: Sequence[Profile], told: Sequence[Attribution], own: float) -> Iterable[str]:
    yield from dict.fromkeys(note for profile in profiles for note in profile.notes)
    if not all(one.settled for one in told):
        yield "functions call each other in so many ways that shares are rough: a profiler that keeps stacks would tell"
    formats = sorted({profile.format for profile in profiles})
    if len(formats) > 1:
        yield f"the files are of different tools ({', '.join(formats)}), which see time differently"
    if len(profiles) == 1:
        one = profiles[0]
        if one.samples:
            yield "one run: the interval is that of its samples; how runs differ is not in it"
        elif not one.turns:
            yield (
                "one run: how runs differ is not known, and the odds of a share are taken to be right within a factor "
                "of two; give three files or more, each of a run of its own"
            )
    if own < 0.01 and any(profile.frames for profile in profiles):
        yield "next to none of the time lies in files of this project: name the project with --root"


def verdicts(matrix: Matrix, sources: Iterable[Evidence]) -> tuple[Verdict, ...]:
    """The answers of a matrix, for a file; components without a threshold have none."""
    kept = tuple(sorted(sources))
    return tuple(
        Verdict(
            component=row.component, answer=row.answer, share=row.share, low=row.low, high=row.high,
            threshold=row.threshold, basis=row.basis, priority=row.priority, sources=kept,
        )
        for row in sorted(matrix.rows, key=lambda row: row.component)
        if row.answer is not None
    )  # fmt: skip


def function_shares(profiles: Sequence[Profile], project: Project) -> dict[tuple[str, str], float]:
    """Of each function of the project (path, name without its class): the share of the time until it returned.

    The mean over the profiles; measurements and benchmarks tell nothing of it.
    """
    seen = [_cumulative(profile, project) for profile in profiles if profile.frames]
    sums: dict[tuple[str, str], float] = defaultdict(float)
    for one in seen:
        for function, share in one.items():
            sums[function] += min(share, 1.0) / len(seen)
    return dict(sums)


def _cumulative(profile: Profile, project: Project) -> dict[tuple[str, str], float]:
    names = [
        (spot.path, frame.function.rpartition(".")[2]) if spot.path else None
        for frame, spot in zip(profile.frames, project.spots(profile.frames), strict=True)
    ]
    found: dict[tuple[str, str], float] = defaultdict(float)
    if profile.edges or not profile.nodes:
        for name, spent in zip(names, profile.cumulative, strict=True):
            if name is not None:
                found[name] += spent / profile.total
        return found
    below = [node.own for node in profile.nodes]
    for index in range(len(profile.nodes) - 1, -1, -1):
        node = profile.nodes[index]
        if node.parent != NOWHERE:
            below[node.parent] += below[index]
    inside: list[frozenset[tuple[str, str]]] = []
    for node, spent in zip(profile.nodes, below, strict=True):
        outer = inside[node.parent] if node.parent != NOWHERE else frozenset[tuple[str, str]]()
        name = names[node.frame]
        if name is not None and name not in outer:
            found[name] += spent / profile.total
            outer |= {name}
        inside.append(outer)
    return found
