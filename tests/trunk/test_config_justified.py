"""Groups that stay as they are: where they may be written, and what is refused."""

from datetime import date
from pathlib import Path

import pytest

from overhaul.config import Config, Justification, load_config
from overhaul.errors import ConfigError

ENTRY = '[[tool.overhaul.justified]]\ngroup = "dup-0123456789ab"\nreason = "two protocols"\n'


def settings(folder: Path, text: str, name: str = "pyproject.toml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_entries_of_the_settings_carry_file_and_line(tmp_path: Path) -> None:
    text = f'[project]\nname = "x"\n\n{ENTRY}owner = "ann"\nmembers = ["a.f", "b.f"]\n\n'
    text += '[[ tool . "overhaul".justified ]]\n'
    config = load_config(settings(tmp_path, f'{text}group = "par-1"\nreason = "so"\nexpires = 2030-01-31\n'))
    assert config.justified == (
        Justification(
            group="dup-0123456789ab", reason="two protocols", owner="ann", members=("a.f", "b.f"),
            file="pyproject.toml", line=4,
        ),
        Justification(group="par-1", reason="so", expires="2030-01-31", file="pyproject.toml", line=10),
    )  # fmt: skip


def test_entries_of_the_ledger_are_added_and_say_where_they_stand_from_the_audited_root(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "src").mkdir()
    settings(tmp_path / "docs", '# twice on purpose\n[[justified]]\ngroup = "dup-2"\nreason = "so"\n', "ledger.toml")
    settings(tmp_path, f'[tool.overhaul]\njustified-file = "docs/ledger.toml"\n{ENTRY}')
    found = load_config(tmp_path / "src").justified
    assert [(one.group, one.file, one.line) for one in found] == [
        ("dup-0123456789ab", "../pyproject.toml", 3),
        ("dup-2", "../docs/ledger.toml", 2),
    ]


def test_an_inline_array_is_found_by_its_groups(tmp_path: Path) -> None:
    text = 'jobs = 1\njustified = [\n  {group = "a-1", reason = "x"},\n  {group = "a-2", reason = "y"},\n]\n'
    assert [one.line for one in load_config(settings(tmp_path, text, "overhaul.toml")).justified] == [3, 4]


def test_a_header_inside_a_string_leads_no_line_astray(tmp_path: Path) -> None:
    text = f'[project]\ndescription = """\n{ENTRY}"""\n{ENTRY}'
    # Not 6, where it begins: it is the first line that names the group, since the headers cannot be told apart.
    assert [one.line for one in load_config(settings(tmp_path, text)).justified] == [4]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{ENTRY}owners = 'x'", "pyproject.toml:1: [[tool.overhaul.justified]] unknown key 'owners': did you mean "
         "owner? (known keys: expires, group, members, owner, reason)"),
        (f"{ENTRY}line = 3", "unknown key 'line'"),
        (f"{ENTRY}expires = 'soon'", "expires: 'soon' is no date: write it like 2030-12-31"),
        (f"{ENTRY}expires = 20300101", "expires: 20300101 is no date"),
        (f"{ENTRY}expires = 2030-01-01T10:00:00", "is no date"),
        ("[[tool.overhaul.justified]]\ngroup = 'a'\nreason = ' '", "the reason is empty"),
        ("[[tool.overhaul.justified]]\ngroup = ''\nreason = 'x'", "the group is empty"),
        ("[[tool.overhaul.justified]]\ngroup = 'a'", "missing required field `reason`"),
        (f"{ENTRY}members = 'a.f'", "Expected `array`"),
        ("[tool.overhaul]\njustified = 'dup-1'", "begin each entry with [[tool.overhaul.justified]]"),
        ("[tool.overhaul.justified]\ngroup = 'a'", "is no array of tables"),
        (f"{ENTRY}{ENTRY}", "pyproject.toml:4: dup-0123456789ab is justified at pyproject.toml:1 already"),
        ("[tool.overhaul]\njustified-file = 'no.toml'", "no.toml: make it, or take the key away"),
        ("[tool.overhaul]\njustified-file = '.'", "there is no file"),
        ("[tool.overhaul]\njustified-file = 3", "expected str, got 3"),
    ],
)  # fmt: skip
def test_a_wrong_entry_is_refused_on_one_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(settings(tmp_path, text))
    assert said in str(caught.value) and "\n" not in str(caught.value) and "pyproject.toml" in str(caught.value)


@pytest.mark.parametrize(
    ("ledger", "said"),
    [
        ("[[tool.overhaul.justified]]\ngroup = 'a'", "unknown key 'tool': (known keys: justified)"),
        ("[[justified", "cannot be read as TOML"),
        ("[[justified]]\nreason = 'x'", "ledger.toml:1: [[justified]] Object missing required field `group`"),
        ("[[justified]]\ngroup = 'dup-0123456789ab'\nreason = 'x'", "is justified at pyproject.toml:3 already"),
    ],
)
def test_a_wrong_ledger_is_refused_on_one_line_that_names_it(tmp_path: Path, ledger: str, said: str) -> None:
    settings(tmp_path, ledger, "ledger.toml")
    with pytest.raises(ConfigError) as caught:
        load_config(settings(tmp_path, f"[tool.overhaul]\njustified-file = 'ledger.toml'\n{ENTRY}"))
    assert said in str(caught.value) and "\n" not in str(caught.value) and "ledger.toml" in str(caught.value)


def test_an_entry_holds_until_the_end_of_its_last_day() -> None:
    entry = Justification(group="a", reason="b", expires="2030-12-31")
    assert entry.holds(date(2030, 12, 31))
    assert not entry.holds(date(2031, 1, 1))
    assert Justification(group="a", reason="b").holds(date(9999, 1, 1))


def test_settings_without_entries_have_none(tmp_path: Path) -> None:
    assert load_config(settings(tmp_path, "[tool.overhaul]\njobs = 1")).justified == Config().justified == ()
