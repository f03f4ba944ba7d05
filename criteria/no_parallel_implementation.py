"""Nothing is implemented twice under similar names."""

from collections.abc import Iterator

from overhaul.campaign.gates import Ground
from overhaul.evidence import Evidence
from overhaul.leaves import Criterion


@Criterion("redundancy")
def no_parallel_implementation(ground: Ground) -> Iterator[Evidence]:
    """No two modules or packages implement the same thing, unless that is justified on record.

    Why: users are split between them, and neither is ever complete.

    To reach it: `overhaul propose duplicates` drafts `merge_packages`, which moves users to the one that stays.
    """
    yield from ground.silent("parallel_implementation")
