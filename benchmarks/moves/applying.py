"""Carry out one trial with overhaul, and look at what it promises: nothing left to do, and undone to the byte."""

from __future__ import annotations

import json
import os
import shlex
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from benchmarks.moves.choosing import Trial

Verdict = Literal["green", "refused", "broken"]
Snapshot = dict[str, tuple[int, bytes]]
"""Path -> mode and content."""


class Applied(NamedTuple):
    """What came of carrying it out, before any test is run."""

    verdict: Verdict
    why: str
    seconds: float


def apply(trial: Trial, work: Path) -> Applied:
    """Apply a trial with `--write`; green means that it was written."""
    return carried_out(work, _command(trial, work))


def carried_out(work: Path, command: list[str]) -> Applied:
    """Run a command that changes code; green means that it was written, or that there was nothing to do."""
    code, out, seconds = overhaul(work, command)
    if code == 0:
        return Applied("green", "", seconds)
    return Applied("refused" if code == 1 else "broken", _reason(out), seconds)


def verified(trial: Trial, work: Path, python: Path, tests: Sequence[str]) -> str:
    """What becomes of a trial when its tests are part of the proof: refused (as it should be), or what else."""
    command = shlex.join([str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests])
    code, out, _ = overhaul(work, [*_command(trial, work), "--verify", command], limit=3600)
    return "refused" if code == 1 else f"ends with {code}: {_reason(out)}"


def again(trial: Trial, work: Path) -> str:
    """What is wrong with a second run; "" where it has nothing to do and changes nothing."""
    return repeated(work, _command(trial, work))


def repeated(work: Path, command: list[str]) -> str:
    """What is wrong with a second run of a command; "" where it has nothing to do and changes nothing."""
    before = snapshot(work)
    code, out, _ = overhaul(work, command)
    if code:
        return f"the second run ends with {code}: {_reason(out)}"
    return "the second run changes files" if snapshot(work) != before else ""


def undo(work: Path, pristine: Snapshot, written: Snapshot) -> str:
    """What is wrong after the migration was undone; "" where every byte is as it was.

    `written` is what it wrote: other files were made by the tests.
    """
    code, out, _ = overhaul(work, ["undo", str(work)])
    if code:
        return f"undo ends with {code}: {_reason(out)}"
    now = snapshot(work)
    odd = sorted(path for path in written.keys() | pristine.keys() if now.get(path) != pristine.get(path))
    return f"undo left {len(odd)} paths changed: {', '.join(odd[:3])}" if odd else ""


def snapshot(work: Path) -> Snapshot:
    """Every file and folder below, with its mode and content; caches and overhaul's own folder left out."""
    found: dict[str, tuple[int, bytes]] = {}
    for folder, folders, files in os.walk(work):
        folders[:] = [one for one in folders if one not in ("__pycache__", ".overhaul", ".pytest_cache", ".hypothesis")]
        for name in (*folders, *files):
            path = Path(folder, name)
            mode = path.lstat().st_mode
            content = path.read_bytes() if stat.S_ISREG(mode) else b""
            found[str(path.relative_to(work))] = stat.S_IMODE(mode), content
    return found


def _command(trial: Trial, work: Path) -> list[str]:
    return [trial.verb, trial.thing.target, trial.to, str(work), *settings(work)]


def settings(work: Path) -> list[str]:
    """The flags of every command that changes code here."""
    # The settings of whatever project the cache lies in are not this project's.
    file = work.parent / "overhaul.toml"
    file.touch()
    return ["--write", "--no-diff", "--config", str(file)]


def overhaul(work: Path, arguments: list[str], limit: float = 300) -> tuple[int, str, float]:
    """Exit code, what was printed, and seconds."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as elsewhere:
        try:
            done = subprocess.run(
                [sys.executable, "-m", "overhaul", *arguments], cwd=elsewhere, capture_output=True, text=True,
                env={**os.environ, "NO_COLOR": "1"}, timeout=limit,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return -1, f"took more than {limit:.0f} s", limit
    return done.returncode, done.stdout + done.stderr, time.perf_counter() - began


def _reason(out: str) -> str:
    lines = [line.strip() for line in out.splitlines() if line.strip()]
    return " | ".join(lines[-6:])[:600]


def recorded(file: Path) -> dict[str, dict[str, object]]:
    """The results of earlier runs, by project and title."""
    if not file.is_file():
        return {}
    rows = (json.loads(line) for line in file.read_text("utf-8").splitlines())
    return {f"{row['tool']} {row['project']} {row['title']}": row for row in rows}
