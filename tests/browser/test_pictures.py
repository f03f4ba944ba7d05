"""What a reader does with the pictures of the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

Open = Callable[..., "Page"]


def test_a_cell_against_the_grain_leads_to_its_imports_by_mouse_and_by_keyboard(open_page: Open) -> None:
    page = open_page()
    cell = page.locator("#structure .dsm td.up a").first
    told = cell.locator("xpath=..").get_attribute("title") or ""
    cell.click()
    target = page.evaluate("location.hash.slice(1)")
    row = page.locator(f"tr#{target}")
    assert row.is_visible(), told
    page.evaluate("history.back()")
    cell.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash.slice(1)") == target


def test_the_pointer_names_the_row_and_the_column_of_a_cell(open_page: Open) -> None:
    page = open_page()
    cell = page.locator("#structure .dsm td.s1").first
    number = cell.evaluate("(cell) => cell.cellIndex")
    cell.hover()
    lit = page.locator("#structure .dsm").first.locator("thead .lit")
    assert lit.inner_text() == str(number - 1)
    page.locator("h1").hover()
    assert page.locator(".dsm .lit").count() == 0


def test_a_name_in_the_matrix_opens_the_matrix_of_its_package(open_page: Open) -> None:
    page = open_page()
    page.locator("#structure .dsm th a").first.click()
    assert page.locator("#structure details.level[open] .dsm").first.is_visible()


def test_a_manager_in_the_drawing_leads_to_its_row(open_page: Open) -> None:
    page = open_page()
    page.locator("#wiring svg a").first.click()
    target = page.evaluate("location.hash.slice(1)")
    assert target.startswith("manager-") and page.locator(f"#{target}").is_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_pictures_scroll_in_their_own_frames(open_page: Open, width: int) -> None:
    page = open_page(width=width)
    page.evaluate("for (const one of document.querySelectorAll('#structure details, #cycles details')) one.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    frames = page.evaluate("[...document.querySelectorAll('.picture')].map((one) => one.scrollWidth > one.clientWidth)")
    assert any(frames) or width > 390, "on a narrow page some are wider than their frames"


def test_on_paper_no_picture_and_no_matrix_is_cut(open_page: Open) -> None:
    page = open_page(width=720)
    page.emulate_media(media="print")
    cut = page.evaluate(
        """() => [...document.querySelectorAll(".picture, .scroll:has(.dsm)")]
          .filter((one) => one.getClientRects().length)
          .filter((one) => one.scrollWidth > one.clientWidth + 1)
          .map((one) => one.getAttribute("aria-label"))"""
    )
    assert not cut


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_nothing_serious_stands_in_the_way_when_all_pictures_are_open(
    open_page: Open, axe: Callable[[Page], list[str]], colours: str
) -> None:
    page = open_page(colours=colours)
    page.evaluate("""() => {
      const keep = "#structure, #wiring, #cycles, #state_machines, #hotspots, #duplicates";
      for (const one of document.querySelectorAll("section")) if (!one.matches(keep)) one.remove();
      for (const fold of document.querySelectorAll(".level, #state_machines details")) fold.open = true;
      const rows = ".grid tbody tr:nth-child(n + 3), .diff tr:nth-child(n + 20)";
      for (const row of document.querySelectorAll(rows)) row.remove();
    }""")
    assert not axe(page)
