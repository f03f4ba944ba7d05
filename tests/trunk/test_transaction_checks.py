"""Whatever stands in the way is told before the first file is touched, all of it at once."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from overhaul.changes import FileChange
from overhaul.errors import NotWritten, Refused
from overhaul.transaction.checks import prepare
from overhaul.transaction.disk import Disk
from overhaul.transaction.writing import write


def refused(root: Path, *files: FileChange) -> list[str]:
    """The reasons why nothing is written; and nothing is."""
    before = listing(root)
    with pytest.raises(NotWritten) as told:
        write(root, files, "go", store=root)
    assert listing(root) == before
    return list(told.value.reasons)


def listing(root: Path) -> list[tuple[str, bytes]]:
    return [
        (str(path), path.read_bytes() if path.is_file() else b"")
        for path in sorted(root.rglob("*"))
        if ".overhaul" not in path.parts
    ]


def test_every_reason_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "changed.py").write_bytes(b"by me")
    (tmp_path / "there.py").write_bytes(b"")
    (tmp_path / "fine.py").write_bytes(b"1")
    reasons = refused(
        tmp_path, FileChange("changed.py", b"as read", b"x"), FileChange("gone.py", b"as read", b"x"),
        FileChange("there.py", None, b"x"), FileChange("fine.py", b"1", b"2"),
    )  # fmt: skip
    assert reasons == [
        "changed.py: has changed since it was read: plan anew",
        "gone.py: has gone since it was read: plan anew",
        "there.py: there is a file already, which the plan does not know: plan anew",
    ]


@pytest.mark.parametrize(
    "path",
    [
        "../a.py", "/a.py", "x/../../a.py", "", ".", "a//b.py", "./a.py", ".git/hooks/pre-commit", "x/.GIT/config",
        "git~1/config", ".overhaul/journal/0001/record", "sub/.overhaul/facts.sqlite", ".git. /config", "a\0.py",
    ],
)  # fmt: skip
def test_a_path_that_leads_elsewhere_or_to_what_is_gits_or_ours_is_refused(tmp_path: Path, path: str) -> None:
    (reason,) = refused(tmp_path, FileChange(path, None, b""))
    assert "is no path below the root, or one of git's or overhaul's own" in reason


@pytest.mark.parametrize("path", [".github/a.yml", ".gitignore", "a..b/c.py", "...py", "overhaul/a.py", "git/x"])
def test_a_path_that_only_looks_like_one_of_those_is_written(tmp_path: Path, path: str) -> None:
    assert write(tmp_path, [FileChange(path, None, b"")], "go", store=tmp_path).files == 1
    assert (tmp_path / path).is_file()


class Outside(NamedTuple):
    root: Path
    other: Path


@pytest.fixture
def outside(tmp_path: Path) -> Outside:
    """A project, and a folder beside it with a file."""
    root, other = tmp_path / "project", tmp_path / "other"
    root.mkdir()
    other.mkdir()
    (other / "a.py").write_bytes(b"1")
    return Outside(root, other)


def test_links_that_leave_the_root_are_not_followed(outside: Outside) -> None:
    (outside.root / "folder").symlink_to(outside.other)
    (outside.root / "file.py").symlink_to(outside.other / "a.py")
    reasons = refused(
        outside.root, FileChange("folder/a.py", b"1", b"2"), FileChange("file.py", b"1", b"2"),
        FileChange("folder/new.py", None, b""),
    )  # fmt: skip
    assert len(reasons) == 3 and all("leads out of" in reason and "link" in reason for reason in reasons)
    assert (outside.other / "a.py").read_bytes() == b"1"


def test_an_edit_of_a_link_inside_the_root_goes_to_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real/a.py").write_bytes(b"1")
    (tmp_path / "link.py").symlink_to("real/a.py")
    (tmp_path / "folder").symlink_to("real")
    same = [FileChange(path, b"1", b"2") for path in ("link.py", "real/a.py", "folder/a.py")]
    assert write(tmp_path, same, "go", store=tmp_path).files == 1
    assert (tmp_path / "real/a.py").read_bytes() == b"2"
    assert os.readlink(tmp_path / "link.py") == "real/a.py"
    (reason,) = refused(tmp_path, FileChange("link.py", b"2", b"3"), FileChange("real/a.py", b"2", b"4"))
    assert "two changes of one file differ" in reason


def test_a_link_is_neither_moved_nor_deleted_nor_made_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"1")
    (tmp_path / "link.py").symlink_to("a.py")
    (tmp_path / "dead.py").symlink_to("nowhere.py")
    reasons = refused(tmp_path, FileChange("link.py", b"1", None), FileChange("dead.py", None, b""))
    assert [reason.partition(" to ")[0] for reason in reasons] == ["link.py: is a link", "dead.py: is a link"]


def test_read_only_files_and_folders_are_refused_even_for_root(tmp_path: Path) -> None:
    for path in ("a.py", "shut/b.py", "shut/in/c.py"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(b"1")
    (tmp_path / "a.py").chmod(0o444)
    (tmp_path / "shut").chmod(0o555)
    try:
        reasons = refused(
            tmp_path, FileChange("a.py", b"1", b"2"), FileChange("shut/new.py", None, b""),
            FileChange("shut/in/c.py", b"1", None), FileChange("shut/more/d.py", None, b""),
        )  # fmt: skip
    finally:
        (tmp_path / "shut").chmod(0o755)
    assert reasons == [
        "a.py: is read-only: allow writing, if it is meant to be changed",
        "shut: the folder is read-only: allow writing in it, if that is meant",
    ]


def test_a_read_only_folder_above_does_not_matter_when_only_files_below_it_change(tmp_path: Path) -> None:
    (tmp_path / "shut/in").mkdir(parents=True)
    (tmp_path / "shut/in/c.py").write_bytes(b"1")
    (tmp_path / "shut").chmod(0o555)
    try:
        assert write(tmp_path, [FileChange("shut/in/c.py", b"1", b"2")], "go", store=tmp_path).files == 1
    finally:
        (tmp_path / "shut").chmod(0o755)


def test_a_program_that_runs_with_the_rights_of_its_owner_is_not_written(tmp_path: Path) -> None:
    for name, mode in (("a.py", 0o4755), ("b.py", 0o2755), ("c.py", 0o1755)):
        (tmp_path / name).write_bytes(b"1")
        (tmp_path / name).chmod(mode)
    new = FileChange("new.py", None, b"", 0o4711)
    reasons = refused(tmp_path, FileChange("a.py", b"1", b"2"), FileChange("b.py", b"1", None), new)
    assert [reason.partition(":")[0] for reason in reasons] == ["a.py", "b.py", "new.py"]
    assert write(tmp_path, [FileChange("c.py", b"1", b"2")], "go", store=tmp_path).files == 1


def test_what_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_bytes(b"")
    reasons = refused(
        tmp_path, FileChange("folder", b"", b"x"), FileChange("pipe", b"", b"x"), FileChange("file/a.py", None, b"x"),
        FileChange("new", None, b""), FileChange("new/a.py", None, b""),
    )  # fmt: skip
    assert sorted(reason.partition(":")[0] for reason in reasons) == ["file/a.py", "folder", "new/a.py", "pipe"]


def test_names_that_differ_only_by_case_are_refused_where_case_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "Mod.py").write_bytes(b"1")
    files = [FileChange("Mod.py", b"1", None), FileChange("mod.py", None, b"1", None, "Mod.py")]
    assert prepare(Disk(), tmp_path, files, folds=False).reasons == ()
    (reason,) = prepare(Disk(), tmp_path, files, folds=True).reasons
    assert reason == (
        "mod.py: is the same file as Mod.py on this disk: go by way of a third name, in two migrations"
    )


def test_too_little_room_is_told_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type(shutil.disk_usage(tmp_path))

    def full(folder: Path) -> object:
        assert folder == tmp_path
        return usage(10, 9, 1 << 20)

    monkeypatch.setattr(shutil, "disk_usage", full)
    (reason,) = refused(tmp_path, FileChange("a.py", None, bytes(1 << 20)))
    assert "are needed, and 1,024 KiB are free: make room" in reason


def test_other_names_of_a_file_are_noted(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"1")
    os.link(tmp_path / "a.py", tmp_path / "b.py")
    done = write(tmp_path, [FileChange("a.py", b"1", b"2")], "go", store=tmp_path)
    assert done.notes == ("a.py: has 2 names on the disk, and the others keep the old content",)
    assert (tmp_path / "b.py").read_bytes() == b"1"


@pytest.mark.parametrize("place", [".overhaul", ".overhaul/journal", ".overhaul/lock"])
def test_a_link_in_place_of_our_own_folder_is_not_followed(outside: Outside, place: str) -> None:
    (outside.root / "a.py").write_bytes(b"1")
    (outside.root / place).parent.mkdir(exist_ok=True)
    (outside.root / place).symlink_to(outside.other / "x" if place.endswith("lock") else outside.other)
    with pytest.raises(Refused):
        write(outside.root, [FileChange("a.py", b"1", b"2")], "go", store=outside.root)
    assert (outside.root / "a.py").read_bytes() == b"1"
    assert [path.name for path in outside.other.iterdir()] == ["a.py"]


def test_a_pipe_in_place_of_the_lock_does_not_hang(tmp_path: Path) -> None:
    (tmp_path / ".overhaul").mkdir()
    os.mkfifo(tmp_path / ".overhaul/lock")
    with pytest.raises(Refused, match="is no plain file: take it away"):
        write(tmp_path, [FileChange("a.py", None, b"")], "go", store=tmp_path)
