"""Where a program begins, and what a library offers."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from overhaul.calling.definitions import CLASS, HOOKED, METHOD, REGISTERED
from overhaul.calling.graph import Calls
from overhaul.layout import Layout
from overhaul.naming.meanings import Symbol
from overhaul.symbols import Symbols

_OFFERS: Final = 3
"""So many definitions that the topmost package passes on make it a library."""
_UNUSED: Final = 8
"""And so many that other packages pass on, and that the project itself does not use."""


class Roots(NamedTuple):
    """Definitions by number."""

    entry: Sequence[int]
    """Where the program begins, and what a library offers."""
    maybe: Sequence[int]
    """Modules that nobody imports, and that do something when they are; what the classes and modules that entry points
    name offer."""
    library: bool


def find_roots(calls: Calls, symbols: Symbols, imports: Sequence[tuple[int, int]]) -> Roots:
    """The roots of a project."""
    layout = symbols.layout
    named = list(_named(calls, symbols))
    begun = [number for number, _ in named]
    maybe = [one for number, whole in named if whole for one in _offers(calls, number)]
    modules = calls.numbering.modules
    runnable = [
        start for index, start in enumerate(calls.starts)
        if not calls.tests[index] and (modules[index].rpartition(".")[2] == "__main__" or calls.outgoing[index].main)
    ]  # fmt: skip
    imported = {target for source, target in imports if source != target and not calls.tests[source]}
    scripts: list[int] = []
    for index, start in enumerate(calls.starts):
        if index in imported or calls.tests[index] or layout.modules[modules[index]].package:
            continue
        flags = calls.defined[index].flags
        hooked = [start + number for number, kind in enumerate(flags) if kind & CLASS and kind & HOOKED]
        acts = calls.outgoing[index].acts
        registers = any(kind & REGISTERED for kind in flags)
        if hooked or registers or (acts and not _packaged(layout, modules[index])):
            scripts += [start, *hooked]
        elif acts:
            maybe.append(start)
    entry = [*begun, *runnable, *scripts]
    library = _is_library(calls, symbols, [*begun, *runnable], imports)
    if library:
        entry += _public(calls, layout)
    return Roots(entry, maybe, library)


def _packaged(layout: Layout, module: str) -> bool:
    """Whether a module belongs to a regular package."""
    package = module.rpartition(".")[0]
    place = layout.modules.get(package)
    return place is not None and place.kind == "source"


def _named(calls: Calls, symbols: Symbols) -> Iterator[tuple[int, bool]]:
    """What the entry points of the metadata name, and (with False) their modules."""
    for target in symbols.layout.entries:
        meaning = symbols.resolve(target.replace(":", ".").replace(" ", ""))
        if isinstance(meaning, Symbol):
            for name in dict.fromkeys((meaning.name, "")):
                number = calls.numbering.of(meaning.module, name)
                if number >= 0:
                    yield number, name == meaning.name


def _offers(calls: Calls, number: int) -> Iterator[int]:
    """What somebody may ask of an entry point's class or module: public methods; public functions and classes."""
    names = calls.numbering.names
    if not names[number]:
        index = calls.numbering.module_of[number]
        within = range(number + 1, number + len(calls.defined[index].names))
        yield from (one for one in within if "." not in names[one] and not names[one].startswith("_"))
        yield from array("I", calls.outgoing[index].offered)
    for base in calls.ancestors.get(number, ()):
        yield from (one for name, one in calls.members.get(base, {}).items() if not name.startswith("_"))


def _is_library(calls: Calls, symbols: Symbols, entry: Sequence[int], imports: Sequence[tuple[int, int]]) -> bool:
    """Whether what the project defines is for others to use.

    It is where nothing says how it is started; where less than half of its modules are loaded from there; and where
    packages pass definitions on under their own name: the topmost one, or others what no other module here uses.
    """
    if not entry:
        return True
    numbering = calls.numbering
    for index, out in enumerate(calls.outgoing):
        module = numbering.modules[index]
        if "." not in module and symbols.layout.modules[module].package and len(out.offered) // 4 >= _OFFERS:
            return True
    offered = {one for out in calls.outgoing for one in array("I", out.offered)}
    if sum(not _used_elsewhere(calls, one) for one in offered) >= _UNUSED:
        return True
    loads: dict[int, list[int]] = {}
    for source, target in imports:
        loads.setdefault(source, []).append(target)
    waiting = list({numbering.module_of[one] for one in entry})
    seen = set(waiting)
    while waiting:
        for one in loads.get(waiting.pop(), ()):
            if one not in seen:
                seen.add(one)
                waiting.append(one)
    own = [index for index, test in enumerate(calls.tests) if not test and len(calls.defined[index].names) > 1]
    return 2 * len(seen.intersection(own)) < len(own)


def _used_elsewhere(calls: Calls, number: int) -> bool:
    """Whether another module uses a definition, tests aside."""
    module_of = calls.numbering.module_of
    home = module_of[number]
    return any(module_of[one] != home and not calls.tests[module_of[one]] for one in calls.users[number])


def _public(calls: Calls, layout: Layout) -> Iterator[int]:
    """What the public modules of a library define and pass on, with the public methods of their classes."""
    flags, names, inside = calls.flags, calls.numbering.names, calls.inside
    offered: set[int] = set()
    for index, module in enumerate(calls.numbering.modules):
        if calls.tests[index] or any(part.startswith("_") and part != "__init__" for part in module.split(".")):
            continue
        start = calls.starts[index]
        offered.add(start)
        offered.update(array("I", calls.outgoing[index].offered))
        offered.update(
            start + number for number, name in enumerate(calls.defined[index].names)
            if name and "." not in name and not name.startswith("_")
        )  # fmt: skip
    yield from offered
    bases = {base for one in offered if flags[one] & CLASS for base in calls.ancestors.get(one, ())}
    for number in range(calls.count):
        owner = inside[number]
        if owner == number or not flags[owner] & CLASS or not (owner in offered or owner in bases):
            continue
        if flags[number] & (METHOD | CLASS) and not names[number].rpartition(".")[2].startswith("_"):
            yield number
