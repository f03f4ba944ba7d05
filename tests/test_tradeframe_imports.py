"""What truth.toml says of the imports of fixtures/projects/tradeframe is so.

The cycles are computed again with `ast`, and every member of one is really imported first in a fresh interpreter.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import msgspec
import networkx as nx
import pytest

PROJECT = Path(__file__).parents[1] / "fixtures" / "projects" / "tradeframe"
SOURCE = PROJECT / "src"
SECONDS_PER_INTERPRETER = 60
KEPT_VARIABLES = ("PATH", "HOME", "TMPDIR", "SYSTEMROOT", "TEMP")


class Edge(msgspec.Struct, frozen=True):
    importer: str = msgspec.field(name="from")
    imported: str = msgspec.field(name="to")
    line: int
    kind: Literal["module", "deferred", "typing"]


class Cycle(msgspec.Struct, frozen=True):
    effect: Literal["fatal", "order-dependent", "latent", "deferred", "typing"]
    members: tuple[str, ...]
    failing_entries: tuple[str, ...]
    edges: tuple[Edge, ...]


class OldPackageUser(msgspec.Struct, frozen=True):
    path: str
    line: int
    imported: str


class Truth(msgspec.Struct, frozen=True):
    cycles: tuple[Cycle, ...]
    old_package_users: tuple[OldPackageUser, ...]


TRUTH = msgspec.toml.decode((PROJECT / "truth.toml").read_bytes(), type=Truth)


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def modules() -> dict[str, Path]:
    return {module_of(path): path for path in sorted(SOURCE.rglob("*.py"))}


def targets(node: ast.AST) -> Sequence[ast.expr]:
    match node:
        case ast.Assign():
            return node.targets
        case ast.AnnAssign():
            return [node.target]
    return []


def import_first(module: str) -> subprocess.CompletedProcess[str]:
    """Import a module in a fresh interpreter that sees only the project's sources and writes no bytecode."""
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", f"import {module}"],
        env={**kept, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        timeout=SECONDS_PER_INTERPRETER,
    )


def test_there_is_a_cycle_of_each_effect() -> None:
    effects = Counter(cycle.effect for cycle in TRUTH.cycles)
    assert effects == dict.fromkeys(("fatal", "order-dependent", "latent", "deferred", "typing"), 1)


def imports_of(name: str, path: Path, known: dict[str, Path]) -> Iterator[Edge]:
    def walk(node: ast.AST, kind: Literal["module", "deferred", "typing"]) -> Iterator[Edge]:
        for child in ast.iter_child_nodes(node):
            match child:
                case ast.ImportFrom(module=str(source)):
                    for alias in child.names:
                        submodule = f"{source}.{alias.name}"
                        if (target := submodule if submodule in known else source) in known:
                            yield Edge(name, target, child.lineno, kind)
                case ast.Import():
                    yield from (Edge(name, a.name, child.lineno, kind) for a in child.names if a.name in known)
                case ast.FunctionDef():
                    yield from walk(child, "deferred")
                case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                    yield from walk(child, "typing")
                case _:
                    yield from walk(child, kind)

    yield from walk(parse(path), "module")


def components(edges: set[Edge]) -> set[tuple[str, ...]]:
    graph: nx.DiGraph[str] = nx.DiGraph((edge.importer, edge.imported) for edge in edges)
    return {tuple(sorted(found)) for found in nx.strongly_connected_components(graph) if len(found) > 1}


def test_the_cycles_are_all_there_are_and_close_by_the_edges_named() -> None:
    known = modules()
    edges = {edge for name, path in known.items() for edge in imports_of(name, path, known)}
    assert components(edges) == {cycle.members for cycle in TRUTH.cycles}
    for cycle in TRUTH.cycles:
        inside = {edge for edge in edges if {edge.importer, edge.imported} <= set(cycle.members)}
        assert inside == set(cycle.edges)
        at_import = components({edge for edge in inside if edge.kind == "module"})
        if cycle.effect in ("deferred", "typing"):
            assert not at_import and {edge.kind for edge in inside} == {"module", cycle.effect}
        else:
            assert at_import == {cycle.members}


@pytest.mark.parametrize("cycle", TRUTH.cycles, ids=lambda cycle: cycle.effect)
def test_the_entries_that_fail_are_the_ones_named(cycle: Cycle) -> None:
    def fails(member: str) -> bool:
        process = import_first(member)
        assert process.returncode == 0 or "ImportError: cannot import name" in process.stderr
        return process.returncode != 0

    failing = tuple(member for member in cycle.members if fails(member))
    assert failing == cycle.failing_entries
    match cycle.effect:
        case "fatal":
            assert failing == cycle.members
        case "order-dependent":
            assert 0 < len(failing) < len(cycle.members)
        case _:
            assert not failing


def test_every_import_of_the_project_names_something_that_is_there() -> None:
    known = modules()
    for name, path in known.items():
        for node in ast.walk(parse(path)):
            if not isinstance(node, ast.ImportFrom) or node.module is None or not node.module.startswith("tradeframe"):
                continue
            bound = parse(known[node.module])
            names = {n.name for n in bound.body if isinstance(n, ast.FunctionDef | ast.ClassDef)}
            names |= {t.id for n in bound.body for t in targets(n) if isinstance(t, ast.Name)}
            for alias in node.names:
                assert alias.name in names or f"{node.module}.{alias.name}" in known, f"{name}:{node.lineno}"


def test_the_old_package_is_used_from_exactly_the_places_named() -> None:
    files = [*SOURCE.rglob("*.py"), *(PROJECT / "tests").glob("*.py")]
    used = {
        OldPackageUser(path.relative_to(PROJECT).as_posix(), node.lineno, node.module)
        for path in files
        if "performance" not in path.relative_to(PROJECT).parts
        for node in ast.walk(parse(path))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("tradeframe.performance")
    }
    assert used == set(TRUTH.old_package_users)
