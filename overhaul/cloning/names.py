"""What the names in the members of a group mean: equal text may mean different things."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from overhaul.cloning.groups import Group
from overhaul.cloning.pieces import Piece, Text
from overhaul.cloning.runs import Run, RunGroup
from overhaul.facts import Fragment
from overhaul.redundancy import Difference
from overhaul.symbols import External, Symbol, Symbols


def differences(group: Group, symbols: Symbols) -> Iterator[Difference]:
    """The names that members use at the same place and that mean different things; what cannot be told is the same."""
    pieces = group.pieces
    told: set[Difference] = set()
    for places in ([_of_piece(one.text, one.fragment) for one in pieces], *_methods(pieces)):
        for one in _compared(places, symbols):
            if one not in told:
                told.add(one)
                yield one


def differences_of_run(group: RunGroup, symbols: Symbols) -> Iterator[Difference]:
    """The same for statement runs; variables of the function around them or of their module are free to differ."""
    yield from _compared([_of_run(run) for run in group.runs], symbols)


class _Place:
    """Some statements whose names are looked up."""

    def __init__(self, text: Text, first: int, last: int, own: Fragment | None, around: Sequence[Fragment]) -> None:
        """`own` is the definition whose names these are; `around` those around it, the innermost last."""
        self.text = text
        self.names = text.named(first, last)
        self.own = own
        self._functions = [one for one in around if one.unit != "class"]
        self._scope = own.name if own is not None else ""
        self._free = frozenset(own.free.split(" ")) if own is not None else frozenset[str]()
        # The head of what is compared is looked up where that stands; a run has none.
        self._head = len(text.names(first)) if own is not None and own.first == first else 0

    def outside(self, at: int) -> bool:
        """Whether the name is one in a head that is taken from around it, and bound inside."""
        return at < self._head and f"@{self.names[at]}" in self._free

    @cached_property
    def _relative(self) -> bool:
        return any(name.startswith("from .") for name in self.names)

    def asked(self, at: int) -> bool:
        """Whether the name may be one of others."""
        name = self.names[at]
        if name[0] in ".=" or " " in name:
            return False
        return self.own is None or name in self._free or self.outside(at) or self._relative

    def meaning(self, at: int, symbols: Symbols) -> str:
        """Dotted; "" for what cannot be told, and what is its own."""
        name, module = self.names[at], self.text.module
        scope = self._scope
        if self.outside(at):
            scope = scope.rpartition(".")[0]
        elif self.own is not None and name not in self._free:
            return self._imported(name, symbols)
        for function in reversed(self._functions):
            if name not in function.free.split(" "):
                # A variable of a function around it, unless that imports it.
                if (function.name, name) not in symbols.interior(module).imported:
                    return ""
                break
        match symbols.lookup(module, scope, name):
            case Symbol(module=module, name=found, kind=kind) as symbol:
                if module == self.text.module and (found == self._scope or (self.own is None and kind == "variable")):
                    return ""
                return symbol.dotted
            case External(name=dotted):
                return dotted
            case _:
                return ""

    def _imported(self, name: str, symbols: Symbols) -> str:
        """What a relative import inside it means."""
        module = self.text.module
        for (scope, bound), target in symbols.interior(module).imported.items() if self._relative else ():
            inside = scope == self._scope or scope.startswith(f"{self._scope}.")
            if bound == name and inside and target.startswith("."):
                found = symbols.lookup(module, scope, name)
                return found.dotted if isinstance(found, Symbol) else found.name
        return ""


def _of_piece(text: Text, fragment: Fragment) -> _Place:
    return _Place(text, fragment.first, fragment.last, fragment, _around(text, fragment.first, fragment.last))


def _of_run(run: Run) -> _Place:
    around = _around(run.text, run.first, run.last)
    return _Place(run.text, run.first, run.last, around[-1] if around else None, around[:-1])


def _around(text: Text, first: int, last: int) -> list[Fragment]:
    """The definitions around some statements, the outermost first."""
    found = [one for one in text.definitions.around(first, last) if one.last - one.first > last - first]
    return found[::-1]


def _methods(pieces: Sequence[Piece]) -> Iterator[list[_Place]]:
    """The methods of classes, each with its counterparts: what one binds is free in another."""
    first = pieces[0]
    if first.fragment.unit != "class":
        return
    inner = [{one.first - piece.fragment.first: one for one in piece.text.inside(piece.fragment)
              if one.unit == "method"} for piece in pieces]  # fmt: skip
    for place in sorted(inner[0]):
        if all(place in one for one in inner):
            yield [_of_piece(piece.text, one[place]) for piece, one in zip(pieces, inner, strict=True)]


def _compared(places: Sequence[_Place], symbols: Symbols) -> Iterator[Difference]:
    first = places[0]
    seen: set[tuple[str, bool]] = set()
    for at in range(min(len(place.names) for place in places)):
        name = first.names[at]
        key = name, first.outside(at)
        if key not in seen:
            seen.add(key)
            if first.asked(at):
                meanings = tuple([place.meaning(at, symbols) for place in places])
                if len({one for one in meanings if one}) > 1:
                    yield Difference(name, meanings)
