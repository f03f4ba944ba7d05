"""Rings of the import graph."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from overhaul.components import components
from overhaul.facts import Import, Ring
from overhaul.leaves import Analyzer


@Analyzer
def rings(imports: Sequence[Import]) -> Iterator[Ring]:
    """Strongly connected components of the explicit imports, with what their effect depends on.

    A table of its own, so that the effects need not be told again when only other imports have changed.
    """
    outward: defaultdict[str, set[str]] = defaultdict(set)
    importers: defaultdict[str, set[str]] = defaultdict(set)
    for row in imports:
        importers[row.imported].add(row.importer)
        if not row.implicit:
            outward[row.importer].add(row.imported)
    found = _components(outward)
    member_of = {module: number for number, members in enumerate(found) for module in members}
    inside: defaultdict[int, list[Import]] = defaultdict(list)
    for row in imports:
        number = member_of.get(row.importer)
        if number is not None and not row.implicit and member_of.get(row.imported) == number:
            inside[number].append(row)
    for number, members in enumerate(found):
        around = {importer for module in members for importer in importers[module]} - set(members)
        leading = _leading_to(members, importers) if around else set[str]()
        yield Ring(
            modules=tuple(members), imports=tuple(inside[number]), leading=tuple(sorted(leading)), fan_in=len(around)
        )


def _components(outward: Mapping[str, Collection[str]]) -> list[list[str]]:
    return sorted(
        sorted(members)
        for members in components(outward)
        if len(members) > 1 or members[0] in outward.get(members[0], ())
    )


def _leading_to(members: Collection[str], importers: Mapping[str, Collection[str]]) -> set[str]:
    """Every module outside whose import can lead to one of the members."""
    seen = set(members)
    todo = list(members)
    while todo:
        for importer in importers.get(todo.pop(), ()):
            if importer not in seen:
                seen.add(importer)
                todo.append(importer)
    return seen - set(members)
