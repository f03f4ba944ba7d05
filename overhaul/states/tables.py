"""Tables of allowed transitions, with their states told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from overhaul.facts import StateTable
from overhaul.states.meaning import States


class Table(NamedTuple):
    """A table of allowed transitions, with its states told."""

    module: str
    row: StateTable
    family: str
    rows: tuple[tuple[str, tuple[str, ...], int], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Its states in the order in which they are written."""
        return tuple(dict.fromkeys([*(row[0] for row in self.rows), *(name for row in self.rows for name in row[1])]))


def tables_of(states: States, module: str, rows: Sequence[StateTable]) -> Iterator[Table]:
    """The tables of a module that say which state may follow which: what follows is of the same family."""
    for row in rows:
        scope = row.name.rpartition(".")[0]
        told: list[tuple[str, tuple[str, ...], int]] = []
        families: Counter[str] = Counter()
        for source, targets, line in row.rows:
            told_states = tuple(states.all_of(module, scope, (source, *targets)))
            if len(told_states) != 1 + len(targets):
                break
            families.update(state.family for state in told_states)
            told.append((told_states[0].name, tuple(state.name for state in told_states[1:]), line))
        else:
            keys = {one[0] for one in told}
            reached = [name for one in told for name in one[1]]
            within = sum(name in keys for name in reached)
            if len(families) == 1 and reached and within * 2 >= len(reached) and (len(keys) > 1 or within):
                yield Table(module, row, next(iter(families)), tuple(told))
