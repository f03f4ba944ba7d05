"""States that differ from the others by a slip of the pen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.findings import Finding, Place
from overhaul.inventory import StateMachine
from overhaul.leaves import Rule
from overhaul.states.names import misspelt


@Rule
def misspelt_state(machines: Sequence[StateMachine]) -> Iterator[Finding]:
    """A state variable is compared with a text that is almost, and not quite, one of its states.

    Why: `"canceled"` is never equal to `"cancelled"`, and nothing says so: a text is as good as any other.

    Instead: write the state as it is assigned, and better, make the states an Enum, whose names are checked.
    """
    for machine in machines:
        if machine.enum or not machine.sure or machine.subkind == "library":
            continue
        for stranger in machine.strangers:
            meant = misspelt(stranger.value, machine.states)
            if meant is not None:
                yield Finding(
                    rule="misspelt_state", severity="warning" if machine.unknown_writes else "error",
                    message=f"{machine.name} is compared with {stranger.value!r}; the state is {meant!r}",
                    module=stranger.at.module, path=stranger.at.path, line=stranger.at.line,
                    name=f"{machine.name}:{stranger.value}",
                    places=tuple(dict.fromkeys((
                        *(Place(one.path, one.line, f"{one.function or 'the module'} assigns {meant!r}")
                          for one in machine.transitions if one.target == meant),
                        Place(machine.path, machine.line, f"{machine.name} is declared"),
                    ))),
                )  # fmt: skip
