"""Coverage data as coverage.py writes it: its SQLite file, or its JSON report. Nothing of it is trusted."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
import stat
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Final, NamedTuple, cast

import msgspec

from overhaul.config import Config
from overhaul.errors import Unreadable

LARGEST: Final = 256 * 1024 * 1024
"""Bytes of a file that is read."""
_SCHEMAS: Final = (7,)
"""Versions of the tables that are understood: all since coverage.py 5.0 (2019)."""
_TABLES: Final = frozenset({"coverage_schema", "meta", "file", "context", "line_bits", "arc"})
_LINES: Final = 8 * 1024 * 1024
"""Lines of a file that can be: numbers above say nothing."""
_ROWS: Final = 20_000_000
_WORK: Final = 2_000_000_000
"""Instructions of SQLite's machine that reading may take: files of the size above take a twentieth of it."""
_STEP: Final = 1_000_000
_MAGIC: Final = b"SQLite format 3\0"


class Ran(NamedTuple):
    """What ran of one file. Sets of lines are integers: bit n stands for line n."""

    lines: int
    """At all."""
    contexts: Mapping[str, int]
    """By context, for those that have a name."""
    statements: int | None
    """All lines that could run; None where the data does not say."""


class CoverageData:
    """The file that the setting `coverage-data` names: an argument of leaves."""

    def __init__(self, root: Path, config: Config) -> None:
        """`root` is the folder that is audited. Nothing is read before it is asked for."""
        self._root = root
        self._home = Path(config.source).parent if config.source else root
        self.path = config.coverage_data
        """As it is set; "" for none."""

    @cached_property
    def digest(self) -> bytes:
        """Of the file as it is, and of what is newer than it."""
        if not self.path:
            return b""
        try:
            total = hashlib.blake2b(self._data[0], digest_size=16)
        except Unreadable as error:
            return str(error).encode("utf-8", "surrogateescape")
        total.update(str(self._data[1]).encode())
        return total.digest()

    @cached_property
    def why(self) -> str:
        """Why there is nothing in it; "" where there is, and where no file is named."""
        try:
            _ = self.files
        except Unreadable as error:
            return str(error)
        return ""

    @cached_property
    def files(self) -> Mapping[str, Ran]:
        """Path as it was recorded -> what ran. Raises Unreadable, with the reason."""
        if not self.path:
            return {}
        data = self._data[0]
        return dict(sorted(_of_database(data) if data.startswith(_MAGIC) else _of_report(data)))

    def newer(self, path: str) -> bool:
        """Whether a file of the project, given below the audited root, was changed after the data was written."""
        try:
            return (self._root / path).stat().st_mtime_ns > self._data[1]
        except OSError:
            return False

    @cached_property
    def _data(self) -> tuple[bytes, int]:
        """The bytes, and when they were written, in nanoseconds."""
        file = self._home / self.path
        home, there = os.path.realpath(self._home), os.path.realpath(file)
        if not Path(there).is_relative_to(home):
            raise Unreadable("it leads out of the folder of the settings")
        try:
            # What is no regular file could keep whoever opens it waiting.
            number = os.open(there, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
            with os.fdopen(number, "rb") as opened:
                status = os.fstat(number)
                if not stat.S_ISREG(status.st_mode):
                    raise Unreadable("not a regular file")
                if status.st_size > LARGEST:
                    raise Unreadable(f"larger than {LARGEST // 1024 // 1024} MB")
                return opened.read(LARGEST + 1), status.st_mtime_ns
        except OSError as error:
            raise Unreadable(error.strerror or str(error)) from error


# The SQLite file


def _of_database(data: bytes) -> Iterator[tuple[str, Ran]]:
    # It is read from memory: nothing is locked or written, and it cannot change meanwhile. Bytes 18 and 19 would ask
    # for a log beside it.
    plain = data[:18] + b"\1\1" + data[20:]
    try:
        with contextlib.closing(sqlite3.connect(":memory:")) as base:
            base.deserialize(plain)
            _restrict(base)
            yield from _read(base)
    except (sqlite3.Error, OverflowError, MemoryError, UnicodeDecodeError) as error:
        raise Unreadable(f"no data of coverage.py: {error}") from error


def _restrict(base: sqlite3.Connection) -> None:
    """Let nothing be done but read the tables that are known, for so long."""
    base.execute("PRAGMA trusted_schema = OFF")
    base.execute("PRAGMA cell_size_check = ON")
    base.execute("PRAGMA query_only = ON")
    base.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 64 * 1024 * 1024)
    base.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    base.setlimit(sqlite3.SQLITE_LIMIT_WORKER_THREADS, 0)
    base.setlimit(sqlite3.SQLITE_LIMIT_SQL_LENGTH, 100_000)
    steps = iter(range(_WORK // _STEP))
    base.set_progress_handler(lambda: next(steps, None) is None, _STEP)
    allowed = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ)
    names = {*_TABLES, "sqlite_master"}

    def authorize(action: int, first: str | None, *_: str | None) -> int:
        fine = action in allowed and (action == sqlite3.SQLITE_SELECT or first in names)
        return sqlite3.SQLITE_OK if fine else sqlite3.SQLITE_DENY

    base.set_authorizer(authorize)


def _read(base: sqlite3.Connection) -> Iterator[tuple[str, Ran]]:
    kinds = {str(name): str(kind) for name, kind in base.execute("SELECT name, type FROM sqlite_master")}
    if wrong := sorted(name for name in _TABLES if kinds.get(name) != "table"):
        raise Unreadable(f"no data of coverage.py: it lacks the table {wrong[0]}")
    version = base.execute("SELECT version FROM coverage_schema").fetchone()
    if version is None or version[0] not in _SCHEMAS:
        known = ", ".join(map(str, _SCHEMAS))
        raise Unreadable(f"its tables have version {version[0] if version else 'none'}, and only {known} is understood")
    paths = {key: path for key, path in base.execute("SELECT id, path FROM file") if isinstance(path, str)}
    named = {key: text for key, text in base.execute("SELECT id, context FROM context") if isinstance(text, str)}
    found: dict[int, dict[int, int]] = {key: {} for key in paths}
    for file, context, bits in _rows(base, "SELECT file_id, context_id, numbits FROM line_bits"):
        if isinstance(file, int) and file in found and isinstance(bits, bytes) and isinstance(context, int):
            # A numbits has a bit for each line, those of the first byte from 0 to 7.
            lines = int.from_bytes(bits[: _LINES // 8], "little") & ~1
            found[file][context] = found[file].get(context, 0) | lines
    ends: dict[tuple[int, int], set[int]] = {}
    for file, context, first, last in _rows(base, "SELECT file_id, context_id, fromno, tono FROM arc"):
        if not (isinstance(file, int) and file in found and isinstance(context, int)):
            continue
        if isinstance(first, int) and isinstance(last, int):
            # Negative numbers stand for where a function or module is entered or left.
            ends.setdefault((file, context), set()).update(one for one in (first, last) if 0 < one < _LINES)
    for (file, context), numbers in ends.items():
        found[file][context] = found[file].get(context, 0) | line_set(numbers)
    for key, path in paths.items():
        whole = 0
        for lines in found[key].values():
            whole |= lines
        contexts = {named[one]: lines for one, lines in sorted(found[key].items()) if named.get(one)}
        yield path, Ran(whole, contexts, None)


def _rows(base: sqlite3.Connection, query: str) -> Iterator[tuple[object, ...]]:
    for count, row in enumerate(base.execute(query)):
        if count >= _ROWS:
            raise Unreadable(f"more than {_ROWS:,} rows in a table")
        yield cast("tuple[object, ...]", row)


# The JSON report


class _Entry(msgspec.Struct, frozen=True):
    executed_lines: tuple[int, ...] = ()
    missing_lines: tuple[int, ...] = ()
    contexts: dict[str, tuple[str, ...]] = {}


class _Report(msgspec.Struct, frozen=True):
    files: dict[str, _Entry]


def _of_report(data: bytes) -> Iterator[tuple[str, Ran]]:
    try:
        report = msgspec.json.decode(data, type=_Report)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise Unreadable("neither data of coverage.py nor its JSON report") from error
    for path, entry in report.files.items():
        contexts: dict[str, set[int]] = {}
        for line, names in entry.contexts.items():
            if line.isdecimal() and line.isascii() and len(line) < 9:
                for name in filter(None, names):
                    contexts.setdefault(name, set()).add(int(line))
        ran = line_set(entry.executed_lines)
        yield path, Ran(
            ran, {name: line_set(numbers) for name, numbers in sorted(contexts.items())},
            ran | line_set(entry.missing_lines),
        )  # fmt: skip


def line_set(numbers: Iterable[int]) -> int:
    """Lines as a set: bit n for line n."""
    kept = [one for one in numbers if 0 < one < _LINES]
    if not kept:
        return 0
    bits = bytearray(max(kept) // 8 + 1)
    for one in kept:
        bits[one // 8] |= 1 << one % 8
    return int.from_bytes(bits, "little")
