"""Comparisons with states that nothing assigns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.findings import Finding, Place
from overhaul.inventory import StateMachine
from overhaul.leaves import Rule
from overhaul.states.names import misspelt


@Rule
def unassigned_state_compared(machines: Sequence[StateMachine]) -> Iterator[Finding]:
    """A state variable is compared with a constant that nothing assigns to it.

    Why: the comparison always comes out the same, and the branch behind it never runs, or always.

    Instead: compare with a state that there is, or assign the one that is missing. Silent where any assignment cannot
    be told; a slip of the pen is `misspelt_state`.
    """
    for machine in machines:
        if not machine.sure or machine.unknown_writes or machine.subkind == "library":
            continue
        for stranger in machine.strangers:
            if misspelt(stranger.value, machine.states) is not None:
                continue
            yield Finding(
                rule="unassigned_state_compared", severity="warning" if machine.confidence == "high" else "note",
                message=f"{machine.name} is compared with {stranger.value!r}, which nothing assigns",
                module=stranger.at.module, path=stranger.at.path, line=stranger.at.line,
                name=f"{machine.name}:{stranger.value}", because=(f"its states are: {', '.join(machine.states[:12])}",),
                places=(Place(machine.path, machine.line, f"{machine.name} is declared"), *_assigned(machine)),
            )  # fmt: skip


def _assigned(machine: StateMachine) -> Iterator[Place]:
    """Where each of its states is assigned first."""
    seen: set[str] = set()
    for one in machine.transitions:
        if one.target not in seen:
            seen.add(one.target)
            yield Place(one.path, one.line, f"{one.function or 'the module'} assigns {one.target!r}")
