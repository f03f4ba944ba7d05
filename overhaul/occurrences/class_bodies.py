"""Whether a class body that binds a name reads its own, or the module's: it depends on what has run by then."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from overhaul.occurrences.finding import Occurrence, Occurrences, Statement

Whose = Literal["own", "outside", "either"]
"""own: the class has bound it by then; outside: not yet, and Python goes on to the module (past the functions around);
either: that depends on a branch, a loop or a `del`."""

_LOOPS: Final = frozenset({"For", "While"})
_STRAIGHT: Final = frozenset({
    "Assign", "Import", "ImportFrom", "FunctionDef", "ClassDef", "TypeAlias",
})  # fmt: skip
"""Statements that bind, whenever they run to their end."""


def whose(found: Occurrences, one: Occurrence) -> Whose:
    """Of a name whose home is the class in whose body it stands: whose it is when it is read there.

    A name that is assigned is the class's own; that of `x += 1` is read first.
    """
    home = one.home
    if home is None or home.kind != "class" or one.scope is not home:
        return "own"
    here = found.statement_of(one)
    if one.role != "load" and not (one.role == "store" and _kind(here) == "AugAssign"):
        return "own"
    around = [here, *_around(found, here)]
    bindings = [(each, found.statement_of(each)) for each in _bindings(found, one)]
    before = [
        (each, place) for each, place in bindings
        if each.start < one.start and (place is not here or _runs_first(found, each, place))
    ]  # fmt: skip
    # What a loop goes over is made once.
    loops = [place for place in around if _kind(place) in _LOOPS and not (place is here and _kind(place) == "For")]
    if not before and not any(place.start <= each.start < place.end for place in loops for each, _ in bindings):
        return "outside"
    if any(each.role in ("delete", "handler") for each, _ in bindings):
        return "either"
    return "own" if any(_surely(place, around) for _, place in before) else "either"


def _kind(statement: Statement) -> str:
    return type(statement.node).__name__


def _bindings(found: Occurrences, one: Occurrence) -> Iterator[Occurrence]:
    """Where the class binds or deletes the name."""
    for each in found.named(one.key):
        if each.home is one.home and each.role not in ("load", "global", "nonlocal") and each is not one:
            place = found.statement_of(each)
            # A bare annotation binds nothing.
            if not (_kind(place) == "AnnAssign" and place.node.value is None):
                yield each


def _around(found: Occurrences, statement: Statement) -> Iterator[Statement]:
    """The compound statements around it, inside the same class body."""
    scope = statement.scope
    while statement.suite >= 0 and (statement := found.statements[statement.suite]).scope is scope:
        yield statement


def _runs_first(found: Occurrences, binding: Occurrence, place: Statement) -> bool:
    """Whether what is bound further left in the same statement may be bound before what follows is read.

    Targets are not, and a definition's name is bound when all of its header has been read. What an annotation names is
    meant to be a type, so `date: date = ...` is not taken for the date itself.
    """
    kind = _kind(place)
    return kind in ("With", "Match", "Try", "TryStar") or found.text[binding.end :].lstrip(" \t\\\r\n").startswith(":=")


def _surely(place: Statement, around: list[Statement]) -> bool:
    """Whether a binding has always run by then: it stands above in a block that the name stands in too."""
    kind = _kind(place)
    if place in around:
        return kind == "With" or (kind == "For" and place.node.orelse is None)
    straight = kind in _STRAIGHT or (kind == "AnnAssign" and place.node.value is not None)
    return straight and any(each.block == place.block and place.start < each.start for each in around)
