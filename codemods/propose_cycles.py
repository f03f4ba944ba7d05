"""Draft how import cycles could be broken."""

from __future__ import annotations

from collections.abc import Iterator

from overhaul.cutting.drafting import drafted
from overhaul.drafts import Drafted
from overhaul.leaves import Draft
from overhaul.project import Project


@Draft
def cycles(project: Project) -> Iterator[Drafted]:
    """Break import cycles, each by the cheapest cut that is proven.

    One step for each cycle of the audit, the one with the greatest impact first: the imports that would be cut and how,
    what is gained, what it risks, the other ways and why they do not serve, the tests that import its modules. Each is
    worked out and proven on the project as it stands. Where no cut is proven the reasons are told, with the skeleton of
    an event that could take the import's place, to be written by hand. Cycles for which no import can fail, because
    only functions or type checkers close them, are drafted too, as comments.
    """
    yield from drafted(project)
