"""Compare the import graph and its cycles with grimp's and networkx's, edge by edge.

    python -m benchmarks.edges [NAME...]
    python -m benchmarks.edges --root FOLDER PACKAGE

A difference is printed with its reason; one without a reason makes the exit code 1. The second form looks at the
package in a folder of one's own.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, NamedTuple

import msgspec
import networkx

from benchmarks.corpora import CORPORA, fetch
from overhaul.config import Config
from overhaul.facts import Cycle, Import
from overhaul.layout import Layout
from overhaul.leaves import load_leaves
from overhaul.survey import survey

DEFAULT: Final = ("django", "sqlalchemy", "sympy", "twisted", "pandas")

Edge = tuple[str, str]
"""Importer and imported."""
Modules = tuple[str, ...]

# In a process of its own: grimp looks for the package on sys.path, where a corpus is not to stand here.
_GRIMP: Final = """
import json, sys, grimp
graph = grimp.build_graph(sys.argv[1], cache_dir=None)
edges = sorted((one, other) for one in graph.modules for other in graph.find_modules_directly_imported_by(one))
json.dump({"modules": sorted(graph.modules), "edges": edges}, sys.stdout)
"""


class Grimp(msgspec.Struct, frozen=True):
    """What grimp says of a package."""

    modules: frozenset[str]
    edges: frozenset[Edge]


class Difference(NamedTuple):
    """An edge or a cycle that only one of the two has; no `reason`: one of them is wrong."""

    what: Literal["edge", "cycle"]
    whose: Literal["overhaul", "grimp"]
    modules: Modules
    reason: str


class Comparison(NamedTuple):
    """How many edges and cycles there are here, and what differs."""

    edges: int
    cycles: int
    differences: list[Difference]


def grimp_of(root: Path, package: str) -> Grimp:
    """Grimp's graph of the package in the folder `root`. Raises CalledProcessError when grimp fails."""
    found = subprocess.run(
        [sys.executable, "-c", _GRIMP, package], env={**os.environ, "PYTHONPATH": str(root)}, capture_output=True,
        check=True,
    )  # fmt: skip
    return msgspec.json.decode(found.stdout, type=Grimp)


def compare(root: Path, package: str) -> Comparison:
    """Hold the explicit edges and the cycles of a package against grimp's edges and networkx's components."""
    seen = survey(root, Config(), load_leaves())
    ours: defaultdict[Edge, list[Import]] = defaultdict(list)
    for row in seen.rows(Import):
        if not row.implicit and _within(row.importer, package) and _within(row.imported, package):
            ours[row.importer, row.imported].append(row)
    cycles = {cycle.modules for cycle in seen.rows(Cycle) if all(_within(one, package) for one in cycle.modules)}
    grimp = grimp_of(root, package)
    edges = list(_edges(ours, grimp, seen.layout))
    return Comparison(len(ours), len(cycles), [*edges, *_cycles(cycles, grimp, edges)])


def _within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def _edges(ours: Mapping[Edge, Sequence[Import]], grimp: Grimp, layout: Layout) -> Iterator[Difference]:
    for edge in sorted(ours.keys() - grimp.edges):
        yield Difference("edge", "overhaul", edge, _reason(edge, ours[edge], grimp, layout))
    for importer, imported in sorted(grimp.edges - ours.keys()):
        compiled = any(
            one == importer and other.rpartition(".")[0] == imported and layout.modules[other].kind == "opaque"
            for one, other in ours
        )
        reason = "grimp takes a compiled module for a name in its package" if compiled else ""
        yield Difference("edge", "grimp", (importer, imported), reason)


def _reason(edge: Edge, rows: Sequence[Import], grimp: Grimp, layout: Layout) -> str:
    """Why grimp does not have an edge; "" when that is not known."""
    for module in edge:
        if module not in grimp.modules and (reason := _left_out(module, layout)):
            return reason
    if all(row.kind == "dynamic" for row in rows):
        return "grimp does not read import_module and __import__"
    return ""


def _left_out(module: str, layout: Layout) -> str:
    """Why grimp does not have a module; "" when that is not known."""
    place = layout.modules[module]
    parts = module.split(".")
    folders = parts if place.package else parts[:-1]
    around = (layout.modules.get(".".join(folders[:count])) for count in range(2, len(folders) + 1))
    if any(above is not None and above.kind == "namespace" for above in around):
        return "grimp does not go into folders without __init__.py inside of a package"
    if not all(folder.isidentifier() for folder in folders):
        return "grimp does not go into folders whose names are no identifiers"
    match place.kind:
        case "opaque":
            return "grimp does not look for compiled modules"
        case "stub":
            return "grimp does not look for stubs"
        case _:
            return ""


def _cycles(cycles: set[Modules], grimp: Grimp, differences: Collection[Difference]) -> Iterator[Difference]:
    """Our cycles against the components of grimp's graph, as it is and with the explained edges put right."""
    more = {(one.modules[0], one.modules[1]) for one in differences if one.whose == "overhaul" and one.reason}
    less = {(one.modules[0], one.modules[1]) for one in differences if one.whose == "grimp" and one.reason}
    plain, mended = components(grimp.edges), components((grimp.edges | more) - less)
    explained = "follows from the edges above"
    for cycle in sorted(cycles - plain):
        yield Difference("cycle", "overhaul", cycle, explained if cycle in mended else "")
    for cycle in sorted(plain - cycles):
        yield Difference("cycle", "grimp", cycle, "" if cycle in mended else explained)
    for cycle in sorted((mended - cycles) - plain):
        yield Difference("cycle", "grimp", cycle, "")


def components(edges: Collection[Edge]) -> set[Modules]:
    """The strongly connected components of more than one module, and the modules that import themselves."""
    graph: networkx.DiGraph[str] = networkx.DiGraph(sorted(edges))
    return {
        tuple(sorted(members))
        for members in networkx.strongly_connected_components(graph)
        if len(members) > 1 or any(graph.has_edge(one, one) for one in members)
    }


def told(difference: Difference) -> str:
    """A difference on one line."""
    count = len(difference.modules)
    shown = difference.modules if count <= 6 else (*difference.modules[:5], f"... {count}")
    between = " -> " if difference.what == "edge" else ", "
    return f"{difference.what} only of {difference.whose}: {between.join(shown)}: {difference.reason or 'UNEXPLAINED'}"


def main() -> None:
    """Compare, list the differences, and exit with 1 when one is not explained."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(CORPORA)}; a package")
    arguments.add_argument("--root", type=Path, help="the folder that holds the package")
    arguments.add_argument("--all", action="store_true", help="list every difference, not three for each reason")
    given = arguments.parse_args()
    names: list[str] = given.names or list(DEFAULT)
    unknown = 0
    for name in names:
        if given.root is None and name not in CORPORA:
            arguments.error(f"no code base {name!r}; there are {', '.join(CORPORA)}")
        found = compare(fetch(CORPORA[name]) if given.root is None else given.root, name)
        print(f"{name}: {found.edges:,} edges, {found.cycles} cycles, {len(found.differences)} differences")
        reasons = Counter((one.what, one.whose, one.reason) for one in found.differences)
        shown: Counter[tuple[str, str, str]] = Counter()
        for one in found.differences:
            kind = one.what, one.whose, one.reason
            shown[kind] += 1
            if given.all or not one.reason or shown[kind] <= 3:
                print(f"  {told(one)}")
        for (what, whose, reason), count in reasons.items():
            print(f"  {count:5} {what}s only of {whose}: {reason or 'UNEXPLAINED'}")
        unknown += sum(not one.reason for one in found.differences)
    raise SystemExit(unknown > 0)


if __name__ == "__main__":
    main()
