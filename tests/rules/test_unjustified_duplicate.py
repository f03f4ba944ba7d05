"""Duplicates that are reported, and those that are on record."""

from datetime import date
from typing import Any

import msgspec
import pytest

from overhaul.config import Config, Justification
from overhaul.findings import Finding, Place
from overhaul.leaves import load_leaves
from overhaul.redundancy import Clone, Duplicate
from overhaul.repeating.worth import DuplicateOptions

RULE = load_leaves().rules["unjustified_duplicate"]
TODAY = date(2030, 6, 1)
GROUP = Duplicate(
    kind="duplicate", subkind="function", name="f", module="a", path="a.py", line=3, confidence="high", evidence=(),
    type=1, unit="function", similarity=1.0, statements=9, saved_lines=12, differences=(), identity="dup-1",
    members=(Clone("a", "f", "a.py", 3, 14), Clone("b", "f", "b.py", 5, 16)),
)  # fmt: skip


def found(entry: Justification | None = None, options: DuplicateOptions | None = None, **changes: Any) -> list[Finding]:
    config = Config(justified=(entry,) if entry else ())
    row = msgspec.structs.replace(GROUP, **changes)
    return list(RULE.function(duplicates=[row], config=config, today=TODAY, options=options or DuplicateOptions()))


def test_a_copy_is_reported_with_the_place_of_the_first_and_the_way_to_keep_it() -> None:
    (one,) = found()
    assert (one.module, one.path, one.line, one.name, one.severity) == ("b", "b.py", 5, "f", "note")
    assert one.message == "a copy of a.f: 2 functions say the same thing; one would save 12 lines"
    assert one.because == ("to keep them: overhaul justify dup-1",)
    assert one.places == (Place("a.py", 3, "a.f"),)


@pytest.mark.parametrize(
    "changes",
    [
        {"confidence": "medium"},
        {"saved_lines": 9},
        {"type": 3, "similarity": 0.89},
    ],
)
def test_what_is_not_sure_or_saves_little_is_left_to_the_reports(changes: dict[str, Any]) -> None:
    assert not found(**changes)


def test_what_saves_much_is_a_warning() -> None:
    assert [found(saved_lines=lines)[0].severity for lines in (24, 25)] == ["note", "warning"]


def test_statements_may_differ_where_nearly_all_are_alike() -> None:
    assert found(type=3, similarity=0.9)[0].message.startswith(
        "nearly a copy of a.f: 2 functions say nearly the same thing; "
    )


def test_an_entry_covers_its_group_until_it_expires() -> None:
    assert not found(Justification(group="dup-1", reason="so"))
    assert not found(Justification(group="dup-1", reason="so", expires="2030-06-01"))
    assert found(Justification(group="dup-1", reason="so", expires="2030-05-31"))


def test_an_entry_for_the_same_members_saying_something_else_covers_nothing() -> None:
    assert found(Justification(group="dup-2", reason="so", members=("a.f", "b.f")))


def test_each_copy_beyond_the_first_is_a_finding_with_the_first_before_the_others() -> None:
    members = tuple(Clone(module, "f", f"{module}.py", 3, 14) for module in "abcd")
    rows = found(members=members)
    assert [(one.module, one.name) for one in rows] == [("b", "f"), ("c", "f"), ("d", "f")]
    assert [place.what for place in rows[1].places] == ["a.f", "b.f", "d.f"]
    assert {one.message.partition(";")[0] for one in rows} == {"a copy of a.f: 4 functions say the same thing"}


def test_of_many_members_each_is_a_finding_and_names_the_first_and_some_of_the_others() -> None:
    members = tuple(Clone("a", f"f{number:03}", "a.py", number, number + 9) for number in range(1, 300))
    rows = found(members=members)
    assert [one.line for one in rows] == list(range(2, 300))
    assert all(one.places[0].line == 1 and len(one.places) == 50 for one in rows)


@pytest.mark.parametrize(
    ("options", "changes"),
    [
        (DuplicateOptions(least_lines=5), {"saved_lines": 5}),
        (DuplicateOptions(confidence="medium"), {"confidence": "medium"}),
        (DuplicateOptions(similarity=0.8), {"type": 3, "similarity": 0.8}),
    ],
)
def test_options_let_more_through(options: DuplicateOptions, changes: dict[str, Any]) -> None:
    assert not found(**changes)
    assert found(options=options, **changes)


@pytest.mark.parametrize(
    ("options", "changes"),
    [
        (DuplicateOptions(least_lines=13), {}),
        (DuplicateOptions(types=("renamed", "changed")), {}),
        (DuplicateOptions(units=("class", "run")), {}),
        (DuplicateOptions(similarity=0.95), {"type": 3, "similarity": 0.94}),
    ],
)
def test_options_let_less_through(options: DuplicateOptions, changes: dict[str, Any]) -> None:
    assert found(**changes)
    assert not found(options=options, **changes)


def test_what_is_never_sure_is_not_found_whatever_the_options_say() -> None:
    assert not found(options=DuplicateOptions(confidence="medium", least_lines=1), confidence="low")


def test_it_is_a_warning_from_as_many_lines_on_as_the_user_says() -> None:
    options = DuplicateOptions(warning_lines=12)
    assert [found(options=options, saved_lines=lines)[0].severity for lines in (11, 12)] == ["note", "warning"]


def test_a_run_says_so_and_so_does_one_at_the_top_of_a_module() -> None:
    members = (Clone("a", "", "a.py", 3, 14), Clone("b", "", "b.py", 5, 16), Clone("b", "g", "b.py", 25, 36))
    top, other = found(unit="run", members=members)
    assert (top.name, other.name) == ("run in the module", "run in g")
    assert other.message.startswith("a copy of a run in a: 3 runs of statements ")


def all_found(*rows: Duplicate, kept: str = "") -> list[tuple[str, str]]:
    """What each finding stands at, and what it says that this is a copy of."""
    config = Config(justified=(Justification(group=kept, reason="so"),) if kept else ())
    said = RULE.function(duplicates=rows, config=config, today=TODAY, options=DuplicateOptions())
    return [(f"{one.module}.{one.name}", one.message.partition(":")[0]) for one in said]


def group(identity: str, *members: str, **changes: Any) -> Duplicate:
    clones = tuple(Clone(one[0], one[2:], f"{one[0]}.py", 3, 14) for one in members)
    return msgspec.structs.replace(GROUP, identity=identity, members=clones, **changes)


NEAR: dict[str, Any] = {"type": 3, "similarity": 0.95}


@pytest.mark.parametrize("third", ["0.f", "b.f", "z.f"])
def test_a_copy_in_two_groups_is_found_once_by_what_says_most(third: str) -> None:
    near = group("dup-3", *sorted(("a.f", "c.f", third)), **NEAR)
    rows = all_found(near, group("dup-1", "a.f", "c.f"))
    assert len(rows) == 2 and ("c.f", "a copy of a.f") in rows
    assert all_found(group("dup-1", "a.f", "c.f"), near) == rows


def test_one_that_comes_first_makes_the_one_that_was_first_a_copy_of_it_whatever_is_equal_to_that() -> None:
    before = all_found(group("dup-1", "b.f", "c.f"))
    after = all_found(group("dup-1", "b.f", "c.f"), group("dup-3", "a.f", "b.f", "c.f", **NEAR))
    assert before == [("c.f", "a copy of b.f")]
    assert after == [("b.f", "nearly a copy of a.f"), ("c.f", "a copy of b.f")]


def test_groups_with_a_common_member_have_one_first_between_them() -> None:
    rows = all_found(group("dup-1", "b.f", "c.f", **NEAR), group("dup-2", "a.f", "c.f", saved_lines=50, **NEAR))
    assert rows == [("b.f", "nearly a copy of c.f"), ("c.f", "nearly a copy of a.f")]


@pytest.mark.parametrize("third", ["0.f", "b.f", "z.f"])
def test_what_is_equal_for_a_reason_counts_once_where_more_is_nearly_so(third: str) -> None:
    near = group("dup-3", *sorted(("a.f", "c.f", third)), **NEAR)
    assert len(all_found(near, group("dup-1", "a.f", "c.f"), kept="dup-1")) == 1
    assert all_found(near, group("dup-1", "a.f", "c.f"), kept="dup-3") == [("c.f", "a copy of a.f")]


def test_what_stands_in_tests_is_the_copy() -> None:
    members = (Clone("a.tests.b", "f", "a/tests/b.py", 3, 14), Clone("z", "f", "z.py", 3, 14))
    assert [one.module for one in found(members=members)] == ["a.tests.b"]
