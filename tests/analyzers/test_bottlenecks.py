"""Places that are likely to cost time: how they are ranked, and which are left out."""

from typing import Any

from overhaul.heat.rows import Bottleneck, ranked
from overhaul.testing import table

WRITER = "def add(line):\n    with open('journal', 'a') as file:\n        file.write(line)\n"


def found(files: dict[str, str]) -> list[Any]:
    return list(table("bottlenecks", files))


def row(path: str, scope: str, rank: int) -> Bottleneck:
    return Bottleneck(
        kind="file_opened_again", module=path[:-3], path=path, line=1, scope=scope, subject="open", loops=rank,
        around=0, cost=0, rank=rank, way="", message="", because=(), places=(),
    )  # fmt: skip


def test_loops_of_callers_count_through_several_functions() -> None:
    rows = found({
        "journal.py": WRITER,
        "day.py": "import journal\n\ndef close(orders):\n    for order in orders:\n        book(order)\n\n"
                  "def book(order):\n    for part in order.parts:\n        journal.add(part)\n",
    })  # fmt: skip
    (one,) = [row for row in rows if row.scope == "add"]
    assert (one.loops, one.around, one.rank) == (0, 2, 2 + one.cost)
    assert one.because == ("book of day calls it in a loop", "close of day calls that in a loop")


def test_functions_that_call_each_other_are_counted_once() -> None:
    rows = found({"walk.py": "def walk(node):\n    with open('seen', 'a') as file:\n        file.write(node)\n"
                             "    for one in node:\n        walk(one)\n        turn(one)\n\n"
                             "def turn(node):\n    for one in node:\n        walk(one)\n"})  # fmt: skip
    assert all(one.around <= 3 for one in rows)


def test_what_nobody_calls_in_a_loop_is_not_told() -> None:
    assert found({"journal.py": WRITER, "day.py": "import journal\njournal.add('x')\n"}) == []


def test_what_stands_in_tests_is_left_out() -> None:
    looped = "def f(lines):\n    for line in lines:\n        open('journal', 'a').write(line)\n"
    assert found({"tests/test_journal.py": looped}) == []
    assert len(found({"journal.py": looped})) == 1


def test_a_function_that_only_tests_reach_is_left_out() -> None:
    looped = "def helper(lines):\n    for line in lines:\n        open('journal', 'a').write(line)\n"
    files = {
        "app/__init__.py": "", "app/__main__.py": "from app.run import main\n\nmain()\n",
        "app/run.py": "def main():\n    print(1)\n", "app/extra.py": looped,
        "tests/test_extra.py": "from app.extra import helper\n\ndef test_it():\n    helper([])\n",
    }  # fmt: skip
    assert found(files) == []
    used = "from app.extra import helper\n\ndef main():\n    helper([])\n"
    assert [one.scope for one in found({**files, "app/run.py": used})] == ["helper"]


def test_without_a_profile_the_greater_rank_comes_first() -> None:
    low, high = row("a.py", "f", 1), row("b.py", "g", 3)
    assert ranked([low, high]) == [high, low]


def test_a_share_of_the_profile_goes_before_every_rank() -> None:
    low, high, other = row("a.py", "C.f", 1), row("b.py", "g", 3), row("c.py", "h", 2)
    assert ranked([low, high, other], {("a.py", "f"): 0.4, ("c.py", "h"): 0.1}) == [low, other, high]


def test_a_share_of_another_file_or_function_changes_nothing() -> None:
    low, high = row("a.py", "f", 1), row("b.py", "g", 3)
    assert ranked([low, high], {("c.py", "f"): 0.9, ("a.py", "g"): 0.9}) == [high, low]


def test_a_share_of_the_module_is_that_of_its_top_level() -> None:
    top, high = row("a.py", "", 1), row("b.py", "g", 3)
    assert ranked([high, top], {("a.py", "<module>"): 0.2}) == [top, high]


def test_the_order_does_not_depend_on_the_order_given() -> None:
    rows = [row(f"{name}.py", "f", 2) for name in "dbca"]
    assert ranked(rows) == ranked(rows[::-1]) == sorted(rows, key=lambda one: one.path)
