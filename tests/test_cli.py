"""The command line: its exit codes, what it prints where, and what it refuses to do."""

import json
import os
import re
import shlex
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from overhaul import __version__
from overhaul.cli import run

RULE = '''
"""A rule."""
from collections.abc import Iterator
from pathlib import Path
from overhaul.facts import Class, Facts
from overhaul.findings import Finding
from overhaul.leaves import Report, Rule
from overhaul.survey import Survey

Path(__file__).with_name("was_run").touch()

@Rule
def bad_name(classes: Facts[Class]) -> Iterator[Finding]:
    """A class is called Bad.

    Why: it is. Instead: Good.
    """
    for module, rows in classes.items():
        for row in rows:
            if row.name == "Bad":
                yield Finding(rule="bad_name", severity="warning", message="is bad", module=module,
                              path=f"{module}.py", line=row.line, name=row.name)

@Report
def breaks(survey: Survey) -> Iterator[str]:
    """Breaks off in the middle."""
    yield "half of it"
    raise RuntimeError("no more\\x1b[2J")
'''

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a rule of its own and one class that it finds; the user stands in it."""
    folder = tmp_path / "project"
    (folder / "house").mkdir(parents=True)
    (folder / "house" / "bad_name.py").write_text(RULE)
    (folder / "overhaul.toml").write_text('leaves = ["house"]\nexclude = ["house"]\njobs = 1\n')
    (folder / "shop.py").write_text("class Bad: ...\n")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "100")
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return folder


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "overhaul", *arguments]


def test_findings_are_printed_and_the_exit_code_says_so(project: Path, capsys: Captured) -> None:
    assert run(["audit"]) == 1
    out, err = capsys.readouterr()
    assert "warning bad_name (1)\n  shop.py:1  is bad\n" in out
    assert err == ""


def test_nothing_to_report_is_exit_code_0(project: Path, capsys: Captured) -> None:
    (project / "shop.py").write_text("class Good: ...\n")
    assert run(["audit"]) == 0
    assert "No findings. Next: " in capsys.readouterr().out


def test_a_file_that_cannot_be_parsed_is_told_and_is_no_finding(project: Path, capsys: Captured) -> None:
    (project / "shop.py").write_text("class\n")
    assert run(["audit"]) == 0
    assert "Not analysed (1)" in capsys.readouterr().out


def test_quiet_prints_nothing_and_the_exit_code_tells(project: Path, capsys: Captured) -> None:
    assert run(["audit", "-q"]) == 1
    assert capsys.readouterr() == ("", "")


def test_an_ignored_rule_finds_nothing(project: Path) -> None:
    assert run(["audit", "-q", "--ignore", "bad_name"]) == 0
    assert run(["audit", "-q", "--select", "bad_name"]) == 1


def test_an_excluded_file_is_left_out_and_the_file_s_own_patterns_still_hold(project: Path, capsys: Captured) -> None:
    assert run(["audit", "--exclude", "shop.py", "--report", "json"]) == 2
    assert "overhaul: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["audit", "nowhere"], "nowhere: no such file or folder"),
        (["audit", "--report", "jsn"], "unknown report 'jsn': did you mean json"),
        (["audit", "--select", "bad_nam"], "unknown rule 'bad_nam': did you mean bad_name"),
        (["audit", "--ignore", "other"], "unknown rule 'other': "),
        (["audit", "--report", "json=missing/report.json"], "does not exist: make it first"),
        (["audit", "--report", "json=house"], "house: is a folder"),
        (["audit", "--report", "json="], "no file after the equals sign"),
        (["audit", "--report", "json", "--report", "terminal"], "would both go to standard output"),
        (["audit", "--config", "other.toml"], "configuration file other.toml does not exist"),
        (["query", "SELECT * FROM clases"], "did you mean classes"),
        (["explain", "bad_nam"], "unknown name 'bad_nam': did you mean bad_name"),
        (["graph", "--kinds", "module,defered"], "unknown kind of import 'defered': did you mean deferred"),
    ],
)
def test_a_wrong_request_is_one_line_and_exit_code_2(
    project: Path, capsys: Captured, arguments: list[str], message: str
) -> None:
    assert run(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("overhaul: ") and message in err
    assert err.count("\n") == 1


def test_a_wrong_report_or_rule_is_refused_before_anything_is_parsed(project: Path, capsys: Captured) -> None:
    for wrong in (["--report", "nope"], ["--select", "nope"], ["--report", "json=missing/x"]):
        assert run(["audit", *wrong]) == 2
    assert not (project / ".overhaul").exists()


def test_a_wrong_option_is_refused_by_name(project: Path, capsys: Captured) -> None:
    assert run(["audit", "--reprot", "json"]) == 2
    assert "--report" in capsys.readouterr().err


def test_an_unknown_key_in_the_configuration_is_refused(project: Path, capsys: Captured) -> None:
    (project / "overhaul.toml").write_text("exclud = []\n")
    assert run(["audit"]) == 2
    assert "unknown key 'exclud': did you mean exclude" in capsys.readouterr().err


# Leaves are code


def test_leaves_of_audited_code_elsewhere_are_not_run(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["audit", "project"]) == 0
    assert not (project / "house" / "was_run").exists()
    err = capsys.readouterr().err
    assert "leaves in house were left out" in err and f"--config {project / 'overhaul.toml'}" in err
    assert err.count("\n") == 1


def test_leaves_of_audited_code_elsewhere_are_run_when_their_configuration_is_named(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["audit", "-q", "project", "--config", "project/overhaul.toml"]) == 1


def test_leaves_are_run_from_a_folder_below_their_configuration(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "below").mkdir()
    monkeypatch.chdir(project / "below")
    assert run(["audit", "-q", ".."]) == 1


def test_a_folder_whose_name_only_begins_alike_is_not_above(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    (tmp_path / "project2").mkdir()
    monkeypatch.chdir(tmp_path / "project2")
    assert run(["audit", "../project"]) == 0
    assert "were left out" in capsys.readouterr().err


def test_a_leaf_that_cannot_be_loaded_is_exit_code_3_with_its_place(project: Path, capsys: Captured) -> None:
    (project / "house" / "worse.py").write_text("x = 1\nimport nothing_of_that_name\n")
    assert run(["audit"]) == 3
    err = capsys.readouterr().err
    assert "worse.py:2: the leaf" in err and err.count("\n") == 1


def test_a_leaf_that_fails_is_no_finding_and_what_it_says_is_escaped(project: Path, capsys: Captured) -> None:
    worse = RULE.replace("for module, rows in classes.items():", 'raise ValueError("\\x1b[2J")\n    for module in ():')
    (project / "house" / "bad_name.py").write_text(worse)
    assert run(["audit"]) == 3
    err = capsys.readouterr().err
    assert "bad_name.py" in err and "\\x1b[2J" in err and "\x1b" not in err


# Where reports go


def test_several_reports_are_written_in_one_run(project: Path, capsys: Captured) -> None:
    assert (
        run(["audit", "--report", "terminal", "--report", "json=report.json", "--report", "terminal=report.txt"]) == 1
    )
    assert "bad_name (1)" in capsys.readouterr().out
    assert len(json.loads((project / "report.json").read_bytes())["findings"]) == 1
    assert "bad_name (1)" in (project / "report.txt").read_text()


def test_a_dash_is_standard_output(project: Path, capsys: Captured) -> None:
    assert run(["audit", "--report", "json=-"]) == 1
    assert len(json.loads(capsys.readouterr().out)["findings"]) == 1


def test_a_report_that_yields_neither_text_nor_bytes_is_told_with_its_place(project: Path, capsys: Captured) -> None:
    (project / "house" / "counts.py").write_text(
        "from overhaul.leaves import Report\nfrom overhaul.survey import Survey\n\n"
        '@Report\ndef counts(survey: Survey) -> object:\n    """Count."""\n    yield survey.files\n'
    )
    assert run(["audit", "--report", "counts=out.txt"]) == 3
    err = capsys.readouterr().err
    assert f"{project / 'house' / 'counts.py'}:4: the report counts yields a int: mend it" in err
    assert not (project / "out.txt").exists()


def test_a_report_that_breaks_off_leaves_the_old_file_as_it_was(project: Path, capsys: Captured) -> None:
    target = project / "out.txt"
    target.write_text("old")
    before = {".overhaul", *(file.name for file in project.iterdir())}
    assert run(["audit", "--report", "breaks=out.txt"]) == 3
    err = capsys.readouterr().err
    place = re.escape(str(project / "house" / "bad_name.py"))
    assert re.search(rf"{place}:\d+: the report breaks failed \(RuntimeError: no more\\x1b\[2J at {place}:28\)", err)
    assert err.count("\n") == 1
    assert target.read_text() == "old"
    assert {file.name for file in project.iterdir()} == before


def test_a_new_report_has_the_permissions_of_the_old_one_or_those_of_any_new_file(project: Path) -> None:
    (project / "plain").touch()
    (project / "old.json").touch()
    (project / "old.json").chmod(0o640)
    run(["audit", "-q", "--report", "json=new.json", "--report", "terminal=old.json"])
    assert stat.S_IMODE((project / "new.json").stat().st_mode) == stat.S_IMODE((project / "plain").stat().st_mode)
    assert stat.S_IMODE((project / "old.json").stat().st_mode) == 0o640


def test_a_report_goes_where_a_link_points_and_into_a_device(project: Path) -> None:
    (project / "real.json").touch()
    (project / "link.json").symlink_to("real.json")
    assert run(["audit", "-q", "--report", "json=link.json", "--report", f"terminal={os.devnull}"]) == 1
    assert (project / "link.json").is_symlink()
    assert json.loads((project / "real.json").read_bytes())["root"] == "project"
    assert not Path(os.devnull).is_file()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_folder_that_may_not_be_written_to_is_one_line_and_exit_code_2(project: Path, capsys: Captured) -> None:
    (project / "locked").mkdir(mode=0o500)
    assert run(["audit", "--report", "json=locked/report.json"]) == 2
    assert "no permission to write there" in capsys.readouterr().err


# Where the store goes


def test_the_store_lies_beside_the_configuration_in_force(project: Path) -> None:
    (project / "below").mkdir()
    (project / "below" / "more.py").touch()
    assert run(["audit", "-q", "below"]) == 0
    assert (project / ".overhaul" / "facts.sqlite").is_file()
    assert not (project / "below" / ".overhaul").exists()


def test_without_configuration_the_store_lies_at_the_top_of_the_repository(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.py").touch()
    assert run(["audit", "-q", str(tmp_path / "src" / "a.py")]) == 0
    assert (tmp_path / ".overhaul" / "facts.sqlite").is_file()


def test_the_store_is_kept_where_it_is_told_or_not_at_all(project: Path) -> None:
    assert run(["audit", "-q", "--no-store"]) == 1
    assert run(["audit", "-q", "--store", "kept/here"]) == 1
    assert not (project / ".overhaul").exists()
    assert (project / "kept" / "here" / ".overhaul" / "facts.sqlite").is_file()


def test_a_store_that_cannot_be_made_where_it_is_told_is_refused(project: Path, capsys: Captured) -> None:
    assert run(["audit", "--store", "shop.py"]) == 2
    assert "name another folder with --store" in capsys.readouterr().err


def test_verbose_says_which_configuration_and_store_are_used(project: Path, capsys: Captured) -> None:
    run(["audit", "-v"])
    err = capsys.readouterr().err
    assert f"configuration: {project / 'overhaul.toml'}" in err and f"store: {project / '.overhaul'}" in err


# Colours and hostile text


@pytest.mark.parametrize(
    ("arguments", "environment", "coloured"),
    [
        ([], {}, False),
        ([], {"FORCE_COLOR": "1"}, True),
        ([], {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (["--no-color"], {"FORCE_COLOR": "1"}, False),
    ],
)
def test_colours_are_for_terminals_and_for_who_asks(
    project: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch, arguments: list[str], environment: dict[str, str],
    coloured: bool,
) -> None:  # fmt: skip
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    run(["audit", *arguments])
    assert ("\x1b[" in capsys.readouterr().out) is coloured


def test_a_report_in_a_file_has_no_colours(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    run(["audit", "-q", "--report", "terminal=report.txt"])
    assert "\x1b[" not in (project / "report.txt").read_text()


def test_a_hostile_path_in_an_error_is_escaped(project: Path, capsys: Captured) -> None:
    assert run(["audit", "no\x1b[31m\nfile"]) == 2
    assert capsys.readouterr().err.startswith("overhaul: no\\x1b[31m\\nfile: no such file")


def test_a_terminal_that_lacks_a_letter_is_given_its_number(project: Path) -> None:
    (project / "shop.py").write_text('"""x"""\nclass Ä漢:\n', encoding="utf-8")
    (project / "漢.py").write_text("class\n")
    done = subprocess.run(
        command("audit"), env={**os.environ, "PYTHONIOENCODING": "ascii"}, capture_output=True, check=False
    )
    assert b"\\u6f22.py" in done.stdout


# Ends that come too early


def test_a_reader_that_goes_away_is_no_error(project: Path) -> None:
    sql = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 100000) SELECT x FROM n"
    pipe = f"{shlex.join(command('query', sql))} | head -n 1"
    done = subprocess.run(["sh", "-c", pipe], capture_output=True, check=False)
    assert done.stdout.strip() == b"x"
    assert done.stderr == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full is Linux's")
def test_output_that_cannot_be_written_is_one_line_and_exit_code_3(project: Path) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(command("audit"), stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 3
    assert done.stderr.startswith(b"overhaul: standard output: ") and done.stderr.count(b"\n") == 1


def test_control_c_is_one_line_and_exit_code_130_even_in_the_middle_of_sql(project: Path) -> None:
    sql = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
    process = subprocess.Popen(command("query", "-v", sql), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stderr is not None
    # What -v says comes before the statement runs; a moment later it does.
    while b"store: " not in process.stderr.readline():
        pass
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (130, b"overhaul: interrupted\n")


# What is imported


def test_the_version_is_told_without_importing_anything_dear() -> None:
    dear = ("msgspec", "rich", "libcst", "sqlite3", "networkx", "jinja2", "overhaul.survey")
    code = f"import sys, overhaul.cli; print([name for name in {dear} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout.strip() == b"[]"
    assert (
        subprocess.run(command("--version"), capture_output=True, check=True).stdout.decode()
        == f"overhaul {__version__}\n"
    )


def test_a_run_in_which_nothing_has_changed_imports_no_library_that_is_dear(project: Path) -> None:
    old = time.time() - 60
    os.utime(project / "shop.py", (old, old))
    subprocess.run(command("audit"), capture_output=True, check=False)
    again = [sys.executable, "-X", "importtime", *command("audit")[1:]]
    done = subprocess.run(again, capture_output=True, check=False)
    imported = {line.rpartition(b"|")[2].strip().decode().split(".")[0] for line in done.stderr.splitlines()}
    assert done.returncode == 1 and "overhaul" in imported
    assert imported & {"libcst", "networkx", "jinja2", "rich", "radon"} == set()
    assert b"importlib.metadata" not in done.stderr


# Other commands


def test_query_answers_in_the_format_asked_for(project: Path, capsys: Captured) -> None:
    assert run(["query", "SELECT path, name FROM classes", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == [{"path": "shop.py", "name": "Bad"}]


def test_query_lists_the_tables_of_a_path(project: Path, capsys: Captured) -> None:
    assert run(["query", "--tables", "--format", "csv", "."]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "table,rows,columns"
    assert any(line.startswith("classes,1,") for line in lines)


def test_query_without_a_statement_says_what_to_write(project: Path, capsys: Captured) -> None:
    assert run(["query"]) == 2
    assert "no statement" in capsys.readouterr().err


def test_a_rule_is_explained_by_its_docstring(project: Path, capsys: Captured) -> None:
    assert run(["explain", "bad_name"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("bad_name (rule)\n\nA class is called Bad.\n\nWhy: it is. Instead: Good.\n\nSeverity: ")


def test_a_table_is_explained_with_its_columns(project: Path, capsys: Captured) -> None:
    run(["explain", "cycles"])
    out = capsys.readouterr().out
    assert (
        "cycles (table)" in out
        and "  fails: tuple[str, ...]. The first importers with which the import fails.\n" in out
    )


def test_explain_lists_what_there_is_with_summaries(project: Path, capsys: Captured) -> None:
    run(["explain"])
    out = capsys.readouterr().out
    assert "Rules\n  bad_name" in out and "A class is called Bad.\n" in out
    assert out.index("Rules") < out.index("Reports") < out.index("Tables")


def test_explain_prints_the_schema_of_the_report(project: Path, capsys: Captured) -> None:
    run(["explain", "--schema"])
    assert json.loads(capsys.readouterr().out)["title"] == "The JSON report of overhaul"


# Setting up


def test_init_appends_a_section_and_keeps_every_other_byte(project: Path) -> None:
    (project / "overhaul.toml").unlink()
    before = b'[project]\r\nname = "x"  # \xc3\xa4'
    (project / "pyproject.toml").write_bytes(before)
    assert run(["init", "--yes"]) == 0
    after = (project / "pyproject.toml").read_bytes()
    assert after.startswith(before + b"\r\n\r\n[tool.overhaul]\r\n")
    assert b"\n" not in after.replace(b"\r\n", b"")
    assert run(["init", "--yes"]) == 0
    assert (project / "pyproject.toml").read_bytes() == after


def test_init_writes_a_file_of_its_own_where_there_is_no_pyproject(tmp_path: Path, capsys: Captured) -> None:
    assert run(["init", str(tmp_path), "--yes"]) == 0
    assert [file.name for file in tmp_path.iterdir()] == ["overhaul.toml"]
    (tmp_path / "a.py").touch()
    assert run(["audit", "-q", str(tmp_path)]) == 0


def test_init_shows_what_it_would_write_and_writes_nothing(tmp_path: Path, capsys: Captured) -> None:
    assert run(["init", str(tmp_path), "--dry-run"]) == 0
    assert "exclude = []" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())


def test_init_asks_before_it_writes(tmp_path: Path) -> None:
    done = subprocess.run(command("init", str(tmp_path)), input=b"n\n", capture_output=True, check=True)
    assert b"Write " in done.stdout
    assert not list(tmp_path.iterdir())


def test_init_adds_the_hook_only_when_asked_and_before_the_others(project: Path) -> None:
    file = project / ".pre-commit-config.yaml"
    before = "# ours\nrepos:\n\n  # first\n  - repo: local\n    hooks: []\n"
    file.write_text(before)
    assert run(["init", "--yes"]) == 0
    assert file.read_text() == before
    assert run(["init", "--yes", "--pre-commit"]) == 0
    after = file.read_text()
    assert after.startswith("# ours\nrepos:\n\n  # first\n  - repo: local\n    hooks:\n      - id: overhaul\n")
    assert after.endswith("  - repo: local\n    hooks: []\n")
    assert run(["init", "--yes", "--pre-commit"]) == 0
    assert file.read_text() == after


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("pyproject.toml", "[project\n", "cannot be read as TOML"),
        ("pyproject.toml", "tool = {}\n", "add one by hand"),
        (".pre-commit-config.yaml", "repos: []\n", "add by hand"),
    ],
)
def test_init_refuses_a_file_that_it_cannot_add_to(
    project: Path, capsys: Captured, name: str, content: str, message: str
) -> None:
    if name == "pyproject.toml":
        (project / "overhaul.toml").unlink()
    (project / name).write_text(content)
    assert run(["init", "--yes", *(["--pre-commit"] if name.startswith(".") else [])]) == 2
    assert message in capsys.readouterr().err
    assert (project / name).read_text() == content
