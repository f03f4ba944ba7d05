"""Where the modules of a move go: new names and files, and the reasons why a move cannot be."""

from __future__ import annotations

import keyword
import sys
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Final

import msgspec

from overhaul.errors import Refused
from overhaul.layout import Layout, Place
from overhaul.moving.modules_files import created, files_of
from overhaul.moving.modules_marks import stands_for
from overhaul.project import Project


class Relocation(msgspec.Struct, frozen=True):
    """One module, or a package with all that is in it, under another name."""

    before: str
    """Dotted, as the layout names it."""
    after: str
    modules: Mapping[str, str]
    """Each module that moves, by name -> its name afterwards."""
    files: Mapping[str, str]
    """Each file that moves, stubs and package data too -> its path afterwards."""
    creates: tuple[str, ...] = ()
    """The `__init__.py` of packages that are made for it, outer ones first."""

    @property
    def parent(self) -> str:
        """The package it stands in; "" for a top-level module."""
        return self.before.rpartition(".")[0]

    @property
    def new_parent(self) -> str:
        """The package it stands in afterwards."""
        return self.after.rpartition(".")[0]

    @property
    def name(self) -> str:
        """The last part of its name."""
        return self.before.rpartition(".")[2]

    @property
    def new_name(self) -> str:
        """The last part of its name afterwards."""
        return self.after.rpartition(".")[2]

    @property
    def renamed(self) -> bool:
        """It stays in its package and is called otherwise."""
        return self.parent == self.new_parent

    def of(self, dotted: str) -> str:
        """What a dotted name that begins with a module is afterwards."""
        if dotted == self.before or dotted.startswith(f"{self.before}."):
            return self.after + dotted[len(self.before) :]
        return dotted

    def within(self, dotted: str) -> bool:
        """Whether a module moves."""
        return dotted == self.before or dotted.startswith(f"{self.before}.")


FOUND_BY_NAME: Final = frozenset({
    "__init__", "__main__", "conftest", "fabfile", "noxfile", "setup", "sitecustomize", "tasks", "usercustomize",
})  # fmt: skip
"""Modules that programs look for under just that name."""


def relocation(project: Project, target: str, to: str, *, create_packages: bool) -> Relocation | None:
    """Where everything goes; None when it is there already.

    Raises Refused for names that are none, for what is not there or stands in the way, and for modules that other
    programs find by their name or place.
    """
    layout = project.layout
    if ":" in to or not all(part.isidentifier() and not keyword.iskeyword(part) for part in to.split(".")):
        raise Refused(f"{to}: not a dotted name of a module: write it as package.module")
    place = layout.modules.get(target)
    if place is None:
        if to in layout.modules:
            return None
        raise Refused(f"{target}: no such module: {_near(target, layout)}")
    if to == target or (to in layout.modules and stands_for(project.source(place.path)) == to):
        return None
    _check_target(project, place, to)
    files, opaque = files_of(project, place)
    if opaque:
        raise Refused(f"{opaque[0]}: a compiled module of {target}, whose build names it: move its sources by hand")
    folder = _folder(project, place, to, create_packages)
    stem, new_stem = _stem(place), f"{folder[0]}/{to.rpartition('.')[2]}".lstrip("/")
    for taken in (f"{new_stem}.py", f"{new_stem}.pyi", new_stem):
        if project.exists(taken):
            raise Refused(f"{taken}: stands where {target} would go: name another place")
    _check_name(project, place, to)
    modules = {
        name: to + name[len(target) :]
        for name, one in layout.modules.items()
        if name == target or (place.package and name.startswith(f"{target}.") and _below(one.path, stem))
    }
    moved = {path: new_stem + path[len(stem) :] for path in files}
    return Relocation(target, to, modules, moved, folder[1])


def _near(target: str, layout: Layout) -> str:
    near = get_close_matches(target, layout.modules, n=3)
    return f"did you mean {' or '.join(near)}?" if near else "name a module of the project"


def _below(path: str, stem: str) -> bool:
    return path.startswith(f"{stem}/") or path == stem


def _stem(place: Place) -> str:
    """The path without suffix; of a package, its folder."""
    if place.kind == "namespace":
        return place.path
    if place.package:
        return place.path.rpartition("/")[0]
    return place.path.rpartition(".")[0]


def _check_target(project: Project, place: Place, to: str) -> None:
    target, name = place.module, place.module.rpartition(".")[2]
    file = place.path.rpartition("/")[2]
    if "/" in target:
        raise Refused(f"{target}: no import reaches this file: move it by hand")
    if name in FOUND_BY_NAME or to.rpartition(".")[2] in FOUND_BY_NAME:
        raise Refused(f"{place.path}: programs look for it under just that name: leave it, or move its package")
    if not place.package and (file.startswith("test_") or file.endswith("_test.py")):
        raise Refused(f"{place.path}: test runners find it by its name and folder: move it by hand")
    if place.package and any(_is_test_in(_stem(place), one.path) for one in project.layout.modules.values()):
        raise Refused(f"{_stem(place)}: test runners find its tests by their folder: move it by hand")
    if not name.isidentifier():
        raise Refused(f"{place.path}: no import can name it, so something finds it by its file: move it by hand")
    if f"{to}.".startswith(f"{target}."):
        raise Refused(f"{to}: would lie inside {target} itself: name another place")
    if place.kind == "opaque" or (not place.path.endswith((".py", ".pyi")) and place.kind != "namespace"):
        raise Refused(f"{place.path}: no Python source: move it by hand, with what builds it")
    stem = _stem(place)
    if place.kind == "namespace":
        others = [one for one in project.layout.modules.values()
                  if one.module.startswith(f"{target}.") and not _below(one.path, stem)]  # fmt: skip
        if others:
            raise Refused(f"{others[0].path}: {target} is spread over several folders: move its modules one by one")
    mapped = next((mount for mount in project.layout.mounts if mount.prefix and _below(mount.folder, stem)), None)
    if place.package and mapped is not None:
        raise Refused(f"{mapped.folder}: the packaging metadata maps it to {mapped.prefix}: change it there first")
    if place.package and any(mount.folder and _below(mount.folder, stem) for mount in project.layout.mounts):
        raise Refused(f"{stem}: holds an import root of its own: move its modules one by one")


def _is_test_in(folder: str, path: str) -> bool:
    above, _, name = path.rpartition("/")
    return above == folder and name.startswith("test_")


def _folder(project: Project, place: Place, to: str, create_packages: bool) -> tuple[str, tuple[str, ...]]:
    """The folder of the new parent package, and the `__init__` files that are to be made."""
    target, parent = place.module, to.rpartition(".")[0]
    own = _stem(place).rpartition("/")[0]
    if parent == target.rpartition(".")[0]:
        return own, ()
    if not parent:
        return place.root, ()
    missing: list[str] = []
    while parent and parent not in project.layout.modules:
        missing.append(parent.rpartition(".")[2])
        parent = parent.rpartition(".")[0]
    found = project.layout.modules.get(parent)
    if found is not None and not found.package:
        raise Refused(f"{found.path}: {parent} is a module, no package: make it one first")
    if missing and not create_packages:
        whole = to.rpartition(".")[0]
        raise Refused(f"{whole}: there is no such package: {_remedy(whole, project.layout)}")
    if found is not None and found.root != place.root:
        roots = f"{found.root or '.'}, {place.root or '.'}"
        raise Refused(f"{parent} and {target} stand in different import roots ({roots}):"
                      " what imports one need not see the other: move it by hand")  # fmt: skip
    return created(_stem(found) if found is not None else place.root, reversed(missing))


def _remedy(package: str, layout: Layout) -> str:
    packages = [name for name, place in layout.modules.items() if place.package]
    near = get_close_matches(package, packages, n=3)
    remedy = "`create-packages = true` (--set create-packages=true) makes it"
    return f"{f'did you mean {chr(32).join(near)}? ' if near else ''}{remedy}"


def _check_name(project: Project, place: Place, to: str) -> None:
    """Raises Refused where the new name means something else already."""
    parent, _, name = to.rpartition(".")
    if to in project.layout.modules:
        raise Refused(f"{project.layout.modules[to].path}: is {to} already: name another place")
    if not parent or any(one == "" for one in _tops(project, place, to)):
        if name in sys.stdlib_module_names:
            raise Refused(f"{to}: would stand before the standard library's {name}: name it otherwise")
        if name.lower() in project.layout.required:
            raise Refused(f"{to}: would stand before the installed distribution {name}: name it otherwise")
    if parent in project.layout.modules and name in project.symbols.names(parent):
        path = project.layout.modules[parent].path
        rows = project.symbols.interior(parent).bindings.get(name)
        raise Refused(f"{path}:{rows[0].line if rows else 1}: {parent} binds {name} already,"
                      " and a submodule of that name would hide it: name it otherwise")  # fmt: skip


def _tops(project: Project, place: Place, to: str) -> Iterator[str]:
    """The parents of the new name as importers may write it, "" where its folder is on the path."""
    parent = project.layout.modules.get(to.rpartition(".")[0])
    if parent is not None and parent.kind == "namespace":
        # A folder without `__init__` holds scripts as often as a namespace package, and those see it as a root.
        for path in project.layout.modules.values():
            if path.path.startswith(f"{parent.path}/") and _imports_plainly(project, path.module):
                yield ""
                return


def _imports_plainly(project: Project, module: str) -> bool:
    """Whether a module imports a neighbour as if their folder were an import root."""
    folder = project.layout.modules[module].path.rpartition("/")[0]
    for row in project.symbols.imports[module]:
        if not row.level and "." not in row.target:
            found = project.layout.locate(row.target, module)
            if found is not None and found != row.target:
                return project.layout.modules[found].path.rpartition("/")[0] == folder
    return False
