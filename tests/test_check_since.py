"""`overhaul check --since REV`: what a branch brings in, told from what was there where it began."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from overhaul.cli import run
from overhaul.commands.since import findings_since
from overhaul.commands.workspace import Flags, open_workspace

Captured = pytest.CaptureFixture[str]
STUB = "def run():\n    raise NotImplementedError\n"
CALL = "from pkg.work import run\n\nrun()\n"


def git(folder: Path, *words: str) -> str:
    """Run git as somebody without settings."""
    who = {f"GIT_{one}_{what}": "a@example.org" for one in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    done = subprocess.run(
        ["git", *words], cwd=folder, env=os.environ | who | alone, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def commit(folder: Path, message: str = "more") -> str:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", message)
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one finding on its branch `main`; the user stands in it, on a branch of their own."""
    folder = tmp_path / "project"
    (folder / "pkg").mkdir(parents=True)
    (folder / "pyproject.toml").write_text("[tool.overhaul]\njobs = 1\n")
    (folder / "pkg" / "__init__.py").touch()
    (folder / "pkg" / "work.py").write_text(STUB)
    (folder / "pkg" / "use.py").write_text(CALL)
    git(folder, "init", "-q", "-b", "main", ".")
    commit(folder, "first")
    git(folder, "checkout", "-q", "-b", "topic")
    monkeypatch.chdir(folder)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    return folder


def last(captured: Captured) -> str:
    out, err = captured.readouterr()
    assert err == ""
    return out.splitlines()[-1]


def test_what_was_there_is_inherited_without_a_ledger(project: Path, capsys: Captured) -> None:
    assert run(["check"]) == 1
    capsys.readouterr()
    assert run(["check", "--since", "main"]) == 0
    assert last(capsys) == "0 new, 1 inherited, 0 fixed since main"


def test_what_the_branch_brings_in_is_new_committed_or_not(project: Path, capsys: Captured) -> None:
    (project / "pkg" / "use.py").write_text(f"import pkg.gone\n{CALL}")
    assert run(["check", "--since", "main"]) == 1
    assert last(capsys) == "1 new, 1 inherited, 0 fixed since main"
    commit(project)
    assert run(["check", "--since", "main"]) == 1
    assert last(capsys) == "1 new, 1 inherited, 0 fixed since main"


def test_what_the_branch_mends_is_counted_and_fails_nothing(project: Path, capsys: Captured) -> None:
    (project / "pkg" / "work.py").write_text("def run():\n    return 1\n")
    assert run(["check", "--since", "main"]) == 0
    assert last(capsys) == "0 new, 0 inherited, 1 fixed since main"


def test_what_others_have_mended_on_main_meanwhile_does_not_become_new(project: Path, capsys: Captured) -> None:
    # Compared with where the branch began, not with what main is now.
    git(project, "checkout", "-q", "main")
    (project / "pkg" / "work.py").write_text("def run():\n    return 1\n")
    commit(project)
    git(project, "checkout", "-q", "topic")
    assert run(["check", "--since", "main"]) == 0
    assert last(capsys) == "0 new, 1 inherited, 0 fixed since main"


def test_a_file_that_the_branch_renames_is_the_same(project: Path, capsys: Captured) -> None:
    git(project, "mv", "pkg/work.py", "pkg/labour.py")
    (project / "pkg" / "use.py").write_text(CALL.replace("work", "labour"))
    assert run(["check", "--since", "main"]) == 0
    assert last(capsys) == "0 new, 1 inherited, 0 fixed since main"


def test_the_ledger_holds_on_top_of_it(project: Path, capsys: Captured) -> None:
    (project / "pkg" / "use.py").write_text(f"import pkg.gone\n{CALL}")
    assert run(["baseline", "-q"]) == 0
    assert run(["check", "--since", "main"]) == 0
    assert last(capsys) == "0 new, 2 inherited, 0 fixed since main"
    (project / "pkg" / "use.py").write_text(CALL)
    assert run(["check", "--since", "main"]) == 1, "the ledger holds what is fixed"


def test_the_settings_of_today_hold_for_what_was_there(project: Path, capsys: Captured) -> None:
    # The rule's new severity, or a file that is left out now, makes nothing new.
    with (project / "pyproject.toml").open("a") as file:
        file.write('exclude = ["pkg/use.py"]\n')
    assert run(["check", "--since", "main"]) == 0
    assert "0 new" in last(capsys)


@pytest.mark.parametrize("revision", ["main", "HEAD", "v1", "main~0", "@", "refs/heads/main"])
def test_a_revision_is_named_as_git_has_it(project: Path, revision: str) -> None:
    git(project, "tag", "-a", "v1", "-m", "one")
    assert run(["check", "-q", "--since", revision]) == 0
    git(project, "pack-refs", "--all")
    assert run(["check", "-q", "--since", revision]) == 0


def test_a_short_hash_and_what_was_fetched_name_a_revision(project: Path, tmp_path: Path, capsys: Captured) -> None:
    assert run(["check", "-q", "--since", git(project, "rev-parse", "--short", "main")]) == 0
    git(tmp_path, "clone", "-q", str(project), "other")
    git(tmp_path / "other", "fetch", "-q", "origin", "main")
    assert run(["check", "--root", str(tmp_path / "other"), "--since", "FETCH_HEAD"]) == 0
    assert run(["check", "-q", "--root", str(tmp_path / "other"), "--since", "origin/main"]) == 0


def test_a_folder_below_the_top_and_a_work_tree_of_its_own(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.chdir(project / "pkg")
    assert run(["check", "--since", "main", "work.py"]) == 0
    assert last(capsys) == "0 new, 1 inherited, 0 fixed since main"
    assert run(["check", "--since", "main", "--root", "."]) == 0
    assert last(capsys) == "0 new, 1 inherited, 0 fixed since main"
    git(project, "worktree", "add", "-q", str(tmp_path / "tree"), "-b", "third")
    monkeypatch.chdir(tmp_path / "tree")
    assert run(["check", "--since", "main"]) == 0
    assert last(capsys) == "0 new, 1 inherited, 0 fixed since main"


def test_only_changed_contents_are_parsed_and_nothing_is_left_behind(project: Path, tmp_path: Path) -> None:
    (project / "pkg" / "use.py").write_text(f"import pkg.gone\n{CALL}")
    assert run(["check", "-q", "--since", "main"]) == 1
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    script = (
        "import overhaul.workers, sys\n"
        "from overhaul.cli import run\n"
        "def refused(jobs, work, *rest):\n"
        "    assert not [job for job in jobs if work(job.name).blobs], 'parsed again'\n"
        "    yield from kept(jobs, work, *rest)\n"
        "import overhaul.collecting\n"
        "kept, overhaul.collecting.run = overhaul.collecting.run, refused\n"
        "sys.exit(run(['check', '-q', '--since', 'main']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env=os.environ | {"TMPDIR": str(temporary)}, check=False, capture_output=True,
        text=True,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, "")
    assert list(temporary.iterdir()) == []


def test_a_file_that_the_settings_freeze_is_there_whatever_it_is(project: Path, capsys: Captured) -> None:
    (project / "rates.csv").write_text("EUR,1\n")
    git(project, "checkout", "-q", "main")
    entry = subprocess.run(
        [sys.executable, "-m", "overhaul", "freeze", "rates.csv", "--reason", "agreed"], capture_output=True, text=True,
        check=True,
    ).stdout  # fmt: skip
    with (project / "pyproject.toml").open("a") as file:
        file.write(entry)
    (project / "rates.csv").write_text("EUR,2\n")
    commit(project)
    # It was changed before the branch began, which is not the branch's doing; and it was not gone.
    git(project, "checkout", "-q", "-b", "later")
    assert run(["check", "--since", "main"]) == 0
    assert last(capsys) == "0 new, 2 inherited, 0 fixed since main"


def test_links_and_names_that_lead_elsewhere_are_not_written(project: Path, tmp_path: Path) -> None:
    (project / "pkg" / "link.py").symlink_to(tmp_path / "target.py")
    (project / "away").symlink_to(tmp_path)
    commit(project)
    # Names that git itself would not add, written into a tree by hand.
    blob = git(project, "hash-object", "-w", "pkg/work.py")
    inner = subprocess.run(
        ["git", "mktree"], cwd=project, input=f"100644 blob {blob}\ttarget.py\n", text=True, check=True,
        capture_output=True,
    ).stdout.strip()  # fmt: skip
    more = (f"040000 tree {inner}\t{name}" for name in ("..", ".git", "same.py", "n" * 300))
    rows = "\n".join((git(project, "ls-tree", "HEAD"), *more, f"100644 blob {blob}\tsame.py", ""))
    tree = subprocess.run(
        ["git", "mktree"], cwd=project, input=rows, text=True, check=True, capture_output=True
    ).stdout.strip()
    git(project, "reset", "-q", "--soft", git(project, "commit-tree", tree, "-p", "HEAD", "-m", "hostile"))
    assert run(["check", "-q", "--since", "HEAD"]) == 0
    assert not (tmp_path / "target.py").exists()


def test_the_repository_s_settings_run_nothing(project: Path, tmp_path: Path) -> None:
    touched = tmp_path / "touched"
    with (project / ".git" / "config").open("a") as file:
        file.write(f'[core]\n\tfsmonitor = "touch {touched}"\n[filter "x"]\n\tsmudge = "touch {touched}"\n')
    (project / ".gitattributes").write_text("*.py filter=x\n")
    assert run(["check", "-q", "--since", "main"]) == 0
    assert not touched.exists()


@pytest.mark.parametrize(
    ("revision", "message"),
    [
        ("nowhere", "--since nowhere: there is no such commit here: check the name, fetch it first\n"),
        ("main~7", "there is no such commit here"),
        ("HEAD:pkg/work.py", "there is no such commit here"),
        ("--all", "is no revision"),
        ("", "is no revision"),
    ],
)
def test_a_revision_that_is_not_there_is_one_line(
    project: Path, revision: str, message: str, capsys: Captured
) -> None:
    assert run(["check", f"--since={revision}"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err and err.count("\n") == 1


def test_unrelated_histories_have_no_beginning_in_common(project: Path, capsys: Captured) -> None:
    git(project, "checkout", "-q", "--orphan", "alone")
    commit(project)
    assert run(["check", "--since", "main"]) == 2
    assert "have no commit in common" in capsys.readouterr().err


def test_a_shallow_clone_says_what_to_fetch(project: Path, tmp_path: Path, capsys: Captured) -> None:
    commit(project, "on topic")
    git(project, "checkout", "-q", "main")
    commit(project, "on main")
    git(tmp_path, "clone", "-q", "--depth", "1", "--no-single-branch", project.as_uri(), "shallow")
    shallow = str(tmp_path / "shallow")
    assert run(["check", "--root", shallow, "--since", "origin/topic"]) == 2
    assert "does not reach back" in (said := capsys.readouterr().err) and "git fetch --unshallow" in said
    assert run(["check", "--root", shallow, "--since", "main~1"]) == 2
    assert "git fetch --unshallow" in capsys.readouterr().err
    git(tmp_path / "shallow", "fetch", "-q", "--unshallow")
    assert run(["check", "-q", "--root", shallow, "--since", "origin/topic"]) == 0


def test_without_a_repository_there_is_nothing_to_compare_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    (tmp_path / "work.py").write_text(STUB)
    monkeypatch.chdir(tmp_path)
    assert run(["check", "--since", "main"]) == 2
    assert "no git repository" in capsys.readouterr().err


def test_a_revision_without_python_had_no_findings(project: Path) -> None:
    git(project, "checkout", "-q", "--orphan", "empty")
    git(project, "rm", "-q", "-r", "--cached", ".")
    git(project, "commit", "-q", "--allow-empty", "-m", "nothing yet")
    commit(project)
    assert findings_since("HEAD~1", open_workspace(project, Flags())) == ()
    assert run(["check", "-q", "--since", "HEAD~1"]) == 1


def test_what_was_there_does_not_become_new_because_the_ledger_holds_its_like_elsewhere(
    project: Path, capsys: Captured
) -> None:
    (project / "pkg" / "a.py").write_text("from pkg import nope\n")
    (project / "pkg" / "b.py").write_text("one = 1\n")
    assert run(["baseline", "-q"]) == 0
    (project / "overhaul-baseline.txt").rename(project.parent / "all.txt")
    commit(project)
    (project / "pkg" / "b.py").write_text("from pkg import nope\n")
    assert run(["baseline", "-q"]) == 0
    ledger = project / "overhaul-baseline.txt"
    ledger.write_text("".join(line for line in ledger.read_text().splitlines(keepends=True) if "pkg.a" not in line))
    capsys.readouterr()
    assert run(["check", "--since", "HEAD"]) == 0
    assert last(capsys).startswith("0 new, ")


def test_a_run_that_is_ended_leaves_none_of_the_earlier_source_behind(project: Path, tmp_path: Path) -> None:
    # As a job of CI is ended, in the middle of looking at what was there.
    script = (
        "import os, signal\nimport overhaul.commands.since as since\nfrom overhaul.cli import main\nimport sys\n"
        "def ended(*_, **__):\n"
        "    assert any(name.startswith('overhaul-since-') for name in os.listdir(os.environ['TMPDIR']))\n"
        "    os.kill(os.getpid(), signal.SIGTERM)\n"
        "since.survey = ended\nsys.argv = ['overhaul', 'check', '--since', 'HEAD']\nmain()\n"
    )
    place = tmp_path / "temporary"
    place.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, "TMPDIR": str(place)}, capture_output=True, text=True
    )
    assert (done.returncode, os.listdir(place)) == (143, []), done.stderr
