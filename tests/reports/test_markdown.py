"""Markdown for comments: a table that stays one, links that lead somewhere, and no more than fits."""

import re
from typing import Any

import pytest
from markdown_it import MarkdownIt

from overhaul.survey import Survey

Judged = Any


@pytest.fixture(autouse=True)
def outside_of_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_SHA", "CI_PROJECT_URL", "CI_COMMIT_SHA"):
        monkeypatch.delenv(name, raising=False)


def told(survey: Survey) -> str:
    return "".join(survey.leaves.report("markdown").function(survey))


def page(text: str) -> str:
    made: str = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    return made


def rows(text: str) -> list[list[str]]:
    """The cells of the table, without tags and comments."""
    body = page(text).partition("<tbody>")[2].partition("</tbody>")[0]
    return [
        [re.sub(r"<!--.*?-->|<[^>]+>", "", cell) for cell in re.findall(r"<td>(.*?)</td>", row, re.DOTALL)]
        for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    ]


def test_it_begins_with_the_sentence_and_lists_new_findings_the_most_severe_first(judged: Judged) -> None:
    source = "class NoteNew: ...\nclass ErrorNew(Base): ...\nclass NoteOld: ...\n"
    text = told(judged({"p/a.py": source}, inherited=["p.a.NoteOld", "p.a.NoteGone"]))
    assert text.startswith("### overhaul: 2 new, 1 inherited, 1 fixed\n")
    assert rows(text) == [
        ["🔴 error", "p/a.py:2", "loud_name", "ErrorNew is hereBase"],
        ["🔵 note", "p/a.py:1", "loud_name", "NoteNew is here"],
    ]


def test_nothing_new_is_one_line(judged: Judged) -> None:
    assert told(judged({"a.py": ""})) == "### overhaul: 0 new, 0 inherited, 0 fixed\n"


def test_links_lead_to_the_line(judged: Judged) -> None:
    text = told(judged({"a.py": 'class NoteOne(path="src/a b(1)|.py", place=Other): ...\n'}))
    assert 'href="src/a%20b%281%29%7C.py#L1"' in page(text)
    assert 'href="a.py#L1"' in page(text)


def test_in_github_actions_links_lead_to_the_commit(judged: Judged, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("SERVER_URL", "https://github.com"), ("REPOSITORY", "o/r"), ("SHA", "ab12")):
        monkeypatch.setenv(f"GITHUB_{name}", value)
    assert "](https://github.com/o/r/blob/ab12/a.py#L1)" in told(judged({"a.py": "class NoteOne: ...\n"}))


def test_in_gitlab_ci_links_lead_to_the_commit(judged: Judged, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI_PROJECT_URL", "https://gitlab.com/g/p")
    monkeypatch.setenv("CI_COMMIT_SHA", "ab12")
    assert "](https://gitlab.com/g/p/-/blob/ab12/a.py#L1)" in told(judged({"a.py": "class NoteOne: ...\n"}))


def test_an_environment_that_is_no_address_is_passed_over(judged: Judged, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("SERVER_URL", "javascript:x//"), ("REPOSITORY", "o)/r"), ("SHA", "ab12")):
        monkeypatch.setenv(f"GITHUB_{name}", value)
    assert "](a.py#L1)" in told(judged({"a.py": "class NoteOne: ...\n"}))


HOSTILE = "a|b `c` <img src=x onerror=1> [x](http://evil) **y** @team #12 www.evil.org \\ end\n| c | d |"


def test_hostile_text_is_only_text(judged: Judged) -> None:
    text = told(judged({"a.py": f"class NoteOne(message={HOSTILE!r}, path={HOSTILE!r}): ...\n"}))
    shown = HOSTILE.replace("\n", "\\n").replace("<", "&lt;").replace(">", "&gt;")
    assert [(len(row), row[3], row[1]) for row in rows(text)] == [(4, shown, f"{shown}:1")]
    made = page(text).partition("<tbody>")[2]
    assert re.findall(r"<img|<strong|<code>c|href=\"http", made) == []


@pytest.mark.parametrize("reference", ["@team", "#12", "http://evil.org", "www.evil.org"])
def test_what_github_would_link_is_parted(judged: Judged, reference: str) -> None:
    text = told(judged({"a.py": f"class NoteOne(message={reference!r}): ...\n"}))
    assert reference not in page(text)
    assert rows(text)[0][3] == reference


def test_it_stays_below_what_a_comment_may_hold_and_says_what_is_left_out(judged: Judged) -> None:
    source = "".join(f"class Note{number}(message='{'|' * 100}'): ...\n" for number in range(300))
    text = told(judged({"a.py": source, "broken.py": "def\n"}))
    assert 60_000 < len(text) <= 65_000
    assert len(rows(text)) + int(re.findall(r"^(\d+) more new findings are left out", text, re.MULTILINE)[0]) == 300
    assert "Not analysed (1)" in text and text.endswith("</details>\n")


def test_many_files_that_could_not_be_analysed_leave_room_for_findings(judged: Judged) -> None:
    broken = {f"{'b' * 150}{number}.py": "def\n" for number in range(60)}
    text = told(judged({"a.py": "class NoteOne: ...\n", **broken}))
    assert len(rows(text)) == 1
    assert len(text) < 20_000
    assert int(re.findall(r"^- and (\d+) more$", text, re.MULTILINE)[0]) + text.count("\\: parse") <= 60


def test_the_rules_that_found_something_are_explained(judged: Judged) -> None:
    text = told(judged({"a.py": "class NoteOne: ...\n"}, select=()))
    assert "- `loud_name`: A class is called after a severity." in text
    assert "import_cycle" not in text
