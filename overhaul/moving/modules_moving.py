"""Move one module or package, with every place that speaks of it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from overhaul.changes import Create, Move, Moved, Proposal, Target
from overhaul.errors import Unreadable
from overhaul.moving.modules import Relocation, relocation
from overhaul.moving.modules_dangers import dangers
from overhaul.moving.modules_dynamic import dynamic, reached
from overhaul.moving.modules_keeping import Keeping
from overhaul.moving.modules_listing import listed
from overhaul.moving.modules_reading import Reading, may_lead
from overhaul.moving.modules_shims import shims
from overhaul.moving.modules_writing import Rewriting
from overhaul.project import Project


def moved(project: Project, target: str, to: str, *, shim: bool, create_packages: bool) -> Iterator[Proposal]:
    """Everything that changes when a module gets another name. Raises Refused."""
    move = relocation(project, target, to, create_packages=create_packages)
    if move is None:
        return
    readings = dict(_readings(project, move))
    yield from dangers(project, move, readings, shim=shim)
    for path in move.creates:
        yield Create(path, b"", "package for the moved module")
    for path, new in sorted(move.files.items()):
        yield Move(path, new, project.source(path).digest, "moved module")
    keeping = Keeping(project, move, readings, shim=shim)
    for path, reading in sorted(readings.items()):
        kept = partial(keeping, move.parent, move.name)
        edits = {
            *Rewriting(project, move, reading, keeping).replacements(),
            *listed(move, reading, kept=reading.module == move.parent and kept()),
            *dynamic(project, move, reading),
            *reached(move, reading),
        }
        if edits:
            yield project.edit(path, edits)
    if shim:
        yield from shims(project, move)
    yield from _told(project, move, shim=shim)


def _readings(project: Project, move: Relocation) -> Iterator[tuple[str, Reading]]:
    """Every Python file that moves, or mentions what does."""
    moving = {path for path in move.files if path.endswith((".py", ".pyi"))}
    mentioning = project.mentioning([move.name])
    speaking = {path for path in mentioning if path in moving or may_lead(project, path, move.name)}
    for path in sorted(moving | speaking):
        try:
            project.layout.module_of(path)
        except KeyError:
            continue
        try:
            yield path, Reading(project, path)
        except Unreadable:
            if path in move.files:
                raise


def _told(project: Project, move: Relocation, *, shim: bool) -> Iterator[Moved]:
    for module, new in sorted(move.modules.items()):
        path = project.layout.modules[module].path
        yield Moved(Target(module), Target(new), "module", path, move.files.get(path, ""), kept=shim)
