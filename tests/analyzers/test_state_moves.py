"""Assignments of constants, and what is known before them."""

from __future__ import annotations

import textwrap

from overhaul.facts import StateMove
from overhaul.testing import collect


def found(source: str) -> list[StateMove]:
    return [row for row in collect("state_moves", textwrap.dedent(source)) if isinstance(row, StateMove)]


def short(source: str) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(row.form, row.place, row.values) for row in found(source)]


def test_constants_are_texts_named_numbers_and_members() -> None:
    source = """
        class A:
            def f(self, x):
                self.a = "new"
                self.b = State.NEW
                self.c = IDLE
                self.state = 3
                self.d = State.NEW.value
                self.e, self.g = "one", "two"
                self.h = A.X if x else A.Y
        """
    assert short(source) == [
        ("assign", "self.a", ("'new'",)), ("assign", "self.b", ("State.NEW",)), ("assign", "self.c", ("IDLE",)),
        ("assign", "self.state", ("3",)), ("assign", "self.d", ("State.NEW",)), ("assign", "self.e", ("'one'",)),
        ("assign", "self.g", ("'two'",)), ("assign", "self.h", ("A.X", "A.Y")),
    ]  # fmt: skip


def test_what_is_no_constant_or_no_variable_that_lasts_is_left_out() -> None:
    source = """
        LIMIT = "ten"
        class A:
            COLOUR = "red"
            def f(self):
                self.flag = True
                self.nothing = None
                self.items = []
                self.tries = 0
                local = "new"
                self.made = make()
        """
    assert short(source) == []


def test_none_counts_where_a_constant_is_assigned_too() -> None:
    source = "class A:\n    def f(self):\n        self.a = None\n        self.a = 'new'\n"
    assert short(source) == [("assign", "self.a", ("None",)), ("assign", "self.a", ("'new'",))]


def test_variables_of_the_module_entries_and_other_objects() -> None:
    source = """
        state = "idle"
        def f(job, order):
            global state
            state = "busy"
            job["status"] = "done"
            order.line.state = State.NEW
            setattr(job, "phase", "end")
        """
    assert short(source) == [
        ("assign", "state", ("'idle'",)), ("assign", "state", ("'busy'",)), ("assign", "job['status']", ("'done'",)),
        ("assign", "order.line.state", ("State.NEW",)), ("assign", "job.phase", ("'end'",)),
    ]  # fmt: skip


def test_defaults_of_fields() -> None:
    source = """
        class A:
            a: State = State.NEW
            b = Column(String, default="new")
            c: str = field(default="x y")
            d = Field("open")
            e = Column(String)
        """
    assert short(source) == [
        ("default", "b", ("'new'",)), ("default", "d", ("'open'",)), ("default", "a", ("State.NEW",)),
        ("default", "c", ("'x y'",)),
    ]  # fmt: skip


def test_a_parameter_that_is_assigned_makes_a_setter() -> None:
    source = """
        class A:
            def __init__(self, state):
                self.state = state
            def move(self, new):
                assert new in ("a", "b")
                self.state = new
            def other(self):
                self.kind = compute()
        """
    (row,) = found(source)
    assert (row.scope, row.place, row.value, row.values) == ("A.move", "self.state", "new", ("'a'", "'b'"))


def test_the_table_that_was_asked_is_noted() -> None:
    for check in (
        "if new not in TABLE[self.state]:\n            raise ValueError",
        "if new not in TABLE.get(self.state, ()):\n            raise ValueError",
        "if (self.state, new) not in TABLE:\n            raise ValueError",
        "assert new in TABLE[self.state]",
    ):
        rows = found(f"class A:\n    def move(self, new):\n        {check}\n        self.state = new\n")
        assert [row.table for row in rows] == ["TABLE"], check


def test_a_table_that_was_asked_for_something_else_is_none() -> None:
    source = (
        "class A:\n    def move(self, new, old):\n        if old not in TABLE[self.state]:\n"
        "            raise ValueError\n"
        "        self.state = new\n"
    )
    assert [row.table for row in found(source)] == [""]


def test_calls_that_pass_constants_and_calls_of_private_writers() -> None:
    source = """
        class A:
            def _end(self):
                self.state = "end"
            def set_state(self, state):
                self.state = state
            def f(self, other):
                self._end()
                other.set_state("busy")
                other.go(State.NEW)
                log.info("text")
                Order(State.NEW)
        """
    calls = [(row.place, row.arguments) for row in found(source) if row.form == "call"]
    assert calls == [("self._end", ()), ("other.set_state", (("0", "'busy'"),)), ("other.go", (("0", "State.NEW"),))]


def test_keywords_of_constructors_and_copies() -> None:
    source = """
        Order(state=State.NEW)
        replace(order, state=State.OPEN)
        open(path, mode="r")
        print("x", end="")
        """
    assert short(source) == [
        ("keyword", "state", ("State.NEW",)), ("keyword", "state", ("State.OPEN",)), ("call", "replace", ()),
    ]  # fmt: skip


def test_what_is_known_at_a_call_is_noted() -> None:
    source = """
        class A:
            def _end(self):
                self.state = "end"
            def f(self):
                if self.state == "new":
                    self._end()
        """
    (call,) = (row for row in found(source) if row.form == "call")
    assert [(held.place, held.allowed) for held in call.held] == [("self.state", ("'new'",))]


def test_branches_that_exclude_each_other_are_told_apart() -> None:
    source = """
        class A:
            def f(self, x):
                if x:
                    self.state = "a"
                else:
                    self.state = "b"
                self.state = "c"
        """
    before = [row.held[0].allowed if row.held else None for row in found(source)]
    assert before[:2] == [None, None]


def test_a_text_of_the_code_is_cut() -> None:
    condition = " and ".join(f"self.condition_number_{number} > 3" for number in range(40))
    (row,) = found(f"class A:\n    def f(self):\n        if {condition}:\n            self.state = 'a'\n")
    assert len(row.guard) <= 140
