"""Imports that a boundary does not declare."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.architecture.findings import findings_of
from overhaul.architecture.rows import ContractBreach
from overhaul.findings import Finding
from overhaul.leaves import Rule


@Rule
def undeclared_dependency(breaches: Sequence[ContractBreach]) -> Iterator[Finding]:
    """A module imports another that its boundary does not say it depends on.

    Why: who reads the list of what a module depends on trusts that it is whole. It was agreed to write each of them
    down, so that a new one is a decision and no accident.

    Instead: do without the import, or add it to `depends_on` (`depends-on` in our own settings). What is marked as
    deprecated there is reported as a warning.
    """
    yield from findings_of("undeclared_dependency", breaches)
