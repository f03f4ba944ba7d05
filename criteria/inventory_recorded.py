"""Every component is known by name."""

from collections.abc import Iterator

from overhaul.campaign.drafting import inventory
from overhaul.campaign.gates import Ground
from overhaul.evidence import Evidence, met, unmet
from overhaul.leaves import Criterion


@Criterion("audit")
def inventory_recorded(ground: Ground) -> Iterator[Evidence]:
    """The campaign names every manager, cache, state machine, persistence and member of a custom role that there is.

    What comes after the phase was completed need not be named: the inventory says what was there at the beginning.

    Why: whoever consolidates has to know of all of them, and afterwards what was there before.

    To reach it: `overhaul plan` writes the inventory when it makes the campaign; add what has come since.
    """
    recorded = ground.campaign.inventory
    if (done := ground.phase.completed) is not None and recorded:
        yield met(f"recorded when the phase was completed, on {done.on}")
        return
    for kind, names in inventory(ground.survey).items():
        missing = sorted(set(names) - set(recorded.get(kind, ())))
        for name in missing:
            yield unmet(f"{kind} {name} is not in [inventory]", name=name, remedy=f"add it to `{kind}`")
        if not missing:
            yield met(f"{kind}: {len(names)} named")
