"""A cheapest set of edges without which a graph has no cycle (the weighted feedback arc set).

Exact for small components: the cost of an order of the nodes is the cost of the edges that run backwards in it, and
the best order is found over subsets (Lawler 1964; O(2^n n^2)). Larger ones get an order by the greedy rule of Eades,
Lin and Smyth (1993), then every node is moved to its best place until nothing improves: cheap, not proven.
"""

from collections.abc import Collection, Hashable, Mapping
from typing import Final, TypeVar

from overhaul.components import components

EXACT: Final = 12
"""Largest component solved exactly."""
_ROUNDS: Final = 20
_LARGEST_SIFTED: Final = 600

Node = TypeVar("Node", bound=Hashable)


def feedback_arcs(
    nodes: Collection[Node], edges: Mapping[tuple[Node, Node], int]
) -> tuple[list[tuple[Node, Node]], bool]:
    """The edges to take out, sorted as `nodes` are, and whether they are proven to be cheapest.

    `edges` maps (from, to) to a positive cost; edges of a node to itself are always part of the answer. The result is
    minimal: put any one edge back, and there is a cycle.
    """
    place = {node: number for number, node in enumerate(nodes)}
    arcs = [edge for edge in edges if edge[0] == edge[1]]
    costs = {edge: cost for edge, cost in edges.items() if edge[0] != edge[1]}
    edges_from: dict[Node, list[Node]] = {}
    for one, other in costs:
        edges_from.setdefault(one, []).append(other)
    exact = True
    # An edge between two components closes no cycle: each is solved by itself.
    for component in components(edges_from):
        if len(component) > 1:
            inside = set(component)
            members = sorted(component, key=place.__getitem__)
            exact = exact and len(members) <= EXACT
            within = {edge: cost for edge, cost in costs.items() if edge[0] in inside and edge[1] in inside}
            arcs += _component(members, within)
    return sorted(arcs, key=lambda edge: (place[edge[0]], place[edge[1]])), exact


def _component(nodes: list[Node], edges: Mapping[tuple[Node, Node], int]) -> list[tuple[Node, Node]]:
    place = {node: number for number, node in enumerate(nodes)}
    costs = {(place[one], place[other]): cost for (one, other), cost in edges.items()}
    order = _best_order(len(nodes), costs) if len(nodes) <= EXACT else _good_order(len(nodes), costs)
    rank = {node: number for number, node in enumerate(order)}
    back = [edge for edge in sorted(costs) if rank[edge[0]] > rank[edge[1]]]
    return [(nodes[one], nodes[other]) for one, other in _minimal(len(nodes), costs, back)]


def _best_order(count: int, costs: Mapping[tuple[int, int], int]) -> list[int]:
    """Lawler's dynamic programme: the best order of each subset, as the first part of the whole."""
    into = [[0] * count for _ in range(count)]
    for (one, other), cost in costs.items():
        into[other][one] = cost
    best = [0] * (1 << count)
    last = [0] * (1 << count)
    for subset in range(1, 1 << count):
        lowest = -1
        for node in range(count):
            bit = 1 << node
            if subset & bit:
                # `node` comes last in the subset: what it leads to in there runs backwards.
                rest = subset ^ bit
                cost = best[rest] + sum(into[other][node] for other in range(count) if rest >> other & 1)
                if lowest < 0 or cost < lowest:
                    lowest, last[subset] = cost, node
        best[subset] = lowest
    order: list[int] = []
    subset = (1 << count) - 1
    while subset:
        order.append(last[subset])
        subset ^= 1 << last[subset]
    return order[::-1]


def _good_order(count: int, costs: Mapping[tuple[int, int], int]) -> list[int]:
    out: list[dict[int, int]] = [{} for _ in range(count)]
    into: list[dict[int, int]] = [{} for _ in range(count)]
    for (one, other), cost in costs.items():
        out[one][other] = cost
        into[other][one] = cost
    order = _greedy(count, out, into)
    return _sifted(order, out, into) if count <= _LARGEST_SIFTED else order


def _greedy(count: int, out: list[dict[int, int]], into: list[dict[int, int]]) -> list[int]:
    """Sinks to the end, sources to the front, else the node that gives most more than it takes."""
    left = set(range(count))
    gives = [sum(out[node].values()) for node in range(count)]
    takes = [sum(into[node].values()) for node in range(count)]
    front: list[int] = []
    end: list[int] = []

    def take(node: int) -> None:
        left.discard(node)
        for other, cost in out[node].items():
            takes[other] -= cost
        for other, cost in into[node].items():
            gives[other] -= cost

    while left:
        sinks = [node for node in sorted(left) if not gives[node]]
        sources = [node for node in sorted(left) if not takes[node] and gives[node]]
        if sinks:
            for node in sinks:
                take(node)
                end.append(node)
        elif sources:
            for node in sources:
                take(node)
                front.append(node)
        else:
            node = max(left, key=lambda one: (gives[one] - takes[one], -one))
            take(node)
            front.append(node)
    return front + end[::-1]


def _sifted(order: list[int], out: list[dict[int, int]], into: list[dict[int, int]]) -> list[int]:
    """Move each node to where the fewest edges run backwards, until a round brings nothing."""
    for _ in range(_ROUNDS):
        better = False
        for node in range(len(order)):
            rank = {other: place for place, other in enumerate(order)}
            here = rank[node]
            # Where the cost of the node's own edges changes when it steps to the right past a neighbour.
            gains = sorted(
                [(rank[other], cost) for other, cost in out[node].items()]
                + [(rank[other], -cost) for other, cost in into[node].items()]
            )
            cost = sum(into[node].values())
            now = cost + sum(gain for place, gain in gains if place < here)
            best, where = cost, 0
            for place, gain in gains:
                cost += gain
                if cost < best:
                    best, where = cost, place + 1
            if best < now:
                order.pop(here)
                order.insert(where - (where > here), node)
                better = True
        if not better:
            break
    return order


def _minimal(
    count: int, costs: Mapping[tuple[int, int], int], back: list[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Put back every edge that closes no cycle, the dearest first."""
    kept: list[list[int]] = [[] for _ in range(count)]
    removed = set(back)
    for edge in costs:
        if edge not in removed:
            kept[edge[0]].append(edge[1])
    cut: list[tuple[int, int]] = []
    for edge in sorted(back, key=lambda edge: (-costs[edge], edge)):
        if _reaches(kept, edge[1], edge[0]):
            cut.append(edge)
        else:
            kept[edge[0]].append(edge[1])
    return sorted(cut)


def _reaches(kept: list[list[int]], start: int, goal: int) -> bool:
    seen = {start}
    todo = [start]
    while todo:
        node = todo.pop()
        if node == goal:
            return True
        for other in kept[node]:
            if other not in seen:
                seen.add(other)
                todo.append(other)
    return False
