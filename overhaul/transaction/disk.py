"""What a transaction does to the disk, one system call after the other, so that a test can stop or fail any of them."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
import sys
from pathlib import Path
from typing import Final, Literal

import msgspec

Kind = Literal["absent", "file", "folder", "link", "special"]

_PLAIN: Final = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
"""A link is not followed, a pipe is not waited for."""


class State(msgspec.Struct, frozen=True):
    """What stands at a path."""

    kind: Kind = "absent"
    digest: str = ""
    """Of a file's content: BLAKE2b, 16 bytes, in hexadecimal."""
    mode: int = 0
    """Permissions of a file or a folder."""
    links: int = 0
    """Names that the file has on the disk."""

    def holds(self, other: State) -> bool:
        """Whether both are absent, or files of the same content."""
        return self.kind == other.kind and self.digest == other.digest


ABSENT: Final = State()


class Disk:
    """The real one. Whoever inherits from it may fail each deed, or end the process at it, in `step`."""

    def step(self, deed: str, path: Path) -> None:
        """Called before each deed."""

    # Looking

    def look(self, path: Path) -> State:
        """What stands at a path; links are not followed. Raises OSError for what cannot be read."""
        self.step("look", path)
        try:
            found = os.lstat(path)
        except (FileNotFoundError, NotADirectoryError):
            return ABSENT
        mode = stat.S_IMODE(found.st_mode)
        if not stat.S_ISREG(found.st_mode):
            kinds: dict[int, Kind] = {stat.S_IFDIR: "folder", stat.S_IFLNK: "link"}
            return State(kinds.get(stat.S_IFMT(found.st_mode), "special"), "", mode)
        return State("file", digest(self.read(path)), mode, found.st_nlink)

    def read(self, path: Path) -> bytes:
        """The bytes of a file, which no link leads to. Raises OSError."""
        self.step("read", path)
        with open(os.open(path, os.O_RDONLY | _PLAIN), "rb") as stream:
            return stream.read()

    # Files

    def create(self, path: Path, data: bytes, mode: int, like: Path | None = None, unlike: Path | None = None) -> None:
        """Write a file that is not there yet, with permissions, and the owner and attributes of the file `like`.

        It is on the disk only after `sync`. Its time differs from that of `unlike`, whose place it will take: Python
        goes by the second in which a source was written, and its size, when it takes compiled code for fresh.
        """
        self.step("create", path)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _PLAIN, 0o600)
        try:
            self.step("write", path)
            self.put(handle, data)
            self.step("dress", path)
            _dress(handle, path, mode, like)
            if unlike is not None:
                _make_later(handle, path, unlike)
        finally:
            os.close(handle)

    def put(self, handle: int, data: bytes) -> None:
        """Write all of the data."""
        view = memoryview(data)
        while view:
            view = view[os.write(handle, view) :]

    def sync(self, path: Path) -> None:
        """Wait until a file's content is on the disk."""
        self.step("sync", path)
        # Windows writes out only what was opened for writing.
        handle = os.open(path, (os.O_RDWR if os.name == "nt" else os.O_RDONLY) | _PLAIN)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def replace(self, path: Path, target: Path) -> None:
        """Let a file or folder take the place of another one, in one instant."""
        self.step("replace", target)
        os.replace(path, target)

    def remove(self, path: Path) -> None:
        """Take a file away; it may have gone already."""
        self.step("remove", path)
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            os.unlink(path)

    # Folders

    def make_folder(self, path: Path, mode: int | None = None) -> None:
        """Make a folder, with permissions if they are given; it may be there already."""
        self.step("make folder", path)
        with contextlib.suppress(FileExistsError):
            os.mkdir(path)
            if mode is not None:
                self.step("dress", path)
                os.chmod(path, mode)

    def remove_folder(self, path: Path) -> bool:
        """Take an empty folder away; False where something stands in it. It may have gone already."""
        self.step("remove folder", path)
        try:
            os.rmdir(path)
        except (FileNotFoundError, NotADirectoryError):
            return True
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
            return False
        return True

    def sync_folder(self, path: Path) -> None:
        """Wait until the names in a folder are on the disk; the folder may have gone."""
        self.step("sync folder", path)
        if os.name == "nt":
            return
        try:
            handle = os.open(path, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
        except (FileNotFoundError, NotADirectoryError):
            return
        try:
            os.fsync(handle)
        except OSError as error:
            # Some file systems of the network know no such thing.
            if error.errno not in (errno.EINVAL, errno.ENOTSUP):
                raise
        finally:
            os.close(handle)


def digest(data: bytes) -> str:
    """What a content is known by in the journal."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _dress(handle: int, path: Path, mode: int, like: Path | None) -> None:
    """Owner and extended attributes as far as this user may set them, then permissions."""
    if like is not None and sys.platform != "win32":
        with contextlib.suppress(OSError):
            other, own = os.lstat(like), os.fstat(handle)
            if (other.st_uid, other.st_gid) != (own.st_uid, own.st_gid):
                os.fchown(handle, other.st_uid, other.st_gid)
    if like is not None and sys.platform == "linux":
        with contextlib.suppress(OSError):
            for name in os.listxattr(like, follow_symlinks=False):
                os.setxattr(handle, name, os.getxattr(like, name, follow_symlinks=False))
    if sys.platform == "win32":
        os.chmod(path, mode)
    else:
        os.fchmod(handle, mode)


def _make_later(handle: int, path: Path, other: Path) -> None:
    """One second later than another file of the same size that was written in the same second."""
    try:
        old = os.lstat(other)
    except OSError:
        return
    new = os.fstat(handle)
    if int(old.st_mtime) == int(new.st_mtime) and old.st_size == new.st_size:
        later = (int(old.st_mtime) + 1) * 1_000_000_000
        os.utime(handle if os.utime in os.supports_fd else path, ns=(new.st_atime_ns, later))


__all__ = ["ABSENT", "Disk", "State", "digest"]
