"""Managers that are made, and that nobody asks anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.facts import Construction, Facts, ReceiverUse, UsedName
from overhaul.findings import Finding
from overhaul.inventory import Manager, fact
from overhaul.leaves import Rule


@Rule
def built_and_never_used(
    managers: Sequence[Manager], constructions: Facts[Construction], used: Facts[UsedName],
    locally: Facts[ReceiverUse],
) -> Iterator[Finding]:  # fmt: skip
    """A manager is made and kept under a name that nothing ever reads.

    Why: it costs its start-up and its upkeep, and readers take it for a part of the system.

    Instead: delete it; or, when the constructor does the work (subscribes, registers), say so by a method with a name.

    One that is handed something when it is made may work through that: it is passed over, like one with a thread or
    task of its own. Names that are read by `getattr` or from templates are not seen.
    """
    candidates: dict[str, list[tuple[Manager, str, str, int]]] = {}
    for manager in managers:
        if manager.subkind in ("scoped", "abstract", "orm") or not manager.sure:
            continue
        for site in manager.constructed:
            for row in constructions[site.module]:
                if (row.line, row.scope) != (site.line, site.scope) or row.callee.rpartition(".")[2] != manager.name:
                    continue
                if row.how in ("attribute", "variable") and not row.arguments and row.target.isidentifier():
                    candidates.setdefault(row.target, []).append((manager, site.path, site.scope, site.line))
    if not candidates:
        return
    read: set[str] = set()
    for table in (used, locally):
        for one in (row for _, rows in table.items() for row in rows):
            parts = one.name.split(".")
            # The last part of what is assigned is not read; everything before it is.
            read.update(parts[:-1] if one.how in ("store", "delete") else parts)
    for name, several in sorted(candidates.items()):
        if name in read or name in _FRAMEWORK:
            continue
        for manager, path, scope, line in several:
            yield Finding(
                rule="built_and_never_used", severity="note",
                message=f"{manager.name} is made as {name}, and nothing reads that",
                module=manager.module, path=manager.path, line=manager.line, name=manager.name,
                because=(fact(line, f"made in {scope or 'the module'}", path),),
            )  # fmt: skip


_FRAMEWORK = frozenset({"app", "application", "celery", "objects", "main"})
"""Names that a framework reads from outside."""
