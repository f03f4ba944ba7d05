"""Contracts as settings say them: our own, those of import-linter, and those of tach."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from overhaul.config import Config, load_config
from overhaul.contracts import Acyclic, Boundaries, Boundary, External, Forbidden, Independence, Layers, Protected
from overhaul.errors import ConfigError
from overhaul.testing import check, surveyed

LAYERS = """
[[contracts]]
kind = "layers"
name = "it"
layers = ["a", "b"]
"""


def read(folder: Path, **files: str) -> Config:
    """The settings of a project with such files; two underscores stand for a dot."""
    for name, text in files.items():
        file = folder / name.replace("__", ".")
        file.write_text(text, encoding="utf-8")
    settings = folder / "overhaul.toml"
    return load_config(folder, settings if settings.exists() else None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[contracts]]\nname = "it"', "it has no kind: (known kinds: layers, forbidden,"),
        ('[[contracts]]\nkind = "layer"\nname = "it"', "unknown kind 'layer'"),
        (f"{LAYERS}layer = 1", "unknown key 'layer': did you mean layers? (known keys: closed-layers, containers,"),
        (f"{LAYERS}file = 'x'", "unknown key 'file'"),
        ('[[contracts]]\nkind = "layers"\nname = "it"', "missing required field `layers`"),
        (LAYERS.replace('"a", "b"', '"a | b : c"'), "joined by `|` or by `:`, not by both"),
        (LAYERS.replace('"a", "b"', '"a", "a"'), "'a' stands there twice"),
        (LAYERS.replace('"a", "b"', '"a", "b*"'), "a wildcard stands for whole parts"),
        (f"{LAYERS}exhaustive = true", "exhaustive: it needs containers"),
        (f'{LAYERS}closed-layers = ["c"]', "there is no layer 'c'"),
        (f'{LAYERS}ignore-imports = ["a.b"]', "it is written `importer -> imported`"),
        (f'{LAYERS}ignore-imports = ["a.** -> b.**.*"]', "stand side by side"),
        (f'{LAYERS}severity = "fatal"', "severity: unknown value 'fatal': (known values: "),
        (LAYERS + LAYERS, "there is a contract 'it' at overhaul.toml:2 already"),
        (LAYERS.replace('"it"', '" "'), "the name is empty"),
        ('[[contracts]]\nkind = "external"\nname = "it"', "it says nothing: give it `allowed` or `denied`"),
        ('[contracts]\nkind = "layers"', "is no array of tables: begin each entry with [[contracts]]"),
        ('read-contracts = ["deptry"]', "unknown value 'deptry': (known values: import-linter, tach)"),
    ],
)
def test_a_contract_that_cannot_be_meant_so_is_refused_on_one_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, overhaul__toml=text)
    message = str(caught.value)
    assert said in message
    assert "\n" not in message
    assert message.startswith((f"{tmp_path}/overhaul.toml", "overhaul.toml:"))


def test_a_contract_knows_where_it_is_written(tmp_path: Path) -> None:
    config = read(tmp_path, pyproject__toml=f"[tool.overhaul]\n{LAYERS}".replace("[[", "[[tool.overhaul."))
    (contract,) = config.contracts
    assert (contract.file, contract.line) == ("pyproject.toml", 3)
    (below := tmp_path / "src").mkdir()
    assert load_config(below).contracts[0].file == "../pyproject.toml"


IMPORT_LINTER = """
[importlinter]
root_packages =
    shop
    store
exclude_type_checking_imports = True
include_external_packages = True
contract_types =
    weather: plugins.Weather

[importlinter:contract:one]
name = Layers it is
type = layers
containers = shop
layers =
    high

    (mid) | other
    low : lower
exhaustive = true
exhaustive_ignores =
    utils
ignore_imports =
    shop.low.* -> shop.**.high
unmatched_ignore_imports_alerting = warn
broken_contract_guidance =
    Ask
    the shop.

[importlinter:contract:two]
name = Forbidden it is
type = forbidden
source_modules = shop
forbidden_modules =
    store
    requests
allow_indirect_imports = True
as_packages = False

[importlinter:contract:three]
name = Protected it is
type = protected
protected_modules = shop.low
allowed_importers = shop.high

[importlinter:contract:four]
name = Independence it is
type = independence
modules = shop.*

[importlinter:contract:five]
name = Acyclic it is
type = acyclic_siblings
ancestors = shop
depth = 3
skip_descendants = shop.old

[importlinter:contract:six]
name = Weather it is
type = weather

[importlinter:contract:seven]
name = Layers without any
type = layers
"""


def test_every_type_of_import_linter_is_read_and_the_others_are_told(tmp_path: Path) -> None:
    config = read(tmp_path, setup__cfg=IMPORT_LINTER)
    layers, forbidden, protected, independence, acyclic = config.contracts
    shared = {"within": ("shop", "store"), "typing": False, "dynamic": False, "file": "setup.cfg"}
    for one in config.contracts:
        assert {key: getattr(one, key) for key in shared} == shared
    assert isinstance(layers, Layers)
    assert layers.layers == ("high", "(mid) | other", "low : lower")
    assert (layers.containers, layers.exhaustive, layers.exhaustive_ignores) == (("shop",), True, ("utils",))
    assert layers.ignore_imports == ("shop.low.* -> shop.**.high",)
    assert (layers.unmatched_ignore_imports, layers.reason, layers.line) == ("warning", "Ask the shop.", 11)
    assert isinstance(forbidden, Forbidden)
    assert forbidden.forbidden_modules == ("store", "requests")
    assert (forbidden.allow_indirect_imports, forbidden.as_packages) == (True, False)
    assert forbidden.unmatched_ignore_imports == "error"
    assert isinstance(protected, Protected)
    assert (protected.protected_modules, protected.allowed_importers) == (("shop.low",), ("shop.high",))
    assert isinstance(independence, Independence)
    assert independence.modules == ("shop.*",)
    assert isinstance(acyclic, Acyclic)
    assert (acyclic.ancestors, acyclic.depth, acyclic.skip_descendants) == (("shop",), 3, ("shop.old",))
    weather, without = config.misread
    assert weather.path == "setup.cfg"
    assert "line 58: the contract 'Weather it is' is of the type 'weather'" in weather.reason
    assert "line 62: the contract 'Layers without any' is left out" in without.reason


def test_import_linter_in_pyproject_is_read_with_the_lines_of_its_contracts(tmp_path: Path) -> None:
    text = """
[tool.importlinter]
root_package = "shop"

[[tool.importlinter.contracts]]
name = "one"
type = "independence"
modules = ["shop.a", "shop.b"]

[[tool.importlinter.contracts]]
name = "one"
type = "forbidden"
source_modules = ["shop.a"]
forbidden_modules = "shop.b"
allow_indirect_imports = true
"""
    first, second = read(tmp_path, pyproject__toml=text).contracts
    assert isinstance(second, Forbidden)
    assert (second.forbidden_modules, second.allow_indirect_imports) == (("shop.b",), True)
    assert ([first.line, second.line], first.name, second.name) == ([5, 10], "one", "one (import-linter)")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".importlinter", "[importlinter]\nroot_package = a\n[importlinter]\n"),
        (".importlinter", "importlinter\n"),
        ("pyproject.toml", "[tool.importlinter]\nroot_package = 'a'\ncontracts = 3\n"),
        ("pyproject.toml", "[tool.importlinter\n"),
        (".importlinter", "[importlinter]\n[importlinter:contract:a]\ntype = layers\n"),
        ("tach.toml", "modules = 3\n"),
        ("tach.toml", "[[modules]]\ndepends_on = []\n"),
        ("tach.toml", "[[modules]\n"),
        ("tach.toml", '[[modules]]\npath = "a"\nlayer = "zork"\n'),
    ],
)
def test_malformed_settings_of_others_are_a_failure_with_its_place_and_no_end(
    tmp_path: Path, name: str, text: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "overhaul.toml").write_text("", encoding="utf-8")
    config = load_config(tmp_path, tmp_path / "overhaul.toml")
    assert not config.contracts
    assert [one.path for one in config.misread] == [name]
    with surveyed({"a.py": ""}, config) as seen:
        assert [(one.path, one.stage) for one in seen.failures] == [(name, "contracts")]


def test_what_settings_say_of_other_tools_alone_is_read(tmp_path: Path) -> None:
    tach = '[[modules]]\npath = "a"\n'
    ours = 'read-contracts = ["tach"]\n'
    (contract,) = read(tmp_path, overhaul__toml=ours, tach__toml=tach, setup__cfg=IMPORT_LINTER).contracts
    assert contract.name == "tach"
    assert not read(tmp_path, overhaul__toml="read-contracts = []").contracts


def test_settings_that_only_mention_the_other_tools_hold_no_contracts(tmp_path: Path) -> None:
    text = '[project]\nname = "it"\n[project.optional-dependencies]\ndev = ["importlinter", "tach", "detach"]\n'
    config = read(tmp_path, pyproject__toml=text, setup__cfg="[options]\ninstall_requires = importlinter\n")
    assert (config.contracts, config.misread) == ((), ())


def test_without_settings_of_ours_those_of_others_are_looked_for_up_to_the_top_of_the_repository(
    tmp_path: Path,
) -> None:
    (tmp_path / ".importlinter").write_text(IMPORT_LINTER, encoding="utf-8")
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    (tmp_path / "repository" / "src").mkdir()
    assert not load_config(tmp_path / "repository" / "src").contracts
    (tmp_path / "repository" / "tach.toml").write_text('[[modules]]\npath = "a"\n', encoding="utf-8")
    (contract,) = load_config(tmp_path / "repository" / "src").contracts
    assert contract.file == "../tach.toml"


TACH = """
exclude = ["**/tests", "docs/*.py"]
source_roots = ["src"]
exact = true
forbid_circular_dependencies = true
ignore_type_checking_imports = false
layers = ["ui", { name = "core", closed = true }, "data"]

[[modules]]
path = "app"
layer = "ui"
depends_on = ["lib", { path = "old", deprecated = true }]
depends_on_external = ["attrs"]

[[modules]]
paths = ["lib", "old"]
depends_on = []
utility = true
visibility = ["app.*"]
cannot_depend_on = ["app"]

[[modules]]
path = "free"
unchecked = true

[[interfaces]]
expose = ["run"]
from = ["lib"]
"""


def test_the_boundaries_of_tach_are_read(tmp_path: Path) -> None:
    domain = tmp_path / "src" / "shop" / "orders"
    domain.mkdir(parents=True)
    (domain / "tach.domain.toml").write_text(
        '[root]\ndepends_on = ["//lib"]\n[[modules]]\npath = "book"\ndepends_on = ["<domain_root>", "pages"]\n'
        '[[interfaces]]\nexpose = ["open"]\nfrom = ["book"]\n',
        encoding="utf-8",
    )
    boundaries, external = read(tmp_path, tach__toml=TACH).contracts
    assert isinstance(boundaries, Boundaries)
    assert boundaries.modules == (
        Boundary(path="app", layer="ui", depends_on=("lib", "old"), deprecated=("old",)),
        *(
            Boundary(
                path=path, depends_on=(), utility=True, visibility=("app.*",), cannot_depend_on=("app",)
            ) for path in ("lib", "old")
        ),
        Boundary(path="free", unchecked=True),
        Boundary(path="shop.orders", depends_on=("lib",)),
        Boundary(path="shop.orders.book", depends_on=("shop.orders", "shop.orders.pages")),
    )  # fmt: skip
    assert [one.modules for one in boundaries.interfaces] == [("lib",), (r"shop.orders\.book",)]
    assert (boundaries.layers, boundaries.closed_layers) == (("ui", "core", "data"), ("core",))
    assert not boundaries.explicit
    assert (boundaries.exclude, boundaries.roots) == (("**/tests", "docs/*.py"), ("src",))
    assert (boundaries.exact, boundaries.acyclic, boundaries.typing) == (True, True, True)
    assert isinstance(external, External)
    assert (external.modules, external.allowed, external.line) == (("app",), ("attrs", "attr"), 9)


def test_settings_of_others_do_not_lead_out_of_their_folder_and_do_not_hang(tmp_path: Path) -> None:
    project, outside = tmp_path / "project", tmp_path / "outside"
    for folder in (project / "src", outside):
        folder.mkdir(parents=True)
        (folder / "tach.domain.toml").write_text('[[modules]]\npath = "a"\n', encoding="utf-8")
    (outside / "deep").mkdir()
    (outside / "deep" / "tach.domain.toml").write_text('[[modules]]\npath = "b"\n', encoding="utf-8")
    roots = f'source_roots = ["src", "../outside", "{outside.as_posix()}"]\n[[modules]]\npath = "c"\n'
    os.mkfifo(project / "setup.cfg")
    os.mkfifo(project / ".importlinter")
    (contract,) = read(project, tach__toml=roots).contracts
    assert isinstance(contract, Boundaries)
    assert [one.path for one in contract.modules] == ["c", "a"]


@pytest.mark.parametrize("pattern", ["(", "(a|b)+", "(a+)+b", ".*a.*a.*a.*a.*b"])
def test_a_pattern_of_tach_that_is_not_asked_is_told_and_all_else_holds(tmp_path: Path, pattern: str) -> None:
    text = (
        '[[modules]]\npath = "a"\n[[interfaces]]\nexpose = ["run", "{}"]\nfrom = ["a"]\n'
        '[[interfaces]]\nexpose = ["other"]\nfrom = ["b"]\n'
    )
    config = read(tmp_path, tach__toml=text.format(pattern))
    (contract,) = config.contracts
    assert isinstance(contract, Boundaries)
    assert [(one.modules, one.expose) for one in contract.interfaces] == [(("a",), (".*",)), (("b",), ("other",))]
    assert [(one.path, repr(pattern) in one.reason) for one in config.misread] == [("tach.toml", True)]
    owners = read(tmp_path, tach__toml=text.format("run").replace('from = ["a"]', f'from = ["{pattern}"]'))
    assert [getattr(one, "interfaces", None) for one in owners.contracts] == [()]
    assert len(owners.misread) == 1


def test_keys_and_options_that_the_other_tool_does_not_have_are_told_with_the_near_ones(tmp_path: Path) -> None:
    linter = (
        "[importlinter]\nroot_package = a\n[importlinter:contract:1]\nname = it\ntype = layers\nlayers =\n  a\n  b\n"
        "ignore_import = a -> b\ntyping = False\n"
    )
    config = read(tmp_path, setup__cfg=linter, tach__toml='layer = ["x"]\n[[modules]]\npath = "a"\n')
    layers, _ = config.contracts
    assert (layers.ignore_imports, layers.typing) == ((), True)
    said = [one.reason for one in config.misread]
    assert len(said) == 3
    assert "line 3: the contract 'it': contracts of the type 'layers' have no option 'ignore_import' (did" in said[0]
    assert "no option 'typing'" in said[1]
    assert "tach has no key 'layer' (did you mean layers?)" in said[2]


def test_a_contract_of_import_linter_without_a_name_is_called_by_its_number_and_not_by_its_line(tmp_path: Path) -> None:
    text = '[tool.importlinter]\nroot_package = "a"\n{}[[tool.importlinter.contracts]]\n'
    text += 'type = "independence"\nmodules = ["a"]\n'
    names = {read(tmp_path, pyproject__toml=text.format(more)).contracts[0].name for more in ("", "\n# more\n")}
    assert names == {"contract 1"}


def test_links_of_an_audited_tree_lead_no_reader_of_settings_out_of_it(tmp_path: Path) -> None:
    project, outside = tmp_path / "project", tmp_path / "outside"
    for folder in (project / "app", outside / "deep"):
        folder.mkdir(parents=True)
    (outside / "deep" / "tach.domain.toml").write_text('[[modules]]\npath = "b"\n', encoding="utf-8")
    (project / "linked").symlink_to(outside)
    (project / "app" / "tach.domain.toml").symlink_to(outside / "deep" / "tach.domain.toml")
    config = read(project, tach__toml='source_roots = [".", "linked"]\n[[modules]]\npath = "c"\n')
    (contract,) = config.contracts
    assert isinstance(contract, Boundaries)
    assert [one.path for one in contract.modules] == ["c"]
    assert not config.misread


TREE = {
    "a/__init__.py": "", "tests/t.py": "import a\n", "docs/d.py": "import a\n", "s/__init__.py": "",
    "s/tests/__init__.py": "", "s/tests/q.py": "import a\n", "s/docs/q.py": "import a\n",
}  # fmt: skip


@pytest.mark.parametrize(
    ("exclude", "told"),
    # As `tach check` of tach 0.35.3 says.
    [
        ("", "docs/d.py s/docs/q.py s/tests/q.py tests/t.py"),
        ("tests", "docs/d.py s/docs/q.py"),
        ("tests/", "docs/d.py s/docs/q.py"),
        ("**/tests/**", "docs/d.py s/docs/q.py"),
        ("tes*", "docs/d.py s/docs/q.py"),
        ("s/tests", "docs/d.py s/docs/q.py tests/t.py"),
        ("*/tests", "docs/d.py s/docs/q.py tests/t.py"),
        ("tests/*.py", "docs/d.py s/docs/q.py s/tests/q.py"),
        ("q.py", "docs/d.py tests/t.py"),
        ("s/tests/q", "docs/d.py s/docs/q.py s/tests/q.py tests/t.py"),
        ("./tests", "docs/d.py s/docs/q.py s/tests/q.py tests/t.py"),
    ],
)
def test_files_that_tach_leaves_out_are_left_out_and_no_others(tmp_path: Path, exclude: str, told: str) -> None:
    modules = "".join(f'[[modules]]\npath = "{name}"\ndepends_on = []\n' for name in ("a", "tests", "s", "docs"))
    text = f'source_roots = ["."]\n{f"exclude = [{exclude!r}]" if exclude else ""}\n{modules}'
    config = read(tmp_path, tach__toml=text)
    assert " ".join(sorted({one.path for one in check("undeclared_dependency", TREE, config)})) == told


def test_a_layer_of_tach_that_must_say_so_declares_the_lower_ones(tmp_path: Path) -> None:
    text = (
        'source_roots = ["."]\nlayers = ["up", "down"]\nlayers_explicit_depends_on = {}\n'
        '[[modules]]\npath = "a"\nlayer = "up"\ndepends_on = []\n[[modules]]\npath = "b"\nlayer = "down"\n'
    )
    for explicit, count in (("true", 1), ("false", 0)):
        config = read(tmp_path, tach__toml=text.format(explicit))
        assert len(check("undeclared_dependency", {"a.py": "import b\n", "b.py": ""}, config)) == count


def test_distributions_that_tach_names_are_meant_by_what_is_imported(tmp_path: Path) -> None:
    text = '[[modules]]\npath = "a"\ndepends_on_external = ["PyYAML", "typing-extensions", "google-cloud-storage"]\n'
    source = "import yaml, typing_extensions\nfrom google.cloud import storage\nimport requests\n"
    found = check("unlisted_external_import", {"a.py": source}, read(tmp_path, tach__toml=text))
    assert [one.message for one in found] == ["a imports requests, which is not among what is allowed there"]
