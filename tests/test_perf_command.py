"""`overhaul perf` on the command line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import msgspec
import pytest

from overhaul.cli import run
from overhaul.profiles.verdict import read_verdicts

FIXTURE = Path(__file__).resolve().parent.parent / "fixtures" / "profiles"
OUTPUTS = FIXTURE / "outputs"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The profiled program, as the current folder."""
    shutil.copytree(FIXTURE / "tickapp", tmp_path / "tickapp")
    monkeypatch.chdir(tmp_path / "tickapp")
    return tmp_path / "tickapp"


def runs() -> list[str]:
    return [str(file) for file in sorted(OUTPUTS.glob("cprofile-*.prof"))]


def test_the_matrix_answers_and_names_the_place(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["perf", "report", str(OUTPUTS / "py-spy.speedscope.json")]) == 1, "there is something to do"
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "1 file: speedscope"
    table = {line.split()[0]: line.split() for line in lines[3:7]}
    assert table["logging"][-2:] == ["implement", "(high)"]
    assert table["file_writes"][-1] == "skip" and table["dataframes"][1] == "0%"
    assert any(line.endswith("trading/signals.py:20 in evaluate") for line in lines)
    assert lines[-1].startswith("Note: one run:")


def test_nothing_to_do_exits_with_zero(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "overhaul.toml").write_text("[perf.components.logging]\nthreshold = 0.95\n")
    assert run(["perf", "report", *runs()]) == 0
    assert "    in each run " in capsys.readouterr().out
    (project / "overhaul.toml").write_text("")
    assert run(["perf", "report", *runs(), "--exit-zero"]) == 0


def test_json_has_the_figures(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["perf", "report", *runs(), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "overhaul perf report"
    first = told["components"][0]
    assert (first["component"], first["answer"], first["basis"]) == ("logging", "implement", "runs")
    assert first["low"] <= first["share"] <= first["high"] and len(first["runs"]) == 3
    assert first["causes"][0]["path"] == "trading/signals.py"
    assert [source["format"] for source in told["sources"]] == ["cprofile"] * 3


def test_answers_are_recorded_and_read_back(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(OUTPUTS, project / "profiles")
    files = [str(file) for file in sorted((project / "profiles").glob("cprofile-*.prof"))]
    assert run(["perf", "report", *files, "--record", "overhaul-decisions.toml", "--exit-zero"]) == 0
    assert capsys.readouterr().err == "wrote overhaul-decisions.toml\n"
    found = read_verdicts(project / "overhaul-decisions.toml")
    assert {one.component for one in found} == {"logging", "file_writes", "queues", "dataframes"}
    assert found[0].sources[0].file == "profiles/cprofile-1.prof"
    before = (project / "overhaul-decisions.toml").read_bytes()
    run(["perf", "report", *reversed(files), "--record", "overhaul-decisions.toml"])
    assert (project / "overhaul-decisions.toml").read_bytes() == before


def test_answers_are_never_recorded_over_what_was_measured(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(OUTPUTS, project / "profiles")
    file = project / "profiles/cprofile-1.prof"
    before = file.read_bytes()
    assert run(["perf", "report", str(file), "--record", "profiles/../profiles/cprofile-1.prof"]) == 2
    assert "is a measurement: name another file for --record" in capsys.readouterr().err
    assert file.read_bytes() == before


def test_a_component_of_the_settings_is_looked_for_and_a_mistyped_key_is_refused(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = project / "overhaul.toml"
    settings.write_text('[perf.components.signals]\nframes = ["trading.signals"]\nthreshold = 0.01\nadvice = "numpy"\n')
    assert run(["perf", "report", str(OUTPUTS / "py-spy.speedscope.json")]) == 1
    assert "signals: implement: numpy" in capsys.readouterr().out
    for wrong, why in (
        ('[perf.components.signals]\nframe = ["x"]\n', "frame"),
        ("[perf.components.signals]\nthreshold = 40\n", "threshold|< 1"),
        ("[perf]\ncomponent = {}\n", "component"),
    ):
        settings.write_text(wrong)
        assert run(["perf", "report", *runs()]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert any(part in line for part in why.split("|"))


def test_a_file_that_is_no_profile_is_one_line(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["perf", "report", "start.py"]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("overhaul: start.py: is no profile that is known: cProfile, ")
    assert len(err.splitlines()) == 1
    assert run(["perf", "report", str(OUTPUTS / "pyperf.json")]) == 2
    assert "overhaul perf compare" in capsys.readouterr().err


def scaled(source: Path, target: Path, factor: float) -> str:
    """A file of pyperf whose times are longer by a factor."""
    document = json.loads(source.read_text())
    for one in document["benchmarks"]:
        for entry in one["runs"]:
            entry["values"] = [value * factor for value in entry.get("values", [])]
    target.write_text(json.dumps(document))
    return str(target)


def steady(target: Path, level: float) -> str:
    """A file of pyperf with six processes that vary by a percent."""
    values = [{"values": [level * (1 + number / 500)]} for number in range(6)]
    suite = {"metadata": {"name": "average"}, "runs": values}
    target.write_text(json.dumps({"version": "1.0", "benchmarks": [suite]}))
    return str(target)


def test_what_has_become_slower_fails_and_what_has_not_does_not(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = steady(tmp_path / "before.json", 1e-3)
    assert run(["perf", "baseline", "main", before]) == 0
    assert capsys.readouterr().out == "overhaul-perf/main.json: 1 timing\n"
    same, slow = steady(tmp_path / "same.json", 1.01e-3), steady(tmp_path / "slow.json", 1.3e-3)
    assert run(["perf", "compare", "main", same]) == 0
    assert capsys.readouterr().out.splitlines()[1].split()[-1] == "same"
    assert run(["perf", "compare", "main", slow]) == 1
    line = capsys.readouterr().out.splitlines()[1]
    assert line.split()[:6] == ["average", "1", "ms", "1.31", "ms", "1.30"] or line.split()[-1] == "slower"
    assert run(["perf", "compare", "main", slow, "--tolerance", "50%"]) == 0
    assert run(["perf", "compare", "main", slow, "--exit-zero"]) == 0
    capsys.readouterr()
    assert run(["perf", "compare", "main", slow, "--json"]) == 1
    (change,) = json.loads(capsys.readouterr().out)["changes"]
    assert change["outcome"] == "slower" and change["low"] > 1.15 and change["values"] == [6, 6]


def test_cannot_tell_is_an_answer_and_says_what_would(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["perf", "baseline", "one", runs()[0]]) == 0
    assert "of fewer than 4 runs, too few to compare with: give 4 files or more" in capsys.readouterr().out
    assert run(["perf", "compare", "one", runs()[1]]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == (
        "cannot tell: file_writes, logging, queues, total: 1 before and 1 now are too few: about 4 runs, before and "
        "now, would tell"
    )


def test_rounds_of_one_process_decide_only_where_they_are_asked_to(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The two files are of the same code: by the medians of its rounds, one took half as long."""
    before, after = (str(OUTPUTS / f"pytest-benchmark-{number}.json") for number in (1, 2))
    assert run(["perf", "baseline", "main", before]) == 0
    capsys.readouterr()
    assert run(["perf", "compare", "main", after]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.endswith("cannot tell") for line in lines[1:3]] == [True, True]
    assert "rounds within one process say little about the next" in lines[-1]
    assert run(["perf", "compare", "main", after, "--rounds"]) == 0
    assert "faster" in capsys.readouterr().out, "which is why they decide nothing"


def test_a_baseline_is_not_written_over_and_a_tolerance_is_a_part(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = str(OUTPUTS / "pyperf.json")
    assert run(["perf", "baseline", "main", source]) == 0
    first = (project / "overhaul-perf" / "main.json").read_bytes()
    assert run(["perf", "baseline", "main", scaled(OUTPUTS / "pyperf.json", tmp_path / "p.json", 2)]) == 2
    assert "is there already" in capsys.readouterr().err
    assert (project / "overhaul-perf" / "main.json").read_bytes() == first
    assert run(["perf", "baseline", "main", source, "--force"]) == 0
    assert (project / "overhaul-perf" / "main.json").read_bytes() == first
    assert str(tmp_path) not in msgspec.json.decode(first, type=dict[str, object]).__repr__()
    for tolerance in ("-1%", "x", "0", "2000%"):
        assert run(["perf", "compare", "main", source, "--tolerance", tolerance]) == 2
    assert run(["perf", "compare", "nightly", source]) == 2
    assert "no such baseline (there are main)" in capsys.readouterr().err
