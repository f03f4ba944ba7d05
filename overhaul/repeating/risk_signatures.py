"""How far apart the interfaces of functions and classes are, for whoever calls them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final

import msgspec

from overhaul.facts import Function, Parameter

_MOST: Final = 12
"""Different signatures of a group that are compared with each other, pair by pair: the first ones."""
_RENAMED = 0.25
"""Calls by keyword break; calls by position do not."""
_DIFFERING = 0.25
"""Some calls mean something else, or a type checker objects."""
_OPTIONAL = 0.5
"""A missing parameter that has a default: who does not use it is not touched."""


class Distance(msgspec.Struct, frozen=True):
    """A distance, 0 (callers need not change) to 1 (every call changes), and what it is made of."""

    value: float
    words: str
    """"" for none."""


NONE: Final = Distance(0.0, "")


def both(first: float, second: float) -> float:
    """Two independent reasons taken together: what one leaves of the way to 1, the other shortens in its turn."""
    return 1 - (1 - first) * (1 - second)


def of_group(functions: Sequence[Function]) -> Distance:
    """Between those two functions of a group that differ most."""
    signatures = {signature_of(one): one for one in functions}
    chosen = list(signatures.values())[:_MOST]
    return max(
        (of_functions(first, second) for first, second in combinations(chosen, 2)),
        key=lambda one: one.value,
        default=NONE,
    )


def signature_of(function: Function) -> tuple[object, ...]:
    """What a caller sees of a function."""
    return _parameters(function), function.returns, function.asynchronous, function.generator, function.kind


def of_functions(first: Function, second: Function) -> Distance:
    """Between two functions, as their callers see them.

    Parameters that correspond (by name, then by position) cost a quarter for each of another name, default, annotation
    or kind; one without a counterpart costs 1, or half when it has a default: their mean is the first reason. Another
    order, `async`, a generator, a property and an annotated result are reasons of their own; `both` takes them
    together.
    """
    mine, its = _parameters(first), _parameters(second)
    value, words = _parameters_apart(mine, its)
    for differs, weight, said in (
        (_order(mine, its) != _order(its, mine), 0.25, "their order differs"),
        (first.asynchronous != second.asynchronous, 0.5, "only one is async"),
        (first.generator != second.generator, 0.5, "only one is a generator"),
        ((first.kind == "property") != (second.kind == "property"), 0.5, "only one is a property"),
        (_result(first) != _result(second) and bool(first.returns and second.returns), 0.25, "the results differ"),
    ):
        if differs:
            value = both(value, weight)
            words = [*words, said]
    return Distance(value, ", ".join(words))


def of_classes(first: Mapping[str, Function], second: Mapping[str, Function]) -> Distance:
    """Between the public methods of two classes, by name: the mean; a method that only one of them has costs 1."""
    names = sorted({*filter(_public, first), *filter(_public, second)})
    if not names:
        return NONE
    shared = [name for name in names if name in first and name in second]
    between = [of_functions(first[name], second[name]) for name in shared]
    changed = sum(one.value > 0 for one in between)
    lone = len(names) - len(shared)
    words = [
        *([f"{lone} of {len(names)} public methods in only one"] if lone else ()),
        *([f"{changed} signatures differ" if changed > 1 else "1 signature differs"] if changed else ()),
    ]
    return Distance((lone + sum(one.value for one in between)) / len(names), ", ".join(words))


def _public(name: str) -> bool:
    return not name.startswith("_") or (name.startswith("__") and name.endswith("__"))


def _parameters(function: Function) -> tuple[Parameter, ...]:
    """Those that a caller gives: without the instance or the class."""
    if function.owner and function.kind != "staticmethod":
        return function.parameters[1:]
    return function.parameters


def _result(function: Function) -> str:
    return function.returns.strip("\"'")


def _order(first: Sequence[Parameter], second: Sequence[Parameter]) -> list[str]:
    """The names that may be given by position and that both have, in the order of the first."""
    shared = {one.name for one in second if _GIVEN[one.kind] == "position"}
    return [one.name for one in first if _GIVEN[one.kind] == "position" and one.name in shared]


def _parameters_apart(first: Sequence[Parameter], second: Sequence[Parameter]) -> tuple[float, list[str]]:
    pairs = list(_matched(first, second))
    if not pairs:
        return 0.0, []
    cost = 0.0
    missing = renamed = changed = 0
    for one, other in pairs:
        if one is None or other is None:
            lone = one or other
            assert lone is not None
            cost += _OPTIONAL if lone.default or lone.kind in ("variadic", "keywords") else 1.0
            missing += 1
            continue
        renamed += one.name != other.name
        differing = sum((
            one.default != other.default,
            one.annotation != other.annotation and bool(one.annotation and other.annotation),
            one.kind != other.kind,
        ))  # fmt: skip
        changed += differing > 0
        cost += _RENAMED * (one.name != other.name) + _DIFFERING * differing
    words = [
        f"{count} {'parameter' if count == 1 else 'parameters'} {said}"
        for count, said in (
            (missing, "in only one"), (renamed, "renamed"), (changed, "of another kind, type or default"),
        ) if count
    ]  # fmt: skip
    return cost / len(pairs), words


def _matched(
    first: Sequence[Parameter], second: Sequence[Parameter]
) -> Iterator[tuple[Parameter | None, Parameter | None]]:
    """Parameters that correspond: of one name, else the next ones that are given in the same way; None for none."""
    named = {one.name: one for one in second}
    shared = {one.name for one in first} & named.keys()
    rest = [one for one in second if one.name not in shared]
    for one in first:
        if one.name in shared:
            yield one, named[one.name]
            continue
        other = next((left for left in rest if _GIVEN[left.kind] == _GIVEN[one.kind]), None)
        if other is not None and one.kind != "keyword-only":
            rest.remove(other)
            yield one, other
        else:
            yield one, None
    for left in rest:
        yield None, left


_GIVEN: Final = {
    "positional-only": "position", "positional": "position", "keyword-only": "keyword", "variadic": "*",
    "keywords": "**",
}  # fmt: skip
