"""`overhaul perf bottlenecks`: what the code has, in the order in which a profile says that it matters."""

import cProfile
from pathlib import Path

import pytest

from overhaul.cli import run

CODE = '''"""Two functions with the same bottleneck; the second is the one that is used."""

import re


def rare(lines):
    for line in lines:
        if re.compile("a+").match(line):
            yield line


def common(lines):
    found = []
    for line in lines:
        if re.compile("b+").match(line):
            found.append(line)
    return found
'''


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "shop.py").write_text(CODE, encoding="utf-8")
    (tmp_path / "overhaul.toml").write_text("", encoding="utf-8")
    return tmp_path


def profiled(project: Path) -> Path:
    """A profile of `common`, whose frames lie in the project."""
    names: dict[str, object] = {}
    exec(compile(CODE, str(project / "shop.py"), "exec"), names)
    profile = cProfile.Profile()
    profile.enable()
    names["common"](["bbb", "a"] * 200)  # type: ignore[operator]
    profile.disable()
    profile.dump_stats(project / "shop.prof")
    return project / "shop.prof"


def test_what_took_most_comes_first_and_what_was_not_seen_last(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = profiled(project)
    assert run(["perf", "bottlenecks", str(file), "--root", str(project)]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert "shop.py:15: repeated_computation" in first and "%" in first
    assert second.startswith("unseen") and "shop.py:8" in second


def test_no_more_are_told_than_asked_for(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["perf", "bottlenecks", str(profiled(project)), "--root", str(project), "--most", "1"]) == 0
    assert capsys.readouterr().out.splitlines()[1] == "and 1 more (--most N shows them)"


def test_code_without_bottlenecks_is_said_to_have_none(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = profiled(project)
    (project / "shop.py").write_text("def common(lines):\n    return list(lines)\n", encoding="utf-8")
    assert run(["perf", "bottlenecks", str(file), "--root", str(project)]) == 0
    assert "no place" in capsys.readouterr().out


def test_a_migration_says_how_well_its_places_are_covered(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "use.py").write_text("from shop import common, rare\n\n\ndef all_of(rows):\n    return common(rows)\n")
    (project / "tests").mkdir()
    test = "from use import all_of\n\n\ndef test_it():\n    assert all_of([])\n"
    (project / "tests" / "test_use.py").write_text(test)
    assert run(["rename", "shop:common", "usual", str(project), "--covered", "--no-diff", "--no-verify"]) == 0
    told = capsys.readouterr().out
    assert "Tests get to 2 of 3 places of the program that change:" in told
    assert "no test: use.py:1" in told
