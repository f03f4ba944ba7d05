"""`overhaul plan`, `phase`, `status` and `check --gates` on the command line."""

import json
from pathlib import Path

import pytest

from overhaul.cli import run

MET = Path(__file__).resolve().parent.parent / "fixtures" / "criteria" / "caches_consolidated"
CAMPAIGN = """\
# Ours.
title = "Shop"

[phases.caches]
number = 1
title = "Caches"

[phases.caches.criteria.caches_consolidated]

[phases.state]
number = 2
title = "State"

[phases.state.criteria.green]
command = "echo ran >> ran.txt"

[phases.state.criteria.told]
statement = "All customers know."

[phases.later]
number = 3
title = "Later"
needed = false
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for file in (MET / "met").rglob("*.py"):
        there = tmp_path / file.relative_to(MET / "met")
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_bytes(file.read_bytes())
    (tmp_path / "overhaul.toml").write_text("")
    (tmp_path / "overhaul-campaign.toml").write_text(CAMPAIGN)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def spoil(project: Path) -> None:
    (project / "shop" / "greeks.py").write_text((MET / "unmet-second-class" / "shop" / "greeks.py").read_text())


def test_plan_writes_a_campaign_and_the_second_time_changes_no_byte(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = project / "overhaul-campaign.toml"
    file.unlink()
    assert run(["plan"]) == 0
    told = capsys.readouterr()
    assert "10 phases" in told.err
    assert told.out == ""
    first = file.read_bytes()
    assert run(["plan", "-q"]) == 0
    assert file.read_bytes() == first
    assert capsys.readouterr() == ("", "")


def test_plan_to_standard_output_writes_no_file(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(file.name for file in project.iterdir() if file.name != ".overhaul")
    assert run(["plan", "--output", "-", "--title", "Our shop", "-q"]) == 0
    assert 'title = "Our shop"' in capsys.readouterr().out
    assert sorted(file.name for file in project.iterdir() if file.name != ".overhaul") == before


def test_plan_leaves_what_somebody_has_written(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan"]) == 0
    text = (project / "overhaul-campaign.toml").read_text()
    assert text.startswith("# Ours.\n")
    assert "[phases.audit]" not in text
    assert "the campaign has no phase audit" in capsys.readouterr().err


def test_a_phase_tells_its_evidence_and_exits_by_its_gate(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["phase", "1"]) == 0
    assert "caches_consolidated" in capsys.readouterr().out
    spoil(project)
    assert run(["phase", "caches"]) == 1
    told = capsys.readouterr().out
    assert "shop/greeks.py:6" in told
    assert "0% complete" in told


def test_a_phase_that_there_is_not_names_those_that_there_are(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["phase", "9", str(project)]) == 2
    told = capsys.readouterr().err
    assert len(told.splitlines()) == 1
    assert "1 (caches)" in told


def test_commands_run_only_with_run(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["phase", "2"]) == 1
    assert run(["status"]) == 0
    assert run(["check", "--gates", "--exit-zero"]) == 0
    assert not (project / "ran.txt").exists()
    assert run(["phase", "2", "--run"]) == 1, "nobody has signed"
    assert (project / "ran.txt").read_text() == "ran\n"
    assert "exits with 0" in capsys.readouterr().out


def test_a_phase_is_completed_by_somebody_when_it_is(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = project / "overhaul-campaign.toml"
    assert run(["phase", "1", "--complete"]) == 2
    assert run(["phase", "1", "--complete", "--by", " . "]) == 2
    assert file.read_text() == CAMPAIGN
    assert run(["phase", "1", "--complete", "--by", "Ada"]) == 0
    assert 'by = "Ada"' in file.read_text()
    assert run(["phase", "2", "--run", "--complete", "--by", "Ada"]) in (1, 2)
    assert "[phases.state.completed]" not in file.read_text()
    capsys.readouterr()
    assert run(["phase", "2", "--run", "--sign", "told", "--complete", "--by", "Ada"]) == 0
    assert "[phases.state.completed]" in file.read_text()
    assert file.read_text().startswith("# Ours.\n")


def test_a_waiver_needs_a_name_and_a_reason(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spoil(project)
    file = project / "overhaul-campaign.toml"
    for more in ([], ["--by", "Ada"], ["--reason", "So it is."], ["--by", "Ada", "--reason", "---"]):
        assert run(["phase", "1", "--waive", "caches_consolidated", *more]) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1
    assert file.read_text() == CAMPAIGN
    assert run(["phase", "1", "--waive", "caches_consolidated", "--by", "Ada", "--reason", "So it is."]) == 0
    told = capsys.readouterr().out
    assert "waived by Ada: So it is." in told
    assert run(["phase", "1", "--complete", "--by", "Ada"]) == 0
    assert 'waived = ["caches_consolidated"]' in file.read_text()


def test_status_goes_through_the_phases(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["status", str(project)]) == 0
    told = capsys.readouterr().out
    for part in ("Caches", "State", "not needed"):
        assert part in told
    assert run(["status", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)


def complete(project: Path) -> None:
    assert run(["phase", "1", "--complete", "--by", "Ada", "-q"]) == 0
    assert (project / "overhaul-campaign.toml").exists()


def test_check_gates_fails_when_a_completed_phase_is_lost(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    complete(project)
    capsys.readouterr()
    assert run(["check", "--gates", "--select", "import_cycle"]) == 0
    spoil(project)
    assert run(["check", "--select", "import_cycle"]) == 0, "only where it is asked for"
    capsys.readouterr()
    assert run(["check", "--gates", "--select", "import_cycle"]) == 1
    told = capsys.readouterr()
    assert "gate of phase 1 (Caches): caches_consolidated" in told.out + told.err
    assert "completed by Ada" in told.out + told.err


def test_check_gates_asks_nothing_of_phases_that_were_not_completed(project: Path) -> None:
    spoil(project)
    assert run(["check", "--gates", "--select", "import_cycle"]) == 0


def test_check_gates_does_not_fail_for_what_nobody_can_tell(project: Path) -> None:
    assert run(["phase", "1", "--complete", "--by", "Ada", "-q"]) == 0
    assert run(["phase", "2", "--run", "--sign", "told", "--complete", "--by", "Ada", "-q"]) == 0
    (project / "ran.txt").unlink()
    assert run(["check", "--gates", "--select", "import_cycle"]) == 0
    assert not (project / "ran.txt").exists()


@pytest.mark.parametrize("form", ["json", "sarif", "gitlab"])
def test_check_gates_keeps_standard_output_what_the_format_says(
    project: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    complete(project)
    spoil(project)
    capsys.readouterr()
    assert run(["check", "--gates", "--select", "import_cycle", "--format", form]) == 1
    told = capsys.readouterr()
    json.loads(told.out)
    assert "gate of phase 1" in told.err


def test_check_gates_without_a_campaign_says_how_one_is_made(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "overhaul-campaign.toml").unlink()
    for command in (["check", "--gates"], ["status"], ["phase", "1"]):
        assert run(command) == 2
        assert "overhaul plan" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[phases.caches]\nnumber = 1\n", "lacks the key title"),
        (CAMPAIGN.replace("caches_consolidated", "caches_consolidatde"), "did you mean caches_consolidated"),
        (CAMPAIGN.replace("caches_consolidated]", "x]\nexpression = 'count(cache) < 1'"), "did you mean caches"),
        ("[phases", "cannot be read as TOML"),
    ],
)  # fmt: skip
def test_a_campaign_that_cannot_be_meant_is_one_line_and_exit_2(
    project: Path, capsys: pytest.CaptureFixture[str], text: str, reason: str
) -> None:
    (project / "overhaul-campaign.toml").write_text(text)
    for command in (["phase", "1", "-q"], ["status", "-q"]):
        assert run(command) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert len(told.err.splitlines()) == 1
        assert reason in told.err


def test_hostile_titles_and_names_do_not_reach_the_terminal_as_they_are(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = CAMPAIGN.replace('title = "Caches"', 'title = "\\u001b[31mCaches\\nPhase 9: done\\u202e"')
    (project / "overhaul-campaign.toml").write_text(text)
    assert run(["phase", "1", "--no-color"]) == 0
    told = capsys.readouterr().out
    assert "\x1b" not in told
    assert "\u202e" not in told
    assert "\nPhase 9" not in told
