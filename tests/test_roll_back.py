"""`migrate --roll-back-on`: a step that a trigger takes back leaves every byte as it was."""

import json
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
        (["--roll-back-on", "performance"], "`python measure.py` exits with 1"),
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
