"""SARIF: what a service can count on, and what its limits leave."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from overhaul.exchange import above, from_top, uri
from overhaul.survey import Survey

Judged = Any
FILES = {
    "a.py": """\
class ErrorNew: ...
class WarningOld: ...
class NoteQuiet: ...  # overhaul: ignore[loud_name] it is loud
""",
    "broken.py": "def\n",
}


def run_of(survey: Survey) -> dict[str, Any]:
    """The one run of the document."""
    document: dict[str, Any] = json.loads(told(survey))
    assert document["version"] == "2.1.0"
    (run,) = document["runs"]
    found: dict[str, Any] = run
    return found


def told(survey: Survey) -> bytes:
    return b"".join(survey.leaves.report("sarif").function(survey))


def test_new_findings_come_first_then_inherited_then_suppressed_ones(judged: Judged) -> None:
    results = run_of(judged(FILES, inherited=["a.WarningOld"]))["results"]
    assert [(one["level"], one["baselineState"]) for one in results] == [
        ("error", "new"), ("warning", "unchanged"), ("note", "unchanged"),
    ]  # fmt: skip
    assert "suppressions" not in results[0]
    assert [one["kind"] for one in results[1]["suppressions"]] == ["external"]
    assert results[2]["suppressions"] == [{"kind": "inSource", "status": "accepted", "justification": "it is loud"}]


def test_without_a_baseline_nothing_is_said_about_one(judged: Judged) -> None:
    results = run_of(judged(FILES))["results"]
    assert [("baselineState" in one, "external" in str(one)) for one in results] == [(False, False)] * 3


def test_what_is_fixed_is_counted_and_no_result(judged: Judged) -> None:
    # Where a file could not be parsed, nobody can tell what is fixed.
    run = run_of(judged({"a.py": FILES["a.py"]}, inherited=["a.WarningOld", "a.ErrorGone"]))
    assert run["properties"] == {"new": 1, "inherited": 1, "suppressed": 1, "fixed": 1}
    assert len(run["results"]) == 3
    assert all(one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in run["results"])


def test_a_result_has_its_line_its_name_and_a_fingerprint_that_outlives_a_moved_line(judged: Judged) -> None:
    (before,) = run_of(judged({"p/a.py": "class NoteOne: ...\n"}))["results"]
    (after,) = run_of(judged({"p/a.py": "# moved\n\nclass NoteOne: ...\n"}))["results"]
    assert before["partialFingerprints"] == after["partialFingerprints"] != {}
    assert after["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "p/a.py", "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 3, "snippet": {"text": "class NoteOne: ..."}},
            },
            "logicalLocations": [{"fullyQualifiedName": "p.a", "kind": "module"}],
        }
    ]


def test_further_places_are_related_locations_that_the_message_links_to(judged: Judged) -> None:
    (one,) = run_of(judged({"a.py": "class NoteOne(Base, place=Other): ...\n"}))["results"]
    assert one["message"]["text"] == "NoteOne is here\n- Base\n- [a.py:1](1) Other"
    (place,) = one["relatedLocations"]
    assert (place["id"], place["physicalLocation"]["region"]) == (1, {"startLine": 1})


def test_a_bracket_in_a_path_does_not_end_the_link_to_it(judged: Judged) -> None:
    (one,) = run_of(judged({"[a]/b.py": "class NoteOne(place=Other): ...\n"}))["results"]
    assert one["message"]["text"].endswith("\n- [\\[a\\]/b.py:1](1) Other")


def test_a_message_cannot_make_a_link_of_its_own(judged: Judged) -> None:
    (one,) = run_of(judged({"a.py": 'class NoteOne(message="See [this](http://evil) or x[1]."): ...\n'}))["results"]
    assert one["message"]["text"] == "See \\[this](http://evil) or x[1]."


def test_each_rule_has_help_and_results_point_to_theirs(judged: Judged) -> None:
    run = run_of(judged(FILES, select=()))
    rules = run["tool"]["driver"]["rules"]
    assert {"import_cycle", "loud_name"} <= {rule["id"] for rule in rules}
    (loud,) = [rule for rule in rules if rule["id"] == "loud_name"]
    assert loud["shortDescription"]["text"] == "A class is called after a severity."
    assert loud["fullDescription"]["text"] == "Its name says how loud it is."
    assert "**Instead:** call it by what it does." in loud["help"]["markdown"]
    assert loud["defaultConfiguration"] == {"level": "error"}
    for one in run["results"]:
        assert rules[one["ruleIndex"]]["id"] == one["ruleId"]


def test_a_file_that_could_not_be_analysed_is_a_notification_with_its_place(judged: Judged) -> None:
    (invocation,) = run_of(judged(FILES))["invocations"]
    assert invocation["executionSuccessful"] is True
    (said,) = invocation["toolExecutionNotifications"]
    assert said["message"]["text"].startswith("broken.py was not analysed: parse: ")
    assert said["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "broken.py"


def test_of_more_results_than_github_keeps_the_new_and_severe_stay_and_the_rest_is_said(judged: Judged) -> None:
    names = [f"Note{number}" for number in range(5001)]
    source = "".join(f"class {name}: ...\n" for name in (*names, "ErrorOld", "ErrorNew"))
    run = run_of(judged({"a.py": source}, inherited=["a.ErrorOld"]))
    assert len(run["results"]) == 5000
    assert run["results"][0]["message"]["text"] == "ErrorNew is here"
    assert {one["baselineState"] for one in run["results"]} == {"new"}
    (said,) = run["invocations"][0]["toolExecutionNotifications"]
    assert said["message"]["text"].startswith("3 of 5,003 results are left out")


def test_five_thousand_results_are_all_told(judged: Judged) -> None:
    run = run_of(judged({"a.py": "".join(f"class Note{number}: ...\n" for number in range(5000))}))
    assert len(run["results"]) == 5000
    assert run["invocations"][0]["toolExecutionNotifications"] == []


@pytest.mark.parametrize(
    ("path", "reference"),
    [
        ("src/a.py", "src/a.py"),
        ("a b/100%/x#1?.py", "a%20b/100%25/x%231%3F.py"),
        ("c:odd.py", "c%3Aodd.py"),
        ("new\nline|`.py", "new%0Aline%7C%60.py"),
        ("schön.py", "sch%C3%B6n.py"),
        ("byte\udcff.py", "byte%FF.py"),
        ("half\ud800.py", "half%5Cud800.py"),
    ],
)
def test_a_path_is_a_uri_reference(path: str, reference: str) -> None:
    assert uri(path) == reference


def test_paths_start_at_the_top_of_the_work_tree(tmp_path: Path) -> None:
    inner = tmp_path / "services" / "shop"
    inner.mkdir(parents=True)
    assert above(inner) == ""
    (tmp_path / ".git").mkdir()
    assert above(inner) == "services/shop/"
    assert above(tmp_path) == ""


@pytest.mark.parametrize(
    ("lead", "path", "whole"),
    [
        ("services/shop/", "a.py", "services/shop/a.py"),
        ("services/shop/", "../pyproject.toml", "services/pyproject.toml"),
        ("services/shop/", "../../pyproject.toml", "pyproject.toml"),
        ("", "..odd/a.py", "..odd/a.py"),
        ("", "../pyproject.toml", "../pyproject.toml"),
    ],
)
def test_a_path_above_the_audited_root_is_one_from_the_top_too(lead: str, path: str, whole: str) -> None:
    assert from_top(lead, path) == whole


def test_the_place_in_the_work_tree_is_in_paths_and_category(judged: Judged) -> None:
    survey = judged({"a.py": "class NoteOne: ...\n"})
    (survey.root.parent / ".git").mkdir()
    run = run_of(survey)
    place = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place["uri"] == "project/a.py"
    assert run["automationDetails"] == {"id": "overhaul/project/"}


def test_nothing_of_the_machine_is_told(judged: Judged) -> None:
    survey = judged(FILES)
    assert str(survey.root.parent).encode() not in told(survey)


@pytest.mark.network
@pytest.mark.skipif(shutil.which("npx") is None, reason="needs npx, of Node.js")
def test_microsofts_validator_finds_no_error_by_the_schema_the_specification_or_githubs_rules(
    judged: Judged, tmp_path: Path
) -> None:
    odd = 'path="a b\\n%0A::]]>|`.py", message="[a](b) {0} \\1 \\u2028 <b>"'
    hostile = {"odd.py": f"class ErrorTwo(Base, place=Other, {odd}): ...\n"}
    file, result = tmp_path / "overhaul.sarif", tmp_path / "result.sarif"
    file.write_bytes(told(judged({**FILES, **hostile}, inherited=["a.WarningOld", "a.ErrorGone"], select=())))
    command = ["npx", "--yes", "@microsoft/sarif-multitool@5.7.0", "validate", str(file), "--output", str(result)]
    done = subprocess.run(
        [*command, "--rule-kind", "Sarif;Ghas"], capture_output=True, text=True, check=False, timeout=300,
        env={**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
    )  # fmt: skip
    assert result.exists(), done.stdout + done.stderr
    results = json.loads(result.read_text(encoding="utf-8-sig"))["runs"][0]["results"]
    # It asks for the address of a page about the tool, which has none yet.
    assert [one["ruleId"] for one in results if one["ruleId"] != "SARIF2005"] == []
