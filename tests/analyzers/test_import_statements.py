"""Import statements, as they are written."""

from typing import Any

import pytest

from overhaul.testing import collect


def rows(source: str) -> list[Any]:
    """The rows, in the order of lines."""
    return sorted(collect("import_statements", source), key=lambda row: getattr(row, "line", 0))


@pytest.mark.parametrize(("source", "bound"), [
    ("import a", "a"), ("import a.b.c", "a"), ("import a.b as c", "c"), ("x = importlib.import_module('a.b')", "x"),
])  # fmt: skip
def test_an_import_of_a_module_binds_its_root_or_the_name_given(source: str, bound: str) -> None:
    [row] = rows(source)
    assert (row.bound, row.names, row.level) == (bound, (), 0)


def test_one_import_of_several_modules_is_a_row_for_each() -> None:
    assert [(row.line, row.bound) for row in rows("a = 1\nimport b, c.d, \\\n  e as f")] == [(2, "b"), (2, "c"),
        (2, "f")]


@pytest.mark.parametrize(("source", "level", "names"), [
    ("from a.b import c, d as e", 0, (("c", "c"), ("d", "e"))),
    ("from . import a", 1, (("a", "a"),)),
    ("from ...a import (\n  b,\n)", 3, (("b", "b"),)),
    ("from .a import *", 1, (("*", "*"),)),
])  # fmt: skip
def test_an_import_of_names_tells_what_is_taken_and_how_it_is_called(
    source: str, level: int, names: tuple[tuple[str, str], ...]
) -> None:
    [row] = rows(source)
    assert (row.level, row.names, row.bound) == (level, names, "")


@pytest.mark.parametrize(("source", "kind", "at_import", "caught"), [
    ("import a", "module", True, False),
    ("class C:\n import a", "module", True, False),
    ("with b: import a", "module", True, False),
    ("def f(): import a", "deferred", False, False),
    ("class C:\n def m(self): from a import b", "deferred", False, False),
    ("if TYPE_CHECKING: import a", "typing", False, False),
    ("if TYPE_CHECKING: b\nelse: import a", "module", True, False),
    ("def f():\n if TYPE_CHECKING: import a", "typing", False, False),
    ("if b: import a", "conditional", True, False),
    ("try: import a\nexcept ImportError: b", "conditional", True, True),
    ("try: import a\nexcept OSError: b", "conditional", True, False),
    ("try: b\nexcept ImportError: import a", "conditional", True, False),
    ("try: b\nexcept ImportError: c\nelse: import a", "conditional", True, False),
    ("with suppress(ImportError): import a", "module", True, True),
    ("if __name__ == '__main__': import a", "conditional", False, False),
    ("import_module('a')", "dynamic", True, False),
    ("def f(): __import__('a')", "dynamic", False, False),
    ("try: import_module('a')\nexcept Exception: b", "dynamic", True, True),
])  # fmt: skip
def test_an_import_tells_when_it_runs_and_whether_its_failure_is_caught(
    source: str, kind: str, at_import: bool, caught: bool
) -> None:
    [row] = rows(source)
    assert (row.kind, row.at_import, row.caught) == (kind, at_import, caught)


def test_an_import_tells_the_scope_it_stands_in() -> None:
    source = "import a\nclass C:\n import b\n def m(self):\n  import c\n"
    assert [row.scope for row in rows(source)] == ["", "C", "C.m"]


def test_a_dynamic_import_of_a_relative_name_has_its_dots_as_level() -> None:
    [row] = rows("import_module('..a.b', __package__)")
    assert (row.kind, row.level) == ("dynamic", 2)


@pytest.mark.parametrize(("call", "target", "level"), [
    ("import_module('.b', 'p')", "p.b", 0),
    ("import_module('.b', package='p.q')", "p.q.b", 0),
    ("import_module(package='p.q', name='..b')", "p.b", 0),
    ("import_module('.', 'p.q')", "p.q", 0),
    ("import_module(name='x')", "x", 0),
    ("import_module('x', 'p')", "x", 0),
    ("import_module('.b', __package__)", "b", 1),
    ("import_module('.b', package=__name__)", "b", 1),
    ("__import__('x', globals())", "x", 0),
])  # fmt: skip
def test_the_dots_of_a_dynamic_import_count_from_the_package_that_is_given(call: str, target: str, level: int) -> None:
    [row] = rows(call)
    assert (row.kind, row.target, row.level) == ("dynamic", target, level)


@pytest.mark.parametrize("source", [
    "import_module('...b', 'p.q')", "import_module(package='p')", "import_module(*names)", "import_module(nam='x')",
    "import_module(name)", "import_module(f'a')", "import_module(b'a')", "import_module('no module')",
        "import_module('')",
    "import_module()", "'import a'", "# import a", "importer('a')", "def import_module(a): pass",
])  # fmt: skip
def test_what_names_no_module_is_no_import(source: str) -> None:
    assert rows(source) == []
