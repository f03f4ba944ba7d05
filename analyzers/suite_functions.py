"""What the functions of the test suite use."""

from __future__ import annotations

from collections.abc import Iterator

from overhaul.covering.rows import SuiteFunction
from overhaul.covering.uses import Reading, used_by_suite
from overhaul.facts import (
    Attribute,
    Construction,
    Facts,
    LocalName,
    LooseName,
    ReceiverUse,
    UsedName,
    Variable,
)
from overhaul.leaves import Analyzer
from overhaul.symbols import Symbols


@Analyzer
def suite_functions(
    symbols: Symbols, attributes: Facts[Attribute], variables: Facts[Variable], local_names: Facts[LocalName],
    used: Facts[UsedName], receivers: Facts[ReceiverUse], loose: Facts[LooseName], constructions: Facts[Construction],
) -> Iterator[SuiteFunction]:  # fmt: skip
    """What each test, fixture and helper uses of the source, and which fixtures and helpers it stands on.

    Only what is told by names, by what is constructed, annotated and returned; of what a fixture or helper gives, the
    class is told by what it makes. What `docs/test-matrix.md` says decides.
    """
    yield from used_by_suite(
        Reading(symbols, attributes, variables, local_names, used, receivers, loose, constructions)
    )
