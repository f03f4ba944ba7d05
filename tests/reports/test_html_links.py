"""What leads where on the page: from findings to rows and back, from steps to what they are about."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from overhaul.config import Config
from overhaul.leaves import load_leaves
from overhaul.sections import Column, Grid, Line, anchor, bad, good, quoted
from overhaul.survey import survey
from overhaul.testing import InProcess, render

PROJECT = Path(__file__).parents[2] / "fixtures" / "projects" / "tradeframe" / "src"

GROWING = """import functools


@functools.lru_cache(maxsize=None)
def read(key: str) -> int:
    return len(key)
"""


@pytest.fixture(scope="module")
def page() -> str:
    leaves = load_leaves()
    seen = survey(PROJECT, Config(), leaves, executor=InProcess())
    return "".join(leaves.report("html").function(seen))


def element(page: str, id: str) -> str:
    """A row or list item by its id."""
    start = page.index(f'id="{id}"')
    ends = [page.find(end, start) for end in ("</tr>", "</li>\n<li id=", "</ol>")]
    return page[start : min(end for end in ends if end > 0)]


def test_a_cache_leads_to_its_finding_and_the_finding_back() -> None:
    page = render("html", {"a.py": GROWING})
    cache = anchor("cache", "a", "read")
    (finding,) = re.findall(r'href="#(finding-\w+)"', element(page, cache))
    assert f'href="#{cache}"' in element(page, finding)


def test_a_cache_that_no_finding_is_about_leads_nowhere() -> None:
    page = render("html", {"a.py": GROWING.replace("None", "64")})
    assert "finding-" not in element(page, anchor("cache", "a", "read"))


COUNTED = """import json
import threading

_SEEN = {}


class Board:
    def __init__(self):
        self._rows = {}
        threading.Thread(target=self.row).start()

    def row(self, key, depth=2):
        if key not in self._rows:
            self._rows[key] = [key] * depth
        return self._rows[key]

    def rows(self, key) -> list[int]:
        return self._rows[key]


class Book:
    def save_state(self, path):
        with open(path, "w") as stream:
            json.dump({"a": self.a, "b": self.b, "c": self.c}, stream)

    def load_state(self, path):
        with open(path) as stream:
            state = json.load(stream)
        self.a = state["a"]
        self.b = state["b"]
"""


def test_findings_that_stand_at_a_use_or_name_more_than_the_row_lead_to_it() -> None:
    page = render("html", {"a.py": COUNTED})
    board = element(page, anchor("cache", "a", "Board._rows"))
    for rule in ("incomplete_cache_key", "mutable_value_handed_out"):
        assert rule in board, f"{rule} stands at a use of the cache"
    assert "unrestored_key" in element(page, anchor("persistence", "a", "Book.save_state"))


@pytest.mark.parametrize("project", ["tradeframe", "written"])
def test_the_overview_and_the_section_count_the_same_findings_about_caches(project: str, page: str) -> None:
    told = page if project == "tradeframe" else render("html", {"a.py": COUNTED})
    rules = ("unbounded_cache|stale_cache|incomplete_cache_key|method_cache_keeps_instance|unlocked_check_then_store"
             "|mutable_value_handed_out|mutable_default_cache|cached_coroutine")  # fmt: skip
    overview = told[told.index('<section id="story"') : told.index('<section id="findings"')]
    counted = dict(re.findall(rf'<a href="#rule-[\w-]+">(?P<n>[\d,]+) (?P<rule>{rules})</a>', overview))
    about = told[told.index("Findings about them:") :]
    section = dict(re.findall(rf'([\d,]+) <a href="#rule-[\w-]+">({rules})</a>', about[: about.index("</p>")]))
    assert counted and counted == section


def test_findings_about_rings_and_groups_lead_to_them(page: str) -> None:
    findings = page[page.index('<section id="findings"') :]
    rings = findings[findings.index("rule-import_cycle-error-findings") :]
    ring = element(rings, re.findall(r'id="(finding-\w+)"', rings)[0])
    assert ">import cycle</a>" in ring
    group = findings[findings.index("rule-unjustified_duplicate-warning-findings") :]
    assert re.search(r'href="#(dup-\w+)">duplicate</a>', element(group, re.findall(r'id="(finding-\w+)"', group)[0]))


def test_the_overview_says_how_many_imports_certainly_fail() -> None:
    files = {
        "p/__init__.py": "", "p/a.py": "import p.gone\n",
        "p/b.py": "try:\n    import p.lost\nexcept ImportError:\n    pass\n",
        "p/c.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import p.never\n",
    }  # fmt: skip
    page = render("html", files)
    story = page[page.index('<section id="story"') :].partition("</section>")[0]
    assert "1 fails when the line runs" in story, "not the one that is caught, nor the one that never runs"


def test_a_step_names_what_it_leads_to_and_shows_what_it_is_ranked_by(page: str) -> None:
    steps = page[page.index('<ol class="steps">') :].partition("</ol>")[0]
    assert "<dt>Priority</dt>" in steps
    assert not re.search(r">(?:risk of )?(?:dup|par|cch)-[0-9a-f]+</a>", steps)
    assert ">interface table</a>" in steps and ">risk</a>" in steps


def test_a_ring_says_what_its_cut_leaves(page: str) -> None:
    cycles = page[page.index('<section id="cycles"') :].partition("</section>")[0]
    assert "3 modules leave a ring of imports that run at import; 3 modules stay in one by imports" in cycles


def test_the_steps_lead_to_what_they_are_about(page: str) -> None:
    steps = page[page.index('<ol class="steps">') :]
    first = element(steps, re.findall(r'<li id="(step-\w+)"', steps)[0])
    ring = anchor("cycle", *(f"tradeframe.legacy.fix_{name}" for name in ("codec", "link", "session")))
    assert f'href="#{ring}"' in first
    times = "\N{MULTIPLICATION SIGN}"
    assert f"imports that fail in every order: 1 {times} 100" in first
    assert f"modules in no ring at import any more: 3 {times} 2" in first


def test_every_link_leads_to_one_thing(page: str) -> None:
    outside = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    ids = re.findall(r'\sid="([^"]+)"', outside)
    assert len(ids) == len(set(ids))
    islands = re.findall(r"data-more>(.*?)</script>", page, flags=re.DOTALL)
    hidden = {line[0] for island in islands for line in json.loads(island)}
    assert not hidden & set(ids) - {""}
    assert set(re.findall(r'href="#([^"]+)"', outside)) <= set(ids) | hidden


def test_a_finding_shows_its_source_and_marks_its_own_line() -> None:
    page = render("html", {"a.py": GROWING + "\n\nx = 1\n"})
    source = page[page.index('<pre class="excerpt"') :]
    source = source[: source.index("</pre>")]
    numbers = [int(number) for number in re.findall(r'<span class="n">(\d+)</span>', source)]
    (marked,) = re.findall(r'<mark><span class="n">(\d+)</span>', source)
    assert numbers == list(range(int(marked) - 1, int(marked) + 4)), "one line before it, three behind it"
    assert f"a.py:{marked}" in page


def test_source_that_has_changed_since_is_not_shown(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text(GROWING, encoding="utf-8")
    leaves = load_leaves()
    seen = survey(tmp_path, Config(), leaves, executor=InProcess())
    assert seen.findings
    file.write_text(f"SECRET = 1\n{GROWING}", encoding="utf-8")
    page = "".join(leaves.report("html").function(seen))
    assert '<pre class="excerpt"' not in page and "SECRET" not in page


def test_the_overview_says_what_is_the_matter_and_leads_to_it(page: str) -> None:
    story = page[page.index('<ul class="tallies">') : page.index('<ol class="steps">')]
    assert 'href="#rule-unbounded_cache-warning">1 unbounded_cache</a>' in story
    assert "1 fails in every order</a>" in story and "1 fails in some orders</a>" in story
    assert re.search(r'class="zero"><span class="figure">0</span> <span><a href="#unresolved_imports"', story)


def test_the_navigation_is_grouped_and_has_every_section_once(page: str) -> None:
    navigation = page[page.index("<nav") : page.index("</nav>")]
    assert re.findall(r'<p class="group" id="[^"]+">([^<]+)<', navigation) == [
        "Summary", "What there is", "What is tangled or said again", "Figures",
    ]  # fmt: skip
    assert re.findall(r'<li><a href="#(\w+)"', navigation) == re.findall(r'<section id="(\w+)"', page)


def test_headings_go_down_one_level_at_a_time(page: str) -> None:
    levels = [int(level) for level in re.findall(r"<h([1-6])[ >]", page)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def grid(*lines: tuple[str, str]) -> Grid:
    return Grid(
        id="g", caption="g", columns=(Column("Confidence", "word", choose=True), Column("Name")),
        lines=tuple(Line(cells) for cells in lines),
    )  # fmt: skip


def test_one_can_choose_among_the_values_of_a_column_the_surest_first() -> None:
    assert grid(("low", "a"), ("high", "b"), ("low", "c")).choices == ((0, "Confidence", ("high", "low")),)


def test_there_is_nothing_to_choose_where_all_are_alike() -> None:
    assert grid(("low", "a"), ("low", "b")).choices == ()
    assert msgspec.structs.replace(grid(), columns=(Column("Name"),)).choices == ()


def test_marks_have_words_and_not_only_signs() -> None:
    assert (good("size"), bad("none")) == ("✓ size", "✗ none")
    assert quoted(3, ["a", "b"], 4) == "3 4\na\nb"


def test_a_name_of_several_lines_cannot_make_a_link_of_its_own() -> None:
    hostile = "x\nstory y.py"
    page = render("html", {"a.py": "x = 1\n", hostile: "def (:\n"})
    assert '<a href="#story">y.py' not in page
