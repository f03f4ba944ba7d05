"""Prove that a step changes nothing but what it says."""

from __future__ import annotations

import gc
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from overhaul.changes import FileChange, Leftover, Moved, Replaced, Vouched
from overhaul.plans import Check, Refusal
from overhaul.project import Project
from overhaul.proving.bindings import Bindings
from overhaul.proving.compiling import compiles
from overhaul.proving.context import Context
from overhaul.proving.delegating import Delegating
from overhaul.proving.dividing import Dividing
from overhaul.proving.elsewhere import Elsewhere
from overhaul.proving.offers import Offered
from overhaul.proving.overriding import Overriding
from overhaul.proving.requirements import requirements
from overhaul.proving.resolving import counted, imports, typed_only
from overhaul.proving.rings import cycles
from overhaul.proving.round_trip import round_trip
from overhaul.proving.statements import Statements

Checked = tuple[int, tuple[Refusal, ...]]
"""How many things were looked at, and what is wrong."""


def prove(
    before: Project, after: Project, files: Sequence[FileChange], moved: Sequence[Moved],
    leftovers: Sequence[Leftover] = (), replaced: Sequence[Replaced] = (), vouched: Sequence[Vouched] = (),
) -> Iterator[Check]:  # fmt: skip
    """The checks of one step, from cheap to dear; behind one that fails the others are skipped.

    `before` is the project as the step saw it, `after` what it becomes, `files` what the step alone does. Nothing of
    the project is run; `overhaul.proving.commands` does that.
    """
    context = Context(before, after, files, moved, leftovers, replaced, vouched)
    failed = ""
    for name, look in CHECKS:
        if failed:
            yield Check(name, 0, (), f"{failed} failed")
            continue
        with _unswept():
            looked, refusals = look(context)
        if refusals:
            failed = name
        yield Check(name, looked, refusals)


@contextmanager
def _unswept() -> Generator[None]:
    """Without the collector of cycles: trees have none, and each sweep would go through all that is known so far."""
    swept = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if swept:
            gc.enable()


def _round_trip(context: Context) -> Checked:
    looks = (round_trip(context.before, file, file.path in context.left) for file in context.files)
    return len(context.files), tuple(one for look in looks for one in look)


def _compile(context: Context) -> Checked:
    refusals = (one for file in context.files for one in compiles(context.before, context.after, file))
    return len(context.files), tuple(refusals)


def _bindings(context: Context) -> Checked:
    parts = Offered(context), Overriding(context), Bindings(context), Elsewhere(context)
    refusals = {one: None for part in parts for one in part.refusals()}
    looked = sum(part.looked for part in parts)
    if refusals:
        return looked, tuple(refusals)
    trees = Statements(context), Dividing(context), Delegating(context)
    refusals = {one: None for part in trees for one in part.refusals()}
    return looked + sum(part.looked for part in trees), tuple(refusals)


def _imports(context: Context) -> Checked:
    refusals = (*imports(context), *typed_only(context), *requirements(context))
    return counted(context), refusals


def _cycles(context: Context) -> Checked:
    return len(context.after.layout.modules), tuple(cycles(context))


CHECKS: Final[Sequence[tuple[str, Callable[[Context], Checked]]]] = (
    ("round trip", _round_trip),
    ("compile", _compile),
    ("bindings", _bindings),
    ("imports", _imports),
    ("cycles", _cycles),
)
"""In the order in which they are made."""
