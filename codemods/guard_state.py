"""Have a state that others set be set by its owner."""

from __future__ import annotations

from collections.abc import Iterator

from overhaul.changes import Proposal
from overhaul.coordinating.functions import named
from overhaul.coordinating.guarding import Guarding
from overhaul.leaves import Codemod
from overhaul.project import Project
from overhaul.requests import Request


class GuardState(Request, frozen=True, kw_only=True):
    """Which state, and by which method."""

    machine: str
    """The variable with the state, as the audit names it: `package.module:Class.attribute`."""
    through: str = ""
    """The owner's method that takes the new state: one that is there (for review: it may check, and refuse), or the
    name of one that is made and sets it; `enter_ATTRIBUTE` without one."""
    tests: bool = False
    """Assignments in tests become calls too."""


@Codemod
def guard_state(project: Project, request: GuardState) -> Iterator[Proposal]:
    """Have a state that others set be set by its owner.

    `order.state = OrderState.CANCELLED` in another class, function or module becomes
    `order.enter_state(OrderState.CANCELLED)`, a method that the owner gets: one place to check, record and announce.
    What the owner and its subclasses set themselves stays.

    An assignment that is told and left: to something whose class is not known, of several things at once, and one whose
    value may change what it is assigned to.
    """
    yield from Guarding(project, named(request.machine), request.through, tests=request.tests).proposals()
