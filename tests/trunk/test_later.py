"""Syntax of later Pythons, read with the `ast` of this one."""

from __future__ import annotations

import ast

import pytest

from overhaul.later import parsed, without_lazy


@pytest.mark.parametrize("source", [
    "lazy import a\nx = a.b\n",
    "if x:\n    lazy   from a import (b,\n        c)\n",
    "é = 1; lazy import a\n",
    '"""lazy import a"""\nlazy import b; lazy import c\n',
    "lazy = 1\nlazy.b\nlazy import a\r\n",
])  # fmt: skip
def test_a_lazy_import_is_read_as_a_plain_one_in_its_place(source: str) -> None:
    plain = ast.parse(source.replace("lazy   from", "from").replace("; lazy import", "; import").replace(
        "\nlazy import", "\nimport").removeprefix("lazy ") if not source.startswith("lazy = ") else
        source.replace("\nlazy import", "\nimport"))  # fmt: skip
    assert ast.dump(parsed(source)).replace("lazy import", "import") == ast.dump(plain).replace("lazy import", "import")
    assert len(without_lazy(source)) == len(source)


def test_names_behind_a_lazy_import_keep_their_columns() -> None:
    tree = parsed("x = 1\nlazy from a import b\n")
    [one] = [node for node in ast.walk(tree) if isinstance(node, ast.alias)]
    assert (one.lineno, one.col_offset) == (2, len("lazy from a import "))


@pytest.mark.parametrize("source", ["lazy = 1\nlazy.x\n", "x = 'lazy import a'\n", "def lazy(): pass\nlazy()\n"])
def test_other_things_called_lazy_are_left_alone(source: str) -> None:
    assert ast.dump(parsed(source)) == ast.dump(ast.parse(source))


@pytest.mark.parametrize("source", [
    "def f():\n    lazy import a\n", "class C:\n    lazy import a\n", "try:\n    lazy import a\nexcept E:\n    pass\n",
    "lazy from a import *\n", "lazy from __future__ import annotations\n", "lazy\nx = = 1\n", "lazy import\n",
])  # fmt: skip
def test_what_no_python_reads_is_no_python(source: str) -> None:
    with pytest.raises(SyntaxError):
        parsed(source)
