"""A function that is there already is found once, by one of two rules, and not where it is justified."""

import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from overhaul.cli import run
from overhaul.config import Config, Justification
from overhaul.testing import check, table

FIELDS = ("street", "number", "city", "code", "country", "county")


def function(name: str, lines: int) -> str:
    """A function of so many lines."""
    body = "".join(f"    {FIELDS[at % 6]}{at} = text.{FIELDS[at % 5]}({at})\n" for at in range(lines - 2))
    return f"def {name}(text):\n{body}    return [{', '.join(f'{FIELDS[at % 6]}{at}' for at in range(lines - 2))}]\n"


def listed(name: str, code: dict[str, str | bytes]) -> list[Any]:
    return list(table(name, code))


def files(lines: int, second: str = "address") -> dict[str, str | bytes]:
    return {
        "helpers.py": function("address", lines), "a.py": "from helpers import address\n",
        "c.py": "from helpers import address\n", "b.py": function(second, lines),
    }  # fmt: skip


@pytest.mark.parametrize("lines", [5, 8, 9, 10, 11, 12, 24, 30])
@pytest.mark.parametrize("second", ["address", "place"])
def test_one_of_two_rules_finds_it(lines: int, second: str) -> None:
    code = files(lines, second)
    found = [*check("repeated_utility", code), *check("unjustified_duplicate", code)]
    assert len(found) == 1


def test_what_is_in_a_justified_group_of_duplicates_is_justified() -> None:
    code = files(20)
    (group,) = [row.identity for row in listed("duplicates", code)]
    config = Config(justified=(Justification(group=group, reason="two banks"),))
    assert check("repeated_utility", code, config) == []


@pytest.mark.parametrize(("days", "count"), [(1, 0), (0, 0), (-1, 1)])
def test_it_is_found_again_when_the_entry_has_expired(days: int, count: int) -> None:
    code = files(6)
    (row,) = listed("repeated_utilities", code)
    until = (date.today() + timedelta(days)).isoformat()
    entry = Justification(group=row.identity, reason="two banks", expires=until)
    assert len(check("repeated_utility", code, Config(justified=(entry,)))) == count


def test_it_is_another_one_when_both_bodies_change() -> None:
    first, second = (listed("repeated_utilities", files(lines))[0] for lines in (6, 7))
    assert first.identity != second.identity


def test_lines_that_move_change_nothing() -> None:
    code = files(6)
    (before,) = listed("repeated_utilities", code)
    (after,) = listed("repeated_utilities", {**code, "b.py": f"import os\n\n{code['b.py']!s}"})
    assert before.identity == after.identity


def test_the_entry_that_is_printed_covers_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = files(6)
    for name, text in code.items():
        (tmp_path / name).write_text(str(text))
    settings = tmp_path / "pyproject.toml"
    settings.write_text('[tool.overhaul]\nselect = ["repeated_utility", "stale_justification"]\njobs = 1\n')
    monkeypatch.chdir(tmp_path)
    (row,) = listed("repeated_utilities", code)
    assert run(["justify", row.identity, "--reason", "two banks"]) == 0
    printed = capsys.readouterr().out
    (entry,) = tomllib.loads(printed)["tool"]["overhaul"]["justified"]
    assert entry["members"] == ["b.address", "helpers.address"]
    with settings.open("a") as file:
        file.write(f"\n{printed}")
    assert run(["audit", "-q"]) == 0
