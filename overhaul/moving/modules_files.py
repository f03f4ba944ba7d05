"""The files that a module or package consists of, data included, and the packages that are made for it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Final

from overhaul.errors import Refused
from overhaul.files.discovery import EXTENSIONS, NEVER
from overhaul.layout import Place
from overhaul.project import Project

_LEFT: Final = (".pyc", ".pyo")
"""What Python makes anew."""


def files_of(project: Project, place: Place) -> tuple[list[str], list[str]]:
    """Every file of a module (its stub too) or package (data too), by path; and those of them that are compiled.

    Raises Refused for symbolic links, which would lead elsewhere from another place.
    """
    if not place.package:
        return sorted(path for path in (place.path, place.stub) if path), sorted(_compiled(project, place))
    folder = place.path if place.kind == "namespace" else place.path.rpartition("/")[0]
    found = sorted(path for path in _below(project, folder) if project.exists(path))
    return found, [path for path in found if path.endswith(EXTENSIONS)]


def _compiled(project: Project, place: Place) -> Iterator[str]:
    """What a build has made of a module, or makes it from, beside its source."""
    folder, slash, name = place.path.rpartition("/")
    beside = f"{name.partition('.')[0]}."
    try:
        names = os.listdir(project.root / folder)
    except OSError:
        return
    yield from (f"{folder}{slash}{one}" for one in names if one.startswith(beside) and one.endswith(EXTENSIONS))


def _below(project: Project, folder: str) -> Iterator[str]:
    """Every file below a folder, planned ones too; caches are left out."""
    on_disk: set[str] = set()
    for above, folders, names in os.walk(project.root / folder):
        folders[:] = [name for name in folders if name not in NEVER]
        here = os.path.relpath(above, project.root).replace(os.sep, "/")
        for name in (*names, *folders):
            path = f"{here}/{name}"
            if os.path.islink(project.root / path):
                raise Refused(f"{path}: a symbolic link, which leads elsewhere from another place: move it by hand")
        on_disk.update(f"{here}/{name}" for name in names if not name.endswith(_LEFT))
    yield from on_disk
    for path in project.planned:
        if path.startswith(f"{folder}/") and path not in on_disk:
            yield path


def created(folder: str, names: Iterable[str]) -> tuple[str, tuple[str, ...]]:
    """The folder of a chain of new packages below one, and their `__init__` files."""
    files: list[str] = []
    for name in names:
        folder = f"{folder}/{name}".lstrip("/")
        files.append(f"{folder}/__init__.py")
    return folder, tuple(files)
