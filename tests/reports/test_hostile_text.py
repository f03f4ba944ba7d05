"""Whatever stands in paths, names and messages: each format says as many findings as there are, and nothing else."""

import json
import random
import re
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest
from markdown_it import MarkdownIt

from overhaul.findings import SEVERITIES, Finding, Place, Status
from overhaul.survey import Survey
from overhaul.testing import surveyed
from overhaul.verdicts import Verdict

BITS = (
    "\n", "\r", "\t", "\x00", "\x1b[2J", "\x85", "\u2028", "\u202e", "\ud800", "\udcff", "\ufffe", "é", "漢", "🙂", " ",
    "|", "\\", "\\|", "`", "``", "<b>", "&", "&amp;", "</failure>", "]]>", "<!--", "-->", "%", "%0A", "::",
    "::error::x", "##[error]", "@team", "#12", "http://evil.org", "www.evil.org", "[a](b)", "![a](b)",
    "*", "__", "~~", "$", "{0}", "- ", "1. ", "# ", ":", ",", "'", '"', "end",
)  # fmt: skip
STATUSES: tuple[Status, ...] = ("new", "inherited", "suppressed")


@pytest.fixture(scope="module")
def survey() -> Iterator[Survey]:
    with surveyed({"a.py": "x = 1\n"}) as found:
        yield found


@pytest.fixture(params=range(12))
def verdict(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Verdict:
    """Twenty findings put together from what is dangerous somewhere; it is the verdict of all surveys."""
    chance = random.Random(f"hostile {request.param}")

    def text() -> str:
        return "".join(chance.choice(BITS) for _ in range(chance.randrange(1, 12)))

    findings = [
        Finding(
            rule=chance.choice(("loud", "quiet")), severity=chance.choice(SEVERITIES), message=text(),
            module=chance.choice(("", "a", text())), path=text(), line=chance.randrange(3), name=text(),
            because=(text(), text()), places=(Place(text(), 1, text()),), identity=str(number),
            status=chance.choice(STATUSES), reason=text(),
        )
        for number in range(20)
    ]  # fmt: skip
    told = tuple(one for one in findings if one.status != "suppressed")
    made = Verdict(told, tuple(one for one in findings if one.status == "suppressed"), baseline="baseline.txt")
    monkeypatch.setattr(Survey, "verdict", made)
    return made


def told(survey: Survey, name: str) -> str:
    chunks: Iterator[bytes | str] = survey.leaves.report(name).function(survey)
    return b"".join(one if isinstance(one, bytes) else one.encode("utf-8", "strict") for one in chunks).decode()


def test_junit_is_xml_with_a_failure_for_each_new_finding(survey: Survey, verdict: Verdict) -> None:
    root = ElementTree.fromstring(told(survey, "junit").encode())
    assert len(list(root.iter("failure"))) == len(verdict.new)
    assert len(list(root.iter("skipped"))) == len(verdict.inherited) + len(verdict.suppressed)


def test_gitlab_has_an_issue_for_each_new_finding(survey: Survey, verdict: Verdict) -> None:
    issues = json.loads(told(survey, "gitlab"))
    assert len({issue["fingerprint"] for issue in issues}) == len(verdict.new)


def test_sarif_has_a_result_with_a_place_for_each_finding(survey: Survey, verdict: Verdict) -> None:
    (run,) = json.loads(told(survey, "sarif"))["runs"]
    assert len(run["results"]) == len(verdict.findings) + len(verdict.suppressed)
    for one in run["results"]:
        place = one["locations"][0]["physicalLocation"]
        assert re.fullmatch(r"[\w./~%-]+", place["artifactLocation"]["uri"], re.ASCII)
        assert place["region"]["startLine"] >= 1
        assert all(run["tool"]["driver"]["rules"][one["ruleIndex"]][key] for key in ("fullDescription", "help"))


def test_github_has_a_command_for_each_new_finding_and_no_other(survey: Survey, verdict: Verdict) -> None:
    lines = re.split(r"\r\n|\r|\n", told(survey, "github"))
    assert sum(line.lstrip().startswith("::") for line in lines) == len(verdict.new)
    for line in lines:
        assert "##[" not in line or line.startswith("::")


def test_markdown_has_a_row_of_four_cells_for_each_new_finding(survey: Survey, verdict: Verdict) -> None:
    page: str = MarkdownIt("commonmark", {"html": True}).enable("table").render(told(survey, "markdown"))
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    assert [row.count("<td>") for row in rows] == [4] * len(verdict.new)
    for row in rows:
        assert set(re.findall(r"<(\w+)", row)) == {"td", "a", "br", "code"}
        assert row.count("<a ") == 2, "the place, and the further place"
