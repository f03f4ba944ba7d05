"""Findings as `check` lists them: where, what, the line itself, and why."""

from collections.abc import Iterator

import click
import pytest

from overhaul.config import Config
from overhaul.facts import Class, Facts
from overhaul.findings import Finding, Place
from overhaul.leaves import Rule
from overhaul.ledger import Entry
from overhaul.listing import listed
from overhaul.survey import Survey
from overhaul.testing import Files, surveyed


@Rule
def short_name(classes: Facts[Class]) -> Iterator[Finding]:
    """A class has a name of one letter."""
    for module, rows in classes.items():
        for row in rows:
            if len(row.name) == 1:
                yield Finding(
                    rule="short_name", severity="warning", message=row.summary or f"{row.name} says nothing",
                    module=module, path=f"{module}.py", line=row.line, name=row.name, because=row.bases,
                    places=tuple(Place(f"{module}.py", 1, text) for _, text in row.keywords),
                )  # fmt: skip


def told(files: Files, *, inherited: tuple[str, ...] = (), shown: bool = False) -> str:
    """The list without colours; `inherited` are classes of the module `a`."""
    with surveyed(files, Config(select=("short_name",)), short_name) as survey:
        survey.inherit([Entry("short_name", "a", name, "") for name in inherited], "main")
        return click.unstyle("".join(listed(survey, inherited=shown)))


@pytest.fixture(autouse=True)
def plain_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def test_a_finding_has_its_place_its_line_between_its_neighbours_its_reasons_and_places() -> None:
    source = "x = 1\nclass A(Base, other=Other):\n    pass\n"
    assert told({"a.py": source}).splitlines() == [
        "a.py:2: warning short_name: A says nothing",
        "    1 | x = 1",
        "  > 2 | class A(Base, other=Other):",
        "    3 |     pass",
        "    Base",
        "    a.py:1: Other",
        "",
    ]


def test_inherited_findings_are_left_out_unless_they_are_asked_for() -> None:
    files = {"a.py": "class A: ...\nclass B: ...\n"}
    assert "A says" not in told(files, inherited=("A",))
    both = told(files, inherited=("A",), shown=True)
    assert both.index("B says nothing\n") < both.index("A says nothing (inherited)\n")


def test_nothing_new_is_nothing() -> None:
    assert told({"a.py": "class A: ...\n"}, inherited=("A",)) == ""


def test_empty_neighbours_are_left_out_and_common_indentation_too() -> None:
    assert told({"a.py": "if x:\n\n    class A:\n        pass\n"}).splitlines()[1:3] == [
        "  > 3 | class A:", "    4 |     pass",
    ]  # fmt: skip


def test_a_long_line_and_a_long_message_stay_within_the_terminal() -> None:
    source = f"class A:\n    '''{'word ' * 50}'''\n    y = '{'long ' * 60}'\n"
    lines = told({"a.py": source}).splitlines()
    assert max(map(len, lines)) <= 80
    message = lines[: lines.index("  > 1 | class A:")]
    assert sum(line.count("word") for line in message) == 50
    assert any(line.endswith("…") for line in lines)


def test_a_long_path_stays_whole_so_that_it_can_be_followed() -> None:
    name = "very_" * 20
    assert told({f"{name}.py": "class A: ...\n"}).startswith(f"{name}.py:1: warning short_name:")


def test_a_file_that_has_changed_since_shows_no_line_that_may_be_wrong() -> None:
    with surveyed({"a.py": "class A: ...\n"}, Config(select=("short_name",)), short_name) as survey:
        assert len(survey.findings) == 1
        (survey.root / "a.py").write_text("other = 1\n")
        assert plain(survey) == ["a.py:1: warning short_name: A says nothing", ""]


def test_hostile_source_reaches_the_terminal_only_escaped() -> None:
    text = told({"a.py": 'class A:\n    """\x1b]0;owned\x07 \u202egnp"""\n    x = 1  # \x9b31m\n'})
    assert "\\x1b]0;owned\\x07 \\u202egnp" in text
    assert all(char.isprintable() or char == "\n" for char in text)


def test_many_reasons_are_counted() -> None:
    text = told({"a.py": f"class A({', '.join(f'B{number}' for number in range(11))}): ...\n"})
    assert text.endswith("    B7\n    and 3 more reasons\n\n")


def plain(survey: Survey) -> list[str]:
    return click.unstyle("".join(listed(survey))).splitlines()
