"""Managers that do the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Annotated, Final

import msgspec

from overhaul.config import Config
from overhaul.findings import Finding, Place
from overhaul.inventory import Manager, ResponsibilityOverlap
from overhaul.leaves import Rule
from overhaul.options import Options
from overhaul.redundancy import Duplicate, Parallel
from overhaul.repeating.worth import beyond_the_first, duplicate_options, place_apart
from overhaul.text import words_of


class OverlappingManagersOptions(Options, frozen=True):
    """How much two must have in common."""

    similarity: Annotated[
        float, msgspec.Meta(ge=0.3, le=1, description="Of what they do, weighed by how few managers do it, the least")
    ] = 0.5
    least_shared: Annotated[
        int, msgspec.Meta(ge=3, description="Things that both do, as verb and noun, from which on they are reported")
    ] = 3


@Rule
def overlapping_managers(
    overlaps: Sequence[ResponsibilityOverlap], managers: Sequence[Manager], duplicates: Sequence[Duplicate],
    parallels: Sequence[Parallel], config: Config, today: date, options: OverlappingManagersOptions,
) -> Iterator[Finding]:  # fmt: skip
    """Two managers do the same things by the names of their methods, and neither knows of the other.

    Why: what one of them has registered, counted or closed the other does not know; every change of how it is done has
    to be made in both, and who comes new takes whichever is found first.

    Instead: let one of them do it; where they differ, give them one base or one declared interface, and say what each
    is for. Where both are meant to be, `overhaul justify ID` prints the entry for the settings, with the reason to be
    filled in.

    A note: names alone are no proof. Of several that do the same, each beyond the first is a finding. Managers of one
    family (a base and its subclass, two of one base), one that holds the other, and one that stands in for nothing
    (`NullRegistry`) are passed over, and so is what the rules `unjustified_duplicate` and `parallel_implementation`
    find.
    """
    justified = {one.group for one in config.justified if one.holds(today)}
    likely = [
        row for row in overlaps
        if row.similarity >= options.similarity and len(row.shared) >= options.least_shared
        and row.group not in justified
    ]  # fmt: skip
    if not likely:
        return
    by_name = {one.dotted: one for one in managers}
    told = _told(duplicates, parallels, config)
    pairs = {
        (row.first, row.second): row for row in likely
        if frozenset((row.first, row.second)) not in told and _apart(by_name[row.first], by_name[row.second])
    }  # fmt: skip

    def order(name: str) -> tuple[str, ...]:
        return place_apart(by_name[name].path, by_name[name].module, by_name[name].name)

    for name in beyond_the_first(list(pairs), order):
        own = {pair[pair[0] == name]: row for pair, row in pairs.items() if name in pair}
        others = sorted(own, key=order)
        yield _finding(by_name[name], [by_name[other] for other in others], [own[other] for other in others])


def _finding(one: Manager, others: Sequence[Manager], rows: Sequence[ResponsibilityOverlap]) -> Finding:
    """What a manager has in common with others, each with the row that says so."""
    counts = Counter(phrase for row in rows for phrase in row.shared)
    shared = sorted(counts, key=lambda phrase: (-counts[phrase], phrase))[:_SHOWN]
    names = [other.name for other in others]
    return Finding(
        rule="overlapping_managers", severity="note",
        message=f"{one.name} does the same as {', '.join(names[:_SHOWN])}{' ...' if len(names) > _SHOWN else ''}: "
        f"{', '.join(shared)}",
        module=one.module, path=one.path, line=one.line, name=one.name,
        because=tuple(
            f"{row.similarity:.0%} of what {_last(row.first)} and {_last(row.second)} do is the same; "
            f"to keep both: overhaul justify {row.group}" for row in rows
        ),
        places=tuple(Place(other.path, other.line, f"{other.dotted} does so too") for other in others),
    )  # fmt: skip


def _last(dotted: str) -> str:
    return dotted.rpartition(".")[2]


def _apart(first: Manager, second: Manager) -> bool:
    """Whether neither has to do with the other."""
    return not (_holds(first, second) or _holds(second, first) or _stands_in(first, second))


def _told(duplicates: Sequence[Duplicate], parallels: Sequence[Parallel], config: Config) -> set[frozenset[str]]:
    """Pairs of classes of which another rule says that they are the same, or would if nobody had justified it."""
    options = duplicate_options(config)
    told = {
        frozenset((one.first, one.second)) for row in parallels if row.sure for one in row.correspondences
        if one.unit == "class"
    }  # fmt: skip
    for row in duplicates:
        if row.unit == "class" and options.worth(row):
            names = [f"{one.module}.{one.name}" for one in row.members]
            told.update(frozenset((one, other)) for one in names for other in names if one != other)
    return told


def _holds(holder: Manager, held: Manager) -> bool:
    """Whether one is handed or makes the other: then it asks that for what both do."""
    return held.dotted in holder.depends_on or any(one.name == held.dotted for one in holder.collaborators)


def _stands_in(first: Manager, second: Manager) -> bool:
    """Whether one of them is there to do nothing under the name of the other."""
    one, other = (set(words_of(name)) for name in (first.name, second.name))
    return bool((one ^ other) & _NOTHING)


_SHOWN: Final = 6
_NOTHING: Final = frozenset({"null", "noop", "dummy", "fake", "mock", "stub", "disabled"})
