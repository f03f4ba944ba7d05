"""The work items of each phase, drafted from the audit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from overhaul.campaign.model import WorkItem
from overhaul.campaign.risk import assessed
from overhaul.project import Project
from overhaul.redundancy import NextStep

_PHASES: Final[Mapping[str, str]] = {
    "cut_ring": "cycles", "write_out": "verification", "bound_caches": "caches", "renew_caches": "caches",
    "save_atomically": "state", "repair_imports": "verification", "repair_uses": "verification",
}  # fmt: skip


def work_items(project: Project) -> Mapping[str, Mapping[str, WorkItem]]:
    """Phase -> identity -> item; identities stay the same as long as what they are about does."""
    found: dict[str, dict[str, WorkItem]] = defaultdict(dict)
    for step in project.survey.rows(NextStep):
        phase = _PHASES.get(step.kind) or _unified(step)
        risk = assessed(project, step)
        found[phase][step.identity] = WorkItem(
            title=step.title.replace("`", ""),
            where=tuple(f"{spot.path}:{spot.what}" for spot in step.spots[:5]),
            effort="small" if step.places <= 3 else "medium" if step.files <= 5 else "large",
            risk=risk.overall, functionality=risk.functionality, performance=risk.performance,
            integration=risk.integration, complexity=risk.complexity,
            order=len(found[phase]) + 1, command=step.command,
        )  # fmt: skip
    return found


def _unified(step: NextStep) -> str:
    key = step.subjects[0].key[0] if step.subjects and step.subjects[0].key else ""
    return "caches" if key.startswith("cch-") else "redundancy"
