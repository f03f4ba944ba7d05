"""What the git history of a codebase says of its files: who changed which, how often, and when.

Which part of it is read, and what counts as a change, is in `docs/hotspots.md`.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Final

import msgspec

from overhaul.gitlog import Commit, ask, at_head, git_program
from overhaul.repository import Repository, repository

DAYS: Final = 365
"""How far back from the last commit that touches Python files the history is read, at least ..."""
COMMITS: Final = 500
"""... and how many commits that touch Python files are read, at least, where there are so many."""
MOST_COMMITS: Final = 50_000
"""Where reading ends in any case."""
IN_A_ROW: Final = 100
"""Commits, one after the other, that must be older than that before reading ends: one with a wrong clock is not all."""


class FileHistory(msgspec.Struct, frozen=True):
    """What the commits that were read did to one file, which is there at HEAD."""

    path: str
    """Relative to the audited root."""
    changes: int
    """Commits that touched it."""
    authors: int
    first: str
    """Date of the first of these commits, ISO 8601, in UTC."""
    last: str


class Log(msgspec.Struct, frozen=True):
    """What was read of the history."""

    files: tuple[FileHistory, ...] = ()
    """By path."""
    commits: int = 0
    """How many were read that touch Python files; merges are none, what they bring in is counted where it was made."""
    authors: int = 0
    since: str = ""
    """Date of the oldest of them, ISO 8601, in UTC."""
    until: str = ""
    note: str = ""
    """Why nothing was read, or what is missing; "" when all is as it should be."""
    failed: bool = False
    """git broke off or took too long: another run may have more luck."""


class History:
    """The git history of the folder that is audited; git is not run before the log is asked for."""

    def __init__(self, root: Path) -> None:
        """`root` may be any folder of a work tree, or none."""
        self._root = root

    @cached_property
    def repository(self) -> Repository | str:
        """The repository, or why there is none that can be read."""
        return repository(self._root)

    @cached_property
    def digest(self) -> bytes:
        """A digest of all that the log depends on; git is not run for it."""
        found = self.repository
        # The limits are part of the trunk's code, which every result depends on anyway.
        parts = (found,) if isinstance(found, str) else (found.head, found.prefix, *found.shallow)
        text = "\n".join((*parts, "git" if git_program(self._root) else "no git"))
        return hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=16).digest()

    @cached_property
    def log(self) -> Log:
        """What git says; the same for the same HEAD, whatever the day."""
        found = self.repository
        if isinstance(found, str):
            return Log(note=found)
        git = git_program(self._root)
        if git is None:
            return Log(note="git is not installed")
        files: set[bytes] = set()
        listed = at_head(git, found, files)
        reading = _Reading(found, files)
        ended = listed if listed.failure else ask(git, found, reading.take)
        return Log(note=ended.failure, failed=True) if ended.failure else reading.log(cut=ended.cut, part=listed.cut)

    @property
    def failed(self) -> bool:
        """Whether git was asked in vain, so that the answer is not to be kept."""
        return "log" in self.__dict__ and self.log.failed


class _File:
    """What is known of one file so far, from the newest commit to the oldest."""

    def __init__(self, name: bytes | None) -> None:
        self.name = name
        """Its path at HEAD; None for one that is not there, by all that is known so far."""
        self.changes = 0
        self.authors: set[str] = set()
        self.first = self.last = 0

    def touch(self, changes: int, authors: set[str], first: int, last: int) -> None:
        """Add changes to those that are known."""
        self.first = min(self.first, first) if self.changes else first
        self.last = max(self.last, last) if self.changes else last
        self.changes += changes
        self.authors |= authors


class _Reading:
    """The files of the commits that were taken, under the names they have at HEAD.

    Commits of several lines of history come mixed, by their dates: a file that was changed on one line may be renamed
    by a later or earlier commit of another. What is changed under a name that HEAD does not have is kept until a rename
    tells what became of it, or the file is made.
    """

    def __init__(self, found: Repository, files: set[bytes]) -> None:
        """`files` are the paths that HEAD has."""
        self._shallow = frozenset(found.shallow)
        self._prefix = f"{found.prefix}/" if found.prefix else ""
        self._here = files
        self._files: dict[bytes, _File] = {}
        """By the path of an older commit."""
        self._kept: list[_File] = []
        """Those that are there at HEAD."""
        self._authors: set[str] = set()
        self._commits = 0
        self._newest = self._oldest = 0
        self._old = 0
        """How many of the last commits were too old, one after the other."""
        self._enough = False

    def take(self, commit: Commit) -> bool:
        """Count a commit; False when it is one too many."""
        if commit.name in self._shallow:
            # git takes it for the first of all, which made every file.
            return True
        if not self._commits:
            self._newest = self._oldest = commit.when
        old = commit.when < self._newest - DAYS * 86400
        self._old = self._old + 1 if old else 0
        self._enough = self._commits >= MOST_COMMITS or (self._commits >= COMMITS and self._old > IN_A_ROW)
        if self._enough:
            return False
        counted = self._commits < COMMITS or not old
        if counted:
            self._commits += 1
            self._authors.add(commit.author)
            self._oldest = min(self._oldest, commit.when)
        for status, path, moved in commit.touched:
            self._touch(commit, status, path, moved, counted=counted)
        return True

    def _touch(self, commit: Commit, status: str, path: bytes, moved: bytes, *, counted: bool) -> None:
        now = moved or path
        file = self._file(now)
        if counted:
            file.touch(1, {commit.author}, commit.when, commit.when)
        if status == "R":
            # What was changed under the old name on another line of history meanwhile is the same file.
            was = self._files.get(path)
            if was is not None and was is not file and was.name is None and was.changes:
                file.touch(was.changes, was.authors, was.first, was.last)
            # Before this commit it had its old name, and what had the new one was another file.
            self._files[path], self._files[now] = file, _File(None)
        elif status == "A" and file.name is None:
            # What had this name before was another file.
            self._files[now] = _File(None)

    def _file(self, path: bytes) -> _File:
        """The file that had this path in a commit as old as the one that is read."""
        file = self._files.get(path)
        if file is None:
            file = self._files[path] = _File(path if path in self._here else None)
            if file.name is not None:
                self._kept.append(file)
        return file

    def log(self, *, cut: bool, part: bool) -> Log:
        """All of it; `cut` says that there were more commits than could be taken, `part` that HEAD has more files."""
        return Log(
            tuple(self._rows()), self._commits, len(self._authors), _day(self._oldest), _day(self._newest),
            self._note(cut=cut, part=part),
        )  # fmt: skip

    def _rows(self) -> Iterator[FileHistory]:
        for file in sorted((file for file in self._kept if file.changes), key=lambda file: file.name or b""):
            with contextlib.suppress(UnicodeDecodeError):
                path = (file.name or b"").decode("utf-8")
                if path.startswith(self._prefix):
                    path = path.removeprefix(self._prefix)
                    yield FileHistory(path, file.changes, len(file.authors), _day(file.first), _day(file.last))

    def _note(self, *, cut: bool, part: bool) -> str:
        if not self._commits and self._shallow:
            return "a shallow clone without history (`git fetch --unshallow` brings it)"
        if not self._commits:
            return "no commit touches a Python file here"
        if part:
            return "only a part of the files is told: there are too many"
        if cut or self._commits >= MOST_COMMITS:
            return f"only the last {self._commits:,} commits were read: there are too many"
        if self._shallow and not self._enough:
            return f"a shallow clone: nothing is known of the time before {_day(self._oldest)}"
        return ""


def _day(seconds: int) -> str:
    """The date, in UTC; "" for a time that is none."""
    try:
        return datetime.fromtimestamp(seconds, UTC).date().isoformat() if seconds else ""
    except (OverflowError, OSError, ValueError):
        return ""


__all__ = ["FileHistory", "History", "Log"]
