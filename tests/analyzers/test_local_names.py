"""What the local variables of functions are bound to."""

from typing import Any

from overhaul.testing import collect


def rows(body: str) -> set[str]:
    source = "def f(p):\n" + "".join(f"    {line}\n" for line in body.splitlines())
    found: list[Any] = collect("local_names", source)
    return {f"{row.name}{f': {row.annotation}' if row.annotation else ''} = {row.value}" for row in found}


def test_calls_names_and_annotations_may_tell_a_class() -> None:
    assert rows("a = Foo(1)\nb = self.bus\nc: Bar = 1") == {"a = Foo(1)", "b = self.bus", "c: Bar = "}


def test_constants_and_expressions_tell_none() -> None:
    assert rows("a = 1\nb = x + y\nc = [Foo()]") == set()


def test_a_name_that_is_bound_in_another_way_too_says_so() -> None:
    assert rows("a = Foo()\nfor a in b:\n    pass") == {"a = Foo()", "a = "}


def test_a_constant_beside_a_call_is_told_as_something_else() -> None:
    assert rows("a = Foo()\na = 1") == {"a = Foo()", "a = "}


def test_what_a_context_manager_gives_is_marked() -> None:
    assert rows("with open(p) as a:\n    pass") == {"a = with open(p)"}


def test_variables_of_the_module_are_no_local_names() -> None:
    assert rows("global a\na = Foo()") == set()
