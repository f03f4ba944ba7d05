"""What breaks contracts, and how it is told."""

from __future__ import annotations

import pytest

from overhaul.architecture.graph import fits
from overhaul.architecture.rows import ContractBreach
from overhaul.config import Config
from overhaul.contracts import Acyclic, Boundaries, Boundary, Contract, External, Forbidden, Layers, Protected
from overhaul.facts import Row
from overhaul.testing import check, table


def boundaries(**terms: object) -> Config:
    """Settings with boundaries around ui, core and data, each in a layer of that name."""
    modules = tuple(Boundary(path=name, layer=name, depends_on=()) for name in ("ui", "core", "data"))
    whole: dict[str, object] = {"modules": modules, "layers": ("ui", "core", "data"), "name": "it", **terms}
    return Config(contracts=(Boundaries(**whole),))  # type: ignore[arg-type]  # whatever a test asks for


FILES = {
    "ui.py": "import core\nimport data", "core.py": "import data", "data.py": "import core", "script.py": "import ui",
}  # fmt: skip


def test_layers_of_boundaries_go_down_without_a_word_and_not_up() -> None:
    found = check("layer_violation", FILES, boundaries())
    assert [one.message for one in found] == ["data imports core, and the layer core is above data"]


def test_nobody_reaches_past_a_closed_layer_of_boundaries() -> None:
    found = check("layer_violation", FILES, boundaries(closed_layers=("core",)))
    assert [one.message for one in found if one.path == "ui.py"] == ["ui imports data, past the closed layer core"]


def test_code_in_no_boundary_declares_what_it_needs_or_is_left_alone() -> None:
    found = check("undeclared_dependency", FILES, boundaries())
    assert [one.message for one in found] == ["script imports ui, and <root> does not say that it depends on ui"]
    assert not check("undeclared_dependency", FILES, boundaries(root_module="ignore"))
    assert not check("undeclared_dependency", FILES, boundaries(exclude=("scr*",)))
    assert not check("undeclared_dependency", FILES, boundaries(roots=("src",)))


def test_a_boundary_is_seen_by_those_it_is_visible_to() -> None:
    modules = (Boundary(path="core", visibility=("ui.*",)), Boundary(path="ui.desk"), Boundary(path="data"))
    files = {"core.py": "", "data.py": "import core", "ui/__init__.py": "", "ui/desk.py": "import core"}
    found = check("protected_import", files, boundaries(modules=modules, layers=()))
    assert [one.message for one in found] == ["data imports core, and core is not visible to data"]


def test_what_is_declared_and_not_used_is_stale_where_that_is_asked_for() -> None:
    modules = (Boundary(path="ui", depends_on=("core", "data")), Boundary(path="core"), Boundary(path="data"))
    files = {"ui.py": "import core", "core.py": "", "data.py": ""}
    found = check("stale_contract", files, boundaries(modules=modules, layers=(), exact=True))
    assert [one.message for one in found] == ["ui depends on data and does not import it"]
    assert not check("stale_contract", files, boundaries(modules=modules, layers=()))


def test_what_boundaries_declare_closes_no_ring_where_that_is_asked_for() -> None:
    modules = (Boundary(path="ui", depends_on=("core",)), Boundary(path="core", depends_on=("ui",)))
    found = check("cyclic_packages", {"ui.py": "", "core.py": ""}, boundaries(modules=modules, layers=(), acyclic=True))
    assert [one.message for one in found] == ["core, ui say that they depend on each other, in a ring"]
    assert found[0].members == ("core", "ui")


def test_nothing_is_stale_where_the_audit_looks_at_a_part_of_the_project() -> None:
    terms = {"name": "it", "layers": ("a", "zork"), "ignore_imports": ("a -> a.b",)}
    for file, stale in (("pyproject.toml", 2), ("../pyproject.toml", 0)):
        contract = Layers(**terms, file=file)  # type: ignore[arg-type]  # a mapping of keys to values
        assert len(check("stale_contract", {"a.py": ""}, Config(contracts=(contract,)))) == stale


def test_an_import_by_way_of_a_module_outside_is_told_once_with_all_that_use_it() -> None:
    files = {"p/__init__.py": "", "p/tools.py": "import p.high", "p/high.py": ""}
    files |= {f"p/{name}.py": "import p.tools" for name in ("low", "lower", "lowest")}
    contract = Layers(name="it", layers=("high", "low", "lower", "lowest"), containers=("p",))
    (found,) = check("layer_violation", files, Config(contracts=(contract,)))
    assert (found.module, found.path, found.line) == ("p.tools", "p/tools.py", 1)
    assert "p.low does, and so do 2 more of the contract" in found.message
    assert found.members == ("p.low", "p.lower", "p.lowest")
    assert [one.path for one in found.places] == ["p/low.py", "p/lower.py", "p/lowest.py"]


def rows(files: dict[str, str], *contracts: Contract) -> list[ContractBreach]:
    """The table for some files and contracts."""
    found: list[Row] = table("contract_breaches", files, Config(contracts=contracts))
    return [row for row in found if isinstance(row, ContractBreach)]


def test_a_further_user_of_a_way_that_is_told_already_is_one_more_member_and_changes_no_other() -> None:
    files = {"p/__init__.py": "", "p/tools.py": "import p.high", "p/high.py": "", "p/low.py": "import p.tools"}
    config = Config(contracts=(Layers(name="it", layers=("high", "a : low"), containers=("p",)),))
    (before,) = check("layer_violation", {**files, "p/a.py": ""}, config)
    (after,) = check("layer_violation", {**files, "p/a.py": "import p.tools"}, config)
    assert (before.name, before.members, after.members) == (after.name, ("p.low",), ("p.a", "p.low"))


def test_a_forbidden_module_that_is_reached_as_well_is_new_and_changes_no_other() -> None:
    files = {"p/__init__.py": "", "p/a.py": "import p.tools", "p/tools.py": "import p.db", "p/db.py": ""}
    files["p/net.py"] = ""
    terms = Forbidden(name="it", source_modules=("p.a",), forbidden_modules=("p.net", "p.db"))
    (before,) = check("forbidden_import", files, Config(contracts=(terms,)))
    after = check("forbidden_import", {**files, "p/tools.py": "import p.net, p.db"}, Config(contracts=(terms,)))
    assert [one.name for one in after] == ["it: p.a reaches p.db", "it: p.a reaches p.net"]
    assert after[0].identity == before.identity


def test_the_settings_are_a_place_of_what_breaks_a_contract() -> None:
    files = {"p/__init__.py": "", "p/a.py": "import p.b", "p/b.py": ""}
    terms = Forbidden(
        name="it", source_modules=("p.a",), forbidden_modules=("p.b",), file="../pyproject.toml", line=12
    )  # fmt: skip
    (found,) = check("forbidden_import", files, Config(contracts=(terms,)))
    assert [(place.path, place.line) for place in found.places] == [("../pyproject.toml", 12)]


def test_imports_of_kinds_that_do_not_count_break_nothing() -> None:
    source = (
        "from typing import TYPE_CHECKING\nimport importlib\nif TYPE_CHECKING:\n    import b\n"
        "def f():\n    import c\nx = importlib.import_module('d')\n"
    )
    files = {"a.py": source, "b.py": "", "c.py": "", "d.py": ""}
    terms = {"name": "it", "source_modules": ("a",), "forbidden_modules": ("b", "c", "d")}
    for out, left in ((), "bcd"), (("typing",), "cd"), (("deferred",), "bd"), (("typing", "deferred", "dynamic"), ""):
        contract = Forbidden(**terms, **dict.fromkeys(out, False))  # type: ignore[arg-type]  # keys and their values
        assert "".join(row.imported for row in rows(files, contract)) == left


def test_a_package_that_is_loaded_on_the_way_is_no_import() -> None:
    files = {"p/__init__.py": "", "p/q/__init__.py": "", "p/q/r.py": "", "x.py": "import p.q.r"}
    as_it_is = Protected(name="it", protected_modules=("p", "p.q"), as_packages=False)
    assert not rows(files, as_it_is)
    assert [row.imported for row in rows(files, Protected(name="it", protected_modules=("p",)))] == ["p.q.r"]


def test_what_lies_outside_of_the_packages_of_a_contract_is_neither_importer_nor_way() -> None:
    files = {"p/__init__.py": "", "p/a.py": "import t", "p/b.py": "", "t.py": "import p.b"}
    contract = Forbidden(name="it", source_modules=("p.a",), forbidden_modules=("p.b",))
    assert [row.imported for row in rows(files, contract)] == ["p.b"]
    assert not rows(files, Forbidden(name="it", source_modules=("p.a",), forbidden_modules=("p.b",), within=("p",)))


def test_a_module_outside_of_the_packages_of_a_contract_can_be_forbidden_as_any_other_distribution() -> None:
    files = {"p/__init__.py": "", "p/a.py": "import other.rows", "other/__init__.py": "", "other/rows.py": ""}
    contract = Forbidden(name="it", source_modules=("p",), forbidden_modules=("other",), within=("p",))
    assert [(row.importer, row.imported) for row in rows(files, contract)] == [("p.a", "other")]


def test_part_of_another_distribution_can_be_forbidden() -> None:
    files = {"a.py": "import django.db\n", "b.py": "from django import db\n", "c.py": "from django import http\n"}
    contract = Forbidden(name="it", source_modules=("*",), forbidden_modules=("django.db",))
    assert [row.importer for row in rows(files, contract)] == ["a", "b"]


def test_an_import_of_another_distribution_can_be_ignored() -> None:
    files = {"a.py": "import requests.adapters\n", "b.py": "import requests\n"}
    terms = {"name": "it", "ignore_imports": ("a -> requests",)}
    forbidden = Forbidden(source_modules=("a", "b"), forbidden_modules=("requests",), **terms)  # type: ignore[arg-type]
    external = External(denied=("requests",), **{**terms, "name": "too"})  # type: ignore[arg-type]
    assert [row.importer for row in rows(files, forbidden, external)] == ["b", "b"]


def test_an_import_of_what_two_names_protect_is_told_once() -> None:
    files = {"p/__init__.py": "", "p/q/__init__.py": "", "p/q/r.py": "", "x.py": "import p.q.r"}
    assert len(rows(files, Protected(name="it", protected_modules=("p.q", "p.q.r")))) == 1


def test_a_ring_is_told_with_the_imports_that_open_it() -> None:
    files = {"p/__init__.py": "", "p/a.py": "import p.b", "p/b.py": "import p.c", "p/c.py": "import p.a"}
    (row,) = rows(files, Acyclic(name="it", ancestors=("p",)))
    assert row.what == (
        "below p, a, b, c import each other in a ring; without p.a -> p.b (1 import) there is none"
    )
    assert [(link.importer, link.imported) for link in row.chain] == [("p.a", "p.b"), ("p.b", "p.c"), ("p.c", "p.a")]


def test_a_further_member_of_a_ring_is_one_more_and_its_imports_are_places() -> None:
    files = {"p/__init__.py": "", "p/b/__init__.py": "", "p/b/x.py": "import p.c", "p/c.py": "import p.b.x"}
    config = Config(contracts=(Acyclic(name="it", ancestors=("p",)),))
    (before,) = check("cyclic_packages", files, config)
    # More imports in the same ring, so that another is the cheapest one to take out.
    thicker = files | {"p/b/y.py": "import p.c", "p/b/w.py": "import p.c", "p/c.py": "import p.b.x\nimport p.b.w"}
    (after,) = check("cyclic_packages", thicker, config)
    assert (after.identity, after.members) == (before.identity, before.members)
    (wider,) = check("cyclic_packages", {**files, "p/a.py": "import p.b.x", "p/c.py": "import p.a, p.b.x"}, config)
    assert (wider.name, wider.members) == (before.name, ("p.a", "p.b", "p.c"))
    assert {"p/a.py", "p/c.py", "p/b/x.py"} <= {wider.path, *(place.path for place in wider.places)}


def test_statements_that_say_the_same_are_places_of_one_breach() -> None:
    files = {"p/__init__.py": "", "p/a.py": "import p.b\nfrom p import b\n", "p/b.py": ""}
    (row,) = rows(files, Forbidden(name="it", source_modules=("p.a",), forbidden_modules=("p.b",)))
    assert (row.line, [link.line for link in row.also]) == (1, [2])


def test_a_wildcard_below_a_package_without_modules_is_no_mistake() -> None:
    files = {"p/__init__.py": "", "p/plugins/__init__.py": "", "p/core.py": ""}
    for expression, stale in (("p.plugins.*", 0), ("p.plugin.*", 1), ("p.plugins.mail", 1)):
        contract = Forbidden(name="it", source_modules=("p.core",), forbidden_modules=(expression,), file="x.toml")
        assert len(check("stale_contract", files, Config(contracts=(contract,)))) == stale


def test_boundaries_with_a_wildcard_are_one_each() -> None:
    modules = (Boundary(path="libs.*", depends_on=("base",)), Boundary(path="base", depends_on=()))
    files = {"libs/__init__.py": "", "libs/a.py": "import base\nfrom libs import b\n", "libs/b.py": "", "base.py": ""}
    found = check("undeclared_dependency", files, boundaries(modules=modules, layers=(), root_module="ignore"))
    undeclared = "libs.a imports libs.b, and libs.a does not say that it depends on libs.b"
    assert [one.message for one in found] == [undeclared]


@pytest.mark.parametrize(
    ("pattern", "name", "yes"),
    [
        ("a.*", "a.b", True),
        ("a.*", "a.b.c", False),
        ("a.*", "a", False),
        ("a.**", "a.b.c", True),
        ("a.**", "a", False),
        ("**.c", "a.b.c", True),
        ("**.c", "c", False),
        ("**.c.d", "c.c.d", True),
        ("**.a.**.b", "x.a.a.y.b.b", True),
        ("**.a.**.b", "x.a.b", False),
        (".".join(["**", "a"] * 30), ".".join("a" * 100) + ".b", False),
    ],
)
def test_a_wildcard_stands_for_one_part_and_two_for_one_or_more(pattern: str, name: str, yes: bool) -> None:
    assert fits(pattern.split("."), name.split(".")) is yes
