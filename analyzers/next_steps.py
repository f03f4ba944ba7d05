"""What is worth doing next, with what it is worth, what it touches and what it risks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.caching.growing import growing
from overhaul.caching.staleness import stale
from overhaul.facts import (
    Attribute,
    Cycle,
    Facts,
    Function,
    InterfaceMismatch,
    Ring,
    StorageUse,
    UnresolvedImport,
    UsedName,
)
from overhaul.inventory import Cache, CacheFamily, Manager, StatePersistence
from overhaul.layout import Layout
from overhaul.leaves import Analyzer
from overhaul.redundancy import Consolidation, Duplicate, NextStep, Parallel, Placeholder, Reach
from overhaul.repeating.next_rings import rings
from overhaul.repeating.next_steps import Users, falsehoods, growths, overwritings, pretences, ranked, repairs
from overhaul.repeating.next_unions import spots, unions


@Analyzer
def next_steps(
    layout: Layout, consolidations: Sequence[Consolidation], duplicates: Sequence[Duplicate],
    parallels: Sequence[Parallel], cycles: Sequence[Cycle], around: Sequence[Ring], caches: Sequence[Cache],
    families: Sequence[CacheFamily], managers: Sequence[Manager], persistences: Sequence[StatePersistence],
    placeholders: Sequence[Placeholder],
    unresolved: Sequence[UnresolvedImport], mismatches: Sequence[InterfaceMismatch], reaches: Sequence[Reach],
    attributes: Facts[Attribute], functions: Facts[Function], used: Facts[UsedName], uses: Facts[StorageUse],
) -> Iterator[NextStep]:  # fmt: skip
    """The steps that are worth most after their risk, each with every number it is ranked by.

    A step makes one of several, cuts a ring of imports, writes out what only pretends, gives caches a limit or renews
    them, saves state so that a crash cannot empty it, or repairs what fails when its line runs. Its worth is in lines
    of code that need not be there; how much of them other gains count is a judgement that `docs/report.md` sets out.
    Steps whose places all lie in tests are left out, and so is what is justified on record.
    """
    paths = {name: place.path for name, place in layout.modules.items()}

    def module_of(dotted: str) -> str:
        while dotted not in paths and "." in dotted:
            dotted = dotted.rpartition(".")[0]
        return dotted

    users = Users(reaches, module_of)
    old = [
        (cache, f"{method}() {how} self.{source}" if how == "assigns" else f"{method}() {how}: self.{source}")
        for cache, source, _, method, how in stale(caches, attributes, functions, used, uses)
    ]
    where = spots(duplicates, parallels, (*caches, *managers))
    yield from ranked([
        *unions(consolidations, parallels, duplicates, families, where, module_of),
        *rings(cycles, around, paths),
        *pretences(placeholders, users),
        *growths(list(growing(caches, functions, uses)), users),
        *falsehoods(old, users),
        *overwritings(persistences, users),
        *repairs(unresolved, mismatches),
    ])  # fmt: skip
