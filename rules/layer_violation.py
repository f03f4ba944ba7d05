"""Imports from a lower layer into a higher one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.architecture.findings import findings_of
from overhaul.architecture.rows import ContractBreach
from overhaul.findings import Finding
from overhaul.leaves import Rule


@Rule
def layer_violation(breaches: Sequence[ContractBreach]) -> Iterator[Finding]:
    """An import goes against the layers of a contract.

    Why: layers promise that what is below can be understood, tested and replaced without what is above. One import
    upwards, be it by way of a module that is in no layer, ties the two together, and the next one follows it.

    Instead: move what is needed down into the lower layer, hand it in from above as an argument, or let the lower one
    offer an interface that the higher one fills. Where the contract itself is wrong, change the contract: it stands in
    the settings, and `docs/contracts.md` says how.

    The chain of imports is given with the place of each. A module that an exhaustive contract does not list is
    reported by this rule as well.
    """
    yield from findings_of("layer_violation", breaches)
