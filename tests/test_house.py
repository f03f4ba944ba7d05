"""What the house promises about itself: the package map, who imports whom, and what a file must not say."""

import ast
import configparser
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import networkx as nx
import pytest

import overhaul
from overhaul.collecting import ENGINE_FILES

ROOT = Path(__file__).resolve().parent.parent
FAMILIES = ("analyzers", "rules", "reports", "codemods", "criteria")
"""The folders of leaves that the trunk finds; `unified/` holds plain modules."""
MACHINE_PATH = re.compile(r"(?<![\w.\-/}>)*])/(?:work|root|home)/")
"""An absolute path of somebody's machine; `src/work/` and `{base}/root/` are none."""


class Project(msgspec.Struct, frozen=True):
    """What pyproject.toml says of the distribution."""

    version: str
    dependencies: list[str]


class Setuptools(msgspec.Struct, frozen=True, rename="kebab"):
    """What pyproject.toml tells setuptools."""

    packages: list[str]
    package_data: dict[str, list[str]]


class Tools(msgspec.Struct, frozen=True):
    """The tables below `[tool]` that are looked at here."""

    setuptools: Setuptools


class Pyproject(msgspec.Struct, frozen=True):
    """The part of pyproject.toml that is looked at here."""

    project: Project
    tool: Tools


def package_map() -> dict[str, str]:
    """The folder of each package, as setup.cfg maps it."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    lines = parser["options"]["package_dir"].split("\n")
    return {name.strip(): folder.strip() for name, _, folder in (line.partition("=") for line in lines if line.strip())}


def pyproject() -> Pyproject:
    """What pyproject.toml says."""
    return msgspec.toml.decode((ROOT / "pyproject.toml").read_bytes(), type=Pyproject)


def declared() -> set[str]:
    """The distributions that overhaul requires; each is imported under its own name, in lower case."""
    return {re.split(r"[<>=!~;\[ ]", entry)[0].lower() for entry in pyproject().project.dependencies}


def python_files(*folders: str) -> list[Path]:
    """The Python files below the folders, sorted."""
    return sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))


def leaf_files() -> list[Path]:
    """The files that are leaves: those of the families, but for `__init__` and helpers with an underscore."""
    return [file for file in python_files(*FAMILIES) if not file.name.startswith("_")]


def imports(source: str, module: str) -> Iterator[tuple[int, str]]:
    """Line and absolute dotted name of everything the source of `module` (no package) imports, at whatever depth.

    `from a import b` gives `a.b`: whether b is a module or a name in one, it is a name below a.
    """
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=base, names=names, level=level):
                above = module.split(".")[:-level] if level else []
                yield from ((node.lineno, ".".join([*above, *([base] if base else []), alias.name])) for alias in names)


def imports_of(file: Path) -> Iterator[tuple[str, str]]:
    """Place (`path:line`) and dotted name of everything a file of the repository imports."""
    path = file.relative_to(ROOT)
    inside = {folder: name for name, folder in package_map().items()}
    parts = [inside.get(path.parts[0], path.parts[0]), *path.with_suffix("").parts[1:]]
    for line, name in imports(file.read_text(encoding="utf-8"), ".".join(parts)):
        yield f"{path.as_posix()}:{line}", name


def is_below(name: str, *packages: str) -> bool:
    """Say whether a dotted name is one of the packages, or stands below one."""
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def leaf_packages() -> list[str]:
    """The dotted names of the packages that the trunk must not name."""
    return [name for name in package_map() if name != "overhaul"]


def test_setup_cfg_holds_nothing_but_the_package_map() -> None:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    assert parser.sections() == ["options"]
    assert parser.options("options") == ["package_dir"]


def test_the_package_map_names_the_package_folders_on_disk() -> None:
    not_shipped = {"tests", "benchmarks"}
    folders = {file.parent.name for file in ROOT.glob("*/__init__.py")} - not_shipped
    expected = {"overhaul" if folder == "overhaul" else f"overhaul.{folder}": folder for folder in folders}
    assert package_map() == expected


def test_pyproject_lists_every_package_on_disk() -> None:
    found = [
        ".".join([name, *file.parent.relative_to(ROOT / folder).parts])
        for name, folder in package_map().items()
        for file in (ROOT / folder).rglob("__init__.py")
    ]
    assert sorted(pyproject().tool.setuptools.packages) == sorted(found)


def test_every_data_file_of_a_package_is_shipped() -> None:
    shipped = pyproject().tool.setuptools.package_data
    for name, folder in package_map().items():
        base = ROOT / folder
        data = {
            file.relative_to(base).as_posix()
            for file in base.rglob("*")
            if file.is_file() and file.suffix not in {".py", ".pyc"}
        }
        matched = {
            file.relative_to(base).as_posix() for pattern in shipped.get(name, []) for file in base.glob(pattern)
        }
        assert data <= matched, f"[tool.setuptools.package-data] of {name} leaves out {sorted(data - matched)}"


def test_the_version_is_the_same_in_pyproject_and_in_the_package() -> None:
    assert pyproject().project.version == overhaul.__version__


def test_imports_are_read_at_every_depth_and_resolved() -> None:
    source = "import a.b as c\ndef f():\n    from .near import x\n    from .. import y\n"
    assert list(imports(source, "top.sub.me")) == [(1, "a.b"), (3, "top.sub.near.x"), (4, "top.y")]


def test_a_name_that_only_begins_alike_is_not_below_a_package() -> None:
    assert is_below("overhaul.rules.import_cycle", "overhaul.rules")
    assert not is_below("overhaul.rules_of_thumb", "overhaul.rules")
    assert not is_below("overhaul", "overhaul.rules")


def test_the_trunk_names_no_leaf() -> None:
    named = [
        f"{place} imports {name}"
        for file in python_files("overhaul")
        for place, name in imports_of(file)
        if is_below(name, *leaf_packages(), *FAMILIES, "unified")
    ]
    assert not named


def test_a_leaf_imports_only_the_trunk_the_standard_library_and_declared_dependencies() -> None:
    strange = [
        f"{place} imports {name}"
        for file in leaf_files()
        for place, name in imports_of(file)
        if is_below(name, *leaf_packages())
        or name.split(".")[0] not in {"overhaul", *sys.stdlib_module_names, *declared()}
    ]
    assert not strange


def test_the_trunk_imports_only_itself_the_standard_library_and_declared_dependencies() -> None:
    strange = [
        f"{place} imports {name}"
        for file in python_files("overhaul")
        for place, name in imports_of(file)
        if name.split(".")[0] not in {"overhaul", *sys.stdlib_module_names, *declared()}
    ]
    assert not strange


def test_what_a_codebase_migrates_to_needs_only_the_standard_library_and_what_its_extra_declares() -> None:
    """Nothing of overhaul, and no module beside it either: each is copied by itself."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    declared = project["optional-dependencies"]["unified"]
    allowed = {re.split(r"[<>=~]", one)[0] for one in declared} | sys.stdlib_module_names
    strange = [
        f"{place} imports {name}"
        for file in python_files("unified")
        for place, name in imports_of(file)
        if name.split(".")[0] not in allowed
    ]
    assert not strange


def test_no_ring_of_imports_stands_in_the_trunk() -> None:
    """Imports inside functions and under TYPE_CHECKING count: a ring that is put off is still a ring."""
    modules = {
        ".".join(("overhaul", *file.relative_to(ROOT / "overhaul").with_suffix("").parts)).removesuffix(".__init__")
        for file in python_files("overhaul")
    }
    graph: nx.DiGraph[str] = nx.DiGraph()
    for file in python_files("overhaul"):
        importer = ".".join(("overhaul", *file.relative_to(ROOT / "overhaul").with_suffix("").parts))
        for _, name in imports_of(file):
            target = name if name in modules else name.rpartition(".")[0]
            # Every module is loaded after its package; only what a package itself imports can close a ring with it.
            if target in modules:
                graph.add_edge(importer.removesuffix(".__init__"), target)
    rings = [sorted(ring) for ring in nx.strongly_connected_components(graph) if len(ring) > 1]
    assert not rings


@pytest.mark.parametrize("file", leaf_files(), ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_every_leaf_has_a_test_or_a_fixture_folder_named_after_it(file: Path) -> None:
    kind, leaf = file.relative_to(ROOT).parts[0], file.stem
    test, fixture = ROOT / "tests" / kind / f"test_{leaf}.py", ROOT / "fixtures" / kind / leaf
    assert test.is_file() or (fixture.is_dir() and any(fixture.iterdir())), (
        f"{kind}/{leaf}.py needs {test.relative_to(ROOT)} or a filled {fixture.relative_to(ROOT)}/"
    )


def test_every_file_opens_with_a_sentence() -> None:
    mute = [
        file.relative_to(ROOT).as_posix()
        for file in python_files(*package_map().values(), "tests", "benchmarks")
        if not re.search(r"[.?!:]$", (ast.get_docstring(ast.parse(file.read_bytes())) or "").partition("\n\n")[0])
    ]
    assert not mute


def test_a_machine_path_is_told_from_a_relative_one() -> None:
    assert MACHINE_PATH.search("see " + "/".join(["", "home", "ann", "src"]))
    assert not MACHINE_PATH.search("src/home/page.py"), "a folder of a project may be called home"
    assert not MACHINE_PATH.search("https://example.org/work/plan"), "an address is no path"


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout.decode("utf-8").split("\0")
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout: which files belong to the repository is not known")
    named = [
        f"{path}:{number}"
        for path in listed
        if path and (ROOT / path).is_file() and ROOT / path != Path(__file__)
        for number, line in enumerate((ROOT / path).read_bytes().decode("utf-8", "replace").splitlines(), 1)
        if MACHINE_PATH.search(line)
    ]
    assert not named


def test_facts_are_made_anew_when_any_file_changes_that_a_collector_stands_on() -> None:
    """Facts are stored under a digest of the collectors and of the files of the trunk that they are made by."""
    pattern = re.compile(r"^ *from (overhaul[.\w]*) import", re.MULTILINE)
    digested = {file for one in ENGINE_FILES for file in (ROOT / "overhaul").glob(f"{one}.py")}
    waiting = [file for file in (ROOT / "analyzers").glob("*.py") if "@Collector" in file.read_text("utf-8")]
    seen: set[Path] = set()
    while waiting:
        for name in pattern.findall(waiting.pop().read_text("utf-8")):
            file = ROOT / (name.replace(".", "/") + ".py")
            # How leaves are found, and what errors are called, changes no fact.
            if file not in seen and name not in ("overhaul.leaves", "overhaul.errors"):
                seen.add(file)
                waiting.append(file)
    assert len(seen) > 10
    assert seen - digested == set()
