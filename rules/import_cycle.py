"""Import cycles that fail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.facts import Cycle
from overhaul.findings import Finding
from overhaul.leaves import Rule


@Rule
def import_cycle(cycles: Sequence[Cycle]) -> Iterator[Finding]:
    """Modules import each other in a ring, and some import order fails.

    Why: a module in the ring takes a name from another whose body has not yet come to the place that binds it. A
    `fatal` cycle fails whichever of its modules is imported first. An `order-dependent` one fails only for some, so
    that it works until a test, a script or a sorted list of imports begins at another end: then the error stands far
    from its cause.

    Instead: cut the ring at the import that costs least, which is given with each cycle: move it under TYPE_CHECKING
    where only annotations need it, import from the module that defines the name and not from a package that hands it
    on, import inside the functions that use it, or move what both modules need into a third one. Rings that fail in no
    order (`latent`, `deferred`, `typing`) are listed in the table of cycles, and are no findings.
    """
    for cycle in cycles:
        witness = cycle.witness
        if witness is None:
            continue
        ring = " > ".join(cycle.modules if len(cycle.modules) <= 6 else (*cycle.modules[:5], "..."))
        first = cycle.fails[0]
        if cycle.effect == "fatal":
            what = f"an import cycle that fails in every order ({ring})"
        else:
            others = len(cycle.fails) - 1
            more = f" (or one of {others} others)" if others > 1 else f" (or {cycle.fails[1]})" if others else ""
            what = f"an import cycle of {len(cycle.modules)} modules that fails when {first}{more} is imported first"
        cuts = [f"cut {cut.importer}:{cut.line} -> {cut.imported} ({cut.way})" for cut in cycle.cuts[:5]]
        yield Finding(
            rule="import_cycle",
            severity="error" if cycle.effect == "fatal" and cycle.confidence == "high" else "warning",
            message=f"{what}: {witness.source} does not have {witness.name} yet",
            module=witness.module,
            path=witness.path,
            line=witness.line,
            name=witness.name,
            because=(f"imported in this order: {' > '.join(witness.order)}", *cuts),
        )
