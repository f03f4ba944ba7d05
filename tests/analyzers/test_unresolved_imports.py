"""Imports of the project's own modules and names that nothing provides."""

import pytest

from overhaul.facts import UnresolvedImport
from overhaul.testing import Files, check, table


def rows(files: Files) -> list[UnresolvedImport]:
    return [row for row in table(UnresolvedImport, files) if isinstance(row, UnresolvedImport)]


def names(files: Files) -> list[tuple[str, str, str]]:
    return [(row.kind, row.name, row.confidence) for row in rows(files)]


PACKAGE: dict[str, str | bytes] = {
    "p/__init__.py": "", "p/sub.py": "x = 1\n", "p/q/__init__.py": "", "p/q/r.py": "",
}


@pytest.mark.parametrize(("source", "name"), [
    ("import p.sup", "p.sup"),
    ("from p.q.s import x", "p.q.s"),
    ("from .sup import x", "p.sup"),
    ("from .q import r\nfrom .q.s import x", "p.q.s"),
    ("import p.sub.x", "p.sub.x"),
])  # fmt: skip
def test_a_module_of_the_project_that_is_not_there_is_told(source: str, name: str) -> None:
    assert names(PACKAGE | {"p/main.py": source}) == [("module", name, "high")]


@pytest.mark.parametrize("source", [
    "import p.sub, p.q.r",
    "from . import sub\nfrom .q import r\nfrom .sub import x",
    "import yaml, os.path\nfrom collections import nothing",
    "from p import q\nfrom p.q import __name__, __path__",
])  # fmt: skip
def test_what_is_there_and_what_is_not_the_project_s_is_not_told(source: str) -> None:
    assert names(PACKAGE | {"p/main.py": source}) == []


def test_a_name_that_its_module_lacks_is_told_with_the_place_it_has_gone_to() -> None:
    (row,) = rows(PACKAGE | {"p/main.py": "\nfrom p.sub import Till", "p/q/r.py": "class Till: pass"})
    assert (row.kind, row.name, row.path, row.line) == ("name", "p.sub.Till", "p/main.py", 2)
    assert row.near == ("p.q.r.Till",)
    assert row.evidence == ("p.sub (p/sub.py) does not bind Till",)


@pytest.mark.parametrize(("source", "confidence"), [
    ("try:\n    import p.fast\nexcept ImportError:\n    pass", "low"),
    ("from p._version import version", "low"),
    ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import p.types_", "medium"),
    ("import sys\nif sys.version_info < (3,):\n    import p.py2", "medium"),
    ("from importlib import import_module\nimport_module('p.dyn')", "medium"),
    ("def f():\n    import p.late", "high"),
])  # fmt: skip
def test_what_makes_an_import_less_sure_to_fail_lowers_the_confidence(source: str, confidence: str) -> None:
    (row,) = rows(PACKAGE | {"p/main.py": source})
    assert row.confidence == confidence
    assert confidence == "high" or len(row.evidence) > 1


@pytest.mark.parametrize("module", [
    "def __getattr__(name): ...",
    "from numpy import *",
    "def fill():\n    globals()['x'] = 1",
    "import sys\nsetattr(sys.modules[__name__], 'name', 1)",
    "def late():\n    global name\n    name = 1",
    "if later():\n    name = 1\nelse:\n    from p.q import r as name",
    "for name in (): pass",
    "with open('f') as name: pass",
    "class name: pass",
    "[name := 1 for _ in ()]",
    "any((name := one) > 1 for one in [1] for _ in [[2 for _ in ()]])",
    "(name := 1)",
    "import os as name",
    "def other(): ...\nother, (name, *rest) = other",
])  # fmt: skip
def test_no_name_is_told_that_a_module_may_have(module: str) -> None:
    assert names(PACKAGE | {"p/sub.py": module, "p/main.py": "from p.sub import name"}) == []


@pytest.mark.parametrize("module", [
    "def name_(): ...", "def f():\n    name = 1", "class C:\n    name = 1",
    "name = 1\ndel name\nother = 1", "other = [name for name in ()]",
    "x = globals()['name']", "print(name)", "__all__ = ['name']", "name.x = 1",
])  # fmt: skip
def test_a_name_that_a_module_does_not_keep_is_told(module: str) -> None:
    files = PACKAGE | {"p/sub.py": module, "p/main.py": "from p.sub import name"}
    assert names(files) == [("name", "p.sub.name", "high")]


def test_a_name_that_another_module_assigns_is_told_with_doubt() -> None:
    files = PACKAGE | {"p/main.py": "from p.sub import made", "p/boot.py": "import p.sub\np.sub.made = 1"}
    assert names(files) == [("name", "p.sub.made", "low")]


def test_no_name_is_told_of_a_module_that_cannot_be_parsed_but_the_module_itself_is_there() -> None:
    assert names(PACKAGE | {"p/broken.py": "def (:", "p/main.py": "import p.broken\nfrom p.broken import x"}) == []


def test_nothing_is_told_of_a_package_that_cannot_be_parsed_but_the_lack_of_a_submodule_with_doubt() -> None:
    files: dict[str, str | bytes] = {"p/__init__.py": "X = 1\nprint 'a'\n", "p/sub.py": "", "p/q/__init__.py": ""}
    assert names(files | {"main.py": "from p import X, sub\nfrom p import gone"}) == []
    (row,) = rows(files | {"main.py": "import p.gone"})
    assert (row.name, row.confidence, row.evidence[1:]) == ("p.gone", "low", ("p could not be parsed",))
    # It may make modules importable below the packages in it as well.
    assert names(files | {"main.py": "import p.q.gone"}) == [("module", "p.q.gone", "low")]


def test_an_empty_file_is_known_to_bind_nothing() -> None:
    assert names({"empty.py": "", "main.py": "from empty import name"}) == [("name", "empty.name", "high")]


def test_names_listed_by_a_module_that_cannot_be_parsed_are_not_missed() -> None:
    files: dict[str, str | bytes] = {
        "bad.py": "__all__ = ['f']\ndef f(:", "front.py": "import bad\nfrom bad import f\n__all__ = [] + bad.__all__",
        "all.py": "from front import *", "main.py": "from all import f",
    }  # fmt: skip
    assert names(files) == []


@pytest.mark.parametrize("source", ["name: int", "if 1:\n    name: int\nname: 'str'"])
def test_a_name_that_is_only_annotated_is_told_with_doubt(source: str) -> None:
    (row,) = rows(PACKAGE | {"p/sub.py": source, "p/main.py": "from p.sub import name"})
    assert (row.kind, row.name, row.confidence) == ("name", "p.sub.name", "medium")
    assert row.evidence[0].startswith("p.sub (p/sub.py) annotates name in line ")


@pytest.mark.parametrize("files", [
    {"p/sub.py": "name: int = 1"},
    {"p/sub.py": "name: int\nname = 1"},
    {"p/sub.py": "name: int\ndef start():\n    global name\n    name = 1"},
    {"p/sub.py": "name: int\nfrom p.q.r import *", "p/q/r.py": "name = 1"},
    {"p/sub.py": "name: int\ndef __getattr__(name): ..."},
    {"p/sub.pyi": "name: int", "p/sub.so": b"", "p/sub.py": None},
    {"p/sub.py": "name: int",
     "p/main.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from p.sub import name"},
])  # fmt: skip
def test_an_annotated_name_is_not_told_that_may_be_bound_or_is_wanted_for_its_type(
    files: dict[str, str | bytes | None]
) -> None:  # fmt: skip
    merged = {**PACKAGE, "p/main.py": "from p.sub import name", **files}
    assert names({path: text for path, text in merged.items() if text is not None}) == []


def test_what_an_extension_module_lacks_is_told_with_the_place_of_its_stub() -> None:
    files = PACKAGE | {"p/fast.so": b"", "p/fast.pyi": "\nimport p.gone", "p/main.py": "from p.fast import missing"}
    told = {row.name: row for row in rows(files)}
    assert (told["p.gone"].path, told["p.gone"].line) == ("p/fast.pyi", 2)
    assert told["p.fast.missing"].evidence[0] == "p.fast (p/fast.pyi) does not bind missing"


def test_extension_modules_and_packages_that_others_extend_are_let_be() -> None:
    files = PACKAGE | {
        "p/fast.so": b"",
        "ext/__init__.py": "from pkgutil import extend_path\n__path__ = extend_path(__path__, __name__)",
        "p/main.py": "from p.fast import anything\nimport ext.plugin\nfrom ext import other",
    }  # fmt: skip
    assert names(files) == []


def test_a_relative_import_above_the_top_is_told_with_doubt() -> None:
    (row,) = rows(PACKAGE | {"p/main.py": "from ... import x"})
    assert (row.kind, row.name, row.confidence) == ("module", "...", "low")
    (finding,) = check("unresolved_import", PACKAGE | {"p/main.py": "from ... import x"})
    assert finding.message == "imports ..., which climbs above the topmost package"
