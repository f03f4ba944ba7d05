"""Run a project's tests and compare what became of each."""

from __future__ import annotations

import os
import subprocess
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

LIMIT: Final = 900
"""Seconds that a whole suite may take."""

_BETTER: Final = {("failure", "passed"), ("error", "passed")}

Outcomes = Mapping[str, str]
"""Test -> passed, failed, error or skipped; "" -> how the run ended, where it did not."""


def outcomes(python: Path, work: Path, arguments: Sequence[str]) -> Outcomes:
    """What becomes of each test."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.xml")
        command = [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", "--no-header",
                   f"--junitxml={report}", "--basetemp", str(Path(folder, "tmp")), *arguments]  # fmt: skip
        quiet = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0", "COLUMNS": "80", "PY_COLORS": "0"}
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "VIRTUAL_ENV"))}
        try:
            done = subprocess.run(
                command, cwd=work, capture_output=True, text=True, timeout=LIMIT, env={**kept, **quiet},
                stdin=subprocess.DEVNULL,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return {"": "took too long"}
        if not report.is_file():
            return {"": f"pytest ended with {done.returncode}: {(done.stdout + done.stderr).strip()[-400:]}"}
        return dict(_cases(report))


def _cases(report: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for case in ElementTree.parse(report).iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        what = next((child.tag for child in case if child.tag in ("failure", "error", "skipped")), "passed")
        found[name] = what if found.get(name, "passed") == "passed" else found[name]
    return found


def worse(before: Outcomes, after: Outcomes, unsteady: frozenset[str]) -> list[str]:
    """The tests whose outcome is another one, each with both.

    Those that are unsteady by themselves are left out, and so is what failed before and now passes.
    """
    names = (before.keys() | after.keys()) - unsteady
    return [
        f"{name}: {before.get(name, 'absent')} -> {after.get(name, 'absent')}"
        for name in sorted(names)
        if before.get(name) != after.get(name) and (before.get(name), after.get(name)) not in _BETTER
    ]
