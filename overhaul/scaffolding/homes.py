"""Where a unified module stands in a project, or would best stand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import msgspec

from overhaul.changes import FileChange
from overhaul.scaffolding.copies import What, original, read_copy, written

if TYPE_CHECKING:
    from overhaul.project import Project

_CLASSES: Final[dict[str, str]] = {"state": "StateCoordinator", "factory": "ManagerFactory"}
"""What tells a unified module that is there already."""
_USUAL: Final = ("core", "common", "shared", "base", "utils")
"""Packages that others stand on, the first that there is."""


class Home(msgspec.Struct, frozen=True):
    """A module and its file."""

    module: str
    path: str
    there: bool
    """It is there already."""


def home_of(project: Project, what: What, users: Iterable[str]) -> Home:
    """The unified module that is there, or a free place in the package that the most of some modules belong to."""
    name = _CLASSES[what]
    for path in project.mentioning((name,)):
        module = project.layout.module_of(path)
        if name in project.symbols.interior(module).classes and read_copy(project.source(path).text()) is not None:
            return Home(module, path, True)
    tops = [one.partition(".")[0] for one in users]
    top = max(sorted(set(tops)), key=tops.count) if tops else ""
    modules = project.layout.modules
    package = top if top in modules and modules[top].package else ""
    package = next((f"{package}.{one}" for one in _USUAL if package and f"{package}.{one}" in modules
                    and modules[f"{package}.{one}"].package), package)  # fmt: skip
    last = what if f"{package}.{what}".lstrip(".") not in modules else f"unified_{what}"
    module = f"{package}.{last}" if package else last
    if package:
        place = modules[package]
        folder = place.path if place.kind == "namespace" else place.path.rpartition("/")[0]
    else:
        folder = modules[top].path.rpartition("/")[0] if top in modules else ""
    return Home(module, f"{folder}/{last}.py" if folder else f"{last}.py", False)


def provided(project: Project, what: What, home: Home) -> Project:
    """The project with the unified module in its home."""
    if home.there:
        return project
    return project.after([FileChange(home.path, None, written(what, original(what)).encode())])


def scaffolded(project: Project, path: str) -> bool:
    """Whether a file is a copy of a unified module."""
    return read_copy(project.source(path).text()) is not None
