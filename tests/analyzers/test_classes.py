"""Class definitions, as they are written."""

from typing import Any

import pytest

from overhaul.testing import collect


def test_a_class_has_its_lines_bases_keywords_decorators_and_summary() -> None:
    source = (
        "@a.b(1)\n@c\nclass C(D, e.F[int], *g, metaclass=M, **kw):\n"
        "    '''One.\n\n    Two.'''\n\n    def m(self): pass\n\n\n# end\n"
    )
    rows: list[Any] = collect("classes", source)
    [row] = rows
    assert (row.name, row.line, row.end, row.scope) == ("C", 3, 8, "")
    assert row.bases == ("D", "e.F[int]", "*g")
    assert row.keywords == (("metaclass", "M"), ("**", "kw"))
    assert row.decorators == ("a.b(1)", "c")
    assert row.summary == "One."


def test_names_are_dotted_and_the_scope_is_the_innermost_function_around() -> None:
    source = "class A:\n class B: pass\n def f(self):\n  class C:\n   class D: pass\ndef g():\n class E: pass\n"
    rows: list[Any] = collect("classes", source)
    assert [(row.name, row.scope) for row in rows] == [
        ("A", ""), ("A.B", ""), ("A.f.C", "A.f"), ("A.f.C.D", "A.f"), ("g.E", "g"),
    ]  # fmt: skip


@pytest.mark.parametrize("body", ["x = 'One.'", "pass; 'One.'", "f'One.'", "b'One.'", "('One.').strip()", "# One."])
def test_only_a_plain_string_that_comes_first_is_a_docstring(body: str) -> None:
    rows: list[Any] = collect("classes", f"class C:\n    {body}\n    pass\n")
    [row] = rows
    assert row.summary == ""


def test_a_class_made_by_a_call_is_no_class_definition() -> None:
    assert collect("classes", "C = type('C', (), {})\nD = namedtuple('D', 'a')\n'class E: pass'\n") == []
