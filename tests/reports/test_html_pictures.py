"""The pictures on the page: what they show, that each can be read without seeing it, and that nothing gets out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from overhaul.config import Config
from overhaul.inventory import StateMachine, Transition
from overhaul.leaves import Analyzer, Leaves, load_leaves
from overhaul.survey import survey
from overhaul.testing import InProcess, render

PROJECT = Path(__file__).parents[2] / "fixtures" / "projects" / "tradeframe"


class Cells(HTMLParser):
    """The tables of a page as a browser reads them: rows of cells, each with its classes, title and text."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tables: list[list[list[tuple[str, str, str]]]] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append((given.get("class", ""), given.get("title", ""), ""))

    def handle_data(self, data: str) -> None:
        if self.tables and self.tables[-1] and self.tables[-1][-1]:
            mark, title, text = self.tables[-1][-1][-1]
            self.tables[-1][-1][-1] = mark, title, text + data.strip()


@pytest.fixture(scope="module")
def page() -> str:
    leaves = load_leaves()
    return "".join(leaves.report("html").function(survey(PROJECT, Config(), leaves, executor=InProcess())))


def section(page: str, name: str) -> str:
    start = page.index(f'<section id="{name}"')
    return page[start : page.index("</section>", start)]


def html(files: Mapping[str, str]) -> str:
    return render("html", files)


def drawings(source: str) -> list[ElementTree.Element]:
    """The SVG elements, which must be well-formed."""
    return [ElementTree.fromstring(one) for one in re.findall(r"<svg.*?</svg>", source, re.DOTALL)]


def test_every_picture_has_a_title_a_description_and_a_frame_that_can_be_scrolled_by_keyboard(page: str) -> None:
    found = drawings(page)
    assert len(found) > 8
    for drawing in found:
        names = (drawing.get("aria-labelledby") or "").split()
        title, description = drawing.find("title"), drawing.find("desc")
        assert title is not None and description is not None and title.text and description.text
        assert names == [title.get("id"), description.get("id")]
    frames = re.findall(r'<div class="picture" tabindex="0" role="group" aria-label="[^"]+">\s*<svg', page)
    assert len(frames) == len(found)
    ids = re.findall(r' id="([^"]*)"', page)
    assert len(ids) == len(set(ids))


def test_pictures_bring_no_style_and_no_colour_of_their_own(page: str) -> None:
    for drawing in drawings(page):
        for element in drawing.iter():
            assert not {"style", "fill", "stroke", "color"} & set(element.keys()), "they follow the page, light or dark"


def test_links_of_pictures_lead_to_rows_of_the_page(page: str) -> None:
    links = {element.get("href", "") for one in drawings(page) for element in one.iter("a")}
    assert any(link.startswith("#manager-") for link in links)
    for link in links:
        assert f'id="{link[1:]}"' in page or f'["{link[1:]}"' in page


def test_the_bytes_of_a_page_are_the_same_from_run_to_run(page: str) -> None:
    leaves = load_leaves()
    again = "".join(leaves.report("html").function(survey(PROJECT, Config(), leaves, executor=InProcess())))
    for name in ("structure", "cycles", "wiring", "state_machines", "hotspots"):
        assert section(page, name) == section(again, name)


# Structure

LAYERS = {
    "shop/__init__.py": "",
    "shop/base.py": "class Base: pass\n",
    "shop/orders/__init__.py": "",
    "shop/orders/order.py": "from shop.base import Base\nfrom shop.web import page\n",
    "shop/orders/line.py": "from shop.orders import order\n",
    "shop/web/__init__.py": "",
    "shop/web/page.py": "from shop.base import Base\nfrom shop.orders import line, order\ndef f(): import shop.main\n",
    "shop/main.py": "from shop.web import page\n",
    "tests/test_shop.py": "import shop.main\n",
    # With these, no package is so large that its parts stand in the matrix of the whole.
    **{f"shop/alone{number}.py": "" for number in range(6)},
}


def test_rows_of_the_matrix_import_their_columns_and_what_is_imported_comes_first() -> None:
    shown = section(html(LAYERS), "structure")
    head, *whole = Cells(shown).tables[0]
    names = [row[0][2] for row in whole]
    assert names == ["base", "orders", "web", "main"] and [cell[1] for cell in head[2:]] == names
    rows = {row[0][2]: dict(zip(names, row[2:], strict=True)) for row in whole}
    assert rows["orders"]["base"][1:] == ("orders imports base: 1 import", "1")
    assert rows["web"]["main"][1:] == ("web imports main: 1 import, none of them at import time", "1")
    assert "later" in rows["web"]["main"][0] and "up" in rows["web"]["main"][0]
    against = [cell for row in rows.values() for cell in row.values() if "up" in cell[0] and "later" not in cell[0]]
    assert [cell[1] for cell in against] == ["orders imports web: 1 import"]


def test_a_cell_leads_to_the_list_of_its_imports() -> None:
    shown = section(html(LAYERS), "structure")
    (link,) = re.findall(r'title="orders imports web[^"]*"><a href="#([^"]+)"', shown)
    row = shown[shown.index(f'<tr id="{link}"') :]
    assert "shop/orders/order.py:2" in row[: row.index("</tr>")]


def test_tests_beside_the_package_are_left_out_of_the_structure_and_counted() -> None:
    shown = section(html(LAYERS), "structure")
    assert "test_shop" not in shown and "1 module of tests is left out" in shown
    alone = section(html({"tests/__init__.py": "", "tests/a.py": "import tests.b\n", "tests/b.py": ""}), "structure")
    assert "left out" not in alone, "there is nothing else"


def test_what_stands_beside_tests_in_their_package_is_left_out_and_a_module_test_of_the_program_is_not() -> None:
    files = {
        "t/unit/test_shop.py": "import shop.main\nfrom t import mocks\n", "t/unit/test_web.py": "import shop.web\n",
        "t/unit/test_line.py": "import shop.orders.line\n", "t/mocks.py": "import shop.main\n",
        "shop/test/__init__.py": "", "shop/test/client.py": "import shop.main\n",
    }  # fmt: skip
    shown = section(html({**LAYERS, **files}), "structure")
    assert "5 modules of tests are left out" in shown, "with tests/test_shop.py"
    assert "mocks" not in shown and "shop.test" in shown


def test_a_link_of_the_matrix_is_named_by_what_it_stands_for() -> None:
    shown = section(html(LAYERS), "structure")
    assert re.search(r'<a href="#[^"]+" aria-label="orders imports web: 1 import"', shown)


def test_a_project_without_imports_has_no_structure() -> None:
    assert 'id="structure"' not in html({"a.py": "x = 1\n", "b.py": "y = 2\n"})


def test_more_than_forty_parts_share_the_last_row() -> None:
    files = {f"p/m{number:02}.py": "import p.base\n" * (1 + (number < 40)) for number in range(60)}
    shown = section(html({"p/__init__.py": "", "p/base.py": "", **files}), "structure")
    whole = Cells(shown).tables[0]
    assert len(whole) == 41 and whole[-1][0][2] == "22 others"
    assert "22 parts that have fewer imports" in shown


def test_a_ring_is_never_hidden_in_the_last_row() -> None:
    files = {f"p/m{number:02}.py": "import p.base\nimport p.other\n" for number in range(60)}
    ring = {"p/one.py": "import p.two\n", "p/two.py": "import p.one\n"}
    shown = section(html({"p/__init__.py": "", "p/base.py": "", "p/other.py": "", **files, **ring}), "structure")
    names = [row[0][2] for row in Cells(shown).tables[0][1:]]
    assert {"one", "two"} <= set(names) and names[-1] == "25 others"


# Cycles


def test_the_cut_of_a_cycle_is_marked_and_named_in_the_picture(page: str) -> None:
    first, *_ = drawings(section(page, "cycles"))
    (cut,) = [group for group in first.iter("g") if "cut" in group.get("class", "").split()]
    title = cut.find("title")
    assert title is not None and "to be cut, " in (title.text or "")
    assert "cut: defer" in [text.text for text in first.iter("text")]


def test_a_ring_of_two_to_forty_modules_has_a_graph_and_a_larger_one_its_packages() -> None:
    def ring(count: int) -> str:
        names = [f"m{number:02}" for number in range(count)]
        files = {
            f"p/q{number % 4}/{name}.py": f"def f():\n    import p.q{following % 4}.{names[following]}\n"
            for number, name in enumerate(names) for following in ((number + 1) % count,)
        }  # fmt: skip
        return section(html({f"p/{one}__init__.py": "" for one in ("", "q0/", "q1/", "q2/", "q3/")} | files), "cycles")

    small, large = ring(40), ring(44)
    assert len(list(drawings(small)[0].iter("rect"))) == 40
    assert "The imports among the 40 modules" in small
    assert "The 44 modules by package" in large
    assert "44 modules" in large and not [one for one in drawings(large) if len(list(one.iter("rect"))) > 40]


# State machines


def test_state_machines_have_a_diagram_its_source_for_other_tools_and_a_table(page: str) -> None:
    shown = section(page, "state_machines")
    first, *others = drawings(shown)
    words = [text.text for text in first.iter("text")]
    assert {"NEW", "SUBMITTED", "FILLED", "submit()"} <= set(words)
    assert "no way out" in words
    assert len(others) == 3
    assert shown.count("stateDiagram-v2") == 4
    assert shown.count("<summary>As Mermaid</summary>") == 4


# Wiring


def test_managers_are_drawn_in_tiers_with_the_order_of_construction(page: str) -> None:
    shown = section(page, "wiring")
    (drawing,) = drawings(shown)
    words = [text.text or "" for text in drawing.iter("text")]
    assert [word for word in words if word.startswith("tier")] == ["tier 4", "tier 3", "tier 2", "tier 1", "tier 0"]
    assert {"1. EventBus", "16. RecoveryManager", "TradingApp"} <= set(words)
    assert "in which <code>tradeframe.app.TradingApp.initialize</code> makes them" in shown
    rows = Cells(shown).tables[0]
    assert [(row[0][2], row[1][2]) for row in rows[1:]] == [
        ("tier 4", "1"), ("tier 3", "2"), ("tier 2", "4"), ("tier 1", "5"), ("tier 0", "5"),
    ]  # fmt: skip


def test_a_project_without_wires_has_no_wiring() -> None:
    assert 'id="wiring"' not in html({"a.py": "x = 1\n"})


# Treemap


def test_files_are_drawn_by_complexity_alone_where_there_is_no_history() -> None:
    busy = "def f(a):\n" + "    if a:\n        a = not a\n" * 20
    files = {"p/__init__.py": "", "p/busy.py": busy, "p/calm.py": "x = 1\n" * 30, "p/c.py": "y = 1\n" * 9}
    shown = section(html(files | {"tests/test_it.py": busy}), "hotspots")
    assert "complexity alone" in shown and "test_it" not in shown
    (drawing,) = drawings(shown)
    marks = {group.findtext("title"): group.get("class") for group in drawing.iter("g")}
    assert marks["p/busy.py: 41 lines, complexity 21"] == "h5"
    assert marks["p/calm.py: 30 lines, complexity 1"] == "h2", "darker ones make up more than three quarters"


# What is hostile


class Nobody:
    """An executor that parses nothing: the rows are made by hand."""

    def map(self, function: Callable[..., Any], *iterables: Any) -> Iterator[Any]:
        """Do nothing."""
        return iter(())


HOSTILE = "]]></svg></title><script>alert(1)</script>\u202e\x00&amp;"


def test_names_in_pictures_cannot_leave_their_place(tmp_path: Path) -> None:
    moves = tuple(
        Transition(source=one, target=other, line=1, guard=HOSTILE, path=HOSTILE, function=HOSTILE)
        for one, other in (("idle", HOSTILE), (HOSTILE, "idle"))
    )
    rows = [StateMachine(
        kind="state_machine", subkind="enum", name=HOSTILE, module="a", path="a.py", line=1, confidence="high",
        evidence=(), states=("idle", HOSTILE), initial=HOSTILE, final=(HOSTILE,), transitions=moves, enum="", table="",
        tests=(), unknown_writes=(),
    )]  # fmt: skip

    def state_machines() -> Iterator[StateMachine]:
        """Machines made by hand."""
        yield from rows

    (tmp_path / "a.py").write_text("x = 1\n", encoding="utf-8")
    made = survey(tmp_path, Config(), Leaves([Analyzer(state_machines)]), executor=Nobody())
    shown = section("".join(load_leaves().report("html").function(made)), "state_machines")
    assert "<script>alert" not in shown and not {"\u202e", "\x00"} & set(shown)
    (drawing,) = drawings(shown)
    assert len(list(drawing.iter("title"))) == 1 + 3 + 3
    assert any("alert(1)" in (element.text or "") for element in drawing.iter("title"))

