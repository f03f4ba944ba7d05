"""Tables that say which state may follow which."""

from __future__ import annotations

import textwrap

import pytest

from overhaul.facts import StateTable
from overhaul.testing import collect


def found(source: str) -> list[StateTable]:
    return [row for row in collect("state_tables", textwrap.dedent(source)) if isinstance(row, StateTable)]


@pytest.mark.parametrize(
    "source",
    [
        "T = {\n    A.X: {A.Y},\n    A.Y: (A.X,),\n}\n",
        "T: dict[A, set[A]] = {\n    A.X: [A.Y],\n    A.Y: frozenset({A.X}),\n}\n",
        "T = MappingProxyType({\n    A.X: {A.Y},\n    A.Y: {A.X},\n})\n",
        "T = {\n    (A.X, A.Y),\n    (A.Y, A.X),\n}\n",
        "T = {\n    A.X: {'go': A.Y},\n    A.Y: {'back': A.X},\n}\n",
        "T = {\n    (A.X, 'go'): A.Y,\n    (A.Y, 'back'): A.X,\n}\n",
    ],
)
def test_a_table_has_a_row_for_each_state_with_its_line(source: str) -> None:
    (row,) = found(source)
    assert (row.name, row.line) == ("T", 1)
    assert row.rows == (("A.X", ("A.Y",), 2), ("A.Y", ("A.X",), 3))


def test_tables_of_classes_and_instances() -> None:
    source = """
        class A:
            T = {"a": ["b"], "b": []}
            def __init__(self):
                self.allowed = {"a": {"b"}, "b": set()}
        """
    assert [row.name for row in found(source)] == ["A.T", "A.allowed"]


@pytest.mark.parametrize(
    "source",
    [
        "T = {A.X: 'red', A.Y: 'green'}\n", "T = {A.X: {A.Y}}\n", "T = {'a': [x()], 'b': [y()]}\n",
        "def f():\n    t = {'a': ['b'], 'b': []}\n", "T = {**OTHER, 'a': ['b']}\n", "T = [(1, 2), (2, 3)]\n",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_table_is_none(source: str) -> None:
    assert found(source) == []
