"""What is known about files by their content, kept in one SQLite file, so that nothing is parsed twice.

Rows of facts lie under the digest of the bytes they came from; a stat index saves reading files that have not changed;
results about the whole project lie under a digest of all they were made from. The last two are kept for each audited
root by itself. Nothing in the file is ever unpickled, and one that is damaged, foreign, of another version or of
another user is made anew.
"""

from __future__ import annotations

import contextlib
import copy
import hashlib
import os
import sqlite3
import stat
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from overhaul.patterns import regex

FOLDER: Final = ".overhaul"
ROOTS: Final = 16
"""Audited roots whose stat index and results are kept; the one not written for longest goes first."""
_APPLICATION: Final = 0x0EE4A01
_BUSY: Final = 5.0
_RACY_NS: Final = 2_000_000_000
_TOKEN: Final = 32
COUNT: Final = 4
PRINT: Final = 8
"""Bytes of the digest of one table's rows of one content."""


class Damaged(sqlite3.DatabaseError):
    """The store was damaged, or changed under the run; it is empty now, and what the run needs must be made again."""


class Known(NamedTuple):
    """What the stat index says of a file."""

    size: int
    mtime_ns: int
    inode: int
    key: bytes
    seen_ns: int

    def matches(self, size: int, mtime_ns: int, inode: int) -> bool:
        """Whether the file is still the same; one written within two seconds of when it was last seen may not be."""
        same = self.size == size and self.mtime_ns == mtime_ns and self.inode == inode
        return same and self.seen_ns - mtime_ns > _RACY_NS


class Content(NamedTuple):
    """What is known of one content without decoding any of its rows."""

    prints: bytes
    """Digests of its rows, `PRINT` bytes a table; empty if it could not be parsed."""
    counts: bytes
    """Numbers of its rows, `COUNT` bytes a table, in the order of bytes of this machine."""
    lines: int


class Parsed(NamedTuple):
    """What came of one content: the encoded rows of each table in order, or why there are none."""

    key: bytes
    blobs: tuple[bytes, ...]
    lines: int
    stage: str
    reason: str
    limit: float = 0.0
    """The time in seconds after which it was given up; 0 when time was not the reason."""

    @property
    def partial(self) -> bool:
        """Whether some collectors have not looked yet: what they would have made is empty bytes."""
        return b"" in self.blobs


class Store:
    """One SQLite file; in memory where none can be written.

    `engine` is a digest of everything that facts depend on besides the content: a store made by another engine is
    emptied. `tables` are the names of the fact tables. `root` is what is audited.
    """

    def __init__(self, folder: Path | None, engine: bytes, tables: Sequence[str], root: Path | None = None) -> None:
        """Open or make the store in `folder`/.overhaul; None keeps it in memory."""
        self._tables = tuple(tables)
        self._schema = _schema(self._tables)
        self._file = None if folder is None else folder / FOLDER / "facts.sqlite"
        key = b"" if folder is None else _token()
        self._engine = hashlib.blake2b(engine, key=key, digest_size=32).digest()
        self._root = _name_of(root, folder)
        self._rebuilt = 0
        self.refill: Callable[[], object] | None = None
        """Makes again what the run has put in, after damage; until there is one, Damaged is raised."""
        self.persistent = False
        self._version: int | None = None
        """Changes when another connection writes to the file."""
        self._forked: Callable[[str, bytes, bytes, int], None] | None = None
        self._own: dict[tuple[str, bytes], tuple[bytes, int]] | None = None
        """Results that are not written, of a store `aside`."""
        self._sketched: dict[bytes, Parsed] = {}
        """Key -> what is known in part, for stores `aside` only: they share it, and it is not written."""
        self._base = self._open()

    def close(self) -> None:
        """Close the file."""
        self._base.close()

    # Files

    def known(self) -> dict[str, Known]:
        """The stat index: path -> what was seen."""
        rows = self._read(
            "SELECT path, size, mtime_ns, inode, key, seen_ns FROM files JOIN roots ON root = id WHERE name = ?",
            self._root,
        )
        return {path: Known(*rest) for path, *rest in rows}

    def parsed(self, limit: float = 0.0) -> dict[bytes, Content]:
        """Key -> what is known of each content. Without those that were given up after less than `limit` seconds."""
        rows = self._read("SELECT key, prints, counts, lines FROM contents WHERE given_up = 0 OR given_up >= ?", limit)
        found = {key: Content(prints, counts, lines) for key, prints, counts, lines in rows}
        if self._own is not None:
            for key, one in self._sketched.items():
                found.setdefault(key, Content(*_outline(one.blobs), one.lines))
        return found

    def failures(self) -> dict[bytes, tuple[str, str]]:
        """Key -> stage and reason, for contents that could not be parsed."""
        rows = self._read("SELECT key, stage, reason FROM contents WHERE reason != ''")
        return {key: (stage, reason) for key, stage, reason in rows}

    def remember(self, files: Mapping[str, tuple[int, int, int, bytes]], gone: Iterable[str], seen_ns: int) -> None:
        """Write the stat index: path -> (size, mtime_ns, inode, key); forget the paths that are `gone`.

        `seen_ns` is a time at which no file had been read yet.
        """
        lost = [(self._root, path) for path in gone]

        def write(base: sqlite3.Connection) -> None:
            root = self._enter_root(base)
            base.executemany("DELETE FROM files WHERE root = (SELECT id FROM roots WHERE name = ?) AND path = ?", lost)
            base.executemany(
                "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?)",
                [(root, path, size, mtime, inode, key, seen_ns) for path, (size, mtime, inode, key) in files.items()],
            )

        if files or lost:
            self._write(write)

    def add(self, contents: Sequence[Parsed]) -> None:
        """Write what came of parsing some contents, in one transaction; what is partial is kept in memory."""
        for one in contents:
            self._sketched.pop(one.key, None)
            if one.partial:
                self._sketched[one.key] = one
        contents = [one for one in contents if not one.partial]

        def write(base: sqlite3.Connection) -> None:
            base.executemany(
                "INSERT OR REPLACE INTO contents VALUES (?, ?, ?, ?, ?, ?, ?)",
                [(one.key, *_outline(one.blobs), one.lines, one.stage, one.reason, one.limit) for one in contents],
            )
            for number, table in enumerate(self._tables):
                rows = [(one.key, one.blobs[number]) for one in contents if one.blobs and one.blobs[number] != _EMPTY]
                base.executemany(f'INSERT OR REPLACE INTO "facts_{table}" VALUES (?, ?)', rows)

        if contents:
            self._write(write)

    def rows(self, table: str) -> dict[bytes, bytes]:
        """Key -> encoded rows of one table, for every content that has any."""
        found = dict(self._read(f'SELECT key, rows FROM "facts_{table}"'))
        return self._sketches(table) | found if self._own is not None else found

    def row(self, table: str, key: bytes) -> bytes | None:
        """The encoded rows of one content."""
        found = self._read(f'SELECT rows FROM "facts_{table}" WHERE key = ?', key)
        if not found and self._own is not None:
            return self._sketches(table).get(key)
        return found[0][0] if found else None

    def _sketches(self, table: str) -> dict[bytes, bytes]:
        """Key -> encoded rows of what is known in part."""
        number = self._tables.index(table)
        found = ((key, one.blobs[number]) for key, one in self._sketched.items())
        return {key: blob for key, blob in found if blob not in (b"", _EMPTY)}

    def lacking(self, table: str) -> set[bytes]:
        """The keys of the contents in which nobody has looked for rows of a table."""
        number = self._tables.index(table)
        return {key for key, one in self._sketched.items() if not one.blobs[number]} if self._sketched else set()

    def intact(self, table: str, key: bytes, blob: bytes) -> bool:
        """Whether encoded rows are, to the byte, what a collector made."""
        number = self._tables.index(table)
        if self._own is not None and (sketched := self._sketched.get(key)) is not None:
            return sketched.blobs[number] == blob
        found = self._read("SELECT prints FROM contents WHERE key = ?", key)
        return bool(found) and found[0][0][number * PRINT : (number + 1) * PRINT] == _print(blob)

    def prune(self, keep: set[bytes]) -> None:
        """Drop contents that no file of any root has any more, when they have come to be the larger part."""
        ((count,),) = self._read("SELECT count(*) FROM contents")
        if count <= 2 * len(keep) + 1000:
            return
        held = keep | {key for (key,) in self._read("SELECT key FROM files")}
        if count <= 2 * len(held) + 1000:
            return
        gone = [(key,) for (key,) in self._read("SELECT key FROM contents") if key not in held]

        def write(base: sqlite3.Connection) -> None:
            base.executemany("DELETE FROM contents WHERE key = ?", gone)
            for table in self._tables:
                base.executemany(f'DELETE FROM "facts_{table}" WHERE key = ?', gone)

        self._write(write)

    # Results about the whole project

    def result(self, name: str, key: bytes) -> tuple[bytes, int] | None:
        """An encoded table and its number of rows, if it was made from just this."""
        if self._own is not None and (own := self._own.get((name, key))) is not None:
            return own
        found = self._read(
            "SELECT data, rows FROM results JOIN roots ON root = id"
            " WHERE roots.name = ? AND results.name = ? AND key = ?",
            self._root, name, key,
        )  # fmt: skip
        return found[0] if found else None

    def keep(self, name: str, key: bytes, data: bytes, rows: int) -> None:
        """Keep an encoded table, in place of an older one of that name."""
        if self._forked is not None:
            self._forked(name, key, data, rows)
            return
        if self._own is not None:
            self._own[name, key] = data, rows
            return

        def write(base: sqlite3.Connection) -> None:
            row = (self._enter_root(base), name, key, data, rows)
            base.execute("INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?)", row)

        self._write(write)

    def aside(self) -> Store:
        """A view for a tree that is not on the disk: results of the real one are read, its own only kept in memory.

        Facts are written as ever: they lie under the digest of their content.
        """
        view = copy.copy(self)
        view._own = {}
        view.refill = None
        return view

    def in_fork(self, keep: Callable[[str, bytes, bytes, int], None]) -> None:
        """Be the store of a forked process: read through an own connection, and hand to `keep` what is to be kept.

        The parent's connection stays open, since closing it here would take the parent's locks away. Damage is for the
        parent to deal with: here it is Damaged.
        """
        if self._forked is None and self.persistent and self._file is not None:
            self._inherited = self._base
            self._version = None
            self._base = sqlite3.connect(self._file, timeout=_BUSY, isolation_level=None)
        self._forked = keep

    def _enter_root(self, base: sqlite3.Connection) -> int:
        """The number of the audited root, now the latest; the oldest beyond `ROOTS` go."""
        base.execute(
            "INSERT INTO roots (name, used) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET used = excluded.used",
            (self._root, time.time_ns()),
        )
        for (old,) in base.execute("SELECT id FROM roots ORDER BY used DESC LIMIT -1 OFFSET ?", (ROOTS,)).fetchall():
            for table, column in (("files", "root"), ("results", "root"), ("roots", "id")):
                base.execute(f"DELETE FROM {table} WHERE {column} = ?", (old,))
        ((number,),) = base.execute("SELECT id FROM roots WHERE name = ?", (self._root,))
        return int(number)

    # Damage

    def damaged(self, *, discard: bool = True) -> None:
        """Start with an empty store, because this one cannot be read or has become another run's.

        The first time a new file is made (if `discard`), from then on it is kept in memory. Then `refill` makes again
        what was in it; without one, Damaged is raised.
        """
        if self._forked is not None:
            raise Damaged("the store was damaged")
        with contextlib.suppress(sqlite3.Error):
            self._base.close()
        if self._file is not None and discard:
            self._discard()
        self._rebuilt += 1
        self._base = self._open() if discard and self._rebuilt == 1 else self._in_memory()
        if self.refill is None:
            raise Damaged("the store was damaged")
        self.refill()

    def _read(self, statement: str, *values: object) -> list[Any]:
        try:
            found = self._base.execute(statement, values).fetchall()
            self._check_owner()
            return found
        except sqlite3.Error as error:
            # An operational error is another run that emptied the file, or a disk that fails: not ours to throw away.
            self.damaged(discard=not isinstance(error, sqlite3.OperationalError | Damaged))
            return self._base.execute(statement, values).fetchall()

    def _check_owner(self) -> None:
        """Raises Damaged when another engine has taken the file over since the last look.

        It leaves tables of the same names, so that what is read would only be too little, or another engine's.
        """
        if self.persistent:
            ((version,),) = self._base.execute("PRAGMA data_version")
            if version != self._version:
                if not self._is_ours(self._base):
                    raise Damaged("another version of overhaul, or other leaves, took the store over")
                self._version = version

    def _write(self, deed: Callable[[sqlite3.Connection], object]) -> None:
        """Do `deed` in one transaction; in memory from then on, when the file cannot be written."""
        try:
            self._transaction(deed)
        except Damaged:
            self.damaged(discard=False)
            self._transaction(deed)
        except sqlite3.OperationalError:
            # Locked by another run for longer than we wait, or a full disk: the run goes on without the file.
            try:
                self._base = self._in_memory_copy()
            except sqlite3.Error:
                self.damaged(discard=False)
            self._transaction(deed)
        except sqlite3.Error:
            self.damaged()
            self._transaction(deed)

    def _transaction(self, deed: Callable[[sqlite3.Connection], object]) -> None:
        base = self._base
        base.execute("BEGIN IMMEDIATE")
        try:
            if not self._is_ours(base):
                raise Damaged("another version of overhaul, or other leaves, took the store over")
            deed(base)
            base.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                base.execute("ROLLBACK")
            raise

    def _in_memory_copy(self) -> sqlite3.Connection:
        """All that the file holds, in memory."""
        copy = sqlite3.connect(":memory:", isolation_level=None)
        self._base.backup(copy)
        self._base.close()
        self.persistent = False
        return copy

    # The file

    def _open(self) -> sqlite3.Connection:
        if self._file is None or not _is_safe(self._file):
            return self._in_memory()
        for attempt in (1, 2):
            base: sqlite3.Connection | None = None
            try:
                base = sqlite3.connect(self._file, timeout=_BUSY, isolation_level=None)
                self._prepare(base)
            except sqlite3.Error as error:
                if base is not None:
                    base.close()
                if isinstance(error, sqlite3.OperationalError):
                    # Locked by another run, or a file system that cannot lock: nothing is wrong with the file.
                    break
                if attempt == 1:
                    self._discard()
            else:
                self.persistent = True
                self._version = None
                return base
        return self._in_memory()

    def _in_memory(self) -> sqlite3.Connection:
        self.persistent = False
        base = sqlite3.connect(":memory:", isolation_level=None)
        self._prepare(base)
        return base

    def _discard(self) -> None:
        assert self._file is not None
        for suffix in ("", "-wal", "-shm", "-journal"):
            with contextlib.suppress(OSError):
                Path(f"{self._file}{suffix}").unlink()

    def _prepare(self, base: sqlite3.Connection) -> None:
        """Make the schema where it is missing or of another engine. Raises DatabaseError for what is no store."""
        # The file may come with a hostile tree: nothing its schema says is to be run.
        base.execute("PRAGMA trusted_schema = OFF")
        base.execute("PRAGMA cell_size_check = ON")
        base.execute("PRAGMA synchronous = OFF")
        if self._is_ours(base):
            return
        base.execute("PRAGMA journal_mode = WAL")
        base.execute("BEGIN IMMEDIATE")
        # Another run may have made it while this one waited.
        if not self._is_ours(base):
            for name in _plain_tables(base):
                base.execute(f'DROP TABLE "{name}"')
            base.execute(f"PRAGMA application_id = {_APPLICATION}")
            for statement in self._schema.values():
                base.execute(statement)
            base.execute("INSERT INTO engine VALUES (?)", (self._engine,))
        base.execute("COMMIT")

    def _is_ours(self, base: sqlite3.Connection) -> bool:
        """Whether the file has just our tables, as this engine makes them. Raises DatabaseError for no database."""
        if dict(base.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")) != self._schema:
            return False
        return base.execute("SELECT digest FROM engine").fetchall() == [(self._engine,)]


_EMPTY: Final = b"\x90"
"""An empty list in MessagePack."""
_OURS: Final = regex(r"engine|roots|files|contents|results|facts_[a-z0-9_]+")


def _schema(tables: Iterable[str]) -> dict[str, str]:
    """Name -> the statement that makes the table, to the letter as SQLite keeps it."""
    columns = {
        "engine": "(digest BLOB)",
        "roots": "(id INTEGER PRIMARY KEY, name TEXT UNIQUE, used INT)",
        "files": "(root INT, path TEXT, size INT, mtime_ns INT, inode INT, key BLOB, seen_ns INT,"
        " PRIMARY KEY (root, path)) WITHOUT ROWID",
        "contents": "(key BLOB PRIMARY KEY, prints BLOB, counts BLOB, lines INT, stage TEXT, reason TEXT,"
        " given_up REAL) WITHOUT ROWID",
        "results": "(root INT, name TEXT, key BLOB, data BLOB, rows INT, PRIMARY KEY (root, name))",
        **{f"facts_{table}": "(key BLOB PRIMARY KEY, rows BLOB)" for table in tables},
    }
    return {name: f'CREATE TABLE "{name}" {text}' for name, text in columns.items()}


def _plain_tables(base: sqlite3.Connection) -> list[str]:
    """The tables of a store of another engine. Raises DatabaseError for a file that is no store of ours."""
    objects = base.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
    if not objects:
        return []
    ((application,),) = base.execute("PRAGMA application_id")
    named = [(kind, name, sql) for kind, name, sql in objects if sql is not None]
    plain = all(
        kind == "table" and _OURS.fullmatch(name) and sql.startswith("CREATE TABLE") for kind, name, sql in named
    )
    if application != _APPLICATION or not plain:
        raise sqlite3.DatabaseError("a file of something else")
    return [name for _, name, _ in named]


def _is_safe(file: Path) -> bool:
    """Whether the store's folder is there (made if need be, with a .gitignore) and writing in it stays in it.

    The folder may come with a hostile tree: a link there would let us write elsewhere, a pipe would hang us.
    """
    folder = file.parent
    try:
        folder.mkdir(exist_ok=True)
        if not stat.S_ISDIR(folder.lstat().st_mode):
            return False
        with contextlib.suppress(FileExistsError), (folder / ".gitignore").open("x", encoding="utf-8") as ignore:
            ignore.write("*\n")
        for found in os.scandir(folder):
            if found.name.startswith(file.name) and not found.is_file(follow_symlinks=False):
                return False
    except OSError:
        return False
    return True


def _name_of(root: Path | None, folder: Path | None) -> str:
    """What the audited root is called in the store: its path from the store's folder, so that both can be moved."""
    if root is None or folder is None:
        return ""
    root, folder = root.resolve(), folder.resolve()
    # Names of files need not be UTF-8, and SQLite's texts must.
    name = root.relative_to(folder).as_posix() if root.is_relative_to(folder) else root.as_posix()
    return name.encode(errors="surrogateescape").decode(errors="backslashreplace")


def _token() -> bytes:
    """A secret of this user on this machine, made once and kept in the user's cache: without it nobody plants a store.

    Where it cannot be kept it is another one each time, and so is the store.
    """
    try:
        home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        file = Path(home, "overhaul", "token")
        with contextlib.suppress(FileNotFoundError):
            if len(token := file.read_bytes()) == _TOKEN:
                return token
            file.unlink()
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = file.with_name(f"token.{os.getpid()}.{time.time_ns()}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as made:
            made.write(os.urandom(_TOKEN))
        try:
            # A link, since it does not replace: of two runs that begin at once, the first one's token holds.
            with contextlib.suppress(FileExistsError):
                os.link(fresh, file)
            return file.read_bytes()
        finally:
            fresh.unlink()
    except (OSError, RuntimeError):
        return os.urandom(_TOKEN)


def _outline(blobs: Iterable[bytes]) -> tuple[bytes, bytes]:
    """The prints and the counts of all tables."""
    return b"".join(map(_print, blobs)), b"".join(map(_count, blobs))


def _count(blob: bytes) -> bytes:
    """How many elements an array in MessagePack has, from its first bytes."""
    first = blob[0] if blob else 0x90
    count = first & 0x0F if first & 0xF0 == 0x90 else int.from_bytes(blob[1 : 3 if first == 0xDC else 5], "big")
    return count.to_bytes(COUNT, sys.byteorder)


def _print(blob: bytes) -> bytes:
    return hashlib.blake2b(blob, digest_size=PRINT).digest()
