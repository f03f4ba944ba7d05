"""`overhaul freeze`: what it prints can be pasted, and holds until what is frozen says something else."""

from __future__ import annotations

from pathlib import Path

import pytest

from overhaul.cli import run

SOURCE = "LIMIT = 3\n\n\ndef price(amount):\n    return amount * LIMIT\n"
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a module; the user stands in it."""
    (tmp_path / "shop.py").write_text(SOURCE, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text("[tool.overhaul]\njobs = 1\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_is_frozen_fails_the_check_as_soon_as_it_says_something_else(project: Path, capsys: Captured) -> None:
    settings, shop = project / "pyproject.toml", project / "shop.py"
    plain = settings.read_text(encoding="utf-8")
    assert run(["freeze", "shop:price", "--reason", "invoices are sent with it", "--owner", "accounting"]) == 0
    assert settings.read_text(encoding="utf-8") == plain
    settings.write_text(f"{plain}\n{capsys.readouterr().out}", encoding="utf-8")
    assert run(["check"]) == 0
    shop.write_text(SOURCE.replace("    return", "    # All of it.\n    return"), encoding="utf-8")
    assert run(["check"]) == 0
    capsys.readouterr()
    changed = SOURCE.replace("* LIMIT", "+ LIMIT")
    shop.write_text(changed, encoding="utf-8")
    assert run(["check"]) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "shop:price is frozen and has changed: invoices are sent with it" in said
    assert "owner: accounting" in said
    assert run(["freeze", "shop:price", "--reason", "invoices are sent with it"]) == 0
    settings.write_text(f"{plain}\n{capsys.readouterr().out}", encoding="utf-8")
    assert run(["check"]) == 0
    # The result that is kept is of the file as it was.
    shop.write_text(SOURCE, encoding="utf-8")
    assert run(["check"]) == 1


@pytest.mark.usefixtures("project")
def test_freezing_what_is_not_there_is_one_line_and_exit_2(capsys: Captured) -> None:
    assert run(["freeze", "shop:prices"]) == 2
    assert capsys.readouterr().err == "overhaul: there is no 'shop:prices' here: did you mean shop:price?\n"


def test_a_frozen_file_that_is_no_python_fails_the_check_when_it_is_edited(project: Path, capsys: Captured) -> None:
    table = project / "rates.csv"
    table.write_text("a;1\n", encoding="utf-8")
    assert run(["freeze", "rates.csv", "--reason", "certified"]) == 0
    settings = project / "pyproject.toml"
    settings.write_text(f"[tool.overhaul]\n{capsys.readouterr().out}", encoding="utf-8")
    assert run(["check"]) == 0
    table.write_bytes(b"a;1\r\n")
    assert run(["check"]) == 0
    table.write_text("a;2\n", encoding="utf-8")
    assert run(["check"]) == 1
    table.unlink()
    capsys.readouterr()
    assert run(["check"]) == 1
    assert "rates.csv is frozen and is gone: certified" in " ".join(capsys.readouterr().out.split())
