"""What is at risk when a class is changed, and which tests name it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from overhaul.facts import Attribute, Import, Metric
from overhaul.inventory import testing
from overhaul.patterns import regex
from overhaul.redundancy import Reach, RiskPart
from overhaul.repeating.risk import Measures, parts_of

if TYPE_CHECKING:
    from overhaul.project import Project


def risk_parts(project: Project, module: str, names: Sequence[str]) -> tuple[RiskPart, ...]:
    """The parts of the risk of changing some definitions of a module; a class stands with all its methods."""
    rows = [one for one in project.survey.rows(Reach) if one.module == module and one.name in names]
    importers = {
        one.importer for one in project.survey.rows(Import)
        if one.imported == module and not one.implicit and not testing(one.path)
    }  # fmt: skip
    held = {one.name for one in project.facts(Attribute)[module] if one.owner in names}
    inside = tuple(f"{one}." for one in names)
    complexity = [
        one.complexity for one in project.facts(Metric)[module]
        if one.kind in ("function", "method") and (one.name in names or one.name.startswith(inside))
    ]  # fmt: skip
    return parts_of(Measures(
        users=sum(one.users for one in rows), fan_in=len(importers), held=(("attribute", len(held)),),
        members=max(1, len(rows)), untested=sum(1 for one in rows if not one.tests),
        complexity=max(complexity, default=1),
    ))  # fmt: skip


def tests_naming(project: Project, names: Sequence[str]) -> Iterator[str]:
    """The test files that name something, with how often: `tests/test_x.py: 4 sites`."""
    words = regex(r"(?<!\w)(?:" + "|".join(sorted(names)) + r")(?!\w)")
    found: Counter[str] = Counter()
    for path in project.mentioning(names):
        if testing(path):
            found[path] = len(words.findall(project.source(path).text()))
    for path, count in sorted(found.items()):
        yield f"{path}: {count} {'site' if count == 1 else 'sites'}"
