"""GitLab's code quality report: the fields it asks for, and fingerprints it can rely on."""

import json
from typing import Any

from overhaul.files.discovery import Failure
from overhaul.survey import Survey

Judged = Any


def issues(survey: Survey) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(b"".join(survey.leaves.report("gitlab").function(survey)))
    return found


def test_an_issue_has_the_fields_that_gitlab_reads(judged: Judged) -> None:
    (issue,) = issues(judged({"p/a.py": "x = 1\nclass WarningOne(Base): ...\n"}))
    assert len(issue.pop("fingerprint")) == 32
    assert issue == {
        "description": "WarningOne is here; Base", "check_name": "loud_name", "severity": "major",
        "location": {"path": "p/a.py", "lines": {"begin": 2}},
    }  # fmt: skip


def test_the_most_severe_come_first_with_gitlabs_names_for_it(judged: Judged) -> None:
    found = issues(judged({"a.py": "class NoteOne: ...\nclass WarningOne: ...\nclass ErrorOne: ...\n"}))
    assert [one["severity"] for one in found] == ["critical", "major", "minor"]


def test_inherited_and_suppressed_findings_are_left_out(judged: Judged) -> None:
    source = "class NoteOld: ...\nclass NoteNew: ...\nclass NoteQuiet: ...  # overhaul: ignore[loud_name] so it is\n"
    found = issues(judged({"a.py": source}, inherited=["a.NoteOld", "a.NoteGone"]))
    assert [one["description"] for one in found] == ["NoteNew is here"]


def test_fingerprints_are_unique_and_outlive_a_moved_line(judged: Judged) -> None:
    source = "class NoteOne: ...\nclass NoteTwo: ...\nclass NoteTwo: ...\n"
    before = [one["fingerprint"] for one in issues(judged({"a.py": source, "b.py": source}))]
    after = [one["fingerprint"] for one in issues(judged({"a.py": f"\n\n{source}", "b.py": source}))]
    assert before == after
    assert len(set(before)) == 6


def test_two_folders_of_one_repository_have_fingerprints_of_their_own(judged: Judged) -> None:
    files = {"a.py": "class NoteOne: ...\n"}
    alone, below = judged(files), judged(files)
    (below.root.parent / ".git").mkdir()
    (first,), (second,) = issues(alone), issues(below)
    assert second["location"]["path"] == "project/a.py"
    assert first["fingerprint"] != second["fingerprint"]


def test_a_file_that_could_not_be_analysed_is_told_at_the_least_severity(judged: Judged) -> None:
    (issue,) = issues(judged({"a.py": "", "broken.py": "def\n"}))
    assert (issue["check_name"], issue["severity"], issue["location"]["path"]) == ("not_analysed", "info", "broken.py")


def test_failures_of_one_file_and_stage_have_fingerprints_of_their_own(judged: Judged) -> None:
    survey = judged({"a.py": ""})
    survey.failures = tuple(Failure("setup.cfg", "contracts", f"line {line}: unknown") for line in (3, 9))
    assert len({one["fingerprint"] for one in issues(survey)}) == 2


def test_a_clean_project_is_an_empty_list(judged: Judged) -> None:
    assert issues(judged({"a.py": ""})) == []


def test_an_odd_path_arrives_as_it_is(judged: Judged) -> None:
    (issue,) = issues(judged({"a.py": 'class NoteOne(path="a\\n%0A::|`.py"): ...\n'}))
    assert issue["location"]["path"] == "a\n%0A::|`.py"
