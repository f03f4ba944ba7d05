"""Intervals: against known values, and against what they promise when the truth is known."""

import math
import random
from itertools import product

import pytest

from overhaul.profiles.uncertainty import (
    Interval,
    assumed,
    between_runs,
    estimated_ratio,
    of_cycles,
    of_ratio,
    student,
    wilson,
)


def test_wilson_s_interval_is_the_published_one() -> None:
    """Newcombe (1998), table I: 81 of 263, and 0 of 20."""
    found = wilson(81 / 263, 263)
    assert (round(found.low, 4), round(found.high, 4)) == (0.2553, 0.3662)
    nothing = wilson(0.0, 20)
    assert nothing.low == 0.0 and round(nothing.high, 4) == 0.1611


def test_student_s_quantiles_go_over_into_the_normal_one() -> None:
    assert student(1) == 12.7062 and student(30) == 2.0423
    for freedom, expected in ((31, 2.0395), (60, 2.0003), (10**6, 1.9600)):
        assert student(freedom) == pytest.approx(expected, abs=2e-4)


def test_runs_that_are_alike_make_a_share_sure_and_two_that_differ_do_not() -> None:
    assert between_runs([0.3, 0.3, 0.3]) == Interval(0.3, 0.3)
    found = between_runs([0.40, 0.50])
    assert found.low == 0.0 and found.high == 1.0, "two runs tell next to nothing of their spread"
    three = between_runs([0.40, 0.45, 0.50])
    assert round(three.low, 3) == 0.326 and round(three.high, 3) == 0.574


def test_one_run_is_taken_to_be_right_within_a_factor_of_two_in_its_odds() -> None:
    found = assumed(0.5)
    assert (round(found.low, 4), round(found.high, 4)) == (0.3333, 0.6667)
    assert assumed(0.0) == Interval(0.0, 0.0) and assumed(1.0) == Interval(1.0, 1.0)


def test_cycles_that_are_alike_for_a_while_are_not_taken_for_as_many_proofs() -> None:
    chance = random.Random(3)
    level, parts = 0.4, list[float]()
    for number in range(2000):
        if number % 100 == 0:
            level = chance.uniform(0.2, 0.6)
        parts.append(level)
    found = of_cycles(parts, [1.0] * len(parts))
    assert found is not None and found.high - found.low > 0.08, "there were twenty levels, not two thousand"
    assert found.low < 0.4 < found.high
    assert of_cycles([0.1] * 39, [1.0] * 39) is None


@pytest.mark.parametrize(("first", "second"), [(4, 4), (5, 4), (3, 6), (6, 6)])
def test_the_ranks_are_counted_right(first: int, second: int) -> None:
    """Counted by hand: in how many of all orders does an interval miss, when nothing differs."""
    orders = missed = 0
    for places in product((0, 1), repeat=first + second):
        if sum(places) != second:
            continue
        orders += 1
        before = [math.exp(place) for place, after in enumerate(places) if not after]
        after = [math.exp(place) for place, after in enumerate(places) if after]
        found = of_ratio(before, after)
        assert found is not None
        missed += not found.low <= 1 <= found.high
    assert 0 < missed / orders <= 0.05


def test_too_few_values_have_no_interval() -> None:
    assert of_ratio([1.0, 1.1, 1.2], [1.0, 1.1, 1.2]) is None
    assert of_ratio([1.0], [2.0] * 30) is None
    assert of_ratio([1.0, 1.1, 1.2], [1.0] * 4) is None
    assert of_ratio([1.0, 1.1, 1.2], [1.0] * 5) is not None


def test_the_approximation_goes_on_from_the_exact_count() -> None:
    chance = random.Random(5)
    before, after = ([chance.lognormvariate(0, 0.1) for _ in range(41)] for _ in range(2))
    exact, approximate = of_ratio(before[:40], after[:40]), of_ratio(before, after)
    assert exact is not None and approximate is not None
    assert abs(math.log(exact.high / exact.low) - math.log(approximate.high / approximate.low)) < 0.01


def test_an_outlier_does_not_move_the_estimate() -> None:
    quiet = [1.0, 1.01, 0.99, 1.02, 0.98, 1.0]
    assert estimated_ratio(quiet, [*quiet[:5], 50.0]) == pytest.approx(1.0, abs=0.02)
