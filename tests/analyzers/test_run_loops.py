"""What keeps a program running, and the words about stopping it and looking after it."""

from __future__ import annotations

import pytest

from overhaul.hardening import RunLoop
from overhaul.testing import collect


def loops(source: str, kind: str = "") -> list[RunLoop]:
    return [row for row in collect("run_loops", source) if isinstance(row, RunLoop) and kind in ("", row.kind)]


def test_a_loop_that_nothing_ends_is_endless() -> None:
    (row,) = loops("def f(a):\n    while True:\n        a.recv()\n        sleep(1)\n")
    assert (row.kind, row.scope, row.line, row.calls) == ("endless", "f", 2, ("recv", "sleep"))


@pytest.mark.parametrize("way_out", ["break", "return", "raise ValueError"])
def test_a_loop_with_a_way_out_is_none(way_out: str) -> None:
    assert not loops(f"def f(a):\n    while True:\n        if a.recv():\n            {way_out}\n")


def test_a_break_of_a_loop_inside_is_no_way_out() -> None:
    assert loops("def f(a):\n    while True:\n        for one in a:\n            break\n")


def test_a_return_of_a_function_inside_is_no_way_out() -> None:
    assert loops("def f(a):\n    while True:\n        def g():\n            return 1\n        a(g)\n")


def test_servers_are_told_as_they_are_called() -> None:
    (row,) = loops("def f(server):\n    server.serve_forever()\n")
    assert (row.kind, row.what) == ("serves", "server.serve_forever()")


def test_defining_such_a_method_serves_nobody() -> None:
    assert not loops("class A:\n    def serve_forever(self):\n        pass\n")


@pytest.mark.parametrize("test", ["__name__ == '__main__'", '"__main__" == __name__'])
def test_the_start_of_a_script_is_told_with_its_end(test: str) -> None:
    (row,) = loops(f"import a\nif {test}:\n    a.b()\n    a.c()\n")
    assert (row.kind, row.line, row.end) == ("main", 2, 4)


@pytest.mark.parametrize("test", ["__name__ == 'main'", "name == '__main__'", "__name__ != a"])
def test_other_tests_start_nothing(test: str) -> None:
    assert not loops(f"import a\nif {test}:\n    a.b()\n", "main")


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("signal.signal(signal.SIGTERM, stop)", "signals"),
        ("loop.add_signal_handler(15, stop)", "signals"),
        ("@app.get('/health')\ndef f(): ...", "health"),
        ("sentry_sdk.init(dsn)", "alerts"),
    ],
)
def test_words_say_what_there_is(source: str, kind: str) -> None:
    (row,) = loops(f"x = 1\n{source}\n")
    assert (row.kind, row.line) == (kind, 2)
    assert not loops("signals = wealthy(pinged)\n")
