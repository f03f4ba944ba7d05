"""What was reached has stayed."""

from collections.abc import Iterator

from overhaul.campaign.gates import Ground
from overhaul.evidence import Evidence, met, unmet, untold
from overhaul.leaves import Criterion


@Criterion("verification")
def earlier_gates_hold(ground: Ground) -> Iterator[Evidence]:
    """The gate of every needed phase before this one is open, judged anew, and the phase was completed.

    Why: a later phase may have undone what an earlier one had reached.

    To reach it: `overhaul phase N` shows what is left of the phase that is named.
    """
    gates = list(ground.earlier())
    for gate in gates:
        phase = gate.phase
        remedy = f"overhaul phase {phase.number}"
        if gate.open and phase.completed is not None:
            yield met(f"phase {phase.number} ({phase.title}) holds")
        elif gate.open:
            record = f"{remedy} --complete --by NAME"
            yield unmet(f"phase {phase.number} ({phase.title}) is not completed", remedy=record)
        elif gate.left and all(one.unknown for one in gate.left):
            names = ", ".join(one.name for one in gate.left)
            yield untold(f"phase {phase.number} ({phase.title}): {names} cannot be told", f"{remedy} --run")
        else:
            names = ", ".join(one.name for one in gate.left) or "it has no criterion"
            yield unmet(f"phase {phase.number} ({phase.title}) does not hold: {names}", remedy=remedy)
    if not gates:
        yield met("there is no earlier phase that is needed")
