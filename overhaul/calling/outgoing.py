"""What the code of one module uses: for sure, by the class of a receiver, or by name alone."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import cached_property
from operator import itemgetter
from typing import NamedTuple

import msgspec

from overhaul.calling.definitions import Numbering
from overhaul.facts import Facts, LooseName, ReceiverUse, UsedName
from overhaul.inventory import testing
from overhaul.naming.meanings import External, Meaning, Symbol, Unknown
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


class _Reached(NamedTuple):
    """What one chain of names leads to."""

    uses: tuple[int, ...]
    asks: tuple[tuple[int, str], ...]
    mentions: tuple[str, ...]
    made: int
    """The class it names in the end; -1 for none."""


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
        self._chains: dict[tuple[str, str], _Reached] = {}
        self._words: dict[str, int] = {}
        self._uses: set[tuple[int, int]] = set()
        self._asks: set[tuple[int, int, int]] = set()
        self._mentions: set[tuple[int, int]] = set()
        # Names that scopes inside bind: what they mean depends on where they are used.
        self._scoped = {name for _, name in self._interior.imported}
        for name in (*self._interior.classes, *self._interior.functions):
            if "." in name:
                self._scoped.add(name.rpartition(".")[2])

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
        return Outgoing(
            array("I", [part for pair in sorted(self._uses) for part in pair]).tobytes(),
            array("I", [part for triple in sorted(self._asks) for part in triple]).tobytes(),
            array("I", [part for pair in sorted(self._mentions) for part in pair]).tobytes(),
            tuple(self._words), tuple(patterns), array("I", sorted(set(self._offered()))).tobytes(), main, acts,
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

    def _number(self, one: Meaning) -> int:
        return self._numbering.of(one.module, one.name) if isinstance(one, Symbol) else -1

    def _word(self, name: str) -> int:
        return self._words.setdefault(name, len(self._words))

    def _mention(self, source: int, name: str) -> None:
        if name in self._known and not name.startswith("__"):
            # Special methods are reached with their class.
            self._mentions.add((source, self._word(name)))

    def _add(self, source: int, found: _Reached) -> None:
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
        inside = root in ("self", "cls")
        key = (self._interior.class_around(row.scope) if inside else row.scope if root in self._scoped else "", chain)
        found = self._chains.get(key)
        if found is None:
            found = self._chains[key] = self._follow(row.scope, parts, inside and bool(key[0]))
        if not (found.uses or found.asks or found.mentions):
            return
        if row.how in ("annotation", "quoted"):
            for source in {self._annotated(row.scope, line) for line in row.lines}:
                self._add(source, found)
            return
        if row.how == "load" and len(found.uses) == 1 and self._is_base(row):
            return
        source = self._source(row.scope)
        self._add(source, found)
        if row.how == "call" and found.made >= 0:
            for name in ("__init__", "__new__", "__post_init__"):
                if name in self._known:
                    self._asks.add((source, found.made, self._word(f"{name}!")))

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

    def _follow(self, scope: str, parts: Sequence[str], inside: bool) -> _Reached:
        if inside and len(parts) > 1:
            around = self._symbols.interior(self._module).class_around(scope)
            owner = self._numbering.of(self._module, around)
            if owner >= 0:
                mine = Symbol(self._module, around, "class", "", 0)
                return self._ask((mine,), parts[1:], exact=True)
        uses: list[int] = []
        made = -1
        for count, meaning in enumerate(self._symbols.trail(self._module, scope, parts), 1):
            made = -1
            match meaning:
                case External():
                    break
                case Unknown():
                    return _Reached(tuple(uses), (), self._named(parts[count - 1:]), -1)
                case Symbol(kind="module"):
                    continue
            numbers = (self._number(one) for one in (meaning, *meaning.alternatives))
            uses += (number for number in numbers if number >= 0)
            if meaning.kind == "class":
                made = uses[-1] if uses else -1
                if count < len(parts) and parts[count] == "__subclasses__":
                    return _Reached(tuple(uses), ((made, "__subclasses__"),) if made >= 0 else (), (), -1)
                continue
            if count < len(parts) and meaning.kind == "variable":
                rest = self._ask(self._of_variable(meaning), parts[count:], exact=False)
                return _Reached((*uses, *rest.uses), rest.asks, rest.mentions, -1)
            return _Reached(tuple(uses), (), self._named(parts[count:]), -1)
        return _Reached(tuple(uses), (), (), made)

    def _of_variable(self, variable: Symbol) -> tuple[Symbol, ...]:
        return self._classes(variable.module, "", variable.name)

    def _classes(self, module: str, scope: str, text: str) -> tuple[Symbol, ...]:
        """The classes of an expression, all of the project; empty where one is not known or from outside."""
        found = self._types.of_expression(module, scope, text)
        symbols = tuple(one for one in found if isinstance(one, Symbol))
        return symbols if len(symbols) == len(found) else ()

    def _named(self, parts: Sequence[str]) -> tuple[str, ...]:
        return tuple(part for part in parts if part in self._known)

    def _ask(self, classes: Sequence[Symbol], parts: Sequence[str], exact: bool) -> _Reached:
        """What the attributes lead to that are asked of an instance, one after the other.

        `exact`: the instance is made on the spot. Where a class is only announced, something of another class with the
        same methods may be meant.
        """
        asks: list[tuple[int, str]] = []
        mentions: list[str] = []
        for count, part in enumerate(parts):
            numbers = [number for one in classes if (number := self._number(one)) >= 0]
            if not classes or len(numbers) != len(classes):
                return _Reached((), tuple(asks), (*mentions, *self._named(parts[count:])), -1)
            if part in self._known:
                asks += ((number, part) for number in numbers)
                if not exact and self._known[part] > 1:
                    mentions.append(part)
            exact = False
            if count + 1 < len(parts):
                wanted = any(one in self._known for one in parts[count + 1:])
                classes = self._of_attribute(classes, part) if wanted else ()
        return _Reached((), tuple(asks), tuple(mentions), -1)

    def _of_attribute(self, classes: Sequence[Symbol], name: str) -> tuple[Symbol, ...]:
        told = [one for owner in classes for one in (self._types.of_attribute(owner, name) or (None,))]
        found = tuple(one for one in told if isinstance(one, Symbol))
        return found if len(found) == len(told) else ()

    # Receivers, super() and strings

    def _receiver(self, use: ReceiverUse) -> None:
        root, *parts = use.name.split(".")
        if not any(part in self._known for part in parts):
            return
        key = (use.scope, f"{use.name}()")
        found = self._chains.get(key)
        if found is None:
            classes = self._classes(self._module, use.scope, root) if self._may_be_told(use.scope, root) else ()
            found = self._chains[key] = self._ask(classes, parts, bool(classes) and self._is_made(use.scope, root))
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
                classes = self._classes(self._module, scope, call)
                exact = bool(classes) and self._types.constructed(self._module, scope, call)
                found = self._chains[key] = self._ask(classes, (name,), exact)
            self._add(self._source(scope), found)

    def _computed(self, scope: str, text: str) -> None:
        """`getattr(self, name)`: any attribute of the instances of the class, if that is known."""
        source = self._source(scope)
        around = self._interior.class_around(scope)
        if text in ("self", "cls") and around:
            owner = self._numbering.of(self._module, around)
            owners: tuple[int, ...] = (owner,) if owner >= 0 else ()
        else:
            classes = self._classes(self._module, scope, text)
            owners = tuple(number for one in classes if (number := self._number(one)) >= 0)
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
                number = self._number(self._symbols.resolve(dotted))
                if number >= 0:
                    self._uses.add((0, number))
                    continue
            self._mention(0, last)

    # What is passed on

    def _offered(self) -> Iterator[int]:
        listed = {name for row in self._symbols.exports[self._module] for name in row.names}
        package = self._symbols.layout.modules[self._module].package
        for name, rows in self._interior.bindings.items():
            if any(row.kind == "import" for row in rows) and (name in listed or (package and not name.startswith("_"))):
                yield from self._passed_on(self._module, name)
        if package:
            for row in self._interior.stars:
                target = self._symbols.absolute(self._module, row.target)
                found = self._symbols.locate(target, self._module) if target else None
                if found is not None:
                    for name in self._symbols.public(found):
                        yield from self._passed_on(found, name)

    def _passed_on(self, module: str, name: str) -> Iterator[int]:
        meaning = self._symbols.member(module, name)
        alternatives = meaning.alternatives if isinstance(meaning, Symbol) else ()
        for one in (meaning, *alternatives):
            number = self._number(one)
            if number >= 0 and self._numbering.names[number]:
                yield number
