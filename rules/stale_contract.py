"""Parts of contracts that fit nothing any more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.architecture.findings import findings_of
from overhaul.architecture.rows import ContractBreach
from overhaul.findings import Finding
from overhaul.leaves import Rule


@Rule
def stale_contract(breaches: Sequence[ContractBreach]) -> Iterator[Finding]:
    """A contract names a module or an import that is not there, so that this part of it holds for nothing.

    Why: a contract about a module that was renamed is kept by everybody and protects nobody, and an import that is
    ignored, though nobody makes it any more, is ready for the next who does.

    Instead: give the name that the module has now, or take it away. Nothing is said where the audit looks at less than
    the folder of the settings.
    """
    yield from findings_of("stale_contract", breaches)
