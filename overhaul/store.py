"""What is known about files by their content, kept in one SQLite file, so that nothing is parsed twice.

Rows of facts lie under the digest of the bytes they came from; a stat index saves reading files that have not changed;
results about the whole project lie under a digest of all they were made from. Nothing in it is ever unpickled, and a
file that is damaged, foreign or of another version is made anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

FOLDER: Final = ".overhaul"
_APPLICATION: Final = 0x0EE4A01
_BUSY: Final = 5.0
_RACY_NS: Final = 2_000_000_000
PRINT: Final = 8
"""Bytes of the digest of one table's rows of one content."""


class Known(NamedTuple):
    """What the stat index says of a file."""

    size: int
    mtime_ns: int
    inode: int
    key: bytes
    seen_ns: int

    def matches(self, size: int, mtime_ns: int, inode: int) -> bool:
        """Whether the file is still the same; one that was written within two seconds of its last reading may not be."""
        same = self.size == size and self.mtime_ns == mtime_ns and self.inode == inode
        return same and self.seen_ns - mtime_ns > _RACY_NS


class Parsed(NamedTuple):
    """What came of one content: the encoded rows of each table in order, or why there are none."""

    key: bytes
    blobs: tuple[bytes, ...]
    lines: int
    stage: str
    reason: str


class Store:
    """One SQLite file; in memory where none can be written.

    `engine` is a digest of everything that facts depend on besides the content: a store made by another engine is
    emptied. `tables` are the names of the fact tables.
    """

    def __init__(self, folder: Path | None, engine: bytes, tables: Sequence[str]) -> None:
        """Open or make the store in `folder`/.overhaul; None keeps it in memory."""
        self._tables = tuple(tables)
        self._engine = engine
        self._file = None if folder is None else folder / FOLDER / "facts.sqlite"
        self.persistent = False
        self._base = self._open()

    def close(self) -> None:
        """Close the file."""
        self._base.close()

    # Files

    def known(self) -> dict[str, Known]:
        """The stat index: path -> what was seen."""
        rows = self._base.execute("SELECT path, size, mtime_ns, inode, key, seen_ns FROM files")
        return {path: Known(*rest) for path, *rest in rows}

    def parsed(self) -> dict[bytes, tuple[bytes, int]]:
        """Key -> the prints of its rows, eight bytes a table (empty if it could not be parsed), and its lines."""
        rows = self._base.execute("SELECT key, prints, lines FROM contents")
        return {key: (prints, lines) for key, prints, lines in rows}

    def failures(self) -> dict[bytes, tuple[str, str]]:
        """Key -> stage and reason, for contents that could not be parsed."""
        rows = self._base.execute("SELECT key, stage, reason FROM contents WHERE reason != ''")
        return {key: (stage, reason) for key, stage, reason in rows}

    def remember(self, files: Mapping[str, tuple[int, int, int, bytes]], gone: Iterable[str]) -> None:
        """Write the stat index: path -> (size, mtime_ns, inode, key); forget the paths that are `gone`."""
        now = time.time_ns()
        rows = [(path, size, mtime, inode, key, now) for path, (size, mtime, inode, key) in files.items()]
        lost = [(path,) for path in gone]

        def write(base: sqlite3.Connection) -> None:
            base.executemany("DELETE FROM files WHERE path = ?", lost)
            base.executemany("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?)", rows)

        if rows or lost:
            self._write(write)

    def add(self, contents: Sequence[Parsed]) -> None:
        """Write what came of parsing some contents, in one transaction."""

        def write(base: sqlite3.Connection) -> None:
            base.executemany(
                "INSERT OR REPLACE INTO contents VALUES (?, ?, ?, ?, ?)",
                [(one.key, b"".join(map(_print, one.blobs)), one.lines, one.stage, one.reason) for one in contents],
            )
            for number, table in enumerate(self._tables):
                rows = [(one.key, one.blobs[number]) for one in contents if one.blobs and one.blobs[number] != _EMPTY]
                base.executemany(f'INSERT OR REPLACE INTO "facts_{table}" VALUES (?, ?)', rows)  # noqa: S608

        self._write(write)

    def rows(self, table: str) -> dict[bytes, bytes]:
        """Key -> encoded rows of one table, for every content that has any."""
        return dict(self._base.execute(f'SELECT key, rows FROM "facts_{table}"'))  # noqa: S608 - our own names

    def row(self, table: str, key: bytes) -> bytes | None:
        """The encoded rows of one content."""
        found = self._base.execute(f'SELECT rows FROM "facts_{table}" WHERE key = ?', (key,)).fetchone()  # noqa: S608
        return found[0] if found else None

    def prune(self, keep: set[bytes]) -> None:
        """Drop contents that no file has any more, when they have come to be the larger part."""
        (count,) = self._base.execute("SELECT count(*) FROM contents").fetchone()
        if count <= 2 * len(keep) + 1000:
            return
        gone = [(key,) for (key,) in self._base.execute("SELECT key FROM contents") if key not in keep]

        def write(base: sqlite3.Connection) -> None:
            base.executemany("DELETE FROM contents WHERE key = ?", gone)
            for table in self._tables:
                base.executemany(f'DELETE FROM "facts_{table}" WHERE key = ?', gone)  # noqa: S608

        self._write(write)

    # Results about the whole project

    def result(self, name: str, key: bytes) -> tuple[bytes, int] | None:
        """An encoded table and its number of rows, if it was made from just this."""
        found = self._base.execute("SELECT data, rows FROM results WHERE name = ? AND key = ?", (name, key)).fetchone()
        return (found[0], found[1]) if found else None

    def keep(self, name: str, key: bytes, data: bytes, rows: int) -> None:
        """Keep an encoded table, in place of an older one of that name."""
        row = (name, key, data, rows)
        self._write(lambda base: base.execute("INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?)", row))

    # The file

    def _write(self, deed: Callable[[sqlite3.Connection], object]) -> None:
        """Do `deed` in one transaction; in memory from then on, when the file cannot be written."""
        try:
            self._transaction(deed)
        except sqlite3.OperationalError:
            # Locked by another run for longer than we wait, or a full disk: the run goes on without the file.
            self._base = self._in_memory_copy()
            self._transaction(deed)

    def _transaction(self, deed: Callable[[sqlite3.Connection], object]) -> None:
        base = self._base
        base.execute("BEGIN IMMEDIATE")
        try:
            deed(base)
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                base.execute("ROLLBACK")
            raise
        base.execute("COMMIT")

    def _in_memory_copy(self) -> sqlite3.Connection:
        """All that the file holds, in memory."""
        copy = sqlite3.connect(":memory:", isolation_level=None)
        self._base.backup(copy)
        self.persistent = False
        return copy

    def _open(self) -> sqlite3.Connection:
        if self._file is None:
            return self._made(sqlite3.connect(":memory:", isolation_level=None))
        try:
            self._file.parent.mkdir(exist_ok=True)
            ignore = self._file.parent / ".gitignore"
            if not ignore.exists():
                ignore.write_text("*\n", encoding="utf-8")
        except OSError:
            return self._made(sqlite3.connect(":memory:", isolation_level=None))
        for attempt in (1, 2):
            try:
                base = sqlite3.connect(self._file, timeout=_BUSY, isolation_level=None)
                self._made(base)
            except sqlite3.OperationalError:
                # Locked by another run, or a file system that cannot lock: nothing is wrong with the file.
                break
            except sqlite3.DatabaseError:
                if attempt == 1:
                    self._discard()
            else:
                self.persistent = True
                return base
        return self._made(sqlite3.connect(":memory:", isolation_level=None))

    def _discard(self) -> None:
        assert self._file is not None
        for suffix in ("", "-wal", "-shm", "-journal"):
            with contextlib.suppress(OSError):
                Path(f"{self._file}{suffix}").unlink()

    def rebuild(self) -> None:
        """Throw the file away and start with an empty one: something in it cannot be decoded."""
        with contextlib.suppress(sqlite3.Error):
            self._base.close()
        if self._file is not None:
            self._discard()
        self._base = self._open()

    def _made(self, base: sqlite3.Connection) -> sqlite3.Connection:
        """The schema, made when it is missing or of another engine."""
        base.execute("PRAGMA journal_mode = WAL")
        base.execute("PRAGMA synchronous = OFF")
        (application,) = base.execute("PRAGMA application_id").fetchone()
        (objects,) = base.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if application != _APPLICATION and objects:
            raise sqlite3.DatabaseError("a file of something else")
        if objects:
            row = base.execute("SELECT digest FROM engine").fetchone()
            if row is not None and row[0] == self._engine:
                return base
        base.execute("BEGIN IMMEDIATE")
        for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            base.execute(f'DROP TABLE "{name}"')
        base.execute(f"PRAGMA application_id = {_APPLICATION}")
        base.execute("CREATE TABLE engine (digest BLOB)")
        base.execute("INSERT INTO engine VALUES (?)", (self._engine,))
        base.execute(
            "CREATE TABLE files (path TEXT PRIMARY KEY, size INT, mtime_ns INT, inode INT, key BLOB, seen_ns INT)"
            " WITHOUT ROWID"
        )
        base.execute("CREATE TABLE contents (key BLOB PRIMARY KEY, prints BLOB, lines INT, stage TEXT, reason TEXT) WITHOUT ROWID")
        base.execute("CREATE TABLE results (name TEXT PRIMARY KEY, key BLOB, data BLOB, rows INT)")
        for table in self._tables:
            base.execute(f'CREATE TABLE "facts_{table}" (key BLOB PRIMARY KEY, rows BLOB)')
        base.execute("COMMIT")
        return base


_EMPTY: Final = b"\x90"
"""An empty list in MessagePack."""


def _print(blob: bytes) -> bytes:
    return hashlib.blake2b(blob, digest_size=PRINT).digest()
