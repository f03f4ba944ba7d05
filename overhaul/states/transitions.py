"""From which state to which a variable moves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from overhaul.facts import Held, StateMove
from overhaul.inventory import Transition
from overhaul.states.gathering import Gathering
from overhaul.states.meaning import State
from overhaul.states.variables import Move, Variable
from overhaul.syntax.names import last_name

_DEPTH = 3
"""How many private functions are followed back to those that call them."""


class Moves:
    """The transitions of one variable whose states are known."""

    def __init__(
        self, gathering: Gathering, variable: Variable, states: Sequence[str], family: str,
        methods: Mapping[tuple[str, str], str],
    ) -> None:  # fmt: skip
        """`states` are all states of the variable, of one family.

        `methods`: (module, dotted method) -> the state in which it runs, where methods are named after states.
        """
        self._gathering = gathering
        self._variable = variable
        self._states = states
        self._family = family
        self._methods = methods

    def initial(self) -> str | None:
        """The state that a new object has."""
        anchor = self._variable.anchor
        made = [move for move in self._variable.moves if move.entry and not move.row.through]
        own = [
            move for move in made
            if move.module == anchor.module
            and (move.row.scope.rpartition(".")[0] == anchor.owner or move.row.scope == anchor.owner)
        ] or made  # fmt: skip
        constructed = [move for move in own if move.row.form == "assign" and move.row.scope and not move.row.guard]
        for move in (*constructed, *own):
            names = self.named(move.states)
            if len(names) == 1:
                return names[0]
        for _, state in self._variable.defaults:
            if state.family == self._family:
                return state.name
        entries = [move for move in self._variable.moves if move.entry and move.row.through]
        given = {name for move in entries for name in self.named(move.states)}
        return given.pop() if len(given) == 1 else None

    def named(self, states: Sequence[State]) -> list[str]:
        """The names of those that are of the variable's family."""
        told = self._gathering.states.within(self._family, states)
        return list(dict.fromkeys(state.name for state in told if state.family == self._family))

    def all(self) -> Iterator[Transition]:
        """Every assignment after the making, once for each state that it can leave."""
        for move in self._variable.moves:
            if move.entry:
                continue
            sources = self._sources(move)
            path = self._gathering.symbols.path(move.module)
            guard = move.row.guard or None
            for target in self.named(move.states):
                for source in sources if sources is not None else (None,):
                    yield Transition(source, target, move.row.line, guard, path, move.row.scope)

    def _sources(self, move: Move) -> list[str] | None:
        """The states that a move can leave; None for any."""
        found = self._left(move.module, move.row.scope, move.held)
        if found is None and (state := self._methods.get((move.module, move.row.scope))) is not None:
            return [state]
        if found is None and move.held is None and move.row.place.startswith("self."):
            found = self._left_by_callers(move.module, move.row.scope, _DEPTH)
        return found

    def _left(self, module: str, scope: str, held: Held | None) -> list[str] | None:
        if held is None:
            return None
        states = self._gathering.states
        if held.allowed is not None:
            named = self.named(tuple(states.all_of(module, scope, held.allowed)))
            # What the variable never is leads nowhere.
            return [name for name in named if name in self._states] if named else None
        names = set(self.named(tuple(states.all_of(module, scope, held.excluded))))
        rest = [name for name in self._states if name not in names]
        return rest if names and rest else None

    def _left_by_callers(self, module: str, scope: str, depth: int) -> list[str] | None:
        """What is known at all places that call a private method; None where one of them knows nothing."""
        owner, _, name = scope.rpartition(".")
        if not owner or not name.startswith("_") or name.startswith("__") or depth == 0:
            return None
        calls = [
            row for row in self._gathering.calls.get((module, name), ())
            if row.place == f"self.{name}" and row.scope.startswith(f"{owner}.")
        ]  # fmt: skip
        if not calls or self._passed_on(module, owner, name):
            return None
        found: dict[str, None] = {}
        for row in calls:
            told = self._left(module, row.scope, self._at(row))
            if told is None:
                told = self._left_by_callers(module, row.scope, depth - 1)
            if told is None:
                return None
            found |= dict.fromkeys(told)
        return [state for state in self._states if state in found]

    def _at(self, row: StateMove) -> Held | None:
        """What is known of the variable at a call."""
        for held in row.held:
            if held.place.startswith("self.") and last_name(held.place) == self._variable.anchor.name:
                return held
        return None

    def _passed_on(self, module: str, owner: str, name: str) -> bool:
        """Whether a method is handed to others, who may call it at any time."""
        return any(
            row.how != "call" and row.name == f"self.{name}" and row.scope.startswith(owner)
            for row in self._gathering.symbols.used[module]
        )
