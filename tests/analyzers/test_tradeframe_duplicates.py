"""The duplicates of fixtures/projects/tradeframe are found as its truth.toml says, and no others."""

from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from overhaul.testing import table

PROJECT = Path(__file__).resolve().parents[2] / "fixtures" / "projects" / "tradeframe"


class Member(msgspec.Struct, frozen=True):
    """One member of a group of the truth."""

    module: str
    name: str
    path: str
    line: int


class Group(msgspec.Struct, frozen=True):
    """A group of the truth; without a type where it is no duplicate."""

    members: tuple[Member, ...]
    type: int = 0
    reason: str = ""


class Truth(msgspec.Struct, frozen=True):
    """The part of truth.toml that is looked at here."""

    duplicates: tuple[Group, ...]
    not_duplicates: tuple[Group, ...]


TRUTH = msgspec.toml.decode((PROJECT / "truth.toml").read_bytes(), type=Truth)


@cache
def found() -> dict[frozenset[tuple[str, str, int]], Any]:
    """The rows that are not of low confidence, by path, name and line of their members."""
    files: dict[str, str | bytes] = {
        file.relative_to(PROJECT).as_posix(): file.read_bytes()
        for file in (*PROJECT.glob("src/**/*.py"), PROJECT / "pyproject.toml")
    }
    rows: list[Any] = table("duplicates", files)
    return {_places(row.members): row for row in rows if row.confidence != "low"}


def _places(members: tuple[Any, ...]) -> frozenset[tuple[str, str, int]]:
    return frozenset((one.path, one.name, one.line) for one in members)


@pytest.mark.parametrize("group", TRUTH.duplicates, ids=lambda group: group.members[0].name)
def test_a_group_of_the_truth_is_found_with_its_type(group: Group) -> None:
    assert found()[_places(group.members)].type == group.type


def test_nothing_else_is_found() -> None:
    assert found().keys() == {_places(group.members) for group in TRUTH.duplicates}


@pytest.mark.parametrize("group", TRUTH.not_duplicates, ids=lambda group: group.members[0].name)
def test_what_only_looks_alike_is_in_no_group(group: Group) -> None:
    assert not any(_places(group.members) <= places for places in found())
