"""Work items on components: caches, state machines and saved state, managers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from overhaul.campaign.sketches import BY_HAND, DRAFTED, WRITTEN, Key, Site, Sketch, counted, named
from overhaul.facts import InterfaceMismatch, Metric, Registration
from overhaul.inventory import (
    BuildStep,
    Cache,
    Component,
    Manager,
    StateMachine,
    StatePersistence,
    testing,
)
from overhaul.project import Project
from overhaul.redundancy import Consolidation, NextStep, Placeholder, Reach
from overhaul.repeating.next_steps import FAILS_FOR_SOME, HAZARD, PRETENCE

_PLAIN: Final = 5.0
"""What is worth doing because a gate asks for it, and little besides."""
_ALIKE: Final = 6
"""Classes of one family that are one item; more are many backends, not many copies."""
_MANY: Final = 4
"""Managers from which on the function that makes them is taken for their initialisation."""
_CACHE: Final = "overhaul propose cache -o caches.toml"
_STATE: Final = "overhaul propose state -o state.toml"
_MANAGERS: Final = "overhaul propose managers -o managers.toml"


def site(row: Component) -> Site:
    """Where a component stands."""
    return Site(row.path, row.line, row.dotted.rstrip("."))


def _spot(row: Cache) -> Site:
    """Where a cache stands, with the functions that work with it."""
    sites = (one for one in (*row.lookups, *row.stores) if one.scope)
    at = dict.fromkeys((one.path, one.line, f"{one.module}.{one.scope}") for one in sites)
    return Site(row.path, row.line, row.dotted, by=tuple(Site(*one) for one in at))


def caches(project: Project) -> Iterator[Sketch]:
    """One item for each family of cache classes, each other class, what each module has by hand, and each decorator.

    And one each for those that grow for ever, and for those that answer with old values.
    """
    rows = [row for row in project.survey.rows(Cache) if row.sure and not testing(row.path)]
    yield from _hazards(project, rows)
    left = {row.dotted: row for row in rows if row.subkind in ("class", "adhoc_dict")}
    implementations = len(left) + len({row.memoiser for row in rows if row.subkind in ("decorator", "library")})
    if implementations < 2:
        return
    for one in sorted(project.survey.rows(Consolidation), key=lambda one: (-len(one.members), one.identity)):
        members = [left[name] for name in one.members if name in left and left[name].subkind == "class"]
        # Those that are one design, or have nothing in common, are no candidate.
        if one.subkind == "cache_family" and one.sure and not one.justified and 1 < len(members) <= _ALIKE and (
            len(members) == len(one.members)
        ):
            for member in members:
                del left[member.dotted]
            yield _united(members, one)
    classes = [row for row in left.values() if row.subkind == "class"]
    classes.sort(key=_borne(project, [row.dotted for row in classes]), reverse=True)
    for number, row in enumerate(classes):
        # One may stay: that on which most of the others stand, where there is more than one.
        stays = number == 0 and len(classes) > 1
        title = f"Let the unified cache take the place of {row.dotted}"
        yield Sketch(
            phase="caches", key=("class", row.dotted), rank=3 if stays else 1,
            title=f"Keep {row.dotted} as the one cache, or put it on the unified one as well" if stays else title,
            sites=(site(row),), worth=_PLAIN + _lines(project, row), command=_CACHE, by_hand=DRAFTED, work=1.0,
            distance=1.0,
        )  # fmt: skip
    homes: dict[str, list[Cache]] = defaultdict(list)
    for row in left.values():
        if row.subkind == "adhoc_dict":
            homes[row.module].append(row)
    for module, some in homes.items():
        names = named([row.name for row in some])
        what = "the cache written by hand" if len(some) == 1 else f"{len(some)} caches written by hand"
        yield Sketch(
            phase="caches", key=("by hand", module), title=f"Put {what} in {module} on the unified cache: {names}",
            sites=tuple(map(_spot, some)), worth=sum(map(_gain, some)), command=_CACHE,
            by_hand=DRAFTED, work=1.0, callers=sum(len(row.stores) + len(row.lookups) for row in some), rank=1,
        )  # fmt: skip
    yield from _ready_made([row for row in rows if row.subkind in ("decorator", "library")])


def _borne(project: Project, names: Sequence[str]) -> Callable[[Cache], tuple[int, int]]:
    """How many others of some classes use one of them, and how many modules do."""
    rows = {f"{one.module}.{one.name}": one for one in project.survey.rows(Reach)}

    def borne(row: Cache) -> tuple[int, int]:
        found = rows.get(row.dotted)
        by = [f"{name}." for name in found.called_by] if found is not None else []
        others = sum(any(name.startswith(f"{other}.") for name in by) for other in names if other != row.dotted)
        return others, found.users if found is not None else 0

    return borne


def _hazards(project: Project, rows: Sequence[Cache]) -> Iterator[Sketch]:
    by_name = {(row.module, row.name): row for row in rows}
    for step in project.survey.rows(NextStep):
        if step.kind in ("bound_caches", "renew_caches"):
            keys = [(one.key[0], one.key[1]) for one in step.subjects]
            found = tuple(_spot(by_name[key]) for key in keys if key in by_name)
            yield Sketch(
                phase="caches", key=(step.kind,), title=step.title.replace("`", ""), sites=found, worth=step.worth,
                command=step.command if step.kind == "bound_caches" else "overhaul check --select stale_cache",
                by_hand=BY_HAND, work=1.0, callers=max(0, step.places - len(found)),
            )  # fmt: skip


def _gain(row: Cache) -> float:
    """What it is worth to replace a cache that is written by hand: its lines, and that it grows for ever."""
    shared = row.scope in ("module", "class")
    grows = shared and bool(row.key) and row.bounded is False and not row.ttl and not row.invalidation
    # What one object keeps for itself ends with it.
    return (3.0 if shared else 1.0) * (len(row.lookups) + len(row.stores)) + (HAZARD if grows else 0.0)


def _united(members: Sequence[Cache], found: Consolidation) -> Sketch:
    distance = next((one.value for one in found.parts if one.name == "interface_distance"), 1.0)
    return Sketch(
        phase="caches", key=("family", *sorted(row.dotted for row in members)),
        title=f"Make one cache of {named([row.name for row in members], 4)}", sites=tuple(map(site, members)),
        worth=_PLAIN * len(members) + found.saved_lines, command=_CACHE,
        by_hand=DRAFTED, work=1.0, distance=distance, rank=1,
    )  # fmt: skip


def _ready_made(rows: Iterable[Cache]) -> Iterator[Sketch]:
    groups: dict[str, list[Cache]] = defaultdict(list)
    for row in rows:
        if not row.memoiser.endswith("cached_property"):
            groups[f"@{row.memoiser or row.name}" if row.subkind == "decorator" else row.dotted].append(row)
    for how, some in groups.items():
        places = "" if len(some) == 1 else f", {len(some)} places"
        yield Sketch(
            phase="caches", key=("ready made", how),
            title=f"Decide on {how}{places}: keep it, or put it on the unified cache", sites=tuple(map(site, some)),
            worth=_PLAIN, command=_CACHE, by_hand=WRITTEN if some[0].subkind == "decorator" else DRAFTED, work=1.0,
            rank=2,
        )  # fmt: skip


def _lines(project: Project, row: Component) -> int:
    return next(
        (one.end - one.line + 1 for one in project.facts(Metric)[row.module]
         if one.name == row.name and one.kind == "class"), 0,
    )  # fmt: skip


def state(project: Project) -> Iterator[Sketch]:
    """One item for each save that overwrites, each half that is missing, and each machine that no coordinator knows.

    And one for the placeholders of each module that keeps state.
    """
    survey = project.survey
    persistences = [row for row in survey.rows(StatePersistence) if not testing(row.path)]
    machines = [row for row in survey.rows(StateMachine) if row.sure and not testing(row.path)]
    saves: dict[str, Key] = {}
    for row in persistences:
        if row.write == "in_place":
            key = saves[row.module] = ("save", row.dotted)
            yield Sketch(
                phase="state", key=key, title=f"Let {row.name} write beside the old file and replace it",
                sites=(site(row),), worth=HAZARD, command=_STATE, by_hand=WRITTEN, work=1.0,
            )  # fmt: skip
        lost = sorted(set(row.saved) - set(row.restored)) if row.saved and row.restored else []
        if row.sure and lost:
            yield Sketch(
                phase="state", key=("keys", row.dotted), sites=(site(row),), worth=HAZARD, by_hand=BY_HAND, work=0.5,
                title=f"Restore what {row.name} saves and nothing reads again ({named(lost)}), or save it no more",
                command="overhaul check --select unrestored_key",
            )  # fmt: skip
        elif not row.sure and not row.complete:
            yield Sketch(
                phase="state", key=("half", row.dotted), sites=(site(row),), worth=PRETENCE, by_hand=BY_HAND, work=0.5,
                title=f"Write the other half of {row.name}, or take it away",
                command="overhaul check --select state_never_restored", rank=2,
            )  # fmt: skip
    yield from _pretended(project, machines, persistences)
    known = {one.name for _, rows in survey.facts(Registration).items() for one in rows if one.what == "machine"}
    for machine in machines:
        if machine.name in known or machine.dotted in known:
            continue
        outside = f"; {counted(len(machine.outside), 'place')} outside sets it" if machine.outside else ""
        yield Sketch(
            phase="state", key=("machine", machine.dotted), command=_STATE, by_hand=DRAFTED, work=0.5,
            title=f"Register {machine.name} with a coordinator ({counted(len(machine.states), 'state')}{outside})",
            sites=(site(machine), *(Site(one.path, one.line, f"{one.module}.{one.scope}".rstrip("."))
                                    for one in machine.outside)),
            worth=_PLAIN + len(machine.tests) + 2 * len(machine.outside), apart=False,
            needs=(("state", saves[machine.module]),) if machine.module in saves else (), rank=1,
        )  # fmt: skip


def _pretended(
    project: Project, machines: Sequence[StateMachine], persistences: Sequence[StatePersistence]
) -> Iterator[Sketch]:
    modules = {row.module for row in machines} | {one.module for row in persistences for one in row.members}
    found: dict[str, list[Placeholder]] = defaultdict(list)
    doubtful: list[Placeholder] = []
    for row in project.survey.rows(Placeholder):
        if row.module in modules and row.tier == "certain":
            found[row.module].append(row)
        elif row.module in modules and row.tier == "likely":
            doubtful.append(row)
    for module, rows in found.items():
        yield written_out("state", module, rows, "overhaul check --select placeholder")
    if doubtful:
        where = len({row.module for row in doubtful})
        yield Sketch(
            phase="state", key=("doubtful",), by_hand=BY_HAND, worth=_PLAIN * len(doubtful), rank=2,
            title="Look through what is likely to pretend in modules that keep state: "
            f"{counted(len(doubtful), 'place')} in {counted(where, 'module')}",
            command="overhaul check --select placeholder",
            sites=tuple(Site(row.path, row.line, row.dotted.rstrip(".")) for row in doubtful),
        )  # fmt: skip


def written_out(phase: str, module: str, rows: Sequence[Placeholder], command: str) -> Sketch:
    """What is to be written out in one module."""
    names = list(dict.fromkeys(row.name or "a comment" for row in rows))
    return Sketch(
        phase=phase, key=("write out", module), title=f"Write out, or take away, in {module}: {named(names)}",
        sites=tuple(Site(row.path, row.line, row.dotted.rstrip(".")) for row in rows),
        worth=PRETENCE * len(rows) + sum(row.callers for row in rows), command=command, by_hand=BY_HAND, work=0.0,
    )  # fmt: skip


def managers(project: Project) -> Iterator[Sketch]:
    """One item for each ring, each function that builds several, and each manager that is made in several places.

    And one for what each package makes besides.
    """
    survey = project.survey
    rows = [row for row in survey.rows(Manager) if row.sure and not testing(row.path)]
    by_name = {row.dotted: row for row in rows}
    rings: list[Key] = []
    for one in survey.said(("construction_cycle",)):
        if not testing(one.path):
            key = ("ring", *one.members)
            rings.append(key)
            yield Sketch(
                phase="managers", key=key, title=f"Take apart the ring of managers: {one.message}",
                sites=tuple(
                    Site(by_name[name].path, by_name[name].line, name)
                    for name in (member.replace(":", ".") for member in one.members) if name in by_name
                ) or (Site(one.path, one.line, f"{one.module}.{one.name}"),),
                worth=FAILS_FOR_SOME if one.severity == "error" else HAZARD, by_hand=BY_HAND, distance=0.5,
                command="overhaul check --select construction_cycle", apart=False,
            )  # fmt: skip
    yield from _built(project, by_name, rings)


def mismatches(project: Project) -> Iterator[Sketch]:
    """What is asked of managers and they have not: it fails when its line runs, and is mended before anything moves."""
    survey = project.survey
    by_name = {row.dotted for row in survey.rows(Manager) if row.sure and not testing(row.path)}
    wrong: dict[str, list[InterfaceMismatch]] = defaultdict(list)
    for row in survey.rows(InterfaceMismatch):
        if row.owner in by_name and not testing(row.path):
            wrong[row.owner].append(row)
    for owner, uses in wrong.items():
        members = named(list(dict.fromkeys(one.member for one in uses)))
        yield Sketch(
            phase="audit", key=("mismatch", owner), by_hand=BY_HAND, worth=FAILS_FOR_SOME * len(uses),
            title=f"Mend what is asked of {owner.rpartition('.')[2]} and it has not: {members}",
            sites=tuple(Site(one.path, one.line, f"{one.module}.{one.scope}".rstrip(".")) for one in uses),
            command="overhaul check --select missing_member",
            rank=0 if any(one.confidence == "high" for one in uses) else 1,
        )  # fmt: skip


def _built(project: Project, by_name: Mapping[str, Manager], rings: Sequence[Key]) -> Iterator[Sketch]:
    steps: dict[str, list[BuildStep]] = defaultdict(list)
    for step in project.survey.rows(BuildStep):
        if not testing(step.path):
            steps[step.function].append(step)
    makers = {
        one.made.rpartition(".")[2]
        for _, rows in project.facts(Registration).items() for one in rows if one.what == "manager"
    }  # fmt: skip
    done: set[str] = set()
    for function, some in steps.items():
        # What is returned, or becomes the same attribute, is one of several kinds, and not one of several managers.
        made = list({step.target: step.component for step in reversed(some) if step.target}.values())
        made = sorted(set(made))
        if len(made) < 2 or makers.intersection(function.split(".")):
            continue
        done.update(made)
        module = some[0].module
        scope = function.removeprefix(module).lstrip(".")
        line, lines = next(
            ((row.line, row.end - row.line + 1) for row in project.facts(Metric)[module]
             if row.name == scope and row.kind != "module"), (some[0].line, 0),
        )  # fmt: skip
        tiers = {by_name[name].tier for name in made if name in by_name} - {None}
        by = scope or module
        title = f"Let a factory build {named([name.rpartition('.')[2] for name in made])}, which {by} makes"
        if len(made) >= _MANY:
            title = f"Let a factory build the {len(made)} managers of {by}, in {counted(len(tiers), 'tier')}"
            title += f": {lines} lines become one call" if lines else ""
        inside = tuple(
            (("managers", key)) for key in rings if any(member.replace(":", ".") in made for member in key[1:])
        )  # fmt: skip
        yield Sketch(
            phase="managers", key=("build", function), command=_MANAGERS, by_hand=DRAFTED, apart=False,
            title=title, sites=(Site(some[0].path, line, function),),
            worth=_PLAIN * len(made) + (lines if len(made) >= _MANY else 0),
            callers=len(some), distance=0.25, needs=inside, rank=1,
        )  # fmt: skip
    twice = {f"{one.module}.{one.name}" for one in project.survey.said(("built_more_than_once",))}
    yield from _strays(by_name.values(), makers, done, twice)


def _strays(rows: Iterable[Manager], makers: set[str], done: set[str], twice: set[str]) -> Iterator[Sketch]:
    packages: dict[str, list[Manager]] = defaultdict(list)
    for row in rows:
        sites = [one for one in row.constructed if not testing(one.path) and not makers & set(one.scope.split("."))]
        if row.subkind in ("abstract", "scoped", "root") or not sites:
            continue
        if row.dotted in twice:
            where = list(dict.fromkeys(one.scope or one.module for one in sites))
            yield Sketch(
                phase="managers", key=("stray", row.dotted), by_hand=BY_HAND, distance=0.25, rank=2,
                title=f"Make {row.name} in one place and hand it on: it is made in {named(where)}",
                sites=tuple(Site(one.path, one.line, f"{one.module}.{one.scope}".rstrip(".")) for one in sites),
                worth=_PLAIN * len(sites), command="overhaul check --select built_more_than_once",
            )  # fmt: skip
        elif row.dotted not in done:
            packages[row.module.rpartition(".")[0] or row.module].append(row)
    for package, some in packages.items():
        yield Sketch(
            phase="managers", key=("alone", package), by_hand=BY_HAND, worth=_PLAIN * len(some), rank=3, distance=0.25,
            title=f"Let a factory make what {package} makes one by one: {named([row.name for row in some])}",
            sites=tuple(map(site, some)), command="overhaul explain managers_built_by_factory",
        )  # fmt: skip
