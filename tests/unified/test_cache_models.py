"""Each policy against a simple model of it, and the decorator against functools.lru_cache, act by act."""

from __future__ import annotations

import functools
import importlib
import math
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

if TYPE_CHECKING:
    from unified import cache as caching  # noqa: TID251
else:
    caching = importlib.import_module("overhaul.unified.cache")

KEYS = st.integers(0, 4)
TAGS = st.sets(st.sampled_from("xyz"), max_size=2)


class Entry:
    """What the model knows of an entry."""

    def __init__(self, value: int, born: float, ttl: float, tags: set[str], came: int) -> None:
        self.value, self.born, self.ttl, self.tags = value, born, ttl, tags
        self.came = self.used = came
        self.uses = 1


class Model:
    """Does everything by looking at everything."""

    def __init__(self, policy: str, size: int | None, ttl: float | None, boundary: str) -> None:
        self.policy, self.size, self.boundary = policy, size, boundary
        self.ttl = math.inf if ttl is None else ttl
        self.now, self.step = 0.0, 0
        self.entries: dict[int, Entry] = {}
        self.hits = self.misses = self.expired = self.evictions = 0

    def valid(self, key: int) -> bool:
        if key not in self.entries:
            return False
        entry = self.entries[key]
        age = self.now - entry.born
        return age < entry.ttl or (age == entry.ttl and self.boundary == "after")

    def order(self) -> list[int]:
        def rank(key: int) -> tuple[float, ...]:
            entry = self.entries[key]
            match self.policy:
                case "lru":
                    return (entry.used if self.size is not None else entry.came,)
                case "lfu":
                    return (entry.uses, entry.used)
                case "fifo":
                    return (entry.came,)
                case _:
                    return (entry.born + entry.ttl, entry.used)

        return sorted(self.entries, key=rank)

    def get(self, key: int) -> int | None:
        if not self.valid(key):
            if self.entries.pop(key, None) is not None:
                self.expired += 1
            else:
                self.misses += 1
            return None
        self.hits += 1
        entry = self.entries[key]
        self.step += 1
        if self.policy in ("lru", "lfu"):
            entry.used = self.step
        entry.uses += 1
        return entry.value

    def set(self, key: int, value: int, ttl: float | None, tags: set[str]) -> None:
        self.step += 1
        before = self.entries.get(key)
        while before is None and self.size is not None and len(self.entries) >= self.size:
            del self.entries[self.order()[0]]
            self.evictions += 1
        after = self.entries[key] = Entry(value, self.now, self.ttl if ttl is None else ttl, tags, self.step)
        if before is not None:
            after.uses = before.uses + 1
            if self.policy == "fifo":
                after.came = before.came
            elif self.policy == "lru" and self.size is None:
                after.came = self.step


class Agreement(RuleBasedStateMachine):
    """The cache and its model, side by side."""

    @initialize(
        policy=st.sampled_from(["lru", "lfu", "fifo", "ttl"]), size=st.sampled_from([1, 2, 3, 5, None]),
        ttl=st.sampled_from([3.0, 7.0, None]), boundary=st.sampled_from(["at", "after"]),
    )  # fmt: skip
    def begin(self, policy: str, size: int | None, ttl: float | None, boundary: str) -> None:
        self.model = Model(policy, size, ttl, boundary)
        self.cache = caching.UnifiedCache[int, int].of(
            ttl=ttl, max_size=size, policy=policy, boundary=boundary, clock=lambda: self.model.now
        )

    @rule(key=KEYS)
    def get(self, key: int) -> None:
        assert self.cache.get(key) == self.model.get(key)

    @rule(keys=st.lists(KEYS, min_size=3, max_size=8))
    def get_one_after_the_other(self, keys: list[int]) -> None:
        for key in keys:
            assert self.cache.get(key) == self.model.get(key)

    @rule(key=KEYS, times=st.integers(500, 530))
    def get_so_often_that_hits_are_worked_off(self, key: int, times: int) -> None:
        for _ in range(times):
            assert self.cache.get(key) == self.model.get(key)

    @rule(key=KEYS, value=st.integers(), ttl=st.sampled_from([None, None, 1.0, 3.0, 20.0]), tags=TAGS)
    def set(self, key: int, value: int, ttl: float | None, tags: set[str]) -> None:
        if ttl is None:
            self.cache.set(key, value, tags=tags)
        else:
            self.cache.set(key, value, ttl=ttl, tags=tags)
        self.model.set(key, value, ttl, tags)

    @rule(key=KEYS, value=st.integers())
    def compute(self, key: int, value: int) -> None:
        there = self.model.get(key)
        if there is None:
            self.model.set(key, value, None, set())
        assert self.cache.get_or_compute(key, lambda: value) == (value if there is None else there)

    @rule(seconds=st.sampled_from([0.5, 1.0, 2.0, 3.0]))
    def wait(self, seconds: float) -> None:
        self.model.now += seconds

    @rule(key=KEYS)
    def delete(self, key: int) -> None:
        assert self.cache.delete(key) == (self.model.entries.pop(key, None) is not None)

    @rule(tag=st.sampled_from("xyz"))
    def invalidate(self, tag: str) -> None:
        gone = [key for key, entry in self.model.entries.items() if tag in entry.tags]
        for key in gone:
            del self.model.entries[key]
        assert self.cache.invalidate_tag(tag) == len(gone)

    @rule()
    def purge(self) -> None:
        gone = [key for key in self.model.entries if not self.model.valid(key)]
        for key in gone:
            del self.model.entries[key]
        assert self.cache.purge() == len(gone)

    @precondition(lambda self: len(self.model.entries) > 3)
    @rule()
    def clear(self) -> None:
        assert self.cache.clear() == len(self.model.entries)
        self.model.entries.clear()

    @rule()
    def agree(self) -> None:
        """Not after each step: asking works off the hits that are noted, which must not matter."""
        model, cache = self.model, self.cache
        assert cache.statistics() == (
            model.hits, model.misses, model.expired, model.evictions, len(model.entries), 1
        )  # fmt: skip
        assert cache.keys() == model.order()
        assert cache.items() == [(key, model.entries[key].value) for key in model.order() if model.valid(key)]
        assert [key in cache for key in range(8)] == [model.valid(key) for key in range(8)]

    def teardown(self) -> None:
        if hasattr(self, "model"):
            self.agree()


TestPolicies = Agreement.TestCase
TestPolicies.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)

ARGUMENTS = st.sampled_from([1, 1.0, True, "1", "left", (1,), None, frozenset({1})])
NO_KEYWORDS: dict[str, Any] = {}
CALLS = st.lists(
    st.one_of(
        st.tuples(st.lists(ARGUMENTS, min_size=1, max_size=1), st.just(NO_KEYWORDS)),
        st.tuples(st.lists(ARGUMENTS, max_size=3), st.dictionaries(st.sampled_from(["left", "right"]), ARGUMENTS)),
    ), min_size=10, max_size=60,
)  # fmt: skip
WAYS: dict[str, dict[str, Any]] = {
    "plain": {}, "own store": {"ttl": 1e9}, "single flight": {"single_flight": True}, "tags": {"tags": ("t",)}
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@given(calls=CALLS, size=st.sampled_from([1, 2, 4, None]), typed=st.booleans())
def test_the_decorator_hits_and_misses_where_lru_cache_does(
    way: dict[str, Any], calls: list[tuple[list[Any], dict[str, Any]]], size: int | None, typed: bool
) -> None:
    def told(*args: Any, **keywords: Any) -> list[Any]:
        return [args, keywords]

    ours, theirs = caching.cached(size, typed, **way)(told), functools.lru_cache(size, typed)(told)
    for args, keywords in calls:
        mine, other = ours(*args, **keywords), theirs(*args, **keywords)
        assert repr(mine) == repr(other)
        assert tuple(ours.cache_info()) == tuple(theirs.cache_info())
    assert ours.cache_parameters() == theirs.cache_parameters()
    ours.cache_clear()
    theirs.cache_clear()
    assert tuple(ours.cache_info()) == tuple(theirs.cache_info()) == (0, 0, size, 0)
