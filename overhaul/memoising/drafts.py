"""Draft the steps that make memos uses of one unified cache: decorators first, then dictionaries and lazy values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from overhaul.changes import Change, Proposal, Target
from overhaul.drafts import Drafted
from overhaul.errors import Refused, Unreadable
from overhaul.inventory import Cache, testing
from overhaul.memoising.calls import CACHED, FAMILIES
from overhaul.memoising.memos import Memos
from overhaul.memoising.target import PLAIN_TYPE, Settings
from overhaul.redundancy import Reach

if TYPE_CHECKING:
    from overhaul.project import Project

_CODEMOD: Final = "unify_memo"
_SETTINGS: Final = Settings(PLAIN_TYPE, None, None, bare=False)


def memo_steps(project: Project, ready: Project, cache: str) -> Iterator[Drafted]:
    """One step for each memoiser, dictionary and lazy value that the audit is sure of.

    `ready` is the project with the unified cache in it, in the module `cache`; `project` the one that was audited. What
    would be refused is no step that is ready, and says why.
    """
    rows = [one for one in project.survey.rows(Cache) if one.sure and not testing(one.path)]
    if not rows:
        return
    reached = {(one.module, one.name): one.tests for one in project.survey.rows(Reach)}
    # One for all steps: what was read for one of them is there for the next.
    memos = Memos(ready, cache, _SETTINGS)
    yield from _decorated(memos, cache, rows, reached)
    for row in rows:
        if row.subkind in ("adhoc_dict", "lazy_attr"):
            yield _kept(memos, cache, row, reached)
        elif row.subkind == "file":
            why = "what is kept in files outlives the process, which the unified cache does not: leave it"
            yield _step({"target": f"{row.module}:{row.name}", "cache": cache}, _title(row), [row], why, reached)


def _decorated(
    memos: Memos, cache: str, rows: Sequence[Cache], reached: Mapping[tuple[str, str], int]
) -> Iterator[Drafted]:
    """One step for each memoiser of the project's own, and one for each package that uses a library's."""
    own: dict[str, list[Cache]] = {}
    others: dict[str, list[Cache]] = {}
    for row in rows:
        if row.subkind != "decorator":
            continue
        if row.memoiser in FAMILIES or row.memoiser == CACHED:
            others.setdefault(row.module.partition(".")[0], []).append(row)
        elif row.memoiser.rpartition(".")[0] in memos.project.layout.modules:
            own.setdefault(row.memoiser, []).append(row)
    for memoiser, several in sorted(own.items()):
        module, _, name = memoiser.rpartition(".")
        target = f"{module}:{name}"
        why = _tried(partial(_of, memos, target))
        yield _step(
            {"target": target, "cache": cache}, f"What {name} remembers", several, why, reached
        )  # fmt: skip
    for package, several in sorted(others.items()):
        keys: dict[str, object] = {"target": package, "all": True, "cache": cache}
        why = _tried(partial(memos.everything, package))
        yield _step(keys, f"What the decorators of libraries remember in {package}", several, why, reached)


def _kept(memos: Memos, cache: str, row: Cache, reached: Mapping[tuple[str, str], int]) -> Drafted:
    target = f"{row.module}:{row.name}"
    why = memos.unlike(Target(row.module, row.name)) or _tried(partial(_of, memos, target))
    return _step({"target": target, "cache": cache}, _title(row), [row], why, reached)


def _of(memos: Memos, target: str) -> Iterator[Proposal]:
    module, _, name = target.partition(":")
    return memos.proposals(Target(module, name))


def _step(
    keys: Mapping[str, object], title: str, rows: Sequence[Cache], why: str, reached: Mapping[tuple[str, str], int]
) -> Drafted:
    scopes = {(site.module, site.scope) for row in rows for site in (*row.lookups, *row.stores) if site.scope}
    counts = ((module, name, reached.get((module, name), 0)) for module, name in sorted(scopes))
    tests = [f"{module}:{name}: {count} tests" for module, name, count in counts if count]
    return Drafted(
        codemod=_CODEMOD, keys=keys, title=title, because=tuple(map(_because, rows)), by_hand=(why,) if why else (),
        ready=not why, tests=tuple(tests),
    )  # fmt: skip


def _tried(propose: Callable[[], Iterator[Proposal]]) -> str:
    """Why a step would be refused; "" where it would not, and has something to do."""
    try:
        found = list(propose())
    except Refused as error:
        return str(error)
    except Unreadable as error:
        return f"{getattr(error, '__notes__', ['a file'])[0]}: cannot be read ({error})"
    if not any(isinstance(one, Change) for one in found):
        return "nothing of it can be changed: look at what is told as left"
    return ""


def _title(row: Cache) -> str:
    return f"{row.name} of {row.module}"


def _because(row: Cache) -> str:
    limits = "no bound" if row.bounded is False else "bounded" if row.bounded else "one value"
    return f"{row.path}:{row.line}: {row.name} ({row.subkind}, {limits}, {row.scope})"
