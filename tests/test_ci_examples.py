"""The examples for CI work as printed: the YAML parses, the commands run, and the files they promise are there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest
import yaml  # type: ignore[import-untyped]

from overhaul.leaves import load_leaves

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs" / "ci.md").read_text("utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
ELSEWHERE = ("pip ", "gh ")
"""Commands that need a network or an account."""


def values(document: object, *keys: str) -> list[Any]:
    """What stands under any of these keys, at any depth, in the order of the file."""
    if isinstance(document, list):
        return [value for item in cast("list[object]", document) for value in values(item, *keys)]
    found: list[Any] = []
    if isinstance(document, dict):
        for key, value in cast("dict[str, object]", document).items():
            if key in keys:
                found += cast("list[object]", value) if isinstance(value, list) else [value]
            else:
                found += values(value, *keys)
    return found


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project in a git repository, with `overhaul` on the PATH of its shell."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "shop.py").write_text("import till\n\n\nclass Shop(till.Till): ...\n")
    (folder / "till.py").write_text("from shop import Shop\n\n\nclass Till: ...\n")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-C", str(folder)]
    for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "first"]):
        subprocess.run([*git, *command], check=True)
    subprocess.run([*git, "update-ref", "refs/remotes/origin/main", "main"], check=True)
    shim = tmp_path / "bin" / "overhaul"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m overhaul "$@"\n')
    shim.chmod(0o755)
    return folder


def shell(project: Path, script: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "PATH": f"{project.parent / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "GITHUB_STEP_SUMMARY": str(project / "summary.md"),
        "GITHUB_BASE_REF": "main",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": "origin/main",
    }
    return subprocess.run(["bash", "-c", script], cwd=project, env=environment, capture_output=True, text=True)


def test_there_are_examples_for_github_and_gitlab() -> None:
    assert len(BLOCKS) >= 5
    assert any("runs-on" in block for block in BLOCKS) and any("codequality" in block for block in BLOCKS)


@pytest.mark.parametrize("block", BLOCKS)
def test_an_example_parses_and_its_commands_make_the_files_it_names(project: Path, block: str) -> None:
    document = yaml.safe_load(block)
    scripts = [script for script in values(document, "run", "script") if not script.startswith(ELSEWHERE)]
    assert scripts
    for script in scripts:
        if script.startswith("jq "):
            if shutil.which("jq") is None:
                pytest.skip("jq is not installed")
            assert shell(project, "overhaul check --format sarif=overhaul.sarif").returncode == 1
        done = shell(project, script)
        assert done.returncode in (0, 1), done.stderr
        assert "Traceback" not in done.stderr and "overhaul: " not in done.stderr, done.stderr
    for file in values(document, "sarif_file", "codequality", "junit"):
        assert (project / file).stat().st_size > 0


def test_without_suppressed_results_a_document_is_still_one(project: Path) -> None:
    if shutil.which("jq") is None:
        pytest.skip("jq is not installed")
    (script,) = [
        script for block in BLOCKS for script in values(yaml.safe_load(block), "run") if script.startswith("jq")
    ]
    assert shell(project, "overhaul baseline").returncode == 0
    assert shell(project, "overhaul check --format sarif=overhaul.sarif").returncode == 0
    assert '"external"' in (project / "overhaul.sarif").read_text()
    assert shell(project, script).returncode == 0
    left = yaml.safe_load((project / "overhaul.sarif").read_text())
    assert left["runs"][0]["results"] == []


def test_every_format_is_described_and_every_one_that_is_described_exists() -> None:
    table = (ROOT / "docs" / "formats.md").read_text("utf-8").partition("| name |")[2].partition("\n\n")[0]
    described = set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE))
    assert described == set(load_leaves().reports) - {"html"}


def test_the_formats_that_the_examples_name_exist() -> None:
    named = set(re.findall(r"--(?:format|report) (\w+)", TEXT))
    assert named >= {"sarif", "github", "gitlab", "junit", "markdown"}
    assert named <= set(load_leaves().reports)
