"""Findings as annotations of a GitHub workflow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from overhaul.config import Severity
from overhaul.exchange import above, from_top, whole, worst_first
from overhaul.findings import SEVERITIES, Finding
from overhaul.leaves import Report
from overhaul.printable import printable
from overhaul.survey import Survey

ANNOTATIONS: Final = 10
"""Annotations of each level that GitHub shows of one step; it drops the others without a word."""
COMMANDS: Final[dict[Severity, str]] = {"error": "error", "warning": "warning", "note": "notice"}
REASONS: Final = 10
"""Reasons, and places, of one finding that its annotation tells."""
LISTED: Final = 1_000
"""Findings beyond the annotations, and files that could not be analysed, that the log lists."""

Groups = dict[Severity, list[Finding]]


@Report
def github(survey: Survey) -> Iterator[str]:
    """New findings as workflow commands, which GitHub Actions shows at the lines of a pull request.

    GitHub shows at most ten errors, ten warnings and ten notices of a step. The first of each are annotations, the most
    severe first; a notice says how many are left, and the log lists these in a group that opens on a click. Inherited
    and suppressed findings are only counted. Paths start at the top of the git work tree.
    """
    verdict = survey.verdict
    lead = above(survey.root)
    groups: Groups = {severity: [one for one in verdict.new if one.severity == severity] for severity in SEVERITIES}
    left = _left_out(groups)
    for severity, group in groups.items():
        for one in group[: _room(severity, bool(left))]:
            place = f"file={_property(from_top(lead, one.path))},line={max(1, one.line)}"
            title = _property(f"overhaul: {one.rule}")
            yield f"::{COMMANDS[severity]} {place},title={title}::{_data(_text(one, lead))}\n"
    if left:
        told = f"{len(left):,} more new findings stand in the log: GitHub shows {ANNOTATIONS} annotations of a kind"
        yield f"::notice title=overhaul::{_data(told)}\n"
        yield from _group("findings without an annotation", [_line(one, lead) for one in worst_first(left)])
    if survey.failures:
        lines = [f"{from_top(lead, one.path)}: {one.stage}: {one.reason}" for one in survey.failures]
        yield from _group("files that were not analysed", lines)
    yield f"overhaul: {verdict.sentence}\n"


def _room(severity: Severity, more: bool) -> int:
    """How many annotations of a severity are made; one notice is kept for saying that there are more."""
    return ANNOTATIONS - 1 if more and COMMANDS[severity] == "notice" else ANNOTATIONS


def _left_out(groups: Groups) -> list[Finding]:
    """The findings that get no annotation."""
    if all(len(group) <= ANNOTATIONS for group in groups.values()):
        return []
    return [one for severity, group in groups.items() for one in islice(group, _room(severity, True), None)]


def _text(one: Finding, lead: str) -> str:
    """Message, reasons and places, a line each."""
    places = [f"{from_top(lead, place.path)}:{place.line} {place.what}".rstrip() for place in one.places]
    lines = (one.message, *_short(one.because), *_short(places))
    return "\n".join(printable(line) for line in lines)


def _short(lines: Sequence[str]) -> Iterator[str]:
    yield from lines[:REASONS]
    if len(lines) > REASONS:
        yield f"and {len(lines) - REASONS:,} more"


def _group(title: str, lines: Sequence[str]) -> Iterator[str]:
    yield f"::group::{len(lines):,} {title}\n"
    yield from (f"  {_inert(line)}\n" for line in lines[:LISTED])
    if len(lines) > LISTED:
        yield f"  and {len(lines) - LISTED:,} more\n"
    yield "::endgroup::\n"


def _line(one: Finding, lead: str) -> str:
    return f"{from_top(lead, one.path)}:{one.line}: {one.severity} {one.rule}: {one.message}"


def _inert(line: str) -> str:
    """A line of the log that is no command: those begin with two colons, and older ones hold `##[` anywhere."""
    shown = printable(line)
    return (f". {shown}" if shown.lstrip().startswith("::") else shown).replace("##[", "# #[")


def _data(text: str) -> str:
    """The message of a command, as the runner decodes it."""
    return whole(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """The value of a command's property, as the runner decodes it."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
