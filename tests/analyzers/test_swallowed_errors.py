"""Exceptions that are taken, and with which nothing is done."""

from __future__ import annotations

import pytest

from overhaul.facts import SwallowedError
from overhaul.pretending.swallowing import pretends
from overhaul.testing import collect


def errors(source: str) -> list[SwallowedError]:
    return [row for row in collect("swallowed_errors", source) if isinstance(row, SwallowedError)]


def tried(call: str, handler: str, body: str, name: str = "load") -> list[SwallowedError]:
    return errors(f"def {name}(x):\n    try:\n        {call}\n    {handler}:\n        {body}\n")


@pytest.mark.parametrize(
    ("handler", "body"),
    [
        ("except", "pass"),
        ("except Exception", "pass"),
        ("except Exception as error", "..."),
        ("except BaseException", "return None"),
        ("except (ValueError, Exception)", "return []"),
        ("except (OSError, ValueError)", "pass"),
        ("except Exception", "pass  # noqa: S110"),
    ],
)
def test_a_broad_handler_that_does_nothing_hides_what_went_wrong(handler: str, body: str) -> None:
    (row,) = tried("x.read()", handler, body)
    assert pretends(row)
    assert row.line == 4


@pytest.mark.parametrize(
    ("handler", "body"),
    [
        ("except ImportError", "pass"),
        ("except KeyError", "return None"),
        ("except (ValueError, TypeError)", "pass"),
        ("except FileNotFoundError", "pass"),
        ("except Exception", "pass  # what cannot be read is made anew"),
        ("except asyncio.CancelledError", "pass"),
    ],
)
def test_a_narrow_or_explained_one_is_an_idiom(handler: str, body: str) -> None:
    assert [row for row in tried("x.read()", handler, body) if pretends(row)] == []


@pytest.mark.parametrize("body", ["raise", "log(x)", "return False", "x = None", "return x"])
def test_a_handler_that_does_something_has_no_row(body: str) -> None:
    assert tried("x.read()", "except Exception", body) == []


def test_cleaning_up_may_fail() -> None:
    assert not any(pretends(row) for row in tried("x.close()", "except Exception", "pass"))
    assert not any(pretends(row) for row in tried("x.read()", "except Exception", "pass", name="close"))
    assert not any(pretends(row) for row in tried("x.read()", "except Exception", "pass", name="is_readable"))


def test_suppress_of_everything_is_one_and_of_little_is_none() -> None:
    (row,) = errors("import contextlib\ndef f(x):\n    with contextlib.suppress(Exception):\n        x.read()\n")
    assert pretends(row)
    (row,) = errors("import contextlib\ndef f(x):\n    with contextlib.suppress(KeyError):\n        x.read()\n")
    assert not pretends(row)
