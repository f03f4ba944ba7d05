"""State is saved whole or not at all."""

from collections.abc import Iterator, Sequence

from overhaul.evidence import Evidence, met, unmet
from overhaul.inventory import StatePersistence, testing
from overhaul.leaves import Criterion


@Criterion("state")
def saves_atomic(persistences: Sequence[StatePersistence]) -> Iterator[Evidence]:
    """Every save of state to a file replaces the file, or appends to it.

    Why: a process that ends while it overwrites a file leaves half of it, and nothing of what was there.

    To reach it: `overhaul propose state` drafts `atomic_save` for each.
    """
    saving = [row for row in persistences if row.write and not testing(row.path)]
    for row in saving:
        if row.write == "in_place":
            yield unmet(
                f"{row.name} overwrites its file in place", row.path, row.line, row.dotted,
                remedy="overhaul propose state",
            )  # fmt: skip
        else:
            yield met(f"{row.name}: {row.write}", row.path, row.line, row.dotted)
    if not saving:
        yield met("no state is saved to a file")
