"""How imports are written in a file: length of line, sections, relative or not."""

from __future__ import annotations

import configparser
import sys
import tomllib
from typing import TYPE_CHECKING, Final, Literal, cast

from overhaul.errors import Unreadable

if TYPE_CHECKING:
    from overhaul.project import Project

_WIDTH: Final = 88
Section = Literal[0, 1, 2, 3, 4]
"""future, standard library, third party, the project's own, relative."""


def line_length(project: Project, path: str) -> int:
    """The length of line that the settings of ruff, black, isort or flake8 name for a file; 88 where none does."""
    folder = path
    while folder:
        folder = folder.rpartition("/")[0]
        start = f"{folder}/" if folder else ""
        for name in ("ruff.toml", ".ruff.toml", "pyproject.toml", "setup.cfg", "tox.ini", ".flake8"):
            found = _named_length(project, f"{start}{name}") if project.exists(f"{start}{name}") else 0
            if found:
                return found
    return _WIDTH


def _named_length(project: Project, path: str) -> int:
    """The length that one file names; 0 where it names none."""
    try:
        text = project.source(path).data.decode()
        if path.endswith(".toml"):
            table = _table(tomllib.loads(text))
            tools = _table(table.get("tool")) if path.endswith("pyproject.toml") else {"ruff": table}
            named = (_table(tools.get(tool)).get(key) for tool, key in _KEYS)
            return next((one for one in named if isinstance(one, int) and one > 0), 0)
        parser = configparser.RawConfigParser(strict=False)
        parser.read_string(text)
        return parser.getint("flake8", "max-line-length", fallback=0)
    except (Unreadable, UnicodeDecodeError, tomllib.TOMLDecodeError, configparser.Error, ValueError):
        return 0


def _table(value: object) -> dict[str, object]:
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


_KEYS: Final = (("ruff", "line-length"), ("black", "line-length"), ("isort", "line_length"))


def section(project: Project, importer: str, target: str) -> Section:
    """Where an import stands; `target` with its dots, `importer` a module of the layout."""
    if target.startswith("."):
        return 4
    if target == "__future__":
        return 0
    if importer in project.layout.modules and project.layout.is_first_party(target, importer):
        return 3
    return 1 if target.partition(".")[0] in sys.stdlib_module_names else 2


def relative(importer: str, package: bool, module: str) -> str:
    """The absolute name `module` as it is written with dots in a module; itself where they share no package."""
    here = importer.split(".") if package else importer.split(".")[:-1]
    there = module.split(".")
    common = 0
    while common < min(len(here), len(there)) and here[common] == there[common]:
        common += 1
    if not common:
        return module
    return "." * (len(here) - common + 1) + ".".join(there[common:])
