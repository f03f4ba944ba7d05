"""The terminal report: what it puts first, what it leaves out, and what it never lets through."""

from collections.abc import Iterator, Mapping

import click
import pytest

from overhaul.config import Config
from overhaul.facts import Class, Facts
from overhaul.findings import Finding
from overhaul.leaves import Leaf, Rule
from overhaul.ledger import Entry
from overhaul.printable import printable
from overhaul.testing import surveyed


@Rule
def by_name(classes: Facts[Class]) -> Iterator[Finding]:
    """Finds what the classes are named after."""
    for module, rows in classes.items():
        for row in rows:
            if row.name.startswith(("Note", "Error")):
                yield Finding(
                    rule="loud" if row.name.startswith("Error") else "quiet",
                    severity="error" if row.name.startswith("Error") else "note",
                    message=f"{row.name} is here: {row.summary}", module=module, path=f"{module}.py", line=row.line,
                    name=row.name,
                )  # fmt: skip


def told(files: Mapping[str, str | bytes], *, colour: bool = False, extra: Leaf | None = by_name) -> str:
    """The report, without its colours unless they are asked for."""
    with surveyed(files, extra=extra) as survey:
        text = "".join(survey.leaves.report("terminal").function(survey))
    return text if colour else click.unstyle(text)


@pytest.fixture(autouse=True)
def plain_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")


def test_the_most_severe_findings_come_first_each_with_its_place() -> None:
    text = told({"a.py": "class NoteOne: ...\nclass ErrorTwo: ...\n"})
    assert "\nerror loud (1)\n  a.py:2  ErrorTwo is here:\n" in text
    assert text.index("error loud") < text.index("note quiet")


def test_ten_findings_of_a_rule_are_listed_and_the_rest_is_counted() -> None:
    text = told({"a.py": "".join(f"class Note{number}: ...\n" for number in range(13))})
    assert text.count("is here") == 10
    assert "note quiet (13)" in text
    assert "and 3 more: `overhaul explain quiet`" in text


def test_ten_findings_are_not_followed_by_more() -> None:
    assert " more: " not in told({"a.py": "".join(f"class Note{number}: ...\n" for number in range(10))})


def judged(files: Mapping[str, str | bytes], inherited: Mapping[str, str]) -> str:
    """The report when findings of an earlier revision are inherited, each the name of a class in `a` and its rule."""
    with surveyed(files, Config(select=("by_name",)), by_name) as survey:
        survey.inherit([Entry(rule, "a", name, "") for name, rule in inherited.items()], "main")
        return click.unstyle("".join(survey.leaves.report("terminal").function(survey)))


def test_inherited_findings_are_counted_and_not_listed() -> None:
    text = judged({"a.py": "class NoteOld: ...\nclass NoteNew: ...\n"}, {"NoteOld": "quiet"})
    assert "note quiet (1 new, 1 inherited)\n  a.py:2  NoteNew is here:" in text
    assert "NoteOld" not in text


def test_a_rule_whose_findings_are_all_inherited_is_one_line() -> None:
    text = judged({"a.py": "class NoteOld: ...\n"}, {"NoteOld": "quiet"})
    assert "note quiet (1 inherited)\n\n" in text


def test_what_is_new_inherited_fixed_and_suppressed_is_said_where_there_is_a_baseline_or_a_comment() -> None:
    files = {"a.py": "class NoteOld: ...\n"}
    assert "\n0 new, 1 inherited, 1 fixed\n" in judged(files, {"NoteOld": "quiet", "NoteGone": "quiet"})
    assert " inherited" not in told(files)


def test_what_could_not_be_analysed_is_told_with_its_reason() -> None:
    text = told({"a.py": "", "broken.py": "def\n"})
    assert "Not analysed (1)\n  broken.py  parse: syntax error, line 1" in text


def test_a_clean_tree_says_so_and_gives_no_grade() -> None:
    text = told({"a.py": "x = 1\n"})
    assert "1 file, 1 line, 1 module, 0 findings" in text
    assert "No findings. Next: " in text
    assert "Not analysed" not in text and "Import cycles" not in text


def test_a_cycle_that_fails_shows_the_order_the_place_and_the_cut() -> None:
    text = told({"a.py": "from b import two\none = 1\n", "b.py": "from a import one\ntwo = 2\n"}, extra=None)
    assert "Import cycles, by impact (1)" in text
    assert "fails when imported in this order: a > b" in text
    assert "at b.py:1: a does not have one yet" in text
    assert "    cut " in text


def test_a_cycle_of_many_modules_is_named_by_six() -> None:
    ring = {f"m{number}.py": f"import m{(number + 1) % 9}\n" for number in range(9)}
    assert "m0, m1, m2, m3, m4, m5 and 3 more" in told(ring, extra=None)


def test_every_table_is_counted() -> None:
    text = told({"a.py": "class A: ...\nclass B: ...\n"})
    assert "classes 2" in text and "comments 0" in text


def test_no_line_is_wider_than_the_terminal_but_for_a_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    text = told({"a.py": f'class NoteOne:\n    """{"word " * 60}"""\n'}, extra=by_name)
    assert max(map(len, text.splitlines()[1:])) <= 60
    assert text.count("word") == 60


def test_what_hostile_source_holds_reaches_the_terminal_only_escaped() -> None:
    text = told({"a.py": 'class NoteOne:\n    """\x1b]0;owned\x07 \u202egnp.exe \x9b31m"""\n'})
    assert "\\x1b]0;owned\\x07 \\u202egnp.exe \\x9b31m" in text
    assert all(character.isprintable() or character == "\n" for character in text)


def test_a_hostile_file_name_reaches_the_terminal_only_escaped() -> None:
    text = told({"evil\x1b[2J\nname.py": "def\n"})
    assert "evil\\x1b[2J\\nname.py" in text


def test_colours_are_there_for_who_asks() -> None:
    text = told({"a.py": "class ErrorOne: ...\n"}, colour=True)
    assert click.style("error loud", fg="red", bold=True) in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, ä, 漢字, 🙂 and a\\b", "plain, ä, 漢字, 🙂 and a\\b"),
        ("a\tb\r\nc", "a\\tb\\r\\nc"),
        ("\x00\x7f\x85", "\\x00\\x7f\\x85"),
        ("a\u2028b\u200bc\u2066d\ufeff", "a\\u2028b\\u200bc\\u2066d\\ufeff"),
        ("\udc80", "\\udc80"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_only_what_a_terminal_would_act_on_or_hide_is_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown
