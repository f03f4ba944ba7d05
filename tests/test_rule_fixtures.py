"""Every folder in fixtures/rules holds code and, in expected.txt, what the rule of that name says about it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from overhaul.config import load_config
from overhaul.findings import Finding
from overhaul.testing import check

ROOT = Path(__file__).resolve().parent.parent / "fixtures" / "rules"
FOLDERS = sorted(folder for folder in ROOT.glob("*") if folder.is_dir())


def line_of(finding: Finding) -> str:
    """A finding on one readable line: place, severity, message, and what it is about."""
    because = "".join(f"; {reason}" for reason in finding.because)
    return f"{finding.path}:{finding.line}: {finding.severity}: {finding.message} [{finding.name}]{because}\n"


def files_of(folder: Path) -> dict[str, str | bytes]:
    """The files of a fixture, all but its expectations and settings."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name not in ("expected.txt", "overhaul.toml") and "__pycache__" not in file.parts
    }


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_rule_finds_what_its_fixture_says_and_nothing_else(folder: Path, expect: Callable[[Path, str], None]) -> None:
    settings = folder / "overhaul.toml"
    config = load_config(folder, settings) if settings.exists() else None
    found = "".join(map(line_of, check(folder.name, files_of(folder), config)))
    expect(folder / "expected.txt", found)
    assert found, f"fixtures/rules/{folder.name} shows nothing that fires"
