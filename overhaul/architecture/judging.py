"""Every contract, before the judge for its kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import assert_never

from overhaul.architecture.boundaries import boundaries_crossed
from overhaul.architecture.cases import Case
from overhaul.architecture.graph import Imports
from overhaul.architecture.layers import layers_broken, not_independent
from overhaul.architecture.reach import external_unlisted, forbidden_reached, protected_imported
from overhaul.architecture.rings import rings_closed
from overhaul.architecture.rows import ContractBreach
from overhaul.contracts import Acyclic, Boundaries, Contract, External, Forbidden, Independence, Layers, Protected


def judged(contracts: Iterable[Contract], imports: Imports) -> Iterator[ContractBreach]:
    """What breaks the contracts, in their order."""
    for contract in contracts:
        case = Case(contract, imports, _outside(contract))
        yield from _breaches(case, contract)
        yield from case.unmatched()


def _breaches(case: Case, contract: Contract) -> Iterator[ContractBreach]:
    match contract:
        case Layers():
            return layers_broken(case, contract)
        case Independence():
            return not_independent(case, contract)
        case Forbidden():
            return forbidden_reached(case, contract)
        case Protected():
            return protected_imported(case, contract)
        case External():
            return external_unlisted(case, contract)
        case Acyclic():
            return rings_closed(case, contract)
        case Boundaries():
            return boundaries_crossed(case, contract)
    assert_never(contract)


def _outside(contract: Contract) -> tuple[str, ...]:
    """What a contract names that may be none of the project's."""
    match contract:
        case Forbidden():
            return contract.forbidden_modules
        case Protected():
            return contract.protected_modules
        case _:
            return ()
