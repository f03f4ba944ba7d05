"""Code that says the same thing in several places, for no reason that is on record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from overhaul.config import Config
from overhaul.findings import Finding, Place
from overhaul.leaves import Rule
from overhaul.redundancy import Clone, Difference, Duplicate
from overhaul.repeating.justify import SAY
from overhaul.repeating.worth import DuplicateOptions


@Rule
def unjustified_duplicate(
    duplicates: Sequence[Duplicate], config: Config, today: date, options: DuplicateOptions
) -> Iterator[Finding]:
    """Functions, methods, classes or runs of statements say the same thing, and nobody has said why.

    Why: a mistake that is mended in one of them stays in the others, and whoever reads them has to find out whether
    they differ on purpose.

    Instead: keep one, and let the others call it; what differs becomes a parameter. Where two places must be free to
    change apart, say so: `overhaul justify ID` prints the entry for the settings, with the reason to be filled in, and
    the group is reported again when its members change or the entry expires.

    Unless the options say otherwise, only groups of high confidence are reported, from 10 saved lines on, as warnings
    from 25 on; statements may differ only where the members are at least 90% alike. A group is one finding, which
    stands at its first member; the others are its places.
    """
    justified = {one.group for one in config.justified if one.holds(today)}
    for row in duplicates:
        if row.identity in justified or not options.worth(row):
            continue
        units = "runs of statements" if row.unit == "run" else _UNITS[row.unit]
        yield Finding(
            rule="unjustified_duplicate", severity="warning" if row.saved_lines >= options.warning_lines else "note",
            module=row.module, path=row.path, line=row.line, name=_name(row),
            message=f"{len(row.members)} {units} {SAY[row.type]}: one would save {row.saved_lines} lines",
            because=(*map(_meanings, row.differences[:_NAMES]), f"to keep them: overhaul justify {row.identity}"),
            places=tuple(map(_place, row.members[1:])),
        )  # fmt: skip


def _name(row: Duplicate) -> str:
    """What the members are called, whichever comes first: with the same name for all, it is theirs.

    Of one function there may be a group of what is equal to it, one of what is nearly so, and several of runs.
    """
    names = sorted({one.name or "the module" for one in row.members})
    said = " ~ ".join(names[:_NAMES]) + (" ~ ..." if len(names) > _NAMES else "")
    if row.unit == "run":
        return f"run in {said}"
    return said if row.type < 3 else f"nearly {said}"


def _place(member: Clone) -> Place:
    return Place(member.path, member.line, f"{member.module}.{member.name}" if member.name else member.module)


def _meanings(difference: Difference) -> str:
    return f"{difference.name} means {', '.join(dict.fromkeys(difference.meanings[:_MEANINGS]))}"


_NAMES: Final = 3
_MEANINGS: Final = 10
_UNITS: Final = {"function": "functions", "method": "methods", "class": "classes"}
