"""Tiers, rings and orders of construction among components that hold each other."""

from __future__ import annotations

from collections.abc import Mapping

from overhaul.components import components
from overhaul.wiring.portraits import Key


def tiers(depends: Mapping[Key, frozenset[Key]]) -> dict[Key, int | None]:
    """The longest chain of components below each: 0 for one that depends on no other; None in and above a ring.

    The longest path to a sink of the graph of dependencies (edges from the one that holds to the one that is held).
    """
    edges = _inside(depends)
    found: dict[Key, int | None] = {}
    for component in components(edges):
        # What a component depends on comes before it.
        (first, *others) = component
        if others or first in edges[first]:
            found.update(dict.fromkeys(component))
            continue
        below = [found[held] for held in edges[first]]
        known = [one for one in below if one is not None]
        found[first] = None if len(known) < len(below) else max(known, default=-1) + 1
    return found


def rings(depends: Mapping[Key, frozenset[Key]]) -> list[tuple[Key, ...]]:
    """Components that depend on each other in a ring, each ring sorted, the rings sorted."""
    return sorted(tuple(sorted(component)) for component in components(_inside(depends)) if len(component) > 1)


def _inside(depends: Mapping[Key, frozenset[Key]]) -> dict[Key, list[Key]]:
    return {holder: [held for held in several if held in depends] for holder, several in depends.items()}
