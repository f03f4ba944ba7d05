"""Modules where changes are dear: complex, often changed, and stood on by many others."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from overhaul.facts import Facts, Import, Metric
from overhaul.inventory import testing
from overhaul.layout import Layout
from overhaul.leaves import Analyzer
from overhaul.redundancy import FileChange, Hotspot

HALF: Final = 0.5
"""The percentile rank that a hotspot reaches in each of the three."""
CHANGES: Final = 3
"""Commits that touched it, at least: what was made and mended once does not change often."""


class Candidate(msgspec.Struct, frozen=True):
    """A module of the program that has functions, with its three figures."""

    module: str
    path: str
    complexity: int
    worst: Metric
    fan_in: int
    change: FileChange | None


@Analyzer
def hotspots(
    layout: Layout, metrics: Facts[Metric], imports: Sequence[Import], changes: Sequence[FileChange]
) -> Iterator[Hotspot]:
    """Modules that are not below the middle in complexity, changes and importers, the worst first.

    Compared are the modules of the program that have functions; tests are left out, and so are imports from tests. The
    score is the geometric mean of three percentile ranks, that of changes among the modules which were changed at all,
    that of importers among those which are imported: a high one needs all three. There are no rows without a git
    history: `change_histories` says why.
    """
    by_path = {change.path: change for change in changes}
    if not by_path:
        return
    known = list(_candidates(layout, metrics, imports, by_path))
    complexities = sorted(one.complexity for one in known)
    # Among a thousand modules that nobody touched, one that was touched twice would be among the most changed.
    counts = sorted(one.change.changes for one in known if one.change)
    fans = sorted(one.fan_in for one in known if one.fan_in)
    found: list[Hotspot] = []
    for one in known:
        if one.change is None or one.change.changes < CHANGES or not one.fan_in:
            continue
        ranks = _rank(complexities, one.complexity), _rank(counts, one.change.changes), _rank(fans, one.fan_in)
        if min(ranks) >= HALF:
            score = round((ranks[0] * ranks[1] * ranks[2]) ** (1 / 3), 4)
            found.append(_hotspot(one, one.change, score))
    yield from sorted(found, key=lambda spot: (-spot.score, spot.path))


def _candidates(
    layout: Layout, metrics: Facts[Metric], imports: Sequence[Import], changes: dict[str, FileChange]
) -> Iterator[Candidate]:
    importers: defaultdict[str, set[str]] = defaultdict(set)
    for one in imports:
        if not one.implicit and one.importer != one.imported and not testing(one.path):
            importers[one.imported].add(one.importer)
    for module, rows in metrics.items():
        path = layout.modules[module].path
        functions = [row for row in rows if row.kind in ("function", "method")]
        if functions and not testing(path):
            worst = max(functions, key=lambda row: (row.complexity, -row.line))
            complexity = sum(row.complexity for row in functions)
            yield Candidate(module, path, complexity, worst, len(importers[module]), changes.get(path))


def _rank(ordered: Sequence[int], value: int) -> float:
    """The percentile rank, 0 to 1: the share of values below, and half of those that are equal."""
    return (bisect_left(ordered, value) + bisect_right(ordered, value)) / (2 * len(ordered))


def _hotspot(one: Candidate, change: FileChange, score: float) -> Hotspot:
    return Hotspot(
        module=one.module, path=one.path, line=one.worst.line, name=one.worst.name, score=score,
        complexity=one.complexity, changes=change.changes, authors=change.authors, fan_in=one.fan_in, last=change.last,
    )  # fmt: skip
