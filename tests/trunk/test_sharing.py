"""Tasks shared among a process and its forks."""

import io
import os
import signal
import sys
import threading
import time
from typing import IO

import pytest

from overhaul.sharing import can_fork, frames, share, write_frame

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks are used on Linux only")


def slowly(task: str) -> None:
    time.sleep(0.02)


def note(file: IO[bytes], task: str) -> None:
    slowly(task)
    write_frame(file, task.encode())


def test_every_task_is_done_once_here_or_in_a_fork() -> None:
    tasks = [f"task {number}" for number in range(40)]
    done: list[str] = []

    def here(task: str) -> None:
        slowly(task)
        done.append(task)

    told = [frame.decode() for file in share(tasks, 3, here, note) for frame in frames(file)]
    assert sorted(done + told) == sorted(tasks)
    assert done and told, "both have had a part"


def test_a_fork_that_dies_leaves_what_it_had_done() -> None:
    parent = os.getpid()

    def there(file: IO[bytes], task: str) -> None:
        note(file, task)
        file.flush()
        assert os.getpid() != parent
        os.kill(os.getpid(), signal.SIGKILL)

    done: list[str] = []

    def here(task: str) -> None:
        time.sleep(0.1)
        done.append(task)

    (file,) = share(["a", "b", "c", "d"], 2, here, there)
    told = [frame.decode() for frame in frames(file)]
    assert len(told) == 1
    assert sorted(done + told) == ["a", "b", "c", "d"]


def test_a_failure_in_a_fork_is_left_to_whoever_makes_the_rest(capfd: pytest.CaptureFixture[str]) -> None:
    def there(file: IO[bytes], task: str) -> None:
        raise ValueError(task)

    (file,) = share(["a", "b"], 2, lambda task: time.sleep(0.2), there)
    assert not list(frames(file))
    assert capfd.readouterr() == ("", ""), "nobody is told of it twice"


def test_what_fails_here_is_raised_and_no_fork_is_left() -> None:
    forks: list[int] = []
    fork = os.fork

    def noted() -> int:
        number = fork()
        forks.append(number)
        return number

    def here(task: str) -> None:
        raise ValueError(task)

    def there(file: IO[bytes], task: str) -> None:
        time.sleep(60)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fork", noted)
        with pytest.raises(ValueError, match="task"):
            share(["task", "task two", "task three"], 2, here, there)
    (number,) = forks
    with pytest.raises(ChildProcessError):
        os.waitpid(number, os.WNOHANG)


def test_a_frame_that_was_cut_off_is_left_out() -> None:
    file = io.BytesIO()
    write_frame(file, b"whole")
    write_frame(file, b"cut off")
    assert list(frames(io.BytesIO(file.getvalue()))) == [b"whole", b"cut off"]
    assert list(frames(io.BytesIO(file.getvalue()[:-1]))) == [b"whole"]


def test_among_threads_nothing_is_forked() -> None:
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    assert can_fork()
    thread.start()
    try:
        assert not can_fork()
    finally:
        stop.set()
        thread.join()
