"""Tiers, rings and orders of construction among components that hold each other."""

from __future__ import annotations

from collections.abc import Mapping

from overhaul.lazy import networkx
from overhaul.wiring.portraits import Key


def tiers(depends: Mapping[Key, frozenset[Key]]) -> dict[Key, int | None]:
    """The longest chain of components below each: 0 for one that depends on no other; None in and above a ring.

    The longest path to a sink of the graph of dependencies (edges from the one that holds to the one that is held).
    """
    graph: networkx.DiGraph[Key] = networkx.DiGraph()
    graph.add_nodes_from(depends)
    graph.add_edges_from((holder, held) for holder, several in depends.items() for held in several if held in depends)
    found: dict[Key, int | None] = {}
    for component in networkx.strongly_connected_components(graph):
        # Tarjan's order: what a component depends on comes before it.
        (first, *others) = component
        if others or graph.has_edge(first, first):
            found.update(dict.fromkeys(component))
            continue
        below = [found[held] for held in graph.successors(first)]
        known = [one for one in below if one is not None]
        found[first] = None if len(known) < len(below) else max(known, default=-1) + 1
    return found


def rings(depends: Mapping[Key, frozenset[Key]]) -> list[tuple[Key, ...]]:
    """Components that depend on each other in a ring, each ring sorted, the rings sorted."""
    graph: networkx.DiGraph[Key] = networkx.DiGraph()
    graph.add_nodes_from(depends)
    graph.add_edges_from((holder, held) for holder, several in depends.items() for held in several if held in depends)
    return sorted(
        tuple(sorted(component)) for component in networkx.strongly_connected_components(graph)
        if len(component) > 1
    )  # fmt: skip
