"""What there is of each kind, in short lines that lead to places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from overhaul.config import Justification
from overhaul.inventory import (
    Cache,
    CacheFamily,
    Component,
    CustomRole,
    Manager,
    ResponsibilityOverlap,
    StateMachine,
    StatePersistence,
)
from overhaul.redundancy import Clone, Consolidation, Duplicate, Parallel, Placeholder
from overhaul.repeating.risk_spans import fewer_lines
from overhaul.sections import by_subkind, rows_of, short
from overhaul.survey import Survey

NAMED: Final = 3
"""Machines, families and groups of duplicates that are named."""
PAIRS: Final = 2
"""Parallels that are named."""
CANDIDATES: Final = 5
"""Candidates for one that are named."""
PLACES: Final = 4
"""Places of one group."""
LISTED: Final = 600
"""Duplicates, and parallels, that a page lists."""
WIDEST: Final = 120
"""Characters of a name or reason."""


def summary(survey: Survey) -> Iterator[str]:
    """The inventory, what is pretended, what is said twice, and what could be one; plain text, a fact a line.

    Only the kinds that some leaf looked for and found. Lines that belong to the one before are indented by two spaces.
    What comes from the audited code is not made printable yet.
    """
    for row, tell in (
        (Manager, _managers), (Cache, _caches), (StateMachine, _machines), (StatePersistence, _persistences),
        (CustomRole, _roles), (Placeholder, _placeholders), (Duplicate, _duplicates), (Parallel, _parallels),
        (Consolidation, _candidates),
    ):  # fmt: skip
        if row in survey.leaves.tables.values():
            yield from tell(survey)


def count(number: int, noun: str) -> str:
    """`1 file`, `2,000 files`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def of_a_group(unit: str, number: int) -> str:
    """`3 functions`, `2 statement runs`."""
    if unit == "run":
        return f"{number:,} statement runs"
    return f"{number:,} {unit}{'es' if unit == 'class' else 's'}"


def urgency(row: Placeholder) -> tuple[int, int, int, str, int]:
    """Sorts placeholders: by tier, then those that are reached from outside, then by the number of their callers."""
    return (
        ("certain", "likely", "note").index(row.tier), ("entry", "unknown", "tests", "nowhere").index(row.reached),
        -row.callers, row.path, row.line,
    )  # fmt: skip


def candidate_name(row: Consolidation, pairs: Mapping[str, Parallel]) -> str:
    """What could be one, in few words; `pairs` are the parallels by their identities."""
    if (pair := pairs.get(row.identity)) is not None:
        return f"{pair.first} and {pair.second}"
    others = f" and {len(row.members) - 1:,} more" if len(row.members) > 1 else ""
    return f"{row.members[0] if row.members else row.dotted}{others}"


def listed_duplicates(survey: Survey) -> list[Duplicate]:
    """The groups of duplicates that a page lists: what is sure and not kept on purpose first, then by saved lines."""
    held = kept(survey)
    rows = {row.identity: row for row in rows_of(survey, Duplicate) or ()}
    return sorted(
        rows.values(), key=lambda row: (not row.sure, row.identity in held, -row.saved_lines, row.path, row.line)
    )[:LISTED]  # fmt: skip


def listed_parallels(survey: Survey) -> list[Parallel]:
    """The parallels that a page lists, in the same order, by similarity."""
    held = kept(survey)
    rows = {row.identity: row for row in rows_of(survey, Parallel) or ()}
    return sorted(
        rows.values(), key=lambda row: (not row.sure, row.identity in held, -row.similarity, row.path, row.second)
    )[:LISTED]  # fmt: skip


def kept(survey: Survey) -> dict[str, Justification]:
    """Why groups stay as they are, by their identities; without the reasons that have expired."""
    return {one.group: one for one in survey.config.justified if one.holds(survey.day)}


def lines_fewer(survey: Survey) -> int:
    """How many lines less there would be with one of each duplicate that is sure and not kept on purpose.

    Lines that several groups have in common count once.
    """
    held = kept(survey)
    rows = rows_of(survey, Duplicate) or ()
    return fewer_lines(row for row in rows if row.sure and row.identity not in held)


def _kept_together(survey: Survey, source: str) -> list[frozenset[str]]:
    """The members of candidates of one kind that stay as they are for a reason on record."""
    rows = rows_of(survey, Consolidation) or ()
    return [frozenset(row.members) for row in rows if row.justified and row.subkind == source]


def _managers(survey: Survey) -> Iterator[str]:
    rows = survey.rows(Manager)
    sure = [row for row in rows if row.sure]
    if not rows:
        return
    yield f"{_kinds('manager', sure)}{_unsure(len(rows) - len(sure))}"
    tiers = Counter(row.tier for row in sure if row.tier is not None)
    if len(tiers) > 1:
        yield f"  tiers: {', '.join(f'{tier}: {number}' for tier, number in sorted(tiers.items()))}"
    held = _kept_together(survey, "responsibility_overlap")
    overlaps = rows_of(survey, ResponsibilityOverlap) or ()
    for one in [one for one in overlaps if frozenset((one.first, one.second)) not in held][:NAMED]:
        yield f"  could be one: {one.first} and {one.second} (both {', '.join(one.shared[:3])}) {one.path}:{one.line}"


def _caches(survey: Survey) -> Iterator[str]:
    rows = survey.rows(Cache)
    sure = [row for row in rows if row.sure]
    if not rows:
        return
    yield f"{_kinds('cache', sure)}{_unsure(len(rows) - len(sure))}"
    # A candidate has one member of each lot that is one design, so it may have fewer than the family it comes from.
    held = _kept_together(survey, "cache_family")
    rows_of_families = rows_of(survey, CacheFamily) or ()
    families = [one for one in rows_of_families if not any(map(frozenset(one.members).issuperset, held))]
    for one in sorted(families, key=lambda one: -len(one.members))[:NAMED]:
        names = ", ".join(member.rpartition(".")[2] for member in one.members[:4])
        more = f" and {len(one.members) - 4} more" if len(one.members) > 4 else ""
        yield f"  could be one: {one.name} ({names}{more}) {one.path}:{one.line}"


def _machines(survey: Survey) -> Iterator[str]:
    rows = survey.rows(StateMachine)
    sure = [row for row in rows if row.sure]
    if not rows:
        return
    yield f"{_kinds('state machine', sure)}{_unsure(len(rows) - len(sure))}"
    largest = sorted(sure, key=lambda row: (-len(row.transitions), row.path, row.line))[:NAMED]
    for one in largest:
        states, moves = count(len(one.states), "state"), count(len(one.transitions), "transition")
        yield f"  {one.name}: {states}, {moves} {one.path}:{one.line}"


def _persistences(survey: Survey) -> Iterator[str]:
    rows = survey.rows(StatePersistence)
    sure = [row for row in rows if row.sure]
    if not rows:
        return
    ways = Counter(row.write.replace("_", " ") for row in sure if row.write)
    how = f" ({', '.join(f'{count} {way}' for way, count in ways.most_common())})" if ways else ""
    yield f"{count(len(sure), 'saved state')}{how}{_unsure(len(rows) - len(sure))}"


def _roles(survey: Survey) -> Iterator[str]:
    for role, number in sorted(Counter(row.kind for row in survey.rows(CustomRole)).items()):
        yield f"{role}: {number:,}"


def _placeholders(survey: Survey) -> Iterator[str]:
    rows = survey.rows(Placeholder)
    sure = [row for row in rows if row.sure]
    if not rows:
        return
    tiers = Counter[str](row.tier for row in sure)
    kinds = ", ".join(f"{tiers[tier]:,} {tier}" for tier in ("certain", "likely") if tiers[tier])
    reached = sum(row.reached == "entry" for row in sure)
    notes = count(len(rows) - len(sure), "note")
    yield (
        f"{count(len(sure), 'placeholder')}{f': {kinds}' if kinds else ''}"
        f"{f'; {reached:,} of them can be reached from outside' if reached else ''}"
        f"{f' ({notes} besides)' if len(rows) > len(sure) else ''}"
    )
    for row in sorted(sure, key=urgency)[:1]:
        name = short(row.name or row.module, WIDEST)
        callers = f", {count(row.callers, 'caller')}" if row.callers else ""
        yield f"  first of all {name} ({short(row.why, WIDEST)}{callers}) {row.path}:{row.line}"


def _duplicates(survey: Survey) -> Iterator[str]:
    rows = survey.rows(Duplicate)
    sure = [row for row in rows if row.sure]
    if not rows:
        return
    counted = sorted(Counter(row.type for row in sure).items())
    types = ", ".join(f"{number:,} of type {type}" for type, number in counted)
    saved = lines_fewer(survey)
    yield (
        f"{count(len(sure), 'group')} of duplicates{f': {types}' if types else ''}"
        f"{f'; {saved:,} lines fewer with one of each' if saved else ''}{_unsure(len(rows) - len(sure))}"
    )
    held = kept(survey)
    for row in _apart(row for row in listed_duplicates(survey) if row.sure and row.identity not in held):
        places = ", ".join(f"{one.path}:{one.line}" for one in row.members[:PLACES])
        more = f" and {len(row.members) - PLACES:,} more" if len(row.members) > PLACES else ""
        yield (
            f"  {short(row.name or row.module, WIDEST)} ({of_a_group(row.unit, len(row.members))}, type {row.type}, "
            f"saves {count(row.saved_lines, 'line')}) {places}{more}"
        )


def _apart(rows: Iterable[Duplicate]) -> Iterator[Duplicate]:
    """The first few groups, without those whose members are all in a group before: the equal ones of a variation."""
    told: list[set[Clone]] = []
    for row in rows:
        members = set(row.members)
        if len(told) < NAMED and not any(members <= one for one in told):
            told.append(members)
            yield row


def _parallels(survey: Survey) -> Iterator[str]:
    held = kept(survey)
    rows = [row for row in listed_parallels(survey) if row.sure and row.identity not in held]
    for row in rows[:PAIRS]:
        names = sum(bool(one.first and one.second) for one in row.correspondences)
        yield (
            f"in parallel: {short(row.first, WIDEST)} and {short(row.second, WIDEST)} "
            f"(similarity {row.similarity:.2f}, {count(names, 'name')} correspond{'s' if names == 1 else ''}) "
            f"{row.path}:{row.line}"
        )
    if len(rows) > PAIRS:
        yield f"  and {len(rows) - PAIRS:,} more in parallel"


def _candidates(survey: Survey) -> Iterator[str]:
    rows = [row for row in survey.rows(Consolidation) if row.sure and not row.justified]
    pairs = {row.identity: row for row in rows_of(survey, Parallel) or ()}
    for row in rows[:CANDIDATES]:
        yield (
            f"could be one: {short(candidate_name(row, pairs), 2 * WIDEST)} (saves {count(row.saved_lines, 'line')}, "
            f"risk {row.risk:.2f}) {row.path}:{row.line}"
        )
    if len(rows) > CANDIDATES:
        yield f"  and {len(rows) - CANDIDATES:,} more that could be one"


def _kinds(noun: str, rows: Sequence[Component]) -> str:
    kinds = ", ".join(f"{count:,} {kind.replace('_', ' ')}" for kind, count in by_subkind(rows))
    return f"{count(len(rows), noun)}{f': {kinds}' if kinds else ''}"


def _unsure(count: int) -> str:
    return f" ({count:,} more unsure)" if count else ""
