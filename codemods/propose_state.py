"""Draft a migration of state machines and saved state."""

from __future__ import annotations

from collections.abc import Iterator

from overhaul.coordinating.drafting import Drafting
from overhaul.drafts import Drafted
from overhaul.leaves import Draft
from overhaul.project import Project


@Draft
def state(project: Project) -> Iterator[Drafted]:
    """State machines under one coordinator, and saves that are whole or not at all.

    Every machine of which the audit is sure is registered where it is made, every state that others set is set by its
    owner, every file that is written in place is replaced whole. Each step is tried; one that is refused is left out
    with the reason, and one that tests speak against too.
    """
    yield from Drafting(project).steps()
