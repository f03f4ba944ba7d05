"""How often each file was changed, and when git is asked for it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from overhaul.config import Config
from overhaul.history import History
from overhaul.leaves import load_leaves
from overhaul.redundancy import FileChange
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


def test_every_file_has_its_changes_with_their_dates(tmp_path: Path) -> None:
    committed(tmp_path, "x = 1\n", 1)
    (tmp_path / "calm.py").touch()
    committed(tmp_path, "x = 2\n", 2)
    assert seen(tmp_path).rows(FileChange) == [
        FileChange("calm.py", 1, 1, "2025-03-02", "2025-03-02"),
        FileChange("core.py", 2, 1, "2025-03-01", "2025-03-02"),
    ]


def test_git_is_asked_again_only_when_head_has_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, store = tmp_path / "code", tmp_path / "store"
    store.mkdir()
    committed(code, "x = 1\n", 1)
    asked: list[Path] = []
    log: Any = History.__dict__["log"]

    def counted(history: History) -> Any:
        asked.append(code)
        return log.func(history)

    monkeypatch.setattr(History, "log", property(counted))
    first = seen(code, store).rows(FileChange)
    assert asked and first[0].changes == 1
    asked.clear()
    (code / "core.py").write_text("x = 'edited, not committed'\n")
    (code / "new.py").touch()
    assert seen(code, store).rows(FileChange) == first
    assert not asked
    committed(code, "x = 3\n", 2)
    assert seen(code, store).rows(FileChange)[0].changes == 2
    assert asked
