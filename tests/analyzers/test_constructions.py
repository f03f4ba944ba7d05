"""Where instances are made, and what becomes of them."""

from typing import Any

import pytest

from overhaul.testing import collect


def rows(source: str) -> list[str]:
    found: list[Any] = collect("constructions", source)
    return [f"{row.scope}|{row.callee} {row.how} {row.target}".rstrip() for row in found]


def body(text: str) -> list[str]:
    return rows("class C:\n    def m(self, x):\n" + "".join(f"        {line}\n" for line in text.splitlines()))


@pytest.mark.parametrize(("text", "expected"), [
    ("self.a = Foo()", "attribute a"),
    ("self.a = x or Foo()", "attribute a"),
    ("self.a = Foo() if x else None", "attribute a"),
    ("self.a: Foo = Foo()", "attribute a"),
    ("x.a = Foo()", "attribute x.a"),
    ('x.data["key"] = Foo()', 'attribute x.data["key"]'),
    ("x.data[KEY] = Foo()", "attribute x.data[KEY]"),
    ("self.all[x] = Foo()", "element self.all"),
    ("self.all.append(Foo())", "element self.all"),
    ("a = Foo()", "local a"),
    ("a = Foo()\nself.a = a", "attribute a"),
    ("a = Foo()\nself.all.append(a)", "element self.all"),
    ("a = Foo()\nreturn a", "returned"),
    ("return Foo()", "returned"),
    ("yield Foo()", "yielded"),
    ("raise Foo()", "raised"),
    ("Foo().run()", "other"),
    ("register(Foo())", "argument register"),
])  # fmt: skip
def test_what_becomes_of_an_instance(text: str, expected: str) -> None:
    assert body(text) == [f"C.m|Foo {expected}"]


def test_an_instance_that_is_handed_to_another_one_s_constructor_says_to_which() -> None:
    assert body("self.a = Foo(Bar())") == ["C.m|Foo attribute a", "C.m|Bar argument Foo"]


def test_variables_of_the_module_and_of_class_bodies() -> None:
    assert rows("A = Foo()\nclass C:\n    b = Foo()\ndef f():\n    global A\n    A = Foo()") == [
        "|Foo variable A", "C|Foo attribute b", "f|Foo variable A",
    ]  # fmt: skip


def test_names_are_classes_by_convention_or_because_the_file_defines_them_so() -> None:
    assert rows("class point: pass\npoint()\nother()\nCONSTANT()\nX()\n") == ["|point other", "|X other"]


def test_arguments_that_are_names_or_calls_are_kept_with_their_place() -> None:
    (row,) = [one for one in collect("constructions", "Foo(a.b, 1, c, key=Bar(2), **d)") if one.callee == "Foo"]  # type: ignore[attr-defined]
    assert row.arguments == (("0", "a.b"), ("2", "c"), ("key", "Bar()"))  # type: ignore[attr-defined]


def test_loops_and_branches_are_told() -> None:
    found: Any = collect("constructions", "for a in b:\n    Foo()\nif c:\n    Foo()\n[Foo() for d in e]\nFoo()")
    assert [(row.looped, row.conditional) for row in found] == [
        (True, False), (False, True), (True, False), (False, False),
    ]  # fmt: skip
