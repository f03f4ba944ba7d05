"""The figures and the change hotspots on the page."""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from overhaul.comparison import Standing, compare
from overhaul.config import Config
from overhaul.leaves import load_leaves
from overhaul.survey import survey
from overhaul.testing import InProcess, render

COMPLEX = "def work(a):\n" + "".join(f"    if a == {n}:\n        return {n}\n" for n in range(9))
FILES = {"core.py": COMPLEX, **{f"user{n}.py": "import core\n\n\ndef f(): ...\n" for n in range(4)}}


def section(page: str, name: str) -> str:
    start = page.index(f'<section id="{name}"')
    return page[start : page.index("</section>", start)]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """One module that is changed three times."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1"}
    for path, text in FILES.items():
        (tmp_path / path).write_text(text)
    for number in range(3):
        (tmp_path / "core.py").write_text(f"{COMPLEX}# {number}\n")
        for words in (("init", "-q"), ("add", "."), ("commit", "-q", "-m", "m")):
            who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
            subprocess.run(["git", *who, *words], cwd=tmp_path, env=environment, check=True)
    return tmp_path


def test_hotspots_lead_with_how_much_of_the_history_was_read(project: Path) -> None:
    leaves = load_leaves()
    seen = survey(project, Config(), leaves, executor=InProcess())
    told = section("".join(leaves.report("html").function(seen)), "hotspots")
    assert "Read were 3 commits by 1 author, from " in told
    rows = told[told.index("<tbody") :]
    assert "core.py:1" in rows and "user0.py" not in rows


def test_without_a_history_the_page_says_why_there_are_no_hotspots() -> None:
    told = section(render("html", FILES), "hotspots")
    assert "Changes were not counted: no git repository." in told and "<table" not in told


def test_every_figure_of_the_baseline_is_on_the_page() -> None:
    told = section(render("html", FILES), "baseline")
    assert "complexity 90th percentile" in told and "code lines" in told
    assert "audit --compare FILE.json" in told


def test_of_a_report_with_nothing_in_it_the_page_says_that_nothing_could_be_compared(project: Path) -> None:
    leaves = load_leaves()
    seen = survey(project, Config(), leaves, executor=InProcess())
    empty = Standing("1.0", "shop", (), {"findings": Counter()}, {})
    seen.comparison = compare("before.json", empty, empty)
    told = section("".join(leaves.report("html").function(seen)), "comparison")
    assert "Since before.json, by overhaul 1.0: nothing could be compared." in told


def test_without_an_earlier_report_nothing_is_said_to_have_changed() -> None:
    assert '<section id="comparison"' not in render("html", FILES)
