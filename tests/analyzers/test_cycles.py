"""Import cycles, told apart by what happens when they are imported.

What fixtures/cycles really do is shown by tests/test_cycle_fixtures.py, which imports them; here overhaul has to say
the same without importing anything.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

import msgspec
import networkx
import pytest

from overhaul.facts import Cycle, Import
from overhaul.testing import Files, surveyed, table

FIXTURES = Path(__file__).parents[2] / "fixtures"
TRADEFRAME = FIXTURES / "projects" / "tradeframe"

Effect = Literal["fatal", "order-dependent", "latent", "deferred", "typing"]

GAPS = {
    "handler_name_is_unbound_again": "the name after `except ... as` counts as bound to the end of the module",
    "partner_sets_the_attribute": "an assignment to an attribute of a module counts as a use of the module only",
}


class Place(msgspec.Struct, frozen=True):
    """Where the import of `entry` fails."""

    entry: str
    module: str
    line: int
    name: str


class Expected(msgspec.Struct, frozen=True):
    """A cycle as expected.toml has it."""

    members: tuple[str, ...]
    effect: Effect
    fails: tuple[str, ...]
    witness: Place | None = None


class Case(msgspec.Struct, frozen=True):
    """What is read here of expected.toml."""

    cycle: tuple[Expected, ...] = ()


def read(folder: Path) -> dict[str, str | bytes]:
    """The Python and packaging files of a folder."""
    files = [*folder.rglob("*.py"), *folder.glob("pyproject.toml")]
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in sorted(files)}


def cycles(files: Files) -> list[Cycle]:
    return [row for row in table(Cycle, files) if isinstance(row, Cycle)]


def only(files: Files) -> Cycle:
    (cycle,) = cycles(files)
    return cycle


def told(cycle: Cycle) -> Expected:
    """A cycle in the words of expected.toml."""
    at = cycle.witness
    place = Place(cycle.fails[0], at.module, at.line, at.name) if at is not None else None
    return Expected(cycle.modules, cycle.effect, cycle.fails, place)


CASES = sorted(folder for folder in (FIXTURES / "cycles").iterdir() if folder.is_dir())
PARAMETERS = [
    pytest.param(
        case, id=case.name, marks=[pytest.mark.xfail(reason=GAPS[case.name], strict=True)] if case.name in GAPS else []
    )
    for case in CASES
]


@pytest.mark.parametrize("case", PARAMETERS)
def test_each_case_is_predicted_as_it_really_goes(case: Path) -> None:
    expected = msgspec.toml.decode((case / "expected.toml").read_bytes(), type=Case).cycle
    assert sorted(map(told, cycles(read(case))), key=lambda one: one.members) == sorted(
        expected, key=lambda one: one.members
    )


PARTNERS = {"b.py": "def g():\n    import a\n    return a.Y\nx = 1", "c.py": "z = 1"}


@pytest.mark.parametrize(("line", "way", "names"), [
    ("import b; import c", "defer", ("b",)),
    ("import b, c", "defer", ("b",)),
    ("import c; import b", "defer", ("b",)),
    ("import b as c; import c as b", "move", ("c",)),
])  # fmt: skip
def test_of_two_imports_in_one_line_only_the_one_in_the_cycle_is_judged(
    line: str, way: str, names: tuple[str, ...]
) -> None:
    [cut] = only(PARTNERS | {"a.py": f"{line}\ndef f():\n    return b.x\nY = c.z"}).cuts
    assert (cut.importer, cut.imported, cut.way, cut.names) == ("a", "b", way, names)


MAY_BE_LEFT: dict[Effect, set[Effect]] = {
    "fatal": {"deferred", "typing"},
    "order-dependent": {"deferred", "typing"},
    "latent": {"deferred", "typing"},
    "deferred": {"typing"},
    "typing": set(),
}


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_without_the_imports_that_are_to_be_cut_no_ring_of_that_effect_is_left(case: Path) -> None:
    files = read(case)
    paths = {name.removesuffix(".py").removesuffix("/__init__").replace("/", "."): name for name in files}
    found = cycles(files)
    for cycle in found:
        cut = dict(files)
        for one in cycle.cuts:
            cut[paths[one.importer]] = without(cut[paths[one.importer]], one.line)
        left = {other.effect for other in cycles(cut) if set(other.modules) & set(cycle.modules)}
        assert left <= MAY_BE_LEFT[cycle.effect], cycle.cuts
        assert cycle.cost == sum(one.cost for one in cycle.cuts) > 0


def without(source: str | bytes, line: int) -> bytes:
    """The source with `pass` for the statement in a line (1-based)."""
    assert isinstance(source, bytes)
    lines = source.splitlines(keepends=True)
    written = lines[line - 1]
    lines[line - 1] = written[: len(written) - len(written.lstrip())] + b"pass\n"
    return b"".join(lines)


class Edge(msgspec.Struct, frozen=True):
    """An import in truth.toml."""

    importer: str = msgspec.field(name="from")
    imported: str = msgspec.field(name="to")
    line: int
    kind: str


class TrueCycle(msgspec.Struct, frozen=True):
    """A cycle in truth.toml."""

    effect: Effect
    members: tuple[str, ...]
    failing_entries: tuple[str, ...]
    edges: tuple[Edge, ...]


class Truth(msgspec.Struct, frozen=True):
    """What is read here of truth.toml."""

    cycles: tuple[TrueCycle, ...]


def test_tradeframe_has_the_cycles_it_was_given_with_these_edges_and_no_other() -> None:
    truth = msgspec.toml.decode((TRADEFRAME / "truth.toml").read_bytes(), type=Truth)
    with surveyed(read(TRADEFRAME)) as seen:
        imports, found = seen.rows(Import), seen.rows(Cycle)
    said = {
        TrueCycle(
            cycle.effect, cycle.modules, cycle.fails,
            tuple(
                Edge(row.importer, row.imported, row.line, row.kind)
                for row in imports
                if not row.implicit and {row.importer, row.imported} <= set(cycle.modules)
            ),
        )
        for cycle in found
    }  # fmt: skip
    assert said == set(truth.cycles)


@pytest.mark.parametrize(("files", "why"), [
    ({"a.py": "import b", "b.py": "import c", "c.py": ""}, "a chain ends somewhere"),
    ({"a.py": "import json", "json.py": "import decimal"}, "the other module is the standard library's"),
    ({"p/__init__.py": "", "p/a.py": "from p import b", "p/b.py": "import p"}, "only the package is taken"),
    ({"p/__init__.py": "from p.a import x", "p/a.py": "import p.b", "p/b.py": "", "q.py": "import p"},
     "that a package is loaded before its submodule is no import of it"),
])  # fmt: skip
def test_what_looks_like_a_ring_and_is_none_is_not_told(files: Files, why: str) -> None:
    assert cycles(files) == [], why


def test_a_ring_of_which_every_entry_fails_is_fatal_with_the_place_where_it_does() -> None:
    cycle = only({"a.py": "from b import y\nx = 1", "b.py": "from c import z\ny = 1", "c.py": "from a import x\nz = 1"})
    assert (cycle.effect, cycle.fails) == ("fatal", ("a", "b", "c"))
    assert cycle.witness is not None
    assert cycle.witness.order == ("a", "b", "c")
    assert (cycle.witness.module, cycle.witness.path, cycle.witness.line) == ("c", "c.py", 1)
    assert (cycle.witness.name, cycle.witness.source) == ("x", "a")


@pytest.mark.parametrize("second", [
    "import a\n\ndef f():\n    return a.x",
    "import a as other\n\nclass C:\n    def f(self):\n        return other.x",
])  # fmt: skip
def test_a_ring_whose_names_are_used_in_functions_only_works_in_every_order(second: str) -> None:
    cycle = only({"a.py": "import b\nx = 1", "b.py": second})
    assert (cycle.effect, cycle.fails, cycle.witness) == ("latent", (), None)


@pytest.mark.parametrize(("first", "second", "way"), [
    ("import b\nx: 'b.C'\ny = 1", "from a import y\nz = y", "typing"),
    ("import b\n\ndef f():\n    return b.z\n\ny = 1", "from a import y\nz = y", "defer"),
    ("import b\ny = 1", "from a import y\nz = y", "drop"),
    ("from b import k\ny = k", "from a import y\nfrom c import k\nz = y", "direct"),
    ("from b import z\ny = z", "import a\nz = a.y", "move"),
])  # fmt: skip
def test_the_cheapest_way_to_take_an_import_out_is_named(first: str, second: str, way: str) -> None:
    cycle = only({"a.py": first, "b.py": second, "c.py": "def k(): return 1"})
    assert [one.way for one in cycle.cuts] == [way]
    assert cycle.exact


def test_cycles_that_hurt_most_come_first() -> None:
    files = {
        "a.py": "from b import y\nx = 1", "b.py": "from a import x\ny = 1",
        "c.py": "import d", "d.py": "def f():\n    import c",
        **{f"user{n}.py": "import a" for n in range(3)},
    }  # fmt: skip
    first, second = cycles(files)
    assert (first.modules, first.fan_in, first.effect) == (("a", "b"), 3, "fatal")
    assert (second.modules, second.fan_in, second.effect) == (("c", "d"), 0, "deferred")
    # Weight of the effect times members, failing entries and importers from outside.
    assert (first.impact, second.impact) == (8.0 * (2 + 2 + 3), 1.0 * 2)


def test_the_evidence_is_the_imports_that_close_the_ring() -> None:
    cycle = only({"a.py": "\nimport b", "b.py": "from a import x", "c.py": "import a, b"})
    assert cycle.evidence == ("a.py:2: module import of b", "b.py:1: module import of x from a")


def test_cycles_are_the_components_that_networkx_finds() -> None:
    ring = {f"m{n}.py": f"import m{(n * 7 + 3) % 30}\nimport m{(n * 5 + 1) % 30}" for n in range(30)}
    with surveyed(ring) as seen:
        imports, found = seen.rows(Import), seen.rows(Cycle)
    graph: networkx.DiGraph[str] = networkx.DiGraph((row.importer, row.imported) for row in imports)
    loops = set(networkx.nodes_with_selfloops(graph))
    components = {
        tuple(sorted(members))
        for members in networkx.strongly_connected_components(graph)
        if len(members) > 1 or members <= loops
    }
    assert {cycle.modules for cycle in found} == components


def test_a_ring_of_hundreds_of_modules_is_told_within_the_usual_depth_of_calls() -> None:
    count = 300
    files = {f"m{number}.py": f"import m{(number + 1) % count}\n" for number in range(count)}
    (cycle,) = table("cycles", files)
    assert isinstance(cycle, Cycle)
    assert (cycle.effect, len(cycle.modules)) == ("latent", count)
    assert sys.getrecursionlimit() < 10_000
