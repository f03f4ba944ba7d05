"""The work items of each phase, drafted from the audit, in the order in which they are to be done."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec
from msgspec.structs import replace

from overhaul.campaign import items_components, items_defects, items_members
from overhaul.campaign.measuring import Measuring
from overhaul.campaign.model import RISK_LIMIT, WorkItem
from overhaul.campaign.risk import Assessment, Measured, assessed
from overhaul.campaign.sketches import Site, Sketch, effort_of, identity_of
from overhaul.cloning.rows import GENERATED
from overhaul.deciding.keeping import Keeping
from overhaul.facts import Fingerprint
from overhaul.patterns import regex
from overhaul.project import Project

SHOWN: Final = 30
"""Items of one phase that are listed: more than anybody reads; the next plan brings those that follow."""
WEIGHED: Final = 90
"""Items of one phase whose risk is worked out: those that are worth most."""
PLACES: Final = 6
"""Places of one item that are listed."""
TESTS: Final = 5
"""Test files that one command names."""
_UNIFYING: Final = ("caches", "family", "redundancy")
"""The phases whose items make one of several."""
_LAST: Final = 9
"""The rank of what stands in somebody else's code, or in code that is generated."""
_NEAR: Final = 0.5
"""An interface distance from which on those who use it are places that change."""
_FOREIGN: Final = regex(r"(^|/)(_?vendor(ed)?|_?third[-_]party|_?extern(al)?s?|site-packages|node_modules|[0-9]+)/")
"""Also what stands in a folder that is a number: nobody can import it, and a step of a migration stays as it was."""


class Item(msgspec.Struct, frozen=True):
    """A work item with what its risk is made of."""

    sketch: Sketch
    measured: Measured
    risk: Assessment

    @property
    def priority(self) -> float:
        """What it is worth, times what the risk leaves of that, for each place that it takes."""
        return self.sketch.worth * (1 - self.risk.overall) / cost_of(self.sketch)


class Listed(msgspec.Struct, frozen=True):
    """The items of one phase."""

    items: tuple[Item, ...] = ()
    """In their order."""
    more: int = 0
    """How many more there are, each worth less."""


def sketches(project: Project, phase: str, role: str = "") -> Iterator[Sketch]:
    """What there is to do in one of the ten phases, in no order; `role` is the family that is to be unified.

    What a decision says must not be unified is left out.
    """
    keeping = Keeping(project.survey)
    for one in _sketched(project, phase, role):
        # One of a group is enough to keep it apart; of anything else it is what the item is about.
        about = one.sites if phase == "redundancy" else one.sites[:1]
        if phase not in _UNIFYING or not any(keeping.exactly(site.name) for site in about):
            yield one


def _sketched(project: Project, phase: str, role: str) -> Iterator[Sketch]:
    match phase:
        case "audit":
            yield from items_defects.audit(project)
            yield from items_components.mismatches(project)
        case "caches":
            yield from items_components.caches(project)
        case "state":
            yield from items_components.state(project)
        case "managers":
            yield from items_components.managers(project)
        case "performance":
            yield from items_defects.performance(project)
        case "cycles":
            yield from items_defects.cycles(project)
        case "family":
            yield from items_members.family(project, role)
        case "redundancy":
            yield from items_defects.redundancy(project)
        case "tests":
            yield from items_members.tests(project)
        case "verification":
            yield from items_defects.verification(project)
        case _:
            return


def listed(
    project: Project, measuring: Measuring, phase: str, role: str = "", limit: float = RISK_LIMIT
) -> Listed:  # fmt: skip
    """The items of a phase that are worth most, in their order, with their risks; `limit` is that of the campaign."""
    # An item that two rows ask for is one.
    every = list({one.identity: one for one in sketches(project, phase, role)}.values())
    every = [_last_if(one, lambda site: _FOREIGN.search(site.path) is not None) for one in every]
    every.sort(key=lambda one: (one.rank, -one.worth / cost_of(one), one.identity))
    generated = _generated(project)
    items = [weighed(_last_if(one, generated), measuring) for one in every[:WEIGHED]]
    return Listed(tuple(_ordered(items, limit))[:SHOWN], max(0, len(every) - SHOWN))


def cost_of(sketch: Sketch) -> float:
    """What it takes: a tenth for each place that is looked at, all of a place that is written by hand, and one more."""
    return 1 + (len(sketch.sites) + sketch.callers) * (0.1 + 0.9 * sketch.by_hand)


def _last_if(sketch: Sketch, so: Callable[[Site], bool]) -> Sketch:
    """The sketch, behind the others if all of its places are so."""
    return replace(sketch, rank=_LAST) if sketch.sites and all(map(so, sketch.sites)) else sketch


def _generated(project: Project) -> Callable[[Site], bool]:
    """Tells of a place whether a program writes what stands there."""
    prints = project.facts(Fingerprint)
    modules = {place.path: module for module, place in project.layout.modules.items()}

    def generated(site: Site) -> bool:
        module = modules.get(site.path)
        return GENERATED.search(site.path) is not None or (
            module is not None and any(one.generated for one in prints[module])
        )

    return generated


def weighed(sketch: Sketch, measuring: Measuring) -> Item:
    """An item with its risk.

    What changes no code that runs, such as a test, risks nothing but the work, and is worth the more, the riskier a
    change of what it is about would be.
    """
    found = measuring.of(sketch)
    if sketch.distance >= _NEAR:
        sketch = replace(sketch, callers=sketch.callers + found.users)
    if sketch.changes:
        return Item(sketch, found, assessed(found))
    worth = sketch.worth * (1 + 10 * assessed(found).overall)
    found = Measured(sites=found.sites, by_hand=found.by_hand)
    return Item(replace(sketch, worth=worth), found, assessed(found))


def _ordered(items: Sequence[Item], limit: float) -> Iterator[Item]:
    """By rank, then what goes before what is too risky yet, then by priority; but none before what it needs."""
    by_name = {one.sketch.identity: one for one in items}
    needs = {name: {need for need in _needs(one.sketch) if need in by_name} for name, one in by_name.items()}
    waiting: dict[str, list[str]] = defaultdict(list)
    for name, others in needs.items():
        for other in others:
            waiting[other].append(name)

    def place(one: Item) -> tuple[int, bool, float, str]:
        return one.sketch.rank, one.risk.overall >= limit, -one.priority, one.sketch.identity

    ready = [place(one) for name, one in by_name.items() if not needs[name]]
    heapq.heapify(ready)
    while ready:
        name = heapq.heappop(ready)[-1]
        yield by_name[name]
        for other in waiting[name]:
            needs[other].discard(name)
            if not needs[other]:
                heapq.heappush(ready, place(by_name[other]))


def _needs(sketch: Sketch) -> Iterator[str]:
    return (identity_of(phase, key) for phase, key in sketch.needs)


def work_items(project: Project, measuring: Measuring, items: Sequence[Item]) -> Mapping[str, WorkItem]:
    """Identity -> item, in their order; identities stay the same as long as what they are about does."""
    return {
        one.sketch.identity: _work_item(project, measuring, one, number) for number, one in enumerate(items, 1)
    }  # fmt: skip


def _work_item(project: Project, measuring: Measuring, one: Item, number: int) -> WorkItem:
    sketch, risk = one.sketch, one.risk
    return WorkItem(
        title=sketch.title, where=tuple(dict.fromkeys(_told(project, sketch.sites)))[:PLACES],
        effort=effort_of(sketch), risk=risk.overall, functionality=round(risk.functionality, 2),
        performance=round(risk.performance, 2), integration=round(risk.integration, 2),
        complexity=round(risk.complexity, 2), order=number, command=sketch.command,
        verify=_verified(measuring.tests(sketch)), after=tuple(dict.fromkeys(_needs(sketch))),
    )  # fmt: skip


def _told(project: Project, sites: Iterable[Site]) -> Iterator[str]:
    for site in sites:
        try:
            module = project.layout.module_of(site.path)
        except KeyError:
            module = ""
        inside = site.name.removeprefix(module).lstrip(".") if f"{site.name}.".startswith(f"{module}.") else site.name
        name = site.shown or inside
        yield f"{site.path}:{name}" if name else site.path


def _verified(files: Sequence[str]) -> tuple[str, ...]:
    """The command that runs the tests which get there."""
    return (f"python -m pytest {' '.join(files[:TESTS])}",) if files else ()
