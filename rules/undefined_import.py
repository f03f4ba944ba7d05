"""Imports of names that their module does not have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Final, Literal

import msgspec

from overhaul.facts import UnresolvedImport
from overhaul.findings import Finding, Place
from overhaul.layout import Layout
from overhaul.leaves import Rule
from overhaul.options import Options
from overhaul.patterns import regex
from overhaul.placing import apart


class UndefinedImportOptions(Options, frozen=True):
    """How sure it must be."""

    confidence: Annotated[
        Literal["high", "medium", "low"],
        msgspec.Meta(description="The least; low: its failure is caught, or what it asks for may be made elsewhere"),
    ] = "low"


@Rule
def undefined_import(
    unresolved: Sequence[UnresolvedImport], layout: Layout, options: UndefinedImportOptions
) -> Iterator[Finding]:
    """A name is imported from a module of the project that neither binds it nor has such a submodule.

    Why: the import raises ImportError as soon as it runs. It is what remains when a definition was renamed, moved or
    deleted and one of its importers was forgotten; in a function or a rarely loaded module it can stay hidden for long.

    Instead: import the name from the module that defines it now, or by its new name (the nearest are given). A module
    that makes its names while it runs should say so with a module-level `__getattr__`, or list them in a stub.

    A name that its module only annotates (`x: int`) is a warning. Not seen: names that are bound only under
    TYPE_CHECKING, or by `except ... as name`, which do not exist afterwards either.
    """
    wanted = _SURE[: _SURE.index(options.confidence) + 1]
    for row in unresolved:
        if row.confidence in wanted and row.kind == "name":
            source, _, name = row.name.rpartition(".")
            near = f": did you mean {' or '.join(row.near)}?" if row.near else ""
            because, doubts = apart(row.evidence[1:], row.path, row.line)
            yield Finding(
                rule="undefined_import",
                severity={"high": "error", "medium": "warning", "low": "note"}[row.confidence],  # type: ignore[arg-type]
                message=f"imports {name} from {source}, which does not have it{near}",
                module=row.module, path=row.path, line=row.line, name=row.name, because=because,
                places=(*_source(source, row.evidence[0], layout), *doubts),
            )  # fmt: skip


def _source(source: str, fact: str, layout: Layout) -> Iterator[Place]:
    """The module that does not have the name, with what is known of it."""
    if (found := layout.modules.get(source)) is not None and found.kind != "namespace":
        declared = _DECLARED.search(fact)
        what = fact.removeprefix(f"{source} ({found.path}) ")
        if declared is None:
            yield Place(found.path, 1, what)
        else:
            yield Place(found.path, int(declared[1]), what.replace(declared[0], ""))


_DECLARED: Final = regex(r" in line ([0-9]+)(?= and never binds)")
_SURE: Final = ("high", "medium", "low")
