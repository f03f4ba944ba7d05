"""States that are assigned past the class that has them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.findings import Finding, Place
from overhaul.inventory import StateMachine
from overhaul.leaves import Rule


@Rule
def state_written_outside(machines: Sequence[StateMachine]) -> Iterator[Finding]:
    """Others assign the state of an object whose own methods check before they move it.

    Why: the checks in the class hold only as long as everybody goes through its methods.

    Instead: call a method of the class, and add one where it has none for this. A record that only others move is no
    finding: then the driver is the place for the checks.
    """
    for machine in machines:
        if not machine.sure or not machine.outside:
            continue
        owner = machine.name.rpartition(".")[0]
        checked = [
            one for one in machine.transitions
            if one.source is not None and one.path == machine.path and one.function.startswith(f"{owner}.")
        ]  # fmt: skip
        if not checked:
            continue
        first = checked[0]
        for site in machine.outside:
            yield Finding(
                rule="state_written_outside", severity="warning",
                message=f"{site.scope or 'the module'} assigns {machine.name}, whose class checks before it moves",
                module=site.module, path=site.path, line=site.line, name=f"{machine.name}:{site.scope}",
                places=(
                    Place(first.path, first.line, f"{first.function} moves it only from {first.source}"),
                    Place(machine.path, machine.line, f"{machine.name} is declared"),
                ),
            )  # fmt: skip
