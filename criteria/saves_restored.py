"""What is saved is restored."""

from collections.abc import Iterator, Sequence

from overhaul.evidence import Evidence, met, unmet
from overhaul.inventory import StatePersistence, testing
from overhaul.leaves import Criterion


@Criterion("state")
def saves_restored(persistences: Sequence[StatePersistence]) -> Iterator[Evidence]:
    """Every save of state has a function that restores it, and every key that is saved is read again.

    Why: state that nobody restores is lost at the next start, and nobody hears of it.

    To reach it: write the missing half; the rules state_never_restored and unrestored_key list it.
    """
    asked = [row for row in persistences if row.sure and not testing(row.path)]
    halves = [row for row in persistences if not row.sure and not row.complete and not testing(row.path)]
    for row in asked:
        lost = sorted(set(row.saved) - set(row.restored)) if row.saved and row.restored else []
        if lost:
            what = f"{row.name} saves {', '.join(lost)}, which nothing reads again"
            yield unmet(what, row.path, row.line, row.dotted, remedy="restore it, or save it no more")
        else:
            yield met(f"{row.name} is restored", row.path, row.line, row.dotted)
    for row in halves:
        yield unmet(f"{row.name} has no other half", row.path, row.line, row.dotted, remedy="write it, or take it away")
    if not asked and not halves:
        yield met("no state is saved")
