"""Findings for a comment on a pull request, or the summary of a workflow's step."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from overhaul.exchange import above, as_markdown, from_top, rules_of, uri, worst_first
from overhaul.findings import Finding, Place
from overhaul.leaves import Report
from overhaul.ledger import Entry
from overhaul.patterns import regex
from overhaul.survey import Survey

LARGEST: Final = 65_000
"""Characters of the whole; GitHub refuses a comment with more than 65,536."""
LIST_ROOM: Final = 8_000
"""Characters of each of the lists behind the table."""
REASONS: Final = 5
"""Reasons of one finding, and places, that are told."""
LONGEST: Final = 400
"""Characters of a message or reason."""
LISTED: Final = 40
"""Fixed entries, rules, and files that could not be analysed, that are named."""
_LEFT_OUT: Final = "\n{} more new findings are left out: there is no more room.\n"
SIGNS: Final = {"error": "🔴 error", "warning": "🟡 warning", "note": "🔵 note"}
_ADDRESS: Final = regex(r"https?://[\w.:/~+-]+/")

Link = Callable[[str, int], str]
"""The address of a line: path from the top of the work tree, line -> URL."""


@Report
def markdown(survey: Survey) -> Iterator[str]:
    """New findings as a table in Markdown, with how many are inherited and fixed.

    For a comment on a pull request (`gh pr comment --body-file`) or the summary of a step (`$GITHUB_STEP_SUMMARY`). It
    stays below 65,000 characters, as GitHub's comments must, and says what is left out. Links are relative to the top
    of the git work tree (`src/shop.py#L12`); in GitHub Actions and GitLab CI they lead to the commit of the run, which
    the variables of the environment tell.
    """
    verdict = survey.verdict
    lead, link = above(survey.root), _linker(os.environ)
    new = worst_first(verdict.new)
    head = f"### overhaul: {verdict.sentence}\n"
    tail = "".join((*_stale(verdict.stale), *_failures(survey, lead), *_rules(survey, new)))
    yield head
    yield from _table(new, LARGEST - len(head) - len(tail), lead, link)
    yield tail


def _table(findings: Sequence[Finding], room: int, lead: str, link: Link) -> Iterator[str]:
    if not findings:
        return
    title = "\n| Severity | Place | Rule | Finding |\n| --- | --- | --- | --- |\n"
    yield title
    rows = _fitting((_row(one, lead, link) for one in findings), room - len(title) - len(_LEFT_OUT) - 20)
    told = 0
    for told, row in enumerate(rows, 1):  # noqa: B007 - how many there were
        yield row
    if told < len(findings):
        yield _LEFT_OUT.format(f"{len(findings) - told:,}")


def _row(one: Finding, lead: str, link: Link) -> str:
    reasons = [_escaped(reason) for reason in one.because[:REASONS]]
    places = [_place(place, lead, link) for place in one.places[:REASONS]]
    more = len(one.because) + len(one.places) - len(reasons) - len(places)
    rest = [f"and {more:,} more"] if more else []
    cells = (
        SIGNS[one.severity], _linked(one.path, one.line, lead, link), _code(one.rule),
        "<br>".join((_escaped(one.message), *reasons, *places, *rest)),
    )  # fmt: skip
    return f"| {' | '.join(cells)} |\n"


def _fitting(rows: Iterable[str], room: int) -> Iterator[str]:
    """The first rows, as many as fit into so many characters."""
    for row in rows:
        room -= len(row)
        if room < 0:
            return
        yield row


def _place(place: Place, lead: str, link: Link) -> str:
    return f"{_linked(place.path, place.line, lead, link)} {_escaped(place.what)}".rstrip()


def _linked(path: str, line: int, lead: str, link: Link) -> str:
    whole_path = from_top(lead, path)
    return f"[{_escaped(whole_path)}:{line}]({link(whole_path, line)})"


def _stale(entries: Sequence[Entry]) -> Iterator[str]:
    if entries:
        yield "\nFixed, and still in the baseline (`overhaul baseline --update` takes them out):\n\n"
        yield from _list([_escaped(f"{one.rule} {one.module} {one.name}") for one in entries])


def _failures(survey: Survey, lead: str) -> Iterator[str]:
    if survey.failures:
        yield f"\nNot analysed ({len(survey.failures):,}):\n\n"
        yield from _list(
            [_escaped(f"{from_top(lead, one.path)}: {one.stage}: {one.reason}") for one in survey.failures]
        )


def _list(items: Sequence[str]) -> Iterator[str]:
    shown = list(_fitting((f"- {item}\n" for item in items[:LISTED]), LIST_ROOM))
    yield from shown
    if len(shown) < len(items):
        yield f"- and {len(items) - len(shown):,} more\n"


def _rules(survey: Survey, findings: Sequence[Finding]) -> Iterator[str]:
    """What the rules are about that found something."""
    found = {one.rule for one in findings}
    if not found:
        return
    yield "\n<details><summary>What the rules say</summary>\n\n"
    yield from _list(
        [f"{_code(rule.name)}: {_escaped(rule.summary)}" for rule in rules_of(survey, findings) if rule.name in found]
    )
    yield "\n`overhaul explain RULE` says why, and what to do instead.\n\n</details>\n"


def _escaped(text: str) -> str:
    return as_markdown(text, LONGEST)


def _code(name: str) -> str:
    return f"`{name}`" if name.isidentifier() else _escaped(name)


def _linker(environment: Mapping[str, str]) -> Link:
    """Where the lines of files are shown: in the repository of the CI that this runs in, else beside the report."""
    server, project, commit = (
        environment.get(key, "") for key in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_SHA")
    )
    base = f"{server}/{project}/blob/{commit}/" if server and project and commit else ""
    if not base and environment.get("CI_PROJECT_URL") and environment.get("CI_COMMIT_SHA"):
        base = f"{environment['CI_PROJECT_URL']}/-/blob/{environment['CI_COMMIT_SHA']}/"
    base = base if _ADDRESS.fullmatch(base) else ""
    return lambda path, line: f"{base}{uri(path)}#L{line}"
