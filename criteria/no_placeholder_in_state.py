"""The code that keeps state is written out."""

from collections.abc import Iterator, Sequence

from overhaul.evidence import Evidence, met, unmet
from overhaul.inventory import StateMachine, StatePersistence, testing
from overhaul.leaves import Criterion
from overhaul.redundancy import Placeholder


@Criterion("state")
def no_placeholder_in_state(
    placeholders: Sequence[Placeholder], machines: Sequence[StateMachine], persistences: Sequence[StatePersistence]
) -> Iterator[Evidence]:
    """No module that holds a state machine, or saves or restores state, has a placeholder that is certain or likely.

    Why: a transition or a recovery that only pretends is found when it is needed.

    To reach it: write out what `overhaul check --select placeholder` lists in these modules.
    """
    modules = {row.module for row in machines if row.sure and not testing(row.path)}
    modules |= {part.module for row in persistences if not testing(row.path) for part in row.members}
    found = [row for row in placeholders if row.module in modules and row.tier != "note"]
    for row in found:
        yield unmet(f"{row.tier}: {row.why}", row.path, row.line, row.dotted.rstrip("."), remedy="write it out")
    if not found:
        yield met(f"none in {len(modules)} modules that keep state")
