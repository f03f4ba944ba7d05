"""States that nothing enters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.facts import Attribute, Facts
from overhaul.findings import Finding, Place
from overhaul.inventory import StateMachine
from overhaul.layout import Layout
from overhaul.leaves import Rule


@Rule
def unentered_state(
    machines: Sequence[StateMachine], layout: Layout, attributes: Facts[Attribute]
) -> Iterator[Finding]:
    """A state is declared, and no code enters it.

    Why: whatever is written for that state never runs, and a reader believes that it does. Either the assignment was
    lost, or the state was.

    Instead: enter the state where it belongs, or take it away with the code that asks for it. Silent where a value is
    assigned that cannot be told (restored, or passed on), and where another variable has the same states.
    """
    shared: dict[str, set[str]] = {}
    unknown: set[str] = set()
    for machine in machines:
        if machine.enum:
            shared.setdefault(machine.enum, set()).update(machine.entered)
            if machine.unknown_writes:
                unknown.add(machine.enum)
    for machine in machines:
        if not machine.sure or machine.unknown_writes or machine.enum in unknown:
            continue
        if not machine.transitions or (machine.subkind == "library" and machine.initial is None):
            continue
        entered = shared.get(machine.enum, set()) | set(machine.entered)
        for state in machine.states:
            if state not in entered:
                yield Finding(
                    rule="unentered_state", severity="warning" if machine.confidence == "high" else "note",
                    message=f"no code makes {machine.name} {state}", module=machine.module, path=machine.path,
                    line=machine.line, name=f"{machine.name}:{state}",
                    because=(f"entered are: {', '.join(machine.entered[:12])}",),
                    places=tuple(_member(machine.enum, state, layout, attributes)),
                )  # fmt: skip


def _member(enum: str, state: str, layout: Layout, attributes: Facts[Attribute]) -> Iterator[Place]:
    """Where a state is declared, if it is a member of an Enum of the project."""
    module, owner = enum, ""
    while module and module not in layout.modules:
        module, _, last = module.rpartition(".")
        owner = f"{last}.{owner}" if owner else last
    for row in attributes[module] if module else ():
        if (row.owner, row.name) == (owner, state):
            yield Place(layout.modules[module].path, row.line, f"{owner} has {state}")
            return
