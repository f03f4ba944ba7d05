"""Put a copy of a unified module into a project, or renew the one that is there."""

from __future__ import annotations

import posixpath
import sys
from collections.abc import Iterator, Sequence

from overhaul.changes import Create, Leftover, Proposal, Rewritten
from overhaul.errors import Refused
from overhaul.files.discovery import Tree, admits
from overhaul.project import Project
from overhaul.scaffolding.copies import REQUIREMENTS, NamedType, What, original, read_copy, with_types, written
from overhaul.scaffolding.dependencies import needs
from overhaul.scaffolding.stretches import differing


def placed(
    project: Project, what: What, into: str, types: Sequence[NamedType], *, dependencies: bool
) -> Iterator[Proposal]:  # fmt: skip
    """The changes by which a project has the module at that path.

    Raises Refused for a place that cannot be, and for a file there that is not ours to change.
    """
    path = _checked(project, into)
    source = original(what)
    if not source:
        raise Refused(f"{path}: this overhaul has no {what}: install one that has")
    if project.exists(path):
        yield from _renewed(project, what, path, source, types)
    else:
        yield from (Create(one, b"", "a package for the module") for one in _packages(project, path))
        body = with_types(what, source, types)
        yield Create(path, written(what, body).encode(), f"a copy of overhaul.unified.{what}")
    if dependencies:
        yield from needs(project, path, REQUIREMENTS[what])


def _checked(project: Project, into: str) -> str:
    """The path as the project has it. Raises Refused for one where no module can be."""
    path = posixpath.normpath(into.replace("\\", "/"))
    if path.startswith(("../", "/")) or path == ".." or ":" in path:
        raise Refused(f"{into}: it lies outside the project: write a path below its root")
    folder, name = posixpath.split(path)
    stem, ending = posixpath.splitext(name)
    if ending != ".py" or not stem.isidentifier() or stem == "__init__":
        raise Refused(f"{path}: no module can be called that: write a path as app/core/cache.py")
    if project.survey.alone or not admits(Tree(project.root, ()), project.config, path):
        raise Refused(f"{path}: git ignores it, or the settings exclude it: name another place")
    if project.exists(path):
        return path
    for other in (posixpath.join(folder, stem), f"{path}i"):
        if project.exists(other):
            raise Refused(f"{path}: {other} has its name already: name another place")
    top, parts = _top(project, path)
    taken = stem if not parts else parts[0]
    new = not parts or not project.exists(posixpath.join(top, taken))
    if new and (taken in sys.stdlib_module_names or taken in project.layout.required):
        raise Refused(f"{path}: it would hide the module {taken} that comes from elsewhere: name another place")
    for part in parts:
        if not part.isidentifier():
            raise Refused(f"{path}: no package can be called {part}: name another place")
    return path


def _top(project: Project, path: str) -> tuple[str, Sequence[str]]:
    """The import root that a new file would be named from, and the packages between it and the file."""
    folders = posixpath.dirname(path).split("/") if "/" in path else []
    roots = {mount.folder for mount in project.layout.mounts if not mount.prefix}
    for count in range(len(folders), 0, -1):
        above = "/".join(folders[:count])
        if above in roots or (count == 1 and above in ("src", "lib") and not _package(project, above)):
            return above, folders[count:]
    return "", folders


def _package(project: Project, folder: str) -> bool:
    return project.exists(f"{folder}/__init__.py")


def _packages(project: Project, path: str) -> Iterator[str]:
    """The `__init__.py` files of folders that are not there yet."""
    top, parts = _top(project, path)
    for count in range(1, len(parts) + 1):
        folder = posixpath.join(top, *parts[:count])
        if not project.exists(folder) and not project.exists(f"{folder}/__init__.py"):
            yield f"{folder}/__init__.py"


def _renewed(
    project: Project, what: What, path: str, source: str, types: Sequence[NamedType]
) -> Iterator[Proposal]:  # fmt: skip
    """What becomes of a file that is there."""
    text = project.source(path).text()
    there = read_copy(text)
    if there is None:
        raise Refused(f"{path}:1: there is a file already, and it is no copy of ours: name another place")
    if there.what != what:
        raise Refused(f"{path}:1: it is a copy of {there.what}: name another place for {what}")
    if there.changed and there.outdated:
        raise Refused(
            f"{path}:1: this overhaul has another {what}, and the copy has been changed by hand: "
            "put your changes elsewhere, delete the file, and ask again"
        )
    if there.changed:
        reason = "the copy has been changed by hand, and stays as it is"
        yield Leftover(path, 1, text.partition("\n")[0].strip()[:120], project.layout.module_of(path), reason)
    old = text.replace("\r\n", "\n")
    if there.outdated:
        new = written(what, with_types(what, source, types, there.body))
    else:
        new = old.removesuffix(there.body) + with_types(what, there.body, types, there.body)
    if new != old:
        yield Rewritten(path)
        yield project.edit(path, differing(text, new, "the named types" if not there.outdated else "renewed"))
