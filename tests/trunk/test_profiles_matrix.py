"""The decision matrix, and the file that keeps its answers."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from overhaul.config import Config
from overhaul.errors import ConfigError, UsageError
from overhaul.profiles.evidence import evidence, judged, project_at
from overhaul.profiles.matrix import Matrix, Row, decide, verdicts
from overhaul.profiles.model import Measured, Profile, Turn
from overhaul.profiles.reading import read_profiles
from overhaul.profiles.verdict import Evidence, Verdict, answer, changed_sources, read_verdicts, verdicts_text
from overhaul.profiles.where import Project
from overhaul.thresholds import ComponentPattern, Perf, wanted

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "profiles"
OUTPUTS = FIXTURE / "outputs"


def measured(**shares: float) -> Profile:
    rest = 1.0 - sum(shares.values())
    parts = tuple(Measured(name, 1, own, own) for name, own in {**shares, "rest": rest}.items())
    return Profile(file="x", format="instrumentor", kind="measured", total=1.0, measured=parts)


def decided(*profiles: Profile, perf: Perf | None = None) -> Matrix:
    return decide(profiles, wanted(perf or Perf()), Project(None, {}))


def row(matrix: Matrix, name: str) -> Row:
    return next(one for one in matrix.rows if one.component == name)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0.41, 0.6, "implement"), (0.40, 0.6, "cannot tell"), (0.2, 0.40, "skip"), (0.0, 0.0, "skip")],
)
def test_an_answer_needs_the_whole_interval_on_one_side(low: float, high: float, expected: str) -> None:
    assert answer(low, high, 0.40) == expected


def test_the_thresholds_are_those_of_the_plan() -> None:
    """40, 30, 20 and 25 percent, each met by three runs that are alike."""
    names = {"logging": 0.40, "file_writes": 0.30, "queues": 0.20, "dataframes": 0.25}
    for name, threshold in names.items():
        above = decided(*(measured(**{name: threshold + 0.002 + run / 10_000}) for run in range(3)))
        below = decided(*(measured(**{name: threshold - 0.002 - run / 10_000}) for run in range(3)))
        assert row(above, name).answer == "implement" and row(above, name).basis == "runs"
        assert row(below, name).answer == "skip"
        assert {one.answer for one in above.rows if one.component != name} == {"skip"}


def test_runs_that_differ_too_much_cannot_tell() -> None:
    found = row(decided(measured(logging=0.35), measured(logging=0.45), measured(logging=0.60)), "logging")
    assert found.answer == "cannot tell" and found.low < 0.4 < found.high
    assert found.runs == (0.35, 0.45, 0.6)


def test_one_measurement_answers_only_what_is_clear_and_says_that_it_is_one() -> None:
    matrix = decided(measured(logging=0.70, csv=0.20, queue=0.08))
    assert (row(matrix, "logging").answer, row(matrix, "logging").basis) == ("implement", "one run")
    assert row(matrix, "file_writes").answer == "cannot tell"
    assert row(matrix, "queues").answer == "skip"
    assert any(note.startswith("one run: how runs differ is not known") for note in matrix.notes)


def test_samples_of_one_run_bound_the_share_and_the_note_says_what_is_not_in_that() -> None:
    matrix = judged(FIXTURE / "tickapp", Config(), [OUTPUTS / "py-spy.speedscope.json"])
    found = row(matrix, "logging")
    assert found.basis == "samples" and found.answer == "implement"
    assert 0.02 < found.high - found.low < 0.10
    assert any("that of its samples" in note for note in matrix.notes)
    top = found.causes[0]
    assert (top.path, top.line, top.function, top.exact) == ("trading/signals.py", 20, "evaluate", True)
    assert top.share > 0.5


def test_cycles_bound_the_share_by_how_they_differ() -> None:
    turns = tuple(Turn(1.0, (0.45 + number % 5 / 100,)) for number in range(400))
    profile = Profile(
        file="x", format="instrumentor", kind="measured", total=400.0, turns=turns,
        measured=(Measured("logging", 400, 188.0, 188.0),),
    )  # fmt: skip
    found = row(decided(profile), "logging")
    assert found.basis == "cycles" and found.answer == "implement"


def test_a_component_of_the_project_has_its_own_threshold_and_one_without_is_listed_only() -> None:
    perf = Perf(
        components={
            "signals": ComponentPattern(frames=("trading.signals",), threshold=0.01, priority="low", advice="numpy"),
            "loop": ComponentPattern(frames=("trading.loop",)),
        }
    )
    matrix = judged(FIXTURE / "tickapp", Config(perf=perf), [OUTPUTS / "py-spy.speedscope.json"])
    assert (row(matrix, "signals").answer, row(matrix, "signals").priority) == ("implement", "low")
    assert row(matrix, "loop").answer is None
    assert row(matrix, "logging").answer == "implement", "what they call is its own component still"
    assert [one.component for one in matrix.rows if one.answer == "implement"] == ["logging", "signals"], "by priority"
    told = verdicts(matrix, ())
    assert "loop" not in {one.component for one in told}


def test_shares_add_up_with_the_rest() -> None:
    for name in ("cprofile-1.prof", "pyinstrument.json", "py-spy.speedscope.json", "py-spy.txt", "scalene.json"):
        matrix = judged(FIXTURE / "tickapp", Config(), [OUTPUTS / name])
        assert sum(one.share for one in matrix.rows) + matrix.rest == pytest.approx(1.0, abs=0.001)
        for one in matrix.rows:
            assert sum(cause.share for cause in one.causes) == pytest.approx(one.share, abs=0.003)


def test_benchmarks_have_no_shares() -> None:
    with pytest.raises(UsageError, match="holds benchmarks, which tell no shares"):
        judged(FIXTURE / "tickapp", Config(), [OUTPUTS / "pyperf.json"])


def test_a_profile_of_something_else_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "other.py").write_text("x = 1\n")
    matrix = judged(tmp_path, Config(), [OUTPUTS / "cprofile-1.prof"])
    assert any("name the project with --root" in note for note in matrix.notes)


def test_answers_come_back_from_their_file_and_it_is_the_same_whatever_the_order(tmp_path: Path) -> None:
    files = sorted(OUTPUTS.glob("cprofile-*.prof"))
    texts: list[str] = []
    for order in (files, files[::-1]):
        profiles = read_profiles(order)
        matrix = decide(profiles, wanted(Perf()), project_at(FIXTURE / "tickapp", Config()))
        texts.append(verdicts_text(verdicts(matrix, evidence(profiles, FIXTURE))))
    assert texts[0] == texts[1]
    file = tmp_path / "decisions.toml"
    file.write_text(texts[0])
    found = {one.component: one for one in read_verdicts(file)}
    assert found["logging"].answer == "implement" and found["dataframes"].answer == "skip"
    assert [one.file for one in found["logging"].sources] == [f"outputs/{one.name}" for one in files]


def record(**changed: object) -> str:
    one = Verdict(
        component="logging", answer="implement", share=0.6, low=0.5, high=0.7, threshold=0.4, basis="runs",
        priority="high", sources=(Evidence("a.prof", "cprofile", "sha256:0"),),
    )  # fmt: skip
    text = verdicts_text([one])
    for key, value in changed.items():
        text = "\n".join(f"{key} = {value}" if line.startswith(f"{key} =") else line for line in text.splitlines())
    return text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (record(answer='"skip"'), "'skip' does not follow from its figures, 'implement' does"),
        (record(low=0.9), "does not follow from its figures"),
        (record(answer='"perhaps"'), "write it anew with --record"),
        (record(version=2), "is of version 2, and 1 is read"),
        (record(high='"much"'), "expected"),
        (record() + "\n[other]\n", "write it anew with --record"),
        ("version = ", "cannot be read as TOML"),
    ],
)
def test_an_answer_that_was_written_by_hand_is_refused(text: str, why: str, tmp_path: Path) -> None:
    file = tmp_path / "decisions.toml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=why) as error:
        read_verdicts(file)
    assert "\n" not in str(error.value)


def test_a_measurement_that_has_changed_since_is_known_and_one_that_is_elsewhere_is_not(tmp_path: Path) -> None:
    (tmp_path / "profile").mkdir()
    copy = tmp_path / "profile" / "a.prof"
    copy.write_bytes((OUTPUTS / "cprofile-1.prof").read_bytes())
    profiles = read_profiles([copy, OUTPUTS / "cprofile-2.prof"])
    told = verdicts(decide(profiles, wanted(Perf()), Project(None, {})), evidence(profiles, tmp_path))
    assert changed_sources(told, tmp_path) == ()
    copy.write_bytes((OUTPUTS / "cprofile-3.prof").read_bytes())
    assert changed_sources(told, tmp_path) == ("profile/a.prof",)
    above = Evidence("../outside.prof", "cprofile", "sha256:0")
    (tmp_path / "outside.prof").write_bytes(b"x")
    elsewhere = [msgspec.structs.replace(told[0], sources=(above,))]
    assert changed_sources(elsewhere, tmp_path / "profile") == (), "a record is no reason to read other folders"
