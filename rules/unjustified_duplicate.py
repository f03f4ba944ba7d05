"""Code that says the same thing in several places, for no reason that is on record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from overhaul.config import Config
from overhaul.findings import Finding
from overhaul.leaves import Rule
from overhaul.redundancy import Clone, Difference, Duplicate
from overhaul.repeating.justify import SAY

_NEAR: Final = 0.9
"""How alike statements that were added, removed or changed must leave the members."""
_WORTH_A_NOTE: Final = 10
"""Lines that one implementation saves."""
_WORTH_A_WARNING: Final = 25
_PLACES: Final = 10
_NAMES: Final = 3


@Rule
def unjustified_duplicate(duplicates: Sequence[Duplicate], config: Config, today: date) -> Iterator[Finding]:
    """Functions, methods, classes or runs of statements say the same thing, and nobody has said why.

    Why: a mistake that is mended in one of them stays in the others, and whoever reads them has to find out whether
    they differ on purpose.

    Instead: keep one, and let the others call it; what differs becomes a parameter. Where two places must be free to
    change apart, say so: `overhaul justify ID` prints the entry for the settings, with the reason to be filled in, and
    the group is reported again when its members change or the entry expires.

    Only groups of high confidence are reported, from 10 saved lines on, as warnings from 25 on; statements may differ
    only where the members are at least 90% alike.
    """
    justified = {one.group for one in config.justified if one.holds(today)}
    for row in duplicates:
        if row.confidence != "high" or row.saved_lines < _WORTH_A_NOTE or row.identity in justified:
            continue
        if row.type == 3 and row.similarity < _NEAR:
            continue
        units = "runs of statements" if row.unit == "run" else _UNITS[row.unit]
        members = row.members[1:]
        more = (f"and {len(members) - _PLACES} more",) if len(members) > _PLACES else ()
        yield Finding(
            rule="unjustified_duplicate", severity="warning" if row.saved_lines >= _WORTH_A_WARNING else "note",
            module=row.module, path=row.path, line=row.line, name=row.name,
            message=f"{len(row.members)} {units} {SAY[row.type]}: one would save {row.saved_lines} lines",
            because=(
                *map(_place, members[:_PLACES]), *more, *map(_meanings, row.differences[:_NAMES]),
                f"to keep them: overhaul justify {row.identity}",
            ),
        )  # fmt: skip


def _place(member: Clone) -> str:
    name = f"{member.module}.{member.name}" if member.name else member.module
    return f"{member.path}:{member.line}: {name}"


def _meanings(difference: Difference) -> str:
    return f"{difference.name} means {', '.join(dict.fromkeys(difference.meanings[:_PLACES]))}"


_UNITS: Final = {"function": "functions", "method": "methods", "class": "classes"}
