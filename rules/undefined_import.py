"""Imports of names that their module does not have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.facts import UnresolvedImport
from overhaul.findings import Finding
from overhaul.leaves import Rule


@Rule
def undefined_import(unresolved: Sequence[UnresolvedImport]) -> Iterator[Finding]:
    """A name is imported from a module of the project that neither binds it nor has such a submodule.

    Why: the import raises ImportError as soon as it runs. It is what remains when a definition was renamed, moved or
    deleted and one of its importers was forgotten; in a function or a rarely loaded module it can stay hidden for long.

    Instead: import the name from the module that defines it now, or by its new name (the nearest are given). A module
    that makes its names while it runs should say so with a module-level `__getattr__`, or list them in a stub.

    A name that its module only annotates (`x: int`) is a warning. Not seen: names that are bound only under
    TYPE_CHECKING, or by `except ... as name`, which do not exist afterwards either.
    """
    for row in unresolved:
        if row.kind == "name":
            source, _, name = row.name.rpartition(".")
            near = f": did you mean {' or '.join(row.near)}?" if row.near else ""
            yield Finding(
                rule="undefined_import",
                severity={"high": "error", "medium": "warning", "low": "note"}[row.confidence],  # type: ignore[arg-type]
                message=f"imports {name} from {source}, which does not have it{near}",
                module=row.module, path=row.path, line=row.line, name=row.name, because=row.evidence,
            )  # fmt: skip
