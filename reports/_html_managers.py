"""The managers: how many, who stands on whom, and where each is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from overhaul.inventory import BuildStep, Manager, ResponsibilityOverlap, Wire
from overhaul.pictures import Picture, columns
from overhaul.sections import Column, Grid, Line, Section, anchor, by_subkind, rows_of, short, surest_first
from overhaul.survey import Survey

LIMIT: Final = 1500
DRAWN: Final = 40
"""Managers of the largest wiring graph that has a picture."""


class Managers(msgspec.Struct, frozen=True):
    """The managers, those that are sure first."""

    count: int
    unsure: int
    """Listed with low confidence, scoped ones among them."""
    subkinds: tuple[tuple[str, int], ...]
    tiers: tuple[tuple[str, int], ...]
    picture: Picture | None
    grids: tuple[Grid, ...]


@Section("Managers", order=22)
def managers(survey: Survey) -> Managers | None:
    """What owns, coordinates or gives access, and who holds whom."""
    rows = rows_of(survey, Manager)
    if rows is None:
        return None
    sure = [row for row in rows if row.sure]
    wires = [wire for wire in rows_of(survey, Wire) or () if {wire.holder, wire.held} <= {row.dotted for row in sure}]
    ends = {end for wire in wires for end in (wire.holder, wire.held)}
    wired = [row for row in sure if row.dotted in ends]
    tiers = sorted({row.tier for row in sure if row.tier is not None})
    grids = [_grid(rows)]
    if overlaps := rows_of(survey, ResponsibilityOverlap):
        grids.append(_overlaps(overlaps))
    if wires:
        grids.append(_wires(wires))
    if steps := rows_of(survey, BuildStep):
        grids.append(_steps(steps))
    grids.append(_evidence(rows))
    return Managers(
        len(sure), len(rows) - len(sure), by_subkind(sure),
        tuple((f"tier {tier}", sum(row.tier == tier for row in sure)) for tier in tiers)
        + ((("in or above a ring", ringed),) if (ringed := sum(row.tier is None for row in sure)) else ()),
        _picture(wired, wires) if wired and len(wired) <= DRAWN else None, tuple(grids),
    )  # fmt: skip


def _picture(rows: Sequence[Manager], wires: Sequence[Wire]) -> Picture:
    """One column a tier; what is in a ring stands behind the last."""
    last = max((row.tier for row in rows if row.tier is not None), default=-1) + 1
    tiers = [
        [row.dotted for row in rows if (last if row.tier is None else row.tier) == tier] for tier in range(last + 1)
    ]
    return columns(
        [tier for tier in tiers if tier],
        {(wire.holder, wire.held): f"{wire.holder} {wire.how} {wire.held}" for wire in wires},
        {row.dotted: row.name for row in rows},
    )


def _grid(rows: Sequence[Manager]) -> Grid:
    return Grid(
        id="managers-all", caption="Every manager", shown=40,
        columns=(
            Column("Place", "place"), Column("Name", "code"), Column("Kind"), Column("Tier", "number"),
            Column("Purpose"), Column("Life cycle", "code"),
        ),
        lines=tuple(
            Line((
                f"{row.path}:{row.line}", row.name, f"{row.subkind}, {row.confidence}", row.tier,
                short(row.purpose, 160), short(", ".join(row.life_cycle), 120),
            ), anchor("manager", row.module, row.name))
            for row in surest_first(rows, LIMIT)
        ),
        total=len(rows), rest='overhaul query "SELECT * FROM managers"',
    )  # fmt: skip


def _evidence(rows: Sequence[Manager]) -> Grid:
    return Grid(
        id="managers-evidence", caption="The evidence, manager by manager", shown=15,
        columns=(
            Column("Name", "code"), Column("Evidence"), Column("Made in", "code"), Column("Public interface", "code"),
        ),
        lines=tuple(
            Line((
                row.name, short("; ".join(row.evidence)),
                short(", ".join(f"{site.path}:{site.line}" for site in row.constructed[:3]), 200),
                short(", ".join(row.interface), 200),
            ))
            for row in surest_first(rows, LIMIT)
        ),
        total=len(rows), rest='overhaul query "SELECT name, evidence FROM managers"',
    )  # fmt: skip


def _overlaps(rows: Sequence[ResponsibilityOverlap]) -> Grid:
    return Grid(
        id="managers-overlaps", caption="Managers that do the same: candidates for one", shown=15,
        columns=(
            Column("Place", "place"), Column("First", "code"), Column("Second", "code"), Column("Similarity", "number"),
            Column("Both"),
        ),
        lines=tuple(
            Line((f"{row.path}:{row.line}", row.first, row.second, row.similarity, short(", ".join(row.shared), 300)))
            for row in rows[:300]
        ),
        total=len(rows), rest='overhaul query "SELECT * FROM responsibility_overlaps"',
    )  # fmt: skip


def _wires(rows: Sequence[Wire]) -> Grid:
    return Grid(
        id="managers-wires", caption="Who holds whom", shown=15,
        columns=(
            Column("Place", "place"), Column("Holder", "code"), Column("Held", "code"), Column("How"),
            Column("As", "code"),
        ),
        lines=tuple(
            Line((f"{row.path}:{row.line}", row.holder, row.held, row.how, row.attribute)) for row in rows[:LIMIT]
        ),
        total=len(rows), rest='overhaul query "SELECT * FROM wires"',
    )  # fmt: skip


def _steps(rows: Sequence[BuildStep]) -> Grid:
    return Grid(
        id="managers-steps", caption="In which order they are made", shown=20,
        columns=(
            Column("Place", "place"), Column("Function", "code"), Column("Step", "number"), Column("Makes", "code"),
            Column("As", "code"), Column("Needs", "code"),
        ),
        lines=tuple(
            Line((
                f"{row.path}:{row.line}", row.function, row.order, row.component, row.target,
                short(", ".join(one.rpartition(".")[2] for one in row.needs), 200),
            ))
            for row in rows[:LIMIT]
        ),
        total=len(rows), rest='overhaul query "SELECT * FROM build_steps"',
    )  # fmt: skip
