"""Workflow commands: what the runner makes of them, and what it must never take for one."""

import re
from typing import Any

from overhaul.survey import Survey

Judged = Any
COMMAND = re.compile(r"::(\w+) ?([^:]*)::(.*)")


def told(survey: Survey) -> list[str]:
    return "".join(survey.leaves.report("github").function(survey)).splitlines()


def commands(lines: list[str]) -> list[tuple[str, dict[str, str], str]]:
    """What the runner reads: command, properties, message."""
    found = [COMMAND.fullmatch(line) for line in lines if line.startswith("::")]
    return [
        (one[1], {key: _decoded(value) for key, _, value in (pair.partition("=") for pair in one[2].split(","))},
         _decoded(one[3]))
        for one in found if one is not None
    ]  # fmt: skip


def _decoded(text: str) -> str:
    for code, char in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        text = text.replace(code, char)
    return text


def test_each_new_finding_is_an_annotation_at_its_line(judged: Judged) -> None:
    source = "class NoteOne: ...\nclass WarningOne(Base, place=Other): ...\nclass ErrorOne: ...\n"
    assert commands(told(judged({"a.py": source}))) == [
        ("error", {"file": "a.py", "line": "3", "title": "overhaul: loud_name"}, "ErrorOne is here"),
        ("warning", {"file": "a.py", "line": "2", "title": "overhaul: loud_name"},
         "WarningOne is here\nBase\na.py:1 Other"),
        ("notice", {"file": "a.py", "line": "1", "title": "overhaul: loud_name"}, "NoteOne is here"),
    ]  # fmt: skip


def test_inherited_and_suppressed_findings_are_only_counted(judged: Judged) -> None:
    source = "class NoteOld: ...\nclass NoteQuiet: ...  # overhaul: ignore[loud_name] so it is\n"
    lines = told(judged({"a.py": source}, inherited=["a.NoteOld", "a.NoteGone"]))
    assert lines == ["overhaul: 0 new, 1 inherited, 1 fixed, 1 suppressed"]


def test_ten_of_a_kind_are_annotations_and_nothing_is_left(judged: Judged) -> None:
    names = [f"{severity}{number}" for severity in ("Note", "Error") for number in range(10)]
    lines = told(judged({"a.py": "".join(f"class {name}: ...\n" for name in names)}))
    assert [one[0] for one in commands(lines)] == ["error"] * 10 + ["notice"] * 10
    assert "::group::" not in "".join(lines)


def test_more_than_github_shows_are_in_the_log_and_a_notice_says_how_many(judged: Judged) -> None:
    names = [f"{severity}{number}" for severity in ("Note", "Error") for number in range(12)]
    lines = told(judged({"a.py": "".join(f"class {name}: ...\n" for name in names)}))
    found = [(one, message) for one, _, message in commands(lines) if one != "group"]
    assert [one for one, _ in found if one != "endgroup"] == ["error"] * 10 + ["notice"] * 10
    assert "5 more new findings stand in the log" in found[19][1]
    assert lines[lines.index("::group::5 findings without an annotation") + 1] == (
        "  a.py:23: error loud_name: Error10 is here"
    )


def test_hostile_text_stays_inside_its_command(judged: Judged) -> None:
    source = (
        'class ErrorOne(path="a,b:c%0A::error::x\\n::set-output name=a::b.py", '
        'message="one\\n::stop-commands::x %0A ##[error] \\x1b[2J"): ...\n'
    )
    lines = told(judged({"a.py": source}))
    ((command, properties, message),) = commands(lines)
    assert command == "error"
    assert properties["file"] == "a,b:c%0A::error::x\n::set-output name=a::b.py"
    assert message == "one\\n::stop-commands::x %0A ##[error] \\x1b[2J"
    assert len(lines) == 2


def test_a_line_of_the_log_is_never_a_command(judged: Judged) -> None:
    odd = 'class Error{}(path="::error::x.py", message="##[error] \\n::warning::no"): ...\n'
    lines = told(judged({"a.py": "".join(odd.format(number) for number in range(11)), "broken.py": "def\n"}))
    plain = [line for line in lines if not line.startswith("::")]
    assert [line for line in plain if line.lstrip().startswith("::") or "##[" in line] == []
    assert "  . ::error::x.py:11: error loud_name: # #[error] \\n::warning::no" in plain


def test_files_that_were_not_analysed_are_listed_in_a_group(judged: Judged) -> None:
    lines = told(judged({"a.py": "", "broken.py": "def\n"}))
    assert lines[0] == "::group::1 files that were not analysed"
    assert lines[1].startswith("  broken.py: parse: ")
