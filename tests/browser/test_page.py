"""What a reader does with the page: search, sort, choose, follow links, by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

Open = Callable[..., "Page"]
NONE = "\N{EN DASH}"
"""What stands where there is nothing."""


def grid(page: Page, name: str) -> Locator:
    return page.locator(f"#{name}")


def column(page: Page, name: str, title: str) -> list[str]:
    """The texts of a column, from the top."""
    heads = [head.strip() for head in grid(page, name).locator("thead th").all_inner_texts()]
    number = heads.index(title) + 1
    return [text.strip() for text in grid(page, name).locator(f"tbody tr > td:nth-child({number})").all_inner_texts()]


def in_view(page: Page, id: str) -> bool:
    """Whether the top of something can be seen."""
    top = page.evaluate("(id) => document.getElementById(id)?.getBoundingClientRect().top ?? -1", id)
    return bool(0 <= top < 900)


def test_a_header_sorts_up_then_down_then_not_at_all(open_page: Open) -> None:
    page = open_page()
    head = grid(page, "managers-all").locator("th", has_text="Name")
    before = column(page, "managers-all", "Name")
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    up = column(page, "managers-all", "Name")
    assert up == sorted(before, key=str.casefold) != before
    head.locator("button").press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    assert column(page, "managers-all", "Name") == up[::-1]
    head.locator("button").press(" ")
    assert head.get_attribute("aria-sort") is None
    assert column(page, "managers-all", "Name") == before


def test_numbers_are_sorted_as_numbers_and_what_is_empty_comes_last_both_ways(open_page: Open) -> None:
    page = open_page()
    button = grid(page, "managers-all").locator("th", has_text="Tier").locator("button")
    for way in (False, True):
        button.click()
        tiers = column(page, "managers-all", "Tier")
        known = [int(tier) for tier in tiers if tier != NONE]
        assert len(known) < len(tiers), "some have no tier"
        assert known == sorted(known, reverse=way)
        assert set(tiers[len(known) :]) == {NONE}


def test_a_search_leaves_what_has_all_its_words_and_says_how_many(open_page: Open) -> None:
    page = open_page()
    page.locator("#caches [data-filter]").first.fill("quote data")
    assert column(page, "caches-all", "Name") == ["QuoteCache"]
    assert page.locator("#caches [data-matches]").first.inner_text() == "1 match"
    page.locator("#caches [data-filter]").first.fill("")
    assert len(column(page, "caches-all", "Name")) > 10


def test_a_search_of_findings_hides_the_rules_that_have_none(open_page: Open) -> None:
    page = open_page()
    page.locator("#findings [data-filter]").first.fill("_PARSED_SYMBOLS")
    assert page.locator("#findings article:visible").count() == 1
    assert page.locator("#rule-unbounded_cache-warning").is_visible()


def test_a_choice_of_confidence_and_a_search_hold_together(open_page: Open) -> None:
    page = open_page()
    everything = column(page, "caches-all", "Confidence")
    grid(page, "caches-all").get_by_label("Confidence").select_option("low")
    low = column(page, "caches-all", "Name")
    assert set(column(page, "caches-all", "Confidence")) == {"low"}
    assert len(low) == everything.count("low")
    grid(page, "caches-all").get_by_label("Confidence").select_option("high")
    page.locator("#caches [data-filter]").first.fill("GreeksCache")
    assert column(page, "caches-all", "Name") == ["GreeksCache"]
    grid(page, "caches-all").get_by_label("Confidence").select_option("low")
    assert column(page, "caches-all", "Name") == []


def test_every_link_of_the_page_leads_to_something_that_can_be_seen(open_page: Open) -> None:
    page = open_page()
    hidden = page.evaluate(
        """async () => {
          const wrong = [];
          const links = [...document.querySelectorAll("a[href^='#']")];
          const hashes = new Set(links.map((link) => link.getAttribute("href")));
          for (const hash of hashes) {
            location.hash = hash;
            await new Promise((done) => {
              addEventListener("hashchange", done, { once: true });
              setTimeout(done, 30);
            });
            await new Promise((done) => setTimeout(done, 0));
            const found = document.getElementById(decodeURIComponent(hash.slice(1)));
            if (!found || !found.getClientRects().length) wrong.push(hash);
          }
          return wrong;
        }"""
    )
    assert not hidden


def test_a_link_to_a_finding_opens_it_also_when_a_search_hides_it(open_page: Open) -> None:
    page = open_page()
    target = page.locator("#findings tr[id^='finding-']").last.get_attribute("id")
    assert target is not None
    page = open_page(hash=target)
    assert in_view(page, target)
    page.locator("#findings [data-filter]").first.fill("nothing has this in it")
    assert page.locator(f"#{target}").count() == 0
    page.evaluate("location.hash = ''")
    page.evaluate("(id) => { location.hash = id; }", target)
    page.locator(f"#{target}").wait_for(state="visible")
    assert page.locator("#findings [data-filter]").first.input_value() == ""
    assert in_view(page, target)


def test_a_link_to_a_row_holds_against_a_choice_that_hides_it(open_page: Open) -> None:
    page = open_page()
    target = page.locator("#caches-all tr", has_text="GreeksCache").first.get_attribute("id")
    grid(page, "caches-all").get_by_label("Confidence").select_option("low")
    assert page.locator(f"#{target}").count() == 0
    page.evaluate("(id) => { location.hash = id; }", target)
    page.locator(f"#{target}").wait_for(state="visible")
    assert grid(page, "caches-all").get_by_label("Confidence").input_value() == ""


def test_a_link_to_a_row_that_is_not_shown_at_first_shows_it(open_page: Open) -> None:
    page = open_page("hostile")
    hidden = page.evaluate(
        """() => JSON.parse(document.querySelector("#caches-all [data-more]").textContent).at(-1)[0]"""
    )
    assert page.locator(f"#{hidden}").count() == 0
    page = open_page("hostile", hash=hidden)
    assert in_view(page, hidden)
    assert "target" in (page.locator(f"#{hidden}").get_attribute("class") or "")


def test_a_link_into_what_is_folded_away_unfolds_it(open_page: Open) -> None:
    page = open_page()
    inside = page.locator("details:not([open]) tr[id]").first.get_attribute("id")
    assert inside is not None
    page = open_page(hash=inside)
    assert page.locator(f"#{inside}").is_visible()
    assert in_view(page, inside)


def test_the_same_link_leads_there_a_second_time(open_page: Open) -> None:
    page = open_page()
    link = page.locator("#caches-all tr", has_text="_PARSED_SYMBOLS").first.locator("td.links a")
    link.click()
    finding = page.evaluate("location.hash.slice(1)")
    page.locator("#findings [data-filter]").first.fill("nothing has this in it")
    assert page.locator(f"#{finding}").count() == 0
    link.click()
    assert page.locator(f"#{finding}").is_visible()
    assert in_view(page, finding)


def test_the_focus_goes_where_a_link_leads(open_page: Open) -> None:
    page = open_page("hostile")
    hidden = page.evaluate(
        """() => JSON.parse(document.querySelector("#caches-all [data-more]").textContent).at(-1)[0]"""
    )
    page.evaluate("(id) => { location.hash = id; }", hidden)
    page.locator(f"#{hidden}").wait_for(state="visible")
    assert page.evaluate("document.activeElement.id") == hidden
    page.keyboard.press("Tab")
    assert page.evaluate("(id) => document.getElementById(id).contains(document.activeElement)", hidden)
    assert in_view(page, hidden)


@pytest.mark.parametrize("word", ["finding-", "show"])
def test_a_search_finds_only_what_can_be_read_in_shown_and_unshown_rows(open_page: Open, word: str) -> None:
    page = open_page("hostile")
    assert page.locator("#caches-all [data-more]").count() == 1, "some rows are not shown at first"
    page.locator("#caches [data-filter]").first.fill(word)
    assert page.locator("#caches [data-matches]").first.inner_text() == "0 matches"
    page.locator("#caches [data-filter]").first.fill("load_")
    assert page.locator("#caches [data-matches]").first.inner_text() == "60 matches"


def test_rows_of_links_and_source_are_read_alike_whether_they_are_shown_or_not(open_page: Open) -> None:
    page = open_page("hostile")
    page.locator("#findings [data-filter]").first.fill("return key *")
    few = page.locator("#findings [data-matches]").first.inner_text()
    for button in page.locator("#findings [data-all]:visible").all():
        button.click()
    assert page.locator("#findings tbody tr:visible").count() == int(few.partition(" ")[0])


def test_a_choice_is_told_and_stays_in_sight_when_nothing_is_left(open_page: Open) -> None:
    page = open_page()
    choice = grid(page, "caches-all").get_by_label("Confidence")
    choice.select_option("low")
    low = len(column(page, "caches-all", "Name"))
    told = page.locator("#caches [data-matches]").first
    assert told.inner_text().partition(" ")[0] == str(low)
    page.locator("#caches [data-filter]").first.fill("nothing has this in it")
    assert told.inner_text() == "0 matches"
    assert choice.is_visible()
    assert not grid(page, "caches-all").locator("table").is_visible()
    choice.select_option("")
    page.locator("#caches [data-filter]").first.fill("")
    assert told.inner_text() == ""
    assert grid(page, "caches-all").locator("table").is_visible()


def test_without_scripts_there_is_nothing_that_needs_them(open_page: Open) -> None:
    page = open_page(scripts=False)
    assert page.locator("#caches-all tbody tr").count() > 5
    assert page.locator("select:visible, [data-filter]:visible, [data-all]:visible").count() == 0


def test_a_cache_and_its_finding_lead_to_each_other(open_page: Open) -> None:
    page = open_page()
    row = page.locator("#caches-all tr", has_text="_PARSED_SYMBOLS").first
    row.locator("td.links a").click()
    finding = page.evaluate("location.hash.slice(1)")
    assert finding.startswith("finding-")
    assert in_view(page, finding)
    page.locator(f"#{finding} td.links a").first.click()
    assert page.evaluate("location.hash.slice(1)") == row.get_attribute("id")


def test_a_finding_shows_its_source_with_the_line_marked(open_page: Open) -> None:
    page = open_page()
    marked = page.locator("#rule-unbounded_cache-warning pre.excerpt mark").first.inner_text()
    assert "_PARSED_SYMBOLS" in marked


def test_the_section_that_is_read_is_marked_in_the_navigation(open_page: Open) -> None:
    page = open_page(hash="caches")
    current = page.locator("nav a[aria-current]")
    current.wait_for()
    assert current.all_inner_texts() == ["Caches"]


def test_the_menu_of_a_narrow_page_closes_behind_a_choice(open_page: Open) -> None:
    page = open_page(width=390)
    link = page.locator("nav a", has_text="Caches")
    assert not link.is_visible()
    page.locator("nav summary").press("Enter")
    link.click()
    assert not link.is_visible()
    assert in_view(page, "caches")


def test_the_navigation_of_a_wide_page_is_always_open(open_page: Open) -> None:
    assert open_page().locator("nav a", has_text="Appendix").is_visible()


def test_the_reader_can_choose_the_colours(open_page: Open) -> None:
    page = open_page()
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    page.get_by_label("Colours").select_option("dark")
    dark = page.evaluate(paper)
    assert light != dark
    assert open_page(colours="dark").evaluate(paper) == dark


@pytest.mark.parametrize("project", ["tradeframe", "hostile"])
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_page_and_nothing_moves_while_it_opens(
    open_page: Open, project: str, width: int
) -> None:
    page = open_page(project, width=width)
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("window.__shift") == 0


def test_the_keyboard_reaches_the_report_the_navigation_and_the_tables(open_page: Open) -> None:
    page = open_page()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    seen = set[str]()
    for _ in range(400):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("""() => {
          const at = document.activeElement;
          const style = getComputedStyle(at);
          if (at !== document.body && style.outlineStyle === "none") return `no outline: ${at.outerHTML.slice(0, 80)}`;
          return at.closest("th") ? "header" : at.matches("[data-filter]") ? "search" : at.matches(".scroll") ? "table"
            : at.matches("[data-choose]") ? "choice" : at.matches("summary") ? "fold" : at.localName;
        }"""))
    assert {"header", "search", "table", "choice", "fold", "a"} <= seen
    assert not [one for one in seen if one.startswith("no outline")]


def test_only_tables_that_scroll_are_stops_of_the_keyboard(open_page: Open) -> None:
    stops = """() => [...document.querySelectorAll(".scroll")].filter((one) => one.checkVisibility())
      .map((one) => [one.scrollWidth > one.clientWidth, one.tabIndex === 0])"""
    narrow, wide = (open_page(width=width) for width in (390, 1280))
    for page in (narrow, wide):
        page.wait_for_timeout(300)
        found = page.evaluate(stops)
        assert all(scrolls == stop for scrolls, stop in found)
    assert any(stop for _, stop in narrow.evaluate(stops))
    assert not all(stop for _, stop in wide.evaluate(stops))


def test_what_is_hostile_stays_text(open_page: Open) -> None:
    page = open_page("hostile")
    assert page.locator("main img, main script:not([type]), main iframe").count() == 0
    page.locator("#caches [data-all]").first.click()
    page.locator("#findings [data-all]").first.click()
    assert page.locator("main img, main script:not([type])").count() == 0
    assert "<img src=x onerror=alert(1)>.py" in page.locator("main").inner_text()
    assert "‮" not in page.locator("main").inner_text()


def test_on_paper_there_are_no_controls_and_no_table_is_cut(open_page: Open) -> None:
    page = open_page(width=720)
    page.emulate_media(media="print")
    assert page.locator("nav:visible, .filter:visible, select:visible, [data-all]:visible").count() == 0
    cut = page.evaluate(
        """() => [...document.querySelectorAll(".grid .scroll")]
          .filter((one) => one.getClientRects().length)
          .filter((one) => one.querySelector("table").scrollWidth > one.clientWidth + 1)
          .map((one) => one.getAttribute("aria-label"))"""
    )
    assert not cut


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize(("project", "width"), [("tradeframe", 1280), ("hostile", 390)])
def test_nothing_serious_stands_in_the_way_of_assistive_technology(
    open_page: Open, axe: Callable[[Page], list[str]], project: str, width: int, colours: str
) -> None:
    page = open_page(project, width=width, colours=colours)
    page.evaluate("for (const fold of document.querySelectorAll('#findings details, #story details')) fold.open = true")
    # A table's rows are all made in one way: the first ones stand for the others, which would take a minute.
    page.evaluate("for (const row of document.querySelectorAll('tbody tr:nth-child(n + 5)')) row.remove()")
    assert axe(page) == []
