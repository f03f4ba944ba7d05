"""The placeholders of tradeframe, and its legitimate stubs, as truth.toml has them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec

from overhaul.redundancy import Placeholder, Tier
from overhaul.testing import table

TRADEFRAME = Path(__file__).parents[2] / "fixtures" / "projects" / "tradeframe"


class Claim(msgspec.Struct, frozen=True):
    """A placeholder as truth.toml has it."""

    module: str
    name: str
    path: str
    line: int
    tier: Tier
    why: str
    called_by: tuple[str, ...] = ()
    marker_line: int | None = None


class Stub(msgspec.Struct, frozen=True):
    """A legitimate stub as truth.toml has it."""

    module: str
    name: str


class Truth(msgspec.Struct, frozen=True):
    """What is read here of truth.toml."""

    placeholders: tuple[Claim, ...]
    legitimate_stubs: tuple[Stub, ...]


@cache
def truth() -> Truth:
    return msgspec.toml.decode((TRADEFRAME / "truth.toml").read_bytes(), type=Truth)


@cache
def found() -> tuple[Placeholder, ...]:
    files = {
        file.relative_to(TRADEFRAME).as_posix(): file.read_bytes()
        for file in TRADEFRAME.rglob("*") if file.suffix in (".py", ".toml") and file.name != "truth.toml"
    }  # fmt: skip
    return tuple(row for row in table("placeholders", files) if isinstance(row, Placeholder))


def test_the_placeholders_of_tradeframe_are_those_of_its_truth() -> None:
    named = {(one.module, one.name) for one in truth().placeholders if one.called_by}
    told = [
        Claim(
            row.module, row.name, row.path, row.line, row.tier, row.why,
            row.called_by if (row.module, row.name) in named else (), row.marker_line,
        )
        for row in found()
    ]  # fmt: skip

    def key(one: Claim) -> tuple[str, int]:
        return one.path, one.line

    assert sorted(told, key=key) == sorted(truth().placeholders, key=key)


def test_no_legitimate_stub_of_tradeframe_is_a_placeholder() -> None:
    stubs = {(one.module, one.name) for one in truth().legitimate_stubs}
    assert len(stubs) == 22
    assert {(row.module, row.name) for row in found()} & stubs == set()


def test_every_row_of_tradeframe_says_where_it_was_seen() -> None:
    assert all(row.evidence for row in found())
    assert all(row.subkind == row.tier for row in found())
