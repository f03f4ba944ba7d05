"""Who holds whom among the managers, drawn by tiers."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

import msgspec

from overhaul.drawing.matrix import Matrix
from overhaul.drawing.wiring import DRAWN, Plan, between, packages, plan
from overhaul.inventory import BuildStep, Manager, Wire
from overhaul.sections import Section, anchor, rows_of
from overhaul.survey import Survey

NAMED: Final = 24
"""Managers of a tier that are named."""


class Tier(msgspec.Struct, frozen=True):
    """The managers with chains of one length below them."""

    title: str
    count: int
    managers: tuple[tuple[str, str], ...]
    """Name and link, of as many as are named."""


class Wiring(msgspec.Struct, frozen=True):
    """The whole, or packages and then each of them."""

    wires: int
    managers: int
    """Those with wires."""
    alone: int
    tiers: tuple[Tier, ...]
    whole: Plan | None
    matrix: Matrix | None
    packages: tuple[Plan, ...]


@Section("Wiring", order=23)
def wiring(survey: Survey) -> Wiring | None:
    """The managers by tiers, and the wires between them."""
    rows = [row for row in rows_of(survey, Manager) or () if row.sure]
    names = {row.dotted for row in rows}
    wires = [wire for wire in rows_of(survey, Wire) or () if {wire.holder, wire.held} <= names]
    if not wires:
        return None
    ends = {end for wire in wires for end in (wire.holder, wire.held)}
    wired = [row for row in rows if row.dotted in ends]
    steps = rows_of(survey, BuildStep) or ()
    links = {row.dotted: anchor("manager", row.module, row.name) for row in wired}
    tiers: defaultdict[int, list[Manager]] = defaultdict(list)
    for row in wired:
        tiers[-1 if row.tier is None else row.tier].append(row)
    small = len(wired) <= DRAWN
    return Wiring(
        len(wires), len(wired), len(rows) - len(wired),
        tuple(
            Tier(
                "in or above a ring" if tier < 0 else f"tier {tier}", len(members),
                tuple((row.name, links[row.dotted]) for row in members[:NAMED]),
            )
            for tier, members in sorted(tiers.items(), key=lambda pair: (pair[0] >= 0, -pair[0]))
        ),
        plan(wired, wires, steps, links) if small else None,
        None if small else between(wired, wires), () if small else tuple(packages(wired, wires, steps, links)),
    )  # fmt: skip
