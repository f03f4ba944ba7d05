"""The test matrix on the page."""

from __future__ import annotations

from pathlib import Path

from overhaul.config import Config
from overhaul.leaves import load_leaves
from overhaul.survey import survey
from overhaul.testing import InProcess, render

PROJECT = Path(__file__).parents[2] / "fixtures" / "rules" / "untested_component"


def test_components_stand_with_their_kinds_of_tests_the_least_tested_first() -> None:
    leaves = load_leaves()
    page = "".join(leaves.report("html").function(survey(PROJECT, Config(), leaves, executor=InProcess())))
    start = page.index('<section id="test_matrix"')
    told = page[start : page.index("</section>", start)].replace("<wbr>", "")
    assert "6 tests (4 unit, 2 integration) and the 6 components that they cover" in told
    assert told.index("depot.shelves.toll") < told.index("depot.desk.IntakeManager")
    assert "unit: tests.unit.test_shelves.test_a_parcel_goes_back (line 20: uses" in told


def test_without_tests_there_is_no_such_section() -> None:
    assert 'id="test_matrix"' not in render("html", {"a.py": "from functools import cache\n@cache\ndef f(x): ...\n"})
