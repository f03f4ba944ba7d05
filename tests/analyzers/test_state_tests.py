"""Comparisons with constants, and choices by a variable."""

from __future__ import annotations

import textwrap

from overhaul.facts import StateTest
from overhaul.testing import collect


def found(source: str) -> list[tuple[str, str, tuple[str, ...]]]:
    rows = collect("state_tests", textwrap.dedent(source))
    return [(row.how, row.place, row.values) for row in rows if isinstance(row, StateTest)]


def test_comparisons_in_either_direction_and_membership() -> None:
    source = """
        def f(self, order):
            self.state == "new"
            State.NEW is order.state
            self.state not in (State.A, State.B)
            self.state in FINAL
            self.state >= State.A
            self.state.value == "x"
            job["status"] == "done"
            job.get("status") != "done"
        """
    assert found(source) == [
        ("compare", "self.state", ("'new'",)), ("compare", "order.state", ("State.NEW",)),
        ("compare", "self.state", ("State.A", "State.B")), ("compare", "self.state", ("*FINAL",)),
        ("order", "self.state", ("State.A",)), ("compare", "self.state", ("'x'",)),
        ("compare", "job['status']", ("'done'",)), ("compare", "job['status']", ("'done'",)),
    ]  # fmt: skip


def test_what_is_no_constant_or_says_nothing_is_left_out() -> None:
    source = """
        def f(self, other):
            self.state == other.state
            self.count == 0
            self.count > 3
            self.value is None
            sys.platform == "win32"
            f(x) == "a"
            a < "b" < c
        """
    assert found(source) == []


def test_a_local_name_stands_for_the_attribute() -> None:
    expected = [("compare", "self.state", ("'new'",))]
    assert found("def f(self):\n    state = self.state\n    state == 'new'\n") == expected
    assert found("def f(self):\n    if (s := self.state) == 'new': pass\n") == expected


def test_a_local_name_that_is_bound_twice_stands_for_nothing() -> None:
    source = "def f(self):\n    state = self.state\n    state = g()\n    state == 'new'\n"
    assert found(source) == [("compare", "state", ("'new'",))]


def test_match_and_choices() -> None:
    source = """
        def f(self):
            match self.state:
                case State.A | State.B: pass
                case "x" as y: pass
                case _: pass
            HANDLERS[self.state]()
            HANDLERS.get(self.state)
            {State.A: 1}[self.kind]
            self.items[self.index]
            getattr(self, "on_" + self.state)
            getattr(self, f"on_{self.state}")
            getattr(self, "name")
        """
    assert found(source) == [
        ("case", "self.state", ("State.A", "State.B", "'x'")), ("index", "self.state", ()), ("index", "self.kind", ()),
        ("index", "self.state", ()), ("name", "self.state", ()), ("name", "self.state", ()),
    ]  # fmt: skip


def test_bound_methods_that_are_compared() -> None:
    source = "class A:\n    def m(self): pass\n    def f(self):\n        return self._handler == self.m\n"
    assert found(source) == [("compare", "self._handler", ("self.m",))]
