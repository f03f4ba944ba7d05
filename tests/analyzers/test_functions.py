"""Function and method definitions, as they are written."""

from typing import Any

import pytest

from overhaul.testing import collect


def only(source: str) -> Any:
    """The row of the one function, or of the outermost one."""
    return collect("functions", source)[0]


def test_parameters_have_their_kind_annotation_and_default() -> None:
    row = only("def f(a, /, b: int = 1, *c: str, d, e=(2,\n  3), **g: 'G') -> list[  int ]: pass")
    assert [(one.name, one.kind, one.annotation, one.default) for one in row.parameters] == [
        ("a", "positional-only", "", ""), ("b", "positional", "int", "1"), ("c", "variadic", "str", ""),
        ("d", "keyword-only", "", ""), ("e", "keyword-only", "", "(2, 3)"), ("g", "keywords", "'G'", ""),
    ]  # fmt: skip
    assert row.returns == "list[int]"


def test_a_bare_star_and_a_slash_are_no_parameters() -> None:
    assert [one.name for one in only("def f(a, /, *, b): pass").parameters] == ["a", "b"]


def test_lines_name_decorators_and_summary() -> None:
    row = only("@a\n# c\n@b(1)\nasync def f():\n    'Do it.'\n    return (\n        1\n    )\n\n# end\n")
    assert (row.name, row.line, row.end, row.decorators, row.summary) == ("f", 4, 8, ("a", "b(1)"), "Do it.")
    assert row.asynchronous
    assert not only("def f():\n async def g(): pass").asynchronous


@pytest.mark.parametrize(("source", "kinds"), [
    ("def f(): pass", "function"),
    ("if a:\n def f(): pass", "function"),
    ("def f():\n def g(): pass", "function nested"),
    ("class C:\n def f(self): pass", "method"),
    ("class C:\n def f(self):\n  def g(): pass", "method nested"),
    ("class C:\n @classmethod\n def f(cls): pass", "classmethod"),
    ("class C:\n @a\n @staticmethod\n def f(): pass", "staticmethod"),
    ("class C:\n @property\n def f(self): pass\n @f.setter\n def f(self, a): pass", "property property"),
    ("class C:\n @functools.cached_property\n def f(self): pass", "property"),
    ("class C:\n @staticmethod_like\n def f(self): pass", "method"),
    ("@property\ndef f(self): pass", "function"),
    ("def f():\n class C:\n  def g(self): pass", "function method"),
])  # fmt: skip
def test_the_kind_follows_from_the_place_and_the_decorators(source: str, kinds: str) -> None:
    rows: list[Any] = collect("functions", source)
    assert [row.kind for row in rows] == kinds.split()


def test_the_owner_is_the_class_whose_body_it_stands_in() -> None:
    rows: list[Any] = collect("functions", "class C:\n class D:\n  def f(self):\n   def g(): pass\ndef h(): pass\n")
    assert [(row.name, row.owner) for row in rows] == [("C.D.f", "C.D"), ("C.D.f.g", ""), ("h", "")]


@pytest.mark.parametrize(("body", "generator"), [
    ("yield", True), ("a = yield b", True), ("yield from a", True), ("return [(yield a)]", True),
    ("return lambda: (yield)", False), ("def g(): yield", False), ("return (a for a in b)", False), ("'yield'", False),
])  # fmt: skip
def test_a_generator_yields_by_itself(body: str, generator: bool) -> None:
    assert only(f"def f():\n    {body}\n").generator is generator


@pytest.mark.parametrize("body", [
    "if a: b", "a if b else c", "a and b", "for a in b: c", "while a: b", "try: a\n    except A: b",
        "return [a for a in b]",
    "match a:\n        case 1: b", "class C:\n        if a: b", "with a:\n        return b or c",
])  # fmt: skip
def test_a_body_with_a_branch_or_a_loop_is_not_straight(body: str) -> None:
    assert not only(f"def f():\n    {body}\n").straight


@pytest.mark.parametrize("source", [
    "def f(a=b if c else d): return a", "@a(b or c)\ndef f(): pass", "def f():\n    return lambda: a or b",
    "def f():\n    def g():\n        if a: b", "def f():\n    class C:\n        def g(self):\n            if a: b",
    "if a:\n    def f(): pass", "def f():\n    with a: b", "def f():\n    '''if a: b'''",
        "[f for f in b]\ndef f(): pass",
])  # fmt: skip
def test_what_stands_around_or_in_functions_of_their_own_is_no_branch_of_a_function(source: str) -> None:
    assert only(source).straight


def test_a_lambda_is_no_function_definition() -> None:
    assert collect("functions", "f = lambda a: a\ng = partial(f)\n") == []
