"""Import cycles that fail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Final, Literal

import msgspec

from overhaul.facts import Cycle, Import, Ring
from overhaul.findings import Finding, Place
from overhaul.leaves import Rule
from overhaul.options import Options

Harmless = Literal["latent", "deferred", "typing"]


class ImportCycleOptions(Options, frozen=True):
    """Which cycles are found."""

    also: Annotated[
        tuple[Harmless, ...],
        msgspec.Meta(description="Effects of cycles that fail in no order, to be reported as notes all the same"),
    ] = ()


@Rule
def import_cycle(cycles: Sequence[Cycle], rings: Sequence[Ring], options: ImportCycleOptions) -> Iterator[Finding]:
    """Modules import each other in a ring, and some import order fails.

    Why: a module in the ring takes a name from another whose body has not yet come to the place that binds it. A
    `fatal` cycle fails whichever of its modules is imported first. An `order-dependent` one fails only for some, so
    that it works until a test, a script or a sorted list of imports begins at another end: then the error stands far
    from its cause.

    Instead: cut the ring at the import that costs least, which is given with each cycle: move it under TYPE_CHECKING
    where only annotations need it, import from the module that defines the name and not from a package that hands it
    on, import inside the functions that use it, or move what both modules need into a third one. Rings that fail in no
    order (`latent`, `deferred`, `typing`) are listed in the table of cycles, and are findings, as notes, where the
    option `also` names them.

    One finding a ring. It stands at the module of the ring whose name comes first; the baseline holds each module of
    the ring by itself, so that one that joins is not inherited with the others. The import that fails is the first of
    its places, the imports to cut and all modules of the ring follow, each with an import that leads on.
    """
    told = [cycle for cycle in cycles if cycle.witness is not None or cycle.effect in options.also]
    around = {ring.modules: ring for ring in rings} if told else {}
    for cycle in told:
        imports = around[cycle.modules].imports
        links = tuple(_links(cycle, imports))
        worst = cycle.effect == "fatal" and cycle.confidence == "high"
        yield Finding(
            rule="import_cycle", severity="note" if cycle.witness is None else "error" if worst else "warning",
            message=_message(cycle), module=cycle.module, path=cycle.path, line=links[0].line if links else cycle.line,
            name="ring", because=tuple(_because(cycle)),
            places=tuple(_together((*_failing(cycle), *_cuts(cycle, imports), *links))), members=cycle.modules,
        )  # fmt: skip


def _message(cycle: Cycle) -> str:
    names = [_shown(module) for module in cycle.modules]
    ring = " > ".join(names if len(names) <= 6 else (*names[:5], "..."))
    witness = cycle.witness
    if witness is None:
        return f"an import cycle of {len(names)} modules, {_HARMLESS[cycle.effect]} ({ring})"
    missing = f"{witness.source} does not have {witness.name} yet"
    if cycle.effect == "fatal":
        return f"an import cycle that fails in every order ({ring}): {missing}"
    others = len(cycle.fails) - 1
    more = f" (or one of {others} others)" if others > 1 else f" (or {cycle.fails[1]})" if others else ""
    first = cycle.fails[0]
    return f"an import cycle of {len(names)} modules that fails when {first}{more} is imported first: {missing}"


def _shown(module: str) -> str:
    return module or "the top"


def _because(cycle: Cycle) -> Iterator[str]:
    if cycle.witness is not None:
        yield f"imported in this order: {' > '.join(cycle.witness.order)}"


def _failing(cycle: Cycle) -> Iterator[Place]:
    """The import that fails."""
    if (one := cycle.witness) is not None:
        yield Place(one.path, one.line, f"takes {one.name} from {one.source}, which does not have it yet")


def _cuts(cycle: Cycle, imports: Sequence[Import]) -> Iterator[Place]:
    paths = {row.importer: row.path for row in imports}
    for cut in cycle.cuts[:_MOST_CUTS]:
        yield Place(paths[cut.importer], cut.line, f"cut {cut.importer} -> {cut.imported} ({cut.way})")


def _links(cycle: Cycle, imports: Sequence[Import]) -> Iterator[Place]:
    """Every module of a ring, in the order in which they would be imported, with an import that leads on."""
    ahead: dict[str, dict[str, Import]] = {}
    for row in sorted(imports, key=lambda row: (_LATE.get(row.kind, 0), row.line, row.imported)):
        ahead.setdefault(row.importer, {}).setdefault(row.imported, row)
    order = tuple(_walk(cycle, ahead))
    rank = {module: at for at, module in enumerate(order)}
    for module in order:
        # To the module that comes next in the walk, or else back to where the walk began.
        after = rank[module] + 1
        row = min(
            ahead[module].values(),
            key=lambda row: (rank[row.imported] != after, _LATE.get(row.kind, 0), rank[row.imported]),
        )
        yield Place(row.path, row.line, f"{_shown(module)} imports {row.imported}{_HOW.get(row.kind, '')}")


def _walk(cycle: Cycle, ahead: Mapping[str, Mapping[str, Import]]) -> Iterator[str]:
    """The modules as they are reached from the first, by the imports of each in their order."""
    seen: set[str] = set()
    for first in cycle.modules:
        waiting = [first]
        while waiting:
            module = waiting.pop()
            if module in seen or module not in ahead:
                continue
            seen.add(module)
            yield module
            waiting += reversed(list(ahead[module]))


def _together(places: Iterable[Place]) -> Iterator[Place]:
    """One place a line, with all that is said of it."""
    said: dict[tuple[str, int], list[str]] = {}
    for place in places:
        said.setdefault((place.path, place.line), []).append(place.what)
    for (path, line), texts in said.items():
        yield Place(path, line, "; ".join(texts))


_MOST_CUTS: Final = 5
_HARMLESS: Final[Mapping[str, str]] = {
    "latent": "which works in every order as things are", "deferred": "which imports inside functions close",
    "typing": "which imports for type checkers close",
}  # fmt: skip
_LATE: Final[Mapping[str, int]] = {"deferred": 1, "dynamic": 2, "lazy": 3, "typing": 4}
"""Those that run at import lead on first."""
_HOW: Final[Mapping[str, str]] = {
    "deferred": " in a function", "dynamic": " by its name", "lazy": " when it is first used",
    "typing": " for type checkers",
}  # fmt: skip
