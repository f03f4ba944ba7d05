"""Every comment, and nothing else."""

from typing import Any

import pytest

from overhaul.testing import collect


def test_a_comment_has_its_line_its_text_and_whether_it_stands_alone() -> None:
    source = "#!shebang\na = [  # one\n    # two\n    1,\n]\n\nif a:\n    b\n    # three\n# four"
    rows: list[Any] = collect("comments", source)
    assert sorted((row.line, row.text, row.own_line) for row in rows) == [
        (1, "#!shebang", True), (2, "# one", False), (3, "# two", True), (9, "# three", True), (10, "# four", True),
    ]  # fmt: skip


@pytest.mark.parametrize("source", ["'# a'", "'''\n# a\n'''", "f'''{b}\n# a\n'''", "b'#'", "a = '\\\n# b'", "a", ""])
def test_a_hash_in_a_string_is_no_comment(source: str) -> None:
    assert collect("comments", source) == []
