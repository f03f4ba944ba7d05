"""The state machines of tradeframe, as truth.toml has them."""

from __future__ import annotations

from pathlib import Path

import msgspec

from overhaul.inventory import StateMachine
from overhaul.testing import table

TRADEFRAME = Path(__file__).parents[2] / "fixtures" / "projects" / "tradeframe"


class Move(msgspec.Struct, frozen=True, rename={"source": "from", "target": "to"}):
    """A transition as truth.toml has it."""

    source: str
    target: str
    line: int
    function: str


class State(msgspec.Struct, frozen=True):
    """A state machine as truth.toml has it."""

    subkind: str
    module: str
    name: str
    path: str
    line: int
    states: tuple[str, ...]
    initial: str
    final: tuple[str, ...]
    transitions: tuple[Move, ...]
    enum: str = ""
    table: str = ""


class Truth(msgspec.Struct, frozen=True):
    """What is read here of truth.toml."""

    states: tuple[State, ...]


def told(row: StateMachine) -> State:
    """A row in the words of truth.toml."""
    moves = [Move(one.source or "*", one.target, one.line, one.function) for one in row.transitions]
    return State(
        row.subkind, row.module, row.name, row.path, row.line, row.states, row.initial or "", row.final,
        tuple(sorted(moves, key=key)), row.enum, row.table.removeprefix(f"{row.module}."),
    )  # fmt: skip


def key(move: Move) -> tuple[int, str, str]:
    return move.line, move.source, move.target


def test_the_state_machines_of_tradeframe_are_those_of_its_truth() -> None:
    files = {
        file.relative_to(TRADEFRAME).as_posix(): file.read_bytes()
        for file in [*sorted(TRADEFRAME.rglob("*.py")), TRADEFRAME / "pyproject.toml"]
    }
    rows = [row for row in table(StateMachine, files) if isinstance(row, StateMachine)]
    found = [told(row) for row in rows if row.confidence in ("high", "medium") and row.path.startswith("src/")]
    truth = msgspec.toml.decode((TRADEFRAME / "truth.toml").read_bytes(), type=Truth).states
    expected = [
        msgspec.structs.replace(one, transitions=tuple(sorted(one.transitions, key=key))) for one in truth
    ]
    assert sorted(found, key=lambda one: one.path) == sorted(expected, key=lambda one: one.path)
