"""Findings for services that collect them from many tools: SARIF 2.1.0."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, cast

import msgspec

from overhaul import __version__
from overhaul.config import Severity
from overhaul.excerpts import Excerpt, Excerpts
from overhaul.exchange import About, above, from_top, rules_of, uri, whole, worst_first
from overhaul.files.discovery import Failure
from overhaul.findings import Finding
from overhaul.leaves import Report
from overhaul.patterns import regex
from overhaul.survey import Survey

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
RESULTS: Final = 5_000
"""Results of one run that GitHub keeps; it refuses files with more than 25,000."""
PLACES: Final = 50
"""Further places of one result; GitHub shows 100 locations."""
NOTIFICATIONS: Final = 1_000
"""Files that could not be analysed and are named."""
ROOT_ID: Final = "%SRCROOT%"
_ROOT: Final = "The top of the git work tree; without one, the audited folder."
_LINK: Final = regex(r"\[(?=[^\[\]]*\]\()")
_BRACKET: Final = regex(r"[\[\]\\]")
_CHUNK: Final = 200

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]


@Report
def sarif(survey: Survey) -> Iterator[bytes]:
    """New, inherited and suppressed findings as SARIF 2.1.0, for GitHub code scanning and other viewers.

    Where there is a baseline, new findings have the `baselineState` "new", the others "unchanged". Inherited ones have
    a suppression of the kind `external`; those that a comment suppresses one of the kind `inSource`, with its reason.
    What is fixed is counted in the properties of the run, and is no result: GitHub refuses results without a place.
    `partialFingerprints` outlive moved lines. There are at most 5,000 results, as many as GitHub keeps, new ones first,
    then the most severe; what is left out, and files that could not be analysed, are said in notifications. Paths start
    at the top of the git work tree.
    """
    verdict = survey.verdict
    groups = (verdict.new, verdict.inherited, verdict.suppressed)
    results = [one for group in groups for one in worst_first(group)]
    rules = list(rules_of(survey, results))
    numbers = {rule.name: number for number, rule in enumerate(rules)}
    lead = above(survey.root)
    encode = msgspec.json.Encoder().encode
    run = {
        "tool": {"driver": {
            "name": "overhaul", "version": __version__, "semanticVersion": __version__,
            "rules": [_rule(rule, _level(rule.name, survey, results)) for rule in rules],
        }},
        "automationDetails": {"id": f"overhaul/{whole(lead)}"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT_ID: {"description": {"text": _ROOT}}},
        "invocations": [{
            "executionSuccessful": True,
            "toolExecutionNotifications": list(_notifications(survey, len(results) - RESULTS, lead)),
        }],
        "properties": {
            "new": len(verdict.new), "inherited": len(verdict.inherited), "suppressed": len(verdict.suppressed),
            "fixed": len(verdict.fixed),
        },
    }  # fmt: skip
    yield b'{"$schema":' + encode(SCHEMA) + b',"version":"2.1.0","runs":[\n' + encode(run)[:-1] + b',"results":['
    held, excerpts = bool(verdict.baseline or verdict.since), Excerpts(survey)
    separator = b"\n"
    for start in range(0, min(len(results), RESULTS), _CHUNK):
        chunk = results[start : min(start + _CHUNK, RESULTS)]
        yield separator + b",\n".join(encode(_result(one, numbers[one.rule], lead, held, excerpts)) for one in chunk)
        separator = b",\n"
    yield b"]}]}\n"


def _rule(rule: About, level: Severity) -> Json:
    return {
        "id": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.why or rule.summary},
        "help": {"text": rule.doc or rule.summary, "markdown": rule.markdown or rule.summary},
        "defaultConfiguration": {"level": level},
        "properties": {"tags": ["maintainability"], "problem.severity": _PROBLEM[level]},
    }


def _level(rule: str, survey: Survey, findings: Sequence[Finding]) -> Severity:
    """What the settings say, else the most severe that it found; a rule has no severity of its own."""
    if configured := survey.config.rules.get(rule, {}).get("severity"):
        return cast("Severity", configured)
    mine = worst_first(one for one in findings if one.rule == rule)
    return mine[0].severity if mine else "warning"


def _notifications(survey: Survey, left_out: int, lead: str) -> Iterator[Json]:
    if left_out > 0:
        yield {
            "level": "warning",
            "message": {
                "text": f"{left_out:,} of {left_out + RESULTS:,} results are left out, the least severe inherited and "
                "suppressed ones first: GitHub keeps no more. The report `json` has them all."
            },
        }
    for failure in survey.failures[:NOTIFICATIONS]:
        yield {"level": "warning", "message": {"text": _failed(failure)}, "locations": [_place(failure.path, 0, lead)]}
    if (more := len(survey.failures) - NOTIFICATIONS) > 0:
        yield {"level": "warning", "message": {"text": f"{more:,} more files could not be analysed."}}


def _failed(failure: Failure) -> str:
    return whole(f"{failure.path} was not analysed: {failure.stage}: {failure.reason}")


def _result(one: Finding, rule: int, lead: str, held: bool, excerpts: Excerpts) -> Json:
    """One finding; `held` says whether there is a baseline to hold it against."""
    places = one.places[:PLACES]
    result: dict[str, Json] = {
        "ruleId": one.rule,
        "ruleIndex": rule,
        "level": one.severity,
        "message": {"text": "\n".join(_message(one, lead))},
        "locations": [_located(one, lead, excerpts)],
        "partialFingerprints": {"overhaulIdentity/v1": one.identity},
    }
    if held:
        result["baselineState"] = "new" if one.status == "new" else "unchanged"
    if places:
        result["relatedLocations"] = [
            {
                "id": number,
                **_place(place.path, max(1, place.line), lead),
                "message": {"text": whole(place.what or place.path)},
            }
            for number, place in enumerate(places, 1)
        ]
    if one.status == "inherited":
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": "in the baseline"}]
    elif one.status == "suppressed":
        why = {"justification": whole(one.reason)} if one.reason else {}
        result["suppressions"] = [{"kind": "inSource", "status": "accepted", **why}]
    return result


def _message(one: Finding, lead: str) -> Iterator[str]:
    """The message, its reasons, and links to the further places, a line each."""
    yield _plain(one.message)
    yield from (f"- {_plain(reason)}" for reason in one.because)
    for number, place in enumerate(one.places[:PLACES], 1):
        where = _BRACKET.sub(r"\\\g<0>", whole(f"{from_top(lead, place.path)}:{place.line}"))
        yield f"- [{where}]({number}){f' {_plain(place.what)}' if place.what else ''}"
    if (more := len(one.places) - PLACES) > 0:
        yield f"- and {more:,} more places"


def _plain(text: str) -> str:
    """Text without links: what looks like one is escaped, as SARIF has it."""
    return _LINK.sub(r"\\[", whole(text))


def _located(one: Finding, lead: str, excerpts: Excerpts) -> Json:
    found = excerpts.lines(one.module, one.line, one.line) if one.module else None
    snippet = ""
    if isinstance(found, Excerpt) and found.path == one.path and found.lines and not found.lines[0].endswith("…"):
        snippet = whole(found.lines[0])
    located = _place(one.path, max(1, one.line), lead, snippet)
    if one.module:
        # What findings are called inside a module is not always the name of a definition.
        named: Json = [{"fullyQualifiedName": whole(one.module), "kind": "module"}]
        return {**located, "logicalLocations": named}
    return located


def _place(path: str, line: int, lead: str, snippet: str = "") -> dict[str, Json]:
    """A location; without a region when `line` is 0."""
    physical: dict[str, Json] = {"artifactLocation": {"uri": uri(from_top(lead, path)), "uriBaseId": ROOT_ID}}
    if line > 0:
        physical["region"] = {"startLine": line, **({"snippet": {"text": snippet}} if snippet else {})}
    return {"physicalLocation": physical}


_PROBLEM: Final = {"error": "error", "warning": "warning", "note": "recommendation"}
"""Severity as GitHub's own queries name it."""
