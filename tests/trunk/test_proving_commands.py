"""The user's own checks are run in a copy: before against after, and never on the real tree."""

from __future__ import annotations

import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from overhaul.changes import FileChange, Moved
from overhaul.config import Verify
from overhaul.plans import Check
from overhaul.project import Project
from overhaul.proving.commands import run_commands
from overhaul.proving.outcomes import Outcome, Ran, compared, with_report
from overhaul.testing import surveyed
from tests.trunk.proving_kit import moved, replacements

FILES = {
    "shop.py": "def total():\n    return 1\n",
    "test_shop.py": (
        "import shop\n\n\ndef test_total():\n    assert shop.total() == 1\n\n\ndef test_broken():\n    assert 0\n"
    ),
}
PYTEST = f'"{sys.executable}" -m pytest -q -p no:cacheprovider'


@contextmanager
def project(files: Mapping[str, str]) -> Generator[Project]:
    with surveyed(files) as seen:
        yield Project(seen)


def change(now: Project, path: str, text: str) -> FileChange:
    before = now.source(path)
    return FileChange(path, before.data, text.encode(), None, "", replacements(before.text(), text))


def run(now: Project, files: tuple[FileChange, ...], command: str, *moves: Moved, timeout: float = 120.0) -> Check:
    return run_commands(now, now.after(files), files, moves, Verify(commands=(command,), timeout=timeout))


def test_what_failed_before_may_fail_and_nothing_else() -> None:
    with project(FILES) as now:
        renamed = (
            change(now, "shop.py", FILES["shop.py"].replace("total", "summed")),
            change(now, "test_shop.py", FILES["test_shop.py"].replace("shop.total", "shop.summed")),
        )
        right = run(now, renamed, PYTEST, moved("shop:total", "shop:summed"))
        assert (right.looked, right.refusals) == (1, ())
        wrong = run(now, renamed[:1], PYTEST, moved("shop:total", "shop:summed"))
        assert [(one.path, one.why.partition(":")[0]) for one in wrong.refusals] == [
            ("test_shop.py", "test_shop.test_total is passed before, and would fail")
        ]
        assert now.source("shop.py").text() == (now.root / "shop.py").read_text()


def test_a_test_that_is_renamed_is_the_same_test() -> None:
    with project(FILES) as now:
        renamed = (change(now, "test_shop.py", FILES["test_shop.py"].replace("test_total", "test_sum")),)
        assert run(now, renamed, PYTEST, moved("test_shop:test_total", "test_shop:test_sum")).refusals == ()
        assert [one.why for one in run(now, renamed, PYTEST).refusals] == [
            "test_shop.test_total passes before, and would not be run"
        ]


def test_a_command_that_passes_nothing_proves_nothing() -> None:
    with project(FILES) as now:
        found = run(now, (change(now, "shop.py", "def total():\n    return 2\n"),), f"{PYTEST} -k nothing")
        assert [one.why.partition(",")[0] for one in found.refusals] == [
            f"`{PYTEST} -k nothing` passes nothing as the code is now"
        ]


def test_of_other_commands_the_exit_code_counts() -> None:
    command = f'"{sys.executable}" -c "import shop; assert shop.total() == 1"'
    with project(FILES) as now:
        assert run(now, (change(now, "shop.py", "def total():\n    return 1 + 0\n"),), command).refusals == ()
        found = run(now, (change(now, "shop.py", "def total():\n    return 2\n"),), command)
        assert [one.why for one in found.refusals] == [
            f"`{command}`: it would end with exit code 1 instead of 0: AssertionError"
        ]


def test_a_command_that_does_not_end_is_ended() -> None:
    text = "import time\n\n\ndef total():\n    return 1\n\n\ntime.sleep(60)\n"
    with project(FILES) as now:
        found = run(now, (change(now, "shop.py", text),), f'"{sys.executable}" -c "import shop"', timeout=2)
        assert len(found.refusals) == 1
        assert "would not end" in found.refusals[0].why


def test_a_command_that_runs_the_real_tree_proves_nothing() -> None:
    with project(FILES) as now:
        # As an editable install does whose finder stands before all paths.
        command = f"\"{sys.executable}\" -c \"import sys; sys.path.insert(0, {str(now.root)!r}); import shop\""
        found = run(now, (change(now, "shop.py", "def total():\n    return 2\n"),), command)
        assert [(one.path, "of the real tree" in one.why) for one in found.refusals] == [("shop.py", True)]


def test_the_copy_has_what_tests_need_and_no_more(tmp_path: Path) -> None:
    from overhaul.proving.scratch import copy

    root = tmp_path / "root"
    for path in ("data/x.json", ".git/HEAD", "__pycache__/a.pyc", "venv/pyvenv.cfg", "gone.py"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("1")
    (root / "inside").symlink_to(root / "data")
    (root / "outside").symlink_to("../elsewhere")
    (root / "data" / "x.json").chmod(0o755)
    made = tmp_path / "copy" / "root"
    copy(root, made, {"gone.py": None, "new/one.py": b"2"}, {"new/one.py": 0o700})
    assert sorted(one.name for one in made.iterdir()) == ["data", "inside", "new", "outside", "venv"]
    assert (made / "inside").resolve() == made / "data"
    assert (made / "outside").readlink() == tmp_path / "elsewhere"
    assert (made / "venv").is_symlink()
    assert ((made / "data" / "x.json").stat().st_mode & 0o777, (made / "new/one.py").stat().st_mode & 0o777) == (
        0o755, 0o700,
    )  # fmt: skip


@pytest.mark.parametrize(
    "command",
    ["pytest -q", "python -m pytest tests", "cd sub && pytest", ".venv/bin/pytest -x", "X=1 pytest", "(pytest)"],
)
def test_pytest_is_known_by_its_name(command: str, tmp_path: Path) -> None:
    made = with_report(command, tmp_path / "r.xml")
    if command == "(pytest)":
        assert made is None  # no word of its own
    else:
        assert made is not None
        assert "pytest \"--junitxml=" in made


@pytest.mark.parametrize("command", ["tox -e py", "python run_pytest.py", "echo pytest-cov", "mypy pytest"])
def test_what_only_looks_like_pytest_is_none(command: str, tmp_path: Path) -> None:
    assert with_report(command, tmp_path / "r.xml") is None


def ran(*tests: tuple[str, str], code: int = 0, output: str = "") -> Ran:
    return Ran("pytest", code, output, tuple(Outcome(name, result) for name, result in tests), 1.0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "after", "wrong"),
    [
        ("passed", "failed", True), ("passed", "error", True), ("passed", "skipped", True), ("skipped", "failed", True),
        ("failed", "passed", False), ("failed", "error", False), ("error", "failed", False),
        ("skipped", "passed", False), ("failed", "skipped", False),
    ],
)  # fmt: skip
def test_only_what_is_worse_counts(before: str, after: str, wrong: bool) -> None:
    assert bool(list(compared(ran(("t.a", before)), ran(("t.a", after)), ()))) is wrong


def test_parameters_that_name_what_moves_are_matched_in_order() -> None:
    before = ran(("t.a[Old-1]", "passed"), ("t.a[x]", "passed"))
    after = ran(("t.a[New-1]", "passed"), ("t.a[x]", "passed"))
    assert list(compared(before, after, ())) == []
    assert len(list(compared(before, ran(("t.a[x]", "passed")), ()))) == 1


def test_what_a_checker_complained_of_before_may_stand_on_another_line() -> None:
    before = Ran("mypy", 1, "a.py:3: error: no Old\nfound 1\n", None, 1.0)
    same = Ran("mypy", 1, "b/a.py:9: error: no New\nfound 1 in 2 s\n", None, 1.0)
    worse = Ran("mypy", 1, "a.py:3: error: no New\na.py:4: error: other\n", None, 1.0)
    moves = (moved("a:Old", "a:New"),)
    assert list(compared(before, same, moves)) == []
    assert [one.why for one in compared(before, worse, moves)] == ["it would say: a.py:4: error: other"]
