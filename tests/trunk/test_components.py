"""Strongly connected components, against networkx."""

import networkx
from hypothesis import given
from hypothesis import strategies as st

from overhaul.components import components, in_rings

_GRAPHS = st.dictionaries(st.integers(0, 9), st.lists(st.integers(0, 9), max_size=4), max_size=10)


def _graph(edges: dict[int, list[int]]) -> "networkx.DiGraph[int]":
    graph: networkx.DiGraph[int] = networkx.DiGraph()
    graph.add_nodes_from(edges)
    graph.add_edges_from((one, other) for one, others in edges.items() for other in others)
    return graph


@given(_GRAPHS)
def test_components_are_those_of_networkx(edges: dict[int, list[int]]) -> None:
    assert sorted(sorted(members) for members in components(edges)) == sorted(
        sorted(members) for members in networkx.strongly_connected_components(_graph(edges))
    )


@given(_GRAPHS)
def test_what_a_component_leads_to_comes_before_it(edges: dict[int, list[int]]) -> None:
    place = {node: number for number, members in enumerate(components(edges)) for node in members}
    assert all(place[other] <= place[one] for one, others in edges.items() for other in others)


@given(_GRAPHS)
def test_a_graph_has_rings_unless_it_can_be_sorted(edges: dict[int, list[int]]) -> None:
    assert in_rings(edges) is not networkx.is_directed_acyclic_graph(_graph(edges))


def test_a_chain_as_long_as_a_large_project_is_no_matter_of_recursion() -> None:
    assert len(list(components({number: [number + 1] for number in range(50_000)}))) == 50_001
