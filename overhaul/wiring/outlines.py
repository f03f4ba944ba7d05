"""What other modules see of one: names, classes, and what tells the classes of values; all without lines."""

from __future__ import annotations

from collections.abc import Iterator, Set

from overhaul.facts import Facts, LocalName, Variable
from overhaul.naming.outlines import told
from overhaul.symbols import Symbols


def shown(
    symbols: Symbols, variables: Facts[Variable], local_names: Facts[LocalName], module: str, but: Set[str]
) -> Iterator[object]:
    """All that the classes of values in other modules can depend on, without some functions of the module."""
    yield list(told(symbols, module, but))
    functions = [row for row in symbols.interior(module).functions.values() if row.name not in but]
    yield [(row.kind, row.generator, row.returns, row.decorators, row.parameters) for row in functions]
    attributes = symbols.attribute_rows(module)
    yield [(row.owner, row.name, row.where, row.annotation, row.value) for row in attributes]
    own = variables[module]
    yield [(row.name, row.where, row.annotation, row.value) for row in own]
    # Local variables are seen from elsewhere where an attribute or a variable is made of them.
    scopes = {f"{row.owner}.{row.where}" for row in attributes if row.where}
    scopes |= {row.owner for row in attributes} | {row.where for row in own if row.where}
    around = {
        ".".join(parts[:count]) for parts in (one.split(".") for one in scopes) for count in range(1, len(parts) + 1)
    }
    yield [(row.scope, row.name, row.annotation, row.value) for row in local_names[module] if row.scope in around]
