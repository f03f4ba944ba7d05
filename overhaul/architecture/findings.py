"""Broken contracts as findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.architecture.rows import Breach, ContractBreach
from overhaul.findings import Finding, Place


def findings_of(breach: Breach, breaches: Sequence[ContractBreach]) -> Iterator[Finding]:
    """A finding for each row of one sort of breach, with the chain of imports and further statements as places."""
    for row in breaches:
        if row.breach == breach:
            yield Finding(
                rule=breach, severity=row.severity, message=row.what, module=row.importer, path=row.path, line=row.line,
                name=f"{row.contract}: {row.about}", because=tuple(_because(row)),
                places=tuple(dict.fromkeys(_places(row))), members=row.members,
            )  # fmt: skip


def _because(row: ContractBreach) -> Iterator[str]:
    yield f"the contract: {row.contract}"
    if row.reason:
        yield f"its reason: {row.reason}"


def _places(row: ContractBreach) -> Iterator[Place]:
    at = row.path, row.line
    for link in (*(one for one in row.chain if (one.path, one.line) != at), *row.also):
        yield Place(link.path, link.line, f"{link.importer} imports {link.imported}")
    path, _, line = row.told.rpartition(":")
    if path and (path, int(line)) != at:
        yield Place(path, int(line), "the contract")
