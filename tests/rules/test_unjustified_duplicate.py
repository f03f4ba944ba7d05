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


def test_a_group_is_reported_with_the_places_of_the_others_and_the_way_to_keep_it() -> None:
    (one,) = found()
    assert (one.path, one.line, one.name, one.severity) == ("a.py", 3, "f", "note")
    assert one.message == "2 functions say the same thing: one would save 12 lines"
    assert one.because == ("to keep them: overhaul justify dup-1",)
    assert one.places == (Place("b.py", 5, "b.f"),)


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
    assert found(type=3, similarity=0.9)[0].message.startswith("2 functions say nearly the same thing")


def test_an_entry_covers_its_group_until_it_expires() -> None:
    assert not found(Justification(group="dup-1", reason="so"))
    assert not found(Justification(group="dup-1", reason="so", expires="2030-06-01"))
    assert found(Justification(group="dup-1", reason="so", expires="2030-05-31"))


def test_an_entry_for_the_same_members_saying_something_else_covers_nothing() -> None:
    assert found(Justification(group="dup-2", reason="so", members=("a.f", "b.f")))


def test_all_members_are_places_however_many_there_are() -> None:
    members = tuple(Clone("a", f"f{number}", "a.py", number, number + 9) for number in range(1, 300))
    assert [place.line for place in found(members=members)[0].places] == list(range(2, 300))


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


def test_two_runs_of_one_function_are_told_apart_by_where_else_they_stand() -> None:
    others = ("g", "h")
    names = [
        found(unit="run", members=(GROUP.members[0], Clone("b", other, "b.py", 5, 16)))[0].name for other in others
    ]
    assert names == ["run in f ~ g", "run in f ~ h"]


def test_a_run_at_the_top_of_a_module_says_so() -> None:
    members = (Clone("a", "", "a.py", 3, 14), Clone("b", "", "b.py", 5, 16))
    assert found(unit="run", members=members)[0].name == "run in the module"


def named(*members: str, **changes: Any) -> str:
    clones = tuple(Clone(one.partition(".")[0], one.partition(".")[2], f"{one[0]}.py", 3, 14) for one in members)
    return found(members=clones, **changes)[0].name


def test_whichever_member_comes_first_the_name_is_the_same() -> None:
    assert named("a.f", "b.g") == named("a.g", "z.f") == "f ~ g"


def test_copies_under_one_name_are_called_so_however_many_there_are() -> None:
    assert named("a.f", "b.f") == named("a.f", "b.f", "c.f") == "f"


def test_many_names_are_cut() -> None:
    assert named("a.f", "b.h", "c.e", "d.i", "e.g") == "e ~ f ~ g ~ ..."


def test_what_is_nearly_equal_to_a_function_is_another_group_than_what_is_equal() -> None:
    assert named("a.f", "b.f", type=3, similarity=0.95) == "nearly f"
