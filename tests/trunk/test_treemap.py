"""Treemaps: areas in proportion, shades by what weighs most, and what is too small to be seen."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overhaul.drawing.treemap import HEIGHT, UNITS, WIDTH, Area, File, shades, squarified, treemap

SPACE = Area(0.0, 0.0, 600.0, 400.0)


def test_the_example_of_the_paper_comes_out_as_printed() -> None:
    # Figure 5 of Bruls, Huizing and van Wijk: a rectangle of 6 by 4.
    found = squarified([6, 6, 4, 3, 2, 2, 1], Area(0, 0, 6, 4))
    first, second, third, fourth, *_ = found
    assert (first.width, first.height) == pytest.approx((3, 2))
    assert (second.x, second.y) == pytest.approx((0, 2))
    assert (third.width, third.height) == pytest.approx((12 / 7, 7 / 3))
    assert (fourth.width, fourth.height) == pytest.approx((9 / 7, 7 / 3))


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=40))
def test_areas_are_in_proportion_fill_the_space_and_do_not_overlap(sizes: list[int]) -> None:
    sizes.sort(reverse=True)
    found = squarified([float(size) for size in sizes], SPACE)
    unit = SPACE.width * SPACE.height / sum(sizes)
    for size, area in zip(sizes, found, strict=True):
        assert area.width * area.height == pytest.approx(size * unit, rel=1e-6)
        assert area.x >= -1e-6 and area.x + area.width <= SPACE.width + 1e-6
        assert area.y >= -1e-6 and area.y + area.height <= SPACE.height + 1e-6
    for one, other in combinations(found, 2):
        apart = (
            one.x + one.width <= other.x + 1e-6 or other.x + other.width <= one.x + 1e-6
            or one.y + one.height <= other.y + 1e-6 or other.y + other.height <= one.y + 1e-6
        )  # fmt: skip
        assert apart


def test_nothing_to_show_and_no_room_to_show_it_are_no_errors() -> None:
    assert squarified([], SPACE) == []
    assert squarified([3.0], Area(1, 2, 0, 0)) == [Area(1, 2, 0, 0)]


def test_the_darkest_make_up_a_quarter_of_the_whole_weight() -> None:
    assert shades([30, 25, 20, 15, 9, 1]) == [5, 4, 3, 2, 2, 1]
    assert shades([0, 0]) == [1, 1], "nothing weighs anything"
    assert shades([1, 0, 100]) == [1, 1, 5], "in the order in which they came"


def file(module: str, size: int = 100, weight: float = 1.0, link: str = "") -> File:
    return File(module, size, weight, f"{module}.py", link)


def test_files_stand_in_the_rectangle_of_their_package() -> None:
    found = treemap([file("p.a.x", 300), file("p.a.y"), file("p.b.x", 200, link="hotspot-1")])
    assert [(band.title, band.words[0].text) for band in found.bands] == [("p.a", "a"), ("p.b", "b")]
    for box, band in zip(found.boxes, (found.bands[0], found.bands[0], found.bands[1]), strict=True):
        assert float(band.x) <= float(box.x) < float(box.x) + float(box.width) <= float(band.x) + float(band.width)
        assert float(band.y) <= float(box.y) < float(box.y) + float(box.height) <= float(band.y) + float(band.height)
    assert [box.link for box in found.boxes if box.title == "p.b.x.py"] == ["hotspot-1"]
    assert (found.width, found.height) == (WIDTH, HEIGHT)


def test_labels_stand_only_where_they_fit() -> None:
    found = treemap([file("p.large", 99_000), *(file(f"p.module{number:03}", 60) for number in range(100))])
    words = {box.title: [line.text for line in box.words] for box in found.boxes}
    assert words["p.large.py"] == ["large"]
    assert words["p.module007.py"] == []


def test_files_too_small_to_be_seen_share_a_rectangle() -> None:
    found = treemap([file("p.large", 1_000_000), *(file(f"p.m{number}", 3, weight=9) for number in range(5))])
    assert [box.title for box in found.boxes] == ["5 small files of p: 15 lines", "p.large.py"]
    assert found.boxes[0].mark != found.boxes[1].mark, "as dark as the darkest of them"


def test_an_empty_file_has_no_rectangle() -> None:
    assert [box.title for box in treemap([file("p.a"), file("p.b", 0)]).boxes] == ["p.a.py"]


def test_of_very_many_files_the_small_packages_are_one_rectangle_each() -> None:
    many = [file(f"p.big.q{package}.m{number}", 100) for package in range(40) for number in range(UNITS // 20)]
    found = treemap(many)
    assert len(found.boxes) <= UNITS
    assert any(box.title.startswith("p.big.q7: 75 files, 7,500 lines") for box in found.boxes)
