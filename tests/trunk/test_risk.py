"""The risk of a candidate: its parts, their measures, and that more of anything is never less risk."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from overhaul.redundancy import RiskName, RiskPart
from overhaul.repeating.risk import HALF_FAN_IN, HALF_STATE, HALF_USERS, Measures, parts_of, risk_of
from overhaul.repeating.risk_signatures import Distance

NOTHING = Measures(users=0, fan_in=0, members=2, untested=0, complexity=1)
COUNT = st.integers(0, 10_000)
MEASURES = st.builds(
    Measures, users=COUNT, fan_in=COUNT, distance=st.builds(Distance, st.floats(0, 1), st.just("they differ")),
    held=st.tuples(st.tuples(st.just("attribute"), COUNT)), members=st.just(50), untested=st.integers(0, 50),
    complexity=st.integers(1, 500),
)  # fmt: skip


def part(measures: Measures, name: RiskName) -> RiskPart:
    return next(one for one in parts_of(measures) if one.name == name)


def test_what_nobody_uses_and_tests_reach_is_no_risk() -> None:
    assert risk_of(parts_of(NOTHING)) == 0
    assert [one.measure for one in parts_of(NOTHING)] == [
        "0 modules use them", "0 modules import the modules they stand in", "the interfaces are equal",
        "they hold no state", "tests reach all 2", "cyclomatic complexity of up to 1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "measures", "measure"),
    [
        ("users", {"users": HALF_USERS}, "5 modules use them"),
        ("fan_in", {"fan_in": HALF_FAN_IN}, "10 modules import the modules they stand in"),
        ("interface_distance", {"distance": Distance(0.5, "only one is async")}, "only one is async"),
        (
            "state_held",
            {"held": (("attribute", HALF_STATE - 1), ("cache", 1))},
            "they hold up to 5 attributes each, 1 cache",
        ),
        ("untested", {"untested": 1}, "no test reaches 1 of 2"),
        ("complexity", {"complexity": 10}, "cyclomatic complexity of up to 10"),
    ],
)
def test_each_part_is_one_half_where_it_says_and_counts_for_a_sixth(
    name: RiskName, measures: dict[str, object], measure: str
) -> None:
    given = msgspec.structs.replace(NOTHING, **measures)
    found = part(given, name)
    assert (found.value, found.measure) == (0.5, measure)
    assert risk_of(parts_of(given)) == round(0.5 / 6, 3)
    assert all(one.value == 0 for one in parts_of(given) if one.name != name)


def test_one_is_said_in_the_singular() -> None:
    one = msgspec.structs.replace(NOTHING, users=1, fan_in=1, held=(("module variable", 1),))
    assert part(one, "users").measure == "1 module uses them"
    assert part(one, "fan_in").measure == "1 module imports the modules they stand in"
    assert part(one, "state_held").measure == "they hold up to 1 module variable each"


def test_nothing_is_known_to_be_tested_where_there_are_no_members() -> None:
    assert part(msgspec.structs.replace(NOTHING, members=0), "untested").value == 1


@given(MEASURES)
def test_a_risk_is_the_weighted_sum_of_what_is_shown(measures: Measures) -> None:
    parts = parts_of(measures)
    assert sum(one.weight for one in parts) == pytest.approx(1)
    assert all(0 <= one.value <= 1 for one in parts)
    assert risk_of(parts) == min(1.0, round(sum(one.adds for one in parts), 3))
    assert all(one.adds == round(one.weight * one.value, 3) for one in parts)
    assert 0 <= risk_of(parts) <= 1


def test_the_shown_parts_add_up_to_the_shown_risk() -> None:
    measures = Measures(users=1, fan_in=2, members=6, untested=4, complexity=4, held=(("attribute", 1),))
    parts = parts_of(measures)
    shown = sum(round(one.value * one.weight, 3) for one in parts)
    assert f"{risk_of(parts):.3f}" == f"{shown:.3f}" != f"{sum(one.value * one.weight for one in parts):.3f}"


@given(MEASURES, st.sampled_from(["users", "fan_in", "held", "untested", "complexity"]), st.integers(1, 100))
def test_more_of_anything_never_lowers_the_risk(measures: Measures, field: str, more: int) -> None:
    if field == "held":
        larger = msgspec.structs.replace(measures, held=(*measures.held, ("cache", more)))
    else:
        larger = msgspec.structs.replace(measures, **{field: getattr(measures, field) + more})
    if field == "untested":
        larger = msgspec.structs.replace(larger, untested=min(larger.untested, measures.members))
    assert risk_of(parts_of(larger)) >= risk_of(parts_of(measures))


@given(MEASURES, st.floats(0, 1))
def test_interfaces_farther_apart_never_lower_the_risk(measures: Measures, other: float) -> None:
    near, far = sorted((measures.distance.value, other))
    risks = [
        risk_of(parts_of(msgspec.structs.replace(measures, distance=Distance(value, "")))) for value in (near, far)
    ]
    assert risks[0] <= risks[1]
