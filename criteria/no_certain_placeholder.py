"""Nothing only pretends."""

from collections.abc import Iterator, Sequence

from overhaul.evidence import Evidence, met, unmet
from overhaul.inventory import testing
from overhaul.leaves import Criterion
from overhaul.redundancy import Placeholder


@Criterion("verification")
def no_certain_placeholder(placeholders: Sequence[Placeholder]) -> Iterator[Evidence]:
    """No function of the program is surely a placeholder.

    Why: code that claims to do something and does not is found when it is needed.

    To reach it: write it out, or take it away with what calls it.
    """
    found = [row for row in placeholders if row.tier == "certain" and not testing(row.path)]
    for row in found:
        yield unmet(f"{row.name}: {row.why}", row.path, row.line, row.dotted, remedy="write it out, or take it away")
    if not found:
        yield met("none is certain")
