"""Move or rename a module or a package."""

from __future__ import annotations

from collections.abc import Iterator

from overhaul.changes import Proposal
from overhaul.leaves import Codemod
from overhaul.moving.modules_moving import moved
from overhaul.project import Project
from overhaul.requests import Request


class MoveModule(Request, frozen=True):
    """What to move, and where to."""

    target: str
    """The module or package, dotted."""
    to: str
    """Its whole new name, dotted: `package.module`."""
    shim: bool = False
    """The old names go on to work, with a DeprecationWarning."""
    create_packages: bool = False
    """Packages on the way to the new name are made, with an empty `__init__.py`."""


@Codemod
def move_module(project: Project, request: MoveModule) -> Iterator[Proposal]:
    """Give a module or a package another name, another package, or both.

    Its files move, with the stub beside a module and the data in a package, and every import and every use of it is
    changed: absolute and relative imports (those in what moves too), chains of names as in `a.b.c`, re-exports,
    `__all__`. A variable that an import binds is renamed where nobody else takes it from there, and keeps its name by
    `as` otherwise.

    Refused: test files and others that programs find by their name; a name that is taken; modules that work out paths
    from their own place, where that changes; packages that load their modules by names they work out.
    """
    yield from moved(project, request.target, request.to, shim=request.shim, create_packages=request.create_packages)
