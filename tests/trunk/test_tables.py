"""Tables of facts: counted without being decoded."""

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
