"""Who calls what, and from where it is reached."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.calling.project import Project
from overhaul.calling.remembering import State, Tables
from overhaul.facts import (
    Attribute,
    Binding,
    Class,
    Export,
    Facts,
    Function,
    Import,
    ImportStatement,
    LocalName,
    LooseName,
    ReceiverUse,
    UsedName,
    Variable,
)
from overhaul.leaves import Analyzer
from overhaul.past import Past
from overhaul.redundancy import Reach
from overhaul.symbols import Symbols


@Analyzer
def reaches(
    symbols: Symbols, bindings: Facts[Binding], exports: Facts[Export], classes: Facts[Class],
    functions: Facts[Function], attributes: Facts[Attribute], statements: Facts[ImportStatement],
    variables: Facts[Variable], local_names: Facts[LocalName], used: Facts[UsedName],
    receivers: Facts[ReceiverUse], loose: Facts[LooseName], imports: Sequence[Import], past: Past[State],
) -> Iterator[Reach]:  # fmt: skip
    """By whom every function, method and class is used, and whether the program, only tests, or nothing gets there.

    A use is resolved through imports, re-exports, the class of `self` and the known classes of other receivers; the
    methods of subclasses count as called with the method of the base. What `docs/reach.md` says decides.
    """
    tables = Tables(
        bindings, exports, classes, functions, attributes, statements, variables, local_names, used, receivers, loose
    )
    yield from Project(symbols, tables, imports, past).rows()
