"""Imports of project modules that do not exist."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.facts import UnresolvedImport
from overhaul.findings import Finding
from overhaul.leaves import Rule


@Rule
def unresolved_import(unresolved: Sequence[UnresolvedImport]) -> Iterator[Finding]:
    """A module of the project is imported that does not exist.

    Why: the import raises ModuleNotFoundError as soon as it runs. Where it runs late (in a function), under a condition
    or under TYPE_CHECKING, nobody notices until that path is taken, or the type checker silently works with Any.

    Instead: import the module by the name it has now (the nearest names are given), or delete the import with what uses
    it. Where the module is optional, catch ImportError around the import: then this is only a note.
    """
    for row in unresolved:
        if row.kind == "module":
            absent = "climbs above the topmost package" if row.name.startswith(".") else "does not exist"
            near = f": did you mean {' or '.join(row.near)}?" if row.near else ""
            yield Finding(
                rule="unresolved_import",
                severity={"high": "error", "medium": "warning", "low": "note"}[row.confidence],  # type: ignore[arg-type]
                message=f"imports {row.name}, which {absent}{near}",
                module=row.module, path=row.path, line=row.line, name=row.name, because=row.evidence,
            )  # fmt: skip
