"""The interface table of two modules: what corresponds, in what it differs, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from overhaul.facts import Parameter
from overhaul.redundancy import Correspondence
from overhaul.repeating.interfaces import Interface, Offer
from overhaul.repeating.matching import Pair

_WIDE: Final = 200
_NAMED: Final = 4
"""So many names are listed before the rest is counted."""


def corresponding(pairs: Sequence[Pair], paths: Mapping[str, str]) -> Iterator[Correspondence]:
    """A row for each pair, classes followed by their methods; `paths` has the file of each module."""
    for pair in pairs:
        for one in (pair, *pair.methods):
            yield Correspondence(
                first=_dotted(one.first), second=_dotted(one.second), unit=one.first.unit,
                similarity=round(one.alike, 2), difference=difference(one.first, one.second),
                first_path=paths[one.first.module], first_line=one.first.line,
                second_path=paths[one.second.module], second_line=one.second.line,
            )  # fmt: skip


def missing(
    first: Interface, second: Interface, pairs: Sequence[Pair], paths: Mapping[str, str]
) -> Iterator[Correspondence]:
    """What one of two modules offers and the other does not: definitions, and methods of classes that correspond."""
    for side, interface in (("first", first), ("second", second)):
        taken: dict[str, Pair] = {_of(pair, side).name: pair for pair in pairs}
        for offer in interface.offers:
            pair = taken.get(offer.name)
            if pair is None:
                yield _alone(offer, side, paths)
                continue
            matched = {_of(one, side).name for one in pair.methods}
            for method in offer.methods:
                if method.name not in matched:
                    yield _alone(method, side, paths)


def constants(
    first: str, second: str, values: tuple[Mapping[str, tuple[int, str]], Mapping[str, tuple[int, str]]],
    paths: Mapping[str, str],
) -> Iterator[Correspondence]:  # fmt: skip
    """Constants of the same name; `values` has line and value of each module's."""
    for name, (line, value) in values[0].items():
        if name in values[1]:
            other_line, other = values[1][name]
            yield Correspondence(
                first=f"{first}.{name}", second=f"{second}.{name}", unit="constant",
                similarity=1.0 if value == other else 0.5,
                difference="" if value == other else _cut(f"value: {value} against {other}"), first_path=paths[first],
                first_line=line, second_path=paths[second], second_line=other_line,
            )  # fmt: skip


def difference(first: Offer, second: Offer) -> str:
    """In which way two definitions differ as a caller sees them; "" for none."""
    return _cut("; ".join(_differences(first, second)))


def _differences(first: Offer, second: Offer) -> Iterator[str]:
    if first.asynchronous != second.asynchronous:
        yield "asynchronous against synchronous" if first.asynchronous else "synchronous against asynchronous"
    if first.decorators != second.decorators:
        yield f"decorators: {_listed(first.decorators)} against {_listed(second.decorators)}"
    if first.unit == "class":
        if first.bases != second.bases:
            yield f"bases: {_listed(first.bases)} against {_listed(second.bases)}"
        yield from _names("fields", [name for name, _ in first.fields], [name for name, _ in second.fields])
    known = {one.name: one for one in second.parameters}
    yield from _names("parameters", [one.name for one in first.parameters], list(known))
    for one in first.parameters:
        other = known.get(one.name)
        if other is not None and _written(one) != _written(other):
            yield f"{_written(one)} against {_written(other)}"
    if first.returns != second.returns:
        yield f"returns {first.returns or 'what is not annotated'} against {second.returns or 'what is not annotated'}"


def _names(what: str, first: Sequence[str], second: Sequence[str]) -> Iterator[str]:
    only = [name for name in first if name not in second], [name for name in second if name not in first]
    if only[0] or only[1]:
        yield f"{what}: {_listed(only[0])} against {_listed(only[1])}"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return (", ".join(names[:_NAMED]) or "none") + more


def _written(one: Parameter) -> str:
    stars = {"variadic": "*", "keywords": "**"}.get(one.kind, "")
    annotation = f": {one.annotation}" if one.annotation else ""
    return f"{stars}{one.name}{annotation}{f' = {one.default}' if one.default else ''}"


def _cut(text: str) -> str:
    return text if len(text) <= _WIDE else f"{text[: _WIDE - 3]}..."


def _dotted(offer: Offer) -> str:
    return f"{offer.module}.{offer.name}"


def _of(pair: Pair, side: str) -> Offer:
    return pair.first if side == "first" else pair.second


def _alone(offer: Offer, side: str, paths: Mapping[str, str]) -> Correspondence:
    name, path = _dotted(offer), paths[offer.module]
    here = side == "first"
    return Correspondence(
        first=name if here else "", second="" if here else name, unit=offer.unit, similarity=0.0, difference="",
        first_path=path if here else "", first_line=offer.line if here else 0, second_path="" if here else path,
        second_line=0 if here else offer.line,
    )  # fmt: skip
