"""Findings as failed test cases, for whatever shows results of tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from overhaul.exchange import above, from_top, rules_of, worst_first
from overhaul.files.discovery import Failure
from overhaul.findings import Finding
from overhaul.leaves import Report
from overhaul.printable import printable
from overhaul.survey import Survey

_MARKUP: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})
NOT_ANALYSED: Final = "not analysed"
"""The suite with the files that could not be read or parsed."""


class Case(msgspec.Struct, frozen=True):
    """One test case; a passing one when `element` is ""."""

    place: str
    """The attributes that say where it is."""
    name: str
    element: str = ""
    """`failure` or `skipped`."""
    message: str = ""
    kind: str = ""
    text: str = ""


@Report
def junit(survey: Survey) -> Iterator[str]:
    """Findings as JUnit's XML: a suite for each rule, a failed case for each new finding.

    Inherited and suppressed findings are skipped cases, and so are files that could not be analysed. A rule that ran
    and found nothing has one case, which passes. Names of cases hold no line numbers, so that a case is known again
    when code moves. What XML 1.0 cannot say is escaped. Paths start at the top of the git work tree.
    """
    verdict = survey.verdict
    lead = above(survey.root)
    findings = (*worst_first(verdict.new), *worst_first(verdict.inherited), *worst_first(verdict.suppressed))
    by_rule: dict[str, list[Finding]] = {about.name: [] for about in rules_of(survey, findings)}
    for one in findings:
        by_rule[one.rule].append(one)
    cases = len(survey.failures) + sum(max(1, len(group)) for group in by_rule.values())
    skipped = len(survey.failures) + len(findings) - len(verdict.new)
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<testsuites name="overhaul" tests="{cases}" failures="{len(verdict.new)}" skipped="{skipped}" errors="0">\n'
    for rule, group in by_rule.items():
        yield from _suite(rule, list(_cases(rule, group, lead)))
    if survey.failures:
        yield from _suite(NOT_ANALYSED, [_failed(one, lead) for one in survey.failures])
    yield "</testsuites>\n"


def _cases(rule: str, group: Sequence[Finding], lead: str) -> Iterator[Case]:
    if not group:
        yield Case(f' classname="{_quoted(rule)}"', rule)
    seen: Counter[str] = Counter()
    for one in group:
        about = ".".join(filter(None, (one.module or one.path, one.name)))
        seen[about] += 1
        # Some readers take cases of one name for runs of the same test.
        name = about if seen[about] == 1 else f"{about} ({seen[about]})"
        place = _place(rule, from_top(lead, one.path), one.line)
        if one.status == "new":
            yield Case(place, name, "failure", one.message, one.severity, "\n".join(_text(one, lead)))
        else:
            why = "in the baseline" if one.status == "inherited" else f"suppressed: {one.reason}"
            yield Case(place, name, "skipped", f"{why}: {one.message}")


def _failed(one: Failure, lead: str) -> Case:
    place = _place(NOT_ANALYSED, from_top(lead, one.path), 0)
    return Case(place, one.path, "skipped", f"{one.stage}: {one.reason}")


def _suite(name: str, cases: Sequence[Case]) -> Iterator[str]:
    counts = Counter(case.element for case in cases)
    yield (
        f'<testsuite name="{_quoted(name)}" tests="{len(cases)}" failures="{counts["failure"]}" '
        f'skipped="{counts["skipped"]}" errors="0">\n'
    )
    yield from map(_case, cases)
    yield "</testsuite>\n"


def _case(case: Case) -> str:
    head = f'  <testcase name="{_quoted(case.name)}"{case.place} time="0"'
    if not case.element:
        return f"{head}/>\n"
    kind = f' type="{_quoted(case.kind)}"' if case.kind else ""
    body = f'<{case.element} message="{_quoted(case.message)}"{kind}'
    body += f">{printable(case.text, lines=True).translate(_MARKUP)}</{case.element}>" if case.text else "/>"
    return f"{head}>\n    {body}\n  </testcase>\n"


def _place(rule: str, path: str, line: int) -> str:
    numbered = f' line="{line}"' if line else ""
    return f' classname="{_quoted(rule)}" file="{_quoted(path)}"{numbered}'


def _text(one: Finding, lead: str) -> Iterator[str]:
    """Where it is, what it says, its reasons and places."""
    yield printable(f"{from_top(lead, one.path)}:{one.line}: {one.severity} {one.rule}: {one.message}")
    yield from map(printable, one.because)
    for place in one.places:
        yield printable(f"{from_top(lead, place.path)}:{place.line}: {place.what}".rstrip(": "))


def _quoted(text: str) -> str:
    """For an attribute: one line, and nothing that XML 1.0 does not know."""
    return printable(text).translate(_MARKUP)
