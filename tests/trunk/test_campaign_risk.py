"""The risk of a work item and of a phase: four categories by stated formulas, and what would lower it."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from overhaul.campaign.risk import (
    CATEGORIES,
    Assessment,
    Measured,
    assessed,
    blended,
    mitigations,
    overall_of,
    parts_of,
    together,
)

counts = st.integers(0, 10_000)
shares = st.floats(0, 1, allow_nan=False)
names = st.lists(st.sampled_from(["a", "b", "c", "d"]), unique=True, max_size=4).map(tuple)
items = st.builds(
    Measured, sites=st.integers(4, 40), bare=names, users=counts, state=counts, work=st.sampled_from([0.0, 0.5, 1.0]),
    loops=st.integers(0, 9), watched=st.booleans(), fan_in=counts, distance=shares, modules=st.integers(1, 9),
    ringed=st.floats(0, 9), decisions=st.integers(1, 99), files=st.integers(1, 99), commits=counts,
    usual=st.integers(1, 99), by_hand=st.sampled_from([0.0, 0.5, 1.0]),
)  # fmt: skip
slowly = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=50)
QUIET = Measured(sites=1)
"""One place that nobody uses, that tests get to, and that a codemod writes."""
BARE = Measured(sites=2, bare=("a", "b"), users=5, by_hand=0.5)


@slowly
@given(items)
def test_every_part_and_category_and_the_whole_are_between_nought_and_one(item: Measured) -> None:
    risk = assessed(item)
    assert all(0 <= one.value <= 1 for one in parts_of(item))
    assert all(0 <= one <= 1 for one in (*risk.categories, risk.overall))


@slowly
@given(items, st.sampled_from(["users", "state", "fan_in", "decisions", "files", "commits", "loops"]), counts)
def test_nothing_becomes_less_risky_by_more_of_what_is_counted(item: Measured, field: str, more: int) -> None:
    now = getattr(item, field)
    after = replace(item, **{field: now + more})
    assert all(b >= a for a, b in zip(assessed(item).categories, assessed(after).categories, strict=True))


@slowly
@given(items)
def test_no_category_above_what_is_said_goes_below_the_limit_of_the_method(item: Measured) -> None:
    risk = assessed(item)
    assert max(risk.categories) < 0.49 or risk.overall >= 0.3


def test_what_nobody_uses_and_a_codemod_writes_risks_nothing() -> None:
    assert assessed(QUIET) == Assessment(0.0, 0.0, 0.0, 0.0)
    assert assessed(QUIET).overall == 0.0


@pytest.mark.parametrize(
    ("change", "category"),
    [
        ({"bare": ("a",)}, "functionality"), ({"users": 5}, "functionality"), ({"state": 6}, "functionality"),
        ({"work": 1.0}, "performance"), ({"fan_in": 10}, "integration"), ({"distance": 0.5}, "integration"),
        ({"ringed": 1.0}, "integration"), ({"decisions": 10}, "complexity"), ({"files": 6}, "complexity"),
        ({"commits": 1}, "complexity"), ({"by_hand": 1.0}, "complexity"),
    ],
)  # fmt: skip
def test_each_fact_counts_in_its_own_category_alone(change: dict[str, object], category: str) -> None:
    risk = assessed(replace(QUIET, **change))
    assert [name for name, value in zip(CATEGORIES, risk.categories, strict=True) if value] == [category]


def test_each_curve_is_one_half_where_it_is_said_to_be() -> None:
    found = Measured(sites=2, bare=("a",), users=5, state=6, fan_in=10, decisions=10, files=6, commits=7, usual=7)
    halves = {one.name for one in parts_of(found) if one.value == 0.5}
    assert halves == {"untested", "users", "state", "fan-in", "decisions", "spread", "churn"}


def test_loops_matter_only_to_what_changes_what_runs_each_time() -> None:
    assert assessed(replace(QUIET, loops=9)).performance == 0
    cold, hot = assessed(replace(QUIET, work=1.0)), assessed(replace(QUIET, work=1.0, loops=2))
    assert (cold.performance, hot.performance) == (0.25, 0.625)
    assert assessed(replace(QUIET, work=1.0, loops=2, watched=True)).performance == 0.312


def test_one_certain_break_does_not_pass_behind_three_harmless_categories() -> None:
    assert sum((1.0, 0.0, 0.0, 0.0)) / 4 < 0.3 <= blended((1.0, 0.0, 0.0, 0.0))


def test_what_is_bad_in_all_ways_is_riskier_than_what_is_bad_in_one() -> None:
    assert blended((0.6, 0.6, 0.6, 0.6)) > blended((0.6, 0.0, 0.0, 0.0))


def test_a_phase_is_not_as_risky_as_its_riskiest_item_but_riskier_than_the_mean() -> None:
    few = [Assessment(0.8, 0.8, 0.8, 0.8), *[Assessment(0.2, 0.2, 0.2, 0.2)] * 3]
    assert 0.35 < overall_of(few) < 0.8
    assert together(few).functionality == overall_of(few)


def test_a_phase_without_items_risks_nothing() -> None:
    assert overall_of([]) == 0.0
    assert together([]) == Assessment(0.0, 0.0, 0.0, 0.0)


def test_tests_that_get_there_lower_it_to_what_the_formulas_say_then() -> None:
    way = next(one for one in mitigations(BARE) if one.what.startswith("write tests"))
    assert way.what == "write tests that get to a, b"
    assert (way.before, way.after) == (assessed(BARE).overall, assessed(replace(BARE, bare=())).overall)
    assert way.after < way.before


def test_what_would_lower_nothing_is_not_told() -> None:
    assert list(mitigations(QUIET)) == []
    assert [one.what for one in mitigations(replace(QUIET, bare=("a",)))] == ["write tests that get to a"]


def test_what_a_person_has_to_write_is_no_draft_to_be_completed() -> None:
    assert not any("draft" in one.what for one in mitigations(replace(BARE, by_hand=1.0)))


@slowly
@given(items, st.lists(items, max_size=4))
def test_all_mitigations_together_are_told_last_and_lower_it_most(item: Measured, pieces: list[Measured]) -> None:
    found = list(mitigations(item, pieces))
    assert all(one.after < one.before for one in found)
    if len(found) > 1:
        assert found[-1].what == "all of these"
        assert found[-1].after <= min(one.after for one in found)


def test_file_by_file_the_riskiest_file_is_what_is_left() -> None:
    whole = Measured(sites=4, bare=("a", "b"), users=20, files=4)
    pieces = [Measured(sites=1, users=4, files=1), Measured(sites=1, users=6, files=1)]
    way = next(one for one in mitigations(whole, pieces) if one.what.startswith("do it file by file"))
    assert way.after == max(assessed(one).overall for one in pieces)
