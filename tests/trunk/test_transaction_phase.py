"""What was written in a phase is taken back as a whole, whatever happens on the way."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from copy import copy
from pathlib import Path

import pytest

from benchmarks.kill import Counting, Failing, Killing, Picture, in_child, picture, scratch
from overhaul.changes import FileChange
from overhaul.errors import NotWritten, OverhaulError, Refused
from overhaul.transaction import journal as journal_module
from overhaul.transaction.by_phase import undo_phase
from overhaul.transaction.disk import Disk
from overhaul.transaction.journal import Journals
from overhaul.transaction.writing import journals, recover, undo, write

forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="a process is killed that was forked")


class Stages:
    """A tree, and what it looked like before each of three transactions of a phase, and behind the last."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "src/old/__pycache__").mkdir(parents=True)
        (root / "src/old/__pycache__/a.cpython-311.pyc").write_bytes(b"\0compiled")
        (root / "src/old/a.py").write_bytes(b"a = 1\r\n")
        (root / "src/b.py").write_bytes(b"b = 1")
        (root / "src/c.py").write_bytes(b"c = 1\n")
        (root / "src/link.py").symlink_to("b.py")
        (root / "src/old/a.py").chmod(0o750)
        (root / "src/b.py").chmod(0o600)
        self.pictures = [picture(root)]
        self.write("edits", FileChange("src/b.py", b"b = 1", b"b = 2"), FileChange("src/c.py", b"c = 1\n", None))
        moved = (
            FileChange("src/old/a.py", b"a = 1\r\n", None),
            FileChange("src/new/deep/a.py", None, b"a = 2\r\n", None, "src/old/a.py"),
        )
        self.write("moves", *moved, FileChange("src/d.py", None, b"d = 1\n", 0o640))
        self.write(
            "again", FileChange("src/link.py", b"b = 2", b"b = 3"), FileChange("src/new/deep/a.py", b"a = 2\r\n", b""),
            FileChange("src/d.py", b"d = 1\n", None),
        )  # fmt: skip

    def write(self, title: str, *files: FileChange) -> None:
        write(self.root, files, title, phase="names", store=self.root)
        self.pictures.append(picture(self.root))

    def copied(self, name: object) -> Stages:
        """The same, elsewhere."""
        found = copy(self)
        found.root = self.root.with_name(f"copy-{name}")
        shutil.copytree(self.root, found.root, symlinks=True)
        return found

    def undo(self, disk: Disk | None = None, *, again: bool = False) -> None:
        undo_phase(self.root, "names", again=again, store=self.root, disk=disk)

    @property
    def now(self) -> Picture:
        return picture(self.root)


@pytest.fixture
def stages() -> Iterator[Stages]:
    with scratch() as folder:
        (folder / "project").mkdir()
        yield Stages(folder / "project")


def steps(stages: Stages, *, again: bool = False) -> int:
    disk = Counting()
    tried = stages.copied("counted")
    tried.undo(disk, again=again)
    assert tried.now == tried.pictures[-1 if again else 0]
    return disk.steps


def test_all_is_restored_and_brought_back(stages: Stages) -> None:
    assert steps(stages) > 100, "the disk is spoken to through the seam"
    stages.undo()
    assert stages.now == stages.pictures[0]
    stages.undo(again=True)
    assert stages.now == stages.pictures[-1]


@forks
def test_killed_before_any_of_its_deeds_it_is_between_two_transactions_and_goes_on(stages: Stages) -> None:
    reached: set[int] = set()
    for number in range(1, steps(stages) + 1, 3):
        one = stages.copied(number)
        in_child(lambda: one.undo(Killing(number)))  # noqa: B023 - called at once
        recover(one.root, store=one.root)
        reached.add(one.pictures.index(one.now))
        if one.now != one.pictures[0]:
            one.undo()
        assert one.now == one.pictures[0], number
        one.undo(again=True)
        assert one.now == one.pictures[-1], f"{number}: what both runs took back is brought back"
    assert reached == {0, 1, 2, 3}


@forks
def test_bringing_back_can_be_killed_and_goes_on(stages: Stages) -> None:
    stages.undo()
    for number in range(3, steps(stages, again=True), 7):
        one = stages.copied(number)
        in_child(lambda: one.undo(Killing(number), again=True))  # noqa: B023 - called at once
        recover(one.root, store=one.root)
        if one.now != one.pictures[-1]:
            one.undo(again=True)
        assert one.now == one.pictures[-1], number


def test_what_fails_in_the_middle_brings_back_what_was_taken_back_before(stages: Stages) -> None:
    errors = (errno.ENOSPC, errno.EIO, errno.EACCES)
    refused = 0
    for number in range(1, steps(stages) + 1, 2):
        one = stages.copied(number)
        disk = Failing(number, errors[number % 3])
        try:
            one.undo(disk)
        except OverhaulError as error:
            refused += 1
            assert one.now == one.pictures[-1], f"{number}: {disk.deed}: {error}"
        else:
            assert one.now == one.pictures[0], f"{number}: {disk.deed}"
    assert refused > 50


def test_a_disk_that_stays_full_is_told_with_what_is_left_to_do(stages: Stages) -> None:
    told: list[str] = []
    for number in range(1, steps(stages), 5):
        one = stages.copied(number)
        try:
            one.undo(Failing(number, errno.ENOSPC, lasts=True))
        except OverhaulError as error:
            told.append(str(error))
        recover(one.root, store=one.root)
        assert one.now in one.pictures, number
        if one.now != one.pictures[0]:
            one.undo()
        assert one.now == one.pictures[0], number
    assert any("`overhaul undo --phase names` goes on" in line for line in told)


class Interrupting(Counting):
    """Ctrl-C before the deed of a number."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self._at = at

    def step(self, deed: str, path: Path) -> None:
        super().step(deed, path)
        if self.steps == self._at:
            raise KeyboardInterrupt


def test_an_interrupt_in_the_middle_brings_all_back(stages: Stages) -> None:
    for number in range(1, steps(stages), 4):
        one = stages.copied(number)
        with pytest.raises(KeyboardInterrupt):
            one.undo(Interrupting(number))
        assert one.now in (one.pictures[-1], one.pictures[0]), number
        assert not Journals(one.root, Disk()).open(), number


def test_bringing_back_twice_takes_nothing_back(stages: Stages) -> None:
    stages.undo()
    stages.undo(again=True)
    with pytest.raises(Refused, match="nothing of phase names is taken back and can be brought back"):
        stages.undo(again=True)
    assert stages.now == stages.pictures[-1]


def test_what_was_taken_back_by_its_number_is_not_brought_back_with_the_phase(stages: Stages) -> None:
    undo(stages.root, 3, store=stages.root)
    stages.undo()
    stages.undo(again=True)
    assert stages.now == stages.pictures[2]


def test_only_the_last_run_is_brought_back(stages: Stages) -> None:
    stages.undo()
    write(stages.root, [FileChange("e.py", None, b"e")], "more", phase="names", store=stages.root)
    stages.undo()
    assert stages.now == stages.pictures[0]
    stages.undo(again=True)
    assert stages.now.keys() - stages.pictures[0].keys() == {"e.py"}


@pytest.mark.parametrize("part", ["record", "originals"])
def test_a_journal_that_is_damaged_in_the_middle_is_told_before_anything_is_touched(stages: Stages, part: str) -> None:
    file = stages.root / ".overhaul/journal/0002" / part
    file.write_bytes(file.read_bytes()[:-1] + b"\0")
    with pytest.raises(NotWritten) as raised:
        stages.undo()
    assert any("0002" in reason for reason in raised.value.reasons)
    assert stages.now == stages.pictures[-1]


def test_a_damaged_journal_of_another_phase_is_not_in_the_way(stages: Stages) -> None:
    write(stages.root, [FileChange("e.py", None, b"e")], "other", phase="places", store=stages.root)
    end = stages.root / ".overhaul/journal/0004/end"
    end.write_bytes((stages.root / ".overhaul/journal/0003/end").read_bytes())
    stages.undo()
    assert stages.now.keys() - stages.pictures[0].keys() == {"e.py"}


def test_journals_are_not_cleared_away_while_they_are_still_to_be_taken_back(
    stages: Stages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "KEPT_OF_PHASES", 3)
    stages.undo()
    assert stages.now == stages.pictures[0]
    stages.undo(again=True)
    assert stages.now == stages.pictures[-1]


def test_a_phase_of_which_something_is_not_kept_any_more_is_not_taken_for_whole(
    stages: Stages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "KEPT_OF_PHASES", 3)
    write(stages.root, [FileChange("e.py", None, b"e")], "more", phase="places", store=stages.root)
    now = stages.now
    with pytest.raises(NotWritten) as raised:
        stages.undo()
    assert any("1 (edits) is so long ago" in reason for reason in raised.value.reasons)
    with pytest.raises(Refused, match="transaction 1 cannot be undone: its originals are not kept any more"):
        undo(stages.root, 1, store=stages.root)
    assert stages.now == now
    notes = [one.note for one in journals(stages.root, store=stages.root)]
    assert "not kept any more" in notes[0] and notes[-1] == ""


def test_beyond_what_is_known_journals_of_phases_go_as_well(stages: Stages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "KEPT_OF_PHASES", 1)
    monkeypatch.setattr(journal_module, "KNOWN_OF_PHASES", 2)
    write(stages.root, [FileChange("e.py", None, b"e")], "more", phase="names", store=stages.root)
    assert Journals(stages.root, Disk()).numbers() == [3, 4]


def nested(folder: Path) -> Path:
    """A repository with two projects, and the same path in both."""
    for project in ("one", "two"):
        (folder / project).mkdir()
        (folder / project / "a.py").write_bytes(b"1")
    return folder


def test_the_same_path_in_another_project_of_the_repository_is_another_file(tmp_path: Path) -> None:
    top = nested(tmp_path)
    write(top / "one", [FileChange("a.py", b"1", b"2")], "one", phase="names", store=top)
    write(top / "two", [FileChange("a.py", b"1", b"3")], "two", phase="places", store=top)
    undo_phase(top / "one", "names", store=top)
    assert [(top / project / "a.py").read_bytes() for project in ("one", "two")] == [b"1", b"3"]


def test_the_same_file_by_another_root_is_seen_to_be_changed_later(tmp_path: Path) -> None:
    top = nested(tmp_path)
    write(top / "one", [FileChange("a.py", b"1", b"2")], "below", phase="names", store=top)
    write(top, [FileChange("one/a.py", b"2", b"3")], "above", phase="places", store=top)
    with pytest.raises(NotWritten) as raised:
        undo_phase(top, "names", store=top)
    assert raised.value.reasons[0] == (
        "one/a.py: changed later by 2 of phase places (above): `overhaul undo --phase places` first"
    )
    undo_phase(top, "places", store=top)
    undo_phase(top, "names", store=top)
    assert (top / "one/a.py").read_bytes() == b"1"


def test_a_folder_that_is_a_link_now_is_told_before_anything_is_touched(tmp_path: Path) -> None:
    top = nested(tmp_path)
    write(top / "one", [FileChange("a.py", b"1", b"2")], "one", phase="names", store=top)
    write(top / "two", [FileChange("a.py", b"1", b"3")], "two", phase="names", store=top)
    (top / "one").rename(top / "elsewhere")
    (top / "one").symlink_to("elsewhere")
    with pytest.raises(NotWritten) as raised:
        undo_phase(top, "names", store=top)
    assert "is no folder of its own any more" in raised.value.reasons[0]
    assert (top / "two/a.py").read_bytes() == b"3"
