"""Candidates of consolidation: rows of five kinds, brought into one shape, weighed and put in order."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal

import msgspec
from msgspec.structs import replace

from overhaul.inventory import CacheFamily, Component, Confidence, ResponsibilityOverlap, fact
from overhaul.redundancy import Consolidation, Correspondence, Duplicate, Parallel, RepeatedUtility
from overhaul.repeating.risk import HALF_MEANINGS, parts_of, risk_of, saturated
from overhaul.repeating.risk_project import Member, Project
from overhaul.repeating.risk_signatures import Distance, both
from overhaul.repeating.risk_spans import Gone, Groups, Span, spans_of

Source = Literal["duplicate", "parallel", "cache_family", "responsibility_overlap", "repeated_utility"]

_ALIKE: Final = 0.5
"""From this similarity on two managers' words are medium evidence; below they are low."""
_FACTS: Final = 6
"""Pieces of evidence taken over from a row."""


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """Things that could be one, before their risk is weighed."""

    source: Source
    identity: str
    members: tuple[Member, ...]
    saved: int
    module: str
    name: str
    path: str
    line: int
    confidence: Confidence
    evidence: tuple[str, ...]
    distance: Distance | None = None
    """None: that of the members' signatures."""
    users: int | None = None
    """None: those of the members."""
    spans: tuple[Span, ...] = ()
    """The lines that may go."""
    one_stays: bool = True
    """All of the spans but one go; else all."""


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """The tables that candidates come from."""

    duplicates: Sequence[Duplicate] = ()
    parallels: Sequence[Parallel] = ()
    families: Sequence[CacheFamily] = ()
    overlaps: Sequence[ResponsibilityOverlap] = ()
    utilities: Sequence[RepeatedUtility] = ()


def consolidations_of(rows: Rows, project: Project, reasons: dict[str, str]) -> list[Consolidation]:
    """Every candidate that is sure enough, by what is left of the saved lines after the risk: the best first.

    What stands wholly in tests is none: nobody uses it, and nothing of the program is at risk.

    `reasons` are those on record, by identity.
    """
    weighed = [
        (_weighed(one, project, reasons.get(one.identity, "")), one) for one in candidates(rows, project)
        if not all(project.in_tests(member) for member in one.members)
    ]  # fmt: skip
    gone = Gone()
    return [
        row if row.justified or not row.sure
        else replace(row, further_lines=gone.take(one.spans, one.one_stays, row.saved_lines))
        for row, one in sorted(weighed, key=lambda pair: (-worth(pair[0]), pair[0].identity))
    ]  # fmt: skip


def worth(row: Consolidation) -> float:
    """Saved lines times what is left of certainty: the order of candidates."""
    return row.saved_lines * (1 - row.risk)


def candidates(rows: Rows, project: Project) -> Iterator[Candidate]:
    """One for each row of high or medium confidence, but for what a larger candidate has in it already.

    Duplicates whose members all correspond in one pair of parallel modules go with these, and so do managers that
    overlap; a group of duplicates that lies within the members of another goes with that, and a repeated utility with
    the group that has it and what it repeats.
    """
    larger = _Sets()
    around = Groups()
    for parallel in rows.parallels:
        if parallel.sure:
            pairs = [(one.first, one.second) for one in parallel.correspondences if one.first and one.second]
            larger.add([name for pair in pairs for name in pair])
            yield _of_parallel(parallel, project)
    in_parallel = larger.copy()
    # The longest first: what lies within it comes later.
    for duplicate in sorted(rows.duplicates, key=lambda row: (-row.saved_lines, row.identity)):
        names = [f"{one.module}.{one.name}" for one in duplicate.members]
        spans = spans_of(duplicate)
        if duplicate.sure and not in_parallel.have(names) and not around.hold(spans):
            around.add(spans)
            larger.add(names)
            yield _of_duplicate(duplicate, project)
    for family in rows.families:
        candidate = _of_family(family, project) if family.confidence != "low" else None
        if candidate is not None:
            yield candidate
    for overlap in rows.overlaps:
        if overlap.similarity >= _ALIKE and not larger.have([overlap.first, overlap.second]):
            yield _of_overlap(overlap, project)
    for utility in rows.utilities:
        if utility.sure and not larger.have([utility.dotted, utility.repeats]):
            yield _of_utility(utility, project)


class _Sets:
    """The names of the candidates so far."""

    def __init__(self) -> None:
        self._having: dict[str, list[frozenset[str]]] = {}

    def add(self, names: Iterable[str]) -> None:
        one = frozenset(names)
        for name in one:
            self._having.setdefault(name, []).append(one)

    def copy(self) -> _Sets:
        """These, whatever is added later."""
        other = _Sets()
        other._having = {name: list(sets) for name, sets in self._having.items()}
        return other

    def have(self, names: Sequence[str]) -> bool:
        """Whether one of them has all the names."""
        return any(one.issuperset(names) for one in self._having.get(names[0], ()))


def _weighed(one: Candidate, project: Project, reason: str) -> Consolidation:
    parts = parts_of(project.measures(one.members, one.distance, one.users))
    return Consolidation(
        kind="consolidation", subkind=one.source, name=one.name, module=one.module, path=one.path, line=one.line,
        confidence=one.confidence, evidence=one.evidence, members=tuple(member.dotted for member in one.members),
        risk=risk_of(parts), parts=parts, saved_lines=one.saved, identity=one.identity, justified=reason,
    )  # fmt: skip


def _of_component(row: Component, source: Source, identity: str, members: Sequence[Member], saved: int) -> Candidate:
    return Candidate(
        source=source, identity=identity, members=tuple(members), saved=saved, module=row.module, name=row.name,
        path=row.path, line=row.line, confidence=row.confidence, evidence=row.evidence[:_FACTS],
    )  # fmt: skip


def _of_duplicate(row: Duplicate, project: Project) -> Candidate:
    members = [Member(one.module, one.name) for one in row.members]
    candidate = _of_component(row, "duplicate", row.identity, members, row.saved_lines)
    # A run has no signature: what it is taken out of keeps its own.
    distance = Distance(0.0, "") if row.unit == "run" else project.distance(members)
    if count := len(row.differences):
        said = "1 name means different things" if count == 1 else f"{count} names mean different things"
        words = f"{distance.words}, {said}" if distance.words else said
        distance = Distance(both(distance.value, saturated(count, HALF_MEANINGS)), words)
    return replace(candidate, distance=distance, spans=spans_of(row))


def _of_parallel(row: Parallel, project: Project) -> Candidate:
    pairs = [one for one in row.correspondences if one.first and one.second and _whole(one, row)]
    members = [project.member(name) for one in pairs for name in (one.first, one.second)]
    saved = sum(project.lines(project.member(one.first)) for one in pairs)
    candidate = _of_component(row, "parallel", row.identity, members, saved)
    users = len({*row.first_users, *row.second_users})
    return replace(
        candidate, distance=_parallel_distance(row, project), users=users, one_stays=False,
        spans=tuple(_spans([project.member(one.first) for one in pairs], project)),
    )  # fmt: skip


def _whole(one: Correspondence, row: Parallel) -> bool:
    """Whether a correspondence is not part of another: no method of a class that corresponds, too."""
    return one.unit != "method" or not any(
        other.unit == "class" and other.first and one.first.startswith(f"{other.first}.")
        for other in row.correspondences
    )


def _parallel_distance(row: Parallel, project: Project) -> Distance:
    """What users of the first, who are to take the second, meet: the mean over the public names of the first.

    One that the second does not have costs 1; another name a quarter, together with the distance of the signatures.
    What only the second has is in nobody's way.
    """
    offered = [one for one in row.correspondences if one.first]
    if not offered:
        return Distance(0.0, "")
    total, missing, changed = 0.0, 0, 0
    for one in offered:
        if not one.second:
            total, missing = total + 1, missing + 1
            continue
        named = 0.0 if one.first.rpartition(".")[2] == one.second.rpartition(".")[2] else 0.25
        shaped = project.apart(project.member(one.first), project.member(one.second)).value
        apart = both(named, shaped or (0.25 if one.difference else 0.0))
        total, changed = total + apart, changed + (apart > 0)
    words = [
        f"{count} of {len(offered)} public names {said}"
        for count, said in ((missing, "missing in the second"), (changed, "with another name or signature")) if count
    ]  # fmt: skip
    return Distance(total / len(offered), ", ".join(words))


def _of_family(row: CacheFamily, project: Project) -> Candidate | None:
    """Caches that are there apart from each other; None where fewer than two are."""
    members = [project.member(name) for name in row.members]
    if row.basis == "class":
        # Backends behind one base, and a cache with the client it stands on, are two parts of one design.
        members = project.apart_by_design(members)
    if len(members) < 2:
        return None
    names = {one.dotted for one in members}
    path, line = project.place(members[0]) or (row.path, row.line)
    lines = [project.lines(one) for one in members]
    having: dict[str, set[str]] = {}
    for one in row.operations:
        if one.cache in names:
            having.setdefault(one.role, set()).add(one.cache)
    common = {role for role, caches in having.items() if len(caches) > 1 and role != "other"}
    differing = common.intersection(row.differing)
    alike = row.basis == "class" and all(sum(name in having[role] for role in common) > 1 for name in names)
    words = f"{len(differing)} of {len(common)} operations differ in name or parameters" if differing else ""
    interface = [f"{one.cache} {one.function}{one.signature}" for one in row.operations if one.cache in names]
    return Candidate(
        source="cache_family", members=tuple(members),
        identity=_identity("cch", [row.name, *sorted(names), *interface]),
        saved=sum(lines) - max(lines), module=members[0].module, name=members[0].name, path=path, line=line,
        confidence="high" if alike else "medium", evidence=row.evidence[:_FACTS],
        distance=Distance(len(differing) / len(common) if common else 0.0, words),
        spans=tuple(_spans(members, project)),
    )  # fmt: skip


def _of_overlap(row: ResponsibilityOverlap, project: Project) -> Candidate:
    first, second = project.member(row.first), project.member(row.second)
    # What both do is about this part of the smaller one.
    saved = round(row.similarity * min(project.lines(first), project.lines(second)))
    return Candidate(
        source="responsibility_overlap", identity=row.group,
        members=(first, second), saved=saved, module=row.module, name=first.name, path=row.path, line=row.line,
        confidence="medium", spans=tuple(_spans([min((first, second), key=project.lines)], project)), one_stays=False,
        evidence=(fact(row.line, f"{first.name} and {row.second} both {', '.join(row.shared[:_FACTS])}"),),
    )  # fmt: skip


def _of_utility(row: RepeatedUtility, project: Project) -> Candidate:
    own = Member(row.module, row.name)
    members = [own] if not row.repeats_path else [own, project.member(row.repeats)]
    candidate = _of_component(row, "repeated_utility", row.identity, members, row.end - row.line + 1)
    return replace(candidate, spans=(Span(row.module, row.line, row.end),), one_stays=False)


def _spans(members: Iterable[Member], project: Project) -> Iterator[Span]:
    """The lines of functions and classes; nothing for what is none."""
    for member in members:
        if (found := project.span(member)) is not None:
            yield Span(member.module, *found)


def _identity(prefix: str, parts: Iterable[str]) -> str:
    """What tells a candidate, by what it is made of: a prefix and 12 hexadecimal digits."""
    text = "\0".join(parts).encode("utf-8", "surrogateescape")
    return f"{prefix}-{hashlib.blake2b(text, digest_size=6).hexdigest()}"
