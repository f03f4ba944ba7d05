"""The managers: how many, who stands on whom, and where each is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from overhaul.crosslinks import Crosslinks
from overhaul.inventory import BuildStep, Manager, ResponsibilityOverlap, Wire
from overhaul.sections import Column, Grid, Line, Section, anchor, by_subkind, rows_of, short, surest_first, trimmed
from overhaul.survey import Survey

LIMIT: Final = 1500


class Managers(msgspec.Struct, frozen=True):
    """The managers, those that are sure first."""

    count: int
    unsure: int
    """Listed with low confidence, scoped ones among them."""
    subkinds: tuple[tuple[str, int], ...]
    tiers: tuple[tuple[str, int], ...]
    grids: tuple[Grid, ...]


@Section("Managers", order=22)
def managers(survey: Survey) -> Managers | None:
    """What owns, coordinates or gives access, and who holds whom."""
    rows = rows_of(survey, Manager)
    if rows is None:
        return None
    sure = [row for row in rows if row.sure]
    wires = [wire for wire in rows_of(survey, Wire) or () if {wire.holder, wire.held} <= {row.dotted for row in sure}]
    tiers = sorted({row.tier for row in sure if row.tier is not None})
    grids = [_grid(rows, Crosslinks(survey))]
    if overlaps := rows_of(survey, ResponsibilityOverlap):
        grids.append(_overlaps(overlaps))
    if wires:
        grids.append(_wires(wires))
    if steps := rows_of(survey, BuildStep):
        grids.append(_steps(steps))
    return Managers(
        len(sure), len(rows) - len(sure), by_subkind(sure),
        tuple((f"tier {tier}", sum(row.tier == tier for row in sure)) for tier in tiers)
        + ((("in or above a ring", ringed),) if (ringed := sum(row.tier is None for row in sure)) else ()),
        tuple(grids),
    )  # fmt: skip


def _grid(rows: Sequence[Manager], links: Crosslinks) -> Grid:
    return trimmed(Grid(
        id="managers-all", caption="Every manager", shown=40,
        columns=(
            Column("Place", "place"), Column("Name", "code"), Column("Kind", "word", choose=True),
            Column("Tier", "number"), Column("Purpose"), Column("Findings", "links"),
            Column("Confidence", "word", choose=True), Column("Facts", "folded"),
        ),
        lines=tuple(
            Line((
                f"{row.path}:{row.line}", row.name, row.subkind, row.tier, short(row.purpose, 160),
                links.findings(id := anchor("manager", row.module, row.name)),
                row.confidence, "\n".join(_facts(row)),
            ), id)
            for row in surest_first(rows, LIMIT)
        ),
        total=len(rows), rest='overhaul query "SELECT * FROM managers"',
    ))  # fmt: skip


def _facts(row: Manager) -> list[str]:
    """The evidence, where it is made, and what it offers."""
    made = ", ".join(f"{site.path}:{site.line}" for site in row.constructed[:3])
    others = (
        ("made at", made), ("its life begins and ends with", ", ".join(row.life_cycle)),
        ("its public interface:", ", ".join(row.interface)),
    )  # fmt: skip
    return [
        *(short(text, 200) for text in row.evidence),
        *(short(f"{name} {text}", 300) for name, text in others if text),
    ]


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
