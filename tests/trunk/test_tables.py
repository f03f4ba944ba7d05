"""Tables of facts: counted without being decoded, and telling what has no rows from what is not known."""

from pathlib import Path

import msgspec
import pytest

from overhaul.facts import Comment
from overhaul.store import Parsed, Store
from overhaul.tables import FactTable


@pytest.mark.parametrize("number", [0, 1, 15, 16, 65535, 65536])
def test_the_rows_of_a_table_are_counted_as_they_would_be_decoded(tmp_path: Path, number: int) -> None:
    store = Store(None, b"engine", ["comments"])
    rows = [Comment(line=1, text="#", own_line=True)] * number
    few = msgspec.msgpack.encode([Comment(line=2, text="#", own_line=True)] * 2)
    store.add([Parsed(b"many", (msgspec.msgpack.encode(rows),), 1, "", ""), Parsed(b"few", (few,), 1, "", "")])
    store.add([Parsed(b"stale", (few,), 1, "", "")])
    keys = {"a": b"many", "b": b"few", "twin": b"few", "gone": b"unknown"}
    table = FactTable(Comment, "comments", 0, keys, store.parsed(), store)
    assert table.count() == number + 4 == sum(len(rows) for _, rows in table.stream())


def test_a_content_without_rows_is_told_from_one_that_could_not_be_parsed() -> None:
    store = Store(None, b"engine", ["comments"])
    store.add([Parsed(b"empty", (msgspec.msgpack.encode([]),), 0, "", ""), Parsed(b"bad", (), 1, "parse", "no Python")])
    keys = {"empty": b"empty", "bad": b"bad", "unread": b"unknown"}
    table = FactTable(Comment, "comments", 0, keys, store.parsed(), store)
    assert [module for module in (*keys, "missing") if table.parsed(module)] == ["empty"]
    assert table.digest(["empty"]) != FactTable(
        Comment, "comments", 0, {"empty": b"bad"}, store.parsed(), store
    ).digest(["empty"])  # fmt: skip
