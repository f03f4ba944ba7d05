"""Draft a migration to one cache."""

from __future__ import annotations

from collections.abc import Iterator

from overhaul.changes import Change, assembled
from overhaul.drafts import Drafted
from overhaul.errors import Refused
from overhaul.leaves import Draft
from overhaul.memoising.drafts import memo_steps
from overhaul.project import Project
from overhaul.refactoring.references import References
from overhaul.scaffolding.placing import placed
from overhaul.unifying.cache_drafts import CLASS, classes, drafted, home_of, sketch
from overhaul.unifying.slots import Places


@Draft
def cache(project: Project) -> Iterator[Drafted]:
    """One cache for all.

    The unified cache is put into the project; each cache class of the project becomes it, by what its methods are
    read to do; then decorators and memos that are written out. Each step has been tried in memory: what would be
    refused, and what nobody can tell, is marked and left out.
    """
    path, there = home_of(project)
    rows = classes(project)
    ready = project
    if not there:
        try:
            changes = [one for one in placed(project, "cache", path, (), dependencies=True) if isinstance(one, Change)]
            ready = project.after(assembled(changes, project.source, project.exists))
        except Refused as error:
            yield Drafted(codemod="scaffold", keys={"what": "cache", "into": path}, title="The unified cache",
                          by_hand=(str(error),), ready=False)  # fmt: skip
            return
    module = ready.layout.module_of(path)
    places = Places(References(ready))
    steps = [drafted(project, sketch(project, row, f"{module}:{CLASS}"), places) for row in rows]
    memos = list(memo_steps(project, ready, module))
    if not there and (steps or memos):
        yield Drafted(codemod="scaffold", keys={"what": "cache", "into": path}, title="The unified cache")
    yield from sorted(steps, key=lambda one: not one.ready)
    yield from sorted(memos, key=lambda one: not one.ready)
