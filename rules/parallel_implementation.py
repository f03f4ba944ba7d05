"""Modules and packages that implement the same thing twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Annotated, Literal

import msgspec

from overhaul.config import Config
from overhaul.findings import Finding, Place
from overhaul.leaves import Rule
from overhaul.options import Options
from overhaul.placing import apart
from overhaul.redundancy import Parallel


class ParallelImplementationOptions(Options, frozen=True):
    """Which of them are found."""

    confidence: Annotated[Literal["high", "medium"], msgspec.Meta(description="The least")] = "medium"
    least_correspondences: Annotated[
        int, msgspec.Meta(ge=1, description="Definitions of one that correspond to one of the other")
    ] = 1
    units: Annotated[
        tuple[Literal["module", "package"], ...], msgspec.Meta(min_length=1, description="What is compared")
    ] = ("module", "package")


@Rule
def parallel_implementation(
    parallels: Sequence[Parallel], config: Config, today: date, options: ParallelImplementationOptions
) -> Iterator[Finding]:
    """Two modules or packages seem to implement the same thing under the same or similar names.

    Why: every change has to be made twice, and is made once; who is new takes whichever is found first. It is what is
    left of a rewrite that was not finished, or of a copy that was to be changed only a little.

    Instead: read the interface table, decide which one stays, move what only the other has, then its users, and delete
    it. Where both are meant to be, give them one declared interface, or say why they are two: `overhaul justify ID`
    prints the entry for the settings, with the reason to be filled in.

    Alike by name and by what they are made of is not proof of the same purpose: where confidence is high this is a
    warning, where it is medium a note.
    """
    justified = {one.group for one in config.justified if one.holds(today)}
    for row in parallels:
        if not row.sure or row.identity in justified or row.subkind not in options.units:
            continue
        both = sum(bool(one.first and one.second) for one in row.correspondences)
        if both < options.least_correspondences or (row.confidence != "high" and options.confidence == "high"):
            continue
        # What is like what is among the places, all of it.
        because, _ = apart(row.evidence, row.path, row.line)
        users = f"{len(row.first_users)} and {len(row.second_users)} modules use them"
        both_say = f"{both} definitions correspond, {users}"
        yield Finding(
            rule="parallel_implementation", severity="warning" if row.confidence == "high" else "note",
            message=f"{row.first} and {row.second} seem to implement the same thing: {both_say}",
            module=row.module, path=row.path, line=row.line, name=_name(row),
            because=(*because, f"to keep both: overhaul justify {row.identity}"),
            places=tuple(_places(row)),
        )  # fmt: skip


def _name(row: Parallel) -> str:
    """Both, whichever comes first, without the packages they stand in where their own names tell them apart."""
    last = {one.rpartition(".")[2] for one in (row.first, row.second)}
    return " ~ ".join(sorted(last if len(last) > 1 else (row.first, row.second)))


def _places(row: Parallel) -> Iterator[Place]:
    """What corresponds, the likest first."""
    both = [one for one in row.correspondences if one.first and one.second]
    for one in sorted(both, key=lambda one: -one.similarity):
        if one.first_path != row.path:
            yield Place(one.first_path, one.first_line, one.first)
        yield Place(one.second_path, one.second_line, f"{one.second} is {one.similarity:.0%} like {one.first}")
