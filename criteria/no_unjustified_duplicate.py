"""What is said twice is justified, or said once."""

from collections.abc import Iterator, Sequence

from overhaul.campaign.gates import Ground
from overhaul.evidence import Evidence, met
from overhaul.leaves import Criterion
from overhaul.redundancy import Clone, Duplicate


@Criterion("redundancy")
def no_unjustified_duplicate(ground: Ground, duplicates: Sequence[Duplicate]) -> Iterator[Evidence]:
    """No group of duplicates above the threshold is left that nobody has justified.

    The threshold is that of the rule unjustified_duplicate; a group is justified in the settings or in the ledger, with
    a reason (`overhaul justify ID`), or by a decision that protects one of its members (`overhaul decide --protect`),
    which is told. What the baseline has counts all the same; what a comment
    suppresses does not.

    Why: a mistake that is mended in one of them stays in the others.

    To reach it: `overhaul propose duplicates -o merge.toml`, look at it, `overhaul migrate merge.toml --write`.
    """
    kept = {
        (copy.path, copy.line): why
        for row in duplicates
        if (why := next((why for one in row.members if one.name and (why := ground.kept(_dotted(one)))), ""))
        for copy in row.members
    }
    for one in ground.silent("unjustified_duplicate"):
        why = kept.get((one.path, one.line), "") if not one.met else ""
        yield met(f"{one.what}: {why}", one.path, one.line, one.name) if why else one


def _dotted(member: Clone) -> str:
    return f"{member.module}.{member.name}"
