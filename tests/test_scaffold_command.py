"""`overhaul scaffold` writes copies of unified modules, and tells which of them have drifted."""

import importlib.util
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from overhaul.cli import run
from overhaul.scaffolding.copies import written

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "project"
    (root / "app").mkdir(parents=True)
    (root / "app" / "__init__.py").write_text("")
    (root / "pyproject.toml").write_text('[project]\nname = "app"\ndependencies = [\n    "click",\n]\n')
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def overhaul(capfd: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str) -> tuple[int, str, str]:
        code = run(list(arguments))
        told = capfd.readouterr()
        return code, told.out, told.err

    return call


def test_a_copy_is_shown_written_checked_and_taken_back(app: Path, overhaul: Run) -> None:
    before = {file.relative_to(app): file.read_bytes() for file in app.rglob("*") if file.is_file()}
    code, out, _ = overhaul("scaffold", "instrument", "--into", "app/core/instrument.py")
    assert code == 0 and "Nothing has been written" in out and '+    "psutil>=6",' in out
    assert not (app / "app" / "core").exists()
    assert overhaul("scaffold", "instrument", "--into", "app/core/instrument.py", "--write")[0] == 0
    assert (app / "app" / "core" / "__init__.py").read_text() == ""
    assert '    "click",\n    "psutil>=6",\n' in (app / "pyproject.toml").read_text()
    assert overhaul("scaffold", "--check")[:2] == (0, "app/core/instrument.py: instrument: all well\n")
    assert overhaul("undo")[0] == 0
    after = {file.relative_to(app): file.read_bytes() for file in app.rglob("*") if file.is_file()}
    assert {path: data for path, data in after.items() if path.parts[0] != ".overhaul"} == before


def test_a_copy_that_was_changed_and_one_that_is_older_are_told(app: Path, overhaul: Run) -> None:
    overhaul("scaffold", "events", "--into", "app/events.py", "--write")
    with (app / "app" / "events.py").open("a") as file:
        file.write("# mine\n")
    (app / "app" / "older.py").write_text(written("state", '"""As it was."""\n'))
    (app / "app" / "own.py").write_text("# overhaul scaffold: a remark of somebody\n")
    code, out, _ = overhaul("scaffold", "--check")
    assert code == 1
    first, second = out.splitlines()
    assert first == "app/events.py: has been changed by hand"
    assert second.startswith("app/older.py: is of overhaul ") and "--into app/older.py --write renews it" in second
    assert overhaul("scaffold", "--check", str(app))[:2] == (1, out)


def test_one_copy_may_be_checked_alone(app: Path, overhaul: Run) -> None:
    overhaul("scaffold", "events", "--into", "app/events.py", "--write")
    assert overhaul("scaffold", "events", "--into", "app/events.py", "--check")[0] == 0
    assert overhaul("scaffold", "state", "--into", "app/events.py", "--check")[:2] == (
        1, "app/events.py: is a copy of events\n",
    )  # fmt: skip
    code, out, _ = overhaul("scaffold", "events", "--into", "app/other.py", "--check")
    assert code == 1 and "is no copy" in out


def test_a_project_without_copies_has_nothing_that_could_drift(app: Path, overhaul: Run) -> None:
    assert overhaul("scaffold", "--check")[:2] == (0, "there are no copies of unified modules\n")


def test_what_git_ignores_is_no_place(app: Path, overhaul: Run) -> None:
    subprocess.run(["git", "init", "-q"], check=True)
    (app / ".gitignore").write_text("gen/\n")
    code, out, _ = overhaul("scaffold", "events", "--into", "app/gen/events.py")
    assert code == 1 and "git ignores it" in out


@pytest.mark.parametrize(
    "arguments",
    [
        ("scaffold",),
        ("scaffold", "events"),
        ("scaffold", "--into", "app/events.py"),
        ("scaffold", "event", "--into", "app/events.py"),
        ("scaffold", "events", "app", "--check"),
    ],
)
def test_a_request_that_says_too_little_is_a_usage_error(app: Path, overhaul: Run, arguments: tuple[str, ...]) -> None:
    assert overhaul(*arguments)[0] == 2


@pytest.mark.parametrize("what", ["cache", "state", "factory", "events", "instrument"])
def test_a_copy_works_where_there_is_no_overhaul(app: Path, overhaul: Run, what: str) -> None:
    if importlib.util.find_spec(f"overhaul.unified.{what}") is None:
        pytest.skip(f"there is no {what} yet")
    code, out, _ = overhaul("scaffold", what, "--into", f"app/core/{what}.py", "--write")
    assert code == 0, out
    script = f"import sys; sys.modules['overhaul'] = None; import app.core.{what}; print('fine')"
    done = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, cwd=app)
    assert done.stdout == "fine\n", done.stderr


@pytest.mark.parametrize(
    "arguments", [("cash",), ("cash", "--into", "app/cash.py"), ("cash", "--into", "app/cash.py", "--check")]
)
def test_a_module_that_there_is_not_is_told_with_the_nearest(
    app: Path, overhaul: Run, arguments: tuple[str, ...]
) -> None:  # fmt: skip
    code, _, err = overhaul("scaffold", *arguments)
    assert code == 2 and "unknown module 'cash': did you mean cache?" in err
    code, _, err = overhaul("scaffold")
    assert code == 2 and "cache, state, factory, events, instrument" in err


def test_a_folder_to_check_is_no_module(app: Path, overhaul: Run) -> None:
    assert overhaul("scaffold", "--check", "app")[:2] == (0, "there are no copies of unified modules\n")
