"""Transitions that the table of transitions forbids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.findings import Finding, Place
from overhaul.inventory import StateMachine
from overhaul.leaves import Rule


@Rule
def forbidden_transition(machines: Sequence[StateMachine]) -> Iterator[Finding]:
    """The code moves from one state to another, and the table of transitions does not allow it.

    Why: the table is what everybody reads. Where the assignment goes past it, the table is wrong; where it is asked,
    the call always fails.

    Instead: add the row to the table, or take another way. Only transitions are compared whose first state is known
    from the conditions around.
    """
    for machine in machines:
        if not machine.allowed:
            continue
        allowed = {(one.source, one.target) for one in machine.allowed}
        for one in machine.attempts:
            if one.source is None or one.source == one.target or (one.source, one.target) in allowed:
                continue
            rows = [two for two in machine.allowed if two.source == one.source]
            ways = ", ".join(two.target for two in rows)
            # Where the table has nothing for the state, its first row shows where it stands.
            table = rows or machine.allowed[:1]
            yield Finding(
                rule="forbidden_transition", severity="error" if machine.confidence == "high" else "warning",
                message=f"{machine.name} goes from {one.source} to {one.target}, which {machine.table} does not allow",
                module=machine.module, path=one.path, line=one.line,
                name=f"{machine.name}:{one.source}:{one.target}:{one.function}",
                because=(f"from {one.source} the table allows: {ways or 'nothing'}",),
                places=(
                    *(Place(two.path, two.line, f"the table allows {two.source} to {two.target}") for two in table),
                    Place(machine.path, machine.line, f"{machine.name} is declared"),
                ),
            )  # fmt: skip
