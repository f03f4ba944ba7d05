"""The caches of fixtures/projects/tradeframe are found as its truth.toml says, and no others."""

from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from overhaul.testing import table

PROJECT = Path(__file__).resolve().parents[2] / "fixtures" / "projects" / "tradeframe"


class Cache(msgspec.Struct, frozen=True):
    """One cache of the truth; what it does not say is not known."""

    subkind: str
    module: str
    name: str
    path: str
    line: int
    scope: str
    storage: str = ""
    bounded: bool | None = None
    ttl: bool | None = None
    locked: bool | None = None
    none: str = ""
    value_kind: str = ""
    decorator: str = ""
    lookup: str = ""
    invalidate: tuple[str, ...] = ()


class NoCache(msgspec.Struct, frozen=True):
    """Something that looks like a cache and is none."""

    name: str
    path: str


class Truth(msgspec.Struct, frozen=True):
    """The part of truth.toml that is looked at here."""

    caches: tuple[Cache, ...]
    not_caches: tuple[NoCache, ...]


TRUTH = msgspec.toml.decode((PROJECT / "truth.toml").read_bytes(), type=Truth)


@cache
def found() -> dict[tuple[str, str], Any]:
    """The rows that are not of low confidence, by path and name."""
    files: dict[str, str | bytes] = {
        file.relative_to(PROJECT).as_posix(): file.read_bytes()
        for file in (*PROJECT.glob("src/**/*.py"), PROJECT / "pyproject.toml")
    }
    rows: list[Any] = table("caches", files)
    return {(row.path, row.name): row for row in rows if row.confidence != "low"}


def test_exactly_the_caches_of_the_truth_are_found() -> None:
    assert set(found()) == {(row.path, row.name) for row in TRUTH.caches}


@pytest.mark.parametrize("truth", TRUTH.caches, ids=lambda row: row.name)
def test_a_row_says_what_the_truth_says(truth: Cache) -> None:
    row = found()[truth.path, truth.name]
    assert (row.kind, row.subkind, row.module, row.line) == ("cache", truth.subkind, truth.module, truth.line)
    assert (row.scope, row.ttl, row.confidence) == (truth.scope, truth.ttl, "high")
    if truth.subkind != "lazy_attr":
        assert row.bounded is truth.bounded
    if truth.subkind == "class":
        assert row.storage == truth.storage
    if truth.locked is not None:
        assert row.locked is truth.locked
    if truth.none:
        assert row.none == truth.none
    if truth.decorator:
        assert row.memoiser == truth.decorator
    if truth.lookup:
        assert {site.scope for site in row.lookups} == {truth.lookup}


@pytest.mark.parametrize("truth", [row for row in TRUTH.caches if not row.decorator], ids=lambda row: row.name)
def test_what_drops_entries_is_named(truth: Cache) -> None:
    row = found()[truth.path, truth.name]
    expected = {one if "." in one else f"{truth.name}.{one}" for one in truth.invalidate}
    assert set(row.invalidation) == expected


def test_what_looks_like_a_cache_is_of_low_confidence_at_most() -> None:
    assert not {(row.path, row.name) for row in TRUTH.not_caches} & set(found())
