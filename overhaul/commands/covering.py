"""How well what a plan changes is covered by tests."""

from __future__ import annotations

from collections.abc import Iterator

from overhaul.covered import Covering, told
from overhaul.inventory import testing
from overhaul.plans import Plan
from overhaul.printable import printable
from overhaul.project import Project


def covered_lines(plan: Plan, project: Project) -> Iterator[str]:
    """Which kinds of test get to the places of the program that a plan changes, and which places none gets to.

    Changes of tests themselves are left out; `project` is the one before the plan.
    """
    sites = list(dict.fromkeys(_sites(plan, project)))
    if not sites:
        return
    known = list(Covering(project.survey).of(sites))
    count = sum(one.covered for one in known)
    yield f"Tests get to {count:,} of {len(known):,} places of the program that change:\n"
    yield from (f"  {printable(line)}\n" for line in told(known))
    yield "\n"


def _sites(plan: Plan, project: Project) -> Iterator[tuple[str, int]]:
    for change in plan.files:
        path = change.origin or change.path
        if not path.endswith(".py") or testing(path) or not change.replacements:
            continue
        text = project.source(path).text()
        for one in change.replacements:
            yield path, text.count("\n", 0, one.start) + 1
