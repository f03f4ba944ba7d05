"""The three cache classes of tradeframe and one cache in their place: the same acts, the same answers."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

if TYPE_CHECKING:
    from unified import cache as caching  # noqa: TID251
    from unified.cache import CacheType, UnifiedCache  # noqa: TID251
else:
    caching = importlib.import_module("overhaul.unified.cache")
    CacheType, UnifiedCache = caching.CacheType, caching.UnifiedCache

SOURCES = Path(__file__).resolve().parents[2] / "fixtures/projects/tradeframe/src"
SYMBOLS = st.sampled_from(["A", "A-1", "A-2", "AB-1", "B-1"])
SECONDS = st.sampled_from([0.1, 1.0, 2.5, 4.9999, 5.0])
"""Sums of these meet the limits of five seconds exactly, and miss them by a hair."""


@pytest.fixture(scope="module")
def legacy() -> Iterator[dict[str, Any]]:
    """The classes as they are, and the clock of the project."""
    before = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "tradeframe"}
    sys.path.insert(0, str(SOURCES))
    try:
        yield {
            name: getattr(importlib.import_module(f"tradeframe.{module}"), name)
            for module, name in [
                ("core.cache", "SharedCache"), ("data.quote_cache", "QuoteCache"), ("core.clock", "ManualClock"),
                ("analytics.greeks_cache", "GreeksCache"), ("domain.quotes", "Quote"), ("core.memo", "memoize"),
            ]
        }  # fmt: skip
    finally:
        sys.path.remove(str(SOURCES))
        for name in [name for name in sys.modules if name.partition(".")[0] == "tradeframe" and name not in before]:
            del sys.modules[name]


QUOTE_ACTS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["get", "put", "invalidate", "contains"]), SYMBOLS),
        st.tuples(st.just("wait"), SECONDS), st.tuples(st.just("clear"), st.none()),
    ), max_size=40,
)  # fmt: skip


@given(acts=QUOTE_ACTS)
def test_quotes(legacy: dict[str, Any], acts: list[tuple[str, Any]]) -> None:
    clock = legacy["ManualClock"]()
    old = legacy["QuoteCache"](clock, ttl=5.0)
    new = UnifiedCache[str, Any].of(CacheType.MARKET_DATA, ttl=5.0, max_size=None, clock=clock.now)
    for act, value in acts:
        match act:
            case "get":
                assert old.get(value) == new.get(value)
            case "put":
                quote = legacy["Quote"](value, 1.0, 2.0, clock.now())
                old.put(quote)
                new.set(quote.symbol, quote)
            case "invalidate":
                old.invalidate(value)
                new.delete(value)
            case "contains":
                assert (value in old) == new.holds(value)
            case "clear":
                old.invalidate()
                new.clear()
            case _:
                clock.advance(value)
        assert len(old) == len(new) and old.ttl == new.ttl
        assert old.stats == {"hit": new.hits, "miss": new.misses, "expired": new.expired}


GREEKS_ACTS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["lookup", "remember"]), SYMBOLS), st.tuples(st.just("wait"), SECONDS),
        st.tuples(st.just("forget"), st.sampled_from(["A", "AB", "B"])),
    ), max_size=40,
)  # fmt: skip


def is_on(underlying: str, symbol: str) -> bool:
    return symbol.split("-", 1)[0] == underlying


@given(acts=GREEKS_ACTS, capacity=st.integers(1, 4))
def test_greeks(legacy: dict[str, Any], acts: list[tuple[str, Any]], capacity: int) -> None:
    clock = legacy["ManualClock"]()
    lifetime = timedelta(seconds=5)
    old = legacy["GreeksCache"](clock, capacity=capacity, lifetime=lifetime)
    new = UnifiedCache[str, Any].of(
        CacheType.GREEKS, max_size=capacity, ttl=lifetime, policy="lru", boundary="after", clock=clock.now
    )
    for number, (act, value) in enumerate(acts):
        match act:
            case "lookup":
                assert old.lookup(value, "none") == new.get(value, "none")
            case "remember":
                assert old.remember(value, number) == new.set(value, number)
            case "forget":
                gone = new.invalidate_where(partial(is_on, value))
                assert old.forget_underlying(value) == gone
            case _:
                # The legacy class rounds to microseconds, so times that are none may be judged otherwise.
                clock.advance(round(value, 1))
        assert old.symbols() == new.keys() and len(old) == len(new)
        assert old.evictions == new.evictions and old.capacity == new.max_size


SHARED_ACTS = st.lists(
    st.tuples(
        st.sampled_from(["compute", "fail", "peek", "drop", "drop all"]), st.sampled_from("ab"), st.integers(0, 2)
    ), max_size=40,
)  # fmt: skip


def fail() -> object:
    raise OSError


def ends_in_error(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except OSError:
        return True
    return False


@given(acts=SHARED_ACTS)
def test_shared_results(legacy: dict[str, Any], acts: list[tuple[str, str, int]]) -> None:
    old = legacy["SharedCache"]()
    new = UnifiedCache[Any, Any].of(CacheType.GENERAL, ttl=None, max_size=None)
    for number, (act, name, key) in enumerate(acts):
        match act:
            case "compute":
                # Every third result is None, which is a value.
                value = None if number % 3 == 0 else number
                compute = partial(str, value) if value else partial(print, end="")
                assert old.get_or_compute(name, key, compute) == new.get_or_compute((name, key), compute)
            case "fail":
                asks = partial(old.get_or_compute, name, key, fail), partial(new.get_or_compute, (name, key), fail)
                assert len({ends_in_error(ask) for ask in asks}) == 1
            case "peek":
                assert old.peek(name, key, "none") == new.peek((name, key), "none")
            case "drop":
                assert old.drop(name, key) == new.delete((name, key))
            case _:
                assert old.drop_namespace(name) == new.invalidate_prefix((name,))
        assert (old.hits, old.misses, old.hit_rate, len(old)) == (new.hits, new.misses, new.hit_rate, len(new))


@given(calls=st.lists(st.lists(st.sampled_from([1, True, 1.0, "1", (1,), [1], None, {}]), max_size=2), max_size=30))
def test_memos(legacy: dict[str, Any], calls: list[list[Any]]) -> None:
    told: dict[str, list[Any]] = {"old": [], "new": []}
    memoize: Any = legacy["memoize"]

    def old(*args: Any) -> Any:
        told["old"].append(args)
        return len(told["old"])

    def new(*args: Any) -> Any:
        told["new"].append(args)
        return len(told["new"])

    before = memoize(old)
    after = caching.cached(maxsize=None, key=caching.arguments, unhashable="call")(new)
    for args in calls:
        assert before(*args) == after(*args)
    assert repr(told["old"]) == repr(told["new"])
