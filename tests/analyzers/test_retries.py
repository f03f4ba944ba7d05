"""Loops and decorators that try again what failed."""

from __future__ import annotations

import pytest

from overhaul.hardening import Retry
from overhaul.testing import collect


def retries(source: str) -> list[Retry]:
    return [row for row in collect("retries", source) if isinstance(row, Retry)]


def loop(head: str, handler: str, before: str = "pass", after: str = "pass") -> list[Retry]:
    return retries(
        f"def f(line, delay):\n    {head}:\n        {before}\n        try:\n            return line.send()\n"
        f"        except OSError:\n            {handler}\n        {after}\n"
    )


@pytest.mark.parametrize("head", ["while True", "while 1", "for n in itertools.count()"])
def test_a_loop_that_only_success_ends_is_endless(head: str) -> None:
    (row,) = loop(head, "pass")
    assert (row.scope, row.line, row.form, row.pause) == ("f", 2, "endless", "none")
    assert row.caught == ("OSError",) and row.tried == ("line.send",)


@pytest.mark.parametrize("head", ["while line", "while not line.closed", "for one in line", "for n in range(3) if n"])
def test_other_loops_end_by_themselves(head: str) -> None:
    if " if " in head:
        assert not retries(f"[line.send() {head}]\n")
    else:
        assert not loop(head, "pass")


@pytest.mark.parametrize(
    ("handler", "before", "after"),
    [
        ("raise", "pass", "pass"),
        ("if delay: raise", "pass", "pass"),
        ("if delay: break", "pass", "pass"),
        ("return None", "pass", "pass"),
        ("pass", "if delay: return None", "pass"),
        ("pass", "pass", "if delay > 3: raise TimeoutError"),
    ],
)
def test_another_way_out_is_a_limit(handler: str, before: str, after: str) -> None:
    assert not loop("while True", handler, before, after)


def test_behind_a_handler_that_goes_on_only_success_comes() -> None:
    (row,) = retries(
        "def f(line):\n    while True:\n        try:\n            answer = line.send()\n"
        "        except OSError:\n            continue\n        return answer\n"
    )
    assert row.form == "endless"


def test_a_break_of_an_inner_loop_leaves_nothing() -> None:
    assert retries(
        "def f(line):\n    while True:\n        try:\n            return line.send()\n        except OSError:\n"
        "            for one in line:\n                break\n"
    )


@pytest.mark.parametrize(
    ("handler", "pause"),
    [
        ("time.sleep(5)", "same"),
        ("time.sleep(delay)", "same"),
        ("time.sleep(random.random())", "growing"),
        ("delay *= 2; time.sleep(delay)", "growing"),
        ("log(delay)", "none"),
    ],
)
def test_how_it_waits_is_told(handler: str, pause: str) -> None:
    (row,) = loop("while True", handler)
    assert row.pause == pause


def test_rounds_that_try_the_same_are_attempts() -> None:
    (row,) = loop("for n in range(3)", "print(n)")
    assert row.form == "counted"


def test_rounds_that_try_another_one_each_time_are_none() -> None:
    assert not retries(
        "def f(line):\n    for port in range(3):\n        try:\n            return line.connect(port)\n"
        "        except OSError:\n            pass\n"
    )


def test_decorators_are_told_with_their_arguments() -> None:
    source = "import tenacity\n@tenacity.retry\ndef f(): ...\n@tenacity.retry(3, stop=x)\ndef g(): ...\n"
    first, second = retries(source)
    assert (first.callee, first.keywords, first.scope) == ("tenacity.retry", (), "f")
    assert second.keywords == ("0", "stop")


def test_decorators_of_other_names_are_none() -> None:
    assert not retries("import tenacity\n@retry_later\ndef f(): ...\n@tenacity.wraps\ndef g(): ...\n")
