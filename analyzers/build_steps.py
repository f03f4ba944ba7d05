"""In which order managers are made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.facts import Construction, Facts, LocalName, Variable
from overhaul.inventory import BuildStep, Manager
from overhaul.leaves import Analyzer
from overhaul.naming.meanings import Symbol
from overhaul.symbols import Symbols
from overhaul.types import Types


@Analyzer
def build_steps(
    managers: Sequence[Manager], symbols: Symbols, variables: Facts[Variable], local_names: Facts[LocalName],
    constructions: Facts[Construction],
) -> Iterator[BuildStep]:  # fmt: skip
    """The functions that make several managers, step by step, with what each is handed."""
    types = Types(symbols, variables, local_names)
    listed = {one.dotted for one in managers if one.sure}
    places: dict[tuple[str, str], set[int]] = {}
    for one in managers:
        if one.dotted in listed:
            for site in one.constructed:
                places.setdefault((site.module, site.scope), set()).add(site.line)
    for (module, scope), lines in sorted(places.items()):
        if len(lines) < 2:
            continue
        order = 0
        for row in sorted(constructions[module], key=lambda one: one.line):
            if row.scope != scope or row.line not in lines:
                continue
            made = symbols.lookup(module, scope, row.callee)
            if not isinstance(made, Symbol) or made.dotted not in listed:
                continue
            order += 1
            yield BuildStep(
                function=f"{module}.{scope}" if scope else module, order=order, component=made.dotted,
                target=row.target if row.how in ("attribute", "variable", "local") else "",
                needs=tuple(_needs(types, module, scope, row, listed)), module=module, path=symbols.path(module),
                line=row.line,
            )  # fmt: skip


def _needs(types: Types, module: str, scope: str, row: Construction, listed: set[str]) -> Iterator[str]:
    """The components among the arguments."""
    found: dict[str, None] = {}
    for _, value in row.arguments:
        for one in types.of_expression(module, scope, value):
            if isinstance(one, Symbol) and one.dotted in listed:
                found[one.dotted] = None
    yield from found
