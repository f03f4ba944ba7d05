"""A list of tasks done by this process and its forks, as long as there are processors for them."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import IO, Final

_LENGTH: Final = 8
_MOST: Final = 255
"""A task's number is one byte: that much is read from a pipe by one process only, whoever else reads."""


def can_fork() -> bool:
    """Whether this process can be split in two: elsewhere, or among threads, forking breaks what libraries hold."""
    return sys.platform == "linux" and threading.active_count() == 1


def share(
    tasks: Sequence[str], processes: int, here: Callable[[str], object], there: Callable[[IO[bytes], str], object]
) -> list[IO[bytes]]:
    """Do each task once, in this process by `here(task)` or in a fork by `there(file, task)`, in the order given.

    Returns the files that the forks have written, at their beginning, for the caller to read and close. A fork that
    fails writes what it has done until then: whoever needs the rest makes it anew, and meets the failure there.
    What `here` raises is raised after the forks are ended.
    """
    tasks = tasks[:_MOST]
    readable, writable = os.pipe()
    os.write(writable, bytes(range(len(tasks))))
    os.close(writable)
    forks: list[tuple[int, IO[bytes]]] = []
    try:
        for _ in range(min(processes, len(tasks)) - 1):
            try:
                file: IO[bytes] = tempfile.TemporaryFile(prefix="overhaul-")  # noqa: SIM115 - handed to the caller
                number = os.fork()
            except OSError:
                break  # no more processes or no room for their files: fewer do as well
            if number == 0:
                _forked(tasks, readable, file, there)
            forks.append((number, file))
        while claimed := os.read(readable, 1):
            here(tasks[claimed[0]])
    except BaseException:
        for number, file in forks:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
            os.waitpid(number, 0)
            file.close()
        raise
    finally:
        os.close(readable)
    for number, file in forks:
        os.waitpid(number, 0)
        file.seek(0)
    return [file for _, file in forks]


def write_frame(file: IO[bytes], data: bytes) -> None:
    """Write bytes so that `frames` finds them again."""
    file.write(len(data).to_bytes(_LENGTH, "big") + data)


def frames(file: IO[bytes]) -> Iterator[bytes]:
    """What was written with `write_frame`, as far as it is whole: a fork may have ended in the midst of it."""
    while len(head := file.read(_LENGTH)) == _LENGTH:
        data = file.read(length := int.from_bytes(head, "big"))
        if len(data) == length:
            yield data


def _forked(
    tasks: Sequence[str], readable: int, file: IO[bytes], there: Callable[[IO[bytes], str], object]
) -> None:  # fmt: skip
    """What a fork does; it never returns."""
    try:
        # Ctrl-C is the parent's to answer.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        while claimed := os.read(readable, 1):
            there(file, tasks[claimed[0]])
            file.flush()
    finally:
        # Neither buffers nor connections of the parent's are to be flushed and closed here.
        os._exit(0)


class Early:
    """Tasks that forks do while this process does something else; what they have not done in time is given up."""

    def __init__(self, tasks: Sequence[str], processes: int, do: Callable[[str], bytes]) -> None:
        """Start at once; `do` makes bytes of a task. No fork is made where there can be none."""
        self._forks: list[tuple[int, IO[bytes]]] = []
        for first in range(min(processes, len(tasks)) if can_fork() else 0):
            try:
                file: IO[bytes] = tempfile.TemporaryFile(prefix="overhaul-")  # noqa: SIM115 - closed by `done`
                number = os.fork()
            except OSError:
                return
            if number == 0:
                _early(tasks[first::processes], file, do)
            self._forks.append((number, file))

    def done(self) -> Iterator[bytes]:
        """What has been made so far, in no order; the forks are ended."""
        forks, self._forks = self._forks, []
        for number, _ in forks:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        for number, file in forks:
            os.waitpid(number, 0)
            with file:
                file.seek(0)
                yield from frames(file)


def _early(tasks: Sequence[str], file: IO[bytes], do: Callable[[str], bytes]) -> None:
    """What such a fork does; it never returns."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for task in tasks:
            write_frame(file, do(task))
            file.flush()
    finally:
        os._exit(0)
