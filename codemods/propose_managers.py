"""Draft a migration of managers to a factory."""

from __future__ import annotations

from collections.abc import Iterator

from overhaul.assembling.drafting import Drafting
from overhaul.drafts import Drafted
from overhaul.leaves import Draft
from overhaul.project import Project


@Draft
def managers(project: Project) -> Iterator[Drafted]:
    """Managers that are made one by one are made by a factory, tier by tier.

    For each function that makes several managers a step, with the managers in their order, their tiers and what they
    are handed. Each step is tried; one that is refused is left out with the reason.
    """
    yield from Drafting(project).steps()
