"""The names a module binds at its top level."""

from typing import Any

import pytest

from overhaul.testing import collect


def bound(source: str) -> list[str]:
    """Each row as `line kind name = target?`, a question mark for what is conditional."""
    rows: list[Any] = collect("bindings", source)
    return [
        f"{row.line} {row.kind} {row.name}{f' = {row.target}' if row.target else ''}{'?' if row.conditional else ''}"
        for row in rows
    ]


@pytest.mark.parametrize(("source", "rows"), [
    ("a = b, *c = d", ["1 assignment a", "1 assignment b", "1 assignment c"]),
    ("a: int\nb: int = 1", ["1 declaration a", "2 assignment b"]),
    ("class C: x = 1", ["1 class C"]),
    ("def f():\n    x = 1", ["1 function f"]),
    ("import a.b, c as d, e.f as g", ["1 import a = a", "1 import d = c", "1 import g = e.f"]),
    ("from a.b import c, d as e", ["1 import c = a.b.c", "1 import e = a.b.d"]),
    ("from . import a\nfrom ..b import c", ["1 import a = .a", "2 import c = ..b.c"]),
    ("from .a import *", ["1 star * = .a"]),
    ("if a: b = 1\nelse: b: int", ["1 assignment b?", "2 declaration b?"]),
    ("try: import a\nexcept ImportError: a = None", ["1 import a = a?", "2 assignment a?"]),
    ("for a in b: c = 1", ["1 assignment a", "1 assignment c?"]),
    ("with a as b: c = 1", ["1 assignment b", "1 assignment c"]),
    ("def f():\n    global a\n    a = 1", ["3 global a", "1 function f"]),
    ("a = 1\na = 2", ["1 assignment a"]),
    ("def a(): pass\na = wrap(a)", ["1 function a", "2 assignment a"]),
    ("if (a := b): pass", ["1 assignment a"]),
    ("a += 1", ["1 assignment a"]),
    ("global a\na = 1", ["2 assignment a"]),
    ("def f[T](a: T): pass", ["1 function f"]),
])  # fmt: skip
def test_each_way_of_binding_is_a_row(source: str, rows: list[str]) -> None:
    assert bound(source) == rows


@pytest.mark.parametrize("source", [
    "a.b = 1", "a[0] = 1", "[a for a in b]", "lambda a: a", "print(a=1)", "del a", "class_ == 1", "assert a",
])  # fmt: skip
def test_what_binds_no_name_of_the_module_makes_no_row(source: str) -> None:
    assert bound(source) == []


@pytest.mark.parametrize(("source", "rows"), [
    ("a = b = 1\ndel a", ["1 assignment b"]),
    ("a = 1\ndel a\na = 2", ["1 assignment a"]),
    ("a = 1\nif b: del a", ["1 assignment a"]),
    ("a = {}\ndel a[0]", ["1 assignment a"]),
    ("a = b()\ndel a.c, (a[0], a.d[1])", ["1 assignment a"]),
    ("a = 1\ndef f(a): del a", ["1 assignment a", "2 function f"]),
])  # fmt: skip
def test_a_deletion_takes_a_name_away_unless_it_is_conditional_or_of_a_part(source: str, rows: list[str]) -> None:
    assert bound(source) == rows


@pytest.mark.parametrize("source", [
    "globals()['a'] = 1", "globals().update(a)", "def f():\n    globals()['a'] = 1", "vars()['a'] = 1", "exec('a = 1')",
    "import sys\nsetattr(sys.modules[__name__], 'a', 1)", "f(globals())", "'''\x0c'''\nglobals().update(a)",
])  # fmt: skip
def test_names_that_no_statement_names_are_told_by_a_row_for_a_star(source: str) -> None:
    assert [row for row in bound(source) if "global *" in row] == [f"{source.count(chr(10)) + 1} global *?"]


@pytest.mark.parametrize("source", [
    "globals()['a']", "globals().get('a')", "'a' in globals()", "def f():\n    vars()['a'] = 1",
        "def f():\n    exec('a = 1')",
    "'globals()'", "# globals()", "a.exec(b)", "def f(globals): globals()", "hasattr(sys.modules[__name__], 'a')",
])  # fmt: skip
def test_reading_what_is_bound_binds_nothing(source: str) -> None:
    assert [row for row in bound(source) if "*" in row] == []
