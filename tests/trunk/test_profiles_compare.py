"""Slower, faster, the same, or not to be told: checked on times whose truth is known."""

from __future__ import annotations

import math
import random
from pathlib import Path

import msgspec
import pytest

from overhaul.errors import UsageError
from overhaul.profiles.baseline import (
    Baseline,
    Timing,
    baseline_path,
    baseline_text,
    made_baseline,
    read_baseline,
    timings,
)
from overhaul.profiles.compare import Outcome, compare, judged
from overhaul.profiles.model import Profile, Series
from overhaul.profiles.reading import read_profiles
from overhaul.profiles.where import Project

OUTPUTS = Path(__file__).resolve().parents[2] / "fixtures" / "profiles" / "outputs"
NOWHERE = Project(None, {})


def timing(values: list[float], name: str = "f") -> Timing:
    return Timing(name=name, of="benchmark", basis="runs", values=tuple(values))


def baseline(*kept: Timing) -> Baseline:
    return Baseline(name="main", sources=(), timings=kept)


def drawn(chance: random.Random, count: int, factor: float = 1.0) -> list[float]:
    """Times as programs have them: never below a floor, with a long tail above."""
    return [factor * (1 + chance.lognormvariate(-3, 0.8)) for _ in range(count)]


def outcomes(factor: float, count: int, trials: int, tolerance: float) -> list[Outcome]:
    chance = random.Random(20)
    return [
        compare(baseline(timing(drawn(chance, count))), [timing(drawn(chance, count, factor))], tolerance)[0].outcome
        for _ in range(trials)
    ]


@pytest.mark.parametrize("count", [4, 6, 10])
def test_nothing_is_called_slower_or_faster_more_than_once_in_twenty_when_nothing_has_changed(count: int) -> None:
    """Even with no tolerance to speak of."""
    found = outcomes(1.0, count, trials=400, tolerance=0.0001)
    alarms = sum(one in ("slower", "faster") for one in found)
    assert alarms <= 0.05 * 400 + 2 * math.sqrt(400 * 0.05 * 0.95)
    assert "slower" not in outcomes(1.0, count, trials=400, tolerance=0.15), "with the usual tolerance never, in 400"


def test_what_has_become_slower_by_exactly_the_tolerance_is_rarely_called_slower() -> None:
    found = outcomes(1.15, 6, trials=400, tolerance=0.15)
    assert found.count("slower") <= 0.025 * 400 + 2 * math.sqrt(400 * 0.025 * 0.975)


@pytest.mark.parametrize(("count", "least"), [(4, 0.7), (6, 0.85), (10, 0.97)])
def test_thirty_percent_more_are_seen(count: int, least: float) -> None:
    """Against a tolerance of 15%, with times that vary by 5%, and now and then by 20%."""
    found = outcomes(1.3, count, trials=300, tolerance=0.15)
    assert found.count("slower") >= least * 300
    assert "faster" not in found and "same" not in found


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (1.16, 1.4, "slower"),
        (1.10, 1.4, "cannot tell"),
        (1.02, 1.10, "same"),
        (0.90, 1.10, "same"),
        (0.80, 0.90, "cannot tell"),
        (0.60, 0.80, "faster"),
        (0.50, 1.50, "cannot tell"),
    ],
)
def test_an_answer_needs_the_whole_interval(low: float, high: float, expected: Outcome) -> None:
    assert judged(low, high, 0.15) == expected


def test_too_few_runs_are_told_with_how_many_would_do() -> None:
    one = compare(baseline(timing([1.0])), [timing([3.0])])[0]
    assert (one.outcome, one.low, one.needed) == ("cannot tell", None, 4)


def test_values_that_vary_widely_are_told_with_about_how_many_would_do() -> None:
    chance = random.Random(2)
    few = [chance.lognormvariate(0, 0.4) for _ in range(5)], [chance.lognormvariate(0, 0.4) for _ in range(5)]
    one = compare(baseline(timing(few[0])), [timing(few[1])])[0]
    assert one.outcome == "cannot tell" and one.needed is not None and one.needed > 5
    edge = [1.0 + number / 1e4 for number in range(6)]
    at_the_edge = compare(baseline(timing(edge)), [timing([value * 1.15 for value in edge])])[0]
    assert at_the_edge.outcome == "cannot tell" and at_the_edge.needed is None, "no number of runs would tell"


def test_what_is_new_or_gone_is_said_and_nothing_in_common_is_refused() -> None:
    kept, gone, new = timing([1.0] * 4, "kept"), timing([1.0] * 4, "gone"), timing([1.0] * 4, "new")
    assert {one.name: one.outcome for one in compare(baseline(kept, gone), [kept, new])} == {
        "kept": "same",
        "gone": "gone",
        "new": "new",
    }
    with pytest.raises(UsageError, match="has none of what was measured now: it has gone"):
        compare(baseline(gone), [new])


def test_runs_of_a_benchmark_count_and_rounds_only_where_there_are_too_few_of_them() -> None:
    (several,) = timings(read_profiles([OUTPUTS / "pyperf.json"]), (), NOWHERE)
    assert (several.name, several.basis, len(several.values)) == ("average", "runs", 6)
    first, few = timings(read_profiles([OUTPUTS / "pytest-benchmark-1.json"]), (), NOWHERE)
    assert (first.basis, len(first.values)) == ("rounds", 60)
    assert (few.name, len(few.values)) == ("bench_signals.py::test_average_of_few", 20)


def test_thousands_of_rounds_are_kept_as_a_hundred_medians() -> None:
    rounds = tuple(1.0 + number % 7 for number in range(5000))
    profile = Profile(file="x", format="pytest-benchmark", kind="benchmarks", series=(Series("f", (rounds,)),))
    (one,) = timings([profile], (), NOWHERE)
    assert len(one.values) == 100 and set(one.values) == {4.0}


def test_runs_of_a_program_are_compared_by_component() -> None:
    from overhaul.thresholds import Perf, wanted

    profiles = read_profiles(sorted(OUTPUTS.glob("cprofile-*.prof")))
    found = timings(profiles, wanted(Perf()), NOWHERE)
    assert [one.name for one in found] == ["file_writes", "logging", "queues", "total"], "there are no data frames"
    assert all(len(one.values) == 3 and one.of == "component" for one in found)
    logging, total = found[1], found[3]
    assert 0.5 < logging.values[0] / total.values[0] < 0.8


def test_counts_of_samples_are_no_times() -> None:
    with pytest.raises(UsageError, match="counts samples and tells no seconds"):
        timings(read_profiles([OUTPUTS / "py-spy.txt"]), (), NOWHERE)


def test_a_baseline_is_the_same_text_for_the_same_measurements_and_comes_back(tmp_path: Path) -> None:
    profiles = read_profiles([OUTPUTS / "pyperf.json", OUTPUTS / "pytest-benchmark-1.json"])
    made = made_baseline("main", profiles, (), (), NOWHERE)
    again = made_baseline("main", tuple(reversed(profiles)), (), (), NOWHERE)
    assert baseline_text(made) == baseline_text(again)
    file = baseline_path(tmp_path, "main")
    file.parent.mkdir()
    file.write_bytes(baseline_text(made))
    assert read_baseline(file) == made


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden", "x" * 200, "a b"])
def test_a_name_that_would_be_a_path_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="write a name of letters"):
        baseline_path(tmp_path, name)


def test_a_baseline_that_is_missing_or_broken_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "main.json"
    with pytest.raises(UsageError, match="there is none yet"):
        read_baseline(file)
    made = baseline(timing([1.0]))
    (tmp_path / "nightly.json").write_bytes(baseline_text(made))
    with pytest.raises(UsageError, match="there are nightly"):
        read_baseline(file)
    broken = (b"{", b'{"schema": "other"}', b'{"name": "\xff"}', b'{"timings": [' * 5000)
    for text in (*broken, baseline_text(made).replace(b"1.0", b"-1.0")):
        file.write_bytes(text)
        with pytest.raises(UsageError, match=r"main\.json: ") as error:
            read_baseline(file)
        assert "\n" not in str(error.value)
    assert msgspec.json.decode(baseline_text(made))["version"] == 1
