"""Steps that make one of several: candidates for one, brought together where they are one piece of work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from overhaul.inventory import Cache, CacheFamily, Manager
from overhaul.redundancy import Consolidation, Doubt, Duplicate, Gain, Parallel, Spot, Subject
from overhaul.repeating.next_steps import Draft, counted, named


def unions(
    rows: Sequence[Consolidation], parallels: Sequence[Parallel], duplicates: Iterable[Duplicate],
    families: Iterable[CacheFamily], where: Mapping[str, Spot], module_of: Callable[[str], str],
) -> Iterator[Draft]:  # fmt: skip
    """One step for what is one piece of work.

    That is: pairs in parallel that have a module or package in common (three copies are three pairs), and duplicates
    that lie in the same two or more modules. The others are a step each. What each saves is counted without the lines
    that a better candidate takes away already, and of duplicates of type 3 only the share that is alike; the risk is
    that of its riskiest part. A family of caches that have no operation in common is none.
    """
    pairs = {row.identity: row for row in parallels}
    likeness = {row.identity: row.similarity for row in duplicates if row.type == 3}
    roles: defaultdict[str, set[str]] = defaultdict(set)
    for family in families:
        for one in family.operations:
            if one.role != "other":
                roles[one.cache].add(one.role)
    open_ones = [
        row for row in rows
        if row.sure and not row.justified and row.further_lines
        and (row.subkind != "cache_family" or _common([roles[name] for name in row.members]))
    ]  # fmt: skip
    for group in _groups(open_ones, pairs, module_of):
        yield _union(group, pairs, likeness, where, module_of)


def _common(roles: Sequence[Collection[str]]) -> bool:
    """Whether two of them do the same in any way."""
    every = [role for one in roles for role in one]
    return len(set(every)) < len(every)


def spots(
    duplicates: Iterable[Duplicate], parallels: Iterable[Parallel], components: Iterable[Cache | Manager]
) -> dict[str, Spot]:
    """Where the members of candidates stand, by their dotted names."""
    found = {one.dotted: Spot(one.path, one.line, f"`{one.dotted}`") for one in components}
    for pair in parallels:
        for one in pair.correspondences:
            found[one.first] = Spot(one.first_path, one.first_line, f"`{one.first}`")
            found[one.second] = Spot(one.second_path, one.second_line, f"`{one.second}`")
    for row in duplicates:
        for clone in row.members:
            name = f"{clone.module}.{clone.name}" if clone.name else clone.module
            found[name] = Spot(clone.path, clone.line, f"`{name}`")
    return found


def _groups(
    rows: Sequence[Consolidation], pairs: Mapping[str, Parallel], module_of: Callable[[str], str]
) -> Iterator[list[Consolidation]]:
    """Rows that are one piece of work, in the order of the first of each."""
    together: dict[object, list[Consolidation]] = defaultdict(list)
    sets: list[set[str]] = []
    for row in rows:
        if (pair := pairs.get(row.identity)) is not None:
            sides = {pair.first, pair.second}
            touching = [one for one in sets if one & sides]
            sets = [one for one in sets if not one & sides] + [sides.union(*touching)]
    for row in rows:
        if (pair := pairs.get(row.identity)) is not None:
            key: object = frozenset(next(one for one in sets if pair.first in one))
        else:
            modules = frozenset(map(module_of, row.members))
            key = (modules, row.subkind) if len(modules) > 1 and row.subkind == "duplicate" else row.identity
        together[key].append(row)
    yield from together.values()


def _union(
    group: Sequence[Consolidation], pairs: Mapping[str, Parallel], likeness: Mapping[str, float],
    where: Mapping[str, Spot], module_of: Callable[[str], str],
) -> Draft:  # fmt: skip
    members = list(dict.fromkeys(name for row in group for name in row.members))
    riskiest = max(group, key=lambda row: (row.risk, row.identity))
    saved = sum(round(row.further_lines * likeness.get(row.identity, 1.0)) for row in group)
    places = [where.get(name, Spot(group[0].path, group[0].line, f"`{name}`")) for name in members]
    identities = ", ".join(f"'{row.identity}'" for row in group)
    return Draft(
        kind="unify", title=_title(group, pairs, likeness, module_of),
        why=_why(group, pairs, likeness, members, module_of) + _riskiest(group, riskiest),
        gains=(Gain("lines that are said again", saved, 1.0),),
        doubts=tuple(Doubt(part.name, part.value, part.weight, part.measure) for part in riskiest.parts),
        spots=tuple(places),
        subjects=tuple(Subject("consolidations", (row.subkind, row.identity)) for row in group),
        command="overhaul query --format json "
        f'"SELECT members, parts FROM consolidations WHERE identity IN ({identities})"',
    )  # fmt: skip


def _riskiest(group: Sequence[Consolidation], row: Consolidation) -> str:
    """Which of several the parts of the risk are of."""
    if len(group) < 2:
        return ""
    names = named([f"`{name}`" for name in _brief(row.members)[1]])
    return f" The risk is that of {names}, the riskiest of {len(group)}."


def _title(
    group: Sequence[Consolidation], pairs: Mapping[str, Parallel], likeness: Mapping[str, float],
    module_of: Callable[[str], str],
) -> str:  # fmt: skip
    first = group[0]
    common, brief = _brief(first.members)
    names = named([f"`{name}`" for name in brief])
    within = f" in `{common}`" if common else ""
    if first.identity in pairs:
        sides = sorted({side for row in group for side in (pairs[row.identity].first, pairs[row.identity].second)})
        kind = pairs[first.identity].subkind
        return f"Keep one of {len(sides)} {kind}s that implement the same thing: {named([f'`{one}`' for one in sides])}"
    if len(group) > 1:
        common, brief = _brief(sorted({module_of(name) for row in group for name in row.members}))
        modules = named([f"`{one}`" for one in brief])
        say = f"{'both' if len(brief) == 2 else 'all'} say{f' in `{common}`' if common else ''}"
        return f"Bring together what {modules} {say}: {len(group)} groups of duplicates"
    match first.subkind:
        case "cache_family":
            return f"Make one cache of {len(first.members)}: {names}"
        case "responsibility_overlap":
            return f"Make one manager of {names}, which do the same"
        case "repeated_utility":
            return f"Use what is there already in place of {names}"
        case _:
            alike = "are alike" if first.identity in likeness else "say the same"
            return f"Make one of {len(first.members)} that {alike}{within}: {names}"


def _why(
    group: Sequence[Consolidation], pairs: Mapping[str, Parallel], likeness: Mapping[str, float],
    members: Sequence[str], module_of: Callable[[str], str],
) -> str:  # fmt: skip
    saved = sum(row.further_lines for row in group)
    modules = len({module_of(name) for name in members})
    lines = f"{counted(saved, 'line')} {'goes' if saved == 1 else 'go'}"
    if any(row.identity in likeness for row in group):
        alike = sum(round(row.further_lines * likeness.get(row.identity, 1.0)) for row in group)
        least = min(likeness.get(row.identity, 1.0) for row in group)
        lines = f"About {alike:,} of {counted(saved, 'line')} go, as much of them as is alike (similarity {least:.2f})"
    if group[0].identity in pairs:
        names = sum(bool(one.first and one.second) for one in pairs[group[0].identity].correspondences)
        correspond = f"{counted(names, 'name')} {'corresponds' if names == 1 else 'correspond'}"
        return f"{lines}; {correspond}, and a change of one is a change of all."
    spread = f"in {counted(modules, 'module')}" if modules > 1 else "in one module"
    return f"{lines}, and {counted(len(members), 'place')} {spread} {_CHANGE}."


_CHANGE: Final = "need not be changed together any more"


def _brief(names: Sequence[str]) -> tuple[str, list[str]]:
    """What the names begin with, and what is left of each: at least the last part."""
    parts = [name.split(".") for name in names]
    common = 0
    while all(len(part) > common + 1 for part in parts) and len({part[common] for part in parts}) == 1:
        common += 1
    return ".".join(parts[0][:common]), [".".join(part[common:]) for part in parts]
