"""Have a function that writes its file in place replace the whole file instead."""

from __future__ import annotations

from collections.abc import Iterator

from overhaul.changes import Proposal
from overhaul.coordinating.functions import named
from overhaul.coordinating.saving import Saving
from overhaul.leaves import Codemod
from overhaul.project import Project
from overhaul.requests import Request


class AtomicSave(Request, frozen=True, kw_only=True):
    """Which function, and by whose help."""

    function: str
    """The function or method that writes, as `package.module:Class.save`."""
    helper: str
    """The module with the unified state's `atomic_open`, `write_text` and `write_bytes`, dotted; `scaffold` puts it
    into the project."""


@Codemod
def atomic_save(project: Project, request: AtomicSave) -> Iterator[Proposal]:
    """Have a function that writes its file in place replace the whole file instead.

    `with open(path, "w")`, `path.open("w")`, `path.write_text(...)` and `path.write_bytes(...)` become calls of the
    unified module with the same arguments. The bytes are the same, with encoding, errors, line ends and permissions; a
    reader, or a start after a crash, finds the old file or the new one, nothing between. What appends goes on to
    append.

    Refused: modes that are worked out, `+` and `x`, files that are opened by no `with`, blocks in which something may
    look at the file before it is complete, functions that replace the file themselves, and receivers of `write_text` of
    which nothing says that they are paths.
    """
    yield from Saving(project, named(request.function), request.helper).proposals()
