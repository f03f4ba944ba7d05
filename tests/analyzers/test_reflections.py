"""Where code asks what a value is, or gives it attributes by name."""

from typing import Any

from overhaul.testing import collect


def rows(source: str) -> list[str]:
    found: list[Any] = collect("reflections", source)
    return [f"{row.act} {row.scope}|{row.name} {row.line}-{row.end}" for row in found]


def test_questions_name_what_they_ask() -> None:
    assert rows("def f(a):\n    isinstance(a, int)\n    hasattr(a.b, 'c')") == ["asks f|a 2-2", "asks f|a.b 3-3"]


def test_attributes_that_are_set_by_name() -> None:
    assert rows("def f(a):\n    setattr(a, b, c)") == ["sets f|a 2-2"]


def test_handlers_of_attribute_error_tell_what_they_catch() -> None:
    source = "try:\n    a.b\n    c.d\nexcept (KeyError, AttributeError):\n    pass"
    assert rows(source) == ["catches | 1-4"]


def test_handlers_of_other_errors_are_none() -> None:
    assert rows("try:\n    a.b\nexcept KeyError:\n    pass") == []


def test_a_match_asks_its_subject() -> None:
    assert rows("def f(a):\n    match a:\n        case B():\n            pass") == ["asks f|a 2-2"]


def test_calls_of_other_names_ask_nothing() -> None:
    assert rows("def f(a):\n    g(a)\n    a.isinstance(a)") == []
