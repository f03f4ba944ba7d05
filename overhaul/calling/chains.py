"""What a chain of names leads to, each name of it asked of what the one before means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from overhaul.calling.definitions import Numbering
from overhaul.calling.fallbacks import fallbacks, place_of
from overhaul.naming.meanings import External, Meaning, Symbol, Unknown
from overhaul.symbols import Symbols
from overhaul.types import Types


class Reached(NamedTuple):
    """What one chain of names leads to."""

    uses: tuple[int, ...]
    asks: tuple[tuple[int, str], ...]
    mentions: tuple[str, ...]
    made: tuple[int, ...]
    """The classes it names in the end, one of which is meant."""
    outside: bool = False
    """It may as well lead to something outside the project."""


class Chains:
    """Follows the chains of names that one module uses."""

    def __init__(
        self, symbols: Symbols, types: Types, numbering: Numbering, known: Mapping[str, int], module: str
    ) -> None:
        """`known` says how many definitions have a last name: what none has leads nowhere."""
        self._symbols, self._types, self._numbering, self._known = symbols, types, numbering, known
        self._module = module
        self._interior = symbols.interior(module)
        self.scoped = {name for _, name in self._interior.imported}
        """Names that scopes inside bind: what they mean depends on where they are used."""
        for name in (*self._interior.classes, *self._interior.functions):
            if "." in name:
                self.scoped.add(name.rpartition(".")[2])

    def follow(self, scope: str, parts: Sequence[str], inside: bool) -> Reached:
        """What a name with its attributes leads to; `inside`: of `self` or `cls`, in a class."""
        if inside and len(parts) > 1:
            around = self._interior.class_around(scope)
            owner = self._numbering.of(self._module, around)
            if owner >= 0:
                mine = Symbol(self._module, around, "class", "", 0)
                return self.ask((mine,), parts[1:], exact=True)
        root = parts[0]
        home: tuple[str, str] | None = (self._module, root)
        if scope and root in self.scoped:
            targets = self._imported_by(scope, root)
            if len(targets) > 1:
                # Branches of a function import one name from here and from there.
                return _either(
                    self._along(self._onwards(self._symbols.target(self._module, one, ""), parts[1:]), parts,
                                place_of(self._symbols, self._module, one))
                    for one in targets
                )  # fmt: skip
            if targets:
                home = place_of(self._symbols, self._module, targets[0])
        return self._along(self._symbols.trail(self._module, scope, parts), parts, home)

    def _imported_by(self, scope: str, name: str) -> Sequence[str]:
        """What imports in the functions around say that a name is; empty where none binds it."""
        imported = self._interior.imported
        around = scope
        while around:
            if (around, name) in imported and (around == scope or around not in self._interior.classes):
                return self._targets[around, name]
            around = around.rpartition(".")[0]
        return ()

    @cached_property
    def _targets(self) -> Mapping[tuple[str, str], Sequence[str]]:
        """(scope, name) -> all that imports in that function or class make of it, as `Binding.target` has it."""
        found: dict[tuple[str, str], dict[str, None]] = {}
        for row in self._symbols.imports[self._module]:
            if row.scope:
                base = f"{'.' * row.level}{row.target}"
                for name, bound in row.names:
                    target = f"{base}{name}" if base.endswith(".") else f"{base}.{name}"
                    found.setdefault((row.scope, bound), {})[target] = None
                if row.bound and not row.level:
                    whole = row.kind == "dynamic" or row.bound != row.target.partition(".")[0]
                    found.setdefault((row.scope, row.bound), {})[row.target if whole else row.bound] = None
        return {key: tuple(targets) for key, targets in found.items()}

    def _onwards(self, meaning: Meaning, parts: Sequence[str]) -> Iterator[Meaning]:
        """A meaning, and what each beginning of a chain means that is asked of it."""
        yield meaning
        for count in range(1, len(parts) + 1):
            name = meaning.dotted if isinstance(meaning, Symbol) else meaning.name
            more = ".".join((name, *parts[:count]))
            yield self._symbols.resolve(more) if isinstance(meaning, Symbol) else External(more)

    def _along(self, trail: Iterable[Meaning], parts: Sequence[str], home: tuple[str, str] | None) -> Reached:
        """What a chain leads to; `home` is the module, and the name in it, that the chain begins with."""
        uses: list[int] = []
        others: list[Reached] = []
        made: tuple[int, ...] = ()
        for count, meaning in enumerate(trail, 1):
            made = ()
            rest = parts[count:]
            found: Iterable[Meaning] = ()
            if isinstance(meaning, Symbol):
                found = meaning.alternatives
            elif isinstance(meaning, External) and home is not None:
                found = fallbacks(self._symbols, *home)
            symbols = (one for one in found if isinstance(one, Symbol))
            others += (self._along(self._onwards(one, rest), parts[count - 1:], None) for one in symbols)
            match meaning:
                case External():
                    return _either((Reached(tuple(uses), (), (), (), bool(others)), *others))
                case Unknown():
                    return _either((Reached(tuple(uses), (), self._named(parts[count - 1:]), ()), *others))
                case Symbol(kind="module"):
                    home = (meaning.module, rest[0]) if rest else None
                    continue
            home = None
            if (number := self.number(meaning)) >= 0:
                uses.append(number)
            if meaning.kind == "class":
                made = (number,) if number >= 0 else ()
                if rest and rest[0] == "__subclasses__":
                    asks = tuple((one, "__subclasses__") for one in made)
                    return _either((Reached(tuple(uses), asks, (), ()), *others))
                continue
            if rest and meaning.kind == "variable":
                asked = self.ask(self._of_variable(meaning), rest, exact=False)
                return _either((asked._replace(uses=(*uses, *asked.uses)), *others))
            return _either((Reached(tuple(uses), (), self._named(rest), ()), *others))
        return _either((Reached(tuple(uses), (), (), made), *others))

    def _of_variable(self, variable: Symbol) -> tuple[Symbol, ...]:
        return self.classes(variable.module, "", variable.name)

    def classes(self, module: str, scope: str, text: str) -> tuple[Symbol, ...]:
        """The classes of an expression, all of the project; empty where one is not known or from outside."""
        found = self._types.of_expression(module, scope, text)
        symbols = tuple(one for one in found if isinstance(one, Symbol))
        return symbols if len(symbols) == len(found) else ()

    def _named(self, parts: Sequence[str]) -> tuple[str, ...]:
        return tuple(part for part in parts if part in self._known)

    def ask(self, classes: Sequence[Symbol], parts: Sequence[str], exact: bool) -> Reached:
        """What the attributes lead to that are asked of an instance, one after the other.

        `exact`: the instance is made on the spot. Where a class is only announced, something of another class with the
        same methods may be meant.
        """
        asks: list[tuple[int, str]] = []
        mentions: list[str] = []
        for count, part in enumerate(parts):
            numbers = [number for one in classes if (number := self.number(one)) >= 0]
            if not classes or len(numbers) != len(classes):
                return Reached((), tuple(asks), (*mentions, *self._named(parts[count:])), ())
            if part in self._known:
                asks += ((number, part) for number in numbers)
                if not exact and self._known[part] > 1:
                    mentions.append(part)
            exact = False
            if count + 1 < len(parts):
                wanted = any(one in self._known for one in parts[count + 1:])
                classes = self._of_attribute(classes, part) if wanted else ()
        return Reached((), tuple(asks), tuple(mentions), ())

    def _of_attribute(self, classes: Sequence[Symbol], name: str) -> tuple[Symbol, ...]:
        told = [one for owner in classes for one in (self._types.of_attribute(owner, name) or (None,))]
        found = tuple(one for one in told if isinstance(one, Symbol))
        return found if len(found) == len(told) else ()

    def number(self, one: Meaning) -> int:
        """The number of what is a definition; else -1."""
        return self._numbering.of(one.module, one.name) if isinstance(one, Symbol) else -1


def _either(found: Iterable[Reached]) -> Reached:
    """What a chain leads to that may mean several things."""
    several = tuple(found)
    if len(several) == 1:
        return several[0]
    return Reached(
        tuple(number for one in several for number in one.uses), tuple(ask for one in several for ask in one.asks),
        tuple(name for one in several for name in one.mentions),
        tuple(number for one in several for number in one.made), any(one.outside for one in several),
    )  # fmt: skip
