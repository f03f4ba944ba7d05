"""Files that cannot be read, decoded or parsed, and files that take the parser down: rows in a report, and no more."""

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from overhaul.collecting import Look
from overhaul.config import Config
from overhaul.facts import Function
from overhaul.leaves import Leaves, load_leaves
from overhaul.survey import Survey, survey
from overhaul.workers import run

GOOD = "def good():\n    return 1\n"


@cache
def leaves() -> Leaves:
    return load_leaves()


def grow(root: Path, files: Mapping[str, str | bytes]) -> None:
    for path, content in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())


def look(root: Path, files: Mapping[str, str | bytes], **keys: float) -> Survey:
    grow(root, files)
    return survey(root, Config(jobs=2, **keys), leaves())  # type: ignore[arg-type]


def reasons(seen: Survey) -> dict[str, str]:
    return {failure.path: failure.reason for failure in seen.failures}


def functions(seen: Survey, module: str) -> list[str]:
    return [row.name for row in seen.facts(Function)[module]]


def test_files_that_are_slow_or_nested_too_deep_cost_nobody_else_anything(tmp_path: Path) -> None:
    seen = look(
        tmp_path,
        {
            "total.py": f"x = {' + '.join(['1'] * 8000)}\n",
            "lists.py": f"x = {'[' * 3000}{']' * 3000}\n",
            "elifs.py": "if a:\n    pass\n" + "elif a:\n    pass\n" * 20_000,
            "brackets.py": f"x = {'(' * 2000}1{')' * 2000}\n",
            "short.py": f"x = {' + '.join(['1'] * 80)}\n\n{GOOD}",  # the same shapes, no longer than people write them
            **{f"good{number}.py": GOOD for number in range(20)},
        },
        file_timeout=3,
    )
    told = reasons(seen)
    assert told["total.py"] == told["lists.py"] == "took more than 3 s to parse"
    assert set(told) <= {"total.py", "lists.py", "elifs.py", "brackets.py"}
    assert functions(seen, "short") == ["good"]
    assert all(functions(seen, f"good{number}") == ["good"] for number in range(20))
    assert seen.files == 25


def test_a_file_that_was_given_up_is_tried_again_when_it_may_take_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    grow(tmp_path, {"a.py": f"x = {' + '.join(['1'] * 2000)}\n{GOOD}"})
    os.utime(tmp_path / "a.py", (1_600_000_000, 1_600_000_000))
    impatient = survey(tmp_path, Config(jobs=1, file_timeout=0.05), leaves(), store=tmp_path)
    assert reasons(impatient) == {"a.py": "took more than 0.05 s to parse"}
    parsed: list[int] = []

    def progress(done: int, total: int) -> None:
        parsed.append(done)

    again = survey(tmp_path, Config(jobs=1, file_timeout=0.05), leaves(), store=tmp_path, progress=progress)
    assert reasons(again) == reasons(impatient) and parsed == []
    patient = survey(tmp_path, Config(jobs=1, file_timeout=60), leaves(), store=tmp_path)
    assert not patient.failures and functions(patient, "a") == ["good"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"x = '\xe9'\n", "encoding: "),
        (b"# coding: ascii\nx = '\xc3\xa9'\n", "encoding: 'ascii'"),
        (b"# coding: klingon\n", "encoding: unknown encoding"),
        (b"# coding: hex\nx = 1\n", "encoding: "),
        (b"\xef\xbb\xbf# coding: latin-1\n", "encoding: "),
        (b"x = 1\0\n", "null bytes"),
        ("x = 1\n".encode("utf-16"), "null bytes"),
        (b"print 'hello'\n", "syntax error, line 1"),
        (b"def f(:\n", "syntax error, line 1"),
        (b"if x:\n\ty\n        z\n", "syntax error, line"),
    ],
)
def test_what_is_no_python_is_a_failure_with_its_reason(tmp_path: Path, content: bytes, reason: str) -> None:
    seen = look(tmp_path, {"bad.py": content, "good.py": GOOD})
    assert list(reasons(seen)) == ["bad.py"]
    assert reasons(seen)["bad.py"].startswith(reason)
    assert functions(seen, "good") == ["good"] and "\n" not in reasons(seen)["bad.py"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xef\xbb\xbfdef good(): pass\n",
        b"# coding: latin-1\nx = '\xe9'\ndef good(): pass\n",
        b"x = 1\n\x0c\ndef good(): pass\n",
        b"x = 1\r\rdef good(): pass\r",
        b"x = 1\r\ndef good(): pass",
        "näme = 1\ndef good(): pass\n".encode(),
    ],
)
def test_what_only_looks_odd_is_no_failure(tmp_path: Path, content: bytes) -> None:
    seen = look(tmp_path, {"odd.py": content})
    assert not seen.failures
    assert functions(seen, "odd") == (["good"] if content else [])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in this file system")
def test_pipes_folders_and_loops_that_are_named_like_modules_are_not_read(tmp_path: Path) -> None:
    grow(tmp_path, {"good.py": GOOD, "folder.py/inner.py": GOOD})
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "loop.py").symlink_to("loop.py")
    (tmp_path / "around").symlink_to(".")
    seen = survey(tmp_path, Config(jobs=2), leaves())
    assert functions(seen, "good") == ["good"]
    assert "folder.py" not in reasons(seen) and seen.files == 2


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may read anything")
def test_a_file_that_may_not_be_read_is_a_failure(tmp_path: Path) -> None:
    grow(tmp_path, {"secret.py": GOOD})
    (tmp_path / "secret.py").chmod(0)
    seen = look(tmp_path, {"good.py": GOOD})
    assert reasons(seen) == {"secret.py": "Permission denied"}


def test_a_file_that_vanishes_during_the_run_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def vanish(jobs: object, work: Look, *rest: object) -> object:
        (tmp_path / "gone.py").unlink(missing_ok=True)
        return run(jobs, work, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr("overhaul.collecting.run", vanish)
    seen = look(tmp_path, {"gone.py": GOOD, "good.py": GOOD})
    assert reasons(seen) == {"gone.py": "vanished during the run"}
    assert functions(seen, "good") == ["good"] and functions(seen, "gone") == []


def test_metadata_that_cannot_be_read_is_among_the_failures(tmp_path: Path) -> None:
    seen = look(tmp_path, {"good.py": GOOD, "pyproject.toml": "[project\n"})
    assert list(reasons(seen)) == ["pyproject.toml"]
