"""Chains of imports by which one package reaches another, the shortest ones."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterator, Mapping

from overhaul.architecture.graph import Graph

Steps = dict[str, str]
"""Module -> the one that it imports on its shortest way to a target."""


def ways_to(graph: Graph, targets: Collection[str], passable: Callable[[str], bool]) -> Steps:
    """Each module that reaches one of the targets by way of modules that are passable, with its first step.

    The modules that are found are passable themselves. A module has the first step, in the order of names, of those
    that lie on a shortest way.
    """
    importers = graph.importers
    inside = targets if isinstance(targets, set | frozenset) else frozenset(targets)
    steps: Steps = {}
    front = sorted(inside)
    while front:
        found: Steps = {}
        for imported in front:
            for importer in importers.get(imported, ()):
                if importer not in steps and importer not in inside and importer not in found and passable(importer):
                    found[importer] = imported
        steps |= found
        front = sorted(found)
    return steps


def within_reach(graph: Graph, sources: Collection[str]) -> set[str]:
    """All modules that the sources import, directly or by way of others; the sources themselves are left out."""
    found: set[str] = set()
    rest = list(sources)
    while rest:
        for imported in graph.edges.get(rest.pop(), ()):
            if imported not in found and imported not in sources:
                found.add(imported)
                rest.append(imported)
    return found


def way(steps: Mapping[str, str], start: str) -> list[str]:
    """The modules from one that has a way to the target at its end."""
    modules = [start]
    while modules[-1] in steps:
        modules.append(steps[modules[-1]])
    return modules


def first_ways(
    graph: Graph, sources: Collection[str], targets: Container[str], steps: Mapping[str, str]
) -> Iterator[list[str]]:
    """For each source, in the order of names: its direct imports of targets, then its shortest way by others, if any.

    `steps` are the ways to the targets by modules that are neither.
    """
    lengths: dict[str, int] = {}
    for source in sorted(sources):
        others: list[tuple[int, str]] = []
        for imported in sorted(graph.edges.get(source, ())):
            if imported in targets:
                yield [source, imported]
            elif imported in steps:
                length = lengths.get(imported)
                if length is None:
                    length = lengths[imported] = len(way(steps, imported))
                others.append((length, imported))
        if others:
            yield [source, *way(steps, min(others)[1])]
