"""A coordinator knows every state machine."""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Annotated

import msgspec

from overhaul.evidence import Evidence, met, unmet
from overhaul.facts import Facts, Import, Registration
from overhaul.inventory import StateMachine, testing
from overhaul.layout import Layout
from overhaul.leaves import Criterion
from overhaul.options import Options


class MachineOptions(Options, frozen=True):
    """Which machines need none."""

    alone: Annotated[
        tuple[str, ...], msgspec.Meta(description="Machines that stay on their own: patterns of dotted names.")
    ] = ()


@Criterion("state")
def machines_coordinated(
    machines: Sequence[StateMachine], registrations: Facts[Registration], imports: Sequence[Import], layout: Layout,
    options: MachineOptions,
) -> Iterator[Evidence]:  # fmt: skip
    """Every state machine of the program is registered with a coordinator, by `coordinator.kind(...)`.

    What tests register does not count. Machines that are a guess (low confidence), that stand in tests or that a
    setting leaves alone are not asked for.

    Why: what nobody knows of cannot be told of an event, saved with the rest, or recovered.

    To reach it: `overhaul propose state -o state.toml`, look at it, `overhaul migrate state.toml --write`.
    """
    known = [
        (module, row.name) for module, rows in registrations.items() for row in rows
        if row.what == "machine" and not _testing(layout, module)
    ]  # fmt: skip
    users = {(row.importer, row.imported) for row in imports}
    asked = [
        row for row in machines
        if row.sure and not testing(row.path) and not any(fnmatchcase(row.dotted, one) for one in options.alone)
    ]  # fmt: skip
    for row in asked:
        same = [one for one in asked if one.name == row.name]
        # A name that several machines have is that of the one whose module the registration gets to see.
        if any(
            name == row.dotted
            or (name == row.name and (len(same) == 1 or module == row.module or (module, row.module) in users))
            for module, name in known
        ):
            yield met("is registered", row.path, row.line, row.dotted)
        else:
            yield unmet(
                f"{row.name} is under no coordinator", row.path, row.line, row.dotted, remedy="overhaul propose state"
            )
    if not asked:
        yield met("there is no state machine that a coordinator would have to know")


def _testing(layout: Layout, module: str) -> bool:
    place = layout.modules.get(module)
    return place is None or testing(place.path)
