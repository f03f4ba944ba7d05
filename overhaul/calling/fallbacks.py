"""What the project defines for a name that may come from outside, and what modules pass on of each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from overhaul.calling.definitions import Numbering
from overhaul.facts import Binding
from overhaul.naming.meanings import External, Symbol
from overhaul.symbols import Symbols


def fallbacks(symbols: Symbols, module: str, name: str) -> Iterator[Symbol]:
    """What else a name of a module may mean that stands for something outside: where an import fails, or by a branch.

    Followed through modules of the project that import the name from each other.
    """
    waiting = [(module, name)]
    seen = set(waiting)
    while waiting:
        home, bound = waiting.pop()
        for row in _in_force(symbols.interior(home).bindings.get(bound, ())):
            if row.kind == "class" or row.kind == "function":
                yield Symbol(home, bound, row.kind, symbols.path(home), row.line)
            elif row.kind == "import":
                meaning = symbols.target(home, row.target, bound)
                if isinstance(meaning, Symbol):
                    yield meaning
                elif isinstance(meaning, External):
                    place = place_of(symbols, home, row.target)
                    if place is not None and place not in seen:
                        seen.add(place)
                        waiting.append(place)


def _in_force(rows: Sequence[Binding]) -> Sequence[Binding]:
    """Definitions and imports that no later one replaces in every case."""
    defining = [row for row in rows if row.kind in ("class", "function", "import")]
    last = max((number for number, row in enumerate(defining) if not row.conditional), default=0)
    return defining[last:]


def place_of(symbols: Symbols, module: str, target: str) -> tuple[str, str] | None:
    """The module of the project, and the name in it, that the target of an import says; None for the outside."""
    absolute = symbols.absolute(module, target)
    package, _, name = absolute.rpartition(".") if absolute else ("", "", "")
    container = symbols.locate(package, module) if package else None
    return None if container is None else (container, name)


def offered(symbols: Symbols, numbering: Numbering, module: str) -> Iterator[int]:
    """Definitions of other modules that one passes on under a public name."""
    listed = {name for row in symbols.exports[module] for name in row.names}
    package = symbols.layout.modules[module].package
    interior = symbols.interior(module)
    for name, rows in interior.bindings.items():
        if any(row.kind == "import" for row in rows) and (name in listed or (package and not name.startswith("_"))):
            yield from _passed_on(symbols, numbering, module, name)
    if package:
        for row in interior.stars:
            target = symbols.absolute(module, row.target)
            found = symbols.locate(target, module) if target else None
            if found is not None:
                for name in symbols.public(found):
                    yield from _passed_on(symbols, numbering, found, name)


def _passed_on(symbols: Symbols, numbering: Numbering, module: str, name: str) -> Iterator[int]:
    meaning = symbols.member(module, name)
    others = meaning.alternatives if isinstance(meaning, Symbol) else fallbacks(symbols, module, name)
    for one in (meaning, *others):
        if isinstance(one, Symbol):
            number = numbering.of(one.module, one.name)
            if number >= 0 and numbering.names[number]:
                yield number
