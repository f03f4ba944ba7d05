"""What a module does when it is imported, in order."""

from typing import Any

import pytest

from overhaul.testing import collect


def steps(source: str) -> list[str]:
    """Each step as `act name target taken`, with `?` for what need not run, and `!` where a failure is caught."""
    rows: list[Any] = collect("steps", source)
    return [
        " ".join(part for part in (row.act, row.name, row.target, row.taken) if part)
        + ("?" if row.maybe else "") + ("!" if row.caught else "")
        for row in rows
    ]  # fmt: skip


@pytest.mark.parametrize(("source", "expected"), [
    ("import a.b", ["import a a.b"]),
    ("import a.b as c", ["import c a.b as"]),
    ("from .a import b as c, d", ["from c .a b", "from d .a d"]),
    ("from a import *\nb", ["star a", "load b"]),
    ("import a\na.b\na.c()", ["import a a", "load a.b", "call a.c"]),
    ("a = 1\ndel a", ["bind a", "unbind a"]),
    ("a = {}\ndel a[0]", ["bind a"]),
    ("import a\na = a.b", ["import a a", "load a.b"]),
    ("import a\n@a.b\ndef f(c=a.d): a.e", ["import a a", "call a.b", "load a.d", "bind f"]),
    ("import a\nclass C(a.B):\n x = a.d",
     ["import a a", "load a.B", "load a.d", "bind C", "call a.B.__init_subclass__"]),
    ("def f(): pass\nf()", ["bind f", "call f"]),
    ("try: import a\nexcept ImportError: b = 1", ["import a a?!", "bind b?"]),
    ("import a\nif b: a.c", ["import a a", "load a.c?"]),
    ("import a\nb = [a.c for _ in a.d]", ["import a a", "load a.d", "load a.c", "bind b"]),
    ("class C:\n import a\n a.b", ["import a a", "load a.b", "bind C"]),
    ("import a\nx: a.b = 1", ["import a a", "load a.b", "bind x"]),
    ("import a\na.b = 1", ["import a a", "load a.b"]),
    ("import a\nx = y = 1\nx = 2", ["import a a", "bind x", "bind y"]),
    ("import a\na.b\na.b", ["import a a", "load a.b"]),
    ("import a\nif b: a.b\na.b", ["import a a", "load a.b?", "load a.b"]),
])  # fmt: skip
def test_steps_come_in_the_order_in_which_they_run(source: str, expected: list[str]) -> None:
    assert sorted(steps(source)) == sorted(expected)
    if " for " not in source:
        assert steps(source) == expected


@pytest.mark.parametrize("source", [
    "def f(): import a; a.b", "if TYPE_CHECKING: import a", "if __name__ == '__main__': import a", "len('a')",
        "unknown.name",
    "lambda: unknown", "x: int", "'import a'",
])  # fmt: skip
def test_what_does_not_run_or_cannot_fail_is_no_step(source: str) -> None:
    assert [step for step in steps(source) if not step.startswith("bind f")] == []


@pytest.mark.parametrize(("first", "loaded"), [
    ("from __future__ import annotations", False),
    ("from __future__ import (division, annotations)", False),
    ("from __future__ import division", True),
    ("'''from __future__ import annotations'''", True),
    ("from future import annotations", True),
])  # fmt: skip
def test_an_annotation_is_used_unless_it_is_postponed(first: str, loaded: bool) -> None:
    assert ("load a.b" in steps(f"{first}\nimport a\nx: a.b = 1\n")) is loaded


@pytest.mark.parametrize("annotation", ["Literal['a.b']", "'a.b'", "'Literal[a.b]'"])
def test_what_is_quoted_in_an_annotation_is_not_used(annotation: str) -> None:
    assert steps(f"import a\nx: {annotation} = 1") == ["import a a", "bind x"]


def test_a_chain_that_hasattr_has_asked_for_is_not_held_to_exist() -> None:
    assert "load a.b" not in steps("import a\nif hasattr(a, 'b'): a.b\n")
    assert "load a.c?" in steps("import a\nif hasattr(a, 'b'): a.c\n")
