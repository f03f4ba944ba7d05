"""Which module each file is, and what an import means."""

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from overhaul.config import Config
from overhaul.errors import ConfigError
from overhaul.files.discovery import Entry, Tree, discover
from overhaul.layout import Layout, lay_out


def laid(
    root: Path, *files: str, config: Config | None = None, at: str = "", metadata: Mapping[str, str] | None = None,
    pyproject: str | None = None,
) -> Layout:
    """Make empty files, and metadata by file name, and lay out the folder `at`."""
    for name, text in {**(metadata or {}), **({} if pyproject is None else {"pyproject.toml": pyproject})}.items():
        write(root, name, text)
    for file in files:
        write(root, file, "")
    config = config or Config()
    return lay_out(discover(root / at, config), config)


def write(root: Path, file: str, text: str) -> None:
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    (root / file).write_text(text)


def kinds(layout: Layout) -> dict[str, str]:
    return {name: place.kind for name, place in layout.modules.items()}


def test_modules_are_named_from_the_folder_above_the_topmost_package(tmp_path: Path) -> None:
    layout = laid(tmp_path, "p/__init__.py", "p/a.py", "p/q/__init__.py", "p/q/__main__.py", "conftest.py")
    assert list(layout.modules) == ["conftest", "p", "p.a", "p.q", "p.q.__main__"]
    assert layout.module_of("p/q/__init__.py") == "p.q"
    assert layout.modules["p.q"].package
    assert not layout.modules["p.a"].package
    with pytest.raises(KeyError):
        layout.module_of("p/b.py")


@pytest.mark.parametrize(("at", "path", "root"), [
    ("p", "q/a.py", ".."), ("p/q", "a.py", "../.."), ("p/q/a.py", "a.py", "../.."),
])
def test_an_audit_of_part_of_a_package_keeps_its_names(tmp_path: Path, at: str, path: str, root: str) -> None:
    layout = laid(tmp_path, "p/__init__.py", "p/b.py", "p/q/__init__.py", "p/q/a.py", "p/q/deep/plain/c.py", at=at)
    assert layout.module_of(path) == "p.q.a"
    assert layout.modules["p.q.a"].root == root
    assert layout.locate("p.q.a", "p.q.a") == "p.q.a"
    assert layout.resolve_relative("p.q.a", 2, "b") == "p.b"
    assert layout.is_first_party("p.elsewhere", "p.q.a")
    assert not layout.is_first_party("q.a", "p.q.a")


def test_a_namespace_package_below_an_audited_package_is_named_with_it(tmp_path: Path) -> None:
    layout = laid(tmp_path, "p/__init__.py", "p/plugins/one.py", at="p")
    assert kinds(layout) == {"p": "source", "p.plugins": "namespace", "p.plugins.one": "source"}
    assert layout.locate("p.plugins.one", "p") == "p.plugins.one"


@pytest.mark.parametrize("metadata", [
    {"pyproject.toml": '[project]\nname = "p"\n'},
    {"pyproject.toml": '[tool.setuptools.packages.find]\nwhere = ["code"]\n'},
    {"pyproject.toml": '[tool.setuptools]\npackage-dir = {"" = "code"}\n'},
    {"pyproject.toml": '[tool.poetry]\npackages = [{include = "p", from = "code"}]\n'},
    {"pyproject.toml": '[tool.hatch.build.targets.wheel]\npackages = ["code/p"]\n'},
    {"pyproject.toml": '[tool.hatch.build.targets.wheel]\nsources = ["code"]\n'},
    {"pyproject.toml": '[tool.pdm.build]\npackage-dir = "code"\n'},
    {"pyproject.toml": '[tool.uv.build-backend]\nmodule-root = "code"\n'},
    {"pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["code"]\n'},
    {"setup.cfg": "[options]\npackage_dir =\n    = code\n"},
    {"setup.cfg": "[options.packages.find]\nwhere = code\n"},
    {"setup.py": "from setuptools import setup\nsetup(name=NAME, package_dir={'': 'code'})\n"},
    {"setup.py": "import setuptools\nsetuptools.setup(packages=setuptools.find_packages('code'))\n"},
], ids=lambda metadata: str(metadata)[:70])
def test_source_roots_come_from_metadata(tmp_path: Path, metadata: dict[str, str]) -> None:
    folder = "code" if "code" in str(metadata) else "src"
    layout = laid(tmp_path, f"{folder}/p/space/a.py", f"{folder}/single.py", "tests/test_a.py", metadata=metadata)
    assert layout.module_of(f"{folder}/p/space/a.py") == "p.space.a"
    assert layout.module_of(f"{folder}/single.py") == "single"
    assert layout.modules["p.space.a"].root == folder
    assert layout.locate("p.space.a", layout.module_of("tests/test_a.py")) == "p.space.a"
    assert layout.locate("single", "p.space.a") == "single"


@pytest.mark.parametrize("metadata", [
    {}, {"pyproject.toml": '[tool.setuptools]\npackage-dir = "code"\n[tool.poetry]\npackages = "p"\n'},
    {"setup.py": "setup(package_dir={'': find()}, packages=find_packages(where=WHERE))\n"},
    {"pyproject.toml": '[tool.setuptools.packages.find]\nwhere = ["/code", "missing"]\n'},
], ids=["none", "wrong types", "computed", "absolute and missing"])
def test_metadata_that_names_no_folder_leaves_the_names_as_they_are(tmp_path: Path, metadata: dict[str, str]) -> None:
    layout = laid(tmp_path, "code/p/a.py", metadata=metadata)
    assert layout.module_of("code/p/a.py") == "code.p.a"
    assert layout.failures == ()


@pytest.mark.parametrize("metadata", [
    {"setup.cfg": "[options]\npackage_dir =\n    app = app\n    app.leaves = leaves\n"},
    {"pyproject.toml": '[tool.setuptools]\npackage-dir = {"app" = "app", "app.leaves" = "leaves"}\n'},
    {"setup.py": "setup(package_dir={'app.leaves': 'leaves'})\n"},
    {"pyproject.toml": '[tool.setuptools]\npackage-dir = {"app.leaves" = "leaves"}\n'
                       '[tool.pytest.ini_options]\npythonpath = "tests"\n'},
])
def test_a_mapped_package_has_the_name_that_it_is_installed_under(tmp_path: Path, metadata: dict[str, str]) -> None:
    layout = laid(tmp_path, "app/__init__.py", "app/core.py", "leaves/__init__.py", "leaves/one.py",
                  "leaves/deep/two.py", "tests/test_it.py", metadata=metadata)
    assert {"app.core", "app.leaves", "app.leaves.one", "app.leaves.deep.two"} <= set(layout.modules)
    assert "leaves.one" not in layout.modules
    assert layout.modules["app.leaves.one"].root == layout.modules["app.core"].root == ""
    assert layout.locate("app.leaves.one", "app.core") == "app.leaves.one"
    assert layout.locate("app.core", "app.leaves.one") == "app.core"
    assert layout.resolve_relative("app.leaves.one", 2, "core") == "app.core"
    assert layout.locate("leaves.one", layout.module_of("tests/test_it.py")) == "app.leaves.one"


def test_a_mapped_package_comes_before_a_folder_of_the_same_name(tmp_path: Path) -> None:
    layout = laid(tmp_path, "app/__init__.py", "app/leaves/__init__.py", "leaves/__init__.py",
                  metadata={"setup.cfg": "[options]\npackage_dir =\n    app = app\n    app.leaves = leaves\n"})
    assert layout.locate("app.leaves", "app") == layout.module_of("leaves/__init__.py")


def test_metadata_above_the_audited_folder_names_what_it_maps_and_nothing_else(tmp_path: Path) -> None:
    write(tmp_path, ".git/HEAD", "")
    cfg = "[options]\npackage_dir =\n    app.leaves = leaves\n"
    cfg += "[options.packages.find]\nwhere = .\n"
    inner = laid(tmp_path, "leaves/one.py", metadata={"setup.cfg": cfg}, at="leaves")
    assert inner.module_of("one.py") == "app.leaves.one"
    assert [(mount.folder, mount.prefix) for mount in inner.mounts] == [("", "app.leaves"), ("", "")]
    assert laid(tmp_path, "data/case/two.py", at="data/case").module_of("two.py") == "two"


def test_roots_of_the_configuration_come_before_metadata(tmp_path: Path) -> None:
    files = ("lib/python/p/a.py", "src/q/b.py")
    layout = laid(tmp_path, *files, pyproject='[tool.setuptools.packages.find]\nwhere = ["src"]\n',
                  config=Config(roots=("lib/python",)))
    assert [layout.module_of(file) for file in files] == ["p.a", "src.q.b"]
    with pytest.raises(ConfigError, match="'lib/missing'"):
        laid(tmp_path, config=Config(roots=("lib/missing",)))


def test_a_package_named_src_is_no_source_root(tmp_path: Path) -> None:
    layout = laid(tmp_path, "src/__init__.py", "src/a.py", "src/b.py", pyproject="[project]\n")
    assert layout.module_of("src/a.py") == "src.a"
    assert layout.locate("src.b", "src.a") == "src.b"
    assert layout.locate("b", "src.a") is None


def test_a_package_on_the_test_path_is_found_by_both_names(tmp_path: Path) -> None:
    layout = laid(tmp_path, "src/__init__.py", "src/a.py", "src/b.py",
                  pyproject='[tool.pytest.ini_options]\npythonpath = "src"\n')
    assert layout.module_of("src/a.py") == "src.a"
    assert layout.locate("b", "src.a") == layout.locate("src.b", "src.a") == "src.b"


def test_a_module_named_setup_inside_a_package_makes_no_project_of_it(tmp_path: Path) -> None:
    layout = laid(tmp_path, "p/__init__.py", "p/setup.py", "p/src/a.py", "p/b.py")
    assert list(layout.modules) == ["p", "p.b", "p.setup", "p.src", "p.src.a"]


def test_packages_in_a_mere_container_have_a_long_and_a_short_name(tmp_path: Path) -> None:
    layout = laid(tmp_path, "app/__init__.py", "tests/data/pkg/__init__.py", "tests/data/pkg/a.py", "tests/data/run.py",
                  "tests/data/unit/test_x.py")
    assert layout.module_of("tests/data/pkg/a.py") == "tests.data.pkg.a"
    for importer in ("tests.data.pkg", "tests.data.run", "tests.data.unit.test_x", "app"):
        assert layout.locate("pkg.a", importer) == "tests.data.pkg.a"
        assert layout.locate("tests.data.pkg.a", importer) == "tests.data.pkg.a"


def test_a_short_name_that_two_containers_have_means_the_nearest_or_nothing(tmp_path: Path) -> None:
    layout = laid(tmp_path, "app/__init__.py", "examples/one/pkg/__init__.py", "examples/two/pkg/__init__.py",
                  "examples/one/run.py", "examples/two/deep/run.py")
    assert layout.locate("pkg", "examples.one.run") == "examples.one.pkg"
    assert layout.locate("pkg", "examples.two.deep.run") == "examples.two.pkg"
    assert layout.locate("pkg", "app") is None
    assert not layout.is_first_party("pkg", "app")


def test_a_script_finds_its_neighbours_first(tmp_path: Path) -> None:
    layout = laid(tmp_path, "helper/__init__.py", "common/__init__.py", "scripts/run.py", "scripts/helper.py", "app.py")
    assert layout.locate("helper", "scripts.run") == "scripts.helper"
    assert layout.locate("common", "scripts.run") == "common"
    assert layout.locate("helper", "app") == "helper"


def test_a_module_in_a_package_does_not_find_its_neighbours_by_bare_name(tmp_path: Path) -> None:
    layout = laid(tmp_path, "p/__init__.py", "p/a.py", "p/b.py")
    assert layout.locate("b", "p.a") is None


def test_a_directory_somewhere_above_is_no_namespace_package(tmp_path: Path) -> None:
    layout = laid(tmp_path, "packaging/suse/yum/plugins/hook.py", "yum.md")
    importer = layout.module_of("packaging/suse/yum/plugins/hook.py")
    assert layout.locate("yum.plugins", importer) is None
    assert layout.locate("packaging.suse.yum.plugins", importer) == "packaging.suse.yum.plugins"


def test_loose_modules_are_found_from_the_folders_beside_them_only(tmp_path: Path) -> None:
    layout = laid(tmp_path, "app/__init__.py", "tests/support/helpers.py", "tests/unit/test_a.py")
    assert layout.locate("helpers", "tests.unit.test_a") == "tests.support.helpers"
    assert layout.locate("helpers", "app") is None


def test_files_that_python_cannot_name_have_names_all_the_same(tmp_path: Path) -> None:
    layout = laid(tmp_path, "scripts/my-script.py", "scripts/2to3.py", "2024-data/pkg/__init__.py", "a.b.py", "a/b.py")
    assert layout.module_of("scripts/my-script.py") == "scripts.my-script"
    assert layout.module_of("scripts/2to3.py") == "scripts.2to3"
    assert layout.module_of("2024-data/pkg/__init__.py") == "2024-data.pkg"
    assert layout.locate("pkg", "scripts.2to3") == "2024-data.pkg"
    assert "2024-data" not in layout.modules
    assert len({layout.module_of("a.b.py"), layout.module_of("a/b.py")}) == 2
    assert layout.locate("a.b", "scripts.2to3") == layout.module_of("a/b.py")


def test_directories_with_modules_are_namespace_packages(tmp_path: Path) -> None:
    layout = laid(tmp_path, "ns/a.py", "ns/deep/er/b.py", "docs/readme.md")
    assert kinds(layout) == {"ns": "namespace", "ns.a": "source", "ns.deep": "namespace", "ns.deep.er": "namespace",
                             "ns.deep.er.b": "source"}
    assert (layout.modules["ns.deep"].path, layout.modules["ns.deep"].package) == ("ns/deep", True)
    assert layout.locate("ns.deep", "ns.a") == "ns.deep"
    assert not layout.is_first_party("docs", "ns.a")


def test_what_names_mean_is_told_with_the_layout(tmp_path: Path) -> None:
    layout = laid(tmp_path, "code/p/a.py", "a/setup.cfg",
                  metadata={"setup.cfg": "[options]\npackage_dir =\n    = code\n"},
                  pyproject='[project]\ndependencies = ["Ruamel.yaml<1", "attrs"]\n')
    assert [(mount.folder, mount.prefix) for mount in layout.mounts] == [("code", ""), ("", ""), ("a", "")]
    assert layout.required == ("attrs", "ruamel_yaml")
    assert layout.needed == {"attrs", "ruamel_yaml"}


def test_what_everybody_has_who_installs_a_project_is_in_no_extra_and_under_no_marker(tmp_path: Path) -> None:
    said = (
        '[project]\ndependencies = ["attrs", "tomli; python_version < \'3.11\'"]\n'
        '[project.optional-dependencies]\nfast = ["numpy"]\n[dependency-groups]\ndev = ["mypy"]\n'
        '[tool.poetry.dependencies]\nrich = "*"\nyaml = { version = "*", optional = true }\n'
    )
    layout = laid(tmp_path, "p/__init__.py", pyproject=said)
    assert layout.needed == {"attrs", "rich"}
    assert layout.required == ("attrs", "mypy", "numpy", "rich", "tomli", "yaml")


def test_metadata_above_the_root_says_nothing_of_what_a_project_with_its_own_needs(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = ["mypy"]\n', "utf-8")
    own, bare = tmp_path / "own", tmp_path / "bare"
    for folder in (own, bare, tmp_path / ".git"):
        folder.mkdir()
    assert laid(own, "p/__init__.py", pyproject='[project]\ndependencies = ["attrs"]\n').needed == {"attrs"}
    assert laid(bare, "p/__init__.py").needed == {"mypy"}


def test_a_namespace_package_is_put_together_from_all_roots(tmp_path: Path) -> None:
    layout = laid(tmp_path, "one/pyproject.toml", "one/src/org/a/__init__.py", "two/pyproject.toml",
                  "two/src/org/b/__init__.py")
    assert {"org", "org.a", "org.b"} <= set(layout.modules)
    assert layout.locate("org.b", "org.a") == "org.b"
    assert layout.locate("org.a", "org.b") == "org.a"


def test_a_mere_directory_gives_way_to_what_is_installed(tmp_path: Path) -> None:
    layout = laid(tmp_path, "app/__init__.py", "docker/build.py", "logging/parse.py", "tools/data/redis/__init__.py",
                  "scripts/deploy.py",
                  pyproject='[project]\ndependencies = ["docker>=7; python_version>\'3\'", "Redis[x]"]\n')
    for name in ("docker", "docker.build", "logging", "logging.parse", "redis"):
        assert layout.locate(name, "app") is None
        assert not layout.is_first_party(name, "app")
    assert layout.is_first_party("scripts", "app")


def test_the_standard_library_is_shadowed_only_by_what_stands_before_it(tmp_path: Path) -> None:
    layout = laid(tmp_path, "app/__init__.py", "tools/queue.py", "tools/run.py", "tools/sys.py",
                  "data/json/__init__.py")
    assert layout.locate("queue", "tools.run") == "tools.queue"
    assert layout.locate("queue", "app") is None
    assert layout.locate("json", "app") is None
    assert layout.locate("sys", "tools.run") is None


def test_two_projects_with_the_same_names_are_told_apart(tmp_path: Path) -> None:
    files = [f"{project}/{file}" for project in ("one", "two") for file in
             ("pyproject.toml", "src/utils.py", "src/run.py", "tests/__init__.py", f"tests/test_{project}.py")]
    layout = laid(tmp_path, *files, "three/pyproject.toml", "three/tests/test_three.py")
    assert layout.module_of("one/src/utils.py") == "one.src.utils"
    assert layout.module_of("two/tests/__init__.py") == "two.tests"
    assert layout.module_of("two/tests/test_two.py") == "two.tests.test_two"
    assert layout.module_of("three/tests/test_three.py") == "three.tests.test_three"
    assert layout.locate("utils", "one.src.run") == "one.src.utils"
    assert layout.locate("utils", "two.src.run") == "two.src.utils"
    assert layout.locate("tests.test_two", "two.tests.test_two") == "two.tests.test_two"
    assert layout.locate("tests.test_two", "one.tests.test_one") is None
    assert layout.locate("utils", "one.tests.test_one") == "one.src.utils"
    assert layout.locate("two.tests.test_two", "one.tests") == "two.tests.test_two"
    assert layout.resolve_relative("two.tests.test_two", 1, "x") == "two.tests.x"
    assert kinds(layout)["two"] == "namespace"


def test_directories_left_without_modules_of_their_own_are_not_listed(tmp_path: Path) -> None:
    files = [f"{project}/{file}" for project in ("one", "two") for file in ("setup.cfg", "tests/test_x.py")]
    layout = laid(tmp_path, *files)
    assert list(layout.modules) == ["one", "one.tests", "one.tests.test_x", "two", "two.tests", "two.tests.test_x"]


def test_the_outer_project_keeps_its_names_when_an_inner_one_has_the_same(tmp_path: Path) -> None:
    layout = laid(tmp_path, "tests/__init__.py", "tests/test_a.py", "fixtures/x/pyproject.toml",
                  "fixtures/x/tests/__init__.py", pyproject="[project]\n")
    assert layout.module_of("tests/test_a.py") == "tests.test_a"
    assert layout.module_of("fixtures/x/tests/__init__.py") == "fixtures.x.tests"
    assert layout.locate("tests", "fixtures.x.tests") == "fixtures.x.tests"
    assert layout.locate("tests", "tests.test_a") == "tests"


def test_every_file_is_one_module_and_every_name_is_one_file(tmp_path: Path) -> None:
    files = ["a.py", "a/__init__.py", "a/a.py", "a.b.py", "a/b.py", "a/b/__init__.py", "x/a.py", "x/a/b.py",
             "x/setup.py", "y/setup.py", "y/a.py", "setup.py", "src/a.py", "src/src/a.py", "y/src/a/__init__.py",
             "a-b/c.py", "__main__.py"]
    layout = laid(tmp_path, *files, pyproject="[project]\n")
    names = [layout.module_of(file) for file in files]
    assert len(set(names)) == len(files)
    assert [layout.modules[name].path for name in names] == files
    assert {place.module for place in layout.modules.values()} == set(layout.modules)


def test_a_package_wins_over_the_module_beside_it(tmp_path: Path) -> None:
    layout = laid(tmp_path, "p/__init__.py", "p/a.py", "p/a/__init__.py", "p/b.py")
    assert layout.modules["p.a"].path == "p/a/__init__.py"
    shadowed = layout.module_of("p/a.py")
    assert (shadowed, layout.modules[shadowed].path) == ("p/a.py", "p/a.py")
    assert layout.locate("p.a", "p.b") == "p.a"
    assert layout.resolve_relative(shadowed, 1, "b") == "p.b"


def test_a_module_wins_over_the_directory_beside_it(tmp_path: Path) -> None:
    layout = laid(tmp_path, "p/__init__.py", "p/a.py", "p/a/c.py")
    assert layout.modules["p.a"].path == "p/a.py"
    assert layout.module_of("p/a/c.py") == "p.a.c"


def test_a_stub_belongs_to_the_module_that_it_describes(tmp_path: Path) -> None:
    layout = laid(tmp_path, "p/__init__.py", "p/__init__.pyi", "p/a.py", "p/a.pyi", "p/only.pyi", "p/fast.pyi",
                  "p/fast.cpython-311-x86_64-linux-gnu.so", "p/c.pyx", "p/c.pxd", "p/c.abi3.so", "p/d.so",
                  "p/d.py", "p/e.pxd")
    assert kinds(layout) == {"p": "source", "p.a": "source", "p.c": "opaque", "p.d": "source", "p.fast": "opaque",
                             "p.only": "stub"}
    assert (layout.modules["p"].stub, layout.modules["p.a"].stub) == ("p/__init__.pyi", "p/a.pyi")
    assert (layout.modules["p.only"].path, layout.modules["p.only"].stub) == ("p/only.pyi", None)
    assert (layout.modules["p.fast"].stub, layout.module_of("p/fast.pyi")) == ("p/fast.pyi", "p.fast")
    assert layout.module_of("p/a.pyi") == "p.a"
    assert layout.locate("p.c", "p") == "p.c"


def test_a_stub_package_describes_the_project_and_never_stands_for_what_is_installed(tmp_path: Path) -> None:
    layout = laid(tmp_path, "p/__init__.py", "p/a.py", "p-stubs/__init__.pyi", "p-stubs/a.pyi",
                  "yaml-stubs/__init__.pyi", "typings/requests/__init__.pyi",
                  "p/b.pyi", "p-stubs/b.pyi")
    assert (layout.modules["p.b"].path, layout.modules["p.b"].stub) == ("p/b.pyi", None)
    assert layout.modules["p.a"].stub == "p-stubs/a.pyi"
    assert layout.module_of("p-stubs/__init__.pyi") == "p"
    assert kinds(layout)["yaml-stubs"] == "stub"
    assert layout.locate("yaml", "p.a") is None
    assert layout.locate("requests", "p.a") is None


def test_prefix_is_the_longest_part_that_is_a_module(tmp_path: Path) -> None:
    layout = laid(tmp_path, "p/__init__.py", "p/a.py", "tests/data/q/__init__.py")
    assert layout.prefix("p.a.Class.method", "p") == ("p.a", 2)
    assert layout.prefix("p.Class", "p") == ("p", 1)
    assert layout.prefix("q.x", "p") == ("tests.data.q", 1)
    assert layout.prefix("os.path", "p") is None
    assert layout.prefix("", "p") is None


@pytest.mark.parametrize(("importer", "level", "name", "meaning"), [
    ("p", 1, "a", "p.a"), ("p", 1, "", "p"), ("p", 2, "a", None),
    ("p.a", 1, "b", "p.b"), ("p.a", 2, "b", None),
    ("p.q", 1, "c", "p.q.c"), ("p.q", 2, "a", "p.a"), ("p.q.c", 2, "", "p"), ("p.q.c", 3, "x", None),
    ("p.q.c", 1, "d.e", "p.q.d.e"), ("top", 1, "p", None),
])
def test_relative_imports_start_at_the_package(
    tmp_path: Path, importer: str, level: int, name: str, meaning: str | None
) -> None:
    layout = laid(tmp_path, "p/__init__.py", "p/a.py", "p/q/__init__.py", "p/q/c.py", "top.py")
    assert layout.resolve_relative(importer, level, name) == meaning


def test_an_import_of_init_means_the_package(tmp_path: Path) -> None:
    layout = laid(tmp_path, "p/__init__.py", "p/a.py")
    assert layout.locate("p.__init__", "p.a") == "p"


def test_what_is_not_the_projects_is_not_found(tmp_path: Path) -> None:
    layout = laid(tmp_path, "p/__init__.py", "p/a.py")
    assert layout.locate("p.missing", "p.a") is None
    assert layout.is_first_party("p.missing", "p.a")
    assert layout.locate("numpy", "p.a") is None
    assert layout.locate("a", "p.a") is None
    assert not layout.is_first_party("", "p.a")


@pytest.mark.parametrize(("name", "text"), [
    ("pyproject.toml", "[tool"), ("setup.cfg", "no section"), ("setup.py", "def"), ("setup.py", "(" * 5000),
    ("setup.cfg", "[options]\npackage_dir = %(x)s\n[a\n"),
])
def test_metadata_that_cannot_be_read_is_a_failure_and_the_rest_is_laid_out(
    tmp_path: Path, name: str, text: str
) -> None:
    layout = laid(tmp_path, "p/__init__.py", metadata={name: text})
    assert "p" in layout.modules
    (failure,) = layout.failures
    assert (failure.stage, "\n" in failure.reason) == ("layout", False)


def test_metadata_that_is_not_utf8_is_a_failure(tmp_path: Path) -> None:
    write(tmp_path, "p/a.py", "")
    (tmp_path / "setup.cfg").write_bytes(b"[options]\nname = \xff\n")
    assert [failure.path for failure in laid(tmp_path).failures] == ["setup.cfg"]


def test_setup_py_is_never_run(tmp_path: Path) -> None:
    laid(tmp_path, "a.py", metadata={"setup.py": f"open({str(tmp_path / 'ran')!r}, 'w')\nraise SystemExit\n"})
    assert not (tmp_path / "ran").exists()


def test_packages_nested_beyond_the_recursion_limit_are_named(tmp_path: Path) -> None:
    depth = sys.getrecursionlimit() + 100
    entries = tuple(Entry("d/" * count + "__init__.py", 0, 0, 0) for count in range(1, depth + 1))
    layout = lay_out(Tree(tmp_path, entries), Config())
    assert layout.module_of(entries[-1].path) == ".".join(["d"] * depth)


@pytest.mark.parametrize(
    ("files", "needed"),
    [
        ({"requirements.txt": "Click>=8  # a remark\n-r more.txt\npytest; extra == 'dev'\nruamel.yaml\n"}, True),
        ({"requirements.txt": "click\n", "pyproject.toml": '[project]\ndependencies = ["rich"]\n'}, False),
        ({"docs/requirements.txt": "click\n"}, False),
    ],
)
def test_requirements_txt_says_what_is_needed_where_no_metadata_does(
    tmp_path: Path, files: dict[str, str], needed: bool
) -> None:
    for path, text in {"a.py": "", **files}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    found = lay_out(discover(tmp_path, Config()), Config()).needed
    assert ({"click", "ruamel_yaml"} <= found and "pytest" not in found) if needed else "click" not in found
