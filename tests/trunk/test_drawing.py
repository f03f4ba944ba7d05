"""The import graph in its formats: what is a node, an edge, a cycle, and what Graphviz is asked to do."""

import json
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overhaul.commands.drawing import Edge, Graph, Node, Ring, dot, draw, graph_of
from overhaul.config import Config
from overhaul.errors import UnknownName, UsageError
from overhaul.facts import Import, ImportKind
from overhaul.leaves import Analyzer, Leaf, Leaves
from overhaul.survey import Survey, survey
from overhaul.testing import surveyed

needs_graphviz = pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")

RING = {
    "p/__init__.py": "",
    "p/a.py": "import p.b\n",
    "p/b.py": "from p import a\nimport q.c\n",
    "q/__init__.py": "",
    "q/c.py": "def later():\n    import p.a\n",
    "alone.py": "",
}


class Nobody:
    """An executor that parses nothing: the rows are made by hand."""

    def map(self, function: Callable[..., Any], *iterables: Any) -> Iterator[Any]:
        """Do nothing."""
        return iter(())


@pytest.fixture
def ring() -> Iterator[Survey]:
    with surveyed(RING) as made:
        yield made


def made_of(folder: Path, rows: Sequence[Import], files: Sequence[str] = ("a.py",)) -> Survey:
    """A survey whose import graph is these rows."""

    def imports() -> Iterator[Import]:
        """Imports made by hand."""
        yield from rows

    for file in files:
        (folder / file).write_text("", encoding="utf-8")
    leaf: Leaf = Analyzer(imports)
    return survey(folder, Config(), Leaves([leaf]), executor=Nobody())


def row(importer: str, imported: str, kind: ImportKind = "module", line: int = 1, *, implicit: bool = False) -> Import:
    return Import(
        importer=importer, imported=imported, kind=kind, implicit=implicit, names=(), path=f"{importer}.py", line=line
    )


def pairs(graph: Graph) -> list[tuple[str, str]]:
    return [(edge.importer, edge.imported) for edge in graph.edges]


def test_imports_of_one_module_by_another_are_one_edge_of_the_strongest_kind(tmp_path: Path) -> None:
    rows = [row("a", "b", "typing", 1), row("a", "b", "conditional", 9), row("a", "b", "deferred", 20)]
    (edge,) = graph_of(made_of(tmp_path, rows)).edges
    assert (edge.kind, edge.line, edge.imports) == ("conditional", 9, 3)


def test_packages_that_are_loaded_on_the_way_are_no_edges(tmp_path: Path) -> None:
    rows = [row("a", "p.b"), row("a", "p", implicit=True)]
    assert pairs(graph_of(made_of(tmp_path, rows))) == [("a", "p.b")]


def test_modules_that_import_nothing_are_nodes_too(ring: Survey) -> None:
    graph = graph_of(ring)
    assert [node.name for node in graph.nodes] == ["alone", "p", "p.a", "p.b", "q", "q.c"]
    assert next(node.path for node in graph.nodes if node.name == "q.c") == "q/c.py"


def test_edges_inside_a_cycle_are_marked_and_those_that_lead_to_it_are_not(tmp_path: Path) -> None:
    graph = graph_of(made_of(tmp_path, [row("a", "b"), row("b", "a"), row("c", "a"), row("b", "d")]))
    assert [pair for pair, edge in zip(pairs(graph), graph.edges, strict=True) if edge.cycle is not None] == [
        ("a", "b"),
        ("b", "a"),
    ]


def test_an_import_between_two_cycles_is_part_of_neither(tmp_path: Path) -> None:
    rows = [row("a", "b"), row("b", "a"), row("c", "d"), row("d", "c"), row("a", "c")]
    graph = graph_of(made_of(tmp_path, rows))
    assert len(graph.rings) == 2
    assert next(edge.cycle for edge in graph.edges if edge.imported == "c" and edge.importer == "a") is None


def test_a_module_that_imports_itself_is_a_cycle_but_a_package_is_none_for_its_inner_imports(ring: Survey) -> None:
    with surveyed({"me.py": "import me\n"}) as made:
        assert [one.nodes for one in graph_of(made).rings] == [("me",)]
    assert [one.nodes for one in graph_of(ring, depth=1, kinds=["module"]).rings] == []


def test_a_depth_puts_modules_together_by_the_first_parts_of_their_names(ring: Survey) -> None:
    graph = graph_of(ring, depth=1)
    assert [(node.name, node.modules) for node in graph.nodes] == [("alone", 1), ("p", 3), ("q", 2)]
    assert pairs(graph) == [("p", "q"), ("q", "p")]


def test_packages_can_be_in_a_ring_whose_modules_are_not(tmp_path: Path) -> None:
    made = made_of(tmp_path, [row("p.a", "q.a"), row("q.b", "p.b")])
    assert graph_of(made).rings == ()
    assert [one.nodes for one in graph_of(made, depth=1).rings] == [("p", "q")]


def test_only_the_kinds_that_are_asked_for_make_edges_and_cycles(ring: Survey) -> None:
    assert [one.nodes for one in graph_of(ring).rings] == [("p.a", "p.b", "q.c")]
    assert [one.nodes for one in graph_of(ring, kinds=["module"]).rings] == [("p.a", "p.b")]
    assert pairs(graph_of(ring, kinds=["deferred"])) == [("q.c", "p.a")]


def test_cycles_only_leaves_out_whatever_is_in_none(ring: Survey) -> None:
    graph = graph_of(ring, cycles_only=True, kinds=["module"])
    assert [node.name for node in graph.nodes] == ["p.a", "p.b"]
    assert pairs(graph) == [("p.a", "p.b"), ("p.b", "p.a")]


def test_a_cycle_that_the_audit_has_judged_is_labelled_with_its_effect(ring: Survey) -> None:
    assert 'label="latent cycle of 3"' in str(draw(ring, "dot"))
    assert 'label="cycle of 2"' in str(draw(ring, "dot", kinds=["module"])), "which is no cycle of that table"


def test_json_has_nodes_and_edges_sorted(ring: Survey) -> None:
    drawn = json.loads(draw(ring, "json"))
    assert list(drawn) == ["nodes", "edges"]
    assert [node["name"] for node in drawn["nodes"]] == sorted(node["name"] for node in drawn["nodes"])
    assert drawn["edges"][0] == {
        "importer": "p.a", "imported": "p.b", "kind": "module", "imports": 1, "path": "p/a.py", "line": 1, "cycle": 0,
    }  # fmt: skip


@pytest.mark.parametrize("format", ["dot", "mermaid", "json"])
def test_the_same_graph_is_the_same_text_in_whatever_order_its_imports_come(tmp_path: Path, format: str) -> None:
    rows = [row("b", "a"), row("a", "b", "typing"), row("c", "a", line=3), row("c", "a", line=2), row("d", "c")]
    assert draw(made_of(tmp_path, rows), format) == draw(made_of(tmp_path, rows[::-1]), format)


def test_unknown_formats_and_kinds_are_refused_with_the_known_ones(ring: Survey) -> None:
    with pytest.raises(UnknownName, match="mermaid"):
        draw(ring, "mermade")
    with pytest.raises(UnknownName, match="deferred"):
        draw(ring, "dot", kinds=["defered"])
    with pytest.raises(UsageError, match="depth of 0"):
        draw(ring, "dot", depth=0)


def graph_named(name: str) -> Graph:
    """Two modules of these names that import each other."""
    nodes = Node(name, name, 1, 0), Node(f"{name}.x", "", 1, 0)
    edges = Edge(name, f"{name}.x", "module", 1, name, 1, 0), Edge(f"{name}.x", name, "typing", 1, name, 1, 0)
    return Graph(nodes, edges, (Ring((name, f"{name}.x"), ""),))


STRING = r'"(?:[^"\\\n]|\\.)*"'


@given(st.text(min_size=1))
def test_no_name_gets_out_of_its_quotes_in_dot(name: str) -> None:
    for line in dot(graph_named(name)).splitlines():
        assert re.fullmatch(r"[\w\s{}\[\]=,;>-]*", re.sub(STRING, "", line)), line


@needs_graphviz
@pytest.mark.parametrize("name", ['a"; b [label="x', "a\\", "a\\N", "&lt;b&gt;", "<b>x</b>", "a\nb", "\u202ea", "é"])
def test_graphviz_shows_a_hostile_name_as_it_is(tmp_path: Path, name: str) -> None:
    made = made_of(tmp_path, [row(name, "b")])
    drawn = str(draw(made, "svg"))
    shown = name.encode("unicode_escape").decode() if not name.isprintable() else name
    escaped = shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    assert re.findall(r"<text [^>]*>([^<]*)</text>", drawn).count(escaped.replace("-", "&#45;")) == 1
    assert drawn.count('class="edge"') == 1


def test_mermaid_labels_are_quoted_and_nodes_have_safe_ids(tmp_path: Path) -> None:
    made = made_of(tmp_path, [row('end"]; click x', "p.`b`#35;<i>")])
    lines = str(draw(made, "mermaid")).splitlines()
    assert lines[0] == "flowchart LR"
    assert '    n1["end#34;#93;#59; click x"]' in lines
    assert '    n2["p.#96;b#96;#35;35#59;#60;i#62;"]' in lines
    assert "    n1 --> n2" in lines


def test_mermaid_says_when_a_graph_has_more_edges_than_it_draws(tmp_path: Path) -> None:
    most = [row("a", f"m{number}") for number in range(500)]
    assert "maxEdges" not in str(draw(made_of(tmp_path, most), "mermaid"))
    assert "maxEdges" in str(draw(made_of(tmp_path, [*most, row("a", "b")]), "mermaid"))


def test_mermaid_styles_the_edges_of_cycles_by_their_number(tmp_path: Path) -> None:
    drawn = str(draw(made_of(tmp_path, [row("a", "b"), row("b", "c", "deferred"), row("c", "b")]), "mermaid"))
    edges = [line.strip() for line in drawn.splitlines() if "->" in line]
    assert edges == ["n0 --> n1", "n1 -.-> n2", "n2 --> n1"]
    assert "linkStyle 1,2 " in drawn


@needs_graphviz
def test_svg_and_png_come_from_pydeps_and_nothing_reaches_the_terminal(
    ring: Survey, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    import pydeps.dot

    asked: list[str] = []
    render = cast(Any, pydeps.dot).call_graphviz_dot

    def noted(source: str, format: str) -> bytes:
        asked.append(format)
        return cast(bytes, render(source, format))

    monkeypatch.setattr(pydeps.dot, "call_graphviz_dot", noted)
    assert "<svg" in str(draw(ring, "svg"))
    assert bytes(cast(bytes, draw(ring, "png"))).startswith(b"\x89PNG")
    assert asked == ["svg", "png"]
    assert capfd.readouterr() == ("", "")


def test_without_graphviz_svg_is_refused_with_one_line_and_dot_still_works(
    ring: Survey, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UsageError, match="install graphviz, or use --format dot or mermaid") as refused:
        draw(ring, "svg")
    assert "\n" not in str(refused.value)
    assert capfd.readouterr() == ("", "")
    assert str(draw(ring, "dot")).startswith("digraph")


def test_a_graphviz_that_fails_is_told_with_what_it_said(
    ring: Survey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "dot"
    broken.write_text("#!/bin/sh\ncat > /dev/null\necho 'no such plugin' >&2\nexit 1\n", encoding="utf-8")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(UsageError, match="no such plugin"):
        draw(ring, "png")
    assert capfd.readouterr() == ("", "")
