"""The figures of a codebase as a whole, in one table that can be compared between two runs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Final, Literal

import msgspec

from overhaul.facts import Cycle, Facts, Import, Metric, UnresolvedImport
from overhaul.inventory import BuildStep, Cache, Component, Manager, StateMachine, StatePersistence, testing
from overhaul.layout import Layout
from overhaul.leaves import Analyzer
from overhaul.redundancy import BaselineMetric, Duplicate, Parallel, Placeholder

RANKS: Final = "ABCDEF"
"""Of complexity, the best first; from D on fewer are better."""
TIERS: Final = ("certain", "likely", "note")
"""Of placeholders, the surest first."""
EFFECTS: Final = ("fatal", "order-dependent", "latent", "deferred", "typing")
"""Of import cycles, the worst first."""

Better = Literal["less", "more", ""]


class Sizes(msgspec.Struct, frozen=True):
    """What one pass over the metrics gives."""

    kinds: Counter[str]
    complexities: list[int]
    """Of functions and methods, sorted."""
    ranks: Counter[str]
    lines: int
    code: int
    comments: int
    test_code: int


@Analyzer
def baseline_metrics(
    layout: Layout, metrics: Facts[Metric], imports: Sequence[Import], cycles: Sequence[Cycle],
    unresolved: Sequence[UnresolvedImport], managers: Sequence[Manager], steps: Sequence[BuildStep],
    caches: Sequence[Cache], machines: Sequence[StateMachine], persistences: Sequence[StatePersistence],
    placeholders: Sequence[Placeholder], duplicates: Sequence[Duplicate], parallels: Sequence[Parallel],
) -> Iterator[BaselineMetric]:  # fmt: skip
    """Size, complexity, inventory, imports and redundancy of the codebase, each as one figure.

    Of inventories only what is sure counts (high or medium confidence). `overhaul audit --compare FILE.json` shows what
    has gone up and down since an earlier report.
    """
    sizes = _sizes(layout, metrics)
    yield from _size(layout, metrics, sizes)
    yield from _complexity(sizes)
    yield from _inventory(managers, caches, machines, persistences)
    yield from _initialisation(metrics, steps)
    yield from _imports(imports, cycles, unresolved)
    yield from _placeholders(placeholders)
    yield from _duplicates(duplicates, parallels, sizes.lines)


def _sizes(layout: Layout, metrics: Facts[Metric]) -> Sizes:
    kinds: Counter[str] = Counter()
    ranks: Counter[str] = Counter()
    complexities: list[int] = []
    lines = code = comments = tests = 0
    for module, rows in metrics.items():
        for row in rows:
            kinds[row.kind] += 1
            if row.kind == "module":
                lines += row.loc or 0
                code += row.sloc or 0
                comments += row.comments or 0
                tests += (row.sloc or 0) if testing(layout.modules[module].path) else 0
            elif row.kind != "class":
                complexities.append(row.complexity)
                ranks[row.rank] += 1
    return Sizes(kinds, sorted(complexities), ranks, lines, code, comments, tests)


def _size(layout: Layout, metrics: Facts[Metric], sizes: Sizes) -> Iterator[BaselineMetric]:
    figure = _group("size")
    real = [place for place in layout.modules.values() if place.kind != "namespace"]
    yield figure("files", len({path for place in real for path in (place.path, place.stub) if path}), "files")
    readable = [place for place in real if place.kind != "opaque" or place.stub]
    failed = sum(not metrics.parsed(place.module) for place in readable)
    yield figure("files_not_analysed", failed + len(layout.unlisted), "files", "less")
    yield figure("lines", sizes.lines, "lines")
    yield figure("code_lines", sizes.code, "lines")
    yield figure("test_code_lines", sizes.test_code, "lines")
    yield figure("comments", sizes.comments, "comments")
    yield figure("modules", len(real), "modules")
    yield figure("packages", sum(place.package for place in real), "packages")
    yield figure("classes", sizes.kinds["class"], "classes")
    yield figure("functions", sizes.kinds["function"], "functions")
    yield figure("methods", sizes.kinds["method"], "methods")


def _complexity(sizes: Sizes) -> Iterator[BaselineMetric]:
    """The distribution of the cyclomatic complexity of functions and methods."""
    figure = _group("complexity")
    values = sizes.complexities
    mean = sum(values) / len(values) if values else 0.0
    # Neither good nor bad: a few trivial functions more would make them better.
    yield figure("complexity_mean", round(mean, 3), "paths")
    yield figure("complexity_median", _percentile(values, 50), "paths")
    yield figure("complexity_90th_percentile", _percentile(values, 90), "paths")
    yield figure("complexity_max", values[-1] if values else 0, "paths", "less")
    for rank in RANKS:
        yield figure(f"complexity_rank_{rank.lower()}", sizes.ranks[rank], "functions", "less" if rank > "C" else "")


def _percentile(ordered: Sequence[int], percent: int) -> int:
    """The smallest value that so many per cent of the values do not exceed (nearest rank); 0 of nothing."""
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)] if ordered else 0


def _inventory(
    managers: Sequence[Manager], caches: Sequence[Cache], machines: Sequence[StateMachine],
    persistences: Sequence[StatePersistence],
) -> Iterator[BaselineMetric]:  # fmt: skip
    figure = _group("inventory")
    yield figure("managers", _sure(managers), "classes")
    yield figure("caches", _sure(caches), "caches")
    unbounded = sum(one.sure and one.bounded is False and one.ttl is not True for one in caches)
    yield figure("unbounded_caches", unbounded, "caches", "less")
    yield figure("state_machines", _sure(machines), "variables")
    yield figure("state_persistences", _sure(persistences), "pairs")


def _initialisation(metrics: Facts[Metric], steps: Sequence[BuildStep]) -> Iterator[BaselineMetric]:
    """The lines of the functions that make several managers, one after the other."""
    figure = _group("inventory")
    functions: defaultdict[str, set[str]] = defaultdict(set)
    for one in steps:
        functions[one.module].add(one.function.removeprefix(f"{one.module}."))
    lines = sum(
        row.end - row.line + 1 for module, names in functions.items() for row in metrics[module]
        if row.kind in ("function", "method") and row.name in names
    )  # fmt: skip
    yield figure("initialisation_lines", lines, "lines", "less")


def _sure(rows: Sequence[Component]) -> int:
    return sum(row.sure for row in rows)


def _imports(
    imports: Sequence[Import], cycles: Sequence[Cycle], unresolved: Sequence[UnresolvedImport]
) -> Iterator[BaselineMetric]:
    figure = _group("imports")
    edges = {(one.importer, one.imported) for one in imports if not one.implicit}
    yield figure("import_edges", len(edges), "pairs")
    yield figure("import_cycles", len(cycles), "cycles", "less")
    effects = Counter(one.effect for one in cycles)
    for effect in EFFECTS:
        yield figure(f"import_cycles_{effect.replace('-', '_')}", effects[effect], "cycles", "less")
    yield figure("modules_in_cycles", len({name for one in cycles for name in one.modules}), "modules", "less")
    missing = sum(one.confidence != "low" and not one.caught for one in unresolved)
    yield figure("unresolved_imports", missing, "imports", "less")


def _placeholders(placeholders: Sequence[Placeholder]) -> Iterator[BaselineMetric]:
    figure = _group("placeholders")
    tiers = Counter(one.tier for one in placeholders)
    for tier in TIERS:
        yield figure(f"placeholders_{tier}", tiers[tier], "places", "less")


def _duplicates(duplicates: Sequence[Duplicate], parallels: Sequence[Parallel], lines: int) -> Iterator[BaselineMetric]:
    """Groups by type, and the lines that stand in a member of one, each counted once."""
    figure = _group("duplicates")
    sure = [one for one in duplicates if one.sure]
    types = Counter(one.type for one in sure)
    for type in (1, 2, 3):
        yield figure(f"duplicate_groups_type_{type}", types[type], "groups", "less")
    repeated: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for one in sure:
        for member in one.members:
            repeated[member.path].append((member.line, member.end))
    total = sum(map(_covered, repeated.values()))
    yield figure("duplicated_lines", total, "lines", "less")
    # Neither good nor bad: a few lines of comment more would make it better.
    yield figure("duplicated_share", round(total / lines * 100, 2) if lines else 0.0, "percent of lines")
    yield figure("parallels", _sure(parallels), "pairs", "less")


def _covered(spans: Sequence[tuple[int, int]]) -> int:
    """How many lines stand in any of the spans, whose ends belong to them."""
    total = reached = 0
    for first, last in sorted(spans):
        total += max(0, last - max(first - 1, reached))
        reached = max(reached, last)
    return total


def _group(group: str) -> Callable[..., BaselineMetric]:
    """What makes the rows of one group."""

    def figure(name: str, value: float, unit: str, better: Better = "") -> BaselineMetric:
        return BaselineMetric(name, group, float(value), unit, better)

    return figure
