"""Calls that may wait for another machine, as they are written."""

from __future__ import annotations

import pytest

from overhaul.hardening import RemoteCall
from overhaul.testing import collect


def calls(source: str) -> list[RemoteCall]:
    return [row for row in collect("remote_calls", source) if isinstance(row, RemoteCall)]


def test_a_call_is_told_with_its_arguments() -> None:
    (row,) = calls("import requests\ndef f(url):\n    requests.get(url, timeout=5)\n")
    assert (row.scope, row.line, row.callee, row.starred) == ("f", 3, "requests.get", False)
    assert row.arguments == (("0", "url"), ("timeout", "5"))


def test_what_is_passed_on_is_not_known() -> None:
    (row,) = calls("import requests\nrequests.get('x', **how)\n")
    assert row.starred and row.arguments == (("0", "'x'"),)


def test_what_a_call_gives_is_asked_too() -> None:
    made, asked = sorted(calls("import requests\nrequests.Session().get('x')\n"), key=lambda one: one.callee)
    assert (made.callee, made.receiver) == ("?.get", "requests.Session()")
    assert asked.callee == "requests.Session"


@pytest.mark.parametrize(
    "around",
    ["with timeout(5):", "with asyncio.timeout(5):", "async with aio.timeout(5) as t:", "with fail_after(3):"],
)
def test_a_call_may_be_ended_from_around(around: str) -> None:
    (row,) = calls(f"import requests\nasync def f():\n    {around}\n        if f:\n            requests.get('x')\n")
    assert row.limited


@pytest.mark.parametrize("around", ["with lock:", "with open('x'):", "if timeout():"])
def test_other_blocks_end_nothing(around: str) -> None:
    found = calls(f"import requests\ndef f():\n    {around}\n        requests.get('x')\n")
    assert found and not any(row.limited for row in found)


def test_a_decorator_may_end_it() -> None:
    (row,) = calls("import requests\n@timeout(5)\ndef f():\n    requests.get('x')\n")
    assert row.limited


def test_files_without_such_a_library_are_not_looked_through() -> None:
    assert not calls("def f(table):\n    table.get('x')\n    table.connect()\n")
