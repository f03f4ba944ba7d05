"""Entries that do not speak of anything any more."""

from datetime import date

import msgspec

from overhaul.config import Config, Justification
from overhaul.facts import Finding
from overhaul.leaves import load_leaves
from overhaul.redundancy import Clone, Duplicate

TODAY = date(2030, 6, 1)
GROUP = Duplicate(
    kind="duplicate", subkind="function", name="f", module="a", path="a.py", line=3, confidence="low", evidence=(),
    type=1, unit="function", similarity=1.0, statements=9, saved_lines=12, differences=(), identity="dup-1",
    members=(Clone("a", "f", "a.py", 3, 14), Clone("b", "f", "b.py", 5, 16)),
)  # fmt: skip


def found(*entries: Justification, group: Duplicate = GROUP) -> list[Finding]:
    rule = load_leaves().rules["stale_justification"]
    config = Config(justified=entries)
    given = {"duplicates": [group], "parallels": [], "consolidations": [], "config": config, "today": TODAY}
    return list(rule.function(**given))


def entry(group: str, *members: str, expires: str = "") -> Justification:
    return Justification(
        group=group, reason="two protocols", owner="ann", expires=expires, members=members, file="../ledger.toml",
        line=7,
    )  # fmt: skip


def test_an_entry_whose_group_is_there_is_left_alone_even_where_the_group_is_doubtful() -> None:
    assert not found(entry("dup-1"), entry("dup-1", expires="2030-06-01"))


def test_an_expired_entry_is_reported_where_it_stands() -> None:
    (one,) = found(entry("dup-1", expires="2030-05-31"))
    assert (one.path, one.line, one.name, one.message) == ("../ledger.toml", 7, "dup-1", "expired on 2030-05-31")
    assert one.because == (
        "the reason was: two protocols", "owner: ann", "a.py:3: 2 functions that say the same thing",
    )  # fmt: skip


def test_a_group_that_has_changed_is_named_as_it_is_now() -> None:
    members = (*GROUP.members, Clone("c", "f", "c.py", 1, 12))
    changed = msgspec.structs.replace(GROUP, identity="dup-2", members=members)
    (one,) = found(entry("dup-1", "a.f", "b.f"), group=changed)
    assert one.message == "the group dup-1 has changed: it is dup-2 now"
    assert one.because[2:] == ("a.py:3: 3 functions that say the same thing", "c.f has come")


def test_the_same_members_saying_something_else_are_a_change() -> None:
    changed = msgspec.structs.replace(GROUP, identity="dup-2")
    (one,) = found(entry("dup-1", "a.f", "b.f"), group=changed)
    assert one.because[3:] == ("what its members say has changed",)


def test_a_group_that_is_gone_leaves_its_entry_behind() -> None:
    (one,) = found(entry("dup-9", "x.f", "y.f", expires="2030-05-31"))
    assert one.message == "no group has the identity dup-9 any more: take the entry away"


def test_without_entries_there_is_nothing_to_say() -> None:
    assert not found()
