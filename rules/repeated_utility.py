"""Functions that are there already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from overhaul.config import Config
from overhaul.findings import Finding
from overhaul.leaves import Rule
from overhaul.redundancy import Duplicate, RepeatedUtility

_WORTH_A_NOTE: Final = 10
"""Lines saved from which the rule `unjustified_duplicate` speaks of a group."""


@Rule
def repeated_utility(
    repeated: Sequence[RepeatedUtility], duplicates: Sequence[Duplicate], config: Config, today: date
) -> Iterator[Finding]:
    """A function has the same body as one that the project shares already, or that the standard library offers.

    Why: a mistake in it is mended in one place and stays in the other; who looks for it finds two.

    Instead: import the one that is there. What the standard library has under a given name may need a newer Python than
    the project supports (its documentation says since when), and may give an iterator where the function gives a list.
    Where it has to be there twice, `overhaul justify ID` prints the entry for the settings, with the reason to be
    filled in.

    What the rule `unjustified_duplicate` finds, or would if its group were not justified, is not found again here.
    """
    justified = {one.group for one in config.justified if one.holds(today)}
    said = [
        frozenset(f"{one.module}.{one.name}" for one in row.members) for row in duplicates
        if row.identity in justified or (row.confidence == "high" and row.type < 3 and row.saved_lines >= _WORTH_A_NOTE)
    ]  # fmt: skip
    groups: dict[str, list[frozenset[str]]] = {}
    for group in said:
        for name in group:
            groups.setdefault(name, []).append(group)
    offered = {row.dotted for row in repeated if row.sure and not row.repeats_path}
    for row in repeated:
        if not row.sure or row.identity in justified:
            continue
        own = groups.get(row.dotted, ())
        # What the standard library has is not to be taken from elsewhere in the project.
        if row.repeats_path and (row.dotted in offered or any(row.repeats in group for group in own)):
            continue
        where = f" ({row.repeats_path}:{row.repeats_line})" if row.repeats_path else " of the standard library"
        yield Finding(
            rule="repeated_utility", severity="warning" if row.confidence == "high" else "note",
            message=f"{row.name} repeats {row.repeats}{where}", module=row.module, path=row.path, line=row.line,
            name=row.name, because=(*row.evidence, f"to keep it: overhaul justify {row.identity}"),
        )  # fmt: skip
