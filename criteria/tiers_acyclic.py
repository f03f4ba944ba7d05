"""No managers need each other in a ring."""

from collections.abc import Iterator, Sequence

from overhaul.campaign.gates import Ground
from overhaul.evidence import Evidence, met
from overhaul.inventory import Manager
from overhaul.leaves import Criterion


@Criterion("managers")
def tiers_acyclic(ground: Ground, managers: Sequence[Manager]) -> Iterator[Evidence]:
    """Every manager has a tier: what it needs stands in lower ones.

    Why: of managers in a ring none can be made, started or stopped without the others.

    To reach it: take out what two of them need, or let one of them publish what happens; see
    `overhaul explain construction_cycle`.
    """
    found = [one for one in ground.silent("construction_cycle") if not one.met]
    yield from found
    if not found:
        tiers = sorted({row.tier for row in managers if row.sure and row.tier is not None})
        count = sum(row.sure and row.tier is not None for row in managers)
        yield met(f"{count} managers in {len(tiers)} tiers")
