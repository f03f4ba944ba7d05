"""Data of coverage.py, as it writes it and as somebody hostile might."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from overhaul.config import Config
from overhaul.covering.data import CoverageData, line_set
from overhaul.errors import Unreadable

SCHEMA = """
    CREATE TABLE coverage_schema (version integer);
    CREATE TABLE meta (key text, value text, unique (key));
    CREATE TABLE file (id integer primary key, path text, unique (path));
    CREATE TABLE context (id integer primary key, context text, unique (context));
    CREATE TABLE line_bits (file_id integer, context_id integer, numbits blob, unique (file_id, context_id));
    CREATE TABLE arc (file_id integer, context_id integer, fromno integer, tono integer);
    INSERT INTO coverage_schema VALUES (7);
"""


def data(folder: Path, name: str = ".coverage") -> CoverageData:
    return CoverageData(folder, Config(coverage_data=name, source=str(folder / "pyproject.toml")))


def database(folder: Path, *statements: str, schema: str = SCHEMA) -> CoverageData:
    with contextlib.closing(sqlite3.connect(folder / ".coverage")) as base:
        base.executescript(schema)
        for statement in statements:
            base.execute(statement)
        base.commit()
    return data(folder)


def test_lines_are_read_with_their_contexts(tmp_path: Path) -> None:
    found = database(
        tmp_path, "INSERT INTO file VALUES (1, 'a.py')", "INSERT INTO context VALUES (1, '')",
        "INSERT INTO context VALUES (2, 'test_a')", "INSERT INTO line_bits VALUES (1, 1, x'0e')",
        "INSERT INTO line_bits VALUES (1, 2, x'0001')",
    )  # fmt: skip
    ran = found.files["a.py"]
    assert ran.lines == line_set((1, 2, 3, 8)) and ran.contexts == {"test_a": line_set((8,))}
    assert ran.statements is None


def test_of_branches_both_ends_ran_and_negative_ones_are_no_lines(tmp_path: Path) -> None:
    found = database(
        tmp_path, "INSERT INTO file VALUES (1, 'a.py')", "INSERT INTO context VALUES (1, '')",
        "INSERT INTO arc VALUES (1, 1, -1, 2)", "INSERT INTO arc VALUES (1, 1, 2, 5)",
        "INSERT INTO arc VALUES (1, 1, 5, -1)",
    )  # fmt: skip
    assert found.files["a.py"].lines == line_set((2, 5))


def test_a_report_says_what_did_not_run_too(tmp_path: Path) -> None:
    entry = {"executed_lines": [1, 3], "missing_lines": [4], "contexts": {"3": ["test_a", ""], "x": ["test_b"]}}
    (tmp_path / "cov.json").write_bytes(msgspec.json.encode({"meta": {"format": 3}, "files": {"a.py": entry}}))
    ran = data(tmp_path, "cov.json").files["a.py"]
    assert (ran.lines, ran.statements) == (line_set((1, 3)), line_set((1, 3, 4)))
    assert ran.contexts == {"test_a": line_set((3,))}


@pytest.mark.parametrize("branch", [False, True], ids=["lines", "branches"])
def test_what_coverage_itself_writes_is_read_as_its_report_has_it(tmp_path: Path, branch: bool) -> None:
    (tmp_path / "thing.py").write_text(
        "def half(n):\n    if n % 2:\n        return None\n    return n // 2\n\n\n"
        "def unused():\n    return 1\n\n\nhalf(4)\n"
    )
    run = [sys.executable, "-m", "coverage"]
    flags = ["--branch"] if branch else []
    rc = ["--rcfile=", "--data-file=.coverage"]
    subprocess.run([*run, "run", *rc, *flags, "thing.py"], cwd=tmp_path, check=True, timeout=60)
    subprocess.run([*run, "json", *rc, "-q", "-o", "cov.json"], cwd=tmp_path, check=True, timeout=60)
    (recorded, ran), = data(tmp_path).files.items()
    (_, told), = data(tmp_path, "cov.json").files.items()
    assert Path(recorded).name == "thing.py"
    assert ran.lines == told.lines == line_set((1, 2, 4, 7, 11))
    assert told.statements == line_set((1, 2, 3, 4, 7, 8, 11))


def _script(schema: str) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        database(folder, schema=schema)

    return write


def _bytes(content: bytes) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / ".coverage").write_bytes(content)

    return write


def _fifo(folder: Path) -> None:
    os.mkfifo(folder / ".coverage")


def _link(folder: Path) -> None:
    (folder / ".coverage").symlink_to("/etc/passwd")


def _nothing(folder: Path) -> None:
    assert not (folder / ".coverage").exists()


ENDLESS = SCHEMA.replace(
    "CREATE TABLE arc (file_id integer, context_id integer, fromno integer, tono integer);",
    "CREATE VIEW arc AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) "
    "SELECT 1 AS file_id, 1 AS context_id, x AS fromno, x AS tono FROM n;",
)
GENERATED = SCHEMA.replace(
    "CREATE TABLE file (id integer primary key, path text, unique (path));",
    "CREATE TABLE file (id integer primary key, path text GENERATED ALWAYS AS (hex(zeroblob(400000000))));"
    "INSERT INTO file (id) VALUES (1);",
)


@pytest.mark.parametrize(("write", "why"), [
    (_bytes(b""), "neither data of coverage.py nor its JSON report"),
    (_bytes(b"[" * 100_000), "neither data of coverage.py nor its JSON report"),
    (_bytes(b'{"files": {"a.py": {"executed_lines": ["1"]}}}'), "neither data"),
    (_bytes(b"SQLite format 3\0" + b"\xff" * 4096), "no data of coverage.py"),
    (_script("CREATE TABLE other (x);"), "it lacks the table arc"),
    (_script(SCHEMA.replace("(7)", "(8)")), "version 8, and only 7 is understood"),
    (_script(ENDLESS), "it lacks the table arc"),
    (_script(GENERATED), "no data of coverage.py"),
    (_fifo, "not a regular file"),
    (_link, "it leads out of the folder"),
    (_nothing, "No such file"),
], ids=[
    "empty", "nested", "no numbers", "no pages", "other tables", "newer", "endless view", "generated column", "fifo",
    "link", "gone",
])  # fmt: skip
def test_what_is_no_such_data_is_said_to_be_none(tmp_path: Path, write: Callable[[Path], None], why: str) -> None:
    write(tmp_path)
    found = data(tmp_path)
    with pytest.raises(Unreadable, match=why):
        _ = found.files
    assert why in found.why and found.digest


def test_what_is_odd_within_the_tables_is_passed_over(tmp_path: Path) -> None:
    found = database(
        tmp_path, "INSERT INTO file VALUES (1, 'a.py')", "INSERT INTO file VALUES (2, NULL)",
        "INSERT INTO context VALUES (1, '')", "INSERT INTO line_bits VALUES (1, 1, 'text')",
        "INSERT INTO line_bits VALUES (9, 1, x'ff')", "INSERT INTO line_bits VALUES (1, 'x', x'ff')",
        "INSERT INTO arc VALUES (1, 1, 4, 999999999999)", "INSERT INTO arc VALUES (1, 1, 'a', 3)",
    )  # fmt: skip
    assert dict(found.files) == {"a.py": found.files["a.py"]} and found.files["a.py"].lines == line_set((4,))


def test_nothing_is_written_beside_it_and_nothing_is_read_unless_it_is_named(tmp_path: Path) -> None:
    found = database(tmp_path, "PRAGMA journal_mode = WAL", "INSERT INTO file VALUES (1, 'a.py')")
    before = sorted(one.name for one in tmp_path.iterdir())
    assert list(found.files) == ["a.py"]
    assert sorted(one.name for one in tmp_path.iterdir()) == before
    assert CoverageData(tmp_path, Config()).files == {} and CoverageData(tmp_path, Config()).digest == b""


def test_the_digest_follows_the_bytes(tmp_path: Path) -> None:
    first = database(tmp_path).digest
    (tmp_path / ".coverage").unlink()
    assert database(tmp_path, "INSERT INTO file VALUES (1, 'a.py')").digest != first
