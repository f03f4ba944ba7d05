"""Coverage data in the test matrix: which file a recorded path is, which test a context is, and what is stale."""

from __future__ import annotations

import msgspec
import pytest

from overhaul.config import Config
from overhaul.covered import Covering, told
from overhaul.covering.rows import Coverage, MeasuredFile
from overhaul.testing import surveyed

PRICES = (
    "from functools import lru_cache\n\n\n@lru_cache(maxsize=10)\ndef price(name):\n"
    "    if not name:\n        return 0\n    return len(name)\n"
)
TEST = (
    "from shop.prices import price\n\n\nclass TestPrice:\n    def test_price(self):\n        assert price('a') == 1\n"
)
FILES = {
    "src/shop/__init__.py": "", "src/shop/prices.py": PRICES, "tests/unit/test_prices.py": TEST,
    "pyproject.toml": "[project]\nname = 'shop'\nversion = '1'\n[tool.setuptools.packages.find]\nwhere = ['src']\n",
}  # fmt: skip
RAN = [1, 4, 5, 6, 8]


def report(path: str, ran: list[int], *contexts: str) -> str:
    of = {str(line): list(contexts) for line in ran if line > 5} if contexts else {}
    entry = {"executed_lines": ran, "missing_lines": [7], "contexts": of}
    return msgspec.json.encode({"files": {path: entry}}).decode()


def cells(path: str, ran: list[int], *contexts: str) -> tuple[list[MeasuredFile], dict[str, Coverage]]:
    files = {**FILES, "cov.json": report(path, ran, *contexts)}
    with surveyed(files, Config(coverage_data="cov.json")) as seen:
        return seen.rows(MeasuredFile), {one.kind: one for one in seen.rows(Coverage)}


@pytest.mark.parametrize("path", [
    "src/shop/prices.py", "./src/shop/prices.py", "/builds/shop/src/shop/prices.py",
    "C:\\work\\src\\shop\\prices.py", "/venv/lib/python3.12/site-packages/shop/prices.py",
])  # fmt: skip
def test_a_recorded_path_is_the_file_whose_path_it_ends_in(path: str) -> None:
    files, found = cells(path, RAN)
    assert [(one.module, one.recorded, one.ran) for one in files] == [("shop.prices", path, 5)]
    assert (found["unit"].statements, found["unit"].ran, found["unit"].run) == (3, 2, None)


@pytest.mark.parametrize("path", ["prices.py", "other/prices.py", "/shop/prices.pyc", ""])
def test_one_that_only_ends_alike_is_no_file_of_the_project(path: str) -> None:
    assert cells(path, RAN)[0] == []


@pytest.mark.parametrize("context", [
    "tests/unit/test_prices.py::TestPrice::test_price|run", "unit/test_prices.py::TestPrice::test_price[a-1]|setup",
    "test_prices.TestPrice.test_price", "tests.unit.test_prices.TestPrice.test_price",
])  # fmt: skip
def test_a_context_is_the_test_that_it_names(context: str) -> None:
    _, found = cells("src/shop/prices.py", RAN, context)
    assert {kind: one.run for kind, one in found.items()} == {
        "unit": 2, "integration": 0, "system": 0, "performance": 0
    }  # fmt: skip


@pytest.mark.parametrize("context", ["test_price", "tests/unit/test_other.py::TestPrice::test_price", "nightly"])
def test_a_context_that_names_no_test_covers_nothing(context: str) -> None:
    _, found = cells("src/shop/prices.py", RAN, context)
    assert {one.run for one in found.values()} == {0} and {one.ran for one in found.values()} == {2}


def test_data_that_does_not_fit_the_file_is_stale_and_covers_nothing() -> None:
    files, found = cells("src/shop/prices.py", [*RAN, 40], "test_prices.TestPrice.test_price")
    assert files[0].stale and files[0].why == "line 40 ran, and the file's last statement ends on line 8"
    assert found["unit"].stale and not found["integration"].covered


def test_data_that_cannot_be_read_is_told_in_one_row() -> None:
    with surveyed({**FILES, "cov.json": "{}"}, Config(coverage_data="cov.json")) as seen:
        (row,) = seen.rows(MeasuredFile)
        assert row.module == "" and "neither data" in row.why
        assert {one.statements for one in seen.rows(Coverage)} == {None}


def test_of_places_it_is_told_which_tests_get_there() -> None:
    files = {**FILES, "cov.json": report("src/shop/prices.py", RAN), "src/shop/old.py": "def lost():\n    return 1\n"}
    with surveyed(files, Config(coverage_data="cov.json")) as seen:
        first, second, third = Covering(seen).of([
            ("src/shop/prices.py", 7), ("src/shop/old.py", 2), ("src/shop/prices.py", 2), ("src/shop/prices.py", 7),
        ])  # fmt: skip
    assert (first.name, first.tests, first.statements, first.ran) == ("shop.prices.price", 1, 3, 2)
    assert first.files == (("unit", ("tests/unit/test_prices.py",)),)
    assert (second.name, second.tests, second.covered) == ("shop.old.lost", 0, False)
    assert (third.name, third.covered) == ("", False)
    assert list(told([first, second])) == [
        "unit: 1 of 2 sites (tests/unit/test_prices.py)", "no test: src/shop/old.py:2"
    ]  # fmt: skip
