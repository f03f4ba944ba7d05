"""Imports that the project's contracts do not allow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.architecture.graph import Imports
from overhaul.architecture.judging import judged
from overhaul.architecture.rows import ContractBreach
from overhaul.config import Config
from overhaul.facts import Facts, Import, ImportStatement
from overhaul.layout import Layout
from overhaul.leaves import Analyzer


@Analyzer
def contract_breaches(
    layout: Layout, imports: Sequence[Import], statements: Facts[ImportStatement], config: Config
) -> Iterator[ContractBreach]:
    """What breaks the contracts of the settings, and of import-linter and tach, with the chain of imports of each."""
    if config.contracts:
        partial = bool(config.also_exclude)
        yield from judged(config.contracts, Imports(layout, imports, statements, partial=partial))
