"""`overhaul undo` on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from overhaul.changes import FileChange
from overhaul.cli import run
from overhaul.transaction.writing import write


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with one transaction written."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_bytes(b"1")
    write(tmp_path, [FileChange("a.py", b"1", b"2")], "Rename \x1b[31mx", store=tmp_path)
    return tmp_path


def test_undo_restores_and_says_how_to_take_that_back(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["undo"]) == 0
    assert (project / "a.py").read_bytes() == b"1"
    assert "1 file is as before; `overhaul undo 2` takes that back" in capsys.readouterr().out
    assert run(["undo", "2", "-q"]) == 0
    assert (project / "a.py").read_bytes() == b"2"
    assert capsys.readouterr().out == ""


def test_undo_finds_the_project_of_a_path(
    project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert run(["undo", "1", str(project)]) == 0
    assert run(["undo", str(project)]) == 1, "nothing is left"
    assert (project / "a.py").read_bytes() == b"1"


def test_the_list_shows_the_latest_first_and_nothing_that_could_move_a_cursor(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["undo", "-q"])
    assert run(["undo", "--list"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.split()[0] == "2" and "written      undo 1: Rename" in first and first.endswith("(1 edited)")
    assert second.split()[0] == "1" and "undone by 2  Rename \\x1b[31mx (1 edited)" in second


def test_changed_files_are_named_and_nothing_is_done(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "a.py").write_bytes(b"mine")
    assert run(["undo"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "a.py: was changed since: put it back first, or mend it by hand",
        "overhaul: nothing has been changed",
    ]
    assert (project / "a.py").read_bytes() == b"mine"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["undo", "7"], 1, "there is no transaction 7 here: known are 1"),
        (["undo", "x", "."], 2, "'x' is no ID"),
        (["undo", "0"], 2, "'0' is no ID"),
        (["undo", "nowhere"], 2, "no such folder"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    project: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int, said: str
) -> None:
    assert run(words) == code
    assert said in capsys.readouterr().err
    assert (project / "a.py").read_bytes() == b"2"


def test_where_nothing_was_written_there_is_nothing_to_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["undo", "--list"]) == 0
    assert capsys.readouterr().out == "nothing was written here by overhaul, or nothing is left of it\n"
    assert run(["undo"]) == 1
    assert not (tmp_path / ".overhaul").exists()


def test_settings_that_do_not_load_keep_nobody_from_undoing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "overhaul.toml").write_text("select = [", "utf-8")
    below = project / "pkg"
    below.mkdir()
    (project / ".git").mkdir()
    assert run(["undo", str(below)]) == 0
    assert (project / "a.py").read_bytes() == b"1"


def test_settings_that_do_not_load_are_told_where_nothing_was_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "overhaul.toml").write_text("select = [", "utf-8")
    assert run(["undo", str(tmp_path)]) == 2
    assert "overhaul.toml: cannot be read as TOML" in capsys.readouterr().err


def test_a_title_moves_no_cursor_and_a_number_may_be_long(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["undo"]) == 0
    assert "\x1b" not in capsys.readouterr().out
    assert run(["undo", "9" * 5000]) == 2
    assert "is no ID" in capsys.readouterr().err
