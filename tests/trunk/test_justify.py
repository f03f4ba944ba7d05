"""Entries for groups that stay as they are: as they are written, and what has become of a group."""

import tomllib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from overhaul.config import Justification
from overhaul.redundancy import Clone, Consolidation, Duplicate, Parallel
from overhaul.repeating.justify import Group, entry_text, groups_of, neighbours, successor

# What can stand in an argument or a name: anything but half a surrogate pair.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


def group(identity: str, *members: str) -> Group:
    return Group(identity, "2 functions that say the same thing", members, "a.py", 3)


def entry(identity: str, *members: str) -> Justification:
    return Justification(group=identity, reason="so", members=members)


@given(TEXT, TEXT, st.lists(TEXT))
def test_an_entry_says_in_toml_what_it_was_given(reason: str, owner: str, members: list[str]) -> None:
    text = entry_text("tool.overhaul.justified", "dup-1", members, reason, owner, "2030-12-31")
    (found,) = tomllib.loads(text)["tool"]["overhaul"]["justified"]
    expected = {"group": "dup-1", "reason": reason, "owner": owner, "expires": "2030-12-31"}
    assert found == ({**expected, "members": members} if members else expected)
    assert all(line.isprintable() for line in text.split("\n")), "nothing in it can move a cursor or hide"


def test_an_entry_without_a_reason_asks_for_one() -> None:
    assert entry_text("justified", "dup-1", ["a.f"], "", "", "") == (
        '[[justified]]\ngroup = "dup-1"\nreason = ""  # say why it stays as it is\nmembers = [\n    "a.f",\n]\n'
    )


def test_half_a_surrogate_pair_does_not_break_the_file() -> None:
    assert tomllib.loads(entry_text("justified", "dup-1", [], "\udc80", "", ""))["justified"][0]["reason"] == "\ufffd"


@pytest.mark.parametrize(
    ("groups", "now"),
    [
        ([group("dup-2", "a.f", "b.f", "c.f")], "dup-2"),  # one has come: two of three
        ([group("dup-2", "a.f", "c.f")], "dup-2"),  # one of two was renamed
        ([group("dup-2", "a.f", "c.f", "d.f", "e.f")], None),  # one of many is too little
        ([group("dup-2", "a.f", "b.f", "c.f", "d.f", "e.f")], "dup-2"),  # three have come
        ([group("dup-2", "a.f", "b.f"), group("dup-3", "a.f", "b.f", "c.f")], "dup-2"),  # the most alike
        ([group("dup-4", "a.f", "b.f"), group("dup-3", "b.f", "a.f")], "dup-3"),  # of equals the first
        ([group("par-2", "a.f", "b.f")], None),  # another kind of thing
        ([], None),
    ],
)
def test_what_a_group_has_become_has_mostly_the_same_members(groups: list[Group], now: str | None) -> None:
    found = successor(entry("dup-1", "a.f", "b.f"), {one.identity: one for one in groups}, {"b.f"}.__contains__)
    assert (found.identity if found else None) == now


def test_a_pair_whose_other_half_is_still_there_is_another_pair() -> None:
    groups = {"dup-2": group("dup-2", "a.f", "c.f")}
    assert successor(entry("dup-1", "a.f", "b.f"), groups, lambda name: False) is None


@pytest.mark.parametrize(
    ("other", "near"),
    [
        (group("dup-2", "a.g", "b.g"), True),  # both renamed
        (group("dup-2", "new.a.f", "new.b.f"), True),  # both moved
        (group("dup-2", "a.g", "b.g", "c.g"), False),  # one more
        (group("dup-2", "a.g", "c.g"), False),  # elsewhere, and of another name
        (group("dup-2", "c.f", "d.f"), False),  # of a name that many have
        (group("par-2", "a.g", "b.g"), False),  # another kind of thing
    ],
)
def test_groups_that_may_be_the_same_under_other_names(other: Group, near: bool) -> None:
    assert neighbours(entry("dup-1", "a.f", "b.f"), {other.identity: other}) == ([other] if near else [])
    assert not neighbours(entry("dup-1"), {other.identity: other})


def test_nothing_can_be_told_of_an_entry_without_members() -> None:
    assert successor(entry("dup-1"), {"dup-2": group("dup-2", "a.f", "b.f")}, lambda name: True) is None


def test_all_that_has_an_identity_can_be_justified() -> None:
    place = {"module": "a", "path": "a.py", "line": 3, "evidence": ()}
    duplicate = msgspec.convert(
        {
            **place, "kind": "duplicate", "subkind": "class", "name": "C", "confidence": "low", "type": 1,
            "unit": "class", "similarity": 1.0, "statements": 5, "saved_lines": 9, "differences": (),
            "identity": "dup-1", "members": [],
        },
        Duplicate,
    )  # fmt: skip
    clones = (Clone("a", "C", "a.py", 3, 9), Clone("b", "", "b.py", 1, 9))
    duplicate = msgspec.structs.replace(duplicate, members=clones)
    parallel = msgspec.convert(
        {
            **place, "kind": "parallel", "subkind": "package", "name": "", "confidence": "high", "first": "a",
            "second": "b", "similarity": 1.0, "correspondences": (), "first_users": (), "second_users": (),
            "identity": "par-1",
        },
        Parallel,
    )  # fmt: skip
    candidates = [
        msgspec.convert(
            {
                **place, "kind": "consolidation", "subkind": "cache_family", "name": "C", "confidence": "high",
                "members": ("a.C", "b.C"), "risk": 0.5, "parts": (), "saved_lines": 9, "identity": identity,
                "justified": "",
            },
            Consolidation,
        )
        for identity in ("dup-1", "cch-1")
    ]  # fmt: skip
    found = groups_of([duplicate], [parallel], candidates)
    assert {name: (one.what, one.members) for name, one in found.items()} == {
        "dup-1": ("2 classes that say the same thing", ("a.C", "b")),
        "par-1": ("2 packages that implement the same thing", ("a", "b")),
        "cch-1": ("cache family of 2", ("a.C", "b.C")),
    }
