"""Modules and packages that implement the same thing twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from overhaul.config import Config
from overhaul.findings import Finding
from overhaul.leaves import Rule
from overhaul.redundancy import Parallel


@Rule
def parallel_implementation(parallels: Sequence[Parallel], config: Config, today: date) -> Iterator[Finding]:
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
        if not row.sure or row.identity in justified:
            continue
        both = sum(bool(one.first and one.second) for one in row.correspondences)
        users = f"{len(row.first_users)} and {len(row.second_users)} modules use them"
        both_say = f"{both} definitions correspond, {users}"
        yield Finding(
            rule="parallel_implementation", severity="warning" if row.confidence == "high" else "note",
            message=f"{row.first} and {row.second} seem to implement the same thing: {both_say}",
            module=row.module, path=row.path, line=row.line, name=f"{row.first} ~ {row.second}",
            because=(*row.evidence, f"to keep both: overhaul justify {row.identity}"),
        )  # fmt: skip
