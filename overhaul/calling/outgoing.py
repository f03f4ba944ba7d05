"""What the code of one module uses: for sure, by the class of a receiver, or by name alone."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Mapping, Sequence, Set
from functools import cached_property
from operator import itemgetter
from typing import NamedTuple

import msgspec

from overhaul.calling.chains import Chains, Reached
from overhaul.calling.definitions import Numbering
from overhaul.calling.fallbacks import offered
from overhaul.facts import Facts, LooseName, ReceiverUse, UsedName
from overhaul.inventory import testing
from overhaul.naming.meanings import Symbol
from overhaul.symbols import Symbols
from overhaul.types import Types


class Outgoing(msgspec.Struct, frozen=True):
    """What one module uses; sources are numbers inside the module, targets those of `Numbering`, all 32 bits."""

    uses: bytes
    """Pairs (source, target)."""
    asks: bytes
    """Triples (source, class, index of a word): an attribute of an instance of the class or of an heir."""
    mentions: bytes
    """Pairs (source, index of a word): a name that is asked of what nobody knows."""
    words: tuple[str, ...]
    patterns: tuple[str, ...]
    """Parts of names that are put together: `visit_*`, `*_handler`."""
    offered: bytes
    """Definitions of other modules that this one passes on under a public name."""
    main: bool
    """Asks whether it is run as a script."""
    acts: bool
    """Calls something when it is imported."""


class Sources(NamedTuple):
    """What the uses of a module are resolved with."""

    symbols: Symbols
    types: Types
    numbering: Numbering
    known: Mapping[str, int]
    """How many definitions have a last name: what none has leads nowhere."""
    telling: Set[str]
    """These names, and those that imports give to definitions."""
    used: Facts[UsedName]
    receivers: Facts[ReceiverUse]
    loose: Facts[LooseName]


def outgoing(sources: Sources, module: str) -> Outgoing:
    """What one module uses."""
    return _One(sources, module).outgoing()


_first = itemgetter(0)


class _One:
    """The resolution of one module."""

    def __init__(self, sources: Sources, module: str) -> None:
        self._from = sources
        self._module = module
        self._symbols, self._types, self._known = sources.symbols, sources.types, sources.known
        self._numbering = sources.numbering
        self._interior = sources.symbols.interior(module)
        self._start = sources.numbering.starts[module]
        self._sources: dict[str, int] = {"": 0}
        self._chains: dict[tuple[str, str], Reached] = {}
        self._words: dict[str, int] = {}
        self._uses: set[tuple[int, int]] = set()
        self._asks: set[tuple[int, int, int]] = set()
        self._mentions: set[tuple[int, int]] = set()
        self._led = Chains(sources.symbols, sources.types, sources.numbering, sources.known, module)

    def outgoing(self) -> Outgoing:
        acts = False
        for row in self._from.used[self._module]:
            self._name(row)
            acts = acts or (not row.scope and row.how == "call")
        for use in self._from.receivers[self._module]:
            self._receiver(use)
        patterns: list[str] = []
        main = False
        for one in self._from.loose[self._module]:
            match one.how:
                case "attribute":
                    source = self._source(one.scope)
                    for name in one.names:
                        self._mention(source, name)
                case "called":
                    for text in one.names:
                        self._called(one.scope, text)
                case "computed":
                    for text in one.names:
                        self._computed(one.scope, text)
                case "super":
                    self._super(one)
                case "own":
                    for name in one.names:
                        number = self._numbering.of(self._module, f"{one.scope}.{name}")
                        if number >= 0:
                            self._uses.add((self._source(one.scope), number))
                case "string":
                    self._strings(one.names)
                    # `"visit_" + kind`
                    patterns += (f"{name}*" for name in one.names if name.endswith("_") and not name.endswith("__"))
                case "pattern":
                    patterns += one.names
                case "main":
                    main = acts = True
        passed_on = sorted(set(offered(self._symbols, self._numbering, self._module)))
        return Outgoing(
            array("I", [part for pair in sorted(self._uses) for part in pair]).tobytes(),
            array("I", [part for triple in sorted(self._asks) for part in triple]).tobytes(),
            array("I", [part for pair in sorted(self._mentions) for part in pair]).tobytes(),
            tuple(self._words), tuple(patterns), array("I", passed_on).tobytes(), main, acts,
        )  # fmt: skip

    # Where a use stands

    def _source(self, scope: str) -> int:
        """The innermost definition around a scope: of a lambda the function, of a comprehension the class."""
        found = self._sources.get(scope)
        if found is None:
            number = self._numbering.of(self._module, scope)
            found = number - self._start if number >= 0 else self._source(scope.rpartition(".")[0])
            self._sources[scope] = found
        return found

    def _word(self, name: str) -> int:
        return self._words.setdefault(name, len(self._words))

    def _mention(self, source: int, name: str) -> None:
        if name in self._known and not name.startswith("__"):
            # Special methods are reached with their class.
            self._mentions.add((source, self._word(name)))

    def _add(self, source: int, found: Reached) -> None:
        for number in found.uses:
            self._uses.add((source, number))
        for owner, name in found.asks:
            self._asks.add((source, owner, self._word(name)))
        for name in found.mentions:
            self._mention(source, name)

    # Names

    def _name(self, row: UsedName) -> None:
        chain = row.name
        parts = chain.split(".")
        if self._from.telling.isdisjoint(parts):
            return
        root = parts[0]
        inside, scoped = root in ("self", "cls"), root in self._led.scoped
        key = (self._interior.class_around(row.scope) if inside else row.scope if scoped else "", chain)
        found = self._chains.get(key)
        if found is None:
            found = self._chains[key] = self._led.follow(row.scope, parts, inside and bool(key[0]))
        if not (found.uses or found.asks or found.mentions):
            return
        if row.how in ("annotation", "quoted"):
            for source in {self._annotated(row.scope, line) for line in row.lines}:
                self._add(source, found)
            return
        if row.how == "load" and len(found.uses) == 1 and not found.outside and self._is_base(row):
            return
        source = self._source(row.scope)
        self._add(source, found)
        if row.how == "call" and found.made:
            for name in ("__init__", "__new__", "__post_init__"):
                if name in self._known:
                    word = self._word(f"{name}!")
                    self._asks.update((source, made, word) for made in found.made)

    def _annotated(self, scope: str, line: int) -> int:
        """The function whose parameters or result an annotation on a line says something of, or the scope itself."""
        headers = self._headers.get(scope)
        if headers:
            at = bisect_right(headers, line, key=_first) - 1
            if at >= 0 and line <= headers[at][1]:
                return headers[at][2]
        return self._source(scope)

    @cached_property
    def _headers(self) -> Mapping[str, Sequence[tuple[int, int, int]]]:
        """Scope -> (first line, last line, number) of the functions in it, by line.

        What a scope uses on the lines of one stands in its head, for what stands in its body is used by itself.
        """
        found: dict[str, list[tuple[int, int, int]]] = {}
        for row in self._interior.functions.values():
            found.setdefault(row.name.rpartition(".")[0], []).append((row.line, row.end, self._source(row.name)))
        for rows in found.values():
            rows.sort()
        return found

    def _is_base(self, row: UsedName) -> bool:
        """Whether all of a use is to be the base of classes, which then are its users."""
        if not self._interior.classes:
            return False
        return all(self._interior.header(row.scope, row.name, line) == "base" for line in row.lines)

    # Receivers, super() and strings

    def _receiver(self, use: ReceiverUse) -> None:
        root, *parts = use.name.split(".")
        if not any(part in self._known for part in parts):
            return
        key = (use.scope, f"{use.name}()")
        found = self._chains.get(key)
        if found is None:
            classes = self._led.classes(self._module, use.scope, root) if self._may_be_told(use.scope, root) else ()
            found = self._chains[key] = self._led.ask(classes, parts, bool(classes) and self._is_made(use.scope, root))
        self._add(self._source(use.scope), found)

    def _is_made(self, scope: str, name: str) -> bool:
        """Whether all that a local variable is bound to is made on the spot."""
        rows = self._types.local_rows(self._module, scope, name)
        return bool(rows) and all(
            not row.annotation and self._types.constructed(self._module, scope, row.value) for row in rows
        )

    def _may_be_told(self, scope: str, name: str) -> bool:
        """Whether anything is known of a local variable at all."""
        if self._types.local_rows(self._module, scope, name):
            return True
        function = self._interior.functions.get(scope)
        return function is None or any(one.name == name and one.annotation for one in function.parameters)

    def _called(self, scope: str, text: str) -> None:
        """`make().run`: what is asked of what a call gives."""
        call, _, name = text.rpartition(".")
        if name in self._known:
            key = (scope, text)
            found = self._chains.get(key)
            if found is None:
                classes = self._led.classes(self._module, scope, call)
                exact = bool(classes) and self._types.constructed(self._module, scope, call)
                found = self._chains[key] = self._led.ask(classes, (name,), exact)
            self._add(self._source(scope), found)

    def _computed(self, scope: str, text: str) -> None:
        """`getattr(self, name)`: any attribute of the module, the class or its instances, if that is known.

        What ends in `.__dict__` has the methods of a class, but not those of an instance's class.
        """
        source = self._source(scope)
        around = self._interior.class_around(scope)
        text, own, _ = text.partition(".__dict__")
        if text == "globals()":
            self._asks.add((source, self._start, self._word("*")))
            return
        parts = text.split(".")
        if not (parts[0] in ("self", "cls") and around):
            meaning = self._symbols.lookup(self._module, scope, text)
            if isinstance(meaning, Symbol) and (meaning.kind == "module" or (own and meaning.kind == "class")):
                number = self._led.number(meaning)
                if number >= 0:
                    self._asks.add((source, number, self._word("*")))
                return
        owners: tuple[int, ...]
        if own and text != "cls":
            return
        if text in ("self", "cls") and around:
            owner = self._numbering.of(self._module, around)
            owners = (owner,) if owner >= 0 else ()
        else:
            classes = self._led.classes(self._module, scope, text)
            owners = tuple(number for one in classes if (number := self._led.number(one)) >= 0)
        for owner in owners:
            self._asks.add((source, owner, self._word("*")))

    def _super(self, row: LooseName) -> None:
        around = self._interior.class_around(row.scope)
        source = self._source(row.scope)
        order = self._symbols.order(self._module, around)[1:] if around else ()
        bases = [one for one in order if isinstance(one, Symbol)]
        for name in row.names:
            if name not in self._known:
                continue
            found = (self._numbering.of(one.module, f"{one.name}.{name}") for one in bases)
            number = next((one for one in found if one >= 0), -1)
            if number >= 0:
                self._uses.add((source, number))
            else:
                self._mention(source, name)

    def _strings(self, names: Sequence[str]) -> None:
        tests = testing(self._symbols.path(self._module))
        for text in names:
            dotted = text.replace(":", ".")
            last = dotted.rpartition(".")[2]
            if last not in self._known:
                continue
            if dotted != last and not tests and not dotted.startswith("."):
                number = self._led.number(self._symbols.resolve(dotted))
                if number >= 0:
                    self._uses.add((0, number))
                    continue
            self._mention(0, last)
