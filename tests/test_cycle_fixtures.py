"""The small packages in fixtures/cycles do at import time what their expected.toml says.

Nothing of overhaul is used here: each module is really imported first in a fresh interpreter, and the cycles are
computed again with `ast`, so that the packages can serve as the oracle of overhaul's own prediction. Each case folder
is a root of `sys.path`. Its expected.toml holds `why`, an optional `python` version specifier, an optional `also_fails`
(modules of no cycle that cannot be imported first either), and one `[[cycle]]` for each cycle; a case without one is a
look-alike that has none.
"""

from __future__ import annotations

import ast
import importlib.util
import itertools
import platform
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Literal, get_args

import msgspec
import pytest
from packaging.specifiers import SpecifierSet

CASES = Path(__file__).parents[1] / "fixtures" / "cycles"
WORKERS = 2
SECONDS_PER_INTERPRETER = 60

Effect = Literal["fatal", "order-dependent", "latent", "deferred", "typing"]
EdgeKind = Literal["module", "deferred", "typing"]


class Witness(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The import of `entry` raises in line `line` (1-based) of `module`, because `name` is not bound yet."""

    entry: str
    module: str
    line: int
    name: str


class Cycle(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One strongly connected component, and which of its members raise when they are imported first."""

    members: tuple[str, ...]
    effect: Effect
    fails: tuple[str, ...]
    witness: Witness | None = None


class Expected(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What expected.toml says of one case."""

    why: str
    python: str = ""
    also_fails: tuple[str, ...] = ()
    cycle: tuple[Cycle, ...] = ()


class Outcome(msgspec.Struct, frozen=True):
    """How an interpreter fared: the exception (empty: none), and the place of its last frame in the case."""

    error: str = ""
    message: str = ""
    path: str = ""
    line: int = 0


class Edge(msgspec.Struct, frozen=True, order=True):
    """One explicit import of a module of the case by another, or by itself."""

    importer: str
    imported: str
    kind: EdgeKind


# Only the three errors of a half-run module are an outcome; anything else is a mistake in the fixture and ends the
# child with a traceback.
CHILD = """
import json, sys
root, *entries = sys.argv[1:]
sys.path.insert(0, root)
outcome = {}
try:
    for entry in entries:
        __import__(entry)
except (ImportError, AttributeError, NameError) as error:
    frame = error.__traceback__
    while frame is not None:
        path = frame.tb_frame.f_code.co_filename
        if path.startswith(root):
            outcome = {"path": path, "line": frame.tb_lineno}
        frame = frame.tb_next
    outcome.update(error=type(error).__name__, message=str(error))
print(json.dumps(outcome))
"""


def import_in_order(case: Path, entries: Iterable[str]) -> Outcome:
    """Import `entries` one after the other in one fresh interpreter; it stops at the first that raises."""
    command = [sys.executable, "-I", "-B", "-c", CHILD, str(case), *entries]
    run = subprocess.run(command, capture_output=True, check=False, timeout=SECONDS_PER_INTERPRETER)
    assert run.returncode == 0, run.stderr.decode()
    return msgspec.json.decode(run.stdout, type=Outcome)


def expected_of(case: Path) -> Expected:
    return msgspec.toml.decode((case / "expected.toml").read_bytes(), type=Expected)


def modules_of(case: Path) -> dict[str, Path]:
    """Dotted name -> file, for every module of the case."""
    return {
        ".".join(path.relative_to(case).with_suffix("").parts).removesuffix(".__init__"): path
        for path in sorted(case.rglob("*.py"))
    }


class ImportReader(ast.NodeVisitor):
    """Finds what one module imports, and whether that runs at import, in a function, or for type checkers only."""

    def __init__(self, package: str) -> None:
        self.package = package
        self.kind: EdgeKind = "module"
        self.imported: list[tuple[tuple[str, ...], EdgeKind]] = []

    def visit_Import(self, node: ast.Import) -> None:
        self.imported.extend(((alias.name,), self.kind) for alias in node.names)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        base = importlib.util.resolve_name("." * node.level + (node.module or ""), self.package)
        self.imported.extend(((f"{base}.{alias.name}", base), self.kind) for alias in node.names)

    def visit_Call(self, node: ast.Call) -> None:
        match node:
            case ast.Call(
                func=ast.Name(id="import_module" | "__import__") | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                self.imported.append(((importlib.util.resolve_name(name, self.package),), self.kind))
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        match node.test:
            case ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING"):
                self._visit_as("typing", node.body)
                self._visit_as(self.kind, node.orelse)
            case ast.UnaryOp(op=ast.Not(), operand=ast.Name(id="TYPE_CHECKING")):
                self._visit_as(self.kind, node.body)
                self._visit_as("typing", node.orelse)
            case _:
                self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        # Decorators and defaults run where the function is defined.
        self._visit_as(self.kind, [*node.decorator_list, node.args])
        self._visit_as("deferred", node.body)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._visit_as(self.kind, [node.args])
        self._visit_as("deferred", [node.body])

    def _visit_as(self, kind: EdgeKind, nodes: Iterable[ast.AST]) -> None:
        outer, self.kind = self.kind, kind
        for node in nodes:
            self.visit(node)
        self.kind = outer


def edges_of(case: Path) -> Iterator[Edge]:
    """The explicit edges of a case: `from p import m` leads to `p.m` when that is a module, else to `p`."""
    modules = modules_of(case)
    for module, path in modules.items():
        reader = ImportReader(module if path.name == "__init__.py" else module.rpartition(".")[0])
        reader.visit(ast.parse(path.read_bytes()))
        for candidates, kind in reader.imported:
            yield from [Edge(module, name, kind) for name in candidates if name in modules][:1]


def components(edges: Iterable[Edge]) -> set[tuple[str, ...]]:
    """The strongly connected components that hold a cycle, by mutual reachability: the graphs are tiny."""
    successors: dict[str, set[str]] = {}
    for edge in edges:
        successors.setdefault(edge.importer, set()).add(edge.imported)
    reached = {start: reachable_from(start, successors) for start in successors}
    return {
        tuple(sorted(other for other in reached if other in targets and start in reached[other]))
        for start, targets in reached.items()
        if start in targets
    }


def reachable_from(start: str, successors: Mapping[str, set[str]]) -> set[str]:
    """Every module that a path of one or more edges leads to."""
    seen: set[str] = set()
    pending = [start]
    while pending:
        new = successors.get(pending.pop(), set()) - seen
        seen |= new
        pending += new
    return seen


def effect_without_failure(members: tuple[str, ...], edges: Iterable[Edge]) -> Effect:
    """Which cut opens a cycle that never fails; no fixture may need both cuts, or open at either."""
    inside = [edge for edge in edges if edge.importer in members and edge.imported in members]
    without_typing = not components(edge for edge in inside if edge.kind != "typing")
    without_deferred = not components(edge for edge in inside if edge.kind != "deferred")
    assert not (without_typing and without_deferred), "either cut opens this cycle: ambiguous"
    if without_typing:
        return "typing"
    if without_deferred:
        return "deferred"
    assert components(edge for edge in inside if edge.kind == "module"), "opened only by both cuts: ambiguous"
    return "latent"


def name_of(case: Path) -> str:
    return case.name


ALL_CASES = sorted(path for path in CASES.iterdir() if path.is_dir())
RUNNABLE = [
    case
    for case in ALL_CASES
    if SpecifierSet(expected_of(case).python).contains(platform.python_version(), prereleases=True)
]
ENTRIES = [pytest.param(case, entry, id=f"{case.name}-{entry}") for case in RUNNABLE for entry in modules_of(case)]
HARMLESS = [
    pytest.param(case, cycle.members, id=f"{case.name}-{cycle.members[0]}")
    for case in RUNNABLE
    for cycle in expected_of(case).cycle
    if not cycle.fails and 1 < len(cycle.members) <= 4
]


@pytest.mark.parametrize(("case", "entry"), ENTRIES)
def test_a_module_imported_first_fails_exactly_when_its_case_says_so(case: Path, entry: str) -> None:
    expected = expected_of(case)
    failing = {*expected.also_fails, *itertools.chain.from_iterable(cycle.fails for cycle in expected.cycle)}
    outcome = import_in_order(case, [entry])
    assert bool(outcome.error) == (entry in failing), outcome
    for cycle in expected.cycle:
        match cycle.witness:
            case Witness(entry=first, module=module, line=line, name=name) if first == entry:
                assert (outcome.path, outcome.line) == (str(modules_of(case)[module]), line), outcome
                assert f"'{name}'" in outcome.message, outcome


@pytest.mark.parametrize(("case", "members"), HARMLESS)
def test_a_cycle_that_never_fails_can_be_imported_in_every_order(case: Path, members: tuple[str, ...]) -> None:
    orders = list(itertools.permutations(members))
    with ThreadPoolExecutor(WORKERS) as pool:
        outcomes = list(pool.map(partial(import_in_order, case), orders))
    assert {order: outcome for order, outcome in zip(orders, outcomes, strict=True) if outcome.error} == {}


@pytest.mark.parametrize("case", ALL_CASES, ids=name_of)
def test_the_members_are_the_strongly_connected_components(case: Path) -> None:
    expected = expected_of(case)
    assert components(edges_of(case)) == {cycle.members for cycle in expected.cycle}
    members = set(itertools.chain.from_iterable(cycle.members for cycle in expected.cycle))
    assert members.isdisjoint(expected.also_fails)
    assert modules_of(case).keys() >= set(expected.also_fails)


@pytest.mark.parametrize("case", ALL_CASES, ids=name_of)
def test_the_effect_agrees_with_the_failing_members_and_the_kinds_of_the_edges(case: Path) -> None:
    for cycle in expected_of(case).cycle:
        assert set(cycle.fails) <= set(cycle.members)
        assert list(cycle.fails) == sorted(cycle.fails)
        match cycle:
            case Cycle(fails=()):
                assert cycle.witness is None
                assert cycle.effect == effect_without_failure(cycle.members, edges_of(case))
            case Cycle(witness=Witness(entry=entry)):
                assert entry == cycle.fails[0]
                assert cycle.effect == ("fatal" if cycle.fails == cycle.members else "order-dependent")
            case _:
                pytest.fail("a cycle that fails has a witness")


def test_every_effect_and_the_absence_of_a_cycle_have_a_case() -> None:
    cycles = [expected_of(case).cycle for case in ALL_CASES]
    assert {cycle.effect for group in cycles for cycle in group} == set(get_args(Effect))
    assert () in cycles
