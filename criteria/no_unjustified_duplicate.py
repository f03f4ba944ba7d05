"""What is said twice is justified, or said once."""

from collections.abc import Iterator

from overhaul.campaign.gates import Ground
from overhaul.evidence import Evidence
from overhaul.leaves import Criterion


@Criterion("redundancy")
def no_unjustified_duplicate(ground: Ground) -> Iterator[Evidence]:
    """No group of duplicates above the threshold is left that nobody has justified.

    The threshold is that of the rule unjustified_duplicate; a group is justified in the settings or in the ledger, with
    a reason (`overhaul justify ID`). What the baseline has counts all the same.

    Why: a mistake that is mended in one of them stays in the others.

    To reach it: `overhaul propose duplicates -o merge.toml`, look at it, `overhaul migrate merge.toml --write`.
    """
    yield from ground.silent("unjustified_duplicate")
