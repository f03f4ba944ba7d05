"""State that is saved and restored across the end of a process."""

from __future__ import annotations

from collections.abc import Iterator

from overhaul.facts import Class, Facts, FileAct, LocalName, ReceiverUse, StateKeySet, UsedName, Variable
from overhaul.inventory import StatePersistence
from overhaul.leaves import Analyzer
from overhaul.persisting.project import Project
from overhaul.symbols import Symbols
from overhaul.types import Types


@Analyzer
def state_persistences(
    symbols: Symbols, variables: Facts[Variable], local_names: Facts[LocalName], classes: Facts[Class],
    used: Facts[UsedName], receivers: Facts[ReceiverUse], acts: Facts[FileAct], keys: Facts[StateKeySet],
) -> Iterator[StatePersistence]:  # fmt: skip
    """Pairs of functions that save and restore the same runtime state; a lone half with low confidence."""
    yield from Project(symbols, Types(symbols, variables, local_names), classes, used, receivers, acts, keys).rows()
