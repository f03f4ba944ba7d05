"""Every import that resolved before resolves after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from overhaul.facts import UnresolvedImport
from overhaul.plans import Refusal
from overhaul.proving.context import Context

CHECK: Final = "imports"


def imports(context: Context) -> Iterator[Refusal]:
    """The imports of the project's own modules, and of names from them, that nothing would provide any more.

    One whose failure is caught counts too: the code would silently go another way.
    """
    mapping = context.mapping
    known = Counter(
        (mapping.module(row.module), _name(context, row)) for row in context.before.survey.rows(UnresolvedImport)
    )
    for row in context.after.survey.rows(UnresolvedImport):
        key = row.module, row.name
        if known[key] > 0:
            known[key] -= 1
            continue
        near = f"; there is {' or '.join(row.near)}" if row.near else ""
        remedy = f"import {row.near[0]}" if row.near else "change the import"
        yield Refusal(row.path, row.line, CHECK, f"{row.evidence[0]}{near}", remedy)


def _name(context: Context, row: UnresolvedImport) -> str:
    """What does not resolve, as it is called afterwards."""
    if row.kind == "module":
        return row.name
    parent, _, part = row.name.rpartition(".")
    return f"{context.mapping.module(parent)}.{part}"


def counted(context: Context) -> int:
    """How many import statements the project has."""
    return sum(len(rows) for _, rows in context.after.symbols.imports.items())
