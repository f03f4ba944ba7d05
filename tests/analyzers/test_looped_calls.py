"""What functions call in loops."""

from typing import Any

import pytest

from overhaul.testing import collect


def looped(source: str) -> list[tuple[str, int, tuple[str, ...]]]:
    found: list[Any] = collect("looped_calls", source)
    return [(row.scope, row.loops, row.names) for row in found]


def test_calls_in_loops_are_told_by_depth() -> None:
    assert looped(
        "def f(rows):\n    first()\n    for row in rows:\n        outer(row)\n"
        "        for cell in row:\n            self.inner(cell)\n    return [made(one) for one in rows]\n"
    ) == [("f", 1, ("made", "outer")), ("f", 2, ("inner",))]


def test_the_first_iterable_of_a_comprehension_is_made_once() -> None:
    assert looped("def f():\n    return [one for one in source() if kept(one)]\n") == [("f", 1, ("kept",))]


@pytest.mark.parametrize("body", [
    "for one in (1, 2, 3):\n        call(one)",  # a few
    "for number in range(4):\n        call(number)",
    "for attempt in range(limit):\n        call()",  # tries again
    "while retries < limit:\n        call()",
    "while True:\n        call(inbox.recv())",  # waits in each round
    "for one in rows:\n        time.sleep(1)\n        call(one)",
    "for one in rows:\n        if one:\n            call(one)\n            return",  # at most once
    "for one in rows:\n        if one:\n            call(one)\n            break",
    "for one in rows:\n        later(lambda: call(one))",  # runs when somebody calls it
    "async for one in rows:\n        call(one)",
])  # fmt: skip
def test_what_runs_seldom_is_in_no_loop(body: str) -> None:
    found = looped(f"async def f(rows, limit, retries, inbox):\n    {body}\n")
    assert "call" not in {name for _, _, names in found for name in names}


def test_a_break_leaves_only_the_innermost_loop() -> None:
    source = "def f(rows):\n    for row in rows:\n        for one in row:\n            call(one)\n            break\n"
    assert looped(source) == [("f", 1, ("call",))]
