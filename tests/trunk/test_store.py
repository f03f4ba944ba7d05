"""The store: what it keeps for whom, and what it does with files that are damaged, foreign, hostile or in use."""

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from overhaul.store import ROOTS, Damaged, Known, Parsed, Store

TABLES = ["comments", "functions"]
SECOND = 1_000_000_000
BLOB = msgspec.msgpack.encode([1, 2, 3])


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of its own: the user's is none of a test's business."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return folder


def opened(folder: Path, engine: bytes = b"engine", root: Path | None = None) -> Store:
    return Store(folder, engine, TABLES, root or folder)


def filled(folder: Path, engine: bytes = b"engine", root: Path | None = None) -> Store:
    """A store that knows of one file, its facts, and one result."""
    store = opened(folder, engine, root)
    store.add([Parsed(b"key", (BLOB, b"\x90"), 7, "", "")])
    store.remember({"a.py": (1, 2, 3, b"key")}, [], 10 * SECOND)
    store.keep("rule x", b"state", b"data", 5)
    return store


def holds(store: Store) -> bool:
    return (
        store.row("comments", b"key") == BLOB
        and list(store.known()) == ["a.py"]
        and store.result("rule x", b"state") == (b"data", 5)
    )


def base_of(store: Store) -> sqlite3.Connection:
    """The store's own connection: some things can be done to it only from within."""
    return store._base  # pyright: ignore[reportPrivateUsage]


def database(folder: Path) -> Path:
    return folder / ".overhaul" / "facts.sqlite"


def test_what_one_run_has_put_in_the_next_one_finds(tmp_path: Path) -> None:
    filled(tmp_path).close()
    again = opened(tmp_path)
    assert again.persistent and holds(again) and again.row("functions", b"key") is None
    assert (tmp_path / ".overhaul" / ".gitignore").read_text() == "*\n"


def test_a_store_of_another_engine_is_emptied(tmp_path: Path) -> None:
    filled(tmp_path).close()
    other = opened(tmp_path, b"another engine")
    assert other.persistent and not other.known() and not other.parsed() and other.result("rule x", b"state") is None


def test_other_tables_make_another_schema(tmp_path: Path) -> None:
    filled(tmp_path).close()
    other = Store(tmp_path, b"engine", ["comments", "classes"], tmp_path)
    assert other.persistent and not other.parsed() and other.rows("classes") == {}


def test_the_whole_tree_and_a_folder_of_it_do_not_drop_each_others_files(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    filled(tmp_path).close()
    sub = opened(tmp_path, root=tmp_path / "sub")
    assert not sub.known() and sub.result("rule x", b"state") is None, "paths are relative to another root"
    assert b"key" in sub.parsed(), "contents are the same wherever they stand"
    sub.remember({"b.py": (1, 2, 3, b"key")}, ["a.py"], 10 * SECOND)
    sub.keep("rule x", b"other", b"other data", 1)
    sub.close()
    assert holds(opened(tmp_path))


def test_a_tree_that_is_moved_with_its_store_is_still_known(tmp_path: Path) -> None:
    (tmp_path / "before" / "src").mkdir(parents=True)
    filled(tmp_path / "before", root=tmp_path / "before" / "src").close()
    (tmp_path / "before").rename(tmp_path / "after")
    assert holds(opened(tmp_path / "after", root=tmp_path / "after" / "src"))


def test_of_many_roots_the_ones_not_used_for_longest_are_forgotten(tmp_path: Path) -> None:
    for number in range(ROOTS + 2):
        filled(tmp_path, root=tmp_path / f"root{number}").close()
    assert not opened(tmp_path, root=tmp_path / "root1").known()
    assert opened(tmp_path, root=tmp_path / "root2").known()
    assert opened(tmp_path, root=tmp_path / f"root{ROOTS + 1}").known()


def test_contents_that_nobody_has_are_dropped_and_those_of_other_roots_kept(tmp_path: Path) -> None:
    filled(tmp_path, root=tmp_path / "other").close()
    store = opened(tmp_path)
    store.add([Parsed(b"%d" % number, (BLOB, BLOB), 1, "", "") for number in range(1100)])
    store.prune({b"1"})
    assert set(store.parsed()) == {b"1", b"key"} == set(store.rows("comments"))


@pytest.mark.parametrize(
    ("size", "mtime", "inode", "same"),
    [(1, 0, 3, True), (2, 0, 3, False), (1, 1, 3, False), (1, 0, 4, False)],
)
def test_a_file_is_the_same_when_size_time_and_inode_are(size: int, mtime: int, inode: int, same: bool) -> None:
    assert Known(1, 0, 3, b"", 10 * SECOND).matches(size, mtime, inode) is same


def test_a_file_written_just_before_it_was_seen_may_have_been_written_again_since() -> None:
    assert not Known(1, 9 * SECOND, 3, b"", 10 * SECOND).matches(1, 9 * SECOND, 3)
    assert Known(1, 9 * SECOND, 3, b"", 12 * SECOND).matches(1, 9 * SECOND, 3)


def damages(file: Path) -> Iterator[tuple[str, bytes]]:
    data = file.read_bytes()
    yield "garbage", os.urandom(5000)
    yield "text", b"x = 1\n" * 100
    yield "empty", b""
    yield from ((f"cut at {length}", data[:length]) for length in (1, 50, 100, 1000, 4096, 5000, len(data) - 4096))
    yield "header only", data[:100] + bytes(len(data) - 100)
    yield "zeroed page", data[:4096] + bytes(4096) + data[8192:]


def test_a_damaged_file_is_made_anew(tmp_path: Path) -> None:
    filled(tmp_path).close()
    file = database(tmp_path)
    for what, data in [*damages(file)]:
        file.write_bytes(data)
        store = opened(tmp_path)
        try:
            assert store.known() in ({}, {"a.py": Known(1, 2, 3, b"key", 10 * SECOND)})
            store.rows("comments")
        except Damaged:
            assert store.known() == {} == store.parsed(), what
        store.close()
        filled(tmp_path).close()
        again = opened(tmp_path)
        assert again.persistent and holds(again), what
        again.close()


def test_damage_that_shows_itself_late_is_mended_by_the_one_who_knows_what_was_in_it(tmp_path: Path) -> None:
    store = filled(tmp_path)
    refilled: list[bool] = []

    def refill() -> None:
        refilled.append(True)
        store.add([Parsed(b"key", (BLOB, b"\x90"), 7, "", "")])

    store.refill = refill
    base_of(store).execute("PRAGMA wal_checkpoint(TRUNCATE)")
    base_of(store).execute("PRAGMA cache_size = 0")
    data = bytearray(database(tmp_path).read_bytes())
    data[4096:] = os.urandom(len(data) - 4096)
    database(tmp_path).write_bytes(data)
    assert store.row("comments", b"key") == BLOB and refilled == [True] and store.persistent


def test_a_file_of_something_else_is_replaced(tmp_path: Path) -> None:
    (tmp_path / ".overhaul").mkdir()
    base = sqlite3.connect(database(tmp_path))
    base.execute("CREATE TABLE contents (key, prints)")
    base.commit()
    base.close()
    assert holds(filled(tmp_path))


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE VIEW extra AS SELECT 1",
        "CREATE TRIGGER boom AFTER INSERT ON files BEGIN DELETE FROM engine; END",
        "CREATE TABLE \"odd\"\"name\" (x)",
        "CREATE VIRTUAL TABLE facts_more USING fts5(x)",
        "DROP TABLE roots",
    ],
)
def test_a_store_with_anything_but_our_tables_is_made_anew(tmp_path: Path, statement: str) -> None:
    filled(tmp_path).close()
    base = sqlite3.connect(database(tmp_path))
    base.execute(statement)
    base.commit()
    base.close()
    store = opened(tmp_path)
    assert not store.known() and holds(filled(tmp_path))
    kinds = {kind for (kind,) in base_of(store).execute("SELECT type FROM sqlite_master WHERE sql IS NOT NULL")}
    assert kinds == {"table"}


def test_a_store_planted_by_somebody_else_is_not_believed(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "of somebody else"))
    filled(tmp_path).close()
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    assert not opened(tmp_path).parsed()


def test_the_token_is_made_once_and_is_for_its_owner_only(tmp_path: Path, cache: Path) -> None:
    filled(tmp_path).close()
    token = cache / "overhaul" / "token"
    before = token.read_bytes()
    assert len(before) == 32 and token.stat().st_mode & 0o077 == 0
    assert holds(opened(tmp_path)) and token.read_bytes() == before and len(list(token.parent.iterdir())) == 1
    token.write_bytes(b"short")
    assert not opened(tmp_path).parsed() and len(token.read_bytes()) == 32


def test_without_a_place_for_the_token_the_store_serves_one_run_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert holds(filled(tmp_path)) and not opened(tmp_path).parsed()


@pytest.mark.parametrize("name", [".overhaul", "facts.sqlite", "facts.sqlite-wal", ".gitignore"])
@pytest.mark.parametrize("there", [True, False])
def test_nothing_is_written_through_a_link(tmp_path: Path, name: str, there: bool) -> None:
    tree, victim = tmp_path / "tree", tmp_path / "victim"
    tree.mkdir()
    if there:
        victim.mkdir() if name == ".overhaul" else victim.write_text("precious")
    if name != ".overhaul":
        (tree / ".overhaul").mkdir()
    (tree / name if name == ".overhaul" else tree / ".overhaul" / name).symlink_to(victim)
    store = filled(tree)
    assert holds(store) and store.persistent is (name == ".gitignore")
    if not there:
        assert not victim.exists()
    else:
        assert not list(victim.iterdir()) if victim.is_dir() else victim.read_text() == "precious"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in this file system")
def test_a_pipe_in_the_place_of_the_store_hangs_nobody(tmp_path: Path) -> None:
    (tmp_path / ".overhaul").mkdir()
    os.mkfifo(database(tmp_path))
    store = filled(tmp_path)
    assert holds(store) and not store.persistent


def test_a_folder_that_cannot_be_made_leaves_the_store_in_memory(tmp_path: Path) -> None:
    (tmp_path / ".overhaul").write_text("a file")
    store = filled(tmp_path)
    assert holds(store) and not store.persistent


def test_a_full_disk_leaves_the_run_in_memory_with_all_it_had(tmp_path: Path) -> None:
    store = filled(tmp_path)
    ((pages,),) = base_of(store).execute("PRAGMA page_count")
    base_of(store).execute(f"PRAGMA max_page_count = {pages}")
    large = msgspec.msgpack.encode(["x" * 100] * 1000)
    store.add([Parsed(b"large", (large, large), 1, "", "")])
    assert not store.persistent and holds(store) and store.row("functions", b"large") == large
    assert holds(opened(tmp_path)), "what was in the file is still in it"


def test_a_store_that_another_run_holds_leaves_this_one_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("overhaul.store._BUSY", 0.1)
    filled(tmp_path).close()
    store = opened(tmp_path)
    other = sqlite3.connect(database(tmp_path), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    store.add([Parsed(b"new", (BLOB, BLOB), 1, "", "")])
    assert not store.persistent and holds(store) and store.row("comments", b"new") == BLOB
    assert holds(opened(tmp_path)), "who only reads need not wait"
    other.execute("ROLLBACK")


def test_a_store_that_is_held_for_a_moment_is_waited_for(tmp_path: Path) -> None:
    store = filled(tmp_path)
    other = sqlite3.connect(database(tmp_path), isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.3, lambda: other.execute("ROLLBACK")).start()
    start = time.monotonic()
    store.add([Parsed(b"new", (BLOB, BLOB), 1, "", "")])
    assert store.persistent and time.monotonic() - start > 0.2


def test_a_run_whose_store_another_engine_took_over_neither_reads_nor_writes_it(tmp_path: Path) -> None:
    store = filled(tmp_path)
    store.refill = lambda: store.add([Parsed(b"key", (BLOB, b"\x90"), 7, "", "")])
    other = filled(tmp_path, b"another engine")
    store.add([Parsed(b"new", (BLOB, BLOB), 1, "", "")])
    assert not store.persistent and set(store.rows("comments")) == {b"key", b"new"}
    assert set(other.rows("comments")) == {b"key"}


def test_what_took_too_long_is_left_out_for_who_may_take_longer() -> None:
    store = Store(None, b"engine", TABLES)
    store.add([Parsed(b"slow", (), 1, "parse", "took more than 5 s", 5.0), Parsed(b"bad", (), 1, "parse", "syntax")])
    assert set(store.parsed(5.0)) == set(store.parsed(1.0)) == {b"slow", b"bad"}
    assert set(store.parsed(60.0)) == {b"bad"}


def test_rows_that_were_changed_are_told_from_those_that_a_collector_made() -> None:
    store = Store(None, b"engine", TABLES)
    store.add([Parsed(b"key", (b"\x91\x01", b"\x91\x02"), 1, "", "")])
    assert store.intact("functions", b"key", b"\x91\x02")
    assert not store.intact("functions", b"key", b"\x91\x03") and not store.intact("comments", b"key", b"\x91\x02")


def test_what_another_engine_has_put_in_since_is_not_read_for_ones_own(tmp_path: Path) -> None:
    store = filled(tmp_path)
    made: list[str] = []

    def refill() -> None:
        made.append("again")
        store.add([Parsed(b"key", (BLOB, b"\x90"), 7, "", "")])

    store.refill = refill
    other = opened(tmp_path, b"another engine")
    other.add([Parsed(b"key", (msgspec.msgpack.encode([9]), b"\x90"), 1, "", "")])
    assert store.row("comments", b"key") == BLOB and made == ["again"]
    assert other.row("comments", b"key") == msgspec.msgpack.encode([9]), "the other run keeps what is its own"
