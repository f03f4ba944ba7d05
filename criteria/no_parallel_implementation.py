"""Nothing is implemented twice under similar names."""

from collections.abc import Iterator, Sequence

from overhaul.campaign.gates import Ground
from overhaul.evidence import Evidence, met
from overhaul.leaves import Criterion
from overhaul.redundancy import Parallel


@Criterion("redundancy")
def no_parallel_implementation(ground: Ground, parallels: Sequence[Parallel]) -> Iterator[Evidence]:
    """No two modules or packages implement the same thing, unless that is justified on record.

    A decision that protects one of the two (`overhaul decide --protect`) justifies it, and is told.

    Why: users are split between them, and neither is ever complete.

    To reach it: `overhaul propose duplicates` drafts `merge_packages`, which moves users to the one that stays.
    """
    kept = [
        (row, why) for row in parallels if (why := ground.kept(row.first) or ground.kept(row.second))
    ]  # fmt: skip
    for one in ground.silent("parallel_implementation"):
        why = next((why for row, why in kept if _about(one, row)), "") if not one.met else ""
        yield met(f"{one.what}: {why}", one.path, one.line, one.name) if why else one


def _about(one: Evidence, row: Parallel) -> bool:
    """Whether something is said of a pair: several may begin at one place."""
    return (one.path, one.line) == (row.path, row.line) and f"{row.first} and {row.second} " in one.what
