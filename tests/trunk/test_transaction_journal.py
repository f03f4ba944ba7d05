"""Journals: one transaction at a time, and damage that is told and never believed."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from overhaul.changes import FileChange
from overhaul.errors import OverhaulError, Refused
from overhaul.transaction.disk import ABSENT, Disk, State, digest
from overhaul.transaction.journal import Journals
from overhaul.transaction.lock import Lock
from overhaul.transaction.records import Damaged, End, Entry, Folder, Record, packed, unpacked
from overhaul.transaction.writing import journals, recover, undo, write


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A tree in which one transaction was written."""
    (tmp_path / "a.py").write_bytes(b"1")
    write(tmp_path, [FileChange("a.py", b"1", b"2")], "first", store=tmp_path)
    return tmp_path


def interrupted(project: Path, entry: Entry | None = None) -> Path:
    """Take its end away, as if it had been killed; the folder of its journal."""
    place = project / ".overhaul/journal/0001"
    (place / "end").unlink()
    if entry is not None:
        record = unpacked((place / "record").read_bytes(), Record)
        (place / "record").write_bytes(
            packed(Record(record.number, record.title, record.when, ".", "t", (entry,), (), ()))
        )
    return place


def test_a_record_survives_its_packing() -> None:
    entry = Entry("caf\udce9.py", State("file", "00", 0o644, 1), ABSENT, 3, 4, "b.py", True)
    record = Record(7, "a \ud800 title", 1.5, "src", "token", (entry,), (), (), 3)
    assert unpacked(packed(record), Record) == record


@pytest.mark.parametrize("at", [0, 5, 20, 40, 60, -1])
def test_one_byte_that_differs_is_noticed(at: int) -> None:
    data = bytearray(packed(End("written", "abc")))
    data[at] ^= 1
    with pytest.raises(Damaged):
        unpacked(bytes(data), End)


def test_a_journal_of_another_version_is_not_read() -> None:
    with pytest.raises(Damaged, match="is of version 2, and this overhaul reads 1"):
        unpacked(packed(End("written", "abc")).replace(b" 1 ", b" 2 ", 1), End)


def test_what_was_interrupted_is_put_back_once(project: Path) -> None:
    interrupted(project)
    assert recover(project, store=project) == ("first: was interrupted, and all is as it was before",)
    assert (project / "a.py").read_bytes() == b"1"
    assert recover(project, store=project) == ()
    assert journals(project, store=project) == []


def test_undo_after_an_interruption_puts_back_and_takes_back_nothing_else(project: Path) -> None:
    write(project, [FileChange("a.py", b"2", b"3")], "second", store=project)
    (project / ".overhaul/journal/0002/end").unlink()
    done = undo(project, store=project)
    assert (done.number, done.notes) == (0, ("second: was interrupted, and all is as it was before",))
    assert (project / "a.py").read_bytes() == b"2"


def test_the_list_shows_what_is_interrupted_and_changes_nothing(project: Path) -> None:
    interrupted(project)
    assert [one.state for one in journals(project, store=project)] == ["interrupted"]
    assert (project / "a.py").read_bytes() == b"2"


def damage(file: str, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def deed(place: Path) -> None:
        (place / file).write_bytes(change((place / file).read_bytes()))

    return deed


@pytest.mark.parametrize(
    "spoil",
    [
        damage("record", lambda data: data[:-5]), damage("record", lambda _: b""),
        damage("record", lambda data: data.replace(b"first", b"worst")),
    ],
)  # fmt: skip
def test_a_damaged_record_without_an_end_stops_all_writing_until_somebody_has_looked(
    project: Path, spoil: Callable[[Path], None]
) -> None:
    place = interrupted(project)
    spoil(place)
    for attempt in (
        lambda: recover(project, store=project),
        lambda: undo(project, store=project),
        lambda: write(project, [FileChange("b.py", None, b"")], "second", store=project),
    ):
        with pytest.raises(Refused, match="whether that transaction has ended cannot be told"):
            attempt()
    assert (project / "a.py").read_bytes() == b"2" and not (project / "b.py").exists()
    assert [one.state for one in journals(project, store=project)] == ["damaged"]


def test_a_damaged_record_that_has_ended_stops_nothing_but_its_own_undo(project: Path) -> None:
    damage("record", lambda data: data[:-5])(project / ".overhaul/journal/0001")
    assert recover(project, store=project) == ()
    with pytest.raises(Refused, match="the last transaction cannot be undone"):
        undo(project, store=project)
    assert write(project, [FileChange("b.py", None, b"")], "second", store=project).number == 2
    undo(project, store=project)
    assert not (project / "b.py").exists()


def without_originals(place: Path) -> None:
    (place / "originals").unlink()


@pytest.mark.parametrize("spoil", [damage("originals", lambda _: b"7"), without_originals])
def test_a_damaged_original_is_never_put_back(project: Path, spoil: Callable[[Path], None]) -> None:
    spoil(project / ".overhaul/journal/0001")
    with pytest.raises(OverhaulError, match=r"0001: the original"):
        undo(project, store=project)
    interrupted(project)
    with pytest.raises(OverhaulError, match="could not be put back"):
        recover(project, store=project)
    assert (project / "a.py").read_bytes() == b"2"


def held(content: bytes, mode: int = 0o644) -> State:
    """The state of a file with this content."""
    return State("file", digest(content), mode, 1)


@pytest.fixture
def outside(project: Path) -> Iterator[Path]:
    """A file that is none of the project's."""
    with tempfile.TemporaryDirectory(dir=project.parent) as folder:
        file = Path(folder, "mine.txt")
        file.write_bytes(b"mine")
        yield file


@pytest.mark.parametrize("place", ["../{}", "{}", "link/mine.txt", ".git/hooks/pre-commit", ".overhaul/facts.sqlite"])
def test_a_planted_journal_leads_nowhere_else(project: Path, outside: Path, place: str) -> None:
    """The audited tree may come with a journal of its own, which takes away what it says that overhaul has made."""
    (project / "link").symlink_to(outside.parent)
    above = outside.relative_to(project.parent)
    path = place.format(above if place.startswith("..") else outside)
    target = project / path
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(b"mine")
    assert target.read_bytes() == b"mine"
    interrupted(project, Entry(path, ABSENT, held(b"mine")))
    try:
        recover(project, store=project)
    except Refused as error:
        assert "is of another place" in str(error)
    assert target.read_bytes() == b"mine"


def test_a_planted_journal_takes_away_what_it_knows_of_its_own_tree_alone(project: Path) -> None:
    """The look-alike of the one before: below the root it is believed."""
    (project / "made.py").write_bytes(b"mine")
    interrupted(project, Entry("made.py", ABSENT, held(b"mine")))
    recover(project, store=project)
    assert not (project / "made.py").exists()


@pytest.mark.parametrize("name", ["0007.gone", "x.gone"])
def test_a_link_among_what_was_thrown_away_is_not_followed(project: Path, outside: Path, name: str) -> None:
    (project / ".overhaul/journal" / name).symlink_to(outside.parent)
    write(project, [FileChange("a.py", b"2", b"3")], "second", store=project)
    interrupted(project)
    recover(project, store=project)
    assert outside.read_bytes() == b"mine"


def test_a_link_in_the_way_of_a_discarded_journal_is_not_followed(project: Path, outside: Path) -> None:
    (project / ".overhaul/journal/0001.gone").symlink_to(outside.parent)
    interrupted(project)
    assert recover(project, store=project)
    assert outside.read_bytes() == b"mine" and journals(project, store=project) == []


@pytest.mark.parametrize("link", ["changed", "changed/deep"])
def test_an_original_is_not_laid_down_through_a_link(project: Path, outside: Path, link: str) -> None:
    path = "mine.txt" if link == "changed" else "deep/mine.txt"
    place = interrupted(project, Entry(path, held(b"2"), held(b"other"), 0, 1))
    (project / path).parent.mkdir(exist_ok=True)
    (project / path).write_bytes(b"neither before nor after")
    (place / "originals").write_bytes(b"2")
    (place / link).parent.mkdir(exist_ok=True)
    (place / link).symlink_to(outside.parent)
    with pytest.raises(OverhaulError, match="is no folder of its own: take it away"):
        recover(project, store=project)
    assert outside.read_bytes() == b"mine"
    (place / link).unlink()
    recover(project, store=project)
    assert (place / "changed" / path).read_bytes() == b"2"


@pytest.mark.parametrize(
    "change",
    [
        {"token": "x/../../mine"}, {"token": ""}, {"when": float("nan")}, {"when": 1e300}, {"root": "../x"},
        {"entries": (Entry("a.py", held(b"1", 0o4755), held(b"2")),)},
        {"entries": (Entry("a.py", held(b"1", -1), held(b"2")),)},
        {"made": (Folder("x", -1),)}, {"emptied": (Folder("../x"),)},
    ],
)  # fmt: skip
def test_a_record_that_overhaul_does_not_write_is_not_believed(project: Path, change: dict[str, object]) -> None:
    place = interrupted(project)
    record = unpacked((place / "record").read_bytes(), Record)
    (place / "record").write_bytes(packed(msgspec.structs.replace(record, **change)))
    with pytest.raises(Refused, match="says what overhaul does not write"):
        recover(project, store=project)
    assert [(one.state, one.when) for one in journals(project, store=project)] == [("damaged", 0.0)]
    assert (project / "a.py").read_bytes() == b"2"


def test_where_no_number_is_left_nothing_is_written(project: Path) -> None:
    (project / ".overhaul/journal/0001").rename(project / ".overhaul/journal/999999999")
    with pytest.raises(Refused, match="999999999: no number is left after it: take that folder away"):
        write(project, [FileChange("a.py", b"2", b"3")], "second", store=project)
    assert (project / "a.py").read_bytes() == b"2"


def test_what_was_begun_and_not_recorded_is_forgotten(project: Path) -> None:
    place = project / ".overhaul/journal/0002"
    place.mkdir()
    (place / "originals").write_bytes(b"half")
    assert recover(project, store=project) == ()
    assert not place.exists()
    assert undo(project, store=project).number == 2


def test_a_second_transaction_is_told_who_is_at_work(project: Path) -> None:
    with Lock(project / ".overhaul", "the first"):
        with pytest.raises(Refused, match=rf"process {os.getpid()} is writing here since .* \(the first\): wait"):
            undo(project, store=project)
        assert journals(project, store=project)[0].state == "written", "looking needs no lock"
    assert undo(project, store=project).files == 1


def test_a_lock_ends_with_its_process_however_that_ends(project: Path) -> None:
    script = textwrap.dedent("""
        import os, signal, sys
        from pathlib import Path
        from overhaul.transaction.lock import Lock
        with Lock(Path(sys.argv[1]), "killed"):
            os.kill(os.getpid(), signal.SIGKILL)
    """)
    assert subprocess.run([sys.executable, "-c", script, project / ".overhaul"], check=False).returncode == -9
    assert b"killed" in (project / ".overhaul/lock").read_bytes(), "it could not clean up"
    with Lock(project / ".overhaul", "next") as lock:
        assert lock.stale is not None and lock.stale.what == "killed"


def test_what_stands_in_the_lock_file_does_not_matter(project: Path) -> None:
    (project / ".overhaul/lock").write_bytes(b'{"process": 1, "host": "here", "since": "now", "what": "init runs"}')
    assert undo(project, store=project).files == 1, "process 1 is alive, and does not hold it"
    (project / ".overhaul/lock").write_bytes(b"\xff{")
    assert undo(project, 2, store=project).files == 1


def test_a_lock_file_that_is_taken_away_meanwhile_is_not_believed(project: Path) -> None:
    with Lock(project / ".overhaul", "first"):
        (project / ".overhaul/lock").unlink()
        with Lock(project / ".overhaul", "second"), pytest.raises(Refused, match="second"):
            Lock(project / ".overhaul", "third").__enter__()


def test_an_original_is_kept_under_its_own_path(tmp_path: Path) -> None:
    found = Journals(tmp_path, Disk())
    found.prepare()
    assert found.keep(3, "src/a.py", b"1").read_bytes() == b"1"
    assert found.keep(3, "src/a.py", b"2").read_bytes() == b"2"


@pytest.mark.parametrize("name", ["1", "00001", "0000", "x", "9" * 30, "-001"])
def test_a_folder_that_is_no_journal_is_let_be(project: Path, name: str) -> None:
    (project / ".overhaul/journal" / name).mkdir()
    assert [one.number for one in journals(project, store=project)] == [1]
    assert undo(project, store=project).number == 2


def test_an_interrupted_transaction_is_not_put_back_through_a_link_in_place_of_its_root(tmp_path: Path) -> None:
    root = tmp_path / "src"
    root.mkdir()
    (root / "a.py").write_bytes(b"1")
    write(root, [FileChange("a.py", b"1", b"2")], "go", store=tmp_path)
    (tmp_path / ".overhaul/journal/0001/end").unlink()
    root.rename(tmp_path / "elsewhere")
    root.symlink_to("elsewhere")
    with pytest.raises(OverhaulError, match="is a link now"):
        recover(tmp_path, store=tmp_path)
    assert (tmp_path / "elsewhere/a.py").read_bytes() == b"2"


def test_what_was_thrown_away_and_not_yet_cleared_holds_nobody_up(project: Path) -> None:
    journal = project / ".overhaul/journal"
    interrupted(project).rename(journal / "0001.gone")
    assert recover(project, store=project) == ()
    assert (project / "a.py").read_bytes() == b"2"
    write(project, [FileChange("a.py", b"2", b"3")], "second", store=project)
    assert sorted(path.name for path in journal.iterdir()) == ["0001"], "cleared by the next that writes"
