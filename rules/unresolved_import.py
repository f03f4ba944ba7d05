"""Imports of project modules that do not exist."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Final, Literal

import msgspec

from overhaul.facts import UnresolvedImport
from overhaul.findings import Finding, Place
from overhaul.layout import Layout
from overhaul.leaves import Rule
from overhaul.options import Options
from overhaul.placing import apart


class UnresolvedImportOptions(Options, frozen=True):
    """How sure it must be."""

    confidence: Annotated[
        Literal["high", "medium", "low"],
        msgspec.Meta(description="The least; low: its failure is caught, or what it asks for may be made elsewhere"),
    ] = "low"


@Rule
def unresolved_import(
    unresolved: Sequence[UnresolvedImport], layout: Layout, options: UnresolvedImportOptions
) -> Iterator[Finding]:
    """A module of the project is imported that does not exist.

    Why: the import raises ModuleNotFoundError as soon as it runs. Where it runs late (in a function), under a condition
    or under TYPE_CHECKING, nobody notices until that path is taken, or the type checker silently works with Any.

    Instead: import the module by the name it has now (the nearest names are given), or delete the import with what uses
    it. Where the module is optional, catch ImportError around the import: then this is only a note.
    """
    wanted = _SURE[: _SURE.index(options.confidence) + 1]
    for row in unresolved:
        if row.confidence in wanted and row.kind == "module":
            absent = "climbs above the topmost package" if row.name.startswith(".") else "does not exist"
            near = f": did you mean {' or '.join(row.near)}?" if row.near else ""
            above = tuple(_above(row, layout))
            because, doubts = apart(row.evidence[1:] if above else row.evidence, row.path, row.line)
            yield Finding(
                rule="unresolved_import",
                severity={"high": "error", "medium": "warning", "low": "note"}[row.confidence],  # type: ignore[arg-type]
                message=f"imports {row.name}, which {absent}{near}",
                module=row.module, path=row.path, line=row.line, name=row.name, because=because,
                places=(*above, *doubts),
            )  # fmt: skip


def _above(row: UnresolvedImport, layout: Layout) -> Iterator[Place]:
    """The nearest package around the missing module that is there."""
    above = row.name.rpartition(".")[0]
    while above:
        name = above if above in layout.modules else layout.locate(above, row.module)
        if name is not None:
            found = layout.modules[name]
            if found.kind != "namespace":
                yield Place(found.path, 1, row.evidence[0].removeprefix(f"{name} ({found.path}) "))
            return
        above = above.rpartition(".")[0]


_SURE: Final = ("high", "medium", "low")
