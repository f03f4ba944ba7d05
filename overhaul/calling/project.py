"""From the facts of a project to what is said of each of its definitions."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from heapq import nsmallest
from itertools import islice
from typing import Final

import msgspec

from overhaul.calling.counting import tests_reaching
from overhaul.calling.graph import Calls
from overhaul.calling.remembering import State, Tables, Told, parts
from overhaul.calling.roots import find_roots
from overhaul.facts import Import
from overhaul.inventory import testing
from overhaul.past import Past
from overhaul.redundancy import Reach, Reached
from overhaul.symbols import Symbols

_SHOWN = 10
"""So many users are named."""
WAYS: Final[Sequence[Reached]] = ("entry", "unknown", "tests", "nowhere")


class Project:
    """What is worked out for all definitions together."""

    def __init__(self, symbols: Symbols, tables: Tables, imports: Sequence[Import], past: Past[State]) -> None:
        """Everything is read here."""
        self._symbols = symbols
        self._parts = found = parts(symbols, tables, past)
        modules = found.numbering.modules
        self._paths = [symbols.path(module) for module in modules]
        self._tests = [testing(path) for path in self._paths]
        index = {module: number for number, module in enumerate(modules)}
        self._loads = list(_loads(imports, index))
        loads = hashlib.blake2b(msgspec.msgpack.encode(self._loads), digest_size=16).digest()
        told = found.told
        self._told = told if told is not None and told.loads == loads else self._tell(loads)
        if found.modules is not None:
            past.leave(State(found.modules, self._told, found.others))

    def rows(self) -> Iterator[Reach]:
        """One for each definition, by module and name."""
        told, numbering = self._told, self._parts.numbering
        lines = array("I", b"".join(one.lines for one in self._parts.defined))
        dotted = numbering.dotted()
        named = iter(array("I", told.named))
        callers, users, tests = (array("I", one) for one in (told.callers, told.users, told.tests))
        for number, name in enumerate(numbering.names):
            shown = tuple([dotted[one] for one in islice(named, told.shown[number])])
            if not name:
                continue
            home = numbering.module_of[number]
            yield Reach(
                module=numbering.modules[home], name=name, path=self._paths[home], line=lines[number],
                reached=WAYS[told.reached[number]], called_by=shown, callers=callers[number], users=users[number],
                tests=tests[number],
            )  # fmt: skip

    def _tell(self, loads: bytes) -> Told:
        """What is said of each definition."""
        calls = Calls(self._parts.numbering, self._parts.defined, self._parts.outgoing, self._tests, self._loads)
        module_of, names, tests = calls.numbering.module_of, calls.numbering.names, self._tests
        roots = find_roots(calls, self._symbols, self._loads)
        entry = calls.reached(roots.entry, weak=False)
        begun = [node for node in range(len(entry)) if entry[node]]
        maybe = calls.reached([*begun, *roots.maybe, *self._beside_unread()], weak=True)
        own = [number for number in range(calls.count) if tests[module_of[number]]]
        tested = calls.reached(own, weak=True)
        counts = tests_reaching(calls)
        reached, shown = bytearray(calls.count), bytearray(calls.count)
        named, callers, elsewhere = array("I"), array("I", bytes(4 * calls.count)), array("I", bytes(4 * calls.count))
        for number, name in enumerate(names):
            if not name:
                continue
            reached[number] = 0 if entry[number] else 1 if maybe[number] else 2 if tested[number] else 3
            if users := calls.users[number]:
                few = users if len(users) == 1 else sorted(users) if len(users) <= _SHOWN else nsmallest(_SHOWN, users)
                shown[number] = len(few)
                named.extend(few)
                callers[number] = len(users)
                elsewhere[number] = len({module_of[one] for one in users} - {module_of[number]})
        return Told(
            loads, bytes(reached), bytes(shown), named.tobytes(), callers.tobytes(), elsewhere.tobytes(),
            array("I", counts[: calls.count]).tobytes(),
        )  # fmt: skip

    def _beside_unread(self) -> Iterator[int]:
        """What stands beside a module that could not be read: that may use any of it."""
        numbering = self._parts.numbering
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
