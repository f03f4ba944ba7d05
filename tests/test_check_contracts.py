"""`overhaul check` with contracts: a baseline hides nothing that is added, and the settings are heard."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from overhaul.cli import run

Captured = pytest.CaptureFixture[str]
LAYERS = """
[[contracts]]
kind = "layers"
name = "it"
layers = ["app.high", "app.low1", "app.low2"]
"""
FORBIDDEN = """
[[contracts]]
kind = "forbidden"
name = "it"
source-modules = ["app.core"]
forbidden-modules = ["app.db", "app.net"]
"""
ACYCLIC = """
[[contracts]]
kind = "acyclic"
name = "it"
ancestors = ["app"]
"""
RULES = ("layer_violation", "forbidden_import", "cyclic_packages", "changed_frozen_code")
ONLY = [part for rule in RULES for part in ("--select", rule)]


def write(project: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text(text, encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project; the user stands in it."""
    write(tmp_path, {"app/__init__.py": ""})
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("settings", "files", "more", "file"),
    [
        (
            FORBIDDEN,
            {"app/core.py": "import app.util\n", "app/util.py": "import app.db\n", "app/db.py": "", "app/net.py": ""},
            {"app/core.py": "import app.util\nimport app.other\n", "app/other.py": "import app.net\n"},
            "app/other.py",
        ),
        (
            LAYERS,
            {
                "app/high.py": "", "app/mid.py": "import app.high\n", "app/low1.py": "import app.mid\n",
                "app/low2.py": "x = 1\n",
            },
            {"app/low2.py": "import app.mid\n"},
            "app/low2.py",
        ),
        (
            ACYCLIC,
            {"app/b.py": "import app.c\n", "app/c.py": "import app.b\n", "app/a.py": "x = 1\n"},
            {"app/a.py": "import app.b\n", "app/b.py": "import app.c\nimport app.a\n"},
            "app/a.py",
        ),
    ],
    ids=["another forbidden module", "another layer that reaches", "another member of a ring"],
)  # fmt: skip
def test_a_baseline_hides_no_breach_that_is_added(
    project: Path, settings: str, files: dict[str, str], more: dict[str, str], file: str
) -> None:
    write(project, {**files, "overhaul.toml": settings})
    assert run(["check", *ONLY]) == 1
    assert run(["baseline", "-q"]) == 0
    assert run(["check", *ONLY]) == 0
    write(project, {path: f"# Moved.\n{text}" for path, text in files.items()})
    assert run(["check", *ONLY]) == 0
    write(project, more)
    assert run(["check", *ONLY]) == 1
    assert run(["check", file, *ONLY]) == 1


def test_a_baseline_hides_no_further_change_of_what_is_frozen(project: Path) -> None:
    frozen = '[[frozen]]\nwhat = "app:X"\nreason = "certified"\nfingerprint = "v1:{}"\n'.format("0" * 32)
    write(project, {"app/__init__.py": "X = 1\n", "overhaul.toml": frozen})
    assert run(["baseline", "-q"]) == 0
    assert run(["check", *ONLY]) == 0
    write(project, {"app/__init__.py": "X = 2\n"})
    assert run(["check", *ONLY]) == 1


def test_who_edits_the_settings_hears_what_breaks_them(project: Path, capsys: Captured) -> None:
    files = {"app/core.py": "import app.db\n", "app/db.py": "", "app/net.py": ""}
    write(project, {**files, "overhaul.toml": FORBIDDEN})
    assert run(["check", "overhaul.toml", *ONLY]) == 1
    assert "app.core imports app.db, which is forbidden to app.core" in " ".join(capsys.readouterr().out.split())
    write(project, {"other.toml": ""})
    assert run(["check", "other.toml", *ONLY]) == 0
