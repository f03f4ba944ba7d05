"""What could be done about each cycle, drafted: the cut and what speaks for it, the other ways, what is for people."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from overhaul.cutting.breaking import Breaker, Broken, Stuck
from overhaul.cutting.choosing import Choosing
from overhaul.cutting.crossings import Edge, Sight, level_of
from overhaul.cutting.reliance import Reliance
from overhaul.cutting.skeletons import skeleton
from overhaul.cutting.ways import WAYS, Option, Way, Ways
from overhaul.drafts import Drafted
from overhaul.facts import Cycle, Import

if TYPE_CHECKING:
    from overhaul.project import Project

_ALLOWED: Final[Sequence[Way]] = WAYS[:4]
_FAILING: Final = ("fatal", "order-dependent", "latent")
_RISK: Final = {"typing": 0.1, "defining-module": 0.15, "defer": 0.3, "move": 0.5}
_RISKS: Final = {
    "typing": "type checkers alone see the import afterwards",
    "defining-module": "the same object, from where it is made",
    "defer": "what the import does is done by the first call, and each call looks it up",
    "move": "every use of what moves is changed",
}
_TEST: Final = re.compile(r"(^|/)(tests?|testing)/|(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$")
_LARGEST: Final = 60
"""Modules of a ring for which the other ways are worked out as well."""
_SHOWN: Final = 12


def drafted(project: Project) -> Iterator[Drafted]:
    """One step for each cycle of the project, the one with the greatest impact first."""
    cycles: Sequence[Cycle] = project.survey.rows(Cycle)
    reliance = Reliance(Sight(project))
    for cycle in cycles:
        outcome = Breaker(project, _ALLOWED, reliance=reliance).ring(cycle, (cycle.effect,))
        yield _broken(reliance, outcome) if isinstance(outcome, Broken) else _stuck(project, outcome)


def _broken(reliance: Reliance, done: Broken) -> Drafted:
    project, cycle = reliance.sight.project, done.cycle
    taken = {one.way for one in done.options}
    ways: list[Way] = [way for way in WAYS if way in taken]
    ready = cycle.effect in _FAILING
    left = f"a {done.effect} ring is left, which no import fails for" if done.effect else "nothing of it is left"
    risk = max(_RISK[way] for way in ways)
    because = (
        *_evidence(cycle),
        *(f"cut: {one}" for one in done.said),
        f"gain: {left}; impact {cycle.impact:g} today",
        *(f"risk: {way}: {_RISKS[way]}" for way in ways),
        *dict.fromkeys(_others(reliance, cycle, {one.crossing.edge for one in done.options})),
    )
    by_hand = () if ready else (
        "no import can fail for this ring as it stands: take the marks away where it is worth the change",
    )  # fmt: skip
    return Drafted(
        codemod="break_cycle", keys=_keys(cycle, ways), title=_title(cycle), because=because, by_hand=by_hand,
        ready=ready, risk=risk, tests=tuple(_tests(project, cycle.modules)),
    )  # fmt: skip


def _stuck(project: Project, left: Stuck) -> Drafted:
    cycle = left.cycle
    reasons = [f"no cut is proven: {why}" for why in left.reasons[:_SHOWN]]
    if len(left.reasons) > _SHOWN:
        reasons.append(f"and {len(left.reasons) - _SHOWN} reasons more")
    by_hand = (
        "break it where one side does not need the answer of the other: an event on the bus",
        *skeleton(project, cycle),
    )
    return Drafted(
        codemod="break_cycle", keys=_keys(cycle, _ALLOWED), title=_title(cycle),
        because=(*_evidence(cycle), *reasons), by_hand=by_hand, ready=False,
        tests=tuple(_tests(project, cycle.modules)),
    )  # fmt: skip


def _keys(cycle: Cycle, ways: Collection[Way]) -> dict[str, object]:
    return {"target": cycle.modules[0], "impact": [cycle.effect], "ways": list(ways)}


def _title(cycle: Cycle) -> str:
    names = ", ".join(cycle.modules[:3])
    more = f" and {len(cycle.modules) - 3} more" if len(cycle.modules) > 3 else ""
    return f"Break the {cycle.effect} cycle of {names}{more}"


def _evidence(cycle: Cycle) -> Iterator[str]:
    if (witness := cycle.witness) is not None:
        order = " -> ".join(witness.order)
        yield (
            f"{witness.path}:{witness.line}: {witness.source} has no {witness.name} yet when it is asked for, in the "
            f"order {order}"
        )
    yield from cycle.evidence[:_SHOWN]


def _others(reliance: Reliance, cycle: Cycle, chosen: Collection[Edge]) -> Iterator[str]:
    """The ways that were not taken: of the same imports, and of the others of the ring."""
    if len(cycle.modules) > _LARGEST:
        return
    sight = reliance.sight
    crossings = sight.crossings(cycle.modules)
    level = level_of(cycle.effect, crossings)
    ways = Ways(sight, cycle.modules, _ALLOWED, reliance)
    choosing = Choosing(sight, ways, crossings, level, _ALLOWED)
    told = 0
    for edge in sorted(choosing.edges, key=lambda one: (one not in chosen, one)):
        if told >= _SHOWN:
            return
        for crossing in choosing.edges[edge]:
            for one in ways.options(crossing, level):
                if isinstance(one, Option):
                    if edge not in chosen:
                        told += 1
                        yield f"other way: {crossing.said}: {one.said} (cost {one.cost})"
                    break
                told += 1
                yield f"why not: {one}"


def _tests(project: Project, modules: Collection[str]) -> Iterator[str]:
    """The test files that import modules of the ring, with how many imports."""
    members = set(modules)
    rows: Sequence[Import] = project.survey.rows(Import)
    found = Counter(
        row.path for row in rows if row.imported in members and not row.implicit and _TEST.search(row.path)
    )
    for path in sorted(found):
        yield f"{path}: {found[path]} import{'s' if found[path] > 1 else ''}"
