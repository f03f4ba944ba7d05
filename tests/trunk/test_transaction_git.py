"""Uncommitted work is protected, nothing that a repository configures is run unasked, and a commit is just the plan."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from overhaul.changes import FileChange, Moved, Replacement, Target
from overhaul.errors import NotWritten, OverhaulError, Refused
from overhaul.transaction.committing import Commit, message
from overhaul.transaction.writing import undo, write

CHANGE = FileChange("a.py", b"a\n", b"A\n")


@pytest.fixture(autouse=True)
def somebody(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A user with a name and no settings but those."""
    home = tmp_path_factory.mktemp("home")
    (home / ".gitconfig").write_text("[user]\nname = Ann\nemail = ann@example.org\n[init]\ndefaultBranch = main\n")
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository in which all is committed."""
    root = tmp_path / "project"
    root.mkdir()
    git(root, "init", "-q")
    for name in ("a.py", "b.py", "lib/c.py", "side/d.py"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes(name[-4:-3].encode() + b"\n")
    (root / ".gitignore").write_text(".overhaul/\nmade/\n")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "all")
    return root


def reasons(root: Path, *files: FileChange, allow_dirty: bool = False, commit: str = "") -> list[str]:
    with pytest.raises(NotWritten) as told:
        write(root, files or [CHANGE], "go", store=root, allow_dirty=allow_dirty, commit=commit)
    return list(told.value.reasons)


def test_all_that_is_committed_may_be_changed(project: Path) -> None:
    assert write(project, [CHANGE, FileChange("new.py", None, b"")], "go", store=project).files == 2


def test_uncommitted_work_is_named_and_refused_unless_that_is_allowed(project: Path) -> None:
    (project / "b.py").write_bytes(b"mine\n")
    (project / "lib/c.py").unlink()
    (project / "side/d.py").write_bytes(b"staged\n")
    git(project, "add", "side/d.py")
    (reason,) = reasons(project)
    assert reason == "b.py, lib/c.py, side/d.py: not committed: commit or stash first, or pass --allow-dirty"
    assert write(project, [CHANGE], "go", store=project, allow_dirty=True).files == 1


def test_what_git_does_not_track_does_not_matter_unless_the_plan_changes_it(project: Path) -> None:
    (project / "notes.py").write_bytes(b"n\n")
    (project / "made").mkdir()
    (project / "made/m.py").write_bytes(b"m\n")
    (reason,) = reasons(project, FileChange("made/m.py", b"m\n", b"M\n"), FileChange("notes.py", b"n\n", None))
    assert reason.startswith("made/m.py, notes.py: not tracked by git, which could not bring back what is there now")
    assert write(project, [CHANGE], "go", store=project).files == 1


def test_uncommitted_work_beside_the_project_in_the_same_repository_does_not_matter(project: Path) -> None:
    (project / "a.py").write_bytes(b"mine\n")
    change = FileChange("c.py", b"c\n", b"C\n")
    assert write(project / "lib", [change], "go", store=project).files == 1
    (reason,) = reasons(project / "lib", FileChange("c.py", b"C\n", b"c\n"))
    assert reason.startswith("c.py: not committed")


def test_a_touched_file_and_one_written_anew_with_the_same_content_are_not_dirty(project: Path) -> None:
    os.utime(project / "b.py", (1, 1))
    (project / "lib/c.py").write_bytes(b"c\n")
    assert write(project, [CHANGE], "go", store=project).files == 1


def test_line_ends_that_git_converts_are_no_uncommitted_work(project: Path) -> None:
    git(project, "config", "core.autocrlf", "true")
    for name in ("b.py", "lib/c.py"):
        (project / name).unlink()
        git(project, "checkout", "--", name)
        assert (project / name).read_bytes().endswith(b"\r\n")
        # Now git has to compare the content.
        os.utime(project / name, (1, 1))
    assert write(project, [CHANGE], "go", store=project).files == 1
    git(project, "config", "core.autocrlf", "false")
    (reason,) = reasons(project, FileChange("a.py", b"A\n", b"B\n"))
    assert reason.startswith("a.py, b.py, lib/c.py: not committed")


def test_a_linked_work_tree_has_the_line_ends_of_its_repository(project: Path) -> None:
    git(project, "config", "core.autocrlf", "true")
    git(project, "worktree", "add", "-q", "../linked")
    linked = project.parent / "linked"
    assert (linked / "a.py").read_bytes() == b"a\r\n"
    done = write(linked, [FileChange("a.py", b"a\r\n", b"A\r\n")], "t", store=linked)
    assert done.files == 1


def test_a_folder_that_git_has_no_part_in_is_written_to(project: Path, tmp_path: Path) -> None:
    for root in (project / "made" / "copy", tmp_path / "plain", tmp_path / "begun"):
        root.mkdir(parents=True)
        (root / "a.py").write_bytes(b"a\n")
        if root.name == "begun":
            git(root, "init", "-q")
        assert write(root, [CHANGE], "go", store=root).files == 1


def test_a_work_tree_of_its_own_is_looked_at(project: Path) -> None:
    git(project, "worktree", "add", "-q", "../other")
    other = project.parent / "other"
    assert write(other, [CHANGE], "go", store=other).files == 1
    (reason,) = reasons(other, FileChange("b.py", b"b\n", b"B\n"))
    assert reason.startswith("a.py: not committed")


def test_what_cannot_be_told_is_refused_and_not_guessed(project: Path) -> None:
    (project / ".git/objects/info/alternates").write_text("/nowhere\n")
    (reason,) = reasons(project)
    assert "whether all is committed cannot be told (the objects stand in another repository" in reason
    assert write(project, [CHANGE], "go", store=project, allow_dirty=True).files == 1


def test_nothing_that_the_repository_configures_is_run(project: Path, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    script = tmp_path / "script"
    script.write_text(f"#!/bin/sh\necho \"$0 $*\" >> {trap}\ncat\n")
    script.chmod(0o755)
    (project / ".gitattributes").write_text("*.py filter=evil diff=evil merge=evil\n")
    git(project, "add", "-A")
    git(project, "commit", "-qm", "attributes")
    for key in (
        "core.fsmonitor", "filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "diff.evil.textconv",
        "diff.external", "core.pager", "core.editor", "core.sshCommand", "alias.status", "core.askPass",
    ):  # fmt: skip
        git(project, "config", key, f"!{script}" if key.startswith("alias") else str(script))
    git(project, "config", "core.hooksPath", str(tmp_path))
    for hook in ("post-index-change", "pre-commit", "fsmonitor-watchman", "reference-transaction"):
        (tmp_path / hook).symlink_to(script)
    (project / "b.py").write_bytes(b"mine\n")
    (project / "lib/c.py").write_bytes(b"c\n")
    (reason,) = reasons(project)
    assert reason.startswith("b.py: not committed")
    assert not trap.exists()


# Commits


def test_a_commit_holds_just_the_files_of_the_plan(project: Path) -> None:
    (project / "b.py").write_bytes(b"mine\n")
    git(project, "add", "b.py")
    files = [
        CHANGE, FileChange("lib/c.py", b"c\n", None), FileChange("made/c.py", None, b"C\n", None, "lib/c.py"),
        FileChange("new dir/*.py", None, b""),
    ]  # fmt: skip
    done = write(project, files, "go", store=project, allow_dirty=True, commit="Rename a\n\nWhy not.\n")
    assert done.commit == git(project, "rev-parse", "HEAD").strip()
    assert git(project, "log", "-1", "--format=%an|%B").strip() == "Ann|Rename a\n\nWhy not."
    named = git(project, "show", "--name-status", "--no-renames", "-z", "--format=", "HEAD").strip("\0").split("\0")
    assert named == ["M", "a.py", "D", "lib/c.py", "A", "made/c.py", "A", "new dir/*.py"], "ignored or not"
    assert git(project, "status", "--porcelain") == "M  b.py\n", "what was staged stays staged"


def test_a_commit_in_a_folder_of_the_repository(project: Path) -> None:
    files = [FileChange("c.py", b"c\n", None), FileChange("deep/c.py", None, b"c\n", None, "c.py")]
    write(project / "lib", files, "go", store=project, commit="Move c")
    assert git(project, "status", "--porcelain") == ""
    undo(project / "lib", store=project)
    assert sorted(git(project, "status", "--porcelain").split()) == ["??", "D", "lib/c.py", "lib/deep/c.py"]


def test_a_hook_that_refuses_leaves_tree_and_index_as_they_were(project: Path) -> None:
    hook = project / ".git/hooks/pre-commit"
    hook.write_text("#!/bin/sh\necho checking\necho 'no: the year is wrong'\nexit 1\n")
    hook.chmod(0o755)
    files = [CHANGE, FileChange("lib/c.py", b"c\n", None), FileChange("new/c.py", None, b"c\n", None, "lib/c.py")]
    with pytest.raises(Refused, match=r"git commit failed \(no: the year is wrong\).*; nothing has been changed"):
        write(project, files, "go", store=project, commit="Move c")
    assert git(project, "status", "--porcelain") == ""
    with pytest.raises(Refused, match="nothing is left to undo"):
        undo(project, store=project)


def test_what_a_refusing_hook_has_changed_is_not_overwritten(project: Path) -> None:
    hook = project / ".git/hooks/pre-commit"
    hook.write_text("#!/bin/sh\necho formatted > a.py\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(OverhaulError, match=r"the migration is written and not committed, since a.py was changed"):
        write(project, [CHANGE, FileChange("new.py", None, b"")], "go", store=project, commit="Change a")
    assert (project / "a.py").read_bytes() == b"formatted\n" and (project / "new.py").exists()


def test_a_commit_takes_no_work_of_the_users_along(project: Path) -> None:
    (project / "a.py").write_bytes(b"mine\n")
    (project / "notes.py").write_bytes(b"n\n")
    files = [FileChange("a.py", b"mine\n", b"A\n"), FileChange("notes.py", b"n\n", b"N\n")]
    (reason,) = reasons(project, *files, allow_dirty=True, commit="Change a")
    assert reason == "--commit: a.py, notes.py: would be committed with changes of yours: commit them first"


def test_a_commit_takes_nothing_along_that_only_the_index_holds(project: Path) -> None:
    (project / "new.py").write_bytes(b"staged\n")
    git(project, "add", "new.py")
    (project / "new.py").unlink()
    git(project, "rm", "-q", "b.py")
    before = git(project, "status", "--porcelain")
    files = [FileChange("b.py", None, b""), FileChange("new.py", None, b""), FileChange("newer.py", None, b"")]
    (reason,) = reasons(project, *files, allow_dirty=True, commit="Make new")
    assert reason == "--commit: b.py, new.py: would be committed with changes of yours: commit them first"
    assert git(project, "status", "--porcelain") == before
    done = write(project, files[2:], "go", store=project, allow_dirty=True, commit="Make newer")
    assert done.commit and git(project, "status", "--porcelain") == before


def test_an_interrupted_hook_leaves_word_of_what_is_written(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(self: Commit, message: str) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(Commit, "make", interrupted)
    with pytest.raises(OverhaulError, match="the migration is written and not committed"):
        write(project, [CHANGE], "t", commit="m", store=project)
    assert (project / "a.py").read_bytes() == b"A\n"


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_what_git_is_told_not_to_look_at_is_neither_lost_nor_committed(project: Path, flag: str) -> None:
    git(project, "update-index", flag, "a.py", "b.py")
    (project / "a.py").write_bytes(b"a secret\n")
    change = FileChange("a.py", b"a secret\n", b"A\n")
    (reason,) = reasons(project, change)
    assert reason.startswith("a.py: git is told not to look whether that has changed: git update-index --no-assume")
    (reason,) = reasons(project, change, allow_dirty=True, commit="Change a")
    assert reason.startswith("--commit: a.py: may hold changes of yours, git is told not to look")
    other = FileChange("lib/c.py", b"c\n", b"C\n")
    assert write(project, [other], "go", store=project, commit="Change c").commit, "it is another file"


def test_git_is_asked_about_many_files_in_portions(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("overhaul.transaction.committing._WORDS", 8)
    for name in ("a.py", "side/d.py"):
        (project / name).write_bytes(b"mine\n")
    there = {name: (project / name).read_bytes() for name in ("a.py", "b.py", "lib/c.py", "side/d.py")}
    files = [FileChange(name, data, b"x") for name, data in there.items()]
    (reason,) = reasons(project, *files, allow_dirty=True, commit="Change all")
    assert reason.startswith("--commit: a.py, side/d.py: would be committed with changes of yours")


def test_a_commit_that_cannot_be_made_is_refused_before_anything_is_written(project: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.mkdir()
    (plain / "a.py").write_bytes(b"a\n")
    (reason,) = reasons(plain, commit="Change a")
    assert "is in no git work tree: leave it out" in reason
    (project / ".git/MERGE_HEAD").write_text(git(project, "rev-parse", "HEAD"))
    git(project, "config", "user.useConfigOnly", "true")
    (Path(os.environ["HOME"]) / ".gitconfig").write_text("")
    assert reasons(project, commit="Change a") == [
        "--commit: a merge is under way: finish it first",
        "--commit: git does not know who you are: set user.name and user.email",
    ]


def test_a_message_tells_title_names_and_figures() -> None:
    replacements = (Replacement(0, 1, "x"), Replacement(2, 3, "y", guidance="review"))
    files = [
        FileChange("a.py", b"1", b"2", replacements=replacements),
        FileChange("b.py", b"1", None), FileChange("c.py", None, b"1", None, "b.py"), FileChange("d.py", None, b""),
    ]  # fmt: skip
    names = [
        Moved(Target("shop.orders", "Order"), Target("shop.orders", "Purchase"), "class"),
        Moved(Target("shop.b"), Target("shop.c"), "module", kept=True),
    ]
    assert message("Rename Order", files, names, 3) == (
        "Rename Order\n\n"
        "shop.orders:Order -> shop.orders:Purchase\n"
        "shop.b -> shop.c, the old name stays\n\n"
        "Files: 1 edited, 1 moved, 1 created\n"
        "Replacements: 2 (1 safe, 1 review)\n"
        "Left for people to look at: 3\n"
    )
    first, second, *_ = message(f"Rename {'x' * 80}", [], []).split("\n\n")
    assert len(first) == 72 and second.endswith("x" * 80)
