"""What we say of a contract is what import-linter says, on graphs of all shapes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import grimp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from importlinter import configuration
from importlinter.contracts.acyclic_siblings import AcyclicSiblingsContract
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.independence import IndependenceContract
from importlinter.contracts.layers import LayersContract
from importlinter.contracts.protected import ProtectedContract

from overhaul.architecture.graph import Imports
from overhaul.architecture.judging import judged
from overhaul.architecture.rows import ContractBreach
from overhaul.contracting.foreign import adopted
from overhaul.contracts import Contract, Layers
from overhaul.facts import Facts, Import, ImportStatement
from overhaul.layout import Layout, Place

Edges = frozenset[tuple[str, str]]
Pairs = set[tuple[str, str]]

MODULES = (
    "p", "p.a", "p.a.x", "p.a.y", "p.a.y.z", "p.b", "p.b.x", "p.b.y", "p.c", "p.c.x", "p.d", "p.e", "p.e.x", "p.f",
    "p.g",
)  # fmt: skip
NAMES = st.sampled_from(MODULES)
EDGES: st.SearchStrategy[Edges] = st.frozensets(
    st.tuples(NAMES, NAMES).filter(lambda edge: edge[0] != edge[1]), max_size=25
)
IGNORED = st.lists(
    st.sampled_from(["p.a.x -> p.b", "p.a.* -> p.c", "p.** -> p.d", "p.f -> **", "p.*.x -> p.**.y", "p.g -> p.f"]),
    max_size=2, unique=True,
)  # fmt: skip


def ours(edges: Edges, contracts: tuple[Contract, ...]) -> list[ContractBreach]:
    modules = {name: Place(name, f"{name.replace('.', '/')}.py", name.count(".") < 2, ".") for name in MODULES}
    layout = cast(Layout, SimpleNamespace(modules=modules))
    rows = [
        Import(importer=one, imported=other, kind="module", implicit=False, names=(), path=modules[one].path, line=1)
        for one, other in sorted(edges)
    ]
    nothing = cast("Facts[ImportStatement]", SimpleNamespace(items=lambda: iter(())))
    return list(judged(contracts, Imports(layout, rows, nothing)))


def theirs(kind: type[Any], edges: Edges, options: dict[str, Any]) -> dict[str, Any]:
    """The metadata of a check; also checks that `kept` says the same."""
    graph = grimp.ImportGraph()
    for name in MODULES:
        graph.add_module(name)
    for one, other in edges:
        graph.add_import(importer=one, imported=other, line_number=1, line_contents="")
    configuration.configure()
    contract = kind(
        name="it", session_options={"root_packages": ["p"]},
        contract_options={"unmatched_ignore_imports_alerting": "none", **options},
    )  # fmt: skip
    check = contract.check(graph, verbose=False)
    return {"kept": check.kept, **check.metadata}


def read(tmp_path_factory: pytest.TempPathFactory, kind: str, options: dict[str, Any]) -> tuple[Contract, ...]:
    """The contract as our reader makes it of the settings of import-linter."""
    folder = tmp_path_factory.mktemp("settings")
    lines = ["[importlinter]", "root_package = p", "[importlinter:contract:it]", "name = it", f"type = {kind}"]
    lines.append("unmatched_ignore_imports_alerting = none")
    for key, value in options.items():
        lines.append(f"{key} =" if isinstance(value, list) else f"{key} = {value}")
        lines += [f"    {one}" for one in cast("list[str]", value)] if isinstance(value, list) else []
    (folder / ".importlinter").write_text("\n".join(lines), encoding="utf-8")
    contracts, misread = adopted([folder], ["import-linter"], (), folder)
    assert not misread
    assert len(contracts) == 1
    return contracts


def pairs(rows: list[ContractBreach]) -> Pairs:
    assert all(row.breach != "stale_contract" for row in rows)
    return {
        (member, row.between[1])
        for row in rows if row.between[0]
        for member in row.members or row.between[:1]
    }  # fmt: skip


LAYERS = st.sampled_from(
    [
        ["a", "b", "c"], ["a", "b | c", "d"], ["a : b", "c : d : e"], ["(zork)", "c", "a | (zirk)"],
        ["a.x", "a.y", "b"], ["f", "e", "d | c | b | a"], ["g"],
    ]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(edges=EDGES, layers=LAYERS, ignored=IGNORED, exhaustive=st.booleans())
def test_layers_are_broken_between_the_same_packages(
    edges: Edges, layers: list[str], ignored: list[str], exhaustive: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    options: dict[str, Any] = {"layers": layers, "containers": ["p"], "exhaustive": str(exhaustive)}
    options |= {"ignore_imports": ignored} if ignored else {}
    found = ours(edges, read(tmp_path_factory, "layers", options))
    expected = theirs(LayersContract, edges, options)
    assert pairs(found) == {(one["importer"], one["imported"]) for one in expected["invalid_dependencies"]}
    unlisted = {row.importer for row in found if not row.chain}
    # Where a layer is named `a.x`, import-linter does not take `a` to be listed; nor `x`.
    if not any("." in layer for layer in layers):
        assert unlisted == expected["undeclared_modules"]
        assert (not found) is expected["kept"]


@settings(max_examples=150, deadline=None)
@given(edges=EDGES, inner=st.sampled_from([["x", "y"], ["(y)", "x"]]))
def test_layers_in_several_containers_are_broken_in_the_same(
    edges: Edges, inner: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    options: dict[str, Any] = {"layers": inner, "containers": ["p.a", "p.b"]}
    expected = theirs(LayersContract, edges, options)
    found = pairs(ours(edges, read(tmp_path_factory, "layers", options)))
    assert found == {(one["importer"], one["imported"]) for one in expected["invalid_dependencies"]}


@settings(max_examples=200, deadline=None)
@given(edges=EDGES, closed=st.sampled_from(["a", "b", "c"]))
def test_closed_layers_are_passed_by_the_same_packages(edges: Edges, closed: str) -> None:
    graph = grimp.ImportGraph()
    for name in MODULES:
        graph.add_module(name)
    for one, other in edges:
        graph.add_import(importer=one, imported=other)
    names = ["a", "b", "c", "d"]
    expected = graph.find_illegal_dependencies_for_layers(
        layers=[grimp.Layer(name, closed=name == closed) for name in names], containers={"p"}
    )
    contract = Layers(name="it", layers=tuple(names), containers=("p",), closed_layers=(closed,))
    assert pairs(ours(edges, (contract,))) == {(one.importer, one.imported) for one in expected}


@settings(max_examples=300, deadline=None)
@given(
    edges=EDGES, ignored=IGNORED, whole=st.booleans(), indirect=st.booleans(),
    sources=st.sampled_from([["p.a"], ["p.a", "p.b.x"], ["p.*"], ["p.**.x"]]),
    forbidden=st.sampled_from([["p.c"], ["p.d", "p.e"], ["p.*"], ["p.b", "p.a.y"]]),
)  # fmt: skip
def test_the_same_forbidden_modules_are_reached(
    edges: Edges, ignored: list[str], whole: bool, indirect: bool, sources: list[str], forbidden: list[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:  # fmt: skip
    options: dict[str, Any] = {
        "source_modules": sources, "forbidden_modules": forbidden, "as_packages": str(whole),
        "allow_indirect_imports": str(indirect),
    }  # fmt: skip
    options |= {"ignore_imports": ignored} if ignored else {}
    expected = theirs(ForbiddenContract, edges, options)
    found = pairs(ours(edges, read(tmp_path_factory, "forbidden", options)))
    assert found == {(one["downstream_module"], one["upstream_module"]) for one in expected["invalid_chains"]}


@settings(max_examples=200, deadline=None)
@given(
    edges=EDGES, ignored=IGNORED,
    modules=st.sampled_from([["p.a", "p.b"], ["p.*"], ["p.a.x", "p.a.y", "p.c", "p.d"]]),
)  # fmt: skip
def test_the_same_packages_are_not_independent(
    edges: Edges, ignored: list[str], modules: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    options: dict[str, Any] = {"modules": modules} | ({"ignore_imports": ignored} if ignored else {})
    expected = theirs(IndependenceContract, edges, options)
    found = pairs(ours(edges, read(tmp_path_factory, "independence", options)))
    assert found == {(one["downstream_module"], one["upstream_module"]) for one in expected["invalid_chains"]}


@settings(max_examples=200, deadline=None)
@given(
    edges=EDGES, ignored=IGNORED, whole=st.booleans(),
    protected=st.sampled_from([["p.a"], ["p.a", "p.b"], ["p.*.x"]]),
    allowed=st.sampled_from([["p.c"], ["p.b", "p.d"], ["p.*"]]),
)  # fmt: skip
def test_the_same_imports_of_protected_modules_are_found(
    edges: Edges, ignored: list[str], whole: bool, protected: list[str], allowed: list[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:  # fmt: skip
    options: dict[str, Any] = {"protected_modules": protected, "allowed_importers": allowed, "as_packages": str(whole)}
    options |= {"ignore_imports": ignored} if ignored else {}
    metadata = theirs(ProtectedContract, edges, options)
    expected = {
        (link["importer"], link["imported"])
        for broken in metadata["illegal_imports"]
        for link in broken.illegal_links
    }
    found = ours(edges, read(tmp_path_factory, "protected", options))
    assert {(row.importer, row.imported) for row in found} == expected


@settings(max_examples=300, deadline=None)
@given(edges=EDGES, depth=st.integers(0, 3), skipped=st.sampled_from([[], ["p.a"], ["p.a.y", "p.b"]]))
def test_rings_are_found_below_the_same_packages(
    edges: Edges, depth: int, skipped: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    options: dict[str, Any] = {"ancestors": ["p"], "depth": str(depth)}
    options |= {"skip_descendants": skipped} if skipped else {}
    expected = theirs(AcyclicSiblingsContract, edges, options)
    found = ours(edges, read(tmp_path_factory, "acyclic_siblings", options))
    assert {row.between[0].rpartition(".")[0] for row in found} == set(expected["cycle_breakers_by_package"])
    assert all(is_ring(row) for row in found)


def is_ring(row: ContractBreach) -> bool:
    """Whether each link of a chain begins in the package in which the one before ended, and the first in the last."""
    package = row.between[0].rpartition(".")[0]

    def side(module: str) -> str:
        return module[len(package) + 1 :].partition(".")[0]

    around = zip(row.chain, row.chain[1:] + row.chain[:1], strict=True)
    return all(side(one.imported) == side(other.importer) for one, other in around)
