"""What came of importing modules first, with what the last run found where nothing has changed that imports could tell.

A change of lines, or of functions that no import calls, is none. What an attempt depends on is what it asked the
`World` for: the steps and the names of the modules that it came through, and the bodies of the functions that it
called. These are compared by digests that leave the lines out; the line of a failure is taken over only where the
facts of its module are the same to the last line.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Sequence
from functools import cached_property

import msgspec

from overhaul.facts import Facts, Ring, Row
from overhaul.importing.interpreter import Attempt, attempts
from overhaul.importing.world import World, without_line
from overhaul.naming.additions import marks, unheard, unmarked_names, words_of


class Failure(msgspec.Struct, frozen=True, array_like=True):
    """Why an import fails: a name is taken from a module that does not have it yet."""

    module: str
    line: int
    name: str
    source: str
    certain: bool
    order: tuple[str, ...]


class Outcome(msgspec.Struct, frozen=True, array_like=True):
    """What came of importing one module first."""

    entry: str
    failure: Failure | None


class Told(msgspec.Struct, frozen=True, array_like=True):
    """The outcomes of one ring, and what they depend on."""

    outcomes: tuple[Outcome, ...]
    through: bytes
    """Numbers of modules, four bytes each, in this machine's byte order."""
    called: tuple[tuple[int, str, bytes], ...]
    """Functions: number of the module, dotted name, digest of what their bodies do."""


class Known(msgspec.Struct, frozen=True, array_like=True):
    """What a run leaves for the next."""

    modules: tuple[str, ...]
    prints: tuple[bytes, ...]
    """Of each module, a digest of its facts."""
    essences: tuple[bytes, ...]
    """Of each module, a digest of its steps and names without lines."""
    marks: tuple[bytes, ...]
    """Of each module, the marks of what it defines at its top level."""
    rings: dict[str, Told]


class Imports:
    """Tells what comes of importing each module of a ring first."""

    def __init__(self, past: Known | None, world: World, tables: Sequence[Facts[Row]]) -> None:
        """`tables` are all those that `world` tells from."""
        self._past = past
        self._world = world
        self._tables = tables
        self._prints = [table.prints() for table in tables]
        self._joined: dict[str, bytes] = {}
        self._numbers: dict[str, int] = {}
        self._essences: dict[str, bytes] = {}
        self._told: dict[str, Told] = {}
        self._before = {
            module: known
            for module, *known in zip(past.modules, past.prints, past.essences, past.marks, strict=True)
        } if past is not None else {}  # fmt: skip

    def outcomes(self, ring: Ring) -> Sequence[Outcome]:
        """One for each module of the ring."""
        key = _digest((ring.modules, ring.leading)).hex()
        told = self._told_before(key)
        if told is None:
            told = self._tried(ring)
        self._told[key] = told
        return told.outcomes

    def left(self) -> Known:
        """What the next run can take over."""
        modules = tuple(self._numbers)
        return Known(
            modules, tuple(map(self._print, modules)), tuple(map(self._essence, modules)),
            tuple(map(self._marks, modules)), self._told,
        )  # fmt: skip

    def _tried(self, ring: Ring) -> Told:
        world = self._world
        world.through, world.called = set(), set()
        outcomes = tuple(map(_outcome, attempts(world, ring.modules, {*ring.modules, *ring.leading})))
        through = array("I", [self._number(module) for module in sorted(world.through)])
        called = sorted(world.called)
        return Told(
            outcomes, through.tobytes(),
            tuple((self._number(module), scope, self._does(module, scope)) for module, scope in called),
        )  # fmt: skip

    def _told_before(self, key: str) -> Told | None:
        """What the last run told, with the modules numbered as in this one; None where it does not hold any more."""
        past = self._past
        told = past.rings.get(key) if past is not None else None
        if past is None or told is None:
            return None
        through = array("I", told.through)
        if any(self._is_other(past.modules[number]) for number in through):
            return None
        for number, scope, does in told.called:
            module = past.modules[number]
            if not self._same(module) and (self._does(module, scope) != does or self._speaks_of_new(module, scope)):
                return None
        if not all(self._same(one.failure.module) for one in told.outcomes if one.failure is not None):
            return None
        renumbered = array("I", [self._number(past.modules[number]) for number in through])
        called = tuple((self._number(past.modules[number]), scope, does) for number, scope, does in told.called)
        return Told(told.outcomes, renumbered.tobytes(), called)

    def _is_other(self, module: str) -> bool:
        """Whether imports could tell that a module has changed."""
        return self._essence(module) != self._before[module][1] and module not in self._additions[0]

    @cached_property
    def _additions(self) -> tuple[frozenset[str], tuple[bytes, ...]]:
        """Modules that have only got definitions of which nobody else can have heard, lines aside; those names."""
        changed = [module for module in self._before if not self._same(module)]
        grown: set[str] = set()
        words: set[bytes] = set()
        shown: list[bytes] = []
        for module in changed:
            _, before, marked = self._before[module]
            new: frozenset[str] = frozenset()
            if self._essence(module) != before:
                new = unmarked_names(self._world.defined(module), marked)
            data = msgspec.msgpack.encode(list(self._world.essence(module, new)))
            if new and _hashed(data) == before:
                grown.add(module)
                words.update(words_of(new))
            shown.append(data)
        found = tuple(sorted(words))
        if found and unheard(found, self._tables, frozenset(changed), shown):
            return frozenset(grown), found
        return frozenset(), ()

    def _speaks_of_new(self, module: str, scope: str) -> bool:
        """Whether the body of a function in a changed module has the name of a definition that is new."""
        body = msgspec.msgpack.encode(list(map(without_line, self._world.body(module, scope))))
        return any(word in body for word in self._additions[1])

    def _same(self, module: str) -> bool:
        """Whether all facts of a module are what they were, to the last line."""
        return module in self._before and self._before[module][0] == self._print(module)

    def _number(self, module: str) -> int:
        return self._numbers.setdefault(module, len(self._numbers))

    def _print(self, module: str) -> bytes:
        found = self._joined.get(module)
        if found is None:
            parts = b"".join([one.get(module, b"") for one in self._prints])
            found = self._joined[module] = hashlib.blake2b(parts, digest_size=16).digest()
        return found

    def _essence(self, module: str) -> bytes:
        found = self._essences.get(module)
        if found is None:
            told = self._before[module][1] if self._same(module) else _digest(list(self._world.essence(module)))
            found = self._essences[module] = told
        return found

    def _marks(self, module: str) -> bytes:
        return self._before[module][2] if self._same(module) else marks(self._world.defined(module))

    def _does(self, module: str, scope: str) -> bytes:
        return _digest(list(map(without_line, self._world.body(module, scope))))


def _outcome(attempt: Attempt) -> Outcome:
    failure = attempt.failure
    if failure is None:
        return Outcome(attempt.entry, None)
    told = Failure(failure.module, failure.line, failure.name, failure.source, failure.certain, failure.order)
    return Outcome(attempt.entry, told)


def _digest(what: object) -> bytes:
    return _hashed(msgspec.msgpack.encode(what))


def _hashed(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).digest()
