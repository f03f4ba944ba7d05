"""Imports as edges, held against a table of layouts and against grimp."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from overhaul.facts import Import
from overhaul.testing import Files, table

HOME = Path(__file__).parents[2]
Edge = tuple[str, str, str]
"""Importer, imported, kind."""

PACKAGE = {
    "p/__init__.py": "", "p/a.py": "x = 1", "p/b.py": "", "p/q/__init__.py": "", "p/q/c.py": "", "p/q/d.py": "",
}  # fmt: skip


def rows(files: Files) -> list[Import]:
    return [row for row in table(Import, files) if isinstance(row, Import)]


def explicit(files: Files) -> set[Edge]:
    return {(row.importer, row.imported, row.kind) for row in rows(files) if not row.implicit}


def implicit(files: Files) -> set[tuple[str, str]]:
    return {(row.importer, row.imported) for row in rows(files) if row.implicit}


@pytest.mark.parametrize(("source", "imported"), [
    ("import p.a", {"p.a"}),
    ("import p.a as z, p.b", {"p.a", "p.b"}),
    ("from p import a", {"p.a"}),
    ("from p.a import x", {"p.a"}),
    ("from p import a, version", {"p.a", "p"}),
    ("from . import d", {"p.q.d"}),
    ("from . import version", {"p.q"}),
    ("from .d import x", {"p.q.d"}),
    ("from .. import a", {"p.a"}),
    ("from ..a import x", {"p.a"}),
    ("from .. import q", {"p.q"}),
    ("from p import *", {"p"}),
    ("from ..a import *", {"p.a"}),
    ("import importlib\nimportlib.import_module('p.a')", {"p.a"}),
    ("from importlib import import_module\nimport_module('.d', __package__)", {"p.q.d"}),
    ("from importlib import import_module\nimport_module('.a', 'p')", {"p.a"}),
    ("import importlib\nimportlib.import_module('..a', package='p.q')", {"p.a"}),
    ("import importlib\nimportlib.import_module(name='p.a')", {"p.a"}),
    ("__import__('p.b')", {"p.b"}),
])  # fmt: skip
def test_what_an_import_means_in_a_subpackage(source: str, imported: set[str]) -> None:
    edges = explicit(PACKAGE | {"p/q/c.py": source})
    assert {(one, other) for one, other, _ in edges} == {("p.q.c", other) for other in imported}


@pytest.mark.parametrize(("source", "why"), [
    ("import os, a", "neither is a module of the project: `a` lies in a package"),
    ("from ... import a", "three dots lead out of the top package"),
    ("import importlib\nimportlib.import_module(name)", "the name is no constant"),
    ("import importlib\nimportlib.import_module('p.' + 'a')", "the name is put together"),
    ("import importlib\nimportlib.import_module('..a', 'p')", "two dots lead out of the package that is given"),
    ("text = 'import p.a'", "it is a string"),
    ("# import p.a", "it is a comment"),
    ("import pp.a", "only the beginning of the name is the same"),
])  # fmt: skip
def test_what_is_no_import_of_a_module_of_the_project(source: str, why: str) -> None:
    assert explicit(PACKAGE | {"p/q/c.py": source}) == set(), why


@pytest.mark.parametrize(("source", "kind"), [
    ("import p.a", "module"),
    ("class C:\n    import p.a", "module"),
    ("with open('x'):\n    import p.a", "module"),
    ("def f():\n    import p.a", "deferred"),
    ("class C:\n    def f(self):\n        import p.a", "deferred"),
    ("if x:\n    import p.a", "conditional"),
    ("try:\n    import p.a\nexcept ImportError:\n    pass", "conditional"),
    ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import p.a", "typing"),
    ("import typing as t\nif t.TYPE_CHECKING:\n    import p.a", "typing"),
    ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    def f():\n        import p.a", "typing"),
    ("from typing import TYPE_CHECKING\nif not TYPE_CHECKING:\n    import p.a", "module"),
    ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    pass\nelse:\n    import p.a", "module"),
    ("def f():\n    __import__('p.a')", "dynamic"),
])  # fmt: skip
def test_when_an_import_runs_is_its_kind(source: str, kind: str) -> None:
    assert explicit(PACKAGE | {"p/b.py": source}) == {("p.b", "p.a", kind)}


def test_an_edge_says_what_is_taken_and_where() -> None:
    found = rows(PACKAGE | {"p/b.py": "\n\nfrom .a import (\n    x,\n    y as z,\n)"})
    (row,) = [row for row in found if not row.implicit]
    assert (row.importer, row.imported, row.names, row.path, row.line) == ("p.b", "p.a", ("x", "y"), "p/b.py", 3)


def test_two_imports_of_a_module_are_two_edges_by_line_but_one_on_one_line() -> None:
    found = rows(PACKAGE | {"p/b.py": "import p.a\nfrom p import a\nimport p.a as x; import p.a as y"})
    assert sorted(row.line for row in found if not row.implicit) == [1, 2, 3]


def test_the_packages_that_python_loads_on_the_way_are_implicit_edges_once_each() -> None:
    files = {**PACKAGE, "main.py": "import p.q.c\nfrom p.q import d"}
    assert implicit(files) == {("main", "p"), ("main", "p.q")}
    assert len([row for row in rows(files) if row.implicit]) == 2


@pytest.mark.parametrize(("files", "why"), [
    ({"p/a.py": "import p"}, "the edge to the package is there already, as it is written"),
    ({"p/__init__.py": "from p import a"}, "a package does not load itself"),
    ({"n/m.py": "", "main.py": "import n.m"}, "a namespace package has no body"),
])  # fmt: skip
def test_no_edge_is_implied(files: Files, why: str) -> None:
    assert implicit({**PACKAGE, **files}) == set(), why


@pytest.mark.parametrize(("files", "edges"), [
    ({"src/p/__init__.py": "", "src/p/a.py": "import p.b", "src/p/b.py": "", "tests/test_a.py": "from p import a",
      "pyproject.toml": "[project]\nname = 'p'"},
     {("p.a", "p.b"), ("tests.test_a", "p.a")}),
    ({"n/one/__init__.py": "import n.two.m", "n/two/m.py": "from n import one"},
     {("n.one", "n.two.m"), ("n.two.m", "n.one")}),
    ({"one/pyproject.toml": "[project]\nname = 'one'", "one/src/p/__init__.py": "import r",
      "two/pyproject.toml": "[project]\nname = 'two'", "two/src/r/__init__.py": ""},
     {("p", "r")}),
    ({"p/__init__.py": "from .a import x", "p/a.py": "from .b import x", "p/b.py": "x = 1",
      "main.py": "from p import x"},
     {("p", "p.a"), ("p.a", "p.b"), ("main", "p")}),
    ({"p/__init__.py": "", "p/a.py": "import p.b", "p/a.pyi": "import p.c", "p/b.py": "", "p/c.py": ""},
     {("p.a", "p.b")}),
    ({"p/__init__.py": "", "p/fast.pyi": "import p.b", "p/b.py": "from p import fast"},
     {("p.fast", "p.b"), ("p.b", "p.fast")}),
    ({"p/__init__.py": "", "p/my-script.py": "import p.b", "p/b.py": ""},
     {("p.my-script", "p.b")}),
    ({"a.py": "import a"}, {("a", "a")}),
])  # fmt: skip
def test_modules_are_found_in_every_layout(files: Files, edges: set[tuple[str, str]]) -> None:
    found = {(one, other) for one, other, _ in explicit(files)}
    assert found == edges


def test_a_name_that_a_package_binds_and_a_submodule_has_too_leads_to_the_submodule() -> None:
    files = {"p/__init__.py": "a = 1", "p/a.py": "", "main.py": "from p import a"}
    assert explicit(files) == {("main", "p.a", "module")}


def held_against_grimp(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks.edges", *arguments]
    return subprocess.run(command, cwd=HOME, capture_output=True, text=True, check=False, timeout=600)


def test_tradeframe_has_the_edges_and_cycles_that_grimp_sees() -> None:
    done = held_against_grimp("--root", "fixtures/projects/tradeframe/src", "tradeframe")
    assert (done.returncode, done.stdout) == (0, "tradeframe: 298 edges, 5 cycles, 0 differences\n"), done.stderr


def test_a_difference_from_grimp_is_told_with_its_reason(tmp_path: Path) -> None:
    package = tmp_path / "p"
    package.mkdir()
    (package / "__init__.py").write_text("__import__('p.a')\n")
    (package / "a.py").write_text("import p\n")
    (package / "n").mkdir()
    (package / "n" / "m.py").write_text("import p.a\n")
    (package / "sub-scripts").mkdir()
    (package / "sub-scripts" / "__init__.py").write_text("import p.a\n")
    (package / "stub.pyi").write_text("import p.a\n")
    done = held_against_grimp("--root", str(tmp_path), "p")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[:6] == [
        "p: 5 edges, 1 cycles, 5 differences",
        "  edge only of overhaul: p -> p.a: grimp does not read import_module and __import__",
        "  edge only of overhaul: p.n.m -> p.a: grimp does not go into folders without __init__.py inside of a package",
        "  edge only of overhaul: p.stub -> p.a: grimp does not look for stubs",
        "  edge only of overhaul: p.sub-scripts -> p.a: grimp does not go into folders whose names are no identifiers",
        "  cycle only of overhaul: p, p.a: follows from the edges above",
    ]


@pytest.mark.network
@pytest.mark.parametrize("name", ["django", "sqlalchemy", "sympy", "twisted", "pandas"])
def test_of_released_code_bases_no_difference_from_grimp_is_unexplained(name: str) -> None:
    done = held_against_grimp(name)
    assert done.returncode == 0, done.stdout + done.stderr
