"""Transitions without a check, where others into the same state have one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.findings import Finding, Place
from overhaul.inventory import StateMachine
from overhaul.leaves import Rule
from overhaul.states.names import final_by_name


@Rule
def unguarded_transition(machines: Sequence[StateMachine]) -> Iterator[Finding]:
    """A state is entered from any other, while elsewhere it is entered from certain ones only.

    Why: one of the two is wrong: either the check is not needed, or it was forgotten here.

    Instead: check the state before, or enter it by the function that does. States that are an end by their name, and
    the initial one, can be entered from anywhere and are no findings.
    """
    for machine in machines:
        if machine.confidence != "high" or machine.initial is None or machine.subkind in ("library", "table"):
            continue
        for state in machine.states:
            if state == machine.initial or final_by_name(state):
                continue
            into = [one for one in machine.transitions if one.target == state]
            checked = [one for one in into if one.source is not None]
            if not checked:
                continue
            first = checked[0]
            for one in into:
                if one.source is None and one.guard is None:
                    yield Finding(
                        rule="unguarded_transition", severity="note",
                        message=f"{one.function or 'the module'} makes {machine.name} {state} whatever it was before",
                        module=machine.module, path=one.path, line=one.line,
                        name=f"{machine.name}:{state}:{one.function}",
                        places=(
                            Place(first.path, first.line, f"{first.function} does so only from {first.source}"),
                            Place(machine.path, machine.line, f"{machine.name} is declared"),
                        ),
                    )  # fmt: skip
