"""Work items on defects: what was not read, bottlenecks, rings of imports, what is said twice, what only pretends."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from overhaul.campaign.items_components import written_out
from overhaul.campaign.sketches import BY_HAND, DRAFTED, WRITTEN, Key, Site, Sketch, counted, named
from overhaul.facts import Cut, Cycle, UnresolvedImport
from overhaul.files.discovery import Failure
from overhaul.heat.rows import Bottleneck
from overhaul.inventory import testing
from overhaul.project import Project
from overhaul.redundancy import Consolidation, Duplicate, NextStep, Placeholder
from overhaul.repeating.next_rings import RINGED
from overhaul.repeating.next_steps import FAILS_ALWAYS, FAILS_FOR_SOME

MEASURE: Final[Key] = ("measure",)
_BY_CODEMOD: Final = ("typing", "direct", "defer", "drop")
_MERGE: Final = "overhaul propose duplicates -o merge.toml"
_ALIKE: Final = "dup-", "par-"


def audit(project: Project) -> Iterator[Sketch]:
    """One item for each file that could not be read, and one for the imports of each that lead nowhere."""
    failures: dict[str, list[Failure]] = defaultdict(list)
    for failure in project.survey.failures:
        failures[failure.path.partition("/")[0] if "/" in failure.path else failure.path].append(failure)
    for top, several in failures.items():
        first = several[0]
        what = first.path or "the settings" if len(several) == 1 else f"{len(several)} files below {top}"
        why = first.reason if len(several) == 1 else f"{named([one.path for one in several], 2)} cannot be read"
        # Where a name stands between braces a program fills it in.
        template = all("{" in one.path for one in several)
        how = f"Leave out with `exclude`, as templates, {what}" if template else f"Mend {what}, or `exclude` it"
        yield Sketch(
            phase="audit", key=("failure", top), worth=FAILS_FOR_SOME * len(several),
            by_hand=WRITTEN if template else BY_HAND,
            title=f"{how}: {why}", sites=tuple(Site(one.path, 0, one.path, "the file") for one in several if one.path),
            command="overhaul audit", rank=1 if template else 0,
        )  # fmt: skip
    missing: dict[str, list[UnresolvedImport]] = defaultdict(list)
    for row in project.survey.rows(UnresolvedImport):
        if not row.caught:
            missing[row.path].append(row)
    for path, rows in missing.items():
        near = next((f"; known is {row.near[0]}" for row in rows if row.near), "")
        sure = not testing(path) and any(row.confidence == "high" for row in rows)
        yield Sketch(
            phase="audit", key=("imports", path), by_hand=BY_HAND, worth=FAILS_FOR_SOME * len(rows),
            title=f"Mend the import of {named(list(dict.fromkeys(row.name for row in rows)))} in {path}{near}",
            sites=tuple(Site(row.path, row.line, row.module) for row in rows),
            command="overhaul check --select unresolved_import", rank=0 if sure else 1,
        )  # fmt: skip


def performance(project: Project) -> Iterator[Sketch]:
    """What is to be measured first, and one item for each function with bottlenecks, as they are ranked."""
    rows = project.survey.rows(Bottleneck)
    yield Sketch(
        phase="performance", key=MEASURE, title="Profile the program as it is used, and answer the decision matrix",
        sites=(), worth=FAILS_ALWAYS, by_hand=WRITTEN, command="overhaul explain decision_gate_answered",
    )  # fmt: skip
    found: dict[tuple[str, str], list[Bottleneck]] = defaultdict(list)
    for row in rows:
        found[row.module, row.scope].append(row)
    for (module, scope), some in found.items():
        first = max(some, key=lambda row: row.rank)
        more = f", and {len(some) - 1} more there" if len(some) > 1 else ""
        loops = counted(first.loops + first.around, "loop")
        yield Sketch(
            phase="performance", key=("bottleneck", module, scope),
            title=f"If the profile agrees: {scope or module}: {first.message}{more} ({loops} around it)",
            sites=tuple(Site(row.path, row.line, f"{module}.{scope}".rstrip(".")) for row in some),
            worth=float(2 ** min(10, first.rank)) + len(some), by_hand=BY_HAND, work=1.0,
            command=f"overhaul check --select {first.kind}", needs=(("performance", MEASURE),), rank=1,
        )  # fmt: skip


def cycles(project: Project) -> Iterator[Sketch]:
    """One item for each ring of imports that can fail, with its cheapest cuts."""
    paths = {name: place.path for name, place in project.layout.modules.items()}
    for row in project.survey.rows(Cycle):
        if row.effect not in ("fatal", "order-dependent") or all(testing(paths.get(one, "")) for one in row.modules):
            continue
        hand = any(cut.way not in _BY_CODEMOD for cut in row.cuts) or not row.cuts
        worth = (FAILS_ALWAYS if row.effect == "fatal" else FAILS_FOR_SOME) + RINGED[row.effect] * len(row.modules)
        what = "fails in every order" if row.effect == "fatal" else f"fails when {row.fails[0]} comes first" if (
            row.fails) else "can fail"
        how = f"cut {counted(len(row.cuts), 'import')}, {_ways(row.cuts)}" if row.cuts else "take it apart"
        yield Sketch(
            phase="cycles", key=("ring", *sorted(row.modules)), worth=worth + row.fan_in,
            title=f"Open the ring of {named(sorted(row.modules))}, whose import {what}: {how}",
            sites=tuple(
                Site(paths.get(cut.importer, ""), cut.line, cut.importer, f"import of {cut.imported}")
                for cut in row.cuts
            ) or (Site(row.path, row.line, row.module),),
            by_hand=DRAFTED if hand else WRITTEN, command="overhaul propose cycles -o cycles.toml", apart=False,
            callers=0 if row.cuts else row.edges,
        )  # fmt: skip


def _ways(cuts: tuple[Cut, ...]) -> str:
    ways = list(dict.fromkeys(cut.way for cut in cuts))
    return named([_WAYS[way] for way in ways])


_WAYS: Final = {
    "typing": "that only annotations need", "direct": "that goes a long way round", "defer": "that functions need",
    "move": "by moving what both need", "drop": "that nothing uses",
}  # fmt: skip


def redundancy(project: Project) -> Iterator[Sketch]:
    """One item for each union that the audit ranks, and one for the smaller groups that the gate asks for besides."""
    survey = project.survey
    known = {row.identity: row for row in survey.rows(Consolidation)}
    kinds = {row.identity: row for row in survey.rows(Duplicate)}
    rings = _ringed(project)
    for step in survey.rows(NextStep):
        if step.kind != "unify" or step.subjects[0].key[0] == "cache_family":
            continue
        rows = [known[one.key[1]] for one in step.subjects if one.key[1] in known]
        groups = [kinds[row.identity] for row in rows if row.identity in kinds]
        ready = len(groups) == len(rows) and all(one.type < 3 and one.unit in ("function", "class") for one in groups)
        drafted = all(row.identity.startswith(_ALIKE) for row in rows)
        members = sorted({name for row in rows for name in row.members})
        modules = {module for module, _ in rings if any(f"{name}.".startswith(f"{module}.") for name in members)}
        yield Sketch(
            phase="redundancy", key=_union(rows, step), title=step.title.replace("`", ""),
            sites=tuple(Site(spot.path, spot.line, spot.what.strip("`")) for spot in step.spots), worth=step.worth,
            command=_MERGE if drafted else step.command, by_hand=WRITTEN if ready else DRAFTED if drafted else BY_HAND,
            work=0.5, distance=max((one.value for row in rows for one in row.parts
                                    if one.name == "interface_distance"), default=0.0),
            needs=tuple(dict.fromkeys(("cycles", key) for module, key in rings if module in modules)),
            callers=max(0, step.places - len(step.spots)),
        )  # fmt: skip


def _union(rows: list[Consolidation], step: NextStep) -> Key:
    """What tells a union from others: its group, or of several groups the files they lie in."""
    if len(rows) == 1:
        return rows[0].subkind, rows[0].identity
    return ("several", *sorted({spot.path for spot in step.spots}))


def _ringed(project: Project) -> list[tuple[str, Key]]:
    """Modules of rings that can fail, each with the key of the item that opens it."""
    return [
        (module, sketch.key) for sketch in cycles(project) for module in sketch.key[1:]
    ]  # fmt: skip


def verification(project: Project) -> Iterator[Sketch]:
    """One item for what only pretends in each module."""
    found: dict[str, list[Placeholder]] = defaultdict(list)
    for row in project.survey.rows(Placeholder):
        if row.tier == "certain" and not testing(row.path):
            found[row.module].append(row)
    for module, rows in found.items():
        yield written_out("verification", module, rows, "overhaul check --select placeholder")
