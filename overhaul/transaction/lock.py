"""One transaction at a time: a lock that the system lets go of when its owner dies, and that says who it is."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import socket
import stat
import sys
import time
from pathlib import Path
from typing import Final

import msgspec

from overhaul.errors import Refused

_FLAGS: Final = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_BUSY: Final = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)


class Owner(msgspec.Struct, frozen=True):
    """Who holds the lock."""

    process: int
    host: str
    since: str
    """Local time, to the second."""
    what: str
    """The title of the transaction."""


class Lock:
    """A context that holds the file `lock` of a folder.

    The system ties it to the open file: it ends with the process, however that ends, so that none is left behind by a
    process that was killed, nor by one before the machine was started anew, and a process that has come by the same
    number is never taken for its owner. The text in the file only tells people who it is; the file stays.
    """

    def __init__(self, folder: Path, what: str) -> None:
        """`folder` is there, and is no link; `what` is told to whoever comes second."""
        self._file = folder / "lock"
        self._what = what
        self._handle = -1
        self.stale: Owner | None = None
        """Who held it last, when that process ended without letting go."""

    def __enter__(self) -> Lock:
        """Take it. Raises Refused, with the owner, when somebody holds it."""
        while True:
            try:
                handle = os.open(self._file, _FLAGS, 0o644)
            except OSError as error:
                raise Refused(f"{self._file}: cannot be opened ({error.strerror}): allow it") from error
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                os.close(handle)
                raise Refused(f"{self._file}: is no plain file: take it away")
            try:
                _take(handle)
            except OSError as error:
                owner = _told(self._file)
                os.close(handle)
                if error.errno not in _BUSY:
                    raise Refused(
                        f"{self._file}: this file system cannot lock ({error.strerror}): work on a copy elsewhere"
                    ) from error
                raise Refused(f"{self._file}: {_named(owner)}: wait until that has ended, or end it") from None
            if _same(handle, self._file):
                break
            # Somebody took the file away between our opening it and holding it.
            os.close(handle)
        self._handle = handle
        self.stale = _told(self._file)
        owner = Owner(os.getpid(), socket.gethostname(), time.strftime("%Y-%m-%d %H:%M:%S"), self._what)
        # The standard library's, since a title may hold the name of a file that is not UTF-8.
        self._say(json.dumps(msgspec.to_builtins(owner)).encode("ascii"))
        return self

    def __exit__(self, *_: object) -> None:
        """Let go."""
        handle, self._handle = self._handle, -1
        if handle < 0:
            return
        with contextlib.suppress(OSError):
            os.ftruncate(handle, 0)
        os.close(handle)

    def _say(self, data: bytes) -> None:
        # What cannot be said for want of room is missed by nobody but the reader of a message.
        with contextlib.suppress(OSError):
            os.ftruncate(self._handle, 0)
            os.pwrite(self._handle, data, 0) if sys.platform != "win32" else os.write(self._handle, data)


if sys.platform == "win32":  # pragma: no cover
    import msvcrt

    def _take(handle: int) -> None:
        # Far behind what is written: Windows refuses reading what is locked.
        os.lseek(handle, 1 << 30, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        os.lseek(handle, 0, os.SEEK_SET)
else:
    import fcntl

    def _take(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _same(handle: int, file: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), os.lstat(file))
    except FileNotFoundError:
        return False


def _told(file: Path) -> Owner | None:
    """Who the file says holds it."""
    with contextlib.suppress(OSError, ValueError, msgspec.ValidationError):
        handle = os.open(file, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with open(handle, "rb") as stream:
            return msgspec.convert(json.loads(stream.read(1 << 16)), Owner)
    return None


def _named(owner: Owner | None) -> str:
    if owner is None:
        return "another overhaul is writing here"
    place = "" if owner.host == socket.gethostname() else f" on {owner.host}"
    return f"process {owner.process}{place} is writing here since {owner.since} ({owner.what})"


__all__ = ["Lock", "Owner"]
