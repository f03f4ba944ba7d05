"""Which part of the history was read, or why there is none."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from overhaul.config import Config
from overhaul.leaves import load_leaves
from overhaul.redundancy import ChangeHistory
from overhaul.survey import Survey, survey
from overhaul.testing import InProcess


def committed(folder: Path, text: str, day: int) -> None:
    """The file `core.py` with that text, committed."""
    folder.mkdir(exist_ok=True)
    (folder / "core.py").write_text(text)
    date = f"2025-03-{day:02}T12:00:00Z"
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_DATE": date,
        "GIT_COMMITTER_DATE": date,
    }  # fmt: skip
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    for words in (("init", "-q"), ("add", "."), ("commit", "-q", "-m", "m")):
        subprocess.run(["git", *who, *words], cwd=folder, env=environment, check=True)


def seen(folder: Path, store: Path | None = None) -> Survey:
    """A survey in this process."""
    return survey(folder, Config(), load_leaves(), store=store, executor=InProcess())


def test_the_part_of_the_history_that_was_read_is_told(tmp_path: Path) -> None:
    for day in (1, 2, 5):
        committed(tmp_path, f"x = {day}\n", day)
    (found,) = seen(tmp_path).rows(ChangeHistory)
    assert (found.since, found.until, found.commits, found.authors) == ("2025-03-01", "2025-03-05", 3, 1)
    assert len(found.head) == 40 and found.note == ""


def test_where_there_is_none_one_row_says_why(tmp_path: Path) -> None:
    (tmp_path / "core.py").touch()
    assert seen(tmp_path).rows(ChangeHistory) == [ChangeHistory("", "", "", 0, 0, "no git repository")]


def test_what_git_could_not_answer_is_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, store = tmp_path / "code", tmp_path / "store"
    store.mkdir()
    committed(code, "x = 1\n", 1)
    with monkeypatch.context() as broken:
        broken.setattr("overhaul.gitlog._words", _nonsense)
        (read,) = seen(code, store).rows(ChangeHistory)
        assert read.note.startswith("git could not read the history (") and not read.commits
    assert seen(code, store).rows(ChangeHistory)[0].commits == 1


def _nonsense(_found: object) -> tuple[str, ...]:
    return ("log", "--no-such-option")
