"""How long things took when a baseline was made, in a file that is committed."""

from __future__ import annotations

import re
import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final, Literal

import msgspec

from overhaul.errors import UsageError
from overhaul.printable import printable
from overhaul.profiles.attribution import attribute
from overhaul.profiles.contents import contents
from overhaul.profiles.matching import Components
from overhaul.profiles.model import Profile, Series
from overhaul.profiles.verdict import Evidence
from overhaul.profiles.where import Project
from overhaul.thresholds import ComponentPattern

FOLDER: Final = "overhaul-perf"
SCHEMA: Final = "overhaul perf baseline"
VERSION: Final = 1
RUNS: Final = 4
"""Processes that make values of their own, each its median; with fewer, rounds within them are taken."""
_BLOCKS: Final = 100
"""Values that are kept of the rounds of one process, each the median of some that follow each other."""
_FLOOR: Final = 0.001
"""The share of the whole that a component is taken to have at least: below it, factors mean nothing."""
TOTAL: Final = "total"
"""The series of the whole time of a profile."""

Sort = Literal["benchmark", "component"]
From = Literal["runs", "rounds"]
"""What values are: `runs`, one of each process; `rounds`, several of a process, which say little about the next."""


class Timing(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", kw_only=True):
    """How long one benchmark or component took, again and again."""

    name: str
    of: Sort
    basis: From
    values: tuple[float, ...]
    """Seconds, more than 0."""


class Baseline(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab", kw_only=True):
    """The file."""

    schema: Literal["overhaul perf baseline"] = SCHEMA
    version: Literal[1] = VERSION
    name: str
    sources: tuple[Evidence, ...]
    timings: tuple[Timing, ...]


def baseline_path(root: Path, name: str) -> Path:
    """Where the baseline of a name is kept. Raises UsageError for a name that can be none."""
    if not re.fullmatch(r"[\w][\w.-]{0,79}", name, re.ASCII):
        raise UsageError(f"baseline {name!r}: write a name of letters, digits, '-', '_' and '.'")
    return root / FOLDER / f"{name}.json"


def read_baseline(file: Path) -> Baseline:
    """A baseline. Raises UsageError for a file that is none."""
    try:
        data = contents(file)
    except FileNotFoundError:
        known = sorted(one.stem for one in file.parent.glob("*.json")) if file.parent.is_dir() else []
        there = f"there are {', '.join(map(printable, known))}" if known else "there is none yet"
        raise UsageError(
            f"{file}: no such baseline ({there}): make it with overhaul perf baseline {file.stem} FILE..."
        ) from None
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror or error}: name another baseline") from error
    try:
        found = msgspec.json.decode(data, type=Baseline)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{file}: is no baseline of overhaul perf ({printable(str(error))}): make it anew") from error
    for one in found.timings:
        if not one.values or not all(0 < value < float("inf") for value in one.values):
            raise UsageError(f"{file}: {printable(one.name)} holds a time that is none: make the baseline anew")
    return found


def baseline_text(baseline: Baseline) -> bytes:
    """The file: the same bytes for the same measurements."""
    return msgspec.json.format(msgspec.json.encode(baseline), indent=1) + b"\n"


def made_baseline(
    name: str, profiles: Sequence[Profile], sources: Iterable[Evidence], wanted: Sequence[tuple[str, ComponentPattern]],
    project: Project,
) -> Baseline:  # fmt: skip
    """What is kept of some files of one program. Raises UsageError where they hold no times."""
    return Baseline(name=name, sources=tuple(sorted(sources)), timings=timings(profiles, wanted, project))


def timings(
    profiles: Sequence[Profile], wanted: Sequence[tuple[str, ComponentPattern]], project: Project
) -> tuple[Timing, ...]:
    """The times in some files of one program, by name. Raises UsageError where there are none."""
    runs: dict[tuple[Sort, str], list[tuple[float, ...]]] = defaultdict(list)
    components = Components(wanted)
    for profile in profiles:
        if profile.frames and not profile.seconds:
            raise UsageError(f"{profile.file}: counts samples and tells no seconds: give py-spy's speedscope format")
        of: Sort = "benchmark" if profile.kind == "benchmarks" else "component"
        for series in profile.series:
            runs[of, series.name] += series.runs
    for series in _of_profiles([profile for profile in profiles if profile.frames], components, project):
        runs["component", series.name] += series.runs
    found = (_timing(of, name, one) for (of, name), one in sorted(runs.items()))
    kept = tuple(one for one in found if one is not None)
    if not kept:
        raise UsageError(f"{profiles[0].file}: holds no time: measure for longer")
    return kept


def _of_profiles(profiles: Sequence[Profile], components: Components, project: Project) -> Iterable[Series]:
    """The time of the whole, and of each component that took some, in each run."""
    if profiles:
        yield Series(TOTAL, tuple((profile.total,) for profile in profiles))
    told = [attribute(profile, components, project).shares for profile in profiles]
    for name, shares in zip(components.names, zip(*told, strict=True), strict=bool(told)):
        if max(shares) >= _FLOOR:
            pairs = zip(shares, profiles, strict=True)
            yield Series(name, tuple((max(share, _FLOOR) * profile.total,) for share, profile in pairs))


def _timing(of: Sort, name: str, runs: Sequence[Sequence[float]]) -> Timing | None:
    kept = [positive for run in runs if (positive := [value for value in run if value > 0])]
    if not kept:
        return None
    basis: From = "runs"
    if len(kept) >= RUNS or all(len(run) == 1 for run in kept):
        values = [statistics.median(run) for run in kept]
    else:
        basis = "rounds"
        values = [median for run in kept for median in _blocks(run, max(1, _BLOCKS // len(kept)))]
    return Timing(name=name, of=of, basis=basis, values=tuple(float(f"{value:.6g}") for value in values))


def _blocks(values: Sequence[float], count: int) -> Iterable[float]:
    """Medians of stretches of values: rounds that follow each other are alike, stretches are less so."""
    count = min(count, len(values))
    edges = [len(values) * number // count for number in range(count + 1)]
    return (statistics.median(values[start:stop]) for start, stop in pairwise(edges))
