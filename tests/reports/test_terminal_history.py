"""The change hotspots on the terminal."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from overhaul.config import Config
from overhaul.leaves import load_leaves
from overhaul.survey import survey
from overhaul.testing import InProcess, render

COMPLEX = "def work(a):\n" + "".join(f"    if a == {n}:\n        return {n}\n" for n in range(9))
FILES = {"core.py": COMPLEX, **{f"user{n}.py": "import core\n\n\ndef f(): ...\n" for n in range(4)}}


def git(folder: Path, *words: str) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    subprocess.run(["git", *who, *words], cwd=folder, env=environment, check=True)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """One module that is changed three times."""
    folder = tmp_path / "project"
    folder.mkdir()
    git(folder, "init", "-q")
    for path, text in FILES.items():
        (folder / path).write_text(text)
    for number in range(3):
        (folder / "core.py").write_text(f"{COMPLEX}# {number}\n")
        git(folder, "add", ".")
        git(folder, "commit", "-q", "-m", "m")
    return folder


def told(folder: Path) -> str:
    leaves = load_leaves()
    return "".join(leaves.report("terminal").function(survey(folder, Config(), leaves, executor=InProcess())))


def test_hotspots_are_listed_with_their_figures(project: Path) -> None:
    text = told(project)
    assert "hotspots: complex, often changed, imported by many" in text
    assert "complexity 10, 3 changes, 4 importers; most complex: work" in text
    assert "No change hotspots" not in text and "shallow" not in text


def test_of_a_clone_without_history_it_says_why_there_are_none(project: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--depth", "1", project.as_uri(), "part")
    assert "\nNo change hotspots: a shallow clone without history (" in told(tmp_path / "part")


def test_below_hotspots_it_says_what_of_the_history_is_missing(project: Path, tmp_path: Path) -> None:
    git(project, "commit", "-q", "--allow-empty", "-m", "m")
    for number in range(3, 6):
        (project / "core.py").write_text(f"{COMPLEX}# {number}\n")
        git(project, "commit", "-q", "-a", "-m", "m")
    git(tmp_path, "clone", "-q", "--depth", "4", project.as_uri(), "part")
    text = told(tmp_path / "part")
    assert "complexity 10, 3 changes, 4 importers" in text
    assert "\n  a shallow clone: nothing is known of the time before " in text


def test_code_that_stands_in_no_repository_is_not_blamed_for_it() -> None:
    assert "hotspots:" not in render("terminal", FILES)
