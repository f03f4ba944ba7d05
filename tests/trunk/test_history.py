"""What the git history says of files, and that nothing of the audited repository is run to know it."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from overhaul import gitlog
from overhaul.history import FileHistory, History

DAY = 86400
START = 1_700_000_000


def git(folder: Path, *words: str, feed: bytes | None = None) -> str:
    """Run git as its user would, with nothing of this machine's settings."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "protocol.file.allow=always")
    done = subprocess.run(["git", *who, *words], cwd=folder, env=environment, input=feed, capture_output=True)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout.decode(errors="surrogateescape").strip()


def commit(
    when: int, *changes: str | bytes, author: str = "a@example.org", branch: str = "main", of: str = ""
) -> bytes:
    """One commit for `git fast-import`: changes are `path=content`, `R old new`, `D path`; `of` is a branch merged."""
    lines = [f"commit refs/heads/{branch}\ncommitter A <{author}> {when} +0000\ndata 1\nm\n".encode()]
    if of:
        lines.append(f"merge refs/heads/{of}\n".encode())
    for one in changes:
        change = one if isinstance(one, bytes) else one.encode()
        path, equals, content = change.partition(b"=")
        lines.append(b"M 100644 inline %s\ndata %d\n%s\n" % (path, len(content), content) if equals else change + b"\n")
    return b"".join(lines)


def project(folder: Path, commits: Iterable[bytes], *words: str) -> Path:
    """A repository with these commits, the last of `main` checked out as HEAD; no file of theirs is in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q", "-b", "main", *words)
    git(folder, "fast-import", "--quiet", feed=b"".join(commits))
    return folder


def changes(folder: Path) -> dict[str, int]:
    """How often each file was changed, with nothing to remark on."""
    log = History(folder).log
    assert not log.note
    return {one.path: one.changes for one in log.files}


def test_commits_authors_and_dates_are_told_of_each_file(tmp_path: Path) -> None:
    project(tmp_path, [
        commit(START, "a.py=1", "b.py=1"),
        commit(START + DAY, "a.py=2", author="B@example.org"),
        commit(START + 2 * DAY, "a.py=3", author="b@example.ORG"),
    ])  # fmt: skip
    log = History(tmp_path).log
    assert log.files == (
        FileHistory("a.py", 3, 2, "2023-11-14", "2023-11-16"),
        FileHistory("b.py", 1, 1, "2023-11-14", "2023-11-14"),
    )
    assert (log.commits, log.authors, log.since, log.until, log.note) == (3, 2, "2023-11-14", "2023-11-16", "")


def test_counts_are_those_of_a_plain_git_log(tmp_path: Path) -> None:
    steps = [commit(START + n * DAY, *(f"p/m{m}.py={n}" for m in range(9) if n % (m + 1) == 0)) for n in range(1, 60)]
    project(tmp_path, steps)
    plain = Counter(git(tmp_path, "log", "--format=", "--name-only", "main").split())
    assert changes(tmp_path) == plain and len(plain) == 9


def test_what_a_merge_brings_in_counts_where_it_was_made_and_not_again(tmp_path: Path) -> None:
    project(tmp_path, [
        commit(START, "a.py=1", "b.py=1"),
        b"reset refs/heads/side\nfrom refs/heads/main\n\n",
        commit(START + 1, "a.py=2"),
        commit(START + 2, "b.py=2", branch="side"),
        commit(START + 3, "b.py=2", of="side"),
    ])  # fmt: skip
    assert len(git(tmp_path, "rev-list", "--merges", "main").split()) == 1
    assert changes(tmp_path) == {"a.py": 2, "b.py": 2}


def test_a_file_that_was_renamed_keeps_what_it_had_under_its_old_names(tmp_path: Path) -> None:
    long = "x" * 200
    project(tmp_path, [
        commit(START, f"one.py={long}"), commit(START + 1, f"one.py={long}y"), commit(START + 2, "R one.py two.py"),
        commit(START + 3, f"two.py={long}z"), commit(START + 4, "R two.py three.py"),
    ])  # fmt: skip
    assert changes(tmp_path) == {"three.py": 5}


def test_a_new_file_under_an_old_name_does_not_inherit_what_moved_away(tmp_path: Path) -> None:
    project(tmp_path, [
        commit(START, "a.py=first"), commit(START + 1, "a.py=second"), commit(START + 2, "R a.py b.py"),
        commit(START + 3, "a.py=another"),
    ])  # fmt: skip
    assert changes(tmp_path) == {"a.py": 1, "b.py": 3}


def test_an_empty_file_is_no_other_empty_file_renamed(tmp_path: Path) -> None:
    project(tmp_path, [
        commit(START, "a/__init__.py="), commit(START + 1, "a/__init__.py=x"), commit(START + 2, "a/__init__.py="),
        commit(START + 3, "D a/__init__.py", "b/__init__.py="),
    ])  # fmt: skip
    assert changes(tmp_path) == {"b/__init__.py": 1}


def test_a_rename_that_changes_the_content_too_is_a_new_file(tmp_path: Path) -> None:
    # A known gap: to tell it, git would have to read every content, which a partial clone does not have.
    project(tmp_path, [
        commit(START, f"a.py={'x' * 300}"), commit(START + 1, "D a.py", f"b.py={'x' * 299}y"),
    ])  # fmt: skip
    assert changes(tmp_path) == {"b.py": 1}


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_made_changed_moved_and_deleted_the_counts_are_those_of_a_diary(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    diary: dict[str, int] = {}
    alive: set[str] = set()
    steps: list[bytes] = []
    for number in range(80):
        path = f"f{chance.randrange(6)}.py"
        act = chance.choice(["change", "change", "move", "delete"]) if path in alive else "change"
        target = f"f{chance.randrange(6)}.py"
        if act == "move" and target not in alive:
            steps.append(commit(START + number, f"R {path} {target}"))
            diary[target] = diary.pop(path) + 1
            alive ^= {path, target}
        elif act == "delete":
            steps.append(commit(START + number, f"D {path}"))
            diary[path] += 1
            alive.discard(path)
        else:
            steps.append(commit(START + number, f"{path}={number}"))
            diary[path] = diary.get(path, 0) + 1
            alive.add(path)
    project(tmp_path, steps)
    assert changes(tmp_path) == {path: diary[path] for path in alive}


def sides(*first: str) -> list[bytes]:
    """A commit, and a second line of history that begins there."""
    return [commit(START, *first), b"reset refs/heads/side\nfrom refs/heads/main\n\n"]


@pytest.mark.parametrize("late", [0, 100], ids=["renamed before the edits", "renamed after the edits"])
def test_what_was_changed_on_one_line_under_the_name_that_another_line_took_away_is_kept(
    tmp_path: Path, late: int
) -> None:
    project(tmp_path, [
        *sides("p/a.py=0", "q.py=0"), commit(START + 1 + late, "R p/a.py p/b.py", branch="side"),
        *(commit(START + 10 + n, f"p/a.py={n}") for n in (1, 2, 3)),
        commit(START + 200, "D p/a.py", "p/b.py=3", of="side"),
    ])  # fmt: skip
    assert changes(tmp_path) == {"p/b.py": 5, "q.py": 1}


def test_a_file_that_another_line_took_away_and_the_merge_kept_has_all_its_changes(tmp_path: Path) -> None:
    project(tmp_path, [
        *sides("a.py=0", "b.py=0"), commit(START + 1, "a.py=1"), commit(START + 9, "D a.py", branch="side"),
        commit(START + 10, "a.py=1", of="side"),
    ])  # fmt: skip
    assert changes(tmp_path) == {"a.py": 3, "b.py": 1}


def test_a_file_of_the_same_name_that_was_made_and_taken_away_later_is_another_one(tmp_path: Path) -> None:
    project(tmp_path, [
        commit(START, "a.py=first"), commit(START + 1, "R a.py b.py"), commit(START + 2, "a.py=another"),
        commit(START + 3, "a.py=changed"), commit(START + 4, "D a.py"),
    ])  # fmt: skip
    assert changes(tmp_path) == {"b.py": 2}


@pytest.mark.parametrize("seed", range(6))
def test_only_files_of_head_are_told_whatever_is_merged(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    steps = [*sides(*(f"f{n}.py={n}" for n in range(5)))]
    for number in range(60):
        branch = chance.choice(("main", "side"))
        path, other = f"f{chance.randrange(5)}.py", f"g{chance.randrange(5)}.py"
        what = chance.choice((f"{path}={number}", f"{path}={number}", f"{other}={number}", f"D {path}"))
        steps.append(commit(START + chance.randrange(1000), what, branch=branch))
    steps.append(commit(START + 2000, "f0.py=merged", of="side"))
    project(tmp_path, steps)
    there = set(git(tmp_path, "ls-tree", "-r", "--name-only", "main").split())
    assert set(changes(tmp_path)) <= there
    plain = Counter(git(tmp_path, "log", "--no-merges", "--no-renames", "--format=", "--name-only", "main").split())
    assert changes(tmp_path) == {path: plain[path] for path in there if plain[path]}


def test_one_commit_with_a_wrong_clock_does_not_end_the_reading(tmp_path: Path) -> None:
    dates = [START + n * DAY // 4 for n in range(700)]
    dates[150] = START - 5000 * DAY
    project(tmp_path, [commit(when, f"a.py={when}") for when in dates])
    log = History(tmp_path).log
    # That one is not of the last twelve months, by its own date.
    assert (log.commits, log.since) == (699, "2023-11-14")


def test_files_that_are_gone_and_files_that_are_no_python_are_not_listed(tmp_path: Path) -> None:
    project(tmp_path, [
        commit(START, "a.py=1", "gone.py=1", "notes.md=1", "typed.pyi=1", "a.pyc=1"), commit(START + 1, "notes.md=2"),
        commit(START + 2, "D gone.py"),
    ])  # fmt: skip
    assert changes(tmp_path) == {"a.py": 1, "typed.pyi": 1}
    assert History(tmp_path).log.commits == 2


@pytest.mark.parametrize("name", ["src", "s*c", "[s]rc", "s?c", "back\\slash", ":(top)x", "two words", "ünï"])
def test_of_a_subfolder_only_its_own_files_are_told_relative_to_it(tmp_path: Path, name: str) -> None:
    quoted = '"' + name.replace("\\", "\\\\") + '/a.py"'
    project(tmp_path, [
        commit(START, f"{quoted}=1", "other/a.py=1", "src2/a.py=1"), commit(START + 1, f"{quoted}=2"),
        commit(START + 2, "other/a.py=2"),
    ])  # fmt: skip
    (tmp_path / name).mkdir()
    assert changes(tmp_path / name) == {"a.py": 2}
    assert History(tmp_path / name).log.commits == 2


def test_at_least_500_commits_are_read_however_old(tmp_path: Path) -> None:
    project(tmp_path, [commit(START + n * DAY * 7, f"a.py={n}") for n in range(600)])
    log = History(tmp_path).log
    assert log.commits == 500 and log.files[0].changes == 500


def test_of_a_busy_year_every_commit_is_read_counted_from_the_last_commit(tmp_path: Path) -> None:
    old = [commit(START - 2 * 365 * DAY + n, f"a.py=old{n}") for n in range(30)]
    busy = [commit(START + n * DAY // 4, f"a.py={n}") for n in range(700)]
    project(tmp_path, [*old, *busy])
    assert History(tmp_path).log.commits == 700


def test_where_a_shallow_clone_ends_is_no_change_of_every_file(tmp_path: Path) -> None:
    steps = [commit(START, "a.py=0", "b.py=0"), *(commit(START + n * DAY, f"a.py={n}") for n in range(1, 6))]
    project(tmp_path / "whole", steps)
    git(tmp_path, "clone", "-q", "--depth", "3", (tmp_path / "whole").as_uri(), "part")
    log = History(tmp_path / "part").log
    assert [(one.path, one.changes) for one in log.files] == [("a.py", 2)]
    assert log.note == "a shallow clone: nothing is known of the time before 2023-11-18"


def test_a_clone_of_the_last_commit_alone_has_no_history(tmp_path: Path) -> None:
    project(tmp_path / "whole", [commit(START, "a.py=0"), commit(START + 1, "a.py=1")])
    git(tmp_path, "clone", "-q", "--depth", "1", (tmp_path / "whole").as_uri(), "part")
    log = History(tmp_path / "part").log
    assert log.files == () and log.note.startswith("a shallow clone without history (")


def test_objects_named_by_sha_256_are_read_too(tmp_path: Path) -> None:
    project(tmp_path, [commit(START, "a.py=0"), commit(START + 1, "a.py=1")], "--object-format=sha256")
    assert changes(tmp_path) == {"a.py": 2}


def test_a_second_work_tree_has_the_history_of_its_own_branch(tmp_path: Path) -> None:
    project(tmp_path / "first", [
        commit(START, "a.py=1"), b"reset refs/heads/side\nfrom refs/heads/main\n\n",
        commit(START + 1, "a.py=2", branch="side"),
    ])  # fmt: skip
    git(tmp_path / "first", "worktree", "add", "-q", str(tmp_path / "second"), "side")
    assert changes(tmp_path / "first") == {"a.py": 1}
    assert changes(tmp_path / "second") == {"a.py": 2}


def test_contents_that_a_partial_clone_does_not_have_are_not_needed(tmp_path: Path) -> None:
    steps = [commit(START, "a.py=1"), commit(START + 1, "a.py=2"), commit(START + 2, "R a.py b.py")]
    whole = project(tmp_path / "whole", steps)
    git(whole, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--filter=blob:none", "--no-checkout", whole.as_uri(), "part")
    whole.rename(tmp_path / "away")
    assert changes(tmp_path / "part") == {"b.py": 3}


def test_what_cannot_be_read_is_told_and_makes_no_rows(tmp_path: Path) -> None:
    project(tmp_path, [commit(START, "a.py=1")])
    for file in (tmp_path / ".git" / "objects").rglob("*"):
        if file.is_file():
            file.chmod(0o600)
            file.write_bytes(b"damaged")
    asked = History(tmp_path)
    assert asked.log.files == () and asked.log.note.startswith("git could not read the history (")
    assert asked.failed


def test_without_a_repository_one_line_says_so(tmp_path: Path) -> None:
    asked = History(tmp_path)
    assert (asked.log.files, asked.log.note, asked.failed) == ((), "no git repository", False)


def test_without_git_one_line_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project(tmp_path, [commit(START, "a.py=1")])
    with_git = History(tmp_path).digest
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    asked = History(tmp_path)
    assert asked.log.note == "git is not installed" and asked.digest != with_git


def test_the_digest_follows_head_and_the_folder(tmp_path: Path) -> None:
    project(tmp_path, [commit(START, "p/a.py=1"), commit(START + 1, "p/a.py=2")])
    (tmp_path / "p").mkdir()
    now = History(tmp_path).digest
    assert History(tmp_path).digest == now
    assert History(tmp_path / "p").digest != now
    git(tmp_path, "update-ref", "refs/heads/main", "main^")
    assert History(tmp_path).digest != now


def script(file: Path, text: str) -> Path:
    """A program."""
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return file


@pytest.mark.parametrize("words", ["sleep 30", "exec 1>&-; sleep 30", "while :; do echo no end; done"])
def test_git_that_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    project(tmp_path, [commit(START, "a.py=1")])
    slow = str(script(tmp_path / "slow", words))
    monkeypatch.setattr(gitlog, "SECONDS", 0.3)

    def found(_root: Path) -> str:
        return slow

    monkeypatch.setattr("overhaul.history.git_program", found)
    asked = History(tmp_path)
    assert asked.log.files == () and asked.log.note


def test_an_answer_without_end_is_cut_at_the_same_commit_every_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project(tmp_path, [commit(START + n, f"a.py={n}") for n in range(300)])
    monkeypatch.setattr(gitlog, "MOST_BYTES", 10_000)
    logs = {History(tmp_path).log for _ in range(3)}
    (log,) = logs
    assert 50 < log.commits < 200
    assert log.note == f"only the last {log.commits} commits were read: there are too many"


def test_of_too_many_files_at_head_a_part_is_told_and_a_note_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project(tmp_path, [commit(START, *(f"{n:03}.py={n}" for n in range(900))), commit(START + 1, "000.py=changed")])
    monkeypatch.setattr(gitlog, "MOST_BYTES", 5_000)
    log = History(tmp_path).log
    assert log.note == "only a part of the files is told: there are too many"
    assert 0 < len(log.files) < 900 and log.files[0] == FileHistory("000.py", 2, 1, "2023-11-14", "2023-11-14")


def test_paths_and_addresses_may_look_like_what_git_prints(tmp_path: Path) -> None:
    hostile = [b'"M\\nA\\tx.py"', b'"\\001R100.py"', b'"\\377.py"', b'"-- x.py"', b'"' + b"0" * 40 + b' 1 a.py"']
    project(tmp_path, [
        commit(START, *(path + b"=1" for path in hostile), author="M 0 1"), commit(START + 1, "a.py=1", author=""),
    ])  # fmt: skip
    found = changes(tmp_path)
    # The name that is no UTF-8 is left out: no module has it.
    assert found == {"M\nA\tx.py": 1, "\x01R100.py": 1, "-- x.py": 1, "0" * 40 + " 1 a.py": 1, "a.py": 1}


@pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is limited on Linux alone")
def test_trees_that_unfold_to_billions_of_files_end_by_lack_of_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    blob = git(tmp_path, "hash-object", "-w", "--stdin", feed=b"x")
    tree = git(tmp_path, "mktree", feed="".join(f"100644 blob {blob}\t{n}.py\n" for n in range(10)).encode())
    for _ in range(9):
        tree = git(tmp_path, "mktree", feed="".join(f"040000 tree {tree}\t{n}\n" for n in range(10)).encode())
    git(tmp_path, "update-ref", "HEAD", git(tmp_path, "commit-tree", "-m", "m", tree))
    monkeypatch.setattr(gitlog, "MEMORY", 64 << 20)
    asked = History(tmp_path)
    assert asked.log.files == () and "memory" in asked.log.note


TRAPS: Sequence[tuple[str, str]] = (
    ("core.fsmonitor", "{trap}"), ("core.pager", "{trap}"), ("pager.log", "{trap}"), ("gpg.program", "{trap}"),
    ("log.showSignature", "true"), ("core.sshCommand", "{trap}"), ("core.gitProxy", "{trap}"),
    ("diff.external", "{trap}"), ("diff.trap.textconv", "{trap}"), ("diff.trap.command", "{trap}"),
    ("filter.trap.smudge", "{trap}"), ("core.hooksPath", "{hooks}"), ("alias.log", "!{trap}"),
    ("core.alternateRefsCommand", "{trap}"),
    ("core.askPass", "{trap}"),
    ("credential.helper", "!{trap}"), ("include.path", "{more}"), ("core.editor", "{trap}"),
    ("extensions.partialClone", "origin"), ("remote.origin.promisor", "true"), ("core.repositoryFormatVersion", "1"),
    ("remote.origin.url", "ssh://localhost/none"), ("remote.origin.uploadpack", "{trap}"), ("gc.auto", "1"),
)  # fmt: skip


@pytest.fixture
def trapped(tmp_path: Path) -> tuple[Path, Path]:
    """A repository in which all that git can be made to run leaves a mark, and where the mark would be."""
    mark = tmp_path / "mark"
    folder = project(tmp_path / "project", [commit(START, "a.py=1", ".gitattributes=*.py diff=trap filter=trap\n")])
    trap = script(tmp_path / "trap", f'echo "$0 $@" >> {mark}; exit 1')
    hooks = folder / ".git" / "hooks"
    (tmp_path / "more").write_text(f"[core]\n\tpager = {trap}\n[alias]\n\tlog = !{trap}\n")
    signed = b"gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END PGP SIGNATURE-----\n"
    tree, parent = git(folder, "rev-parse", "main^{tree}", "main").split()
    # Beside the signature: a file whose content is not there, which a partial clone would fetch.
    missing = git(folder, "mktree", "--missing", feed=f"100644 blob {'1' * 40}\ta.py\n".encode())
    for part in (missing, tree):
        text = f"tree {part}\nparent {parent}\nauthor A <a@b> {START + 1} +0000\ncommitter A <a@b> {START + 1} +0000\n"
        parent = git(folder, "hash-object", "-t", "commit", "-w", "--stdin", feed=text.encode() + signed + b"\nm\n")
    git(folder, "update-ref", "refs/heads/main", parent)
    for hook in ("post-index-change", "reference-transaction", "pre-auto-gc", "post-checkout", "fsmonitor-watchman"):
        hooks.mkdir(exist_ok=True)
        script(hooks / hook, f'echo "$0" >> {mark}')
    for key, value in TRAPS:
        git(folder, "config", key, value.format(trap=trap, hooks=hooks, more=tmp_path / "more"))
    return folder, mark


def test_nothing_that_a_repository_names_is_run(trapped: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    folder, mark = trapped
    trap = str(folder.parent / "trap")
    for name in ("GIT_PAGER", "PAGER", "GIT_EXTERNAL_DIFF", "GIT_SSH_COMMAND", "GIT_ASKPASS", "GIT_PROXY_COMMAND"):
        monkeypatch.setenv(name, trap)
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.pager")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", trap)
    monkeypatch.setenv("GIT_DIR", str(folder / ".git"))
    monkeypatch.setenv("HOME", str(folder.parent))
    (folder.parent / ".gitconfig").write_text((folder / ".git" / "config").read_text())
    monkeypatch.chdir(folder)
    before = {file: file.stat().st_mtime_ns for file in folder.rglob("*")}
    assert changes(folder) == {"a.py": 3}
    assert not mark.exists(), mark.read_text()
    assert {file: file.stat().st_mtime_ns for file in folder.rglob("*")} == before, "the repository was written to"


@pytest.mark.parametrize("words", [("log", "-p"), ("status",), ("log", "--show-signature", "main"), ("diff", "main^")])
def test_the_traps_are_sharp(trapped: tuple[Path, Path], words: Sequence[str]) -> None:
    folder, mark = trapped
    subprocess.run(["git", "-p", *words], cwd=folder, capture_output=True, timeout=30)
    assert mark.exists(), "plain git runs what the repository names"


@pytest.mark.parametrize("entry", ["", ".", "bin"])
def test_a_program_called_git_in_the_audited_folder_is_not_run(
    trapped: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, entry: str
) -> None:
    folder, mark = trapped
    (folder / "bin").mkdir()
    for place in (folder, folder / "bin"):
        script(place / "git", f"echo ran >> {mark}")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PATH", os.pathsep.join((entry, str(folder), str(folder / "bin"), os.environ["PATH"])))
    assert changes(folder) == {"a.py": 3}
    assert not mark.exists()


def test_replacements_of_commits_are_not_followed(tmp_path: Path) -> None:
    project(tmp_path, [commit(START, "a.py=1"), commit(START + 1, "a.py=2"), commit(START + 2, "a.py=3")])
    git(tmp_path, "replace", "--graft", "main")
    assert len(git(tmp_path, "rev-list", "main").split()) == 1
    assert changes(tmp_path) == {"a.py": 3}
