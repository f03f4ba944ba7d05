"""Names that a scope uses, and how."""

from typing import Any

import pytest

from overhaul.testing import collect


def used(source: str) -> set[str]:
    """Each row as `scope: how name lines`."""
    rows: list[Any] = collect("used_names", source)
    return {f"{row.scope}: {row.how} {row.name} {','.join(map(str, row.lines))}" for row in rows}


@pytest.mark.parametrize(("source", "expected"), [
    ("import a\na.b\na.b()\na.b = 1\ndel a.b\nx: a.b\ny: 'a.b'", {
        ": load a.b 2", ": call a.b 3", ": store a.b 4", ": delete a.b 5", ": annotation a.b 6", ": quoted a.b 7"}),
    ("def f(): return a, g(b.c)", {"f: load a 1", "f: call g 1", "f: load b.c 1"}),
    ("class C:\n def m(me): return me.a.b()", {"C.m: call self.a.b 2"}),
    ("class C(B):\n x = y", {": load B 1", "C: load y 2"}),
    ("def f():\n import a\n return a.b", {"f: load a.b 3"}),
    ("list = 1\nlist", {": load list 2"}),
    ("def f():\n global g\n g.h = 1\n del g", {"f: store g.h 3", "f: delete g 4"}),
])  # fmt: skip
def test_names_of_the_module_are_told_with_scope_and_use(source: str, expected: set[str]) -> None:
    assert used(source) == expected


@pytest.mark.parametrize("source", [
    "print(len('a'))", "def f(a):\n b = a\n return b.c",
        "def f():\n x: Literal['a'] = 1\nLiteral = 1" .replace("Literal['a']", "int"),
    "import a.b", "a = 1", "f'{1}'", "'a.b'", "[a for a in ()]", "def f[T](a: T): pass",
])  # fmt: skip
def test_local_variables_builtins_and_bindings_are_left_out(source: str) -> None:
    assert used(source) == set()


def test_the_lines_of_a_name_are_ascending_and_each_is_told_once() -> None:
    source = "def f():\n g = (\n  a(b)\n  for b in c\n )\n a(1)\n a(2), a(3)\n h = (a(b) for b in c)\n a(4)\n"
    assert used(source) == {"f: call a 3,6,7,8,9", "f: load c 4,8"}


def test_functions_of_one_name_are_told_together() -> None:
    assert used("if a:\n def f(): b\nelse:\n def f(): b\n") == {": load a 1", "f: load b 2,4"}
