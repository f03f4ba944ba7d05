"""States that nothing leaves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

import msgspec

from overhaul.findings import Finding, Place
from overhaul.inventory import StateMachine
from overhaul.leaves import Rule
from overhaul.options import Options
from overhaul.states.names import final_by_name


class DeadEndStateOptions(Options, frozen=True):
    """Which machines are looked at."""

    least_states: Annotated[
        int, msgspec.Meta(ge=2, description="States of the machine; of two, one is often kept for good")
    ] = 3


@Rule
def dead_end_state(machines: Sequence[StateMachine], options: DeadEndStateOptions) -> Iterator[Finding]:
    """A state has no way out, and its name does not say that it is an end.

    Why: what gets there stays there: an order that waits for ever, a connection that is never retried.

    Instead: add the transition that leads on, or give the state a name that says that it is the last. Silent where
    any assignment cannot be told, for it may be the way out.
    """
    for machine in machines:
        if not machine.sure or machine.unknown_writes or len(machine.states) < options.least_states:
            continue
        sources = {one.source for one in machine.transitions if one.source is not None}
        if not sources:
            continue
        for state in machine.final:
            if final_by_name(state):
                continue
            if all(one.target != state for one in machine.transitions):
                continue
            yield Finding(
                rule="dead_end_state", severity="note", message=f"{machine.name} has no way out of {state}",
                module=machine.module, path=machine.path, line=machine.line, name=f"{machine.name}:{state}",
                places=tuple(dict.fromkeys(
                    Place(one.path, one.line, f"{one.function or 'the module'} enters it")
                    for one in machine.transitions if one.target == state
                )),
            )  # fmt: skip
