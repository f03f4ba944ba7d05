"""Put a unified module into the project."""

from __future__ import annotations

from collections.abc import Iterator

from overhaul.changes import Proposal
from overhaul.leaves import Codemod
from overhaul.project import Project
from overhaul.requests import Request
from overhaul.scaffolding.copies import NamedType, What
from overhaul.scaffolding.placing import placed


class Scaffold(Request, frozen=True):
    """Which module, and where to."""

    what: What
    """The module: `cache`, `state`, `factory`, `events` or `instrument`."""
    into: str
    """The path of the file, relative to the root: `app/core/cache.py`."""
    types: tuple[NamedType, ...] = ()
    """The cache's named types, beside its first; those that it comes with where there are none."""
    dependencies: bool = True
    """The distributions that it needs are added to the metadata of the project."""


@Codemod
def scaffold(project: Project, request: Scaffold) -> Iterator[Proposal]:
    """Put a copy of a unified module into the project, or renew the copy that is there.

    Folders that are not there become packages. The head of the file says which overhaul it comes from, with a digest
    by which `overhaul scaffold --check` tells whether it has been changed. What it needs is added to `[project]` or
    Poetry's table of pyproject.toml, to setup.cfg, setup.py or requirements.txt, where it is not there; otherwise that
    is told.

    Refused: a file that is there and no copy of ours; one that was changed by hand where this overhaul has another
    text of it; a place that is no module's, that git ignores, or whose name is another's.
    """
    yield from placed(project, request.what, request.into, request.types, dependencies=request.dependencies)
