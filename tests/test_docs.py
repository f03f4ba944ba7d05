"""What the documents print works as printed."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMAND = re.compile(
    r"^    (overhaul \w.*)$|`(overhaul (?:audit|graph|query|explain) [^`\[]*(?:PATH|import_cycle))`", re.MULTILINE
)


def commands() -> list[str]:
    return sorted({match[1] or match[2] for page in PAGES for match in COMMAND.finditer(page.read_text("utf-8"))})


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs") / "tradeframe"
    shutil.copytree(ROOT / "fixtures" / "projects" / "tradeframe", folder, ignore=shutil.ignore_patterns(".overhaul"))
    return folder


def run(project: Path, command: str) -> subprocess.CompletedProcess[str]:
    words = ["." if word == "PATH" else word for word in shlex.split(command)[1:]]
    return subprocess.run([sys.executable, "-m", "overhaul", *words], cwd=project, capture_output=True, text=True)


def test_the_documents_print_commands() -> None:
    assert len(commands()) >= 6


@pytest.mark.parametrize("command", commands())
def test_a_command_that_is_printed_works(project: Path, command: str) -> None:
    if "svg" in command and shutil.which("dot") is None:
        pytest.skip("Graphviz is not installed")
    done = run(project, command)
    assert done.returncode in (0, 1) and not done.stderr, done.stderr
    assert done.stdout or "-o " in command or "html=" in command
    if "query" in command:
        first = done.stdout.splitlines()[2 if "--format" not in command else 1]
        assert "[" not in first and first.strip(), "a column is empty, or a list"


def test_the_readme_shows_what_an_audit_of_the_fixture_begins_with(project: Path) -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    example = text[text.index("    $ overhaul audit") : text.index("\n\nFacts are kept")]
    told = run(project, "overhaul audit PATH --no-store").stdout
    # How lines are broken depends on the terminal.
    shown = example.partition("\n")[2].split()
    assert shown == told.partition("\n")[2].split()[: len(shown)]
