"""Where a project's packaging metadata says that its modules stand."""

import ast
import configparser
import posixpath
import re
import tomllib
import warnings
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import cast

import msgspec

from overhaul.files.discovery import Failure


class Mount(msgspec.Struct, frozen=True):
    """A folder, and the dotted name that what stands in it begins with."""

    folder: str
    """Relative to the audited root, "" for the root itself."""
    prefix: str
    """"" for an import root; `overhaul.analyzers` for a package that is mapped to the folder."""
    root: str
    """The import root this belongs to, relative to the audited root; mounts with the same one are seen together."""


class Metadata(msgspec.Struct, frozen=True):
    """What the packaging metadata of all projects in a tree says about imports."""

    mounts: tuple[Mount, ...]
    """Explicit ones only, outer projects first, those above the audited root last; folders may not exist."""
    projects: tuple[str, ...]
    """The folders that hold metadata."""
    required: frozenset[str]
    """Distributions that are installed with the projects, spelled like a module."""
    needed: frozenset[str]
    """Those of them that whoever installs a project has: no extras, no groups, nothing under a marker. Metadata above
    the audited root counts only where there is none in it, and of that the nearest."""
    entries: tuple[str, ...]
    """What entry points name: `package.module:function`, sorted."""
    failures: tuple[Failure, ...]


def read_metadata(root: Path, files: Iterable[str], planned: Mapping[str, bytes | None] | None = None) -> Metadata:
    """Read pyproject.toml, setup.cfg and setup.py files (paths relative to `root`); nothing is run.

    `planned` has what is to be taken for the content of some, whatever the disk has.
    """
    said: dict[str, list[Said]] = {}
    failures: list[Failure] = []
    for file in sorted(files, key=_nearness):
        project, _, name = file.rpartition("/")
        told = said.setdefault(project, [])
        try:
            data = (planned or {}).get(file)
            text = (root / file).read_text(encoding="utf-8-sig") if data is None else data.decode("utf-8-sig")
            told += list(_READERS[name](text))
        except (OSError, ValueError, SyntaxError, RecursionError, MemoryError, configparser.Error) as error:
            reason = str(error).partition("\n")[0]
            failures.append(Failure(file, "layout", f"packaging metadata cannot be read ({reason})"))
    mounts = dict.fromkeys(mount for project, told in said.items() for mount in _mounts(project, told))
    wanted = [(project, kind, text) for project, told in said.items() for kind, text, _ in told]
    required = {_module_like(text) for _, kind, text in wanted if kind in ("requires", "needs")}
    own = [project for project in said if not f"{project}/".startswith("../")] or list(said)[:1]
    needed = {_module_like(text) for project, kind, text in wanted
              if kind == "needs" and project in own and ";" not in text}  # fmt: skip
    entries = {text.partition("[")[0].strip() for told in said.values() for kind, text, _ in told if kind == "entry"}
    # Beside metadata it may as well list what only developers need.
    if not any(kind == "needs" for _, kind, _ in wanted):
        needed = _listed(root, planned or {})
    return Metadata(
        tuple(mounts), tuple(said), frozenset(required), frozenset(needed), tuple(sorted(entries)), tuple(failures)
    )


def _listed(root: Path, planned: Mapping[str, bytes | None]) -> set[str]:
    """What requirements.txt at the root lists: many programs are installed by nothing else."""
    name = "requirements.txt"
    try:
        data = planned[name] if name in planned else (root / name).read_bytes()
        lines = (data or b"").decode("utf-8-sig").splitlines()
    except (OSError, ValueError):
        return set()
    return {found for line in lines if ";" not in line and (found := _module_like(line))}


def _nearness(file: str) -> tuple[int, str]:
    """Sorts projects in the audited root before those above it, of which the nearest counts most."""
    folder = file.rpartition("/")[0]
    return folder.count("..") if f"{folder}/".startswith("../") else 0, folder


def _mounts(project: str, told: list["Said"]) -> Iterator[Mount]:
    """What is said about places; a mapped package belongs to the project's first import root."""
    places = [(kind, where, prefix.strip(".")) for kind, folder, prefix in told
              if kind in ("at", "path") and (where := _below(project, folder)) is not None]
    home = next((where for kind, where, prefix in places if kind == "at" and not prefix), project)
    yield from (Mount(where, prefix, home if prefix else where) for _, where, prefix in places)


def _below(project: str, folder: str) -> str | None:
    """A folder as written in the metadata of `project`, relative to the audited root; None for an absolute one."""
    folder = folder.replace("\\", "/")
    if folder.startswith("/") or "\0" in folder:
        return None
    where = posixpath.normpath(posixpath.join(project, folder))
    return "" if where == "." else where


# What a reader yields: ("at", folder, dotted prefix) of what is packaged, ("path", folder, "") of what only tests put
# on sys.path, ("needs", requirement, ""), ("requires", one of an extra or for development, ""), or ("entry", what an
# entry point names, "").
Said = tuple[str, str, str]


def _read_pyproject(text: str) -> Iterator[Said]:
    document: object = tomllib.loads(text)
    tool = _get(document, "tool")
    setuptools = _get(tool, "setuptools")
    yield from (("at", folder, prefix) for prefix, folder in _pairs(_get(setuptools, "package-dir")))
    yield from (("at", folder, "") for folder in _strings(_get(setuptools, "packages", "find", "where")))
    for package in _items(_get(tool, "poetry", "packages")):
        yield from (("at", folder, "") for folder in _strings(_get(package, "from")))
    for target in (_get(tool, "hatch", "build", "targets", "wheel"), _get(tool, "hatch", "build")):
        sources = _get(target, "sources")
        yield from (("at", folder, prefix.replace("/", ".")) for folder, prefix in _pairs(sources))
        yield from (("at", folder, "") for folder in _strings(sources))
        yield from (("at", posixpath.dirname(folder.rstrip("/")), "") for folder in _strings(_get(target, "packages")))
    folders = (
        _get(tool, "pdm", "build", "package-dir"),
        _get(tool, "uv", "build-backend", "module-root"),
        _get(tool, "maturin", "python-source"),
    )
    yield from (("at", folder, "") for value in folders for folder in _strings(value))
    yield from (("path", folder, "") for folder in _strings(_get(tool, "pytest", "ini_options", "pythonpath")))
    project = _get(document, "project")
    groups = (_get(project, "optional-dependencies"), _get(document, "dependency-groups"))
    yield from (("needs", text, "") for text in _strings(_get(project, "dependencies")))
    yield from (("requires", text, "") for group in groups for value in _table(group).values()
                for text in _strings(value))  # fmt: skip
    yield from (("entry", target, "") for name in ("scripts", "gui-scripts")
                for _, target in _pairs(_get(project, name)))  # fmt: skip
    for group in _table(_get(project, "entry-points")).values():
        yield from (("entry", target, "") for _, target in _pairs(group))
    poetry = _get(tool, "poetry")
    yield from (("entry", target, "") for _, target in _pairs(_get(poetry, "scripts")))
    for group in _table(_get(poetry, "plugins")).values():
        yield from (("entry", target, "") for _, target in _pairs(group))
    yield from (("needs", name, "") for name, about in _table(_get(poetry, "dependencies")).items()
                if _get(about, "optional") is not True)  # fmt: skip
    tables = [_get(poetry, "dependencies"), _get(poetry, "dev-dependencies")]
    tables += [_get(group, "dependencies") for group in _table(_get(poetry, "group")).values()]
    yield from (("requires", name, "") for table in tables for name in _table(table))


def _read_setup_cfg(text: str) -> Iterator[Said]:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.read_string(text)
    for line in parser.get("options", "package_dir", fallback="").replace(",", "\n").splitlines():
        prefix, equals, folder = line.partition("=")
        if equals:
            yield "at", folder.strip(), prefix.strip()
    for section in ("options.packages.find", "options.packages.find_namespace"):
        if folder := parser.get(section, "where", fallback="").strip():
            yield "at", folder, ""
    for folder in parser.get("tool:pytest", "pythonpath", fallback="").split():
        yield "path", folder, ""
    yield from (("needs", line, "") for line in parser.get("options", "install_requires", fallback="").splitlines())
    if parser.has_section("options.extras_require"):
        wanted = [value for _, value in parser.items("options.extras_require")]
        yield from (("requires", line, "") for value in wanted for line in value.splitlines())
    if parser.has_section("options.entry_points"):
        yield from (("entry", target, "") for _, value in parser.items("options.entry_points")
                    for target in _targets(value))  # fmt: skip


def _targets(text: str) -> Iterator[str]:
    """What lines of the form `name = package.module:function` name."""
    for line in text.splitlines():
        _, equals, target = line.partition("=")
        if equals:
            yield target.strip()


def _read_setup_py(text: str) -> Iterator[Said]:
    """The literal arguments of `setup(...)` and `find_packages(...)`; setup.py is never run."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parsed = ast.parse(text)
    for node in ast.walk(parsed):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        given = {keyword.arg: _literal(keyword.value) for keyword in node.keywords if keyword.arg is not None}
        if name == "setup":
            yield from (("at", folder, prefix) for prefix, folder in _pairs(given.get("package_dir")))
            yield from (("needs", line, "") for line in _strings(given.get("install_requires")))
            points = given.get("entry_points")
            groups = [points] if isinstance(points, str) else list(_table(points).values())
            yield from (("entry", target, "") for group in groups for text in _strings(group)
                        for target in _targets(text))  # fmt: skip
        elif name in {"find_packages", "find_namespace_packages"}:
            where = given.get("where", _literal(node.args[0]) if node.args else None)
            yield from (("at", folder, "") for folder in _strings(where))


_READERS = {"pyproject.toml": _read_pyproject, "setup.cfg": _read_setup_cfg, "setup.py": _read_setup_py}


def _literal(node: ast.expr) -> object:
    """The value of a literal, None for anything that would have to be computed."""
    try:
        return cast("object", ast.literal_eval(node))
    except (ValueError, TypeError, SyntaxError):
        return None


def _get(value: object, *keys: str) -> object:
    """What nested tables hold under the keys, None where one is missing."""
    for key in keys:
        value = _table(value).get(key)
    return value


def _table(value: object) -> dict[str, object]:
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def _items(value: object) -> list[object]:
    return list(cast("Iterable[object]", value)) if isinstance(value, list | tuple) else []


def _strings(value: object) -> list[str]:
    """A string, or the strings of a list."""
    return [value] if isinstance(value, str) else [item for item in _items(value) if isinstance(item, str)]


def _pairs(value: object) -> list[tuple[str, str]]:
    """The entries of a table of strings."""
    return [(key, item) for key, item in _table(value).items() if isinstance(item, str)]


def _module_like(requirement: str) -> str:
    """The distribution a requirement names, as a module would be spelled."""
    name = re.match(r"[A-Za-z0-9._-]*", requirement.strip())
    return re.sub(r"[-.]+", "_", name.group() if name else "").lower()
