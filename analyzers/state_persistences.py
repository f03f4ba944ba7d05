"""State that is saved and restored across the end of a process."""

from __future__ import annotations

from collections.abc import Iterator

from overhaul.facts import Facts, FileAct, LocalName, ReceiverUse, StateKeySet, UsedName, Variable
from overhaul.inventory import StatePersistence
from overhaul.leaves import Analyzer
from overhaul.past import Past
from overhaul.persisting.project import Project
from overhaul.persisting.remembering import Known
from overhaul.symbols import Symbols
from overhaul.types import Types


@Analyzer
def state_persistences(
    symbols: Symbols, variables: Facts[Variable], local_names: Facts[LocalName], used: Facts[UsedName],
    receivers: Facts[ReceiverUse], acts: Facts[FileAct], keys: Facts[StateKeySet], past: Past[Known],
) -> Iterator[StatePersistence]:  # fmt: skip
    """Pairs of functions that save and restore the same runtime state; a lone half with low confidence."""
    yield from Project(symbols, Types(symbols, variables, local_names), used, receivers, acts, keys, past).rows()
