"""The state machines are still separate."""

from collections import Counter
from collections.abc import Iterator, Sequence

from overhaul.campaign.gates import Ground
from overhaul.evidence import Evidence, met, unmet, untold
from overhaul.inventory import StateMachine
from overhaul.leaves import Criterion


@Criterion("state")
def machines_separate(ground: Ground, machines: Sequence[StateMachine]) -> Iterator[Evidence]:
    """No state machine has been merged into another: there are as many as when the plan was made.

    A machine that has gone for good is on record as a smaller `state_machines` in the campaign's baseline. A decision that
    protects the machines (`overhaul decide --protect`) is told.

    Why: machines that answer to the same event differently must be able to; one for all is a single point of failure,
    and none of them can be recovered alone.

    To reach it: register separate machines with one coordinator (`overhaul propose state`), and do not unify them.
    """
    before = ground.campaign.baseline.get("state_machines")
    counted = [row for row in machines if row.sure]
    if before is None:
        yield untold("the campaign does not say how many there were", "write [baseline] state_machines = N")
        return
    if len(counted) < before:
        yield unmet(
            f"{len(counted)} state machines where there were {before:g}",
            remedy="separate them again, or lower [baseline] state_machines with a decision on record",
        )
    places = Counter((row.module, row.name) for row in counted)
    for (module, name), times in places.items():
        if times > 1:
            yield unmet(f"{name} is {times} machines in one variable", name=f"{module}.{name}", remedy="separate them")
    for why in sorted({why for row in counted if (why := ground.kept(row.dotted))}):
        names = [row.name for row in counted if ground.kept(row.dotted) == why]
        yield met(f"{', '.join(names)}: {why}")
    if len(counted) >= before:
        yield met(f"{len(counted)} machines, each in a variable of its own; there were {before:g}")
