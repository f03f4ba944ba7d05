"""From the facts of a project to what is said of each of its definitions."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from heapq import nsmallest

from overhaul.calling.counting import tests_reaching
from overhaul.calling.graph import Calls
from overhaul.calling.remembering import State, Tables, parts
from overhaul.calling.roots import find_roots
from overhaul.facts import Import
from overhaul.inventory import testing
from overhaul.past import Past
from overhaul.redundancy import Reach, Reached
from overhaul.symbols import Symbols

_SHOWN = 10
"""So many users are named."""


class Project:
    """What is worked out for all definitions together."""

    def __init__(self, symbols: Symbols, tables: Tables, imports: Sequence[Import], past: Past[State]) -> None:
        """Everything is read here."""
        self._symbols = symbols
        found = parts(symbols, tables, past)
        modules = found.numbering.modules
        self._paths = [symbols.path(module) for module in modules]
        self._tests = [testing(path) for path in self._paths]
        index = {module: number for number, module in enumerate(modules)}
        self._loads = list(_loads(imports, index))
        self._calls = Calls(found.numbering, found.defined, found.outgoing, self._tests, self._loads)

    def rows(self) -> Iterator[Reach]:
        """One for each definition, by module and name."""
        calls, numbering = self._calls, self._calls.numbering
        module_of, names, tests = numbering.module_of, numbering.names, self._tests
        roots = find_roots(calls, self._symbols, self._loads)
        entry = calls.reached(roots.entry, weak=False)
        begun = [node for node in range(len(entry)) if entry[node]]
        maybe = calls.reached([*begun, *roots.maybe, *self._beside_unread()], weak=True)
        own = [number for number in range(calls.count) if tests[module_of[number]]]
        tested = calls.reached(own, weak=True)
        counts = tests_reaching(calls)
        lines = array("I", b"".join(one.lines for one in calls.defined))
        dotted = numbering.dotted()
        for number, name in enumerate(names):
            if not name:
                continue
            reached: Reached = (
                "entry" if entry[number] else "unknown" if maybe[number] else "tests" if tested[number] else "nowhere"
            )
            users = calls.users[number]
            home = module_of[number]
            shown = users if len(users) <= 1 else sorted(users) if len(users) <= _SHOWN else nsmallest(_SHOWN, users)
            yield Reach(
                module=numbering.modules[home], name=name, path=self._paths[home], line=lines[number],
                reached=reached, called_by=tuple([dotted[one] for one in shown]), callers=len(users),
                users=len({module_of[one] for one in users} - {home}) if users else 0, tests=counts[number],
            )  # fmt: skip

    def _beside_unread(self) -> Iterator[int]:
        """What stands beside a module that could not be read: that may use any of it."""
        numbering = self._calls.numbering
        unread = {
            module.rpartition(".")[0] for module, place in self._symbols.layout.modules.items()
            if place.kind == "source" and module not in numbering.starts
        }  # fmt: skip
        for number, index in enumerate(numbering.module_of if unread else ()):
            if numbering.modules[index].rpartition(".")[0] in unread:
                yield number


def _loads(imports: Iterable[Import], index: dict[str, int]) -> Iterator[tuple[int, int]]:
    """Which module loads which, by index; what only type checkers import is not loaded."""
    seen: set[tuple[int, int]] = set()
    for row in imports:
        if row.kind == "typing":
            continue
        pair = index.get(row.importer, -1), index.get(row.imported, -1)
        if pair[0] >= 0 and pair[1] >= 0 and pair not in seen:
            seen.add(pair)
            yield pair
