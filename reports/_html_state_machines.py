"""The state machines: their states, how they move, and how that looks."""

from __future__ import annotations

from typing import Final

import msgspec

from overhaul.drawing.machines import Diagram, diagram
from overhaul.inventory import StateMachine
from overhaul.sections import Column, Grid, Line, Section, anchor, by_subkind, rows_of, short
from overhaul.states.picture import picture
from overhaul.survey import Survey

LIMIT: Final = 120
"""Machines told in full."""


class MachineView(msgspec.Struct, frozen=True):
    """One machine."""

    id: str
    machine: StateMachine
    diagram: Diagram | None
    mermaid: str
    """The same as text that other tools draw."""
    transitions: Grid


class StateMachines(msgspec.Struct, frozen=True):
    """All machines, those that are sure first."""

    count: int
    unsure: int
    subkinds: tuple[tuple[str, int], ...]
    machines: tuple[MachineView, ...]
    rest: Grid | None
    """Those that are listed only, with the unsure ones."""


@Section("State machines", order=26)
def state_machines(survey: Survey) -> StateMachines | None:
    """Variables that move among states on which behaviour depends."""
    rows = rows_of(survey, StateMachine)
    if rows is None:
        return None
    sure = sorted(
        (row for row in rows if row.sure),
        key=lambda row: (row.confidence, -len(row.transitions), row.path, row.line),
    )
    unsure = [row for row in rows if not row.sure]
    others = [*sure[LIMIT:], *unsure]
    return StateMachines(
        len(sure), len(unsure), by_subkind(sure),
        tuple(_view(row) for row in sure[:LIMIT]),
        Grid(
            id="state-machines-rest", caption="The others", shown=20,
            columns=(
                Column("Place", "place"), Column("Name", "code"), Column("Subkind"), Column("Confidence"),
                Column("States", "code"), Column("Evidence"),
            ),
            lines=tuple(
                Line((
                    f"{row.path}:{row.line}", row.name, row.subkind, row.confidence, short(", ".join(row.states), 200),
                    short("; ".join(row.evidence)),
                ))
                for row in others[:1000]
            ),
            total=len(others), rest='overhaul query "SELECT * FROM state_machines"',
        ) if others else None,
    )  # fmt: skip


def _view(row: StateMachine) -> MachineView:
    id = anchor("machine", row.module, row.name)
    return MachineView(id, row, diagram(row), picture(row) if row.transitions else "", Grid(
        id=f"{id}-moves", caption=f"How {row.name} moves", shown=15,
        columns=(
            Column("Place", "place"), Column("From", "code"), Column("To", "code"), Column("Guard", "code"),
            Column("In", "code"),
        ),
        lines=tuple(
            Line((
                f"{one.path}:{one.line}", one.source if one.source is not None else "any", one.target,
                short(one.guard or "", 160), one.function,
            ))
            for one in row.transitions[:200]
        ),
        total=len(row.transitions), rest='overhaul query "SELECT transitions FROM state_machines"',
    ))  # fmt: skip

