"""Entries that do not speak of anything any more."""

from collections.abc import Mapping
from datetime import date

import msgspec
import pytest

from overhaul.config import Config, Justification
from overhaul.facts import Class, Function
from overhaul.findings import Finding, Place
from overhaul.leaves import load_leaves
from overhaul.redundancy import Clone, Duplicate
from overhaul.testing import surveyed

TODAY = date(2030, 6, 1)
GROUP = Duplicate(
    kind="duplicate", subkind="function", name="f", module="a", path="a.py", line=3, confidence="low", evidence=(),
    type=1, unit="function", similarity=1.0, statements=9, saved_lines=12, differences=(), identity="dup-1",
    members=(Clone("a", "f", "a.py", 3, 14), Clone("b", "f", "b.py", 5, 16)),
)  # fmt: skip


FILES = {"a.py": "def f(): ...\n", "b.py": "def f(): ...\n", "c.py": "def f(): ...\n"}


def found(
    *entries: Justification, group: Duplicate | None = GROUP, files: Mapping[str, str] = FILES,
    also_exclude: tuple[str, ...] = (),
) -> list[Finding]:  # fmt: skip
    rule = load_leaves().rules["stale_justification"]
    config = Config(justified=entries, also_exclude=also_exclude)
    with surveyed(files, config) as seen:
        given = {
            "duplicates": [group] if group else [], "parallels": [], "consolidations": [], "utilities": [],
            "layout": seen.layout, "functions": seen.facts(Function), "classes": seen.facts(Class), "config": config,
            "today": TODAY,
        }  # fmt: skip
        return list(rule.function(**given))


def entry(group: str, *members: str, expires: str = "", file: str = "ledger.toml") -> Justification:
    return Justification(
        group=group, reason="two protocols", owner="ann", expires=expires, members=members, file=file, line=7
    )


def test_an_entry_whose_group_is_there_is_left_alone_even_where_the_group_is_doubtful() -> None:
    assert not found(entry("dup-1"), entry("dup-1", expires="2030-06-01"))


def test_an_expired_entry_is_reported_where_it_stands() -> None:
    (one,) = found(entry("dup-1", expires="2030-05-31", file="../ledger.toml"))
    assert (one.path, one.line, one.name, one.message) == ("../ledger.toml", 7, "dup-1", "expired on 2030-05-31")
    assert one.because == ("the reason was: two protocols", "owner: ann")
    assert one.places == (Place("a.py", 3, "2 functions that say the same thing"),)


def test_a_group_that_has_changed_is_named_as_it_is_now() -> None:
    members = (*GROUP.members, Clone("c", "f", "c.py", 1, 12))
    changed = msgspec.structs.replace(GROUP, identity="dup-2", members=members)
    (one,) = found(entry("dup-1", "a.f", "b.f"), group=changed)
    assert one.message == "the group dup-1 has changed: it is dup-2 now"
    assert one.because[2:] == ("c.f has come",)
    assert one.places == (Place("a.py", 3, "3 functions that say the same thing"),)


def test_the_same_members_saying_something_else_are_a_change() -> None:
    changed = msgspec.structs.replace(GROUP, identity="dup-2")
    (one,) = found(entry("dup-1", "a.f", "b.f"), group=changed)
    assert one.because[2:] == ("what its members say has changed",)


def test_a_group_that_is_gone_leaves_its_entry_behind() -> None:
    (one,) = found(entry("dup-9", "x.f", "y.f", expires="2030-05-31"))
    assert one.message == "no group has the identity dup-9 any more: take the entry away"


GONE = "no group has the identity dup-1 any more: take the entry away"
PAIR = entry("dup-1", "a.f", "b.f")


def pair(*names: str) -> Duplicate:
    """A pair that nobody has justified."""
    members = tuple(Clone(name[0], name[2:], f"{name[0]}.py", 3, 14) for name in names)
    return msgspec.structs.replace(GROUP, identity="dup-2", members=members)


def test_a_pair_of_which_one_was_renamed_or_moved_is_named_as_it_is_now() -> None:
    files = {"a.py": "def f(): ...\n", "b.py": "def g(): ...\n", "c.py": "def f(): ...\n"}
    for now in (pair("a.f", "b.g"), pair("a.f", "c.f")):
        (one,) = found(PAIR, group=now, files=files)
        assert one.message == "the group dup-1 has changed: it seems to be dup-2 now"
        assert one.places == (Place("a.py", 3, "2 functions that say the same thing"),)
    # Another pair: what the entry speaks of is still there, and says something else now.
    (one,) = found(PAIR, group=pair("a.f", "c.f"))
    assert one.message == GONE
    # One that has an entry of its own.
    assert [one.message for one in found(PAIR, entry("dup-2"), group=pair("a.f", "c.f"), files=files)] == [GONE]


def test_a_pair_of_which_both_were_renamed_is_shown_to_the_reader() -> None:
    files = {"a.py": "def g(): ...\n", "b.py": "def g(): ...\n"}
    (one,) = found(PAIR, group=pair("a.g", "b.g"), files=files)
    assert one.message == (
        "no group has the identity dup-1 any more: where its members have other names now, put dup-2 in its place, "
        "else take the entry away"
    )
    (one,) = found(PAIR, group=pair("a.g", "b.g"), files={**files, "b.py": "def f(): ...\n"})
    assert one.message == GONE  # one of the members is still there, alone


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"a.py": "def f(): ...\n", "b.py": "def f(:\n"}, []),  # cannot be parsed
        ({"a.py": "def f(): ...\n", "b.py": "x = 1\n"}, [GONE]),  # the function is gone
        ({"a.py": "def f(): ...\n"}, [GONE]),  # the file is
        ({"a.py": "def f(): ...\n", "b.py": "x = 1\n", "c.py": "def f(:\n"}, [GONE]),  # another file
    ],
)
def test_what_cannot_be_parsed_is_not_gone(files: dict[str, str], said: list[str]) -> None:
    assert [one.message for one in found(PAIR, group=None, files=files)] == said


def test_a_member_that_was_not_looked_at_has_not_left_its_group() -> None:
    three = entry("dup-1", "a.f", "b.f", "c.f")
    assert not found(three, group=pair("a.f", "b.f"), files={**FILES, "c.py": "def f(:\n"})
    assert found(three, group=pair("a.f", "b.f"), files={**FILES, "c.py": "x = 1\n"})


PACKAGE = {"shop/__init__.py": "", "shop/a.py": "def f(): ...\n", "shop/b.py": "x = 1\n"}


def test_what_is_outside_the_audited_folder_is_not_gone() -> None:
    def said(*members: str) -> list[str]:
        given = entry("dup-1", *members, file="../pyproject.toml")
        return [one.message for one in found(given, group=None, files=PACKAGE)]

    assert said("shop.a.f", "shop.b.f") == [GONE]  # both files were looked at
    assert said("shop.a.f", "shop.old.f") == [GONE]  # would be below the audited folder
    assert not said("shop.a.f", "store.b.f")
    assert not said()


def test_what_is_left_out_for_this_once_is_not_gone() -> None:
    def said(*members: str) -> list[str]:
        given = entry("dup-1", *members)
        return [one.message for one in found(given, group=None, files=PACKAGE, also_exclude=("shop/old.py",))]

    assert said("shop.a.f", "shop.b.f") == [GONE]
    assert not said("shop.a.f", "shop.old.f")
    assert not said("shop.a.f", "other.f")
    assert not said()


def test_an_entry_without_members_is_judged_when_all_was_looked_at() -> None:
    assert [one.message for one in found(entry("dup-1"), group=None)] == [GONE]
    assert not found(entry("dup-1"), group=None, files={**FILES, "d.py": "def f(:\n"})


def test_a_package_is_there_only_as_far_as_its_modules_are_understood() -> None:
    packages = {"old/__init__.py": "", "old/a.py": "x = 1\n", "new/__init__.py": "", "new/a.py": "x = 1\n"}
    pair = entry("par-1", "old", "new")
    assert len(found(pair, group=None, files=packages)) == 1
    assert not found(pair, group=None, files={**packages, "new/a.py": "def f(:\n"})


def test_without_entries_there_is_nothing_to_say() -> None:
    assert not found()
