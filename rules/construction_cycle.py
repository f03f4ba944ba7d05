"""Managers that hold each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from overhaul.findings import Finding, Place
from overhaul.inventory import Manager
from overhaul.leaves import Rule
from overhaul.wiring.graph import rings


@Rule
def construction_cycle(managers: Sequence[Manager]) -> Iterator[Finding]:
    """Managers construct or receive each other in a ring.

    Why: none of them can be made, tested, started or stopped without the others; one of them has to be made before what
    it needs is there, and gets it later through a setter, or makes it again and again. When all of the ring construct
    each other in their constructors, making one never ends.

    Instead: let one of them publish what happens (an event, a callback handed in by whoever builds both), or take out
    what two of them need into a third that both receive.

    A part that is made by its owner and handed the owner (`Part(self)`) counts as the owner's, and makes no ring.
    """
    by_name = {one.dotted: one for one in managers if one.sure}
    depends = {(one.module, one.name): frozenset(
        (by_name[held].module, by_name[held].name) for held in one.depends_on if held in by_name
    ) for one in by_name.values()}  # fmt: skip
    for ring in rings(depends):
        # By their own names first, which a module that is renamed does not change.
        members = sorted((by_name[f"{module}.{name}"] for module, name in ring), key=lambda one: (one.name, one.module))
        inside = {f"{module}.{name}" for module, name in ring}
        links = [
            (one, held) for one in members for held in one.collaborators
            if held.name in inside and held.name != one.dotted
        ]  # fmt: skip
        endless = {(one.module, one.name) for one, held in links if held.how == "constructs"}
        first = members[0]
        yield Finding(
            rule="construction_cycle",
            severity="error" if len(endless) == len(ring) else "warning",
            message=f"{', '.join(one.name for one in members)} hold each other"
            + (": each makes the next, so that making one never ends" if len(endless) == len(ring) else ""),
            module=first.module, path=first.path, line=first.line, name=first.name,
            places=tuple(
                Place(one.path, held.line, f"{one.name} {_SAY[held.how]} {held.name.rpartition('.')[2]}")
                for one, held in links
            ),
            members=tuple(f"{one.module}:{one.name}" for one in members),
        )  # fmt: skip


_SAY: Final = {
    "constructs": "constructs", "receives": "receives", "annotated": "is declared to hold", "setter": "is handed",
}  # fmt: skip
