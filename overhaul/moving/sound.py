"""Try whether imports still work when a move has been made, before it is proposed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from overhaul.changes import Create, Delete, Edit, Move, Proposal, assembled
from overhaul.facts import Cycle

if TYPE_CHECKING:
    from overhaul.project import Project

_RUNNING: Final = ("latent", "order-dependent", "fatal")
"""Effects of rings that run when modules are imported, from harmless to fatal."""


def sound(project: Project, proposals: Iterable[Proposal]) -> bool:
    """Whether no import fails that did not, and no ring of imports comes to be where there was none."""
    changes = [one for one in proposals if isinstance(one, Create | Delete | Edit | Move)]
    after = project.after(assembled(changes, project.source, project.exists))
    before = [row for row in project.survey.rows(Cycle) if row.effect in _RUNNING]
    failing = {one for row in before for one in row.fails}
    for row in after.survey.rows(Cycle):
        if row.effect not in _RUNNING:
            continue
        was = [one for one in before if not set(one.modules).isdisjoint(row.modules)]
        worst = max((_RUNNING.index(one.effect) for one in was), default=-1)
        if not failing.issuperset(row.fails) or worst < _RUNNING.index(row.effect):
            return False
    return True
