"""State machines that a library runs, as rows of the inventory."""

from __future__ import annotations

from collections.abc import Iterator

from overhaul.facts import LibraryMachine
from overhaul.inventory import StateMachine, Transition, fact


def of_library(module: str, path: str, row: LibraryMachine) -> StateMachine | None:
    """The row of a machine that is declared to a library; None where it declares less than two states and no move."""
    named = [*row.states, *(one for move in row.moves for one in (*move.sources, move.target) if one)]
    states = tuple(dict.fromkeys(named))
    if len(states) < 2 and not row.moves:
        return None
    transitions = tuple(_transitions(row, path))
    anywhere = {one.target for one in transitions if one.source is None}
    left = {one.source for one in transitions if one.source != one.target}
    final = tuple(
        state for state in states
        if row.complete and state not in left and not anywhere - {state} and (transitions or state in row.final)
    )  # fmt: skip
    shown = [fact(row.line, f"a machine of {row.library} with {len(states)} states"[:150])]
    for move in row.moves[:5]:
        source = " or ".join(move.sources) or "any"
        shown.append(fact(move.line, f"{move.event or 'a transition'}: {source} to {move.target or 'itself'}"[:150]))
    return StateMachine(
        kind="state_machine", subkind="library", name=row.name, module=module, path=path, line=row.line,
        confidence="high" if row.complete and len(states) > 1 else "medium", evidence=tuple(shown), states=states,
        initial=row.initial or None, final=final, transitions=transitions, enum="", table="", tests=(),
        unknown_writes=(), entered=tuple(
            state for state in states if state == row.initial or any(one.target == state for one in transitions)
        ),
    )  # fmt: skip


def _transitions(row: LibraryMachine, path: str) -> Iterator[Transition]:
    for move in row.moves:
        for source in move.sources or (None,):
            target = move.target or source
            if target is not None:
                yield Transition(source, target, move.line, move.guard or None, path, move.event)
