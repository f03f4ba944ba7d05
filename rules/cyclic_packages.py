"""Packages side by side that import each other in a ring."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.architecture.findings import findings_of
from overhaul.architecture.rows import ContractBreach
from overhaul.findings import Finding
from overhaul.leaves import Rule


@Rule
def cyclic_packages(breaches: Sequence[ContractBreach]) -> Iterator[Finding]:
    """Modules or packages that a contract keeps acyclic import each other in a ring.

    Why: packages in a ring are one package under several names: none can be understood, tested or moved alone. That
    holds where no import fails as well, which is what `import_cycle` is about.

    Instead: take out the imports that are named, which are the fewest that open the ring: move what they need to where
    both sides may import it, or into the package that uses it.
    """
    yield from findings_of("cyclic_packages", breaches)
