"""What is pretended and what is said twice, on the terminal: in how many lines, in which order, leading where."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import msgspec
import pytest

from overhaul.config import Config, Justification
from overhaul.inventory import Cache, CacheFamily, Manager, ResponsibilityOverlap
from overhaul.leaves import Analyzer, Leaf, Leaves, load_leaves
from overhaul.redundancy import Clone, Consolidation, Correspondence, Duplicate, Parallel, Placeholder
from overhaul.survey import survey
from overhaul.testing import InProcess


def placeholder_leaf(*rows: Placeholder) -> Leaf:
    def placeholders() -> Iterator[Placeholder]:
        """Placeholders made by hand."""
        yield from rows

    return Analyzer(placeholders)


def duplicate_leaf(*rows: Duplicate) -> Leaf:
    def duplicates() -> Iterator[Duplicate]:
        """Groups made by hand."""
        yield from rows

    return Analyzer(duplicates)


def parallel_leaf(*rows: Parallel) -> Leaf:
    def parallels() -> Iterator[Parallel]:
        """Pairs made by hand."""
        yield from rows

    return Analyzer(parallels)


def candidate_leaf(*rows: Consolidation) -> Leaf:
    def consolidations() -> Iterator[Consolidation]:
        """Candidates made by hand."""
        yield from rows

    return Analyzer(consolidations)


def placeholder(name: str, **fields: object) -> Placeholder:
    row = Placeholder(
        kind="placeholder", subkind="certain", name=name, module="a", path="a.py", line=1, confidence="high",
        evidence=(), tier="certain", pattern="empty", why="a body of pass", marker_line=None, called_by=(), callers=0,
        reached="nowhere", fuller=(), end=2,
    )  # fmt: skip
    return msgspec.structs.replace(row, **fields)


def duplicate(number: int, saved: int, **fields: object) -> Duplicate:
    members = tuple(Clone(f"m{one}.g{number}", f"f{number}", f"m{one}.py", number, number + 9) for one in range(6))
    row = Duplicate(
        kind="duplicate", subkind="function", name=f"f{number}", module="m0", path="m0.py", line=number,
        confidence="high", evidence=(), type=2, unit="function", similarity=1.0, members=members, statements=5,
        saved_lines=saved, differences=(), identity=f"dup-{number:012}",
    )  # fmt: skip
    return msgspec.structs.replace(row, **fields)


def parallel(first: str, similarity: float) -> Parallel:
    same = Correspondence(f"{first}.f", "new.f", "function", 0.9, "", f"{first}.py", 1, "new.py", 1)
    lonely = Correspondence(f"{first}.g", "", "function", 0.0, "", f"{first}.py", 5, "", 0)
    return Parallel(
        kind="parallel", subkind="module", name="", module=first, path=f"{first}.py", line=1, confidence="high",
        evidence=(), first=first, second="new", similarity=similarity, correspondences=(same, lonely), first_users=(),
        second_users=(), identity=f"par-{first}",
    )  # fmt: skip


def candidate(number: int, **fields: object) -> Consolidation:
    row = Consolidation(
        kind="consolidation", subkind="duplicate", name=f"f{number}", module="m0", path="m0.py", line=number,
        confidence="high", evidence=(), members=(f"m0.f{number}", f"m1.f{number}"), risk=0.25, parts=(), saved_lines=12,
        identity=f"dup-{number:012}", justified="",
    )  # fmt: skip
    return msgspec.structs.replace(row, **fields)


def manager_leaf() -> Leaf:
    def managers() -> Iterator[Manager]:
        """One made by hand."""
        yield Manager(
            kind="manager", subkind="concrete", name="One", module="a", path="a.py", line=1, confidence="high",
            evidence=(), purpose="", collaborators=(), constructed=(), life_cycle=(), interface=(), tier=None,
            depends_on=(), bases=(),
        )  # fmt: skip

    return Analyzer(managers)


def cache_leaf() -> Leaf:
    def caches() -> Iterator[Cache]:
        """One made by hand."""
        yield Cache(
            kind="cache", subkind="class", name="P", module="a", path="a.py", line=1, confidence="high", evidence=(),
            storage="", bounded=None, ttl=None, scope="instance", key="", value_kind="", invalidation=(), locked=None,
            none="", lookups=(), stores=(),
        )  # fmt: skip

    return Analyzer(caches)


def overlap(first: str, second: str) -> ResponsibilityOverlap:
    return ResponsibilityOverlap(
        first=first, second=second, shared=("add order",), similarity=0.9, module="a", path="a.py", line=1
    )


def overlap_leaf(*rows: ResponsibilityOverlap) -> Leaf:
    def responsibility_overlaps() -> Iterator[ResponsibilityOverlap]:
        """Pairs made by hand."""
        yield from rows

    return Analyzer(responsibility_overlaps)


def family(name: str, *members: str) -> CacheFamily:
    return CacheFamily(
        name=name, basis="class", members=members, operations=(), differing=(), module="a", path="a.py", line=1,
        confidence="high", evidence=(),
    )  # fmt: skip


def family_leaf(*rows: CacheFamily) -> Leaf:
    def cache_families() -> Iterator[CacheFamily]:
        """Families made by hand."""
        yield from rows

    return Analyzer(cache_families)


class Told:
    """The inventory on the terminal, line by line, each as long as it likes."""

    def __init__(self, root: Path) -> None:
        (root / "a.py").write_text("x = 1\n", encoding="utf-8")
        self.root = root

    def __call__(self, *leaves: Leaf, config: Config | None = None) -> list[str]:
        seen = survey(self.root, config or Config(), Leaves(leaves), executor=InProcess())
        text = click.unstyle("".join(load_leaves().report("terminal").function(seen)))
        return [line[2:] for line in text.partition("Inventory\n")[2].partition("\n\n")[0].splitlines()]


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Told:
    monkeypatch.setenv("COLUMNS", "1000")
    return Told(tmp_path)


def test_placeholders_are_counted_by_tier_and_the_one_that_matters_most_is_named(told: Told) -> None:
    assert told(
        placeholder_leaf(
            placeholder("unused"),
            placeholder("pay", reached="entry", callers=3, line=40),
            placeholder("later", tier="likely", subkind="likely", confidence="medium", reached="entry"),
            placeholder("", tier="note", subkind="note", confidence="low"),
        )
    ) == [
        "3 placeholders: 2 certain, 1 likely; 2 of them can be reached from outside (1 note besides)",
        "  first of all pay (a body of pass, 3 callers) a.py:40",
    ]


def test_the_three_groups_that_would_save_most_are_named_with_their_places(told: Told) -> None:
    rows = [duplicate(number, saved) for number, saved in ((1, 5), (2, 50), (3, 30), (4, 1))]
    unsure = duplicate(5, 900, confidence="low")
    lines = told(duplicate_leaf(*rows, unsure))
    assert lines[0] == "4 groups of duplicates: 4 of type 2; 86 lines fewer with one of each (1 more unsure)"
    assert [line.split()[0] for line in lines[1:]] == ["f2", "f3", "f1"]
    assert lines[1] == "  f2 (6 functions, type 2, saves 50 lines) m0.py:2, m1.py:2, m2.py:2, m3.py:2 and 2 more"


def test_the_equal_ones_of_a_variation_are_not_named_beside_it(told: Told) -> None:
    large = duplicate(2, 50, type=3)
    equal = duplicate(2, 20, identity="dup-equal", members=large.members[:3])
    lines = told(duplicate_leaf(large, equal, duplicate(3, 10)))
    assert [line.split()[0] for line in lines[1:]] == ["f2", "f3"]


def test_what_stays_for_a_reason_is_not_named_among_what_could_go(told: Told) -> None:
    config = Config(justified=(Justification(group="dup-000000000002", reason="by law"),))
    lines = told(duplicate_leaf(duplicate(1, 5), duplicate(2, 50)), config=config)
    assert lines[0] == "2 groups of duplicates: 2 of type 2; 5 lines fewer with one of each"
    assert [line.split()[0] for line in lines[1:]] == ["f1"]
    assert [line for line in told(candidate_leaf(candidate(2, justified="by law"), candidate(3))) if "f2" in line] == []


def test_lines_that_groups_have_in_common_are_fewer_only_once(told: Told) -> None:
    run, function = duplicate(1, 50), duplicate(2, 18)
    members = tuple(msgspec.structs.replace(one, line=2, end=10) for one in run.members[:3])
    lines = told(duplicate_leaf(run, msgspec.structs.replace(function, members=members)))
    assert lines[0] == "2 groups of duplicates: 2 of type 2; 50 lines fewer with one of each"


def test_managers_and_caches_that_stay_for_a_reason_are_not_named_as_what_could_be_one(told: Told) -> None:
    overlaps = [overlap("a.One", "a.Two"), overlap("a.One", "a.Three")]
    families = [family("prices", "a.P", "b.P", "c.P"), family("books", "a.B", "b.B")]
    candidates = [
        candidate(1, subkind="responsibility_overlap", members=("a.One", "a.Two"), identity="ovl-1"),
        # What belongs to one design is one member of the candidate.
        candidate(2, subkind="cache_family", members=("a.P", "b.P"), identity="cch-1"),
        # Functions of these names are another thing.
        candidate(3, subkind="duplicate", members=("a.B", "b.B"), identity="dup-1", justified="so"),
        candidate(4, subkind="responsibility_overlap", members=("a.Three", "a.Four"), identity="ovl-2", justified="so"),
    ]
    given = manager_leaf(), overlap_leaf(*overlaps), cache_leaf(), family_leaf(*families)
    open_ones = [line for line in told(*given, candidate_leaf(*candidates)) if line.startswith("  could be one")]
    assert [line.split()[3] for line in open_ones] == ["a.One", "a.One", "prices", "books"]
    kept = [msgspec.structs.replace(row, justified="so") for row in candidates]
    left = [line for line in told(*given, candidate_leaf(*kept)) if line.startswith("  could be one")]
    assert [line.split()[3:6] for line in left] == [["a.One", "and", "a.Three"], ["books", "(B,", "B)"]]


def test_pairs_in_parallel_are_named_most_alike_first(told: Told) -> None:
    assert told(parallel_leaf(parallel("odd", 0.6), parallel("old", 0.9), parallel("older", 0.7))) == [
        "in parallel: old and new (similarity 0.90, 1 name corresponds) old.py:1",
        "in parallel: older and new (similarity 0.70, 1 name corresponds) older.py:1",
        "  and 1 more in parallel",
    ]


def test_five_candidates_are_named_in_the_order_of_their_table(told: Told) -> None:
    lines = told(candidate_leaf(*(candidate(number) for number in (7, 3, 9, 1, 2, 8, 4))))
    assert lines[0] == "could be one: m0.f7 and 1 more (saves 12 lines, risk 0.25) m0.py:7"
    assert len(lines) == 6
    assert lines[-1] == "  and 2 more that could be one"


def test_a_candidate_from_a_pair_is_named_after_the_pair(told: Told) -> None:
    row = candidate(1, subkind="parallel", identity="par-old", members=("old.f", "new.f", "old.g", "new.g"))
    lines = told(parallel_leaf(parallel("old", 0.9)), candidate_leaf(row))
    assert lines[1] == "could be one: old and new (saves 12 lines, risk 0.25) m0.py:1"


def test_there_are_few_lines_however_much_there_is(told: Told) -> None:
    lines = told(
        placeholder_leaf(*(placeholder(f"p{number}") for number in range(50))),
        duplicate_leaf(*(duplicate(number, number) for number in range(1, 50))),
        parallel_leaf(*(parallel(f"old{number}", 0.5) for number in range(50))),
        candidate_leaf(*(candidate(number) for number in range(50))),
    )
    assert len(lines) <= 15


def test_empty_tables_have_no_lines(told: Told) -> None:
    assert told(placeholder_leaf(), duplicate_leaf(), parallel_leaf(), candidate_leaf()) == []


def test_hostile_names_reach_the_terminal_escaped_and_cut(told: Told) -> None:
    lines = told(placeholder_leaf(placeholder("\x1b[2J" + "n" * 500, why="\u202e" * 300)))
    assert "\\x1b[2Jnnn" in lines[1]
    assert all(line.isprintable() for line in lines)
    assert len(lines[1]) < 1000
