"""What is drafted of the caches of a project, and what is left to people."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from overhaul.config import load_config
from overhaul.drafts import Drafted, migration_text
from overhaul.leaves import load_leaves
from overhaul.migrations import load_migration
from overhaul.project import Project
from overhaul.survey import survey
from overhaul.testing import surveyed

ROOT = Path(__file__).resolve().parents[2]
PRICES = '''"""Prices."""


class PriceCache:
    """Prices by name."""

    def __init__(self, size=100):
        self.size = size
        self._prices = {}

    def get(self, name):
        return self._prices.get(name)

    def put(self, name, price):
        if len(self._prices) >= self.size:
            self._prices.pop(next(iter(self._prices)))
        self._prices[name] = price

    def oldest(self):
        return next(iter(self._prices))
'''
USE = '''"""Uses them."""

from shop.prices import PriceCache

PRICES = PriceCache(5)
PRICES.put("A", 1)
'''


def drafted(files: Mapping[str, str]) -> Mapping[str, Drafted]:
    """The steps by what they are of."""
    with surveyed(files) as seen:
        steps = load_leaves().draft("cache").function(Project(seen))
        return {str(one.keys.get("target", one.codemod)): one for one in steps}


def shop(prices: str = PRICES, use: str = USE) -> Mapping[str, Drafted]:
    """The steps for a small shop."""
    return drafted({"shop/__init__.py": "", "shop/prices.py": prices, "shop/use.py": use})


@pytest.mark.slow
def test_the_caches_of_tradeframe_are_drafted_without_a_word_by_hand(tmp_path: Path) -> None:
    root = tmp_path / "tradeframe"
    shutil.copytree(ROOT / "fixtures" / "projects" / "tradeframe", root, ignore=shutil.ignore_patterns(".overhaul"))
    leaves = load_leaves()
    draft = leaves.draft("cache")
    steps = [*draft.function(Project(survey(root, load_config(root), leaves)))]
    classes = {str(one.keys["target"]): one for one in steps if one.codemod == "unify_class"}
    assert steps[0].codemod == "scaffold"
    assert classes.keys() == {
        "tradeframe.analytics.greeks_cache:GreeksCache", "tradeframe.core.cache:SharedCache",
        "tradeframe.data.quote_cache:QuoteCache",
    }  # fmt: skip
    assert all(one.ready and not one.by_hand and one.tests for one in classes.values())
    greeks = classes["tradeframe.analytics.greeks_cache:GreeksCache"]
    assert "CacheType.GREEKS" in str(greeks.keys["construct"]) and 'boundary="after"' in str(greeks.keys["construct"])
    file = tmp_path / "cache.toml"
    file.write_text(migration_text("One cache", steps))
    assert len(load_migration(file, leaves).steps) == len([one for one in steps if one.ready])


def test_what_the_unified_cache_has_not_is_left_to_people_where_it_is_used() -> None:
    step = shop(use=f"{USE}PRICES.oldest()\n")["shop.prices:PriceCache"]
    assert not step.ready
    assert any("what oldest becomes cannot be told" in one for one in step.by_hand)
    assert any("shop/use.py:7" in one for one in step.by_hand)


def test_a_class_whose_methods_are_all_read_is_ready() -> None:
    prices = PRICES[: PRICES.index("    def oldest")]
    step = shop(prices=prices)["shop.prices:PriceCache"]
    assert step.ready and not step.by_hand
    assert step.keys["construct"] == 'UnifiedCache.of(CacheType.MARKET_DATA, max_size={size}, policy="fifo", ttl=None)'
    assert step.keys["methods"] == {"get": "get({name})", "put": "set({name}, {price})"}


def test_what_a_parameter_is_for_is_asked_where_nothing_is_done_with_it() -> None:
    prices = PRICES[: PRICES.index("    def oldest")].replace("size=100", "size=100, owner=None")
    step = shop(prices=prices)["shop.prices:PriceCache"]
    assert not step.ready and any("what the parameter owner is for" in one for one in step.by_hand)


def test_a_registry_is_no_cache_and_nothing_is_proposed() -> None:
    registry = '"""Shops."""\n\n\nclass Shops:\n    def __init__(self):\n        self._shops = {}\n\n' \
               "    def add(self, name, shop):\n        self._shops[name] = shop\n"
    assert not drafted({"shops.py": registry})


@pytest.mark.parametrize(("most", "ready"), [(2, False), (250, True)])
def test_what_would_have_to_be_looked_for_in_most_of_a_large_project_is_not_tried_to_the_end(
    monkeypatch: pytest.MonkeyPatch, most: int, ready: bool
) -> None:  # fmt: skip
    monkeypatch.setattr("overhaul.unifying.cache_drafts._MOST", most)
    prices = PRICES[: PRICES.index("    def oldest")]
    others = {f"shop/other{number}.py": "def name(table):\n    return table.put(1, 2)\n" for number in range(3)}
    files = {"shop/__init__.py": "", "shop/prices.py": prices, "shop/use.py": USE, **others}
    step = drafted(files)["shop.prices:PriceCache"]
    assert step.ready is ready
    assert ready or "4 more files have the words put, size in them" in step.by_hand[0]
