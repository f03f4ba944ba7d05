"""Imports of what a boundary does not expose."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.architecture.findings import findings_of
from overhaul.architecture.rows import ContractBreach
from overhaul.findings import Finding
from overhaul.leaves import Rule


@Rule
def private_import(breaches: Sequence[ContractBreach]) -> Iterator[Finding]:
    """A module takes from another what its interface does not expose.

    Why: an interface says what others may rely on; all else may change any day.

    Instead: use what is exposed, or expose what is needed.
    """
    yield from findings_of("private_import", breaches)
