"""Managers that are made, and that nobody asks anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

import msgspec

from overhaul.facts import Construction, Facts, ReceiverUse, UsedName
from overhaul.findings import Finding, Place
from overhaul.inventory import Manager
from overhaul.leaves import Rule
from overhaul.options import Options


class BuiltAndNeverUsedOptions(Options, frozen=True):
    """What is read from outside of the code."""

    read_outside: Annotated[
        tuple[str, ...],
        msgspec.Meta(description="Attributes and variables that a framework, a template or a plug-in reads"),
    ] = ()


@Rule
def built_and_never_used(
    managers: Sequence[Manager], constructions: Facts[Construction], used: Facts[UsedName],
    locally: Facts[ReceiverUse], options: BuiltAndNeverUsedOptions,
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
        if name in read or name in _FRAMEWORK or name in options.read_outside:
            continue
        sites: dict[str, tuple[Manager, list[Place]]] = {}
        for manager, path, scope, line in several:
            place = Place(path, line, f"made in {scope or 'the module'}")
            sites.setdefault(manager.dotted, (manager, []))[1].append(place)
        for manager, places in sites.values():
            yield Finding(
                rule="built_and_never_used", severity="note",
                message=f"{manager.name} is made as {name}, and nothing reads that",
                module=manager.module, path=manager.path, line=manager.line, name=f"{manager.name}:{name}",
                places=tuple(places),
            )  # fmt: skip


_FRAMEWORK = frozenset({"app", "application", "celery", "objects", "main"})
"""Names that a framework reads from outside."""
