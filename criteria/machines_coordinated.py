"""A coordinator knows every state machine."""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Annotated

import msgspec

from overhaul.evidence import Evidence, met, unmet
from overhaul.facts import Facts, Registration
from overhaul.inventory import StateMachine, testing
from overhaul.leaves import Criterion
from overhaul.options import Options


class MachineOptions(Options, frozen=True):
    """Which machines need none."""

    alone: Annotated[
        tuple[str, ...], msgspec.Meta(description="Machines that stay on their own: patterns of dotted names.")
    ] = ()


@Criterion("state")
def machines_coordinated(
    machines: Sequence[StateMachine], registrations: Facts[Registration], options: MachineOptions
) -> Iterator[Evidence]:
    """Every state machine of the program is registered with a coordinator, by `coordinator.kind(...)`.

    Machines that are a guess (low confidence), that stand in tests or that a setting leaves alone are not asked for.

    Why: what nobody knows of cannot be told of an event, saved with the rest, or recovered.

    To reach it: `overhaul propose state -o state.toml`, look at it, `overhaul migrate state.toml --write`.
    """
    known = {
        row.name for module, rows in registrations.items() for row in rows if row.what == "machine" and module
    }
    asked = [
        row for row in machines
        if row.sure and not testing(row.path) and not any(fnmatchcase(row.dotted, one) for one in options.alone)
    ]  # fmt: skip
    for row in asked:
        if row.name in known or row.dotted in known:
            yield met("is registered", row.path, row.line, row.dotted)
        else:
            yield unmet(
                f"{row.name} is under no coordinator", row.path, row.line, row.dotted, remedy="overhaul propose state"
            )
    if not asked:
        yield met("there is no state machine that a coordinator would have to know")
