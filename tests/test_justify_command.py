"""`overhaul justify`: what it prints can be pasted, and covers the group from then on."""

import json
import shutil
import tomllib
from pathlib import Path

import pytest

from overhaul.cli import run

FIXTURE = Path(__file__).resolve().parent.parent / "fixtures" / "rules" / "unjustified_duplicate"
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with duplicates; the user stands in it."""
    for name in ("imports.py", "exports.py"):
        shutil.copy(FIXTURE / name, tmp_path)
    (tmp_path / "pyproject.toml").write_text('[tool.overhaul]\nselect = ["unjustified_duplicate"]\njobs = 1\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def identities(captured: Captured) -> dict[str, str]:
    """The groups by the name of their first member."""
    assert run(["query", "SELECT name, identity FROM duplicates", "--format", "json", "-q"]) == 0
    return {row["name"]: row["identity"] for row in json.loads(captured.readouterr().out)}


def reported(captured: Captured) -> list[str]:
    """What is found, by name."""
    assert run(["query", "SELECT name FROM findings ORDER BY name", "--format", "json", "-q"]) == 0
    return [row["name"] for row in json.loads(captured.readouterr().out)]


def test_an_entry_that_is_pasted_covers_its_group_in_a_run_that_has_all_results_kept(
    project: Path, capsys: Captured
) -> None:
    assert reported(capsys) == ["average_price", "checksum", "clean_rows", "split_address"]
    group = identities(capsys)["checksum"]
    assert run(["justify", group, "--reason", 'two "banks"', "--owner", "ann", "--expires", "9999-12-31"]) == 0
    printed = capsys.readouterr().out
    (entry,) = tomllib.loads(printed)["tool"]["overhaul"]["justified"]
    assert entry == {
        "group": group, "reason": 'two "banks"', "owner": "ann", "expires": "9999-12-31",
        "members": ["exports.checksum", "imports.checksum"],
    }  # fmt: skip
    assert printed.startswith("# exports.py:43: 2 functions that say the same thing\n# for pyproject.toml\n")
    with (project / "pyproject.toml").open("a") as settings:
        settings.write(f"\n{printed}")
    assert reported(capsys) == ["average_price", "clean_rows", "split_address"]
    assert run(["justify", group]) == 0
    assert "# pyproject.toml:7 has an entry for it already" in capsys.readouterr().out


def test_another_member_makes_it_another_group(project: Path, capsys: Captured) -> None:
    group = identities(capsys)["checksum"]
    run(["justify", group, "--reason", "two banks"])
    with (project / "pyproject.toml").open("a") as settings:
        settings.write(f"\n{capsys.readouterr().out}")
    shutil.copy(project / "imports.py", project / "third.py")
    assert "checksum" in reported(capsys)
    assert run(["audit", "--select", "stale_justification", "--report", "json", "-q"]) == 1
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert (finding["path"], finding["line"]) == ("pyproject.toml", 7)
    assert finding["message"].startswith(f"the group {group} has changed: it is dup-")
    assert "third.checksum has come" in finding["because"]


def test_lines_that_move_change_nothing(project: Path, capsys: Captured) -> None:
    before = identities(capsys)
    text = (project / "imports.py").read_text()
    (project / "imports.py").write_text(f"# One line more.\n{text}")
    assert identities(capsys) == before


def test_the_entry_is_written_for_where_it_belongs(project: Path, capsys: Captured) -> None:
    group = identities(capsys)["checksum"]
    (project / "ledger.toml").write_text("")
    (project / "pyproject.toml").write_text('[tool.overhaul]\njustified-file = "ledger.toml"\n')
    assert run(["justify", group]) == 0
    printed = capsys.readouterr().out
    assert "# for ledger.toml\n[[justified]]\n" in printed and 'reason = ""  # say why it stays as it is\n' in printed


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["dup-zzzzzzzzzzzz"], "unknown group 'dup-zzzzzzzzzzzz': "),
        (["no"], "unknown group 'no': "),
        (["dup-1", "--expires", "soon"], "--expires 'soon' is no date: write it like 2030-12-31"),
        (["dup-1", "--expires", "2001-01-01"], "--expires 2001-01-01 is over"),
        (["dup-1", "nowhere"], "nowhere: no such file or folder"),
    ],
)
def test_a_wrong_request_is_one_line_and_exit_code_2(
    project: Path, capsys: Captured, arguments: list[str], message: str
) -> None:
    assert run(["justify", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.startswith(f"overhaul: {message}") and err.count("\n") == 1


def test_the_beginning_of_an_identity_is_offered_in_full(project: Path, capsys: Captured) -> None:
    group = identities(capsys)["checksum"]
    assert run(["justify", group[:8]]) == 2
    assert f"did you mean {group}?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("asked", "query"),
    [
        ("dup-zzzzzzzzzzzz", "SELECT identity, path, line, name FROM duplicates"),
        ("par-zzzzzzzzzzzz", "SELECT identity, first, second FROM parallels"),
        ("rep-zzzzzzzzzzzz", "SELECT identity, path, line, name FROM repeated_utilities"),
        ("cch-zzzzzzzzzzzz", "SELECT identity, path, line, name FROM consolidations"),
        ("ovl-zzzzzzzzzzzz", "SELECT identity, path, line, name FROM consolidations"),
    ],
)
def test_who_knows_no_identity_is_sent_to_the_table_that_has_its_kind(
    project: Path, capsys: Captured, asked: str, query: str
) -> None:
    assert run(["justify", asked]) == 2
    assert f'`overhaul query "{query}"` lists them' in capsys.readouterr().err
    assert run(["query", query, "-q"]) == 0


def test_of_many_groups_that_begin_alike_it_says_how_many_there_are(project: Path, capsys: Captured) -> None:
    known = sorted(identities(capsys).values())
    assert run(["justify", "dup-"]) == 2
    error = capsys.readouterr().err
    assert len(known) > 3
    assert f"{len(known)} begin so, {known[0]} and {known[1]} among them; `overhaul query " in error


def test_what_a_group_is_is_said_as_in_its_finding(project: Path, capsys: Captured) -> None:
    assert run(["query", "SELECT name, message FROM findings", "--format", "json", "-q"]) == 0
    said = {
        row["name"]: row["message"].partition(": ")[2].partition(";")[0] for row in json.loads(capsys.readouterr().out)
    }
    found = identities(capsys)
    assert any("but for names and values" in message for message in said.values())
    for name, message in said.items():
        assert run(["justify", found[name]]) == 0
        assert message.replace(" say ", " that say ") in capsys.readouterr().out


def test_where_nothing_stands_twice_there_is_nothing_to_justify(project: Path, capsys: Captured) -> None:
    (project / "imports.py").unlink()
    assert run(["justify", "dup-1"]) == 2
    assert "nothing to justify" in capsys.readouterr().err
