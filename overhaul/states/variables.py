"""What is known of one variable that may be a state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from overhaul.facts import Function, Held, StateMove, StateTest
from overhaul.inventory import Site
from overhaul.states.meaning import State
from overhaul.states.places import Anchor


class Move(NamedTuple):
    """One way in which the variable gets a state."""

    module: str
    row: StateMove
    states: tuple[State, ...]
    typed: bool
    """It is known to be this variable; else it only has the name and the states."""
    entry: bool
    """It gives the first state: it makes the object."""
    held: Held | None
    """What is known of the variable before."""


class Test(NamedTuple):
    """One place where behaviour depends on the variable."""

    module: str
    row: StateTest
    states: tuple[State, ...]
    typed: bool


class Variable:
    """What is gathered about one variable."""

    def __init__(self, anchor: Anchor) -> None:
        """Nothing is known yet."""
        self.anchor = anchor
        self.moves: list[Move] = []
        self.tests: list[Test] = []
        self.unknown: list[tuple[Site, bool]] = []
        """Assignments of what is no constant, and whether they stand in a constructor."""
        self.anything: list[Site] = []
        """Assignments to attributes of its objects whose names are not known: `self.__dict__.update(saved)`."""
        self.setters: list[tuple[str, StateMove]] = []
        """(module, assignment of a parameter)."""
        self.defaults: list[tuple[int, State]] = []
        """Defaults of the constructor's parameters that are assigned to it."""
        self.known: set[State] = set()
        """The states that are assigned."""
        self.enums: set[str] = set()
        """The Enums they are of."""

    def add(self, move: Move) -> None:
        """One more way in which it gets a state."""
        self.moves.append(move)
        self.known.update(move.states)
        self.enums.update(state.family for state in move.states if state.enum)

    def states(self) -> Iterator[State]:
        """The states that are assigned, in the order of the places."""
        for move in self.moves:
            yield from move.states
        yield from (state for _, state in self.defaults)


class Setter(NamedTuple):
    """A function that assigns one of its parameters to a variable."""

    function: Function
    parameter: str
    position: int
    """Among the arguments of a call."""
    anchor: Anchor
    row: StateMove


def own_held(row: StateMove) -> Held | None:
    """What is known of the variable that is assigned itself; for a keyword, of the attribute of that name."""
    if row.form == "keyword":
        return next((one for one in row.held if one.place.rpartition(".")[2] == row.place and "." in one.place), None)
    return next((one for one in row.held if one.place == row.place), None)
