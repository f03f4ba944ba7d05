"""A file is the new one or the one before, killed at any instant; damage is told, and gone back from."""

from __future__ import annotations

import contextlib
import gzip
import importlib
import io
import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

if TYPE_CHECKING:
    from unified import state as states  # noqa: TID251
else:
    states = importlib.import_module("overhaul.unified.state")


class Killed(BaseException):
    """The process ends here: nothing is tidied up any more."""


class Mortal:
    """The `os` of a process that is killed before its n-th change of the disk."""

    CHANGES = ("open", "replace", "fsync", "unlink", "chmod", "fchown")

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self.dead = False

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        if name not in self.CHANGES:
            return real

        def call(*values: Any, **named: Any) -> Any:
            self.dead = self.dead or self.steps == 0
            if self.dead:
                raise Killed(name)
            self.steps -= 1
            return real(*values, **named)

        return call


def kills(monkeypatch: pytest.MonkeyPatch, do: Callable[[], object]) -> Iterator[int]:
    """Do it again and again, killed one step later each time, until it gets through."""
    for steps in range(1000):
        with monkeypatch.context() as patch:
            mortal = Mortal(steps)
            patch.setattr(states, "os", mortal)
            with contextlib.suppress(Killed):
                do()
        yield steps
        if not mortal.dead:
            return


# ---- in the place of write_text, write_bytes, open


@pytest.mark.parametrize("encoding", [None, "utf-8", "utf-16", "latin-1", "utf-8-sig"])
@pytest.mark.parametrize("newline", [None, "", "\n", "\r\n", "\r"])
def test_the_bytes_are_those_of_the_path_itself(tmp_path: Path, encoding: str | None, newline: str | None) -> None:
    text = "one\ntwo\r\nthree\ré\n"
    plain = (tmp_path / "plain").write_text(text, encoding=encoding, newline=newline)
    assert states.write_text(tmp_path / "whole", text, encoding=encoding, newline=newline) == plain
    assert (tmp_path / "whole").read_bytes() == (tmp_path / "plain").read_bytes()


@given(data=st.binary())
def test_bytes_are_written_as_they_are(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("bytes") / "file"
    assert states.write_bytes(path, data) == len(data)
    assert path.read_bytes() == data and os.listdir(path.parent) == ["file"]


def test_errors_of_encoding_are_handled_as_asked_and_leave_the_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "file"
    states.write_text(path, "aé", encoding="ascii", errors="replace")
    assert path.read_bytes() == b"a?"
    with pytest.raises(UnicodeEncodeError):
        states.write_text(str(path), "é", encoding="ascii")
    with pytest.raises(TypeError):
        states.write_text(path, b"bytes")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert path.read_bytes() == b"a?" and os.listdir(tmp_path) == ["file"]


def test_a_block_that_raises_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "orders.json"
    path.write_text("[1]")
    with pytest.raises(TypeError), states.atomic_open(path, "w", encoding="utf-8") as stream:
        json.dump([1, 2, object()], stream)
    assert path.read_text() == "[1]" and os.listdir(tmp_path) == ["orders.json"]
    with states.atomic_open(path, "wb") as stream:
        stream.write(b"[2]")
        assert path.read_text() == "[1]"
    assert path.read_text() == "[2]"


def test_a_file_descriptor_is_written_as_open_does(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path / "file", os.O_WRONLY | os.O_CREAT)
    with states.atomic_open(descriptor, "w") as stream:
        stream.write("through")
    assert (tmp_path / "file").read_text() == "through"


@pytest.mark.parametrize("mode", ["r", "a", "r+", "x", "w+"])
def test_other_modes_are_refused(tmp_path: Path, mode: Any) -> None:
    with pytest.raises(ValueError, match="anew"), states.atomic_open(tmp_path / "file", mode):
        pass


def test_mode_bits_stay_and_a_new_file_has_those_that_open_gives(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("")
    states.write_text(tmp_path / "new", "")
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "plain").stat().st_mode
    (tmp_path / "new").chmod(0o750)
    states.write_text(tmp_path / "new", "more")
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o750


def test_a_link_is_followed_and_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    target, link = tmp_path / "there" / "file", tmp_path / "link"
    link.symlink_to(target)
    for text in ("first", "second"):
        states.write_text(link, text)
        assert link.is_symlink() and target.read_text() == text
    assert os.listdir(tmp_path / "there") == ["file"]


def test_a_device_is_written_and_not_replaced() -> None:
    states.write_text(os.devnull, "gone")
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


def test_what_cannot_be_written_raises_what_open_raises_and_names_the_path(tmp_path: Path) -> None:
    for path in (tmp_path / "no" / "file", tmp_path):
        with pytest.raises(OSError) as plain:
            path.write_text("")
        with pytest.raises(type(plain.value)) as whole:
            states.write_text(path, "")
        assert whole.value.filename == str(path)


def test_a_file_that_must_not_be_written_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_text("kept")
    path.chmod(0o444)

    def denied(path: str, mode: int) -> bool:
        return False

    monkeypatch.setattr(os, "access", denied)  # root may do anything
    with pytest.raises(PermissionError):
        states.write_text(path, "new")
    assert path.read_text() == "kept"


def test_a_plain_write_is_old_or_new_at_any_instant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    seen = [path.read_text() for _ in kills(monkeypatch, lambda: states.write_text(path, "new"))]
    assert len(seen) > 4 and seen[0] == "old" and seen[-1] == "new"
    assert seen == sorted(seen, reverse=True)


def test_readers_beside_writers_never_see_half_a_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("0" * 50_000)
    ended = threading.Event()

    def write(letter: str) -> None:
        while not ended.is_set():
            states.write_text(path, letter * 50_000)

    writers = [threading.Thread(target=write, args=(letter,)) for letter in "abc"]
    for writer in writers:
        writer.start()
    try:
        for _ in range(300):
            text = path.read_text()
            assert len(text) == 50_000 and len(set(text)) == 1
    finally:
        ended.set()
        for writer in writers:
            writer.join()
    assert os.listdir(tmp_path) == ["file"]


# ---- with a checksum, and the generation before


def test_the_file_itself_is_plain_and_its_checksum_and_predecessor_lie_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    states.save_json(path, {"a": 1}, indent=1)
    states.save_json(path, {"a": 2})
    assert json.loads(path.read_text()) == {"a": 2}
    assert sorted(os.listdir(tmp_path)) == ["state.json", "state.json.previous", "state.json.sha256"]
    assert json.loads((tmp_path / "state.json.previous").read_text()) == {"a": 1}
    assert states.load_json(path) == states.Loaded({"a": 2}, "current", "")


@pytest.mark.parametrize("damage", [b"", b'{"a": 3}', b'{"a": ', b"\xff\xfe\x00", b'{"a": 2} '])
def test_a_damaged_file_is_told_and_the_one_before_is_taken(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: bytes
) -> None:
    path = tmp_path / "state.json"
    states.save_json(path, {"a": 1})
    states.save_json(path, {"a": 2})
    path.write_bytes(damage)
    loaded = states.load_json(path)
    assert (loaded.value, loaded.generation) == ({"a": 1}, "previous")
    assert "not as its checksum says" in loaded.problem and "state.json" in caplog.text


def test_a_file_of_an_older_program_is_taken_as_it_is_unless_it_cannot_be_parsed(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text('{"a": 1}')
    assert states.load_json(path) == states.Loaded({"a": 1}, "current", "")
    path.write_text('{"a"')
    with pytest.raises(states.DamagedState, match=r"state\.json: Expecting"):
        states.load_json(path)


def test_a_file_that_is_gone_is_not_brought_back(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    states.save_json(path, 1)
    states.save_json(path, 2)
    path.unlink()
    with pytest.raises(FileNotFoundError) as missing:
        states.load_json(path)
    assert missing.value.filename == str(path)


def test_when_both_generations_are_damaged_both_are_told(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    states.save_json(path, 1)
    states.save_json(path, 2)
    for name in ("state.json", "state.json.previous"):
        (tmp_path / name).write_text("9")
    with pytest.raises(states.DamagedState) as damaged:
        states.load_json(path)
    assert len(damaged.value.problems) == 2 and ".previous" in damaged.value.problems[1]


def test_a_damaged_file_does_not_become_the_generation_before(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    states.save_json(path, 1)
    states.save_json(path, 2)
    path.write_text("damaged")
    states.save_json(path, 3)
    path.write_text("damaged again")
    assert states.load_json(path).value == 1


def test_without_a_checksum_nothing_lies_beside_but_a_checksum_once_kept_is_kept_right(tmp_path: Path) -> None:
    path = tmp_path / "file"
    states.atomic_write(path, "a", previous=False, checksum=False)
    assert os.listdir(tmp_path) == ["file"]
    states.atomic_write(path, "b")
    states.atomic_write(path, "c", checksum=False)
    assert states.load(path).value == b"c"


def test_text_is_written_with_the_newlines_it_has(tmp_path: Path) -> None:
    states.atomic_write(tmp_path / "file", "é\r\n\n")
    assert (tmp_path / "file").read_bytes() == b"\xc3\xa9\r\n\n"


def test_killed_at_any_instant_a_generation_is_there_and_it_is_the_old_or_the_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "state.json"
    states.save_json(path, 0)
    states.save_json(path, 1)
    seen = list[tuple[int, str]]()
    for _ in kills(monkeypatch, lambda: states.save_json(path, 2)):
        loaded = states.load_json(path)
        seen.append((loaded.value, loaded.generation))
        previous = json.loads((tmp_path / "state.json.previous").read_text())
        assert previous in (loaded.value - 1, loaded.value)
    assert len(seen) > 12 and (seen[0], seen[-1]) == ((1, "current"), (2, "current"))
    assert {generation for _, generation in seen} == {"current"}


def test_a_process_that_is_really_killed_leaves_a_sound_generation(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    program = f"""
import importlib, itertools
states = importlib.import_module({states.__name__!r})
for number in itertools.count():
    states.save_json({str(path)!r}, [number] * 20_000)
    print(number, flush=True)
"""
    for wait in (1, 3, 4, 6, 9):
        with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            told = [int(process.stdout.readline()) for _ in range(wait)]
            process.kill()
        loaded = states.load_json(path)
        assert loaded.generation == "current" and len(set(loaded.value)) == 1 and len(loaded.value) == 20_000
        assert loaded.value[0] >= told[-1]


def test_killed_again_and_again_between_saves_that_succeed_nothing_unsound_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "state.json"
    last = 0
    states.save_json(path, last)
    for value in range(1, 60):
        with monkeypatch.context() as patch:
            patch.setattr(states, "os", Mortal(value * 7 % 23))
            with contextlib.suppress(Killed):
                states.save_json(path, value)
        loaded = states.load_json(path)
        assert loaded.generation == "current" and loaded.value in (last, value)
        last = loaded.value
        if value % 5 == 0:
            path.write_text("damaged")
            assert isinstance(states.load_json(path).value, int)
            states.save_json(path, last)


def test_what_is_private_stays_private_beside_itself_too(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    states.write_text(path, "a")
    path.chmod(0o600)
    states.atomic_write(path, "b")
    states.atomic_write(path, "c")
    assert [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("secret", "secret.previous")] == [0o600] * 2


def test_threads_that_save_and_load_one_file_see_whole_generations_only(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    states.save_json(path, ["first"])
    ended = threading.Event()

    def save(name: str) -> None:
        for number in range(25):
            states.save_json(path, [name, number])
        ended.set()

    writers = [threading.Thread(target=save, args=(name,)) for name in "abc"]
    for writer in writers:
        writer.start()
    loaded = list[Any]()
    while not ended.is_set():
        loaded.append(states.load_json(path))
    for writer in writers:
        writer.join()
    assert loaded and {one.generation for one in loaded} == {"current"}
    assert states.load_json(path).value[1] == 24


def test_a_failing_disk_raises_and_leaves_no_scratch_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "state.json"
    states.save_json(path, 1)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        states.save_json(path, 2)
    monkeypatch.undo()
    assert states.load_json(path).value == 1
    assert not [name for name in os.listdir(tmp_path) if name.endswith(".tmp")]


def test_a_stream_is_the_one_that_open_gives(tmp_path: Path) -> None:
    with states.atomic_open(tmp_path / "text", "w", encoding="utf-8", newline="") as text:
        assert isinstance(text, io.TextIOWrapper) and text.encoding == "utf-8"
    with states.atomic_open(tmp_path / "bytes", "wb") as binary:
        assert isinstance(binary, io.BufferedWriter)


def test_a_stream_has_the_name_that_it_was_opened_by(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"

    def zipped(opened: Any) -> tuple[Any, bytes]:
        with opened as stream, gzip.GzipFile(fileobj=stream, mode="wb", mtime=0) as file:
            file.write(b"x")
        return stream.name, path.read_bytes()

    assert zipped(states.atomic_open(path, "wb")) == zipped(path.open("wb"))


def test_a_stream_that_the_block_closes_itself_takes_the_place_all_the_same(tmp_path: Path) -> None:
    with states.atomic_open(tmp_path / "a") as stream:
        stream.write("closed")
        stream.close()
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("a", "closed")]


@pytest.mark.parametrize("name", ["\u6f22" * 80, "n" * 255], ids=["of three bytes each", "of one"])
def test_a_long_name_is_no_name_too_long(tmp_path: Path, name: str) -> None:
    states.write_text(tmp_path / name, "x")
    with states.atomic_open(os.fsencode(tmp_path / name)) as stream:
        stream.write("by bytes")
    assert [one.read_text() for one in tmp_path.iterdir()] == ["by bytes"]


@pytest.mark.parametrize("path", ["", "folder/", "folder", "new/"])
def test_what_is_no_file_is_refused_as_open_refuses_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError) as expected:  # noqa: SIM117 - whatever it is
        with open(path, "w", encoding="utf-8"):
            raise AssertionError
    with pytest.raises(type(expected.value)):  # noqa: SIM117
        with states.atomic_open(path):
            raise AssertionError
    assert [one.name for one in tmp_path.iterdir()] == ["folder"]


@pytest.mark.skipif(not os.path.exists("/dev/stdout"), reason="a name for what a process writes to")
def test_what_a_process_writes_to_is_written_and_not_replaced(tmp_path: Path) -> None:
    code = (
        "import sys; from overhaul.unified.state import write_text; print(1, flush=True);"
        "write_text('/dev/stdout', 'two'); print(3)"
    )
    with open(tmp_path / "out", "a", encoding="utf-8") as out:
        subprocess.run([sys.executable, "-c", code], stdout=out, check=True)
    assert (tmp_path / "out").read_text() == "two3\n"
    piped = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True)
    assert piped.stdout == "1\ntwo3\n"
