"""Handlers of any exception that put a constant in the place of a result."""

from __future__ import annotations

import pytest

from overhaul.hardening import DefaultedError
from overhaul.testing import collect


def errors(handler: str, body: str) -> list[DefaultedError]:
    source = f"def f(x):\n    try:\n        price = x.read()\n    {handler}:\n        {body}\n    return price\n"
    return [row for row in collect("defaulted_errors", source) if isinstance(row, DefaultedError)]


@pytest.mark.parametrize("handler", ["except", "except Exception", "except (KeyError, BaseException)"])
def test_a_constant_stands_in_for_any_failure(handler: str) -> None:
    (row,) = errors(handler, "price = 0")
    assert (row.scope, row.line, row.act, row.given, row.tried) == ("f", 4, "assigns", "0", ("read",))


@pytest.mark.parametrize(("body", "given"), [("return 'EUR'", "'EUR'"), ("return -1", "-1"), ("return [1]", "[1]")])
def test_it_may_be_returned(body: str, given: str) -> None:
    (row,) = errors("except Exception", body)
    assert (row.act, row.given) == ("returns", given)


@pytest.mark.parametrize("handler", ["except KeyError", "except (OSError, ValueError)"])
def test_failures_that_are_named_are_expected(handler: str) -> None:
    assert not errors(handler, "price = 0")


@pytest.mark.parametrize(
    "body", ["price = x.old", "price = len(x)", "log(x); price = 0", "raise", "pass", "x.failed = error", "price += 1"],
)
def test_whatever_does_more_than_that_is_none(body: str) -> None:
    assert not errors("except Exception as error", body)


def test_a_comment_may_explain_it() -> None:
    (row,) = errors("except Exception", "# Without a price it is free.\n        price = 0")
    assert row.explained
    (row,) = errors("except Exception", "price = 0  # noqa: BLE001")
    assert not row.explained


@pytest.mark.parametrize(
    "source",
    [
        "try:\n        x.read()\n    except Exception:\n        pass\n    raise ValueError",
        "try:\n        x.read()\n    except Exception:\n        pass\n    logger.warning('none')",
        "for one in x:\n        try:\n            one.read()\n        except Exception:\n            pass\n"
        "        else:\n            break",
        "try:\n        # Papers may be missing.\n        x.read()\n    except Exception:\n        pass",
        "'''The price, or None.'''\n    try:\n        x.read()\n    except Exception:\n        pass",
        "try:\n        x.read()\n    except KeyError:\n        try:\n            x.log()\n        except Exception:\n"
        "            pass\n        raise",
    ],
)
def test_what_stands_around_it_may_deal_with_the_failure(source: str) -> None:
    rows = [row for row in collect("defaulted_errors", f"def f(x):\n    {source}\n") if isinstance(row, DefaultedError)]
    assert [row.act for row in rows] == ["told"]


@pytest.mark.parametrize("behind", ["return x", "if x: raise ValueError", "x.write()"])
def test_what_goes_on_deals_with_nothing(behind: str) -> None:
    source = f"def f(x):\n    try:\n        x.read()\n    except Exception:\n        pass\n    {behind}\n"
    assert not collect("defaulted_errors", source)


def test_an_act_may_be_lost() -> None:
    source = "def f(x):\n    try:\n        {}\n    except Exception:\n        pass\n"
    (row,) = collect("defaulted_errors", source.format("x.store(1)"))
    assert isinstance(row, DefaultedError) and (row.act, row.given) == ("drops", "x.store")
    for other in ("x.look()", "y = x.store(1)", "return x.store(1)"):
        assert not collect("defaulted_errors", source.format(other))


def test_one_of_several_may_be_left_out() -> None:
    source = "def f(x):\n    {}:\n        try:\n            x.read()\n        except Exception:\n            continue\n"
    (row,) = collect("defaulted_errors", source.format("for one in x.all()"))
    assert isinstance(row, DefaultedError) and (row.act, row.given) == ("skips", "x.all()")
    assert not collect("defaulted_errors", source.format("while x"))
