"""Imports of protected modules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.architecture.findings import findings_of
from overhaul.architecture.rows import ContractBreach
from overhaul.findings import Finding
from overhaul.leaves import Rule


@Rule
def protected_import(breaches: Sequence[ContractBreach]) -> Iterator[Finding]:
    """A module imports what a contract keeps for others.

    Why: a protected module is an inner part: who imports it past the way that was agreed on keeps it from changing.

    Instead: import from one of the modules that may, or add the importer to those that the contract allows.
    """
    yield from findings_of("protected_import", breaches)
