"""The inventories on the page."""

from __future__ import annotations

from pathlib import Path

import pytest

from overhaul.config import Config, RolePattern
from overhaul.leaves import load_leaves
from overhaul.survey import survey
from overhaul.testing import InProcess, render

PROJECT = Path(__file__).parents[2] / "fixtures" / "projects" / "tradeframe" / "src"


@pytest.fixture(scope="module")
def page() -> str:
    config = Config(roles={"check": RolePattern(bases=("RiskCheck",))})
    leaves = load_leaves()
    seen = survey(PROJECT, config, leaves, executor=InProcess())
    return "".join(leaves.report("html").function(seen))


def _section(page: str, name: str) -> str:
    """A section, without the places where a long name may be broken."""
    start = page.index(f'<section id="{name}"')
    return page[start : page.index("</section>", start)].replace("<wbr>", "")


def test_managers_lead_with_their_number_and_tiers(page: str) -> None:
    told = _section(page, "managers")
    assert "17 classes own" in told
    assert "tier 0: 5, tier 1: 5, tier 2: 4, tier 3: 2, tier 4: 1" in told
    assert "made once in TradingApp.initialize and kept (orders)" in told


def test_caches_lead_with_their_families_and_the_interface_table(page: str) -> None:
    told = _section(page, "caches")
    assert "10 places return" in told
    assert "✗ never" in told and "✓ size" in told, "the matrix says it in words and signs"
    assert "cache classes" in told and "get_or_compute" in told and "forget_underlying" in told


def test_the_state_machines_lead_with_their_number(page: str) -> None:
    assert "4 variables move" in _section(page, "state_machines")


def test_saved_state_says_how_it_is_written(page: str) -> None:
    told = _section(page, "state_persistence")
    assert "StateStore.write" in told and "in place" in told and "CorruptState" in told


def test_families_of_the_configuration_have_a_grid_each(page: str) -> None:
    assert "NoShortSelling" in _section(page, "custom_roles")


def test_the_overview_counts_each_kind_and_leads_there(page: str) -> None:
    told = _section(page, "story")
    for section, count in (("managers", 17), ("caches", 10), ("state_machines", 4), ("state_persistence", 3)):
        assert f'<span class="figure">{count}</span> <span><a href="#{section}"' in told


def test_docstrings_and_keys_of_audited_code_are_shown_as_text_and_never_as_markup() -> None:
    bad = "<i>kept</i>"
    source = f'''
class JobManager:
    """{bad} jobs"""
    def __init__(self):
        self.jobs = {{}}
        self.kept = {{}}
    def start(self): ...
    def stop(self): ...
    def add(self, name): self.jobs[name] = 1
    def get(self, k):
        key = (k, "{bad}")
        if key not in self.kept:
            self.kept[key] = work(k)
        return self.kept[key]
JOBS = JobManager()
'''
    page = render("html", {"jobs.py": source})
    assert "JobManager.kept" in page and "&lt;i&gt;kept&lt;/i&gt; jobs" in page
    assert bad not in page


def test_a_project_without_any_says_so() -> None:
    page = render("html", {"a.py": "x = 1\n"})
    for name in ("managers", "caches", "state_machines"):
        assert "There are none." in _section(page, name)
    assert '<section id="custom_roles"' not in page
