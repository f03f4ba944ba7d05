"""State machines: variables that move among a closed set of states on which behaviour depends."""

from __future__ import annotations

from collections.abc import Iterator

from overhaul.copied import copies
from overhaul.facts import (
    Attribute,
    Class,
    Comment,
    Facts,
    LibraryMachine,
    LocalName,
    StateMove,
    StateTable,
    StateTest,
    Variable,
)
from overhaul.inventory import StateMachine
from overhaul.leaves import Analyzer
from overhaul.states.flags import flags_of
from overhaul.states.gathering import Gathering
from overhaul.states.judging import Judge
from overhaul.states.libraries import of_library
from overhaul.states.tables import tables_of
from overhaul.symbols import Symbols
from overhaul.types import Types


@Analyzer
def state_machines(
    symbols: Symbols, variables: Facts[Variable], local_names: Facts[LocalName], attributes: Facts[Attribute],
    moves: Facts[StateMove], tests: Facts[StateTest], tables: Facts[StateTable], libraries: Facts[LibraryMachine],
    classes: Facts[Class], comments: Facts[Comment],
) -> Iterator[StateMachine]:  # fmt: skip
    """State machines, with their states, the initial one, and the transitions that the code makes."""
    found: dict[tuple[str, str], StateMachine] = {}
    for module, rows in attributes.items():
        for flags in flags_of(module, symbols.path(module), rows):
            found[flags.path, flags.name] = flags
    gathering = Gathering(Types(symbols, variables, local_names), moves, tests)
    known = [table for module, rows in tables.items() for table in tables_of(gathering.states, module, rows)]
    named: dict[tuple[str, str], list[Class]] = {}
    for module, defined in classes.items():
        for row in defined:
            named.setdefault((module, row.name), []).append(row)
    judge = Judge(gathering, known, {name: rows for name, rows in named.items() if len(rows) > 1})
    for variable in gathering.variables.values():
        machine = judge.machine(variable)
        if machine is not None:
            found[machine.path, machine.name] = machine
    for module, declared in libraries.items():
        for one in declared:
            machine = of_library(module, symbols.path(module), one)
            if machine is not None:
                found[machine.path, machine.name] = machine
    copied = copies(comments)
    own = (row for row in found.values() if not copied(row.module))
    yield from sorted(own, key=lambda row: (row.path, row.line, row.name))
