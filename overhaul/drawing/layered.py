"""Directed graphs drawn in layers: where the nodes stand, and which way the links go.

The method is that of Sugiyama, Tagawa and Toda (1981): links are turned until there is no cycle, nodes are put in
layers by the longest path, links over several layers get a bend in each, the order within the layers is improved by
barycentres, and then the nodes are moved towards their neighbours. For the last step, each layer in turn takes the
places that are best by least squares among those that keep the order and the distances: isotonic regression, by pooling
adjacent violators. The same graph gives the same picture.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

import msgspec

from overhaul.drawing.ordering import arranged, pooled

GAP: Final = 18.0
"""Between two nodes of one layer."""
BEND: Final = 12.0
"""Between two links, or a link and a node, in one layer."""
BETWEEN: Final = 40.0
"""Between two layers."""
_ROUNDS: Final = 5


class Node(msgspec.Struct, frozen=True):
    """A box to be placed; lengths are pixels."""

    name: str
    width: float
    height: float
    loop: float = 0.0
    """Room that is kept free at its right side, or below it where layers are columns."""
    layer: int | None = None
    """Where it must stand; given for all nodes or for none."""


class Link(msgspec.Struct, frozen=True):
    """A line from one box to another."""

    source: str
    target: str
    label: tuple[float, float] = (0.0, 0.0)
    """Width and height of the text at the line; zero for none."""
    against: bool = False
    """Goes against the direction of the layers where that can be."""


class Spot(msgspec.Struct, frozen=True):
    """The upper left corner of a box."""

    x: float
    y: float


class Route(msgspec.Struct, frozen=True):
    """The way of a line, from its source to its target."""

    points: tuple[tuple[float, float], ...]
    """An even number of corners; the line is straight from the second to the third, the fourth to the fifth ..., and
    curved in the other parts, which begin and end in the direction of the layers."""
    label: Spot | None
    """The upper left corner of its text."""


class Layout(msgspec.Struct, frozen=True):
    """Where everything stands: within (0, 0) and (width, height)."""

    width: float
    height: float
    nodes: Mapping[str, Spot]
    routes: tuple[Route, ...]
    """One for each link, in their order; without points for a link from a node to itself."""
    layers: tuple[tuple[float, float], ...]
    """Where each layer begins and ends, in the direction of the layers; those of bends alone are among them."""
    numbers: Mapping[str, int]
    """The layer of each node, as an index of `layers`."""


class _Vertex(msgspec.Struct):
    """A node, or the bend of a link; `across` is the axis within a layer, `along` the one from layer to layer."""

    before: float
    """What it needs on either side of its centre, across."""
    after: float
    thick: float
    bend: bool
    at: float = 0.0


def layered(nodes: Sequence[Node], links: Sequence[Link], *, columns: bool = False) -> Layout:
    """Place the nodes in rows from top to bottom, or in `columns` from left to right, and route the links.

    Names are unique; links between unknown nodes are an error (KeyError). Nodes come in the order given where nothing
    speaks against it.
    """
    order = {node.name: number for number, node in enumerate(nodes)}
    real = [(order[link.source], order[link.target]) for link in links]
    turned = _turned(len(nodes), links, real, [node.layer for node in nodes])
    ways = [(b, a) if turned[number] else (a, b) for number, (a, b) in enumerate(real)]
    if any(node.layer is not None for node in nodes):
        layers = [node.layer or 0 for node in nodes]
    else:
        layers = _layers(len(nodes), [way for way in ways if way[0] != way[1]])
    both = {way for way in real if way[0] != way[1]}
    spread = any(link.label[0] for link in links) or any((b, a) in both for a, b in both)
    if spread:
        layers = [2 * layer for layer in layers]
    vertices, chains, members = _bent(nodes, links, ways, layers, columns)
    count = max(members, default=-1) + 1
    rows = [members[number] for number in range(count)]
    edges = [(a, b) for chain in chains for a, b in pairwise(chain)]
    rows = arranged(rows, edges)
    _placed(rows, edges, vertices)
    _straightened(rows, chains, vertices)
    return _laid(nodes, links, ways, chains, turned, rows, vertices, columns)


def _turned(
    count: int, links: Sequence[Link], ends: Sequence[tuple[int, int]], fixed: Sequence[int | None]
) -> list[bool]:
    """Which links are turned round, so that none goes against the layers."""
    if any(layer is not None for layer in fixed):
        return [(fixed[a] or 0) > (fixed[b] or 0) for a, b in ends]
    turned = [False] * len(links)
    below: defaultdict[int, list[int]] = defaultdict(list)
    for number, (a, _) in enumerate(ends):
        below[a].append(number)
    # Those that shall go against the grain are looked at last: they are turned when they close a cycle.
    for several in below.values():
        several.sort(key=lambda number: links[number].against)
    state = [0] * count
    entered = {b for number, (a, b) in enumerate(ends) if a != b and not links[number].against}
    for start in [*(n for n in range(count) if n not in entered), *range(count)]:
        if state[start]:
            continue
        state[start] = 1
        path = [(start, iter(below[start]))]
        while path:
            node, rest = path[-1]
            link = next(rest, None)
            if link is None:
                state[node] = 2
                path.pop()
                continue
            target = ends[link][1]
            if state[target] == 1 and target != node:
                turned[link] = True
            elif not state[target]:
                if links[link].against:
                    continue
                state[target] = 1
                path.append((target, iter(below[target])))
    return _against_last(count, links, ends, turned)


def _against_last(
    count: int, links: Sequence[Link], ends: Sequence[tuple[int, int]], turned: list[bool]
) -> list[bool]:
    """Decide on the links that shall go against the grain: turned, unless that would close a cycle."""
    below: defaultdict[int, set[int]] = defaultdict(set)
    for number, (a, b) in enumerate(ends):
        if not links[number].against and a != b:
            below[b if turned[number] else a].add(a if turned[number] else b)
    for number, (a, b) in enumerate(ends):
        if links[number].against and a != b:
            turned[number] = not _reaches(below, a, b)
            below[b if turned[number] else a].add(a if turned[number] else b)
    return turned


def _reaches(below: Mapping[int, set[int]], start: int, goal: int) -> bool:
    seen = {start}
    todo = [start]
    while todo:
        for other in below.get(todo.pop(), ()):
            if other == goal:
                return True
            if other not in seen:
                seen.add(other)
                todo.append(other)
    return False


def _layers(count: int, ways: Sequence[tuple[int, int]]) -> list[int]:
    """The longest path from a node without predecessors; those without any are moved next to their successors."""
    above: defaultdict[int, list[int]] = defaultdict(list)
    below: defaultdict[int, list[int]] = defaultdict(list)
    for a, b in ways:
        above[b].append(a)
        below[a].append(b)
    missing = [len(above[node]) for node in range(count)]
    ready = [node for node in range(count) if not missing[node]]
    layers = [0] * count
    for node in ready:
        for other in below[node]:
            layers[other] = max(layers[other], layers[node] + 1)
            missing[other] -= 1
            if not missing[other]:
                ready.append(other)
    for node in reversed(ready):
        if not above[node] and below[node]:
            layers[node] = min(layers[other] for other in below[node]) - 1
    return layers


def _bent(
    nodes: Sequence[Node], links: Sequence[Link], ways: Sequence[tuple[int, int]], layers: Sequence[int], columns: bool
) -> tuple[list[_Vertex], list[list[int]], defaultdict[int, list[int]]]:
    """The vertices, the way of each link through them, and who stands in which layer.

    A link within one layer has no way through others: its chain is empty, like that of a link to its own node.
    """
    vertices = [
        _Vertex(node.height / 2, node.height / 2 + node.loop, node.width, False) if columns
        else _Vertex(node.width / 2, node.width / 2 + node.loop, node.height, False)
        for node in nodes
    ]  # fmt: skip
    members: defaultdict[int, list[int]] = defaultdict(list)
    for number, layer in enumerate(layers):
        members[layer].append(number)
    chains: list[list[int]] = []
    for link, (a, b) in zip(links, ways, strict=True):
        if layers[a] >= layers[b]:
            chains.append([])
            continue
        chain = [a]
        middle = (layers[a] + layers[b]) // 2
        for layer in range(layers[a] + 1, layers[b]):
            wide, tall = link.label if layer == middle else (0.0, 0.0)
            size, thick = (tall, wide) if columns else (wide, tall)
            chain.append(len(vertices))
            members[layer].append(len(vertices))
            vertices.append(_Vertex(2.0, size + 4.0 if size else 2.0, thick, True))
        chains.append([*chain, b])
    return vertices, chains, members


def _placed(rows: Sequence[Sequence[int]], edges: Sequence[tuple[int, int]], vertices: Sequence[_Vertex]) -> None:
    """Give each vertex its place across, near its neighbours and clear of those beside it."""
    above: defaultdict[int, list[tuple[int, float]]] = defaultdict(list)
    below: defaultdict[int, list[tuple[int, float]]] = defaultdict(list)
    for a, b in edges:
        # Long links shall be straight more than short ones (Gansner and others, 1993).
        weight = (1.0, 2.0, 8.0)[vertices[a].bend + vertices[b].bend]
        above[b].append((a, weight))
        below[a].append((b, weight))
    needs = [[_distance(vertices[a], vertices[b]) for a, b in pairwise(row)] for row in rows]
    for row, need in zip(rows, needs, strict=True):
        at = 0.0
        for number, vertex in enumerate(row):
            at += need[number - 1] if number else 0.0
            vertices[vertex].at = at
    downward = list(range(len(rows)))
    upward = downward[::-1]
    first = [(downward, (above,)), (upward, (below,))]
    then = [(downward, (above, below)), (upward, (above, below))]
    for order, sides in (*first * _ROUNDS, *then * _ROUNDS):
        for number in order:
            wanted: list[float] = []
            weights: list[float] = []
            for vertex in rows[number]:
                near = [pair for side in sides for pair in side.get(vertex, ())]
                total = sum(weight for _, weight in near)
                middle = sum(vertices[one].at * weight for one, weight in near) / total if near else vertices[vertex].at
                wanted.append(middle)
                weights.append(total or 0.1)
            for vertex, at in zip(rows[number], pooled(wanted, weights, needs[number]), strict=True):
                vertices[vertex].at = at


def _straightened(rows: Sequence[Sequence[int]], chains: Sequence[Sequence[int]], vertices: Sequence[_Vertex]) -> None:
    """Bring as many bends of a link in a row to one place as the room between their neighbours allows."""
    beside: dict[int, tuple[int | None, int | None]] = {}
    for row in rows:
        for left, vertex, right in zip([None, *row], row, [*row[1:], None], strict=False):
            beside[vertex] = left, right

    def room(vertex: int) -> tuple[float, float]:
        left, right = beside[vertex]
        one = vertices[vertex]
        low = -math.inf if left is None else vertices[left].at + _distance(vertices[left], one)
        high = math.inf if right is None else vertices[right].at - _distance(one, vertices[right])
        return low, high

    for chain in [*chains, *chains]:
        run: list[int] = []
        low, high = -math.inf, math.inf
        for vertex in chain[1:-1]:
            least, most = room(vertex)
            if max(low, least) > min(high, most):
                _aligned(run, low, high, vertices)
                run, low, high = [], -math.inf, math.inf
            run.append(vertex)
            low, high = max(low, least), min(high, most)
        _aligned(run, low, high, vertices)


def _aligned(run: Sequence[int], low: float, high: float, vertices: Sequence[_Vertex]) -> None:
    """Bring these bends to one place between `low` and `high`, the one nearest to where they are."""
    if run:
        middle = sum(vertices[one].at for one in run) / len(run)
        for one in run:
            vertices[one].at = min(max(middle, low), high)


def _distance(one: _Vertex, other: _Vertex) -> float:
    return one.after + other.before + (BEND if one.bend or other.bend else GAP)


def _laid(
    nodes: Sequence[Node], links: Sequence[Link], ways: Sequence[tuple[int, int]], chains: Sequence[Sequence[int]],
    turned: Sequence[bool], rows: Sequence[Sequence[int]], vertices: Sequence[_Vertex], columns: bool,
) -> Layout:  # fmt: skip
    """Places along, and everything in the picture's own numbers."""
    left = min((one.at - one.before for one in vertices), default=0.0)
    for one in vertices:
        one.at -= left
    begins: list[float] = []
    ends: list[float] = []
    at = 0.0
    for row in rows:
        begins.append(at)
        ends.append(at + max((vertices[vertex].thick for vertex in row), default=0.0))
        only_bends = all(vertices[vertex].bend for vertex in row)
        # Links that go far sideways need room to turn.
        at = ends[-1] + (BETWEEN / 2 if only_bends else BETWEEN)
    layer_of = {vertex: number for number, row in enumerate(rows) for vertex in row}
    ports = _ports(chains, vertices, layer_of)

    def spot(across: float, along: float) -> tuple[float, float]:
        return (along, across) if columns else (across, along)

    routes: list[Route] = []
    deepest = ends[-1] if ends else 0.0
    for number, chain in enumerate(chains):
        label: Spot | None = None
        if not chain:
            route = _beside(ways[number], vertices, layer_of, begins, ends)
            deepest = max([deepest, *(along for _, along in route)])
            points = [spot(*point) for point in route]
            routes.append(Route(tuple(points[::-1] if turned[number] else points), label))
            continue
        first, last = chain[0], chain[-1]
        start = begins[layer_of[first]] + vertices[first].thick
        line = [(ports[number][0], start)]
        edge = ends[layer_of[first]]
        if edge > start:
            line += [(ports[number][0], start), (ports[number][0], edge)]
        middle = (layer_of[first] + layer_of[last]) // 2
        for vertex in chain[1:-1]:
            layer = layer_of[vertex]
            line += [(vertices[vertex].at, begins[layer]), (vertices[vertex].at, ends[layer])]
            if layer == middle and links[number].label[0]:
                x, y = spot(vertices[vertex].at, begins[layer])
                label = Spot(x, y + 4) if columns else Spot(x + 4, y)
        line.append((ports[number][1], begins[layer_of[last]]))
        points = [spot(*point) for point in line]
        routes.append(Route(tuple(points[::-1] if turned[number] else points), label))
    width, height = spot(max((one.at + one.after for one in vertices), default=0.0), deepest)
    return Layout(
        width, height,
        {
            node.name: Spot(*spot(vertices[number].at - vertices[number].before, begins[layer_of[number]]))
            for number, node in enumerate(nodes)
        },
        tuple(routes), tuple(zip(begins, ends, strict=True)),
        {node.name: layer_of[number] for number, node in enumerate(nodes)},
    )  # fmt: skip


def _ports(
    chains: Sequence[Sequence[int]], vertices: Sequence[_Vertex], layer_of: Mapping[int, int]
) -> dict[int, tuple[float, float]]:
    """Where each link leaves its upper node and reaches its lower one: spread over the side, in order."""
    leaving: defaultdict[int, list[tuple[float, int]]] = defaultdict(list)
    reaching: defaultdict[int, list[tuple[float, int]]] = defaultdict(list)
    for number, chain in enumerate(chains):
        if chain:
            leaving[chain[0]].append((vertices[chain[1]].at, number))
            reaching[chain[-1]].append((vertices[chain[-2]].at, number))
    found: dict[int, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for side, table in enumerate((leaving, reaching)):
        for vertex, several in table.items():
            half = vertices[vertex].before * 0.76
            step = min(2 * half / (len(several) - 1), 16.0) if len(several) > 1 else 0.0
            for place, (_, number) in enumerate(sorted(several)):
                found[number][side] = vertices[vertex].at + (place - (len(several) - 1) / 2) * step
    return {number: (pair[0], pair[1]) for number, pair in found.items()}


def _beside(
    way: tuple[int, int], vertices: Sequence[_Vertex], layer_of: Mapping[int, int], begins: Sequence[float],
    ends: Sequence[float],
) -> list[tuple[float, float]]:  # fmt: skip
    """A link between nodes of one layer goes round below them; one from a node to itself has no way."""
    a, b = way
    if a == b:
        return []
    along = begins[layer_of[a]] + vertices[a].thick
    other = begins[layer_of[b]] + vertices[b].thick
    deep = ends[layer_of[a]] + BETWEEN * 0.4
    return [(vertices[a].at, along), (vertices[a].at, deep), (vertices[b].at, deep), (vertices[b].at, other)]
