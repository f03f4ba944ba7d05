"""The top of the page: what there is too much of, what to do next, and what could not be analysed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from overhaul.crosslinks import subject_id
from overhaul.findings import SEVERITIES
from overhaul.redundancy import NextStep, Subject
from overhaul.sections import Column, Grid, Line, Section, rows_of, rule_anchor, short
from overhaul.survey import Survey
from overhaul.tallies import Tally, tallies

STEPS = 5
"""Steps that are told in full."""
LISTED = 200
"""Steps in the table below them."""
SPOTS = 6
"""Places of a step that are shown at once."""


class RuleCount(msgspec.Struct, frozen=True):
    """How much a rule found."""

    rule: str
    severity: str
    summary: str
    findings: int
    new: int
    link: str
    """Where the findings stand."""


class StepView(msgspec.Struct, frozen=True):
    """One of the next steps."""

    step: NextStep
    links: tuple[tuple[str, str], ...]
    """(id, name) of the rows it is about."""
    more: int
    """Rows that are not named."""


class Story(msgspec.Struct, frozen=True):
    """What stands at the top of the page."""

    files: int
    lines: int
    modules: int
    tallies: tuple[Tally, ...]
    steps: tuple[StepView, ...] | None
    """None when nobody ranked any."""
    others: Grid | None
    severities: tuple[tuple[str, int], ...]
    sentence: str
    """`2 new, 5 inherited, 1 fixed`; "" without a baseline."""
    rules: tuple[RuleCount, ...]
    rules_run: int
    failed: int
    """Files, directories and settings that could not be analysed."""
    failures: Grid


@Section("Overview", order=10)
def story(survey: Survey) -> Story:
    """The story of the whole audit."""
    verdict = survey.verdict
    steps = rows_of(survey, NextStep)
    failed = {failure.path for failure in survey.failures}
    by_severity = Counter(one.severity for one in verdict.findings)
    fixed = f", {len(verdict.fixed):,} fixed" if verdict.fixed else ""
    return Story(
        files=survey.files,
        lines=survey.lines,
        modules=sum(place.kind != "namespace" for place in survey.layout.modules.values()),
        tallies=tuple(tallies(survey)),
        steps=None if steps is None else tuple(map(_step, steps[:STEPS])),
        others=_others(steps) if steps and len(steps) > STEPS else None,
        severities=tuple((severity, by_severity[severity]) for severity in SEVERITIES),
        sentence=f"{len(verdict.new):,} new, {len(verdict.inherited):,} inherited{fixed}" if verdict.baseline else "",
        rules=tuple(_rules(survey)),
        rules_run=len(
            survey.leaves.selected_rules(survey.config.select, survey.config.ignore, survey.config.extend_select)
        ),
        failed=len(failed),
        failures=Grid(
            id="not-analysed", caption="What could not be analysed, and why", shown=20,
            columns=(Column("Path", "place"), Column("While"), Column("Reason")),
            lines=tuple(Line((one.path, one.stage, short(one.reason))) for one in survey.failures[:1000]),
            total=len(survey.failures), rest="overhaul audit --report json",
        ),
    )  # fmt: skip


def _rules(survey: Survey) -> Iterator[RuleCount]:
    found = Counter((SEVERITIES.index(one.severity), one.rule) for one in survey.findings)
    new = Counter((SEVERITIES.index(one.severity), one.rule) for one in survey.verdict.new)
    rules = survey.leaves.rules
    for (rank, rule), count in sorted(found.items(), key=lambda item: (item[0][0], -item[1], item[0][1])):
        severity = SEVERITIES[rank]
        yield RuleCount(
            rule, severity, rules[rule].summary if rule in rules else "", count, new[rank, rule],
            rule_anchor(rule, severity),
        )  # fmt: skip


def _step(step: NextStep) -> StepView:
    # Of what could be one, what is said again comes before what bringing it together risks.
    found = [one for one in step.subjects if one.table == "consolidations"]
    shown = [(one.key[-1], _numbered(_SOURCES[one.key[0]], n, len(found))) for n, one in enumerate(found, 1)]
    risks = [(subject_id(one), _numbered("risk", n, len(found))) for n, one in enumerate(found, 1)]
    rest = dict.fromkeys((subject_id(one), _named(one)) for one in step.subjects if one.table != "consolidations")
    links = (*shown, *risks, *rest)
    return StepView(step, links[:SPOTS], max(0, len(links) - SPOTS))


_SOURCES: Final[Mapping[str, str]] = {
    "duplicate": "duplicates side by side", "parallel": "interface table", "cache_family": "family of caches",
    "responsibility_overlap": "managers that overlap", "repeated_utility": "repeated function",
}  # fmt: skip


def _numbered(text: str, number: int, count: int) -> str:
    return f"{text} {number}" if count > 1 else text


def _named(subject: Subject) -> str:
    match subject.table:
        case "consolidations":
            return f"risk of {subject.key[-1]}"
        case "cycles":
            return "the ring and its cut"
        case _:
            return short(subject.key[1] or subject.key[0], 60)


def _others(steps: Sequence[NextStep]) -> Grid:
    return Grid(
        id="next-steps", caption="Every step, by what it is worth after its risk", shown=STEPS + 10,
        columns=(
            Column("Rank", "number"), Column("Step"), Column("Priority", "number"), Column("Worth", "number"),
            Column("Risk", "number"), Column("Places", "number"), Column("Files", "number"), Column("Rows", "links"),
        ),
        lines=tuple(
            Line((
                step.rank, short(step.title, 300), step.priority, step.worth, step.risk, step.places, step.files,
                "\n".join(f"{subject_id(one)} {_named(one)}" for one in step.subjects[:3]),
            ), "" if step.rank <= STEPS else step.identity)
            for step in steps[:LISTED]
        ),
        total=len(steps), rest='overhaul query "SELECT rank, title, worth, risk FROM next_steps"',
    )  # fmt: skip
