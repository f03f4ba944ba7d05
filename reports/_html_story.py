"""The top of the page: what was looked at, and what was found, in a few numbers that lead to their places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from overhaul.facts import Cycle, UnresolvedImport
from overhaul.inventory import Cache, Component, Manager, StateMachine, StatePersistence
from overhaul.redundancy import Consolidation, Duplicate, Parallel, Placeholder
from overhaul.sections import WORST_FIRST, Column, Grid, Line, Section, rows_of, rule_anchor, short
from overhaul.survey import Survey


class RuleCount(msgspec.Struct, frozen=True):
    """How much a rule found."""

    rule: str
    severity: str
    summary: str
    findings: int
    link: str
    """Where the findings stand."""


class EffectCount(msgspec.Struct, frozen=True):
    """How many import cycles have an effect."""

    effect: str
    cycles: int
    modules: int


class Story(msgspec.Struct, frozen=True):
    """What stands at the top of the page."""

    files: int
    lines: int
    modules: int
    severities: tuple[tuple[str, int], ...]
    rules: tuple[RuleCount, ...]
    rules_run: int
    effects: tuple[EffectCount, ...] | None
    """None when nobody looked for cycles."""
    unresolved: int | None
    inventory: tuple[tuple[str, str, int, str], ...]
    """(one, many, how many with high or medium confidence, the section) of each kind that was looked for."""
    failed: int
    """Files, directories and settings that could not be analysed."""
    failures: Grid


@Section("Overview", order=10)
def story(survey: Survey) -> Story:
    """The story of the whole audit."""
    found = Counter((WORST_FIRST.index(one.severity), one.rule) for one in survey.findings)
    rules = survey.leaves.rules
    cycles = rows_of(survey, Cycle)
    unresolved = rows_of(survey, UnresolvedImport)
    failed = {failure.path for failure in survey.failures}
    return Story(
        files=survey.files,
        lines=survey.lines,
        modules=sum(place.kind != "namespace" for place in survey.layout.modules.values()),
        severities=tuple(
            (severity, sum(count for (rank, _), count in found.items() if rank == number))
            for number, severity in enumerate(WORST_FIRST)
        ),
        rules=tuple(
            RuleCount(
                rule, WORST_FIRST[rank], rules[rule].summary if rule in rules else "", count,
                rule_anchor(rule, WORST_FIRST[rank]),
            )
            for (rank, rule), count in sorted(found.items(), key=lambda item: (item[0][0], -item[1], item[0][1]))
        ),
        rules_run=len(survey.leaves.selected_rules(survey.config.select, survey.config.ignore)),
        effects=None if cycles is None else tuple(_effects(cycles)),
        unresolved=None if unresolved is None else len(unresolved),
        inventory=tuple(
            (one, many, sum(row.sure for row in rows), section)
            for table, one, many, section in _KINDS if (rows := rows_of(survey, table)) is not None
        ),
        failed=len(failed),
        failures=Grid(
            id="not-analysed", caption="What could not be analysed, and why", shown=20,
            columns=(Column("Path", "place"), Column("While"), Column("Reason")),
            lines=tuple(Line((one.path, one.stage, short(one.reason))) for one in survey.failures[:1000]),
            total=len(survey.failures), rest="overhaul audit --report json",
        ),
    )  # fmt: skip


_KINDS: Final[tuple[tuple[type[Component], str, str, str], ...]] = (
    (Manager, "manager", "managers", "managers"), (Cache, "cache", "caches", "caches"),
    (StateMachine, "state machine", "state machines", "state_machines"),
    (StatePersistence, "saved state", "saved states", "state_persistence"),
    (Placeholder, "placeholder", "placeholders", "placeholders"),
    (Duplicate, "group of duplicates", "groups of duplicates", "duplicates"),
    (Parallel, "pair in parallel", "pairs in parallel", "parallels"),
    (Consolidation, "candidate for one", "candidates for one", "consolidations"),
)  # fmt: skip


def _effects(cycles: Sequence[Cycle]) -> Iterator[EffectCount]:
    for effect in ("fatal", "order-dependent", "latent", "deferred", "typing"):
        of_effect = [cycle for cycle in cycles if cycle.effect == effect]
        if of_effect:
            yield EffectCount(effect, len(of_effect), len({name for cycle in of_effect for name in cycle.modules}))
