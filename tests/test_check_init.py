"""`overhaul init`: settings, baseline and hook, each shown before it is written, and nothing that exists is changed."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from overhaul.cli import run
from overhaul.ledger import read_ledger

ROOT = Path(__file__).resolve().parent.parent
LEDGER = "overhaul-baseline.txt"
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one finding; the user stands in it."""
    (tmp_path / "work.py").write_text("import work.gone\n")
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "work"\n')
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


def answered(*answers: str) -> subprocess.CompletedProcess[str]:
    """Run `overhaul init` with somebody who answers."""
    words = [sys.executable, "-m", "overhaul", "init", "--pre-commit"]
    return subprocess.run(words, input="".join(f"{answer}\n" for answer in answers), capture_output=True, text=True)


def test_all_of_it_is_set_up_and_a_check_then_passes(project: Path) -> None:
    assert run(["check", "-q"]) == 1
    assert run(["init", "--pre-commit", "--yes"]) == 0
    assert set(files(project)) == {"work.py", "pyproject.toml", LEDGER, ".pre-commit-config.yaml"}
    assert len(read_ledger(project / LEDGER) or ()) == 1
    assert run(["check", "-q"]) == 0


def test_a_second_time_nothing_is_changed(project: Path, capsys: Captured) -> None:
    assert run(["init", "--pre-commit", "--yes"]) == 0
    before = files(project)
    (project / "work.py").write_text("import work.gone\nimport work.lost\n")
    capsys.readouterr()
    assert run(["init", "--pre-commit", "--yes"]) == 0
    assert capsys.readouterr().out == "Nothing to do: overhaul is set up here.\n"
    assert {name: text for name, text in files(project).items() if name != "work.py"} == {
        name: text for name, text in before.items() if name != "work.py"
    }


def test_the_baseline_can_be_left_out(project: Path) -> None:
    assert run(["init", "--no-baseline", "--yes"]) == 0
    assert LEDGER not in files(project)


def test_what_would_be_written_is_shown_and_nothing_is(project: Path, capsys: Captured) -> None:
    before = files(project)
    assert run(["init", "--pre-commit", "--dry-run"]) == 0
    out = capsys.readouterr().out
    assert "    [tool.overhaul]\n" in out
    assert "          entry: overhaul check\n" in out
    assert f"{LEDGER}: a new file of 1 finding\n" in out and "    unresolved_import" in out
    assert files(project) == before
    assert not (project / ".overhaul").exists()


def test_each_file_is_asked_for_by_itself(project: Path) -> None:
    before = files(project)
    done = answered("n", "y", "n")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Write ") == 2 and "Look at 1 file " in done.stdout
    after = files(project)
    assert set(after) - set(before) == {".pre-commit-config.yaml"}
    assert after["pyproject.toml"] == before["pyproject.toml"]


def test_somebody_who_goes_away_has_written_nothing_more(project: Path) -> None:
    before = files(project)
    done = answered()
    assert done.returncode == 130
    assert files(project) == before


def test_the_hooks_are_what_pre_commit_takes_for_hooks(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "pre_commit"]
    assert run(["init", str(tmp_path), "--pre-commit", "--yes"]) == 0
    made = tmp_path / ".pre-commit-config.yaml"
    for what, file in (("manifest", ROOT / ".pre-commit-hooks.yaml"), ("config", made)):
        done = subprocess.run([*words, f"validate-{what}", str(file)], capture_output=True, text=True, cwd=tmp_path)
        assert done.returncode == 0 and "WARNING" not in done.stdout, done.stdout
    assert made.read_text() in (ROOT / "docs" / "pre-commit.md").read_text("utf-8"), "the page shows what init writes"


# A project in a folder of its repository


def test_below_the_top_of_the_repository_the_hook_is_about_the_folder(project: Path, capsys: Captured) -> None:
    (project / "back end").mkdir()
    (project / "back end" / "app.py").write_text("import app.gone\n")
    assert run(["init", "back end", "--pre-commit", "--yes"]) == 0
    assert set(files(project / "back end")) == {"app.py", "overhaul.toml", LEDGER}
    ((hook,),) = (repo["hooks"] for repo in yaml.safe_load((project / ".pre-commit-config.yaml").read_text())["repos"])
    assert hook["entry"] == "overhaul check --root 'back end'"
    passed = ["back end/app.py", "back end/sub/setup.cfg", "back end/types.pyi", f"back end/{LEDGER}"]
    for name in (*passed, "work.py", "backend/app.py", "other/back end/app.py", "back end/notes.txt"):
        assert (re.search(hook["files"], name) is not None) is (name in passed), name
    # As pre-commit runs it, from the top.
    assert run([*shlex.split(hook["entry"])[1:], "back end/app.py"]) == 0
    capsys.readouterr()
    assert run(["init", "back end", "--pre-commit", "--yes"]) == 0
    assert capsys.readouterr().out == "Nothing to do: overhaul is set up here.\n"


def test_the_hook_runs_for_what_the_check_goes_by(project: Path) -> None:
    assert run(["init", "--pre-commit", "--yes"]) == 0
    hooks = [
        yaml.safe_load(project.joinpath(".pre-commit-config.yaml").read_text())["repos"][0]["hooks"][0],
        *yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text()),
    ]
    for hook in hooks[:2]:
        passed = ["a.py", "pkg/a.pyi", "pyproject.toml", "sub/pyproject.toml", ".importlinter", LEDGER]
        for name in (*passed, "notes.txt", "a.pyc", "not-pyproject.toml", "a.py.orig"):
            assert (re.search(hook["files"], name) is not None) is (name in passed), name
    assert hooks[2]["always_run"] is True and "files" not in hooks[2]


def test_a_hook_written_on_one_line_is_seen(project: Path) -> None:
    config = "repos:\n  - repo: local\n    hooks:\n      - {id: overhaul, name: o, entry: overhaul check}\n"
    (project / ".pre-commit-config.yaml").write_text(config)
    assert run(["init", "--pre-commit", "--yes"]) == 0
    assert (project / ".pre-commit-config.yaml").read_text() == config


def test_a_file_of_hooks_that_cannot_be_added_to_is_refused_on_one_line(project: Path, capsys: Captured) -> None:
    (project / ".pre-commit-config.yaml").write_text("repos: []\n")
    assert run(["init", "--pre-commit", "--yes"]) == 2
    said = capsys.readouterr().err
    assert "add by hand" in said and said.count("\n") == 1 and "\\n" not in said


def test_settings_further_up_that_would_not_count_any_more_are_named(project: Path, capsys: Captured) -> None:
    (project / "overhaul.toml").write_text("ignore = ['import_cycle']\n")
    (project / "sub").mkdir()
    assert run(["init", "sub", "--dry-run", "--no-baseline"]) == 0
    assert f"a new file; the settings in {project / 'overhaul.toml'} do not count" in capsys.readouterr().out
