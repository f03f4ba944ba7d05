"""Findings for GitLab's merge requests: a code quality report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from overhaul.exchange import above, from_top, whole, worst_first
from overhaul.files.discovery import Failure
from overhaul.findings import Finding
from overhaul.leaves import Report
from overhaul.source import digest
from overhaul.survey import Survey

SEVERITY: Final = {"error": "critical", "warning": "major", "note": "minor"}
"""Ours -> GitLab's, which has `info` and `blocker` besides."""


class Lines(msgspec.Struct, frozen=True):
    """Where something begins."""

    begin: int


class Location(msgspec.Struct, frozen=True):
    """A place in the repository."""

    path: str
    lines: Lines


class Issue(msgspec.Struct, frozen=True):
    """One entry of the report, with the names that GitLab has for its parts."""

    description: str
    check_name: str
    fingerprint: str
    severity: str
    location: Location


@Report
def gitlab(survey: Survey) -> Iterator[bytes]:
    """New findings as a code quality report of GitLab CI (`artifacts: reports: codequality`).

    Inherited and suppressed findings are left out: GitLab would show them at every merge request that touches their
    file. Fingerprints outlive moved lines, so that GitLab tells new findings from known ones. A file that could not be
    analysed is an entry of the severity `info`. Paths start at the top of the git work tree.
    """
    lead = above(survey.root)
    encode = msgspec.json.Encoder().encode
    issues = [
        *(_issue(one, lead) for one in worst_first(survey.verdict.new)),
        *_failed(survey.failures, lead),
    ]
    yield b"["
    for number, issue in enumerate(issues):
        yield (b",\n" if number else b"\n") + encode(issue)
    yield b"\n]\n"


def _issue(one: Finding, lead: str) -> Issue:
    said = "; ".join((one.message, *one.because))
    place = Location(whole(from_top(lead, one.path)), Lines(max(1, one.line)))
    return Issue(whole(said), one.rule, _fingerprint(lead, one.identity), SEVERITY[one.severity], place)


def _failed(failures: Iterable[Failure], lead: str) -> Iterator[Issue]:
    seen: Counter[tuple[str, str]] = Counter()
    for one in failures:
        seen[one.path, one.stage] += 1
        count = seen[one.path, one.stage]
        mark = _fingerprint(lead, one.path, one.stage, *([str(count)] if count > 1 else []))
        place = Location(whole(from_top(lead, one.path)), Lines(1))
        yield Issue(whole(f"not analysed: {one.stage}: {one.reason}"), "not_analysed", mark, "info", place)


def _fingerprint(*parts: str) -> str:
    """32 hexadecimal digits; two audited folders of one repository have different ones."""
    return digest("\0".join(parts).encode("utf-8", "surrogatepass"))[:16].hex()
