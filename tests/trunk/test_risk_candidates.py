"""Candidates of consolidation from rows made by hand: what is one, what it saves, and in which order they come."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Literal

import msgspec

from overhaul.facts import Attribute, Class, Function, Import, Metric, Variable
from overhaul.inventory import CacheFamily, Confidence, Operation, ResponsibilityOverlap
from overhaul.redundancy import (
    Clone,
    Consolidation,
    Correspondence,
    Difference,
    Duplicate,
    Parallel,
    Reach,
    RepeatedUtility,
)
from overhaul.repeating.risk_candidates import Rows, consolidations_of, worth
from overhaul.repeating.risk_project import Member, Project
from overhaul.testing import surveyed

OLD = """
class Book:
    def __init__(self, orders):
        self.orders = orders
        self.seen = 0

    def total(self, day):
        if day:
            return sum(self.orders)
        return 0


def load(path, *, strict=True):
    return path


def lonely():
    return 1
"""
NEW = """
COUNT = 0


class OrderBook:
    def __init__(self, orders):
        self.orders = orders

    def total(self, date):
        return sum(self.orders)


async def load(path):
    global COUNT
    COUNT = len(path)
    return path
"""
FILES = {
    "old.py": OLD, "new.py": NEW, "app.py": "import old\nfrom new import load\n", "web.py": "import new\n",
    "test_old.py": "import old\n",
}  # fmt: skip


@contextmanager
def project(reaches: list[Reach] | None = None, files: dict[str, str] = FILES) -> Generator[Project]:
    with surveyed(files) as seen:
        yield Project(
            reaches or [], seen.rows(Import), [], seen.facts(Metric), seen.facts(Function), seen.facts(Class),
            seen.facts(Attribute), seen.facts(Variable), seen.symbols,
        )  # fmt: skip


def reach(module: str, name: str, users: int, tests: int) -> Reach:
    return Reach(
        module=module, name=name, path=f"{module}.py", line=1, reached="entry", called_by=(), callers=users,
        users=users, tests=tests,
    )  # fmt: skip


def duplicate(*names: str, saved: int = 10, confidence: Confidence = "high", meanings: int = 0) -> Duplicate:
    clones = [Clone(one.partition(".")[0], one.partition(".")[2], f"{one.partition('.')[0]}.py", 3, 9) for one in names]
    first = clones[0]
    return Duplicate(
        kind="duplicate", subkind="function", name=first.name, module=first.module, path=first.path, line=first.line,
        confidence=confidence, evidence=("line 3: it is there",), type=2, unit="function", similarity=1.0,
        members=tuple(clones), statements=5, saved_lines=saved, identity=f"dup-{'+'.join(names)}",
        differences=tuple(Difference(f"n{number}", ("a", "b")) for number in range(meanings)),
    )  # fmt: skip


def correspondence(
    first: str, second: str, unit: Literal["function", "method", "class"] = "function"
) -> Correspondence:
    return Correspondence(
        first=first, second=second, unit=unit, similarity=0.9, difference="", first_path="old.py", first_line=1,
        second_path="new.py", second_line=1,
    )  # fmt: skip


def parallel(*pairs: Correspondence) -> Parallel:
    return Parallel(
        kind="parallel", subkind="module", name="", module="old", path="old.py", line=1, confidence="high",
        evidence=(), first="old", second="new", similarity=0.8, correspondences=pairs, first_users=("app", "test_old"),
        second_users=("app", "web"), identity="par-1",
    )  # fmt: skip


def parts(row: Consolidation) -> dict[str, tuple[float, str]]:
    return {one.name: (one.value, one.measure) for one in row.parts}


def test_a_group_of_functions_shows_what_its_risk_is_made_of() -> None:
    reaches = [reach("old", "load", 2, 3), reach("new", "load", 3, 0)]
    with project(reaches) as known:
        rows = Rows(duplicates=[duplicate("old.load", "new.load")])
        (row,) = consolidations_of(rows, known, {"dup-old.load+new.load": "two protocols"})
    assert (row.kind, row.subkind, row.members, row.saved_lines) == (
        "consolidation", "duplicate", ("old.load", "new.load"), 10,
    )  # fmt: skip
    assert row.justified == "two protocols" and row.evidence == ("line 3: it is there",)
    assert parts(row) == {
        "users": (0.5, "5 modules use them"),
        "fan_in": (0.167, "2 modules import the modules they stand in"),  # the tests are not among them
        "interface_distance": (0.625, "1 parameter in only one, only one is async"),
        "state_held": (0.143, "they hold up to 1 module variable each"),
        "untested": (0.5, "no test reaches 1 of 2"),
        "complexity": (0.0, "cyclomatic complexity of up to 1"),
    }


def test_names_that_mean_different_things_must_be_handed_in() -> None:
    with project() as known:
        rows = Rows(duplicates=[duplicate("old.load", "old.load", meanings=5), duplicate("old.load", "old.load")])
        several, none = sorted(consolidations_of(rows, known, {}), key=lambda row: -row.risk)
    assert parts(several)["interface_distance"] == (0.5, "5 names mean different things")
    assert parts(none)["interface_distance"] == (0.0, "the interfaces are equal")


def test_classes_hold_their_attributes_and_are_apart_by_their_methods() -> None:
    with project() as known:
        (row,) = consolidations_of(Rows(duplicates=[duplicate("old.Book", "new.OrderBook")]), known, {})
    shown = parts(row)
    assert shown["state_held"] == (0.25, "they hold up to 2 attributes each")  # the other holds one
    assert shown["interface_distance"] == (0.125, "1 signature differs")
    assert shown["complexity"][1] == "cyclomatic complexity of up to 2"


def test_a_method_holds_what_it_assigns() -> None:
    with project() as known:
        measures = known.measures([Member("old", "Book.__init__"), Member("old", "Book.total")])
    assert measures.held == (("attribute", 2),)


def test_constants_of_a_class_are_no_state() -> None:
    constants = "class Sizes:\n    small = 1\n    large = 2\n\n    def __init__(self):\n        self.seen = 0\n"
    files = {"old.py": constants, "new.py": constants.replace("        self.seen = 0", "        pass")}
    with project(files=files) as known:
        assert known.measures([Member("new", "Sizes")]).held == ()
        assert known.measures([Member("old", "Sizes"), Member("new", "Sizes")]).held == (("attribute", 1),)


def test_ten_copies_hold_no_more_than_one_of_them() -> None:
    copy = "class Seen:\n    def __init__(self):\n        self.seen = 0\n        self.count = 0\n"
    with project(files={f"m{number}.py": copy for number in range(10)}) as known:
        held = known.measures([Member(f"m{number}", "Seen") for number in range(10)]).held
    assert held == (("attribute", 2),)


IN_TESTS = {
    "t/__init__.py": "", "t/integration/__init__.py": "", "t/integration/common.py": OLD, "t/integration/other.py": OLD,
    "old.py": OLD,
}  # fmt: skip


def test_what_stands_in_tests_is_reached_by_tests() -> None:
    with project(files=IN_TESTS) as known:
        assert known.measures([Member("t.integration.common", "load"), Member("old", "load")]).untested == 1


def test_what_is_wholly_in_tests_is_no_candidate() -> None:
    paths = ("t/integration/common.py", "t/integration/other.py", "old.py")
    clones = [Clone(path[:-3].replace("/", "."), "load", path, 13, 14) for path in paths]
    group = duplicate("old.load", "old.lonely")
    inside = msgspec.structs.replace(group, members=tuple(clones[:2]), identity="dup-tests")
    mixed = msgspec.structs.replace(group, members=tuple(clones[1:]), identity="dup-mixed")
    with project(files=IN_TESTS) as known:
        found = consolidations_of(Rows(duplicates=[inside, mixed]), known, {})
    assert [row.identity for row in found] == ["dup-mixed"]


def test_a_parallel_takes_its_users_from_both_sides_and_has_its_duplicates_in_it() -> None:
    pairs = (
        correspondence("old.Book", "new.OrderBook", "class"),
        correspondence("old.Book.total", "new.OrderBook.total", "method"),
        correspondence("old.load", "new.load"),
        correspondence("old.lonely", ""),
        correspondence("", "new.more"),
    )
    rows = Rows(
        parallels=[parallel(*pairs)],
        duplicates=[duplicate("old.Book.total", "new.OrderBook.total"), duplicate("old.lonely", "new.load")],
    )
    with project() as known:
        first, second = consolidations_of(rows, known, {})
    assert {first.identity, second.identity} == {"par-1", "dup-old.lonely+new.load"}
    row = first if first.identity == "par-1" else second
    # The class and the function, without the methods for themselves.
    assert row.members == ("old.Book", "new.OrderBook", "old.load", "new.load")
    assert row.saved_lines == 11
    shown = parts(row)
    assert shown["users"][1] == "3 modules use them"
    assert shown["interface_distance"][1] == (
        "1 of 4 public names missing in the second, 3 of 4 public names with another name or signature"
    )


def test_what_only_the_kept_side_has_is_in_nobodys_way() -> None:
    same = correspondence("old.lonely", "old.lonely")
    with project() as known:
        alone, more = [
            consolidations_of(Rows(parallels=[parallel(*pairs)]), known, {})[0]
            for pairs in ((same,), (same, correspondence("", "new.more")))
        ]
    assert parts(alone)["interface_distance"] == parts(more)["interface_distance"] == (0.0, "the interfaces are equal")


def family(*members: str) -> CacheFamily:
    operations = (
        Operation("get", "old.Book", "Book.total", "(day)", False, "old.py", 7),
        Operation("get", "new.OrderBook", "OrderBook.total", "(date)", False, "new.py", 9),
        Operation("put", "old.Book", "Book.put", "(day)", False, "old.py", 8),
        Operation("put", "new.OrderBook", "OrderBook.put", "(day)", False, "new.py", 10),
    )
    return CacheFamily(
        name="cache classes", basis="class", members=members, operations=operations, differing=("get",), module="old",
        path="old.py", line=2, confidence="high", evidence=(),
    )  # fmt: skip


def test_caches_of_one_family_save_all_but_the_longest() -> None:
    with project() as known:
        (row,) = consolidations_of(Rows(families=[family("old.Book", "new.OrderBook")]), known, {})
    assert (row.subkind, row.name, row.saved_lines, row.confidence) == ("cache_family", "Book", 6, "high")
    assert row.identity.startswith("cch-")
    assert parts(row)["interface_distance"] == (0.5, "1 of 2 operations differ in name or parameters")


BACKENDS = {
    "base.py": "class Base:\n    def get(self): ...\n",
    "disk.py": "from base import Base\n\n\nclass Disk(Base):\n    def get(self): ...\n",
    "memory.py": "import base\n\n\nclass Memory(base.Base):\n    def get(self): ...\n",
    "other.py": "class Other:\n    def get(self): ...\n",
}  # fmt: skip


def test_backends_behind_one_base_are_one_cache() -> None:
    rows = Rows(families=[family("disk.Disk", "memory.Memory", "base.Base")])
    with project(files=BACKENDS) as known:
        assert not consolidations_of(rows, known, {})


def test_a_family_stands_beside_other_caches_with_its_base() -> None:
    rows = Rows(families=[family("disk.Disk", "memory.Memory", "other.Other", "base.Base")])
    with project(files=BACKENDS) as known:
        (row,) = consolidations_of(rows, known, {})
    assert row.members == ("other.Other", "base.Base") and row.confidence == "medium"


def test_a_cache_and_the_client_it_stands_on_are_no_candidate() -> None:
    client = msgspec.structs.replace(reach("disk", "Disk", 1, 0), called_by=("other.Other.__init__",))
    rows = Rows(families=[family("disk.Disk", "other.Other")])
    with project([client], BACKENDS) as known:
        assert not consolidations_of(rows, known, {})
    with project(files=BACKENDS) as known:
        assert len(consolidations_of(rows, known, {})) == 1


def test_managers_that_overlap_little_are_no_candidate() -> None:
    def overlap(similarity: float) -> ResponsibilityOverlap:
        return ResponsibilityOverlap(
            first="old.Book", second="new.OrderBook", shared=("cancel order",), similarity=similarity, module="old",
            path="old.py", line=2,
        )  # fmt: skip

    with project() as known:
        (row,) = consolidations_of(Rows(overlaps=[overlap(0.6), overlap(0.4)]), known, {})
    assert (row.subkind, row.saved_lines, row.confidence) == ("responsibility_overlap", 4, "medium")


def utility(repeats: str, path: str) -> RepeatedUtility:
    return RepeatedUtility(
        kind="repeated_utility", subkind="project" if path else "stdlib", name="load", module="old", path="old.py",
        line=13, end=14, confidence="high", evidence=(), repeats=repeats, repeats_path=path, repeats_line=1, type=1,
        identity="rep-000000000000",
    )  # fmt: skip


def test_a_utility_of_the_standard_library_is_a_candidate_of_one_member() -> None:
    with project() as known:
        (row,) = consolidations_of(Rows(utilities=[utility("os.fspath", "")]), known, {})
    assert (row.members, row.saved_lines) == (("old.load",), 2)


def test_a_utility_is_not_listed_beside_the_duplicates_that_have_it() -> None:
    with project() as known:
        rows = Rows(utilities=[utility("new.load", "new.py")], duplicates=[duplicate("old.load", "new.load", "app")])
        assert [row.subkind for row in consolidations_of(rows, known, {})] == ["duplicate"]
        # One that says the same as something else is.
        rows = Rows(utilities=[utility("new.load", "new.py")], duplicates=[duplicate("old.load", "old.lonely")])
        assert len(consolidations_of(rows, known, {})) == 2


def test_the_best_candidate_comes_first_and_doubtful_ones_not_at_all() -> None:
    reaches = [reach("old", "load", 1000, 0), reach("new", "load", 1000, 0), reach("old", "lonely", 0, 1)]
    groups = [
        duplicate("old.load", "new.load", saved=12), duplicate("old.lonely", "old.lonely", saved=10),
        duplicate("old.lonely", "new.load", saved=500, confidence="low"),
    ]  # fmt: skip
    with project(reaches) as known:
        rows = consolidations_of(Rows(duplicates=groups), known, {})
    assert [row.saved_lines for row in rows] == [10, 12]
    assert worth(rows[0]) > worth(rows[1]) and rows[0].risk < rows[1].risk


def test_what_runs_at_the_top_level_is_tested_when_a_test_imports_it() -> None:
    with project() as known:
        assert known.measures([Member("old", ""), Member("new", "")]).untested == 1


def test_a_submodule_is_taken_for_the_module_and_not_for_a_name_in_its_package() -> None:
    files = {"shop/__init__.py": "", "shop/cart.py": "class Cart:\n    def add(self): ...\n"}
    with project(files=files) as known:
        assert known.member("shop.cart.Cart.add") == Member("shop.cart", "Cart.add")
        assert known.member("elsewhere.thing") == Member("elsewhere.thing", "")


def spread(identity: str, line: int, end: int, *modules: str) -> Duplicate:
    clones = tuple(Clone(module, "f", f"{module}.py", line, end) for module in modules)
    saved = (end - line + 1) * (len(clones) - 1)
    return msgspec.structs.replace(duplicate("old.load", "new.load", saved=saved), members=clones, identity=identity)


def test_duplicates_within_duplicates_are_not_listed_again() -> None:
    outer, inner = spread("dup-outer", 1, 30, "old", "new"), spread("dup-inner", 5, 15, "old", "new")
    wider = spread("dup-wider", 5, 15, "old", "new", "app")  # one of them stands elsewhere
    with project() as known:
        assert [row.identity for row in consolidations_of(Rows(duplicates=[inner, outer]), known, {})] == ["dup-outer"]
        assert len(consolidations_of(Rows(duplicates=[wider, outer]), known, {})) == 2


def test_what_overlaps_counts_once_among_the_further_lines() -> None:
    run = spread("dup-run", 2, 13, "old", "new", "app", "web", "more")
    functions = spread("dup-functions", 1, 13, "old", "new", "app")
    with project() as known:
        rows = consolidations_of(Rows(duplicates=[functions, run]), known, {})
        assert [(row.identity, row.saved_lines, row.further_lines) for row in rows] == [
            ("dup-run", 48, 48), ("dup-functions", 26, 2),
        ]  # fmt: skip
        # What stays as it is takes nothing away.
        rows = consolidations_of(Rows(duplicates=[functions, run]), known, {"dup-run": "so"})
        assert [(row.identity, row.further_lines) for row in rows] == [("dup-run", 0), ("dup-functions", 26)]


def test_the_lines_of_every_kind_of_candidate_can_be_added_up() -> None:
    pairs = (correspondence("old.Book", "new.OrderBook", "class"), correspondence("old.load", "new.load"))
    book = ResponsibilityOverlap(
        first="old.Book", second="new.OrderBook", shared=("add order",), similarity=0.9, module="old", path="old.py",
        line=2,
    )  # fmt: skip
    with project() as known:
        for rows in (
            Rows(parallels=[parallel(*pairs)]), Rows(families=[family("old.Book", "new.OrderBook")]),
            Rows(overlaps=[book]), Rows(utilities=[utility("os.fspath", "")]),
        ):  # fmt: skip
            (row,) = consolidations_of(rows, known, {})
            assert row.further_lines == row.saved_lines > 0
        utility_too = Rows(parallels=[parallel(*pairs)], utilities=[utility("os.fspath", "")])
        assert sorted(row.further_lines for row in consolidations_of(utility_too, known, {})) == [0, 11]
