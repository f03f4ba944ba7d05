"""A plan is written whole, and taken back to the byte."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from overhaul.changes import FileChange
from overhaul.errors import NotWritten, Refused
from overhaul.transaction.disk import Disk
from overhaul.transaction.journal import KEPT
from overhaul.transaction.writing import journals, undo, write

Tree = dict[str, bytes | tuple[bytes, int] | None]
"""Path -> content, with permissions where they matter; None for a folder."""


def plant(root: Path, tree: Tree) -> Path:
    """Make a tree."""
    for path, told in tree.items():
        file = root / path
        (file if told is None else file.parent).mkdir(parents=True, exist_ok=True)
        if told is not None:
            data, mode = told if isinstance(told, tuple) else (told, 0o644)
            file.write_bytes(data)
            file.chmod(mode)
    return root


def grown(root: Path) -> dict[str, tuple[int, bytes | None]]:
    """All there is, but for what overhaul keeps."""
    return {
        path.relative_to(root).as_posix(): (stat.S_IMODE(path.lstat().st_mode), _content(path))
        for path in sorted(root.rglob("*"))
        if ".overhaul" not in path.parts and ".git" not in path.parts
    }


def _content(path: Path) -> bytes | None:
    if path.is_symlink():
        return b"-> " + os.fsencode(os.readlink(path))
    return path.read_bytes() if path.is_file() else None


def moved(path: str, to: str, data: bytes, after: bytes | None = None) -> tuple[FileChange, FileChange]:
    return FileChange(path, data, None), FileChange(to, None, data if after is None else after, None, path)


def test_files_are_edited_created_deleted_and_moved(tmp_path: Path) -> None:
    plant(tmp_path, {"a.py": b"a = 1\n", "b.py": b"b\n", "c.py": b"c\n"})
    files = [
        FileChange("a.py", b"a = 1\n", b"a = 2\n"),
        FileChange("new/d.py", None, b"d\n", 0o600),
        FileChange("b.py", b"b\n", None),
        *moved("c.py", "new/deep/c.py", b"c\n", b"c2\n"),
    ]
    done = write(tmp_path, files, "all at once", store=tmp_path)
    assert (done.number, done.files, done.notes) == (1, 4, ())
    assert grown(tmp_path) == {
        "a.py": (0o644, b"a = 2\n"),
        "new": (0o755, None),
        "new/d.py": (0o600, b"d\n"),
        "new/deep": (0o755, None),
        "new/deep/c.py": (0o644, b"c2\n"),
    }


def test_undo_restores_bytes_permissions_moved_files_and_folders(tmp_path: Path) -> None:
    crlf, bom, feeds, bare = b"a\r\nb\r\n", b"\xef\xbb\xbfa = 1\n", b"a\n\x0c\nb\r", b"a = '\xff'"
    tree: Tree = {
        "crlf.py": (crlf, 0o755), "bom.py": (bom, 0o640), "old/feeds.py": (feeds, 0o600), "old/in/bare.py": bare,
        "empty": None, "old/in": None,
    }  # fmt: skip
    plant(tmp_path, tree)
    (tmp_path / "old/in").chmod(0o750)
    before = grown(tmp_path)
    files = [
        FileChange("crlf.py", crlf, b"x\r\n"), FileChange("bom.py", bom, None),
        *moved("old/feeds.py", "new/feeds.py", feeds), *moved("old/in/bare.py", "empty/bare.py", bare),
    ]  # fmt: skip
    write(tmp_path, files, "go", store=tmp_path)
    assert sorted(grown(tmp_path)) == ["crlf.py", "empty", "empty/bare.py", "new", "new/feeds.py"]
    assert undo(tmp_path, store=tmp_path).files == 4
    assert grown(tmp_path) == before, "a folder that was empty before must not go with what was put in it"


def test_permissions_survive_an_edit_and_go_with_a_moved_file(tmp_path: Path) -> None:
    plant(tmp_path, {"run.py": (b"1", 0o755), "secret.py": (b"2", 0o600)})
    write(tmp_path, [FileChange("run.py", b"1", b"3"), *moved("secret.py", "s.py", b"2")], "go", store=tmp_path)
    assert grown(tmp_path) == {"run.py": (0o755, b"3"), "s.py": (0o600, b"2")}


def test_a_file_takes_the_place_that_another_one_leaves(tmp_path: Path) -> None:
    before = grown(plant(tmp_path, {"a.py": (b"a", 0o600), "b.py": b"b"}))
    files = [*moved("b.py", "c.py", b"b"), *moved("a.py", "b.py", b"a")]
    assert write(tmp_path, files, "one up", store=tmp_path).files == 2
    assert grown(tmp_path) == {"b.py": (0o600, b"a"), "c.py": (0o644, b"b")}
    undo(tmp_path, store=tmp_path)
    assert grown(tmp_path) == before


def test_compiled_code_goes_with_the_package_it_belongs_to_and_comes_back(tmp_path: Path) -> None:
    before = grown(plant(tmp_path, {"old/a.py": b"a", "old/__pycache__/a.cpython-311.pyc": (b"\0", 0o600)}))
    done = write(tmp_path, moved("old/a.py", "new/a.py", b"a"), "move", store=tmp_path)
    assert done.files == 1
    assert sorted(grown(tmp_path)) == ["new", "new/a.py"], "the old folder would still be importable"
    plant(tmp_path, {"new/__pycache__/a.cpython-311.pyc": b"\1"})
    undo(tmp_path, store=tmp_path)
    assert grown(tmp_path) == before


@pytest.mark.parametrize(
    "kept",
    [
        "old/notes.txt",  # a file of the user's
        "old/__pycache__/notes.txt",  # Python puts no such thing there
        "old/other/a.cpython-311.pyc",  # compiled code elsewhere may be all there is of a module
    ],
)
def test_a_folder_with_anything_else_in_it_stays(tmp_path: Path, kept: str) -> None:
    plant(tmp_path, {"old/a.py": b"a", "old/__pycache__/a.cpython-311.pyc": b"\0", kept: b"mine"})
    write(tmp_path, moved("old/a.py", "new/a.py", b"a"), "move", store=tmp_path)
    assert grown(tmp_path)[kept] == (0o644, b"mine")


def test_a_plan_that_changes_nothing_leaves_no_journal(tmp_path: Path) -> None:
    plant(tmp_path, {"a.py": b"a"})
    assert write(tmp_path, [FileChange("a.py", b"a", b"a")], "nothing", store=tmp_path).number == 0
    assert journals(tmp_path, store=tmp_path) == []


def test_undo_goes_back_one_by_one_and_can_itself_be_taken_back(tmp_path: Path) -> None:
    plant(tmp_path, {"a.py": b"1"})
    for old, new in ((b"1", b"2"), (b"2", b"3")):
        write(tmp_path, [FileChange("a.py", old, new)], f"to {new.decode()}", store=tmp_path)
    undo(tmp_path, store=tmp_path)
    undo(tmp_path, store=tmp_path)
    assert (tmp_path / "a.py").read_bytes() == b"1"
    states = [(one.title, one.state) for one in journals(tmp_path, store=tmp_path)]
    assert states == [
        ("to 2", "undone by 4"), ("to 3", "undone by 3"), ("undo 2: to 3", "written"), ("undo 1: to 2", "written"),
    ]  # fmt: skip
    undo(tmp_path, 4, store=tmp_path)
    assert (tmp_path / "a.py").read_bytes() == b"2"
    with pytest.raises(Refused, match=r"4 is undone already, by 5: `overhaul undo 5` brings it back"):
        undo(tmp_path, 4, store=tmp_path)
    undo(tmp_path, store=tmp_path)
    with pytest.raises(Refused, match="nothing is left to undo"):
        undo(tmp_path, store=tmp_path)


def test_undo_overwrites_no_file_that_has_changed_since_and_then_does_nothing(tmp_path: Path) -> None:
    names = ["a.py", "b.py", "c.py", "d.py"]
    plant(tmp_path, dict.fromkeys(names, b"1"))
    files = [FileChange(name, b"1", None if name == "d.py" else b"2") for name in names]
    write(tmp_path, files, "all", store=tmp_path)
    (tmp_path / "b.py").write_bytes(b"mine")
    (tmp_path / "c.py").unlink()
    (tmp_path / "d.py").write_bytes(b"here again")
    before = grown(tmp_path)
    with pytest.raises(NotWritten) as told:
        undo(tmp_path, store=tmp_path)
    assert [reason.partition(" since")[0] for reason in told.value.reasons] == [
        "b.py: was changed", "c.py: is gone", "d.py: was changed",
    ]  # fmt: skip
    assert grown(tmp_path) == before


def test_undo_leaves_the_permissions_that_somebody_has_given_since(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"1")
    (tmp_path / "b.py").write_bytes(b"1")
    for name in ("a.py", "b.py"):
        (tmp_path / name).chmod(0o644)
    write(tmp_path, [FileChange(name, b"1", b"2") for name in ("a.py", "b.py")], "both", store=tmp_path)
    (tmp_path / "a.py").chmod(0o755)
    undo(tmp_path, store=tmp_path)
    assert (tmp_path / "a.py").read_bytes() == b"1"
    assert stat.S_IMODE((tmp_path / "a.py").stat().st_mode) == 0o755
    assert stat.S_IMODE((tmp_path / "b.py").stat().st_mode) == 0o644


class Noting(Disk):
    """Notes every deed, in order."""

    def __init__(self) -> None:
        self.deeds: list[tuple[str, Path]] = []

    def step(self, deed: str, path: Path) -> None:
        self.deeds.append((deed, path))

    def at(self, deed: str, name: str) -> int:
        """When a deed is done to a file of that name for the first time."""
        return next(number for number, (what, path) in enumerate(self.deeds) if (what, path.name) == (deed, name))


def test_what_undo_needs_is_on_the_disk_before_the_tree_is_touched(tmp_path: Path) -> None:
    root = tmp_path / "tree"
    root.mkdir()
    (root / "a.py").write_bytes(b"1")
    disk = Noting()
    write(root, [FileChange("a.py", b"1", b"2")], "edit", store=tmp_path, disk=disk)
    journal = next(path for deed, path in disk.deeds if (deed, path.name) == ("create", "originals")).parent
    first = min(
        number for number, (deed, path) in enumerate(disk.deeds)
        if deed not in ("look", "read") and path.is_relative_to(root)
    )  # fmt: skip
    wanted = [("sync", "originals"), ("sync", "record.new"), ("replace", "record"), ("sync folder", journal.name)]
    assert [disk.at(*one) for one in wanted] == sorted(disk.at(*one) for one in wanted)
    assert disk.at("sync folder", journal.parent.name) < first
    assert disk.at("sync folder", journal.name) < first


def test_new_content_is_on_the_disk_before_it_takes_its_place_and_its_name_before_the_end(tmp_path: Path) -> None:
    root = tmp_path / "tree"
    root.mkdir()
    for name in ("a.py", "b.py"):
        (root / name).write_bytes(b"1")
    disk = Noting()
    write(root, [FileChange(name, b"1", b"2") for name in ("a.py", "b.py")], "edit", store=tmp_path, disk=disk)
    synced = [number for number, (deed, path) in enumerate(disk.deeds) if deed == "sync" and path.parent == root]
    assert len(synced) == 2
    assert max(synced) < min(disk.at("replace", name) for name in ("a.py", "b.py"))
    names = [number for number, (deed, path) in enumerate(disk.deeds) if (deed, path) == ("sync folder", root)]
    assert disk.at("replace", "b.py") < max(names) < disk.at("replace", "end")


def test_an_earlier_transaction_is_undone_when_its_files_are_as_it_left_them(tmp_path: Path) -> None:
    plant(tmp_path, {"a.py": b"1", "b.py": b"1"})
    write(tmp_path, [FileChange("a.py", b"1", b"2")], "a", store=tmp_path)
    write(tmp_path, [FileChange("b.py", b"1", b"2")], "b", store=tmp_path)
    undo(tmp_path, 1, store=tmp_path)
    assert grown(tmp_path) == {"a.py": (0o644, b"1"), "b.py": (0o644, b"2")}


def test_only_so_many_journals_are_kept_and_the_last_one_whatever_its_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(tmp_path, {"a.py": b"0"})
    for number in range(KEPT + 3):
        change = FileChange("a.py", b"%d" % number, b"%d" % (number + 1))
        write(tmp_path, [change], str(number), store=tmp_path)
    assert [one.number for one in journals(tmp_path, store=tmp_path)] == list(range(4, KEPT + 4))
    monkeypatch.setattr("overhaul.transaction.journal.BYTES", 0)
    undo(tmp_path, store=tmp_path)
    assert [one.number for one in journals(tmp_path, store=tmp_path)] == [KEPT + 4]


def test_a_file_of_the_same_size_never_has_the_second_of_the_one_it_replaces(tmp_path: Path) -> None:
    """Python takes compiled code for fresh when the second and the size of its source are the same."""
    plant(tmp_path, {"a.py": b"one"})
    seconds = [int((tmp_path / "a.py").stat().st_mtime)]
    write(tmp_path, [FileChange("a.py", b"one", b"two")], "go", store=tmp_path)
    seconds.append(int((tmp_path / "a.py").stat().st_mtime))
    undo(tmp_path, store=tmp_path)
    seconds.append(int((tmp_path / "a.py").stat().st_mtime))
    assert seconds[0] != seconds[1] != seconds[2]


def test_journals_lie_above_the_audited_folder_or_in_it_and_nowhere_else(tmp_path: Path) -> None:
    root, elsewhere = tmp_path / "home" / "src", tmp_path / "elsewhere"
    plant(root, {"a.py": b"1"})
    elsewhere.mkdir()
    write(root, [FileChange("a.py", b"1", b"2")], "go", store=root.parent)
    assert (root.parent / ".overhaul/journal/0001").is_dir() and not (root / ".overhaul").exists()
    undo(root.parent, store=root.parent)
    assert (root / "a.py").read_bytes() == b"1", "undone from the folder above too"
    write(root, [FileChange("a.py", b"1", b"2")], "go", store=elsewhere)
    assert (root / ".overhaul/journal/0001").is_dir() and not (elsewhere / ".overhaul").exists()
    assert (root / ".overhaul/.gitignore").read_bytes() == b"*\n"


def test_a_project_that_was_moved_can_still_be_undone(tmp_path: Path) -> None:
    plant(tmp_path / "here", {"a.py": b"1"})
    write(tmp_path / "here", [FileChange("a.py", b"1", b"2")], "go", store=tmp_path / "here")
    there = (tmp_path / "here").rename(tmp_path / "there")
    undo(there, store=there)
    assert (there / "a.py").read_bytes() == b"1"


def test_names_that_are_not_utf_8_are_written_and_undone(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.py")
    try:
        (tmp_path / name).write_bytes(b"1")
    except OSError:
        pytest.skip("this file system takes only UTF-8")
    write(tmp_path, [FileChange(name, b"1", b"2")], f"change {name}", store=tmp_path)
    assert journals(tmp_path, store=tmp_path)[0].title == f"change {name}"
    undo(tmp_path, store=tmp_path)
    assert (tmp_path / name).read_bytes() == b"1"


def test_where_nothing_was_written_nothing_is_undone_and_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="nothing was ever written by overhaul here"):
        undo(tmp_path, store=tmp_path)
    assert journals(tmp_path, store=tmp_path) == []
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="no extended attributes here")
def test_extended_attributes_stay_with_a_file(tmp_path: Path) -> None:
    plant(tmp_path, {"a.py": b"1"})
    try:
        os.setxattr(tmp_path / "a.py", "user.note", b"kept")
    except OSError:
        pytest.skip("this file system has no extended attributes")
    write(tmp_path, moved("a.py", "b.py", b"1", b"2"), "go", store=tmp_path)
    assert os.getxattr(tmp_path / "b.py", "user.note") == b"kept"
    undo(tmp_path, store=tmp_path)
    assert os.getxattr(tmp_path / "a.py", "user.note") == b"kept"
