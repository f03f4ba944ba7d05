"""State is saved whole or not at all."""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Annotated

import msgspec

from overhaul.evidence import Evidence, met, unmet, untold
from overhaul.inventory import StatePersistence, testing
from overhaul.leaves import Criterion
from overhaul.options import Options


class SaveOptions(Options, frozen=True):
    """Which saves are whole by other means."""

    elsewhere: Annotated[
        tuple[str, ...],
        msgspec.Meta(description="Saves that what they hand their state to keeps whole: patterns of dotted names."),
    ] = ()


@Criterion("state")
def saves_atomic(persistences: Sequence[StatePersistence], options: SaveOptions) -> Iterator[Evidence]:
    """Every save of state to a file replaces the file, or appends to it.

    Where state is turned into text or bytes, and it cannot be seen how these get to a file, nobody can tell.

    Why: a process that ends while it overwrites a file leaves half of it, and nothing of what was there.

    To reach it: `overhaul propose state` drafts `atomic_save` for each.
    """
    own = [row for row in persistences if not testing(row.path)]
    saving = [row for row in own if row.write]
    unseen = [
        row for row in own
        if not row.write and row.sure and row.medium and any(one.role == "save" for one in row.members)
    ]  # fmt: skip
    for row in unseen:
        if any(fnmatchcase(row.dotted, one) for one in options.elsewhere):
            yield met(f"{row.name}: kept whole elsewhere", row.path, row.line, row.dotted)
        else:
            yield untold(
                f"{row.name}: how it is written cannot be seen ({row.path}:{row.line})",
                f'write the file in it, or options = {{ elsewhere = ["{row.dotted}"] }}',
            )
    for row in saving:
        if row.write == "in_place":
            yield unmet(
                f"{row.name} overwrites its file in place", row.path, row.line, row.dotted,
                remedy="overhaul propose state",
            )  # fmt: skip
        else:
            yield met(f"{row.name}: {row.write}", row.path, row.line, row.dotted)
    if not saving and not unseen:
        yield met("no state is saved to a file")
