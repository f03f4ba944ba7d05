"""Rings of the import graph."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from overhaul.facts import Import, Ring
from overhaul.lazy import networkx
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
    components = _components(outward)
    member_of = {module: number for number, members in enumerate(components) for module in members}
    inside: defaultdict[int, list[Import]] = defaultdict(list)
    for row in imports:
        number = member_of.get(row.importer)
        if number is not None and not row.implicit and member_of.get(row.imported) == number:
            inside[number].append(row)
    for number, members in enumerate(components):
        around = {importer for module in members for importer in importers[module]} - set(members)
        leading = _leading_to(members, importers) if around else set[str]()
        yield Ring(
            modules=tuple(members), imports=tuple(inside[number]), leading=tuple(sorted(leading)), fan_in=len(around)
        )


def _components(outward: Mapping[str, Collection[str]]) -> list[list[str]]:
    core = _core(outward)
    if not core:
        return []
    graph: networkx.DiGraph[str] = networkx.DiGraph()
    graph.add_edges_from((one, other) for one, others in core.items() for other in sorted(others))
    return sorted(
        sorted(members)
        for members in networkx.strongly_connected_components(graph)
        if len(members) > 1 or any(graph.has_edge(one, one) for one in members)
    )


def _core(outward: Mapping[str, Collection[str]]) -> dict[str, set[str]]:
    """The modules that can stand in a ring, with what they import of each other.

    Those without imports are taken away, again and again, then those that nobody imports: little is left.
    """
    edges = {one: set(others) for one, others in outward.items()}
    for _ in range(2):
        left = {one: len(others) for one, others in edges.items()}
        reverse: defaultdict[str, list[str]] = defaultdict(list)
        for one, others in edges.items():
            for other in others:
                reverse[other].append(one)
        todo = [other for other in reverse if not left.get(other)]
        gone = set(todo)
        while todo:
            for one in reverse[todo.pop()]:
                left[one] -= 1
                if not left[one] and one not in gone:
                    gone.add(one)
                    todo.append(one)
        kept: defaultdict[str, set[str]] = defaultdict(set)
        for one, others in edges.items():
            for other in others:
                if one not in gone and other not in gone:
                    kept[other].add(one)
        # The second time the arrows point the other way, and are turned back by it.
        edges = dict(kept)
    return edges


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
