"""Imports of what a contract forbids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.architecture.findings import findings_of
from overhaul.architecture.rows import ContractBreach
from overhaul.findings import Finding
from overhaul.leaves import Rule


@Rule
def forbidden_import(breaches: Sequence[ContractBreach]) -> Iterator[Finding]:
    """A module imports what a contract forbids to it, directly or by way of others.

    Why: it was agreed that these modules do without the others: so that they can be used alone, start fast, or be
    replaced. An import by way of others breaks that as well, since Python loads them all.

    Instead: cut the chain at the import that is given first, or at whichever of its links is needed least; move what
    is needed into a module that both may import; or ask for it as an argument.
    """
    yield from findings_of("forbidden_import", breaches)
