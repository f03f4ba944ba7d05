"""State that is saved and restored across the end of a process."""

from __future__ import annotations

from collections.abc import Iterator

from overhaul.copied import copies
from overhaul.facts import Comment, Facts, FileAct, LocalName, ReceiverUse, StateKeySet, UsedName, Variable
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
    receivers: Facts[ReceiverUse], acts: Facts[FileAct], keys: Facts[StateKeySet], comments: Facts[Comment],
    past: Past[Known],
) -> Iterator[StatePersistence]:  # fmt: skip
    """Pairs of functions that save and restore the same runtime state; a lone half with low confidence."""
    copied = copies(comments)
    project = Project(symbols, Types(symbols, variables, local_names), used, receivers, acts, keys, past)
    yield from (row for row in project.rows() if not copied(row.module))
