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
from overhaul.repeating.worth import DuplicateOptions, copies


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
    from 25 on; statements may differ only where the members are at least 90% alike. Each copy beyond the first of a
    group is a finding, which stands at the copy; the others are its places.
    """
    justified = {one.group for one in config.justified if one.holds(today)}
    kept = [row for row in duplicates if row.identity in justified]
    groups = [row for row in duplicates if row.identity not in justified and options.worth(row)]
    for copy in copies(groups, kept):
        row, member = copy.group, copy.member
        units = "runs of statements" if row.unit == "run" else _UNITS[row.unit]
        yield Finding(
            rule="unjustified_duplicate", severity="warning" if row.saved_lines >= options.warning_lines else "note",
            module=member.module, path=member.path, line=member.line, name=_name(row, member),
            message=f"{_copied(row, copy.others[0])}: {len(row.members)} {units} {SAY[row.type]}; one would save "
            f"{row.saved_lines} lines",
            because=(*map(_meanings, row.differences[:_NAMES]), f"to keep them: overhaul justify {row.identity}"),
            places=tuple(map(_place, copy.others[:_PLACES])),
        )  # fmt: skip


def _name(row: Duplicate, member: Clone) -> str:
    """What the copy is called, whatever the others are, and however alike."""
    own = member.name or "the module"
    return f"run in {own}" if row.unit == "run" else own


def _copied(row: Duplicate, first: Clone) -> str:
    what = f"a run in {_dotted(first)}" if row.unit == "run" else _dotted(first)
    return f"nearly a copy of {what}" if row.type == 3 else f"a copy of {what}"


def _place(member: Clone) -> Place:
    return Place(member.path, member.line, _dotted(member))


def _dotted(member: Clone) -> str:
    return f"{member.module}.{member.name}" if member.name else member.module


def _meanings(difference: Difference) -> str:
    return f"{difference.name} means {', '.join(dict.fromkeys(difference.meanings[:_MEANINGS]))}"


_NAMES: Final = 3
_MEANINGS: Final = 10
_PLACES: Final = 50
"""Of the others; each of them but the first has a finding of its own."""
_UNITS: Final = {"function": "functions", "method": "methods", "class": "classes"}
