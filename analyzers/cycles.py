"""Import cycles, judged by what they do when they are imported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal, NamedTuple

from overhaul.components import in_rings
from overhaul.facts import (
    Binding,
    Class,
    Cut,
    Cycle,
    Export,
    Facts,
    Function,
    Import,
    ImportStatement,
    Ring,
    Step,
    UsedName,
    Witness,
)
from overhaul.importing.cuts import feedback_arcs
from overhaul.importing.remembering import Imports, Known, Outcome
from overhaul.importing.world import World
from overhaul.layout import Layout
from overhaul.leaves import Analyzer
from overhaul.past import Past

Effect = Literal["fatal", "order-dependent", "latent", "deferred", "typing"]
Way = Literal["typing", "direct", "defer", "move", "drop"]

WEIGHT: Final[Mapping[Effect, float]] = {
    "fatal": 8.0, "order-dependent": 4.0, "latent": 2.0, "deferred": 1.0, "typing": 0.5,
}  # fmt: skip
COST: Final[Mapping[Way, int]] = {"drop": 1, "typing": 1, "direct": 1, "defer": 2, "move": 5}


@Analyzer
def cycles(
    layout: Layout, rings: Sequence[Ring], steps: Facts[Step], statements: Facts[ImportStatement],
    bindings: Facts[Binding], exports: Facts[Export], uses: Facts[UsedName], classes: Facts[Class],
    functions: Facts[Function], past: Past[Known],
) -> Iterator[Cycle]:  # fmt: skip
    """Modules that import each other: strongly connected components of the import graph, and self-imports.

    Each is judged by its effect. `fatal`: whichever of its modules is imported first, the import fails.
    `order-dependent`: it fails for some first importers. `latent`: a ring of imports that run at import, which works in
    every order as things are. `deferred`: no ring is left when imports inside functions are cut. `typing`: only imports
    under TYPE_CHECKING close it. Ranked by impact: weight of the effect x (modules of the cycle + first importers that
    fail + modules outside that import one of them).
    """
    if not rings:
        return
    world = World(layout, steps, statements, bindings, exports, uses, classes, functions)
    tables = (steps, statements, bindings, exports, uses, classes, functions)
    imports = Imports(past.state, world, tables)
    found = [_cycle(ring, imports.outcomes(ring), world, layout) for ring in rings]
    past.leave(imports.left())
    yield from sorted(found, key=lambda cycle: (-cycle.impact, cycle.modules))


def _cycle(ring: Ring, tried: Sequence[Outcome], world: World, layout: Layout) -> Cycle:
    members, rows = ring.modules, ring.imports
    # Of dynamic and lazy imports the kind does not say when they run.
    at_import = {
        (row.importer, row.line, row.imported)
        for row in rows
        if row.kind in ("dynamic", "lazy") and any(statement.at_import for statement, _ in world.written(row))
    }
    runs = [
        row
        for row in rows
        if row.kind in ("module", "conditional") or (row.importer, row.line, row.imported) in at_import
    ]
    unlazy = [row for row in rows if row.kind != "typing"]
    failed = [attempt for attempt in tried if attempt.failure is not None]
    effect, relevant = _effect(members, runs, unlazy, rows, failed)
    cuts, exact = _cuts(members, relevant, world)
    witness = _witness(failed[0], layout) if failed else None
    certain = all(attempt.failure.certain for attempt in failed if attempt.failure is not None)
    first = layout.modules[members[0]]
    line = min((row.line for row in relevant if row.importer == members[0]), default=1)
    return Cycle(
        modules=members, effect=effect, fails=tuple(attempt.entry for attempt in failed), witness=witness,
        cuts=tuple(cuts), cost=sum(cut.cost for cut in cuts), exact=exact,
        edges=len({(row.importer, row.imported) for row in rows}), fan_in=ring.fan_in,
        impact=WEIGHT[effect] * (len(members) + len(failed) + ring.fan_in), module=members[0], path=first.path,
        line=line, confidence="high" if certain else "medium", evidence=tuple(_evidence(relevant, layout)),
    )  # fmt: skip


def _effect(
    members: Sequence[str], runs: Sequence[Import], unlazy: Sequence[Import], rows: Sequence[Import],
    failed: Sequence[Outcome],
) -> tuple[Effect, Sequence[Import]]:  # fmt: skip
    """The effect, and the imports that have to do with it."""
    ring = _is_ring(runs)
    if failed:
        relevant = runs if ring else unlazy
        return ("fatal" if len(failed) == len(members) else "order-dependent"), relevant
    if ring:
        return "latent", runs
    return ("deferred", unlazy) if _is_ring(unlazy) else ("typing", rows)


def _is_ring(rows: Sequence[Import]) -> bool:
    edges: dict[str, set[str]] = {}
    for row in rows:
        edges.setdefault(row.importer, set()).add(row.imported)
    return in_rings(edges)


def _witness(attempt: Outcome, layout: Layout) -> Witness:
    failure = attempt.failure
    assert failure is not None
    order = failure.order if len(failure.order) <= 12 else (*failure.order[:4], "...", *failure.order[-7:])
    return Witness(
        order=order, module=failure.module, path=layout.modules[failure.module].path, line=failure.line,
        name=failure.name, source=failure.source,
    )  # fmt: skip


def _evidence(rows: Sequence[Import], layout: Layout) -> Iterator[str]:
    for row in sorted(rows, key=lambda row: (row.importer, row.line))[:20]:
        what = f"{', '.join(row.names)} from {row.imported}" if row.names else row.imported
        yield f"{row.path}:{row.line}: {row.kind} import of {what}"


class _Way(NamedTuple):
    """How an import could be taken out."""

    way: Way
    cost: int
    names: tuple[str, ...]


def _cuts(members: Sequence[str], rows: Sequence[Import], world: World) -> tuple[list[Cut], bool]:
    """The cheapest imports to take out so that no ring of these is left."""
    usage = _Usage(world, set(members))
    ways: dict[tuple[str, str], list[tuple[Import, _Way]]] = {}
    for row in rows:
        ways.setdefault((row.importer, row.imported), []).append((row, usage.way(row)))
    costs = {edge: sum(way.cost for _, way in found) for edge, found in ways.items()}
    chosen, exact = feedback_arcs(members, costs)
    cuts = [
        Cut(importer=row.importer, imported=row.imported, line=row.line, way=way.way, cost=way.cost, names=way.names)
        for edge in chosen
        for row, way in ways[edge]
    ]
    return cuts, exact


class _Usage:
    """How the names of an import are used by its importer."""

    def __init__(self, world: World, members: set[str]) -> None:
        self._world = world
        self._members = members
        self._uses: dict[str, dict[str, list[UsedName]]] = {}

    def way(self, row: Import) -> _Way:
        """The cheapest way to do without an import."""
        bound = self._bound(row)
        used = [use for name in bound for use in self._of(row.importer).get(name, ())]
        names = row.names or tuple(sorted(bound))
        way: Way
        if row.names and self._direct(row):
            way = "direct"
        elif not used:
            # A package binds names for others to take; a module may import for the effect alone.
            listed = self._world.listed(row.importer) or ()
            offered = self._world.layout.modules[row.importer].package or any(name in listed for name in bound)
            way = "move" if offered or "*" in row.names else "drop"
        elif row.kind == "typing" or all(use.how in ("annotation", "quoted") for use in used):
            way = "typing" if row.kind != "typing" else "move"
        elif row.kind in ("module", "conditional") and all(self._in_function(row.importer, use) for use in used):
            way = "defer"
        else:
            way = "move"
        return _Way(way, COST[way], names)

    def _bound(self, row: Import) -> set[str]:
        """The names that the import binds in its module."""
        bound: set[str] = set()
        for _, names in self._world.written(row):
            bound |= names
        return bound

    def _of(self, module: str) -> dict[str, list[UsedName]]:
        found = self._uses.get(module)
        if found is None:
            found = self._uses[module] = {}
            for use in self._world.uses(module):
                found.setdefault(use.name.partition(".")[0], []).append(use)
        return found

    def _in_function(self, module: str, use: UsedName) -> bool:
        return use.how in ("annotation", "quoted") or self._world.is_function(module, use.scope)

    def _direct(self, row: Import) -> bool:
        """Whether each name is defined in a module outside of the cycle, which could be imported instead."""
        for name in row.names:
            meaning = self._world.meaning(row.imported, name) if name != "*" else None
            if meaning is None or meaning.module in self._members or meaning.module == row.imported:
                return False
        return True
