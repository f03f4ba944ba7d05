"""Where attributes of classes and instances are assigned."""

from typing import Any

import pytest

from overhaul.testing import collect

NOTHING: set[str] = set()


def rows(source: str) -> set[str]:
    """Each row as `line owner.name in where: annotation = value`, without what is empty."""
    found: list[Any] = collect("attributes", source)
    return {
        f"{row.line} {row.owner}.{row.name}{f' in {row.where}' if row.where else ''}"
        f"{f': {row.annotation}' if row.annotation else ''}{f' = {row.value}' if row.value else ''}"
        for row in found
    }


@pytest.mark.parametrize(("body", "expected"), [
    ("a = b = 1", {"C.a = 1", "C.b = 1"}),
    ("a: int", {"C.a: int"}),
    ("a: 'int' = 1", {"C.a: 'int' = 1"}),
    ("a, (b, [c]) = d", {"C.a", "C.b", "C.c"}),
    ("if x: a = 1", {"C.a = 1"}),
    ("for a in b: pass", {"C.a"}),
    ("with a as b: pass", {"C.b = a"}),
    ("a += 1", {"C.a"}),
])  # fmt: skip
def test_a_class_body_assigns_attributes_of_the_class(body: str, expected: set[str]) -> None:
    assert rows(f"class C:\n    {body}") == {f"2 {row}" for row in expected}


@pytest.mark.parametrize(("body", "expected"), [
    ("self.a = b", {"C.a in m = b"}),
    ("self.a: int = b", {"C.a in m: int = b"}),
    ("self.a: int", {"C.a in m: int"}),
    ("self.a, x, self.b = c", {"C.a in m", "C.b in m"}),
    ("self.a = self.b = c", {"C.a in m = c", "C.b in m = c"}),
    ("self.a += 1", {"C.a in m"}),
    ("for self.a in b: pass", {"C.a in m"}),
    ("with a as self.b, c as (self.d, e): pass", {"C.b in m = a", "C.d in m"}),
    ("def g(): self.a = b", {"C.a in m = b"}),
    ("if x: self.a = (  b +\\\n c )", {"C.a in m = ( b +\\ c )"}),
])  # fmt: skip
def test_a_method_assigns_attributes_of_its_instance(body: str, expected: set[str]) -> None:
    assert rows(f"class C:\n  def m(self):\n    {body}") == {f"3 {row}" for row in expected}


@pytest.mark.parametrize("body", [
    "a = 1", "other.a = 1", "self.a.b = 1", "self[0] = 1", "self.a == 1", "self.a()", "f(self).a = 1", "self = 1",
        "del self.a",
])  # fmt: skip
def test_what_is_no_attribute_of_the_instance_makes_no_row(body: str) -> None:
    assert rows(f"class C:\n  def m(self):\n    {body}") == set()


@pytest.mark.parametrize(("source", "expected"), [
    ("class C:\n def m(this): this.a = 1; self.a = 2", {"2 C.a in m = 1"}),
    ("class C:\n @classmethod\n def m(cls): cls.a = 1", {"3 C.a in m = 1"}),
    ("class C:\n @staticmethod\n def m(self): self.a = 1", NOTHING),
    ("class C:\n def m(): self.a = 1", NOTHING),
    ("def m(self): self.a = 1", NOTHING),
    ("a = 1\nself.b = 2", NOTHING),
    ("class C:\n class D:\n  a = 1\n  def m(self): self.b = 2", {"3 C.D.a = 1", "4 C.D.b in m = 2"}),
])  # fmt: skip
def test_the_first_parameter_of_a_method_is_the_instance_whatever_it_is_called(source: str, expected: set[str]) -> None:
    assert rows(source) == expected


def test_a_long_value_is_cut() -> None:
    found: list[Any] = collect("attributes", f"class C:\n    a = {' + '.join('b' * 99)}\n    c = {'d' * 99}\n")
    assert [(len(row.value), row.value.endswith("...")) for row in found] == [(120, True), (99, False)]
