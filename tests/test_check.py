"""`overhaul check` and `overhaul baseline`: what is new is told, what is inherited is not, and what is fixed leaves."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from overhaul.cli import run
from overhaul.ledger import read_ledger

RULE = '''
"""Rules of the house."""
from collections.abc import Iterator
from overhaul.facts import Class, Facts
from overhaul.findings import Finding, Place
from overhaul.leaves import Rule

@Rule
def bad_name(classes: Facts[Class]) -> Iterator[Finding]:
    """A class is called Bad.

    Why: it is. Instead: Good.
    """
    for module, rows in classes.items():
        for row in rows:
            if row.name.startswith("Bad"):
                yield Finding(rule="bad_name", severity="warning", message="is bad", module=module,
                              path=f"{module.replace('.', '/')}.py", line=row.line, name=row.name)

@Rule
def same_name(classes: Facts[Class]) -> Iterator[Finding]:
    """Two modules have a class of one name.

    Why: it is confusing. Instead: one of them.
    """
    first = {}
    for module, rows in sorted(classes.items()):
        for row in rows:
            path = f"{module.replace('.', '/')}.py"
            other = first.setdefault(row.name, (path, row.line))
            if other[0] != path:
                yield Finding(rule="same_name", severity="note", message="is there twice", module=module, path=path,
                              line=row.line, name=row.name, places=(Place(*other, what="the first one"),))
'''
LEDGER = "overhaul-baseline.txt"
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with rules of its own, one class that they find, and one that is fine; the user stands in it."""
    folder = tmp_path / "project"
    (folder / "house").mkdir(parents=True)
    (folder / "house" / "rules.py").write_text(RULE)
    (folder / "overhaul.toml").write_text('leaves = ["house"]\nexclude = ["house"]\njobs = 1\n')
    (folder / "shop.py").write_text("class Bad: ...\n")
    (folder / "store.py").write_text("class Good: ...\n")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "100")
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return folder


def checked(*arguments: str) -> int:
    return run(["check", *arguments])


def told(captured: Captured) -> list[str]:
    """The lines on standard output; nothing may stand on standard error."""
    out, err = captured.readouterr()
    assert err == ""
    return out.splitlines()


# What is told


def test_a_new_finding_is_told_with_its_line_and_fails(project: Path, capsys: Captured) -> None:
    assert checked() == 1
    lines = told(capsys)
    assert lines[0] == "shop.py:1: warning bad_name: is bad"
    assert "  > 1 | class Bad: ..." in lines
    assert lines[-1] == "1 new, 0 inherited, 0 fixed"


def test_an_inherited_finding_is_counted_and_passes_and_is_listed_when_asked_for(
    project: Path, capsys: Captured
) -> None:
    assert run(["baseline", "-q"]) == 0
    assert checked() == 0
    assert told(capsys) == ["0 new, 1 inherited, 0 fixed"]
    assert checked("--inherited") == 0
    assert "shop.py:1: warning bad_name: is bad (inherited)" in told(capsys)


def test_quiet_prints_nothing_and_the_exit_code_tells(project: Path, capsys: Captured) -> None:
    assert checked("-q") == 1
    assert told(capsys) == []


def test_a_machine_s_format_has_standard_output_for_itself(project: Path, capsys: Captured) -> None:
    assert checked("--format", "json") == 1
    out, err = capsys.readouterr()
    report = json.loads(out)
    assert [one["name"] for one in report["findings"]] == ["Bad"]
    assert report["tables"] == {}, "a check carries no tables"
    assert err == "1 new, 0 inherited, 0 fixed\n"


def test_formats_go_to_files_beside_the_terminal(project: Path, capsys: Captured) -> None:
    assert checked("--format", "json=report.json", "--format", "terminal") == 1
    assert told(capsys)[0].startswith("shop.py:1: ")
    assert len(json.loads((project / "report.json").read_text())["findings"]) == 1


def test_what_the_terminal_s_encoding_lacks_is_told_as_an_escape(project: Path) -> None:
    (project / "shop.py").write_text("class Bad\u00e4\u4f60: ...\n", encoding="utf-8")
    assert run(["baseline", "-q"]) == 0
    (project / "shop.py").unlink()
    done = subprocess.run(
        [sys.executable, "-m", "overhaul", "check"], env=os.environ | {"PYTHONIOENCODING": "ascii"},
        capture_output=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, b"")
    assert rb"shop: Bad\xe4\u4f60" in done.stdout


# Which files


def test_only_what_the_named_files_take_part_in_is_told(project: Path, capsys: Captured) -> None:
    assert checked("store.py") == 0
    assert told(capsys) == ["0 new, 0 inherited, 0 fixed"]
    assert checked("shop.py") == 1


def test_a_finding_about_two_files_is_told_for_either_and_not_for_a_third(project: Path, capsys: Captured) -> None:
    (project / "first.py").write_text("class Twice: ...\n")
    (project / "second.py").write_text("class Twice: ...\n")
    for named in ("first.py", "second.py"):
        assert checked(named) == 1
        assert "second.py:1: note same_name: is there twice" in told(capsys)
    assert checked("store.py") == 0


def test_files_that_are_gone_excluded_or_no_python_are_passed_over(project: Path, capsys: Captured) -> None:
    (project / "notes.txt").touch()
    assert checked("gone.py", "house/rules.py", "notes.txt", "overhaul.toml") == 0
    assert told(capsys) == ["0 new, 0 inherited, 0 fixed"]


def test_a_folder_names_all_files_in_it(project: Path, capsys: Captured) -> None:
    (project / "pack").mkdir()
    (project / "pack" / "__init__.py").touch()
    (project / "pack" / "inner.py").write_text("class BadToo: ...\n")
    assert checked("pack") == 1
    assert told(capsys)[-1] == "1 new, 0 inherited, 0 fixed"
    assert checked(".") == 1
    assert told(capsys)[-1] == "2 new, 0 inherited, 0 fixed"


def test_a_path_outside_the_project_is_refused(project: Path, capsys: Captured) -> None:
    assert checked("../other.py") == 2
    assert "overhaul: ../other.py: lies outside the project" in capsys.readouterr().err


def test_from_a_folder_of_the_project_all_of_it_is_checked(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    (project / "pack").mkdir()
    (project / "pack" / "inner.py").write_text("class BadToo: ...\n")
    monkeypatch.chdir(project / "pack")
    assert checked() == 1
    assert told(capsys)[-1] == "2 new, 0 inherited, 0 fixed"
    assert checked("inner.py") == 1
    assert told(capsys)[-1] == "1 new, 0 inherited, 0 fixed"


def test_a_link_to_a_file_names_the_file(project: Path, capsys: Captured) -> None:
    (project / "link").symlink_to("shop.py")
    assert checked("link") == 1


# When it fails


def test_what_is_less_severe_than_asked_for_passes_and_is_still_told(project: Path, capsys: Captured) -> None:
    assert checked("--fail-on", "error") == 0
    assert told(capsys)[-1] == "1 new, 0 inherited, 0 fixed"
    assert checked("--fail-on", "warning") == 1


def test_the_flag_beats_the_file(project: Path) -> None:
    with (project / "overhaul.toml").open("a") as file:
        file.write('fail-on = "error"\n')
    assert checked("-q") == 0
    assert checked("-q", "--fail-on", "note") == 1


def test_exit_zero_is_what_it_says_but_for_what_cannot_be_carried_out(project: Path) -> None:
    assert checked("-q", "--exit-zero") == 0
    assert checked("-q", "--exit-zero", "../other.py") == 2


def test_an_audit_shows_everything_and_fails_only_on_what_is_new(project: Path, capsys: Captured) -> None:
    assert run(["baseline", "-q"]) == 0
    assert run(["audit"]) == 0
    assert "bad_name" in capsys.readouterr().out
    (project / "store.py").write_text("class BadToo: ...\n")
    assert run(["audit", "-q"]) == 1


def test_a_comment_suppresses_a_finding_and_that_is_said(project: Path, capsys: Captured) -> None:
    (project / "shop.py").write_text("class Bad: ...  # overhaul: ignore[bad_name] it is called so by others\n")
    assert checked() == 0
    assert told(capsys) == ["0 new, 0 inherited, 0 fixed, 1 suppressed"]


# What is fixed


def test_a_fixed_finding_fails_until_it_leaves_the_ledger(project: Path, capsys: Captured) -> None:
    (project / "store.py").write_text("class BadToo: ...\n")
    assert run(["baseline", "-q"]) == 0
    before = (project / LEDGER).read_text()
    (project / "shop.py").write_text("class Good: ...\n")
    assert checked() == 1
    lines = told(capsys)
    assert f"1 entry is fixed and still stands in {LEDGER}:" in lines
    assert "  bad_name  shop: Bad" in lines
    assert any("`overhaul check --update`" in line for line in lines)
    assert lines[-1] == "0 new, 1 inherited, 1 fixed"
    assert checked("--update") == 0
    after = (project / LEDGER).read_text()
    assert set(before.splitlines()) - set(after.splitlines()) == {next(x for x in before.splitlines() if "shop" in x)}
    assert checked("-q") == 0


def test_fixed_entries_count_only_for_the_named_files(project: Path, capsys: Captured) -> None:
    (project / "store.py").write_text("class BadToo: ...\n")
    assert run(["baseline", "-q"]) == 0
    (project / "shop.py").write_text("")
    assert checked("store.py") == 0
    assert told(capsys) == ["0 new, 1 inherited, 0 fixed"]
    assert checked("-q", "shop.py") == 1
    (project / "store.py").write_text("")
    assert checked("-q", "--update", "shop.py") == 0
    assert [one.module for one in read_ledger(project / LEDGER) or ()] == ["store"]


@pytest.mark.parametrize(
    "arguments", [["--select", "same_name"], ["--ignore", "bad_name"], ["--exclude", "shop.py"]]
)
def test_what_this_run_did_not_look_at_is_not_fixed(project: Path, arguments: list[str], capsys: Captured) -> None:
    assert run(["baseline", "-q"]) == 0
    assert checked(*arguments) == 0
    assert told(capsys) == ["0 new, 0 inherited, 0 fixed"]
    assert checked("-q", "--update", *arguments) == 0
    assert len(read_ledger(project / LEDGER) or ()) == 1


def test_what_is_in_a_file_that_cannot_be_parsed_is_not_fixed(project: Path, capsys: Captured) -> None:
    assert run(["baseline", "-q"]) == 0
    (project / "shop.py").write_text("class Bad: ...\nclass\n")
    assert checked() == 0
    lines = told(capsys)
    assert lines[0].startswith("shop.py: not looked at (parse): ")
    assert lines[1:] == ["0 new, 0 inherited, 0 fixed"]


def test_what_was_in_a_deleted_file_is_fixed(project: Path) -> None:
    assert run(["baseline", "-q"]) == 0
    (project / "shop.py").unlink()
    assert checked("-q") == 1
    assert checked("-q", "--update") == 0
    assert read_ledger(project / LEDGER) == ()


def test_a_check_of_a_part_says_nothing_of_entries_about_the_rest(project: Path, capsys: Captured) -> None:
    (project / "pack").mkdir()
    (project / "pack" / "__init__.py").touch()
    (project / "pack" / "inner.py").write_text("class BadToo: ...\n")
    assert run(["baseline", "-q"]) == 0
    assert checked("--root", "pack") == 0
    assert told(capsys)[-1].endswith(" 0 fixed")


def test_an_audit_of_one_file_says_nothing_of_entries_about_the_files_beside_it(
    project: Path, capsys: Captured
) -> None:
    assert run(["baseline", "-q"]) == 0
    assert run(["audit", "store.py", "--report", "json", "--tables", "none"]) == 0
    assert json.loads(capsys.readouterr().out)["fixed"] == []


def test_entries_of_a_rule_that_there_is_no_more_are_fixed_unless_rules_of_the_user_s_own_were_left_out(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    assert run(["baseline", "-q"]) == 0
    monkeypatch.chdir(tmp_path)
    assert checked("--root", "project") == 0
    assert capsys.readouterr().out == "0 new, 0 inherited, 0 fixed\n"
    (project / "overhaul.toml").write_text('exclude = ["house"]\n')
    assert checked("--root", "project") == 1
    assert told(capsys)[-1] == "0 new, 0 inherited, 1 fixed"


def test_a_renamed_file_stays_inherited_and_the_ledger_learns_its_name(project: Path, capsys: Captured) -> None:
    assert run(["baseline", "-q"]) == 0
    (project / "shop.py").rename(project / "bazaar.py")
    assert checked() == 0
    lines = told(capsys)
    assert lines[0].startswith("1 entry is about a file that has another name now: `overhaul check --update`")
    assert lines[1:] == ["0 new, 1 inherited, 0 fixed"]
    assert run(["baseline", "--update", "-q"]) == 0
    assert [one.module for one in read_ledger(project / LEDGER) or ()] == ["bazaar"]


# The ledger is written


def test_a_baseline_is_written_once_and_then_it_is_said_what_could_be_done(project: Path, capsys: Captured) -> None:
    assert run(["baseline"]) == 0
    assert told(capsys) == [f"wrote {LEDGER}: 1 finding is inherited from now on"]
    text = (project / LEDGER).read_bytes()
    assert run(["baseline"]) == 0
    assert "only shrinks. 0 new, 1 inherited, 0 fixed." in told(capsys)[0]
    (project / "shop.py").write_text("class BadToo: ...\n")
    assert run(["baseline"]) == 0
    lines = told(capsys)
    assert "`overhaul baseline --update` would take 1 out, and write 0 anew that were moved." in lines
    assert lines[-1] == "  bad_name: 1"
    assert (project / LEDGER).read_bytes() == text


def test_updating_never_adds(project: Path) -> None:
    assert run(["baseline", "-q"]) == 0
    (project / "store.py").write_text("class BadToo: ...\n")
    before = (project / LEDGER).read_bytes()
    assert run(["baseline", "--update", "-q"]) == 0
    assert (project / LEDGER).read_bytes() == before


def test_only_the_findings_of_an_accepted_rule_are_added(project: Path, capsys: Captured) -> None:
    (project / "shop.py").write_text("")
    assert run(["baseline", "-q"]) == 0
    (project / "shop.py").write_text("class BadToo: ...\n")
    (project / "store.py").write_text("class BadToo: ...\n")
    assert run(["baseline", "--accept", "same_name"]) == 0
    assert "1 added for same_name" in told(capsys)[0]
    assert {one.rule for one in read_ledger(project / LEDGER) or ()} == {"same_name"}


def test_a_ledger_of_the_same_findings_is_the_same_to_the_byte(project: Path) -> None:
    assert run(["baseline", "-q"]) == 0
    before = (project / LEDGER).read_bytes()
    (project / LEDGER).unlink()
    (project / "shop.py").write_text("# further down\n\n\nclass Bad: ...\n")
    assert run(["baseline", "-q"]) == 0
    assert (project / LEDGER).read_bytes() == before


@pytest.mark.parametrize(
    ("content", "arguments", "message"),
    [
        ("<<<<<<< HEAD\n", ["check"], f"{LEDGER}:1: a conflict of git"),
        ("what is this\n", ["check"], f"{LEDGER}:1: is no entry"),
        ("what is this\n", ["baseline", "--update"], f"{LEDGER}:1: is no entry"),
        ("what is this\n", ["audit"], f"{LEDGER}:1: is no entry"),
        ("", ["baseline", "--accept", "bad_nam"], "unknown rule 'bad_nam': did you mean bad_name"),
        ("", ["check", "--root", "nowhere"], "nowhere: no such folder"),
        ("", ["check", "--format", "jsn"], "unknown report 'jsn': did you mean json"),
        ("", ["check", "--format", "json="], "--format json=: no file after the equals sign"),
        ("", ["check", "--config", "other.toml"], "configuration file other.toml does not exist"),
    ],
)
def test_what_cannot_be_carried_out_is_one_line(
    project: Path, content: str, arguments: list[str], message: str, capsys: Captured
) -> None:
    (project / LEDGER).write_text(content)
    assert run(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err and err.count("\n") == 1


def test_a_ledger_is_not_written_outside_the_project(project: Path, capsys: Captured) -> None:
    with (project / "overhaul.toml").open("a") as file:
        file.write('baseline = "../elsewhere.txt"\n')
    assert run(["baseline"]) == 2
    assert "`baseline` lies outside the project" in capsys.readouterr().err
    assert not (project.parent / "elsewhere.txt").exists()


def test_a_ledger_that_is_no_ledger_is_never_overwritten(project: Path) -> None:
    with (project / "overhaul.toml").open("a") as file:
        file.write('baseline = "shop.py"\n')
    for arguments in (["baseline"], ["baseline", "--update"], ["check", "--update"]):
        assert run(arguments) == 2
    assert (project / "shop.py").read_text() == "class Bad: ...\n"


def test_a_worker_is_started_ahead_only_when_a_file_that_is_named_is_newer_than_the_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from overhaul.commands.running import _newer  # pyright: ignore[reportPrivateUsage]

    store = tmp_path / ".overhaul" / "facts.sqlite"
    store.parent.mkdir()
    (tmp_path / "pkg").mkdir()
    file = tmp_path / "pkg" / "a.py"
    file.write_text("x = 1\n")
    assert _newer(str(tmp_path / "pkg"))(str(file)), "there is no store yet"
    store.touch()
    os.utime(store, (2_000_000_000, 2_000_000_000))
    assert not _newer(str(tmp_path / "pkg"))(str(file))
    os.utime(file, (2_000_000_001, 2_000_000_001))
    assert _newer(str(tmp_path / "pkg"))(str(file))
    assert not _newer(str(tmp_path))(str(tmp_path / "gone.py"))
