"""The hook, run by pre-commit itself on a repository of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from overhaul.cli import run as overhaul
from overhaul.ledger import read_ledger

ROOT = Path(__file__).resolve().parent.parent
LOCAL = f"""\
repos:
  - repo: local
    hooks:
      - id: overhaul
        name: overhaul
        entry: '"{sys.executable}" -m overhaul check'
        language: system
        types_or: [python, pyi]
        require_serial: true
"""
STUB = "def {name}():\n    raise NotImplementedError\n"
SUMS = """\
def {name}(rows, rate, floor):
    total = 0
    for row in rows:
        if row.kind == "credit":
            total += row.amount * rate
        elif row.kind == "debit":
            total -= row.amount
        else:
            total += floor
    if total < floor:
        total = floor
    average = total / max(1, len(rows))
    spread = max(row.amount for row in rows) - min(row.amount for row in rows)
    return total, average, spread
"""


def shell(folder: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    who = {f"GIT_{one}_{what}": "a@example.org" for one in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "NO_COLOR": "1", "COLUMNS": "100"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT"))}
    return subprocess.run(
        words, cwd=folder, env=kept | who | alone | more, check=False, capture_output=True, text=True, timeout=600
    )


def git(folder: Path, *words: str) -> str:
    done = shell(folder, "git", *words)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with an inherited finding, a baseline that holds it, and the hook."""
    folder = tmp_path / "project"
    (folder / "pkg").mkdir(parents=True)
    for path, text in {
        "pyproject.toml": "[tool.overhaul]\njobs = 1\n",
        ".pre-commit-config.yaml": LOCAL,
        "pkg/__init__.py": "",
        "pkg/work.py": STUB.format(name="run"),
        "pkg/use.py": "from pkg.work import run\n\nrun()\n",
        "pkg/sums.py": SUMS.format(name="credits"),
        "pkg/left.py": "X = 1\n",
        "pkg/right.py": "from pkg.left import X\n\nY = X\n",
    }.items():
        (folder / path).write_text(text)
    assert overhaul(["baseline", "-q", "--root", str(folder)]) == 0
    assert len(read_ledger(folder / "overhaul-baseline.txt") or ()) == 1
    git(folder, "init", "-q", "-b", "main", ".")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "first")
    return folder


def hooked(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    home = str(project.parent / "pre-commit")
    return shell(project, sys.executable, "-m", "pre_commit", "run", *words, PRE_COMMIT_HOME=home)


def staged(project: Path, path: str, text: str) -> None:
    (project / path).write_text(text)
    git(project, "add", path)


def test_what_is_inherited_passes_though_its_file_is_staged(project: Path) -> None:
    staged(project, "pkg/work.py", f"# a remark\n\n{STUB.format(name='run')}")
    done = hooked(project)
    assert done.returncode == 0, done.stdout
    assert "Passed" in done.stdout


def test_a_new_finding_in_a_staged_file_fails(project: Path) -> None:
    staged(project, "pkg/use.py", "import pkg.gone\nfrom pkg.work import run\n\nrun()\n")
    done = hooked(project)
    assert done.returncode == 1
    assert "pkg/use.py:1: error unresolved_import:" in done.stdout
    # The inherited one is about this file too, which calls what is only a stub.
    assert "1 new, 1 inherited, 0 fixed" in done.stdout


def test_a_staged_file_that_closes_a_ring_is_told_of_it(project: Path) -> None:
    staged(project, "pkg/left.py", "from pkg.right import Y\n\nX = Y\n")
    done = hooked(project)
    assert done.returncode == 1
    assert "import_cycle" in done.stdout


def test_a_staged_copy_of_a_function_elsewhere_is_told(project: Path) -> None:
    staged(project, "pkg/copy.py", SUMS.format(name="debits"))
    done = hooked(project)
    assert done.returncode == 1
    assert "unjustified_duplicate" in done.stdout and "pkg/sums.py" in done.stdout


def test_new_findings_that_the_staged_files_take_no_part_in_are_not_told(project: Path) -> None:
    # Committed past the hook, by somebody else: they are not in the way of whoever touches another file.
    staged(project, "pkg/copy.py", SUMS.format(name="debits"))
    staged(project, "pkg/left.py", "from pkg.right import Y\n\nX = Y\n")
    git(project, "commit", "-q", "-m", "past the hook")
    staged(project, "pkg/use.py", "from pkg.work import run\n\nprint(run())\n")
    done = hooked(project)
    assert done.returncode == 0, done.stdout
    assert hooked(project, "--all-files").returncode == 1


def test_a_finding_that_is_fixed_must_leave_the_ledger_with_the_same_commit(project: Path) -> None:
    staged(project, "pkg/work.py", "def run():\n    return 1\n")
    done = hooked(project)
    assert done.returncode == 1
    assert "`overhaul check --update`" in done.stdout
    assert overhaul(["check", "-q", "--update", "--root", str(project)]) == 0
    git(project, "add", "overhaul-baseline.txt")
    done = hooked(project)
    assert done.returncode == 0, done.stdout


def test_changes_that_are_not_staged_neither_count_nor_confuse_the_store(project: Path) -> None:
    staged(project, "pkg/use.py", "import pkg.gone\nfrom pkg.work import run\n\nrun()\n")
    (project / "pkg/use.py").write_text("from pkg.work import run\n\nrun()\n")
    (project / "pkg/left.py").write_text("from pkg.right import Y\n\nX = Y\n")
    done = hooked(project)
    assert done.returncode == 1
    assert "unresolved_import" in done.stdout and "import_cycle" not in done.stdout
    # What pre-commit has put back is seen: the store remembers neither what was staged nor what was before.
    for more in ((), ("--no-store",)):
        done = shell(project, sys.executable, "-m", "overhaul", "check", *more)
        assert "import_cycle" in done.stdout and "unresolved_import" not in done.stdout
    assert git(project, "status", "--short") == "M pkg/left.py\nMM pkg/use.py"


def test_a_commit_is_refused_by_the_installed_hook(project: Path) -> None:
    # git sets its own variables around a hook.
    home = str(project.parent / "pre-commit")
    assert shell(project, sys.executable, "-m", "pre_commit", "install", PRE_COMMIT_HOME=home).returncode == 0
    staged(project, "pkg/use.py", "import pkg.gone\nfrom pkg.work import run\n\nrun()\n")
    done = shell(project, "git", "commit", "-q", "-m", "second", PRE_COMMIT_HOME=home)
    assert done.returncode == 1
    assert "unresolved_import" in done.stdout + done.stderr


def test_what_init_writes_is_a_hook_that_runs(project: Path) -> None:
    (project / ".pre-commit-config.yaml").unlink()
    assert overhaul(["init", str(project), "--pre-commit", "--yes"]) == 0
    git(project, "add", ".pre-commit-config.yaml")
    staged(project, "pkg/use.py", "import pkg.gone\nfrom pkg.work import run\n\nrun()\n")
    tools = project.parent / "tools"
    tools.mkdir()
    (tools / "overhaul").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m overhaul "$@"\n')
    (tools / "overhaul").chmod(0o755)
    home = str(project.parent / "pre-commit")
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    done = shell(project, sys.executable, "-m", "pre_commit", "run", PRE_COMMIT_HOME=home, PATH=path)
    assert done.returncode == 1
    assert "pkg/use.py:1: error unresolved_import:" in done.stdout


@pytest.mark.network
@pytest.mark.slow
def test_the_hooks_of_a_checkout_are_installed_and_run(project: Path, tmp_path: Path) -> None:
    # What a user gets who names the repository: built, with its dependencies, in an environment of its own.
    source = tmp_path / "source"
    ignored = shutil.ignore_patterns(".git", ".venv", ".*cache", ".cache", ".overhaul", "build", "fixtures", "tests")
    shutil.copytree(ROOT, source, ignore=ignored)
    git(source, "init", "-q", ".")
    git(source, "add", "-A")
    git(source, "commit", "-q", "-m", "as it is")
    staged(project, "pkg/use.py", "import pkg.gone\nfrom pkg.work import run\n\nrun()\n")
    home = str(tmp_path / "pre-commit")
    for hook in ("overhaul", "overhaul-whole"):
        words = ("-m", "pre_commit", "try-repo", str(source), hook, "--verbose")
        done = shell(project, sys.executable, *words, PRE_COMMIT_HOME=home)
        assert done.returncode == 1, done.stdout + done.stderr
        assert "pkg/use.py:1: error unresolved_import:" in done.stdout
