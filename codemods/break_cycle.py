"""Break import cycles."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Literal

from overhaul.changes import Proposal, Target
from overhaul.cutting.breaking import Breaker, Stuck, reasons
from overhaul.cutting.crossings import Edge, Level, Sight
from overhaul.cutting.lazily import refuse_lazy
from overhaul.cutting.notes import notes
from overhaul.cutting.ways import WAYS
from overhaul.errors import Refused, UsageError, did_you_mean
from overhaul.leaves import Codemod
from overhaul.project import Project
from overhaul.requests import Request

Impact = Literal["fatal", "order-dependent", "latent", "deferred", "typing"]


class BreakCycle(Request, frozen=True, kw_only=True):
    """Which cycles, and by which ways."""

    target: str = ""
    """A module of the cycle, or one import of it: `package.a -> package.b`. Without it all of `impact` are meant."""
    all: bool = False
    """All cycles of `impact`, as without a target."""
    impact: tuple[Impact, ...] = ()
    """The kinds of cycles that are broken: `fatal` and `order-dependent` where nothing is said, and with a target
    `latent` ones, too. What is left of a cycle is of another kind, or nothing: a `deferred` import in a function closes
    a ring for the audit, though no import can fail for it."""
    ways: tuple[Literal["typing", "defining-module", "defer", "move", "lazy"], ...] = (
        "typing", "defining-module", "defer", "move",
    )  # fmt: skip
    """What may be done: import under TYPE_CHECKING what only annotations use (`typing`), from the module that defines a
    name (`defining-module`), in the functions that use it (`defer`); move it to a third module (`move`); `lazy` imports
    of Python 3.15. The cheapest that is proven is taken, in this order."""
    partly: bool = False
    """Where a ring cannot be opened, cuts are made that leave a smaller one."""


@Codemod
def break_cycle(project: Project, request: BreakCycle) -> Iterator[Proposal]:
    """Break import cycles, each by the cheapest cut that is proven.

    For each cycle the cheapest set of imports is taken without which no ring is left: under TYPE_CHECKING where
    only annotations use the name (in quotes where Python would evaluate them), from the module that defines it
    instead of the package that hands it on, in the functions that use it, or by a move of what is needed to a
    module of its own; on request by a lazy import, where the project asks for Python 3.15. Never by hiding the
    import from the reader. A cut counts when the audit of the result says that the cycle is gone or does less harm,
    no import fails that worked and no name means anything else. Refused, or left with its reason where all cycles are
    asked for: names that others take from the module, replace there in tests, or see as a whole; annotations that
    somebody looks at when the code runs; functions that may run while modules are imported; modules that register
    something when they are imported.
    """
    if request.target and request.all:
        raise UsageError(f"{request.target}: say a target, or all = true, not both")
    if "lazy" in request.ways:
        refuse_lazy(project)
    breaker = Breaker(project, request.ways, partly=request.partly)
    if "->" in request.target:
        _edge(project, breaker, request)
    elif request.target:
        _module(project, breaker, request)
    else:
        kinds = request.impact or ("fatal", "order-dependent")
        breaker.all(kinds)
    yield from breaker.changes()
    yield from breaker.leftovers
    yield from notes(project, breaker.now, breaker.broken)
    for stuck in breaker.stuck.values():
        cycle = stuck.cycle
        ring = " -> ".join((*cycle.modules[:5], cycle.module if len(cycle.modules) <= 5 else "..."))
        reason = f"the {cycle.effect} cycle {ring} is left: {reasons(stuck)}"
        yield breaker.now.leftover(cycle.path, cycle.line, Target(cycle.module), reason)


def _module(project: Project, breaker: Breaker, request: BreakCycle) -> None:
    """Break the cycles that a module is part of. Raises Refused where one cannot be broken."""
    _known(project, request.target)
    kinds = request.impact or ("fatal", "order-dependent", "latent")
    breaker.all(kinds, request.target)
    for stuck in breaker.stuck.values() if not (request.partly and breaker.broken) else ():
        raise _refused(stuck, request.ways)


def _edge(project: Project, breaker: Breaker, request: BreakCycle) -> None:
    """Do without one import. Raises Refused where that does not go."""
    importer, _, imported = (part.strip() for part in request.target.partition("->"))
    for module in (importer, imported):
        _known(project, module)
    kinds = request.impact or ("fatal", "order-dependent", "latent")
    level: Level = "all" if "typing" in kinds else "call" if "deferred" in kinds else "import"
    edge: Edge = importer, imported
    sight = Sight(project)
    for cycle in sight.cycles:
        if importer in cycle.modules and imported in cycle.modules and cycle.effect in kinds:
            if not any(one.edge == edge and one.counts(level) for one in sight.crossings(edge)):
                return
            outcome = breaker.one(cycle, level, edge)
            if isinstance(outcome, Stuck):
                raise _refused(outcome, request.ways)
            return


def _known(project: Project, module: str) -> None:
    if module not in project.layout.modules:
        raise Refused(f"{module}: the project has no such module: {did_you_mean(module, project.layout.modules)}")


def _refused(stuck: Stuck, ways: Collection[str]) -> Refused:
    more = "" if set(WAYS[:4]) <= set(ways) else "allow another way, or "
    return Refused(f"{reasons(stuck)}, so that the {stuck.cycle.effect} cycle of {stuck.cycle.modules[0]} stays: {more}"
                   "break it by hand (`overhaul propose cycles` shows how)")  # fmt: skip
