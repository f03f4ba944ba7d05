"""The name of a submodule in the `__all__` of its package."""

from __future__ import annotations

from collections.abc import Iterator

from overhaul.changes import Replacement
from overhaul.errors import Refused
from overhaul.lazy import cst
from overhaul.moving.modules import Relocation
from overhaul.moving.modules_reading import Reading


def listed(move: Relocation, reading: Reading, *, kept: bool) -> Iterator[Replacement]:
    """Edits of the package's `__all__`, in its file or its stub; `kept` says that it goes on to bind the old name.

    Raises Refused where the module goes elsewhere and the list alone makes it a public name.
    """
    if reading.module != move.parent or kept or move.name == move.new_name:
        return
    if not any(move.name in row.names for row in reading.symbols.exports[reading.module]):
        return
    for start, end, node, what in reading.names.strings():
        if what != "string" or node.__class__ is not cst.SimpleString or node.raw_value != move.name:
            continue
        if not in_list(reading, start):
            continue
        bound = reading.symbols.interior(reading.module).bindings.get(move.name)
        if not move.renamed and not bound:
            line = reading.text.count("\n", 0, start) + 1
            raise Refused(f"{reading.path}:{line}: {move.parent} lists {move.name} in __all__:"
                          " take it out of the list first")  # fmt: skip
        lead = len(node.prefix) + len(node.quote)
        yield Replacement(start + lead, end - len(node.quote), move.new_name, "the module's new name")


def in_list(reading: Reading, start: int) -> bool:
    """Whether an offset lies in a statement of the module's own level that speaks of `__all__`."""
    for statement in reading.names.statements:
        if statement.suite == -1 and statement.start <= start < statement.end:
            return any(one.name == "__all__" for one in reading.names.all[slice(*statement.names)])
    return False
