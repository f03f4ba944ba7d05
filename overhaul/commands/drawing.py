"""The import graph as dot, mermaid, JSON, SVG or PNG."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import typing
from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import Final, Literal, cast

import msgspec

from overhaul.errors import LeafError, UnknownName, UsageError
from overhaul.facts import Cycle, Import, ImportKind
from overhaul.lazy import networkx
from overhaul.printable import printable
from overhaul.survey import Survey

STRENGTH: Final[tuple[ImportKind, ...]] = ("module", "conditional", "dynamic", "lazy", "deferred", "typing")
"""Import kinds, the one that binds two modules most first."""

FORMATS: Final = ("dot", "json", "mermaid", "png", "svg")

MERMAID_EDGES: Final = 500
"""`maxEdges` of mermaid's default configuration; a diagram cannot raise it itself."""

_LARGE: Final = 600
"""Edges above which Graphviz is told to settle for less: its best layout of a graph like that takes minutes."""


class Node(msgspec.Struct, frozen=True):
    """A module, or a package with all that is below it."""

    name: str
    path: str
    """Of the module; "" where only modules below it exist."""
    modules: int
    """How many modules it stands for."""
    cycle: int | None
    """Number of the cycle it is part of, from 0."""


class Edge(msgspec.Struct, frozen=True):
    """All imports of one node by another."""

    importer: str
    imported: str
    kind: ImportKind
    """The strongest of the kinds."""
    imports: int
    """How many import statements it stands for."""
    path: str
    """Where the first statement of that kind stands."""
    line: int
    cycle: int | None
    """Number of the cycle that it closes with others."""


class Ring(msgspec.Struct, frozen=True):
    """A strongly connected component of what is drawn, of more than one node or with an edge to itself."""

    nodes: tuple[str, ...]
    effect: str
    """As the `cycles` table has it; "" where that table has no cycle of exactly these modules."""


class Graph(msgspec.Struct, frozen=True):
    """What is drawn."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    rings: tuple[Ring, ...]


def draw(
    survey: Survey, format: str, depth: int | None = None, cycles_only: bool = False,
    kinds: Collection[str] | None = None,
) -> str | bytes:  # fmt: skip
    """Draw the import graph; bytes for png, text for every other format.

    With `depth`, modules are put together by the first `depth` parts of their names; `cycles_only` leaves out what is
    in no cycle; `kinds` are the kinds of imports to look at, all when None. Package imports that only follow from those
    of a submodule (`implicit`) are left out.

    Raises UnknownName for a format or kind there is none of, and UsageError for a depth below 1 or where Graphviz,
    which draws svg and png, is missing or fails.
    """
    if format not in FORMATS:
        raise UnknownName("format", format, FORMATS)
    graph = graph_of(survey, depth, cycles_only, kinds)
    match format:
        case "json":
            data = msgspec.json.encode({"nodes": graph.nodes, "edges": graph.edges})
            return msgspec.json.format(data, indent=2).decode() + "\n"
        case "mermaid":
            return "".join(f"{line}\n" for line in _mermaid(graph))
        case "svg":
            return _graphviz(dot(graph), "svg").decode()
        case "png":
            return _graphviz(dot(graph), "png")
        case _:
            return dot(graph)


def graph_of(
    survey: Survey, depth: int | None = None, cycles_only: bool = False, kinds: Collection[str] | None = None
) -> Graph:
    """The graph of a survey: what `draw` draws, with the same parameters and errors. Nodes and edges are sorted."""
    if depth is not None and depth < 1:
        raise UsageError(f"a package depth of {depth} leaves nothing to draw: give 1 or more")
    known = typing.get_args(ImportKind)
    for kind in kinds or ():
        if kind not in known:
            raise UnknownName("import kind", kind, known)
    pairs: dict[tuple[str, str], list[Import]] = {}
    for row in survey.rows(Import):
        if row.implicit or (kinds is not None and row.kind not in kinds):
            continue
        pair = _cut(row.importer, depth), _cut(row.imported, depth)
        if pair[0] != pair[1] or (row.importer == row.imported and depth is None):
            pairs.setdefault(pair, []).append(row)
    rings = _rings(pairs, {} if depth is not None or kinds is not None else _effects(survey))
    member = {name: number for number, ring in enumerate(rings) for name in ring.nodes}
    paths: dict[str, str] = {}
    counts: dict[str, int] = {name: 0 for pair in pairs for name in pair}
    for module, place in survey.layout.modules.items():
        name = _cut(module, depth)
        if place.kind != "namespace" or name in counts:
            counts[name] = counts.get(name, 0) + (place.kind != "namespace")
            if name == module:
                paths[name] = place.path
    nodes = (Node(name, paths.get(name, ""), count, member.get(name)) for name, count in sorted(counts.items()))
    edges = (_edge(pair, rows, member) for pair, rows in sorted(pairs.items()))
    return Graph(
        tuple(node for node in nodes if not cycles_only or node.cycle is not None),
        tuple(edge for edge in edges if not cycles_only or edge.cycle is not None),
        rings,
    )


def _cut(module: str, depth: int | None) -> str:
    """The package that stands for a module. A name with a slash is a path, which nothing else is below."""
    return module if depth is None or "/" in module else ".".join(module.split(".")[:depth])


def _edge(pair: tuple[str, str], rows: list[Import], member: dict[str, int]) -> Edge:
    first = min(rows, key=lambda row: (STRENGTH.index(row.kind), row.path, row.line))
    ring = member.get(pair[0])
    closed = ring if ring is not None and member.get(pair[1]) == ring else None
    return Edge(*pair, first.kind, len(rows), first.path, first.line, closed)


def _effects(survey: Survey) -> dict[tuple[str, ...], str]:
    try:
        return {tuple(sorted(cycle.modules)): cycle.effect for cycle in survey.rows(Cycle)}
    except LeafError:
        if any(row is Cycle for row in survey.leaves.tables.values()):
            raise
        return {}


def _rings(pairs: Iterable[tuple[str, str]], effects: dict[tuple[str, ...], str]) -> tuple[Ring, ...]:
    """The strongly connected components, sorted by their members' names."""
    graph: networkx.DiGraph[str] = networkx.DiGraph(sorted(pairs))
    components = (
        tuple(sorted(component))
        for component in networkx.strongly_connected_components(graph)
        if len(component) > 1 or graph.has_edge(*(list(component) * 2))
    )
    return tuple(Ring(names, effects.get(names, "")) for names in sorted(components))


# dot

_LINES: Final[dict[ImportKind, str]] = {
    "module": "solid", "conditional": "solid", "dynamic": "bold", "lazy": "dashed", "deferred": "dashed",
    "typing": "dotted",
}  # fmt: skip
_PLAIN: Final = "#5b6770"
_FAINT: Final = "#9aa5ad"
_ALARM: Final = "#b3261e"


def dot(graph: Graph) -> str:
    """The graph in Graphviz's language; the same text for the same graph."""
    return "".join(f"{line}\n" for line in _dot(graph))


def _dot(graph: Graph) -> Iterator[str]:
    yield "digraph imports {"
    yield '    graph [rankdir="LR", ranksep="0.8", nodesep="0.15"];'
    yield '    graph [fontname="Helvetica,Arial,sans-serif", fontsize="11"];'
    if len(graph.edges) > _LARGE:
        yield '    graph [nslimit="1", nslimit1="1", mclimit="0.2", splines="line"];'
    yield (
        '    node [shape="box", style="rounded,filled", fillcolor="#f4f6f7", color="#9aa5ad", height="0.25", '
        'fontname="Helvetica,Arial,sans-serif", fontsize="10"];'
    )
    yield '    edge [arrowsize="0.6"];'
    for number, ring in enumerate(graph.rings):
        yield f'    subgraph "cluster_{number}" {{'
        yield f'        graph [label={_quoted(_title(ring))}, color="{_ALARM}", fontcolor="{_ALARM}", style="rounded"];'
        for node in graph.nodes:
            if node.cycle == number:
                yield f'        {_quoted(node.name)} [{_node(node)}, fillcolor="#fbeceb", color="{_ALARM}"];'
        yield "    }"
    for node in graph.nodes:
        if node.cycle is None:
            yield f"    {_quoted(node.name)} [{_node(node)}];"
    for edge in graph.edges:
        colour = _ALARM if edge.cycle is not None else _FAINT if edge.kind == "typing" else _PLAIN
        width = "1.6" if edge.cycle is not None else "0.8"
        tip = _quoted(f"{edge.importer} imports {edge.imported} ({edge.kind}, {edge.path}:{edge.line})")
        yield (
            f"    {_quoted(edge.importer)} -> {_quoted(edge.imported)} "
            f'[style="{_LINES[edge.kind]}", color="{colour}", penwidth="{width}", tooltip={tip}];'
        )
    yield "}"


def _node(node: Node) -> str:
    many = f" ({node.modules})" if node.modules > 1 else ""
    return f"label={_quoted(node.name + many)}, tooltip={_quoted(node.path or node.name)}"


def _title(ring: Ring) -> str:
    if len(ring.nodes) == 1:
        return "imports itself"
    effect = f"{ring.effect} " if ring.effect else ""
    return f"{effect}cycle of {len(ring.nodes)}"


def _quoted(text: str) -> str:
    r"""A string of the dot language that means just this text.

    A backslash would begin an escape (`\N` is the node's name) or hide the closing quote, `&lt;` is read as `<`.
    """
    shown = printable(text).replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")
    return f'"{shown}"'


def _graphviz(source: str, format: Literal["svg", "png"]) -> bytes:
    """Let pydeps's renderer run `dot`. Raises UsageError when there is none, or it draws nothing."""
    remedy = "use --format dot or mermaid"
    # pydeps would print to stderr and end the process.
    if shutil.which("dot") is None:
        raise UsageError(f"cannot draw {format}: the command `dot` is missing: install graphviz, or {remedy}")
    from pydeps import dot as pydeps_dot

    # pydeps has no annotations.
    render = cast(Callable[[str, str], bytes], pydeps_dot.call_graphviz_dot)  # pyright: ignore[reportUnknownMemberType]
    with _captured_stderr() as said:
        try:
            drawn = render(source, format)
        except OSError as error:
            raise UsageError(f"cannot draw {format}: `dot` cannot be run ({error}): {remedy}") from error
    if not drawn.startswith((b"<?xml", b"\x89PNG")):
        why = next((line for line in said if line.strip()), "it drew nothing")
        raise UsageError(f"cannot draw {format}: `dot` failed ({printable(why.strip())}): {remedy}, or --cycles-only")
    return drawn


@contextmanager
def _captured_stderr() -> Generator[list[str]]:
    """The lines that child processes write to stderr, there once the block has ended.

    pydeps lets `dot` write its warnings to the user's terminal.
    """
    lines: list[str] = []
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with tempfile.TemporaryFile() as file:
            os.dup2(file.fileno(), 2)
            try:
                yield lines
            finally:
                os.dup2(kept, 2)
                file.seek(0)
                lines += file.read().decode(errors="replace").splitlines()
    finally:
        os.close(kept)


# mermaid

_ARROWS: Final[dict[ImportKind, str]] = {
    "module": "-->", "conditional": "-->", "dynamic": "-->", "lazy": "-.->", "deferred": "-.->", "typing": "-.->",
}  # fmt: skip


def _mermaid(graph: Graph) -> Iterator[str]:
    ids = {node.name: f"n{number}" for number, node in enumerate(graph.nodes)}
    yield "flowchart LR"
    yield f"%% {len(graph.nodes)} nodes, {len(graph.edges)} edges"
    if len(graph.edges) > MERMAID_EDGES:
        yield (
            f"%% Mermaid draws {MERMAID_EDGES} edges at most: set maxEdges (and maxTextSize) in its configuration, "
            "or draw less"
        )
    for number, ring in enumerate(graph.rings):
        yield f'    subgraph c{number}["{_entity(_title(ring))}"]'
        yield from (f"        {_box(ids, node)}" for node in graph.nodes if node.cycle == number)
        yield "    end"
    yield from (f"    {_box(ids, node)}" for node in graph.nodes if node.cycle is None)
    yield from (f"    {ids[edge.importer]} {_ARROWS[edge.kind]} {ids[edge.imported]}" for edge in graph.edges)
    if closing := ",".join(str(number) for number, edge in enumerate(graph.edges) if edge.cycle is not None):
        yield f"    linkStyle {closing} stroke:{_ALARM},stroke-width:2px"


def _box(ids: dict[str, str], node: Node) -> str:
    many = f" ({node.modules})" if node.modules > 1 else ""
    return f'{ids[node.name]}["{_entity(node.name + many)}"]'


def _entity(text: str) -> str:
    """A mermaid label that means just this text: whatever is neither letter, digit nor harmless is `#code;`."""
    return "".join(
        char if char.isalnum() or char in " ._-/()" else f"#{ord(char)};" for char in printable(text)
    )
