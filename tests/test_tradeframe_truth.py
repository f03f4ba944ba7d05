"""What fixtures/projects/tradeframe/truth.toml says of the project is so.

Nothing of overhaul is used here: places are looked up with `ast`, and the project's own suite is run, so that the file
can serve as the oracle of the analyzers and of the migrations. Its import cycles are in test_tradeframe_imports.py.
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
import pytest

PROJECT = Path(__file__).parents[1] / "fixtures" / "projects" / "tradeframe"
SOURCE = PROJECT / "src"
SECONDS_FOR_THE_SUITE = 300
KEPT_VARIABLES = ("PATH", "HOME", "TMPDIR", "SYSTEMROOT", "TEMP")
"""No PYTHONPATH and no PYTEST_ADDOPTS: the project stands for itself."""


class Place(msgspec.Struct, frozen=True):
    """The `class`, `def` or first assignment of a dotted name; `line` is 1-based, `path` relative to the project."""

    module: str
    name: str
    path: str
    line: int


class Manager(Place, frozen=True):
    subkind: str
    tier: int
    depends_on: tuple[str, ...]
    constructed_in: str
    constructed_path: str
    constructed_line: int
    attribute: str = ""
    construction_order: int = 0


class Reasoned(Place, frozen=True):
    reason: str


class Cache(Place, frozen=True):
    subkind: Literal["class", "decorator", "adhoc_dict", "lazy_attr", "file"]
    main: bool


class Transition(msgspec.Struct, frozen=True):
    before: str = msgspec.field(name="from")
    after: str = msgspec.field(name="to")
    line: int
    function: str


class State(Place, frozen=True):
    subkind: Literal["enum", "table", "string"]
    states: tuple[str, ...]
    initial: str
    transitions: tuple[Transition, ...]


class Persistence(Place, frozen=True):
    write: Literal["atomic", "in_place"]
    complete: bool
    members: tuple[Place, ...]


class Duplicate(msgspec.Struct, frozen=True):
    type: Literal[1, 2, 3]
    members: tuple[Place, ...]


class LookAlike(msgspec.Struct, frozen=True):
    members: tuple[Place, ...]
    reason: str


class Parallel(msgspec.Struct, frozen=True):
    old: str
    old_path: str
    old_line: int
    new: str
    new_path: str
    new_line: int


class Placeholder(Place, frozen=True):
    tier: Literal["certain", "likely", "note"]
    marker_line: int | None = None


class Stub(Place, frozen=True):
    subkind: str


class Role(Place, frozen=True):
    role: Literal["strategies", "risk"]
    abstract: bool = False


class Family(msgspec.Struct, frozen=True):
    pattern: str
    members: tuple[Place, ...]


class Unread(msgspec.Struct, frozen=True):
    """A row of a table that test_tradeframe_imports.py reads."""


class Truth(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    project: str
    package: str
    source: str
    managers: tuple[Manager, ...]
    not_managers: tuple[Reasoned, ...]
    caches: tuple[Cache, ...]
    not_caches: tuple[Reasoned, ...]
    states: tuple[State, ...]
    not_states: tuple[Reasoned, ...]
    persistences: tuple[Persistence, ...]
    not_persistences: tuple[Reasoned, ...]
    cycles: tuple[Unread, ...]
    duplicates: tuple[Duplicate, ...]
    not_duplicates: tuple[LookAlike, ...]
    parallels: tuple[Parallel, ...]
    old_package_users: tuple[Unread, ...]
    placeholders: tuple[Placeholder, ...]
    legitimate_stubs: tuple[Stub, ...]
    roles: tuple[Role, ...]
    families: tuple[Family, ...]


TRUTH = msgspec.toml.decode((PROJECT / "truth.toml").read_bytes(), type=Truth)


def places() -> Iterator[Place]:
    yield from TRUTH.managers
    yield from TRUTH.not_managers
    yield from TRUTH.caches
    yield from TRUTH.not_caches
    yield from TRUTH.states
    yield from TRUTH.not_states
    yield from TRUTH.persistences
    yield from TRUTH.not_persistences
    yield from TRUTH.placeholders
    yield from TRUTH.legitimate_stubs
    yield from TRUTH.roles
    for pairing in TRUTH.persistences:
        yield from pairing.members
    for group in TRUTH.duplicates:
        yield from group.members
    for alike in TRUTH.not_duplicates:
        yield from alike.members
    for family in TRUTH.families:
        yield from family.members
    for pair in TRUTH.parallels:
        yield place_of(pair.old, pair.old_path, pair.old_line)
        yield place_of(pair.new, pair.new_path, pair.new_line)


def place_of(dotted: str, path: str, line: int) -> Place:
    module = module_of(PROJECT / path)
    return Place(module, dotted.removeprefix(module + "."), path, line)


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def targets(node: ast.AST) -> Sequence[ast.expr]:
    match node:
        case ast.Assign():
            return node.targets
        case ast.AnnAssign():
            return [node.target]
    return []


def lines_of(body: Sequence[ast.stmt], name: str) -> list[int]:
    """Return every line that holds a definition of a dotted name; overloads make it more than one."""
    first, _, rest = name.partition(".")
    found: list[int] = []
    for node in body:
        match node:
            case ast.ClassDef() if node.name == first:
                found += lines_of(node.body, rest) or attribute_lines(node, rest) if rest else [node.lineno]
            case ast.FunctionDef() if node.name == name:
                found.append(node.lineno)
            case _ if any(isinstance(target, ast.Name) and target.id == name for target in targets(node)):
                found.append(node.lineno)
    return found


def attribute_lines(owner: ast.ClassDef, name: str) -> list[int]:
    """Return the line of the first `self.name = ...`."""
    return sorted(
        node.lineno
        for node in ast.walk(owner)
        for target in targets(node)
        if isinstance(node, ast.stmt) and ast.unparse(target) == f"self.{name}"
    )[:1]


def definition(place: Place) -> ast.FunctionDef | ast.ClassDef:
    for node in ast.walk(parse(PROJECT / place.path)):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.lineno == place.line:
            return node
    raise AssertionError(f"no definition at {place.path}:{place.line}")


def position(place: Place) -> tuple[str, int, str]:
    return place.path, place.line, place.name


PLACES: dict[tuple[str, int, str], Place] = {position(place): place for place in places()}


@pytest.mark.parametrize(
    "place", [PLACES[key] for key in sorted(PLACES)], ids=lambda place: f"{place.path}-{place.name}"
)
def test_every_named_thing_stands_where_the_file_says(place: Place) -> None:
    path = PROJECT / place.path
    assert module_of(path) == place.module
    found = lines_of(parse(path).body, place.name)
    assert place.line in found and place.line == found[0]


def test_the_counts_are_those_of_the_story() -> None:
    assert len(TRUTH.managers) == 17
    assert Counter(cache.main for cache in TRUTH.caches) == {True: 3, False: 7}
    assert Counter(state.subkind for state in TRUTH.states) == {"enum": 2, "table": 1, "string": 1}
    assert Counter(group.type for group in TRUTH.duplicates) == {1: 3, 2: 3, 3: 3}
    assert Counter(placeholder.tier for placeholder in TRUTH.placeholders) == {"certain": 7, "likely": 7, "note": 4}
    assert Counter(role.role for role in TRUTH.roles if not role.abstract) == {"strategies": 6, "risk": 10}
    assert len(TRUTH.not_managers) >= 8 and len(TRUTH.legitimate_stubs) >= 9


def test_nothing_is_both_listed_and_ruled_out() -> None:
    def names(rows: Sequence[Place]) -> set[tuple[str, str]]:
        return {(row.module, row.name) for row in rows}

    for rows, ruled_out in (
        (TRUTH.managers, TRUTH.not_managers),
        (TRUTH.caches, TRUTH.not_caches),
        (TRUTH.states, TRUTH.not_states),
        (TRUTH.persistences, TRUTH.not_persistences),
        (TRUTH.placeholders, TRUTH.legitimate_stubs),
    ):
        assert len(names(rows)) == len(rows)
        assert not names(rows) & names(ruled_out)


def test_what_a_manager_depends_on_is_what_its_constructor_takes() -> None:
    managed = {manager.name for manager in TRUTH.managers}
    for manager in TRUTH.managers:
        if manager.subkind == "root":
            assert set(manager.depends_on) == managed - {manager.name}
            continue
        node = definition(manager)
        init = next(item for item in node.body if isinstance(item, ast.FunctionDef) and item.name == "__init__")
        taken = {argument.annotation.id for argument in init.args.args if isinstance(argument.annotation, ast.Name)}
        assert taken & managed == set(manager.depends_on), manager.name


def test_tiers_are_the_longest_way_down() -> None:
    tiers = {manager.name: manager.tier for manager in TRUTH.managers}
    for manager in TRUTH.managers:
        assert manager.tier == max((tiers[name] + 1 for name in manager.depends_on), default=0)
    assert Counter(tiers.values()) == {0: 5, 1: 5, 2: 4, 3: 2, 4: 1}


def test_sixteen_managers_are_made_in_one_long_initialisation() -> None:
    made = sorted(
        (manager for manager in TRUTH.managers if manager.subkind != "root"),
        key=lambda manager: manager.construction_order,
    )
    assert [manager.construction_order for manager in made] == list(range(1, 17))
    assert [manager.constructed_line for manager in made] == sorted(manager.constructed_line for manager in made)
    app = parse(SOURCE / "tradeframe" / "app.py")
    initialize = next(n for n in ast.walk(app) if isinstance(n, ast.FunctionDef) and n.name == "initialize")
    assert initialize.end_lineno is not None and initialize.end_lineno - initialize.lineno >= 200
    calls = {
        (node.lineno, ast.unparse(node.targets[0]), node.value.func.id)
        for node in ast.walk(initialize)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Name)
    }
    assert {(m.constructed_line, f"self.{m.attribute}", m.name) for m in made} <= calls


def test_transitions_lead_from_state_to_state_and_reach_all_of_them() -> None:
    for state in TRUTH.states:
        known = set(state.states)
        assert {end for step in state.transitions for end in (step.before, step.after)} <= known
        assert {step.after for step in state.transitions} | {state.initial} == known
        lines = (PROJECT / state.path).read_text(encoding="utf-8").splitlines()
        for step in state.transitions:
            written = step.before.upper() if state.subkind == "table" else step.after
            assert written in lines[step.line - 1], step


def test_one_half_of_a_pair_is_missing_and_both_ways_of_writing_occur() -> None:
    assert Counter(row.complete for row in TRUTH.persistences) == {True: 3, False: 1}
    assert {row.write for row in TRUTH.persistences if row.complete} == {"atomic", "in_place"}


class Blind(ast.NodeTransformer):
    """Takes the names and literals out of a tree."""

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name("_", node.ctx)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        return ast.arg("_", None)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        return ast.Attribute(self.visit(node.value), "_", node.ctx)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return ast.Constant(0)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        return ast.Constant(0)


def statements(place: Place, *, blind: bool = False) -> list[str]:
    """Return the statements of a function without its docstring."""
    node = definition(place)
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return [ast.dump(Blind().visit(item) if blind else item) for item in body]


@pytest.mark.parametrize("group", TRUTH.duplicates, ids=lambda group: f"{group.type}-{group.members[0].name}")
def test_duplicates_are_as_alike_as_their_type_says(group: Duplicate) -> None:
    first, *others = group.members
    for other in others:
        exact = statements(first) == statements(other)
        renamed = statements(first, blind=True) == statements(other, blind=True)
        match group.type:
            case 1:
                assert exact
            case 2:
                assert renamed and not exact
            case 3:
                shared = set(statements(first, blind=True)) & set(statements(other, blind=True))
                assert not renamed and len(shared) >= 4


def test_look_alikes_are_not_equal() -> None:
    for group in TRUTH.not_duplicates:
        first, second = group.members
        if "on purpose" not in group.reason:
            assert statements(first, blind=True) != statements(second, blind=True)


def test_a_marker_stands_in_or_right_above_what_it_marks() -> None:
    for row in TRUTH.placeholders:
        if row.marker_line is None:
            continue
        if row.tier == "note":
            assert row.marker_line == row.line - 1
        else:
            end = definition(row).end_lineno
            assert end is not None and row.line < row.marker_line <= end


def test_the_code_gives_no_hints() -> None:
    for path in SOURCE.rglob("*.py"):
        text = path.read_text(encoding="utf-8").lower()
        assert not any(word in text for word in ("planted", "fixture", "truth", "overhaul")), path.name


def test_the_suite_of_the_project_passes() -> None:
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    process = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=PROJECT,
        env={**kept, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=SECONDS_FOR_THE_SUITE,
    )
    assert process.returncode == 0, process.stdout[-3000:]
    passed = int(process.stdout.rsplit(" passed", 1)[0].split()[-1])
    assert passed >= 120
