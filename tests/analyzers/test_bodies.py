"""What function bodies do, where that is nothing or depends on nothing."""

from __future__ import annotations

import time

import pytest

from overhaul.facts import Body
from overhaul.testing import collect


def body(source: str) -> Body | None:
    rows = [row for row in collect("bodies", source) if isinstance(row, Body)]
    return rows[-1] if rows else None


@pytest.mark.parametrize(
    ("text", "form", "how"),
    [
        ("pass", "empty", "pass"),
        ("...", "empty", "dots"),
        ('"""Do it."""', "empty", "docstring"),
        ("return None", "empty", "return None"),
        ("del x", "empty", "nothing"),
        ("for one in x:\n        pass", "empty", "pass"),
        ("raise NotImplementedError", "raises", "NotImplementedError"),
        ('raise RuntimeError("TODO: " + x)', "raises", "RuntimeError"),
        ('assert False, "later"', "raises", "assert"),
        ("return NotImplemented", "raises", "NotImplemented"),
        ("return 0.5", "constant", "0.5"),
        ("score = 0.5\n    return score", "constant", "0.5"),
        ('log.info("%s", x)\n    return 1', "announced", "1"),
        ("print(x)", "announced", ""),
        ('return {"id": x, "at": time.time()}', "given", '{"id": x, "at": time.time()}'),
        ("return random.uniform(0, 1)", "random", "random.uniform(0, 1)"),
        ("return x", "echo", "x"),
        ("if x is None:\n        raise ValueError(x)\n    return 1", "constant", "1"),
        ("try:\n        return True\n    except Exception:\n        return False", "constant", "True"),
    ],
)
def test_a_body_that_does_nothing_has_a_form(text: str, form: str, how: str) -> None:
    found = body(f"import log, random, time\ndef f(x):\n    {text}\n")
    assert found is not None
    assert (found.form, found.how) == (form, how)


@pytest.mark.parametrize(
    "text",
    [
        "return x + 1",
        "return x.total",
        "return compute()",
        "self.x = x",
        "await x",
        "print(x.pop())",
        "raise ValueError(x)",
        "if x:\n        raise ValueError(x)",
        "for one in x:\n        one.close()",
        "with x:\n        pass",
        "return [one for one in x]",
        "return float(x)",
        "del x.entry",
        "global counter\n    counter = 1",
        "x.append(1)",
    ],
)
def test_a_body_that_does_something_has_no_row(text: str) -> None:
    assert body(f"async def f(x):\n    {text}\n") is None


def test_a_sleep_before_a_constant_is_told() -> None:
    found = body("import time\ndef f(x):\n    time.sleep(1)\n    return 3\n")
    assert found is not None
    assert (found.form, found.sleeps, found.at, found.unused) == ("constant", 3, 4, ("x",))


def test_the_receiver_is_no_unused_parameter_but_that_of_a_static_method_is() -> None:
    found = body("class A:\n    def f(self, x):\n        return 1\n")
    assert found is not None
    assert found.unused == ("x",)
    found = body("class A:\n    @staticmethod\n    def f(x, y):\n        return 1\n")
    assert found is not None
    assert found.unused == ("x", "y")


def test_a_docstring_and_a_comment_can_excuse() -> None:
    found = body('def f():\n    """Hook for subclasses."""\n')
    assert found is not None
    assert found.excuse == "hook"
    found = body("def f():\n    pass  # the database does this by itself\n")
    assert found is not None
    assert found.explained
    found = body("def f():\n    pass  # noqa: B027 the tool wants this\n")
    assert found is not None
    assert not found.explained


def test_statements_that_were_commented_out_are_told_from_sentences() -> None:
    found = body("def f(x):\n    # return compute(x)\n    return 1\n")
    assert found is not None
    assert found.dead == 2
    found = body("def f(x):\n    # The default of the protocol.\n    return 1\n")
    assert found is not None
    assert found.dead == 0


def test_a_comment_behind_the_last_statement_belongs_to_the_body_when_it_is_indented() -> None:
    found = body("def f(x):\n    pass\n    # the database does this by itself\n\n\nA = 1\n")
    assert found is not None
    assert (found.end, found.explained) == (3, True)
    found = body("def f(x):\n    pass\n# the database does this by itself\nA = 1\n")
    assert found is not None
    assert (found.end, found.explained) == (2, False)


def test_an_alternative_is_marked() -> None:
    found = body("import sys\nif sys.platform == 'win32':\n    def f(): return 1\nelse:\n    def f(): return 2\n")
    assert found is not None
    assert found.alternative


def test_many_comments_behind_bodies_take_no_more_time_each_than_few() -> None:
    comment = "    # the database does this by itself\n"
    source = "".join(f"def f{number}(x):\n    pass\n{comment}" for number in range(15_000))
    began = time.process_time()
    found = [row for row in collect("bodies", source) if isinstance(row, Body)]
    assert time.process_time() - began < 10
    assert len(found) == 15_000
    assert all(row.explained and row.end == row.line + 2 for row in found)
