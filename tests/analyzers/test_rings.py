"""Rings: strongly connected components, and what their effect depends on."""

import networkx
from hypothesis import given, settings
from hypothesis import strategies as st

from overhaul.facts import Import, Ring
from overhaul.leaves import load_leaves
from overhaul.testing import table

EDGES = st.sets(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=30)


def edge(one: int, other: int, implicit: bool = False) -> Import:
    return Import(
        importer=f"m{one}", imported=f"m{other}", kind="module", implicit=implicit, names=(), path="m.py", line=1
    )


def rings(imports: list[Import]) -> list[Ring]:
    return list(load_leaves().analyzers["rings"].function(imports=imports))


@settings(deadline=None)
@given(EDGES)
def test_rings_are_the_strongly_connected_components_of_networkx(edges: set[tuple[int, int]]) -> None:
    graph: networkx.DiGraph[str] = networkx.DiGraph()
    graph.add_edges_from((f"m{one}", f"m{other}") for one, other in edges)
    expected = {
        tuple(sorted(members))
        for members in networkx.strongly_connected_components(graph)
        if len(members) > 1 or any(graph.has_edge(one, one) for one in members)
    }
    assert {ring.modules for ring in rings([edge(*one) for one in sorted(edges)])} == expected


def test_an_implicit_import_closes_no_ring_but_leads_into_one() -> None:
    imports = [edge(1, 2), edge(2, 1), edge(3, 1, implicit=True), edge(1, 3, implicit=True), edge(4, 3)]
    (ring,) = rings(imports)
    assert ring.modules == ("m1", "m2")
    assert ring.leading == ("m3", "m4")
    assert ring.fan_in == 1


def test_a_chain_is_no_ring() -> None:
    assert rings([edge(1, 2), edge(2, 3), edge(1, 3)]) == []


def test_a_ring_has_every_import_among_its_modules() -> None:
    files = {"a.py": "import b\n", "b.py": "import a\nfrom a import x\nimport c\n", "c.py": ""}
    (ring,) = table("rings", files)
    assert isinstance(ring, Ring)
    assert [(row.importer, row.line) for row in ring.imports] == [("a", 1), ("b", 1), ("b", 2)]
