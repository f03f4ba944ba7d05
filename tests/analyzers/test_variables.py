"""What the variables of a module are assigned."""

from typing import Any

from overhaul.testing import collect


def rows(source: str) -> list[str]:
    found: list[Any] = collect("variables", source)
    return [f"{row.line} {row.where}|{row.name}: {row.annotation} = {row.value}" for row in found]


def test_assignments_at_the_top_level_are_noted_in_branches_too() -> None:
    assert rows("a = {}\nif x:\n    b = c = f()\n") == ["1 |a:  = {}", "3 |b:  = f()", "3 |c:  = f()"]


def test_declarations_keep_their_annotation() -> None:
    assert rows("a: int\nb: 'str' = c") == ["1 |a: int = ", "2 |b: 'str' = c"]


def test_a_function_assigns_a_variable_of_the_module_only_when_it_says_global() -> None:
    assert rows("def f():\n    global a\n    a = 1\n    b = 2") == ["3 f|a:  = 1"]


def test_unpacked_names_have_no_value_of_their_own() -> None:
    assert rows("a, b = f()") == ["1 |a:  = ", "1 |b:  = "]


def test_attributes_of_classes_and_elements_are_no_variables() -> None:
    assert rows("class C:\n    a = 1\nx.b = 2\ny[0] = 3") == []
