"""Add what a module needs to the metadata of the project that it becomes part of."""

from __future__ import annotations

import ast
import configparser
import posixpath
import re
import tomllib
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, cast

from overhaul.changes import Edit, Leftover
from overhaul.errors import Unreadable
from overhaul.scaffolding.stretches import differing

if TYPE_CHECKING:
    from overhaul.project import Project

OLDEST: Final = 11
"""The modules are written for Python 3.11 and later."""

_BECAUSE: Final = "a dependency of the module"
_FILES: Final = ("pyproject.toml", "setup.cfg", "setup.py", "requirements.txt")


def needs(project: Project, path: str, requirements: Sequence[str]) -> Iterator[Edit | Leftover]:
    """Changes by which the metadata of the project around a file names what the file needs.

    What cannot be added there is told, and so is a project for a Python that is too old.
    """
    folder = _home(project, path)
    said = {} if folder is None else _contents(project, folder)
    pyproject = _toml(said.get("pyproject.toml", ""))
    yield from _too_old(project, folder or "", said, pyproject)
    lacking = [one for one in requirements if not any(_name(one) in names for names in _named(said, pyproject))]
    if not lacking:
        return
    for name, text in said.items():
        if (new := _added(name, text, pyproject, lacking)) is not None:
            where = posixpath.join(folder or "", name)
            yield project.edit(where, differing(project.source(where).text(), new, _BECAUSE))
            return
    first = next(iter(said), "")
    reason = f"add {', '.join(lacking)} to what the project requires: the module needs it"
    place = posixpath.join(folder or "", first) if first else path
    yield Leftover(place, 1, _line(said[first], 1) if first else "", path, reason)


def _home(project: Project, path: str) -> str | None:
    """The nearest folder around a file that has metadata."""
    folder: str = posixpath.dirname(path)
    while True:
        if any(project.exists(posixpath.join(folder, name)) for name in _FILES):
            return folder
        if not folder:
            return None
        folder = posixpath.dirname(folder)


def _contents(project: Project, folder: str) -> dict[str, str]:
    """Name -> text of the metadata files in a folder, in the order in which they are asked."""
    found: dict[str, str] = {}
    for name in _FILES:
        path = posixpath.join(folder, name)
        try:
            if project.exists(path):
                found[name] = project.source(path).text().replace("\r\n", "\n")
        except Unreadable:
            continue
    return found


def _too_old(
    project: Project, folder: str, said: Mapping[str, str], pyproject: Mapping[str, object]
) -> Iterator[Leftover]:  # fmt: skip
    wanted = _table(pyproject, "project").get("requires-python")
    found = re.search(r">=?\s*3\.(\d+)", wanted) if isinstance(wanted, str) else None
    if found is not None and int(found[1]) < OLDEST:
        lines = said["pyproject.toml"].splitlines()
        number = next((at for at, line in enumerate(lines, 1) if line.strip().startswith("requires-python")), 1)
        where = posixpath.join(folder, "pyproject.toml")
        reason = f"the module needs Python 3.{OLDEST}: raise this, or run it on no older one"
        yield Leftover(where, number, _line(said["pyproject.toml"], number), "requires-python", reason)


# What is there already


def _named(said: Mapping[str, str], pyproject: Mapping[str, object]) -> Iterator[set[str]]:
    """The names of what each file requires, for whoever installs the project."""
    project, poetry = _table(pyproject, "project"), _table(pyproject, "tool", "poetry")
    yield {_name(one) for one in _texts(project.get("dependencies")) if ";" not in one}
    yield {_name(name) for name in _table(poetry, "dependencies")}
    if (parser := _cfg(said.get("setup.cfg", ""))) is not None:
        lines = parser.get("options", "install_requires", fallback="").splitlines()
        yield {_name(line) for line in lines if ";" not in line}
    wanted = _install_requires(said.get("setup.py", ""))
    elements = wanted.elts if wanted is not None else []
    yield {_name(one.value) for one in elements if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    lines = said.get("requirements.txt", "").splitlines()
    yield {_name(line) for line in lines if not line.lstrip().startswith(("#", "-"))}


def _name(requirement: str) -> str:
    """The distribution that a requirement names, spelled as PEP 503 has it."""
    found = re.match(r"[A-Za-z0-9._-]*", requirement.strip())
    return re.sub(r"[-_.]+", "-", found.group() if found else "").lower()


# What is added


def _added(name: str, text: str, pyproject: Mapping[str, object], lacking: Sequence[str]) -> str | None:
    """A metadata file that requires more than it did; None where it is not the place for it."""
    match name:
        case "pyproject.toml":
            return _in_pyproject(text, pyproject, lacking)
        case "setup.cfg":
            return _in_setup_cfg(text, lacking)
        case "setup.py":
            return _in_setup_py(text, lacking)
        case _:
            hashed = "--hash" in text
            return None if hashed else "".join((text, "" if text.endswith("\n") or not text else "\n",
                                                *(f"{one}\n" for one in lacking)))  # fmt: skip


def _in_pyproject(text: str, before: Mapping[str, object], lacking: Sequence[str]) -> str | None:
    import tomlkit

    project, poetry = _table(before, "project"), _table(before, "tool", "poetry", "dependencies")
    if project and "dependencies" not in _texts(project.get("dynamic")):
        keys: tuple[str, ...] = ("project",)
    elif poetry:
        keys = ("tool", "poetry", "dependencies")
    else:
        return None
    document = tomlkit.parse(text)
    table = cast("dict[str, object]", document)
    for key in keys:
        table = cast("dict[str, object]", table[key])
    expected = [*_texts(project.get("dependencies")), *lacking]
    if keys != ("project",):
        for one in lacking:
            table[_name(one)] = one[len(_name(one)) :] or "*"
    elif "dependencies" not in table:
        table["dependencies"] = list(lacking)
    else:
        cast("list[str]", table["dependencies"]).extend(lacking)
    new = tomlkit.dumps(document)
    after = _toml(new)
    there = _texts(_table(after, "project").get("dependencies")) == expected if keys == ("project",) else True
    return new if there and after else None


def _in_setup_cfg(text: str, lacking: Sequence[str]) -> str | None:
    parser = _cfg(text)
    if parser is None or not parser.has_section("options"):
        return None
    lines = text.splitlines(keepends=True)
    start = next(at for at, line in enumerate(lines) if line.strip() == "[options]")
    there = parser.get("options", "install_requires", fallback=None)
    if there is None:
        new = [*lines[: start + 1], "install_requires =\n", *(f"    {one}\n" for one in lacking), *lines[start + 1 :]]
    else:
        at = next(n for n, line in enumerate(lines) if n > start and re.match(r"install_requires\s*[=:]", line))
        last = at
        while last + 1 < len(lines) and (lines[last + 1][:1] in " \t#;") and lines[last + 1].strip():
            last += 1
        while lines[last].lstrip().startswith(("#", ";")):
            last -= 1
        indentation = lines[last][: len(lines[last]) - len(lines[last].lstrip(" \t"))] if last > at else "    "
        ended = lines[last] if lines[last].endswith("\n") else f"{lines[last]}\n"
        new = [*lines[:last], ended, *(f"{indentation}{one}\n" for one in lacking), *lines[last + 1 :]]
    made = "".join(new)
    after = _cfg(made)
    wanted = [line for line in (there or "").splitlines() if line.strip()]
    found = after.get("options", "install_requires", fallback="") if after is not None else ""
    return made if [line for line in found.splitlines() if line.strip()] == [*wanted, *lacking] else None


def _in_setup_py(text: str, lacking: Sequence[str]) -> str | None:
    """A list that is written out gets one more; whatever would have to be worked out is left."""
    wanted = _install_requires(text)
    if wanted is None or not wanted.elts or not all(isinstance(one, ast.Constant) for one in wanted.elts):
        return None
    last = wanted.elts[-1]
    lines = text.splitlines(keepends=True)
    if last.end_lineno is None or last.end_col_offset is None or not text.isascii():
        return None
    at = sum(map(len, lines[: last.end_lineno - 1])) + last.end_col_offset
    alone = lines[last.lineno - 1][: last.col_offset].strip() == ""
    between = f",\n{' ' * last.col_offset}" if alone else ", "
    quote = "'" if text[at - 1] == "'" else '"'
    return "".join((text[:at], *(f"{between}{quote}{one}{quote}" for one in lacking), text[at:]))


def _install_requires(text: str) -> ast.List | None:
    """The list of what `setup(install_requires=[...])` requires, if it is written out there; nothing is run."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parsed = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    for node in ast.walk(parsed):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            for keyword in node.keywords if called == "setup" else ():
                if keyword.arg == "install_requires" and isinstance(keyword.value, ast.List):
                    return keyword.value
    return None


# Reading


def _toml(text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def _cfg(text: str) -> configparser.ConfigParser | None:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return None
    return parser


def _table(value: object, *keys: str) -> dict[str, object]:
    """The table under some keys; an empty one where there is none."""
    for key in keys:
        value = cast("dict[str, object]", value).get(key) if isinstance(value, dict) else None
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def _texts(value: object) -> list[str]:
    found = cast("list[object]", value) if isinstance(value, list) else []
    return [one for one in found if isinstance(one, str)]


def _line(text: str, number: int) -> str:
    lines = text.splitlines()
    return lines[number - 1].strip()[:120] if len(lines) >= number else ""
