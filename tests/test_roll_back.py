"""`migrate --roll-back-on`: a step that a trigger takes back leaves every byte as it was."""

import json
import os
from pathlib import Path

import pytest

from overhaul.cli import run

SETTINGS = """\
[verify]
commands = ["python -m pytest -q -p no:cacheprovider test_shop.py"]

[rollback]
state-command = "python read_state.py"
performance-command = "python measure.py"
performance-files = ["times.json"]
"""
FILES = {
    "shop.py": "def gross(net):\n    return net * 2\n",
    "test_shop.py": "import shop\n\n\ndef test_gross():\n    assert shop.gross(1) == 2\n\n\n"
    "def test_it_is_always_broken():\n    assert False\n",
    "by_text.py": "import pathlib\n\nimport shop\n\nassert callable(vars(shop)[pathlib.Path('name').read_text()])\n",
    "read_state.py": "import by_text\n",
    "name": "gross",
    "measure.py": "raise SystemExit('nothing is measured')\n",
    "overhaul.toml": SETTINGS,
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for path, text in FILES.items():
        (tmp_path / path).write_text(text, encoding="utf-8")
    return tmp_path


def tree(project: Path) -> dict[str, str]:
    return {file.name: file.read_text("utf-8") for file in sorted(project.glob("*.py"))}


def rename(project: Path, *more: str) -> int:
    return run(["rename", "shop:gross", "with_tax", str(project), "--write", "--no-verify", "-q", *more])


def test_what_failed_before_may_fail_and_nothing_is_taken_back(project: Path) -> None:
    assert rename(project, "--roll-back-on", "tests,imports") == 0
    assert "shop.with_tax(1)" in tree(project)["test_shop.py"]


def test_a_test_that_fails_behind_the_step_takes_it_back(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "test_shop.py").write_text(FILES["test_shop.py"] + "\n\ndef test_text():\n    import by_text\n", "utf-8")
    before = tree(project)
    assert rename(project, "--roll-back-on", "tests") == 1
    said = capsys.readouterr().err
    assert "test_text" in said and "always_broken" not in said and "was taken back" in said
    assert tree(project) == before


def test_state_that_cannot_be_read_any_more_takes_the_step_back(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = tree(project)
    assert rename(project, "--roll-back-on", "state") == 1
    assert "state: `python read_state.py` cannot read" in capsys.readouterr().err
    assert tree(project) == before


def test_a_trigger_that_cannot_tell_is_said_and_takes_nothing_back(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "read_state.py").write_text("raise SystemExit(3)\n", "utf-8")
    assert rename(project, "--roll-back-on", "state") == 0
    assert "fails already" in capsys.readouterr().err


MEASURE = """\
import json
import pathlib

import shop

slow = hasattr(shop, "with_tax") and {factor} or 1
runs = [[slow * (1 + number / 1000)] for number in range(12)]
document = {{
    "version": "1.0", "metadata": {{"name": "total", "unit": "second"}},
    "benchmarks": [{{"runs": [{{"values": run}} for run in runs]}}],
}}
pathlib.Path("times.json").write_text(json.dumps(document))
"""


@pytest.mark.parametrize(("factor", "code"), [(2.0, 1), (1.05, 0)])
def test_a_step_that_makes_it_slower_is_taken_back(project: Path, factor: float, code: int) -> None:
    (project / "measure.py").write_text(MEASURE.format(factor=factor), "utf-8")
    before = tree(project)
    assert rename(project, "--roll-back-on", "performance") == code
    assert (tree(project) == before) == bool(code)
    assert json.loads((project / "times.json").read_text())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--roll-back-on", "test"], "unknown trigger 'test': did you mean tests?"),
        (["--roll-back-on", "tests", "--commit"], "--roll-back-on goes with --write"),
        (["--roll-back-on", "performance"], "`python measure.py` exits with 1 (nothing is measured): mend it"),
        (["--roll-back-on", ","], "--roll-back-on names no trigger: name some of tests, imports"),
    ],
)
def test_what_cannot_be_watched_is_told_before_anything_is_written(
    project: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = tree(project)
    assert rename(project, *arguments) == 2
    assert said in capsys.readouterr().err
    assert tree(project) == before


def test_a_trigger_without_its_command_is_refused(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "overhaul.toml").write_text("", "utf-8")
    assert rename(project, "--roll-back-on", "state") == 2
    assert "set [tool.overhaul.rollback] state-command" in capsys.readouterr().err


def test_a_trigger_without_write_is_refused(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rename", "shop:gross", "with_tax", str(project), "--roll-back-on", "imports"]) == 2
    assert "--roll-back-on needs --write" in capsys.readouterr().err


CHECK = """\
import sys

import shop

behind = hasattr(shop, "with_tax")
"""


def checked(project: Path, behind: str, timeout: float = 30) -> None:
    """Let a script be the check that does something behind the step, and fails."""
    (project / "check.py").write_text(f"{CHECK}if behind:\n    {behind}\n    sys.exit('broken\\x1b[31m')\n", "utf-8")
    (project / "overhaul.toml").write_text(f'[verify]\ncommands = ["python check.py"]\ntimeout = {timeout}\n', "utf-8")


def test_what_a_command_has_changed_is_not_overwritten_and_the_step_stays(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checked(project, "open('test_shop.py', 'a').write('# theirs')")
    assert rename(project, "--roll-back-on", "tests") == 3
    said = capsys.readouterr().err.splitlines()
    assert said[0].startswith("tests: `python check.py`: it would end with exit code 1") and "\x1b" not in said[0]
    assert said[1].startswith("test_shop.py: was changed since")
    assert said[2].startswith("overhaul: 1 stays written") and "`overhaul undo 1`" in said[2]
    assert tree(project)["test_shop.py"].endswith("# theirs") and "def with_tax" in tree(project)["shop.py"]


def test_what_a_command_has_made_beside_the_step_stays(project: Path) -> None:
    checked(project, "open('other.py', 'w').write('def (')")
    before = tree(project)
    assert rename(project, "--roll-back-on", "tests,imports") == 1
    assert tree(project) == before | {"other.py": "def ("}


def test_a_command_that_does_not_end_behind_the_step_takes_it_back(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checked(project, "__import__('time').sleep(60)", timeout=2)
    before = tree(project)
    assert rename(project, "--roll-back-on", "tests") == 1
    assert "would not end after 2 s" in capsys.readouterr().err
    assert tree(project) == before


def test_an_interrupt_while_it_is_looked_at_takes_the_step_back(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checked(project, "import os, signal, time; os.kill(os.getppid(), signal.SIGINT); time.sleep(30)")
    # The shell in between would be the parent.
    (project / "overhaul.toml").write_text('[verify]\ncommands = ["exec python check.py"]\n', "utf-8")
    before = tree(project)
    assert rename(project, "--roll-back-on", "tests") == 130
    assert "what is behind 1 could not be looked at (interrupted)" in capsys.readouterr().err
    assert tree(project) == before


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("python -S -m pytest", "No module named pytest) already: only what it complains of anew is noticed"),
        ("python -m pytest -q -p no:cacheprovider -k none_of_this_name", "only new failures are noticed"),
        ("python -c 'import time; time.sleep(60)'", "does not end within 1 s already: it cannot say"),
        ("no-such-command", "exits with 127"),
    ],
)
def test_a_check_that_can_notice_nothing_is_told(
    project: Path, command: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    timeout = "1" if "sleep" in command else "60"
    (project / "overhaul.toml").write_text(f'[verify]\ncommands = ["{command}"]\ntimeout = {timeout}\n', "utf-8")
    assert rename(project, "--roll-back-on", "tests") == 0
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("file", ["by_text.py", ".", "name"])
def test_a_measurement_is_never_written_over_anything_else(
    project: Path, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "overhaul.toml").write_text(SETTINGS.replace("times.json", file), "utf-8")
    before = tree(project)
    assert rename(project, "--roll-back-on", "performance") == 2
    assert "it stands where the measurement is to be written" in capsys.readouterr().err
    assert tree(project) == before and (project / "name").read_text() == "gross"


def test_a_measurement_that_fails_leaves_the_earlier_one(project: Path) -> None:
    (project / "measure.py").write_text(MEASURE.format(factor=1), "utf-8")
    assert rename(project, "--roll-back-on", "performance") == 0
    earlier = (project / "times.json").read_bytes()
    (project / "measure.py").write_text("raise SystemExit(1)\n", "utf-8")
    back = ["rename", "shop:with_tax", "gross", str(project), "--write", "--no-verify", "-q"]
    assert run([*back, "--roll-back-on", "performance"]) == 2
    assert (project / "times.json").read_bytes() == earlier


def test_what_is_taken_back_is_not_told_as_written(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checked(project, "pass")
    words = ["rename", "shop:gross", "with_tax", str(project), "--write", "--no-verify", "--roll-back-on", "tests"]
    code = run([*words, "--json"])
    told = capsys.readouterr()
    assert code == 1
    assert json.loads(told.out)["transaction"] == ""
    assert "takes it back" not in told.err


def test_an_import_that_led_nowhere_before_may_move_with_its_file(project: Path) -> None:
    (project / "old").mkdir()
    (project / "old/__init__.py").write_text("", "utf-8")
    (project / "old/a.py").write_text("from shop import was_never_there\n", "utf-8")
    options = [str(project), "--write", "-q", "--no-verify", "--roll-back-on", "imports"]
    assert run(["move", "old.a", "old.b", *options]) == 0
    assert run(["rename", "old", "new", *options]) == 0
    assert (project / "new/b.py").exists()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away")
def test_commands_that_another_user_has_put_there_are_not_run(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.chown(project / "overhaul.toml", 54321, 54321)
    assert rename(project, "--roll-back-on", "state") == 2
    assert "belongs to another user" in capsys.readouterr().err
