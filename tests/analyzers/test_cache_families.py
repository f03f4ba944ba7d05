"""Caches that could be one, and how their interfaces differ."""

from pathlib import Path
from typing import Any

from overhaul.testing import table

TRADEFRAME = Path(__file__).resolve().parents[2] / "fixtures" / "projects" / "tradeframe"

TWO = """
class Quote: ...

class QuoteCache:
    def __init__(self):
        self._quotes: dict[str, Quote] = {}
    def get(self, symbol):
        return self._quotes.get(symbol)
    def put(self, symbol: str, quote: Quote) -> None:
        self._quotes[symbol] = quote
    def clear(self):
        self._quotes.clear()

class Feed:
    def __init__(self, ask):
        self.ask = ask
        self._last: dict[str, Quote] = {}
    def quote(self, symbol: str) -> Quote:
        if symbol not in self._last:
            self._last[symbol] = self.ask(symbol)
        return self._last[symbol]
"""


def families(files: dict[str, str | bytes]) -> dict[str, Any]:
    """The families by name."""
    found: list[Any] = table("cache_families", files)
    return {row.name: row for row in found}


def test_caches_of_one_kind_of_thing_are_a_family_whatever_their_kind() -> None:
    row = families({"m.py": TWO})["m.Quote"]
    assert row.members == ("m.QuoteCache", "m.Feed._last")
    assert [(one.role, one.function, one.signature) for one in row.operations] == [
        ("get", "QuoteCache.get", "(symbol)"),
        ("get_or_compute", "Feed.quote", "(symbol: str) -> Quote"),
        ("put", "QuoteCache.put", "(symbol: str, quote: Quote) -> None"),
        ("invalidate", "QuoteCache.clear", "()"),
    ]


def test_a_thing_that_one_cache_keeps_makes_no_family() -> None:
    assert (
        families({"m.py": TWO.replace("dict[str, Quote] = {}\n    def quote", "dict[str, float] = {}\n    def quote")})
        == {}
    )


def test_cache_classes_are_a_family_with_what_they_do_under_different_names() -> None:
    files: dict[str, str | bytes] = {
        file.relative_to(TRADEFRAME / "src").as_posix(): file.read_bytes() for file in TRADEFRAME.glob("src/**/*.py")
    }
    row = families(files)["cache classes"]
    assert row.members == (
        "tradeframe.analytics.greeks_cache.GreeksCache", "tradeframe.core.cache.SharedCache",
        "tradeframe.data.quote_cache.QuoteCache",
    )  # fmt: skip
    assert {"get", "put", "invalidate"} <= set(row.differing)
    functions = {(one.role, one.function) for one in row.operations}
    assert {
        ("get", "GreeksCache.lookup"), ("get", "SharedCache.peek"), ("get", "QuoteCache.get"),
        ("get_or_compute", "SharedCache.get_or_compute"), ("put", "GreeksCache.remember"), ("put", "QuoteCache.put"),
        ("invalidate", "GreeksCache.forget_underlying"), ("invalidate", "SharedCache.drop"),
        ("invalidate", "SharedCache.drop_namespace"), ("invalidate", "QuoteCache.invalidate"),
    } <= functions  # fmt: skip
