"""The whole audit of a project whose placeholders, duplicates and parallels are known, as people read it."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from overhaul.config import Config
from overhaul.leaves import load_leaves
from overhaul.survey import Survey, survey
from overhaul.testing import InProcess

PROJECT = Path(__file__).parents[2] / "fixtures" / "projects" / "tradeframe" / "src"


@pytest.fixture(scope="module")
def seen() -> Survey:
    return survey(PROJECT, Config(), load_leaves(), executor=InProcess())


@pytest.fixture(scope="module")
def page(seen: Survey) -> str:
    return "".join(seen.leaves.report("html").function(seen)).replace("<wbr>", "")


def section(page: str, name: str) -> str:
    start = page.index(f'<section id="{name}"')
    return page[start : page.index("</section>", start)]


def words(html: str) -> str:
    return " ".join(re.sub("<[^>]*>", " ", html).split())


def test_the_overview_counts_and_leads_to_each_kind(page: str) -> None:
    told = section(page, "story")
    for name, count in (("placeholders", 14), ("duplicates", 9), ("parallels", 1)):
        assert f'<span class="figure">{count}</span> <span><a href="#{name}"' in told, name


def test_copies_stand_beside_each_other_with_what_a_name_means_in_each(page: str) -> None:
    told = section(page, "duplicates")
    assert "9 groups of duplicates: 3 of type 1, 3 of type 2, 3 of type 3." in words(told)
    assert told.count('<article id="dup-') == 9
    amended = told[told.index("<code>validate_order</code>") :]
    assert "<mark>order.filled</mark>" in amended[: amended.index("</article>")]
    assert "No comparison" not in told


def test_the_old_package_is_told_beside_the_new_one_with_its_interface(page: str) -> None:
    told = words(section(page, "parallels"))
    assert "tradeframe.performance and tradeframe.core" in told
    assert "benchmark_scenarios.BenchmarkScenarios.run benchmark_framework.BenchmarkFramework.run_benchmark" in told


def test_every_candidate_leads_to_what_it_comes_from_and_shows_six_parts_of_its_risk(page: str) -> None:
    told = section(page, "consolidations")
    grid, *details = told.split('<details id="candidate-')
    assert len(details) >= 10
    for text in details:
        assert re.search(r'<a href="#(dup-|par-|caches|managers-overlaps|repeated-utilities)', text)
        assert text.count('<tr><td class="text">') == 6
    assert set(re.findall(r'href="#([^"]+)"', grid)) <= set(re.findall(r'id="([^"]+)"', page))


def test_placeholders_say_why_and_who_calls_them(page: str) -> None:
    row = re.search(r"<tr[^>]*>((?!</tr>).)*reconcile_fills.*?</tr>", section(page, "placeholders"))
    assert row is not None
    assert "certain" in row[0] and "only a docstring" in row[0] and "OrderManager.end_of_day" in row[0]


def test_both_families_are_there_with_their_members(page: str) -> None:
    told = section(page, "name_families")
    assert "calculate_*" in told and "get_*_data" in told
    assert "FeeSchedule.calculate_fee" in told


def test_the_terminal_tells_it_in_few_lines_that_lead_to_files_that_are_there(
    seen: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "1000")
    text = click.unstyle("".join(seen.leaves.report("terminal").function(seen)))
    inventory = text.partition("Inventory\n")[2].partition("\n\n")[0].splitlines()
    first = next(number for number, line in enumerate(inventory) if " placeholders: " in line)
    told = inventory[first:]
    assert "  9 groups of duplicates: 3 of type 1, 3 of type 2, 3 of type 3" in told[2]
    assert len(told) <= 14
    places = re.findall(r"(\S+\.py):(\d+)", " ".join(told))
    assert len(places) > 10
    for path, line in places:
        assert int(line) <= len((PROJECT / path).read_text(encoding="utf-8").splitlines())
