"""Functions that are there already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Annotated, Literal

import msgspec

from overhaul.config import Config
from overhaul.findings import Finding, Place
from overhaul.leaves import Rule
from overhaul.options import Options
from overhaul.placing import apart
from overhaul.redundancy import Duplicate, RepeatedUtility
from overhaul.repeating.worth import duplicate_options


class RepeatedUtilityOptions(Options, frozen=True):
    """Which of them are found."""

    least_functions: Annotated[
        int, msgspec.Meta(ge=1, description="Functions that repeat the same one, from which on they are reported")
    ] = 1
    standard_library: Annotated[
        bool, msgspec.Meta(description="Report what repeats the standard library, besides what repeats the project")
    ] = True
    confidence: Annotated[Literal["high", "medium"], msgspec.Meta(description="The least")] = "medium"


@Rule
def repeated_utility(
    repeated: Sequence[RepeatedUtility], duplicates: Sequence[Duplicate], config: Config, today: date,
    options: RepeatedUtilityOptions,
) -> Iterator[Finding]:  # fmt: skip
    """A function has the same body as one that the project shares already, or that the standard library offers.

    Why: a mistake in it is mended in one place and stays in the other; who looks for it finds two.

    Instead: import the one that is there. What the standard library has under a given name may need a newer Python than
    the project supports (its documentation says since when), and may give an iterator where the function gives a list.
    Where it has to be there twice, `overhaul justify ID` prints the entry for the settings, with the reason to be
    filled in.

    What the rule `unjustified_duplicate` finds, or would if its group were not justified, is not found again here.
    """
    justified = {one.group for one in config.justified if one.holds(today)}
    said_there = duplicate_options(config)
    said = [
        frozenset(f"{one.module}.{one.name}" for one in row.members) for row in duplicates
        if row.identity in justified or (row.type < 3 and said_there.worth(row))
    ]  # fmt: skip
    groups: dict[str, list[frozenset[str]]] = {}
    for group in said:
        for name in group:
            groups.setdefault(name, []).append(group)
    offered = {row.dotted for row in repeated if row.sure and not row.repeats_path}
    found: list[RepeatedUtility] = []
    for row in repeated:
        if not row.sure or row.identity in justified or (options.confidence == "high" and row.confidence != "high"):
            continue
        own = groups.get(row.dotted, ())
        # What the standard library has is not to be taken from elsewhere in the project.
        if row.repeats_path and (row.dotted in offered or any(row.repeats in group for group in own)):
            continue
        if row.repeats_path or options.standard_library:
            found.append(row)
    counts = Counter(row.repeats for row in found)
    for row in found:
        if counts[row.repeats] < options.least_functions:
            continue
        because, places = apart(row.evidence, row.path, row.line)
        there = next((one.what for one in places if one.path == row.repeats_path), "")
        yield Finding(
            rule="repeated_utility", severity="warning" if row.confidence == "high" else "note",
            message=f"{row.name} repeats {row.repeats}{'' if row.repeats_path else ' of the standard library'}",
            module=row.module, path=row.path, line=row.line, name=row.name,
            because=(*because, f"to keep it: overhaul justify {row.identity}"),
            places=(
                (Place(row.repeats_path, row.repeats_line, f"{row.repeats}: {there}" if there else row.repeats),)
                if row.repeats_path else ()
            ),
        )  # fmt: skip
