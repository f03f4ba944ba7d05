"""Duplicates that are reported, and those that are on record."""

from datetime import date
from typing import Any

import msgspec
import pytest

from overhaul.config import Config, Justification
from overhaul.findings import Finding
from overhaul.leaves import load_leaves
from overhaul.redundancy import Clone, Duplicate

RULE = load_leaves().rules["unjustified_duplicate"]
TODAY = date(2030, 6, 1)
GROUP = Duplicate(
    kind="duplicate", subkind="function", name="f", module="a", path="a.py", line=3, confidence="high", evidence=(),
    type=1, unit="function", similarity=1.0, statements=9, saved_lines=12, differences=(), identity="dup-1",
    members=(Clone("a", "f", "a.py", 3, 14), Clone("b", "f", "b.py", 5, 16)),
)  # fmt: skip


def found(entry: Justification | None = None, **changes: Any) -> list[Finding]:
    config = Config(justified=(entry,) if entry else ())
    row = msgspec.structs.replace(GROUP, **changes)
    return list(RULE.function(duplicates=[row], config=config, today=TODAY))


def test_a_group_is_reported_with_the_places_of_the_others_and_the_way_to_keep_it() -> None:
    (one,) = found()
    assert (one.path, one.line, one.name, one.severity) == ("a.py", 3, "f", "note")
    assert one.message == "2 functions say the same thing: one would save 12 lines"
    assert one.because == ("b.py:5: b.f", "to keep them: overhaul justify dup-1")


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


def test_many_places_are_counted() -> None:
    members = tuple(Clone("a", f"f{number}", "a.py", number, number + 9) for number in range(1, 15))
    because = found(members=members)[0].because
    assert len(because) == 12 and because[10] == "and 3 more"
