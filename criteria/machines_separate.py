"""The state machines are still separate."""

from collections import Counter
from collections.abc import Iterator, Sequence

from overhaul.campaign.gates import Ground
from overhaul.evidence import Evidence, met, unmet, untold
from overhaul.inventory import StateMachine, testing
from overhaul.leaves import Criterion


@Criterion("state")
def machines_separate(ground: Ground, machines: Sequence[StateMachine]) -> Iterator[Evidence]:
    """No state machine has been merged into another: there are as many as when the plan was made.

    A machine that has gone for good is taken out of the campaign: `state_machine` in the inventory by name, and
    `state_machines` in the baseline. Where one is gone and another has come nobody can tell whether it was renamed,
    until the inventory has its new name. A decision that protects the machines (`overhaul decide --protect`) is told.

    Why: machines that answer to the same event differently must be able to; one for all is a single point of failure,
    and none of them can be recovered alone.

    To reach it: register separate machines with one coordinator (`overhaul propose state`), and do not unify them.
    """
    before = ground.campaign.baseline.get("state_machines")
    counted = [row for row in machines if row.sure]
    recorded = ground.campaign.inventory.get("state_machine", ())
    there = sorted(row.dotted for row in counted if not testing(row.path))
    gone, come = sorted(set(recorded) - set(there)), sorted(set(there) - set(recorded))
    for name in gone:
        if len(set(there)) < len(set(recorded)):
            yield unmet(
                f"{name} is gone", name=name,
                remedy="separate it again, or take it out of [inventory] and [baseline] with a decision on record",
            )  # fmt: skip
        else:
            yield untold(
                f"{name} is gone, and {', '.join(come)} has come: renamed, or another one?",
                "write the new name in [inventory] state_machine",
            )
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
    if len(counted) >= before and not gone:
        yield met(f"{len(counted)} machines, each in a variable of its own; there were {before:g}")
