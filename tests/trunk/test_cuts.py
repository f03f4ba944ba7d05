"""The cheapest edges to cut, against every other choice of edges."""

import itertools
from collections.abc import Collection

import networkx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from overhaul.importing.cuts import EXACT, feedback_arcs

Edge = tuple[int, int]


def acyclic(edges: Collection[Edge]) -> bool:
    graph: networkx.DiGraph[int] = networkx.DiGraph(list(edges))
    return networkx.is_directed_acyclic_graph(graph)


def cheapest(costs: dict[Edge, int]) -> int:
    """The least cost of edges without which no cycle is left, by trying every set of edges."""
    return min(
        sum(costs[edge] for edge in cut)
        for count in range(len(costs) + 1)
        for cut in itertools.combinations(costs, count)
        if acyclic(costs.keys() - set(cut))
    )


def graphs(nodes: int, edges: int) -> st.SearchStrategy[dict[Edge, int]]:
    """Edges among so many nodes, loops among them, with small costs."""
    ends = st.integers(0, nodes - 1)
    return st.dictionaries(st.tuples(ends, ends), st.integers(1, 5), max_size=edges)


@given(graphs(5, 11))
def test_no_other_choice_of_edges_is_cheaper(costs: dict[Edge, int]) -> None:
    cut, exact = feedback_arcs(range(5), costs)
    assert exact
    assert acyclic(costs.keys() - set(cut))
    assert sum(costs[edge] for edge in cut) == cheapest(costs)


@given(graphs(40, 160))
def test_of_a_large_graph_no_cut_can_be_taken_back(costs: dict[Edge, int]) -> None:
    cut, _ = feedback_arcs(range(40), costs)
    kept = costs.keys() - set(cut)
    assert acyclic(kept)
    assert [edge for edge in cut if acyclic(kept | {edge})] == []


@given(graphs(14, 60))
def test_the_order_in_which_edges_are_given_changes_nothing(costs: dict[Edge, int]) -> None:
    assert feedback_arcs(range(14), costs) == feedback_arcs(range(14), dict(sorted(costs.items(), reverse=True)))


@pytest.mark.parametrize("costs", [
    {},
    {(0, 1): 1, (1, 2): 1, (0, 2): 1},
    {(0, 1): 1, (2, 1): 1, (2, 0): 1, (3, 0): 9},
])  # fmt: skip
def test_a_graph_without_a_cycle_is_left_alone(costs: dict[Edge, int]) -> None:
    assert feedback_arcs(range(4), costs) == ([], True)


def test_a_dear_edge_stays_when_two_cheap_ones_open_the_same_rings() -> None:
    costs = {(0, 1): 5, (1, 2): 2, (2, 0): 5, (1, 3): 2, (3, 0): 5}
    assert feedback_arcs(range(4), costs) == ([(1, 2), (1, 3)], True)


def test_one_edge_that_two_rings_share_is_enough_when_it_costs_less_than_both() -> None:
    costs = {(0, 1): 3, (1, 2): 2, (2, 0): 5, (1, 3): 2, (3, 0): 5}
    assert feedback_arcs(range(4), costs) == ([(0, 1)], True)


def test_an_edge_of_a_node_to_itself_is_always_cut() -> None:
    assert feedback_arcs(range(2), {(0, 0): 100, (0, 1): 1}) == ([(0, 0)], True)


def test_components_are_proven_one_by_one() -> None:
    rings = {(base + i, base + (i + 1) % 3): 1 for base in range(0, 3 * EXACT, 3) for i in range(3)}
    cut, exact = feedback_arcs(range(3 * EXACT), rings)
    assert exact
    assert len(cut) == EXACT


def test_a_ring_larger_than_is_solved_exactly_is_cut_once_and_not_called_proven() -> None:
    ring = {(i, (i + 1) % (EXACT + 1)): 2 for i in range(EXACT + 1)} | {(4, 5): 1}
    assert feedback_arcs(range(EXACT + 1), ring) == ([(4, 5)], False)


def test_the_answer_is_sorted_as_the_nodes_are_given() -> None:
    nodes = ["z", "y", "b", "a"]
    edges = {("a", "b"): 1, ("b", "a"): 9, ("z", "y"): 1, ("y", "z"): 9}
    assert feedback_arcs(nodes, edges) == ([("z", "y"), ("a", "b")], True)
