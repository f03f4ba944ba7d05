"""State machines drawn: a diagram of the small ones, and what goes over into what of the large ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from overhaul.drawing.figure import Figure, Thing, Tie, cut, graph
from overhaul.drawing.matrix import Cell, Matrix, Row
from overhaul.inventory import StateMachine, Transition

DRAWN: Final = 25
"""States of the largest machine that has a diagram; and it has at most three times as many lines as states."""
LARGEST: Final = 60
"""States of the largest machine that has a matrix."""
ANY: Final = "any state"
_BEGINNING: Final = "the beginning"
_LABEL: Final = 30
_NAME: Final = 28


class Diagram(msgspec.Struct, frozen=True):
    """How a machine moves: a graph, or a matrix of the states that are left and entered."""

    figure: Figure | None
    matrix: Matrix | None
    text: str
    """What can be seen, for those who do not."""
    unentered: tuple[str, ...]
    forbidden: int
    """Lines that the machine's table does not allow."""
    unmade: int
    """Lines that the table allows and no code makes."""
    anywhere: bool
    """Some moves start in any state."""


def diagram(machine: StateMachine) -> Diagram | None:
    """The picture of a machine; None for one that never moves, and for one with too many states."""
    moves: dict[tuple[str | None, str], list[Transition]] = {}
    # Where a table says what is allowed, an assignment without its start says nothing about the way.
    attempts = (move for move in machine.attempts if move.source is not None)
    for move in (*machine.transitions, *attempts):
        moves.setdefault((move.source, move.target), []).append(move)
    named = [one for pair in moves for one in pair if one is not None]
    states = list(dict.fromkeys([*machine.states, *named]))
    if not moves or len(states) < 2 or len(states) > LARGEST:
        return None
    marks = _marks(machine, moves)
    unentered = _unentered(machine, states)
    text = (
        f"{len(states)} states and {len(moves)} ways from one to another"
        + (f"; it begins as {machine.initial}" if machine.initial is not None else "")
        + (f"; there is no way out of {', '.join(machine.final)}" if machine.final else "")
        + (f"; nothing leads to {', '.join(unentered)}" if unentered else "")
        + "."
    )
    small = len(states) <= DRAWN and len(moves) <= 3 * len(states)
    return Diagram(
        _figure(machine, states, moves, marks, unentered) if small else None,
        None if small else _matrix(states, moves, marks),
        text, unentered, sum(mark == "cut" for mark in marks.values()),
        sum(mark == "later" for mark in marks.values()), any(source is None for source, _ in moves),
    )  # fmt: skip


def _unentered(machine: StateMachine, states: Sequence[str]) -> tuple[str, ...]:
    """States that no code assigns; where values are assigned that are not known, nobody can tell."""
    if machine.unknown_writes or not machine.entered:
        return ()
    return tuple(state for state in states if state not in machine.entered and state != machine.initial)


def _marks(machine: StateMachine, moves: Mapping[tuple[str | None, str], object]) -> dict[tuple[str | None, str], str]:
    """`cut` for what the table does not allow, `later` for what it allows and no code makes."""
    if not machine.allowed:
        return {}
    allowed = {(move.source, move.target) for move in machine.allowed}
    made = {(move.source, move.target) for move in machine.attempts}
    into = {target for source, target in made if source is None}
    marks: dict[tuple[str | None, str], str] = {}
    for source, target in moves:
        pair = source, target
        if pair in made and pair not in allowed and source is not None and source != target:
            marks[pair] = "cut"
        elif pair in allowed and pair not in made and target not in into:
            marks[pair] = "later"
    return marks


def _figure(
    machine: StateMachine, states: Sequence[str], moves: Mapping[tuple[str | None, str], Sequence[Transition]],
    marks: Mapping[tuple[str | None, str], str], unentered: Sequence[str],
) -> Figure:  # fmt: skip
    things: list[Thing] = []
    if machine.initial is not None:
        things.append(Thing(name=f"\0{_BEGINNING}", label="", title="Where it begins", mark="begin", plain=True))
    if any(source is None for source, _ in moves):
        things.append(Thing(name=f"\0{ANY}", label=ANY, title="Any state", mark="any"))
    things += [
        Thing(
            name=state, label=cut(state, _NAME) or '""', title=state or "the empty text",
            note="no way out" if state in machine.final else "never entered" if state in unentered else "",
            mark="final" if state in machine.final else "unentered" if state in unentered else "",
        )
        for state in _first(states, machine.initial)
    ]
    plain = len(moves) > 2 * len(states)
    ties = [
        Tie(
            source=f"\0{ANY}" if source is None else source, target=target, label="" if plain else _label(several),
            title=_title(source, target, several), mark=marks.get((source, target), ""),
        )
        for (source, target), several in moves.items()
    ]
    if machine.initial is not None:
        ties.append(Tie(source=f"\0{_BEGINNING}", target=machine.initial, title=f"It begins as {machine.initial}"))
        if machine.initial not in states:
            things.append(Thing(name=machine.initial, label=cut(machine.initial, _NAME), title=machine.initial))
    return graph(things, ties, widest=1300)


def _first(states: Sequence[str], initial: str | None) -> list[str]:
    return sorted(states, key=lambda state: state != initial)


def _label(moves: Sequence[Transition]) -> str:
    """What brings it about: the function, and the condition where there is one."""
    told = dict.fromkeys(_told(move) for move in moves)
    first = next((one for one in told if one), "")
    return f"{cut(first, _LABEL - 4)} +{len(told) - 1}" if len(told) > 1 else cut(first, _LABEL)


def _told(move: Transition) -> str:
    name = move.function.rpartition(".")[2]
    name = f"{name}()" if name else ""
    return f"{name} [{move.guard}]" if move.guard else name


def _title(source: str | None, target: str, moves: Sequence[Transition]) -> str:
    told = "; ".join(f"{_told(move) or 'at the top'} ({move.path}:{move.line})" for move in moves[:4])
    more = f"; and {len(moves) - 4} more" if len(moves) > 4 else ""
    return f"{ANY if source is None else source} to {target}: {told}{more}"


def _matrix(
    states: Sequence[str], moves: Mapping[tuple[str | None, str], Sequence[Transition]],
    marks: Mapping[tuple[str | None, str], str],
) -> Matrix:  # fmt: skip
    anywhere = any(source is None for source, _ in moves)
    rows: list[Row] = []
    for source in (*states, None) if anywhere else states:
        cells = tuple(
            Cell(len(several), _title(source, target, several), f"s2 {marks.get((source, target), '')}".strip())
            if (several := moves.get((source, target))) else None
            for target in (*states, ANY)[: len(states) + anywhere]
        )  # fmt: skip
        name = ANY if source is None else source
        rows.append(Row(name, cut(name, _NAME), name, "", cells, ("",) * len(cells)))
    return Matrix(tuple(rows), 0, ())
