"""`cached` in place of functools.lru_cache and of memos of one's own: functions, methods and coroutine functions."""

from __future__ import annotations

import asyncio
import copy
import functools
import gc
import importlib
import inspect
import pickle
import threading
import time
import weakref
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from unified import cache as caching  # noqa: TID251
    from unified.cache import Caches, UnifiedCache, arguments, cached  # noqa: TID251
else:
    caching = importlib.import_module("overhaul.unified.cache")
    cached, arguments, UnifiedCache, Caches = caching.cached, caching.arguments, caching.UnifiedCache, caching.Caches


@cached(maxsize=16)
def plainly(number: int, factor: int = 2) -> int:
    """Multiply."""
    return number * factor


@cached(maxsize=16, ttl=1e9)
def with_ttl(number: int, factor: int = 2) -> int:
    """Multiply."""
    return number * factor


@pytest.mark.parametrize("function", [plainly, with_ttl], ids=["plain", "ttl"])
def test_a_decorated_function_looks_like_itself(function: Any) -> None:
    assert function.__doc__ == "Multiply." and function.__name__ in ("plainly", "with_ttl")
    assert function.__wrapped__(3, factor=3) == 9
    assert list(inspect.signature(function).parameters) == ["number", "factor"]
    assert function.cache_parameters() == {"maxsize": 16, "typed": False}
    assert pickle.loads(pickle.dumps(function)) is function is copy.deepcopy(function)
    function.cache_clear()
    assert (function(3), function(3), function(number=3)) == (6, 6, 6)
    assert function.cache_info() == (1, 2, 16, 2)
    assert repr(function.cache_info()) == "CacheInfo(hits=1, misses=2, maxsize=16, currsize=2)"


def test_every_form_of_lru_cache_is_a_form_of_it() -> None:
    def double(number: int) -> int:
        return 2 * number

    forms: list[tuple[Any, Any]] = [
        (cached, functools.lru_cache), (cached(), functools.lru_cache()), (cached(7), functools.lru_cache(7)),
        (cached(None), functools.lru_cache(None)), (cached(maxsize=None), functools.cache),
        (cached(7, True), functools.lru_cache(7, True)), (cached(maxsize=0), functools.lru_cache(maxsize=0)),
        (cached(maxsize=-3, typed=True), functools.lru_cache(maxsize=-3, typed=True)),
    ]  # fmt: skip
    for ours, theirs in forms:
        mine, other = ours(double), theirs(double)
        assert [mine(1), mine(1), mine(2)] == [other(1), other(1), other(2)]
        assert mine.cache_info() == other.cache_info() and mine.cache_parameters() == other.cache_parameters()
        if other.cache_parameters()["maxsize"] != 0:
            with pytest.raises(TypeError, match="unhashable"):
                mine([])


def test_plain_uses_are_counted_and_emptied_with_their_type_and_go_when_the_function_does() -> None:
    caches = Caches()
    caches.configure({"TABLES": {"events": ["close"]}})

    def decorated(**more: Any) -> Any:
        @cached(maxsize=8, ttl=None, policy="lru", caches=caches, **more)
        def double(number: int) -> int:
            return 2 * number

        return double

    first, second = decorated(), decorated(cache_type="TABLES")
    for function in (first, second):
        function(1)
        function(1)
    assert caches.statistics() == {"MEMO": (1, 1, 0, 0, 1, 1), "TABLES": (1, 1, 0, 0, 1, 1)}
    assert caches.publish("close") == 1 and (first.cache_info().currsize, second.cache_info().currsize) == (1, 0)
    assert caches.clear() == 1 and first.cache_info() == (0, 0, 8, 0)
    del first, second, function
    gc.collect()
    assert caches.statistics() == {}


def test_with_a_type_it_has_the_limits_of_the_type() -> None:
    caches = Caches()

    @cached(cache_type="GREEKS", caches=caches)
    def double(number: int) -> int:
        return 2 * number

    assert double(1) + double(1) == 4 and double.cache_info() == (1, 1, 500, 1)
    assert double.cache_parameters() == {"maxsize": 500, "typed": False}
    assert [(store.ttl, store.cache_type) for store in caches.stores()] == [(120, "GREEKS")]


def test_a_result_too_old_is_computed_again_and_counts_as_missed() -> None:
    now = [0.0]

    @cached(ttl=5, clock=lambda: now[0])
    def when(number: int) -> float:
        return now[0]

    assert when(1) == 0.0
    now[0] = 4.9
    assert when(1) == 0.0
    now[0] = 5.0
    assert (when(1), when(1)) == (5.0, 5.0)
    assert when.cache_info() == (2, 2, 128, 1)


@pytest.mark.parametrize(("boundary", "told"), [("at", [0, 5]), ("after", [0, 0])])
def test_the_boundary_holds_for_functions_too(boundary: str, told: list[int]) -> None:
    now = [0]

    @cached(ttl=5, boundary=boundary, clock=lambda: now[0])
    def when() -> int:
        return now[0]

    first = when()
    now[0] = 5
    assert [first, when()] == told


def test_none_is_kept() -> None:
    calls: list[int] = []

    @cached(ttl=60)
    def nothing(number: int) -> None:
        calls.append(number)

    nothing(1)
    nothing(1)
    assert calls == [1]


def test_what_raises_is_not_kept() -> None:
    ways: list[dict[str, Any]] = [{}, {"ttl": 60}, {"single_flight": True}]
    for options in ways:
        calls: list[int] = []

        @cached(**options)
        def fail(number: int, calls: list[int] = calls) -> int:
            calls.append(number)
            raise OSError(number)

        for _ in range(2):
            with pytest.raises(OSError, match="1"):
                fail(1)
        assert calls == [1, 1] and fail.cache_info()[:2] == (0, 2)


def test_a_memo_by_positional_arguments_lets_unhashable_ones_through_and_refuses_keywords() -> None:
    calls: list[Any] = []

    @cached(maxsize=None, key=arguments, unhashable="call")
    def total(values: Any, more: int = 0) -> Any:
        calls.append(values)
        return sum(values) + more

    assert [total((1, 2)), total((1, 2)), total([1, 2]), total([1, 2]), total((1, 2), 5)] == [3, 3, 3, 3, 8]
    assert calls == [(1, 2), [1, 2], [1, 2], (1, 2)] and total.cache_info().currsize == 2
    with pytest.raises(TypeError, match="keyword"):
        total(values=(1, 2))
    assert total.cache_info().misses == 2, "what goes straight through is no look-up"


def test_a_key_of_ones_own_decides_what_is_the_same() -> None:
    calls: list[str] = []

    def lowered(name: str, **_: object) -> str:
        return name.lower()

    @cached(key=lowered)
    def look_up(name: str, *, verbose: bool = False) -> str:
        calls.append(name)
        return name

    assert [look_up("A"), look_up("a", verbose=True), look_up("b")] == ["A", "A", "b"] and calls == ["A", "b"]


def test_without_leniency_an_unhashable_argument_is_a_type_error_before_anything_is_called() -> None:
    calls: list[Any] = []

    @cached(ttl=60)
    def call(values: Any) -> None:
        calls.append(values)

    with pytest.raises(TypeError, match="unhashable"):
        call([])
    assert calls == []


def test_in_a_store_of_others_keys_begin_with_the_functions_name() -> None:
    store = UnifiedCache[Any, Any].of(max_size=None)

    @cached(store=store)
    def double(number: int) -> int:
        return 2 * number

    @cached(store=store)
    def treble(number: int, times: int = 1) -> int:
        return 3 * number * times

    name = f"{__name__}.{double.__wrapped__.__qualname__}"
    assert (double(1), treble(1), treble(1, times=2)) == (2, 3, 6) and len(store) == 3
    assert store.keys()[0] == (name, 1)
    double.cache_clear()
    assert len(store) == 2 and treble(1) == 3
    assert store.hits == 1

    def named(number: int) -> tuple[str, int]:
        return "square", number

    @cached(store=store, key=named)
    def square(number: int) -> int:
        return number * number

    assert square(3) == 9 and store.peek(("square", 3)) == 9 and store.delete(("square", 3))


def test_tags_of_a_function_are_those_of_its_entries() -> None:
    caches = Caches()

    @cached(tags=("prices",), caches=caches)
    def double(number: int) -> int:
        return 2 * number

    double(1)
    double(2)
    assert caches.invalidate_tag("prices") == 2 and double.cache_info().currsize == 0


def test_with_single_flight_threads_call_once_and_without_it_each_that_finds_nothing_does() -> None:
    ways: list[tuple[dict[str, Any], int]] = [({"single_flight": True}, 1), ({"ttl": 60}, 4), ({}, 4)]
    for options, expected in ways:
        barrier, calls = threading.Barrier(4), list[int]()

        @cached(**options)
        def slow(number: int, calls: list[int] = calls) -> int:
            calls.append(number)
            time.sleep(0.1)
            return number

        def ask(slow: Any = slow, barrier: threading.Barrier = barrier) -> None:
            barrier.wait(10)
            assert slow(5) == 5

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(calls) == expected
        assert slow.cache_info().currsize == 1 and sum(slow.cache_info()[:2]) == 4


class Plain:
    """Methods with what lru_cache does, and with a store for each instance."""

    def __init__(self, factor: int) -> None:
        self.factor = factor
        self.calls: list[int] = []

    @cached(maxsize=2)
    def shared(self, number: int) -> int:
        self.calls.append(number)
        return self.factor * number

    @cached(maxsize=2, per_instance=True)
    def own(self, number: int = 7) -> int:
        self.calls.append(number)
        return self.factor * number

    @cached(ttl=60, per_instance=True)
    def timed(self, number: int) -> int:
        self.calls.append(number)
        return self.factor * number

    @cached(per_instance=True)
    async def awaited(self, number: int) -> int:
        self.calls.append(number)
        await asyncio.sleep(0)
        return self.factor * number

    @classmethod
    @cached
    def of_class(cls, number: int) -> int:
        return number

    @staticmethod
    @cached(ttl=60)
    def static(number: int) -> int:
        return number


def test_a_method_without_more_shares_one_store_and_keeps_instances_as_lru_cache_does() -> None:
    Plain.shared.cache_clear()
    first, second = Plain(2), Plain(3)
    assert (first.shared(1), second.shared(1), first.shared(1)) == (2, 3, 2)
    assert first.shared.cache_info() == (1, 2, 2, 2) == Plain.shared.cache_info()
    alive = weakref.ref(first)
    del first
    gc.collect()
    assert alive() is not None
    Plain.shared.cache_clear()
    gc.collect()
    assert alive() is None
    assert (Plain.of_class(4), Plain(1).static(5)) == (4, 5)


def test_per_instance_each_has_its_own_bound_and_none_is_kept_alive() -> None:
    first, second = Plain(2), Plain(3)
    for instance in (first, second):
        for number in (1, 2, 1, 2):
            assert instance.own(number) == instance.factor * number
            assert instance.timed(number) == instance.factor * number
    assert first.calls == second.calls == [1, 1, 2, 2]
    assert first.own() == 14 and first.own(number=7) == 14
    assert Plain.own.cache_info() == (4, 6, 2, 4)
    alive = weakref.ref(first)
    del first, instance
    assert alive() is None, "without the collector: nothing refers back to it"
    assert Plain.own.cache_info() == (2, 2, 2, 2)
    second.own.cache_clear()
    assert Plain.own.cache_info().currsize == 0 and Plain.own.cache_parameters() == {"maxsize": 2, "typed": False}


def test_instances_that_come_and_go_are_never_mistaken_for_each_other() -> None:
    for number in range(300):
        instance = Plain(number)
        assert instance.own(2) == instance.timed(2) == 2 * number


def test_per_instance_goes_by_identity_where_lru_cache_goes_by_equality() -> None:
    class Same:
        def __eq__(self, other: object) -> bool:
            return isinstance(other, Same)

        __hash__ = None  # type: ignore[assignment]

        @cached(per_instance=True)
        def me(self) -> int:
            return id(self)

    left, right = Same(), Same()
    assert left == right and left.me() == id(left) != right.me() == id(right)


def test_an_instance_that_takes_no_weak_references_is_refused_with_a_remedy() -> None:
    class Slim:
        __slots__ = ("x",)

        @cached(per_instance=True)
        def value(self) -> int:
            return 1

    with pytest.raises(TypeError, match="__weakref__"):
        Slim().value()


def test_a_coroutine_method_is_kept_by_its_result_for_each_instance() -> None:
    instance = Plain(3)
    assert inspect.iscoroutinefunction(Plain.awaited)

    async def main() -> list[int]:
        return await asyncio.gather(*[instance.awaited(2) for _ in range(5)])

    assert asyncio.run(main()) == [6] * 5 and instance.calls == [2]
    assert asyncio.run(main()) == [6] * 5 and instance.calls == [2]
    assert Plain.awaited.cache_info()[:2] == (9, 1)


def test_a_coroutine_function_is_awaited_once_and_its_failures_are_not_kept() -> None:
    calls: list[Any] = []

    @cached(maxsize=4, unhashable="call")
    async def fetch(name: Any) -> Any:
        calls.append(name)
        await asyncio.sleep(0)
        if len(calls) == 1:
            raise OSError
        return name

    async def main() -> None:
        with pytest.raises(OSError):
            await fetch("a")
        assert list(await asyncio.gather(fetch("a"), fetch("a"), fetch("b"))) == ["a", "a", "b"]
        assert await fetch(["c"]) == ["c"] == await fetch(["c"])

    asyncio.run(main())
    assert calls == ["a", "a", "b", ["c"], ["c"]]
    assert fetch.cache_info() == (1, 3, 4, 2) and inspect.iscoroutinefunction(fetch)


BOTH: dict[str, Any] = {"per_instance": True, "store": UnifiedCache[Any, Any].of()}


def test_coroutine_functions_and_stores_of_others_keep_apart_what_lru_cache_does() -> None:
    @functools.cache
    def theirs(*args: Any, **keywords: Any) -> None:
        pass

    @cached(maxsize=None)
    async def awaited(*args: Any, **keywords: Any) -> None:
        pass

    store = UnifiedCache[Any, Any].of(ttl=None, max_size=None)

    @cached(store=store)
    def kept(*args: Any, **keywords: Any) -> None:
        pass

    calls: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
        ((1,), {}), ((True,), {}), ((1.0,), {}), (("1",), {}), (((1,),), {}), ((1, 2), {}), ((1, 2.0), {}), ((), {}),
        ((1,), {"a": 2}), ((), {"a": 1, "b": 2}), ((), {"b": 2, "a": 1}), ((1, "a", 2), {}),
    ]  # fmt: skip
    for args, keywords in calls:
        theirs(*args, **keywords)
        asyncio.run(awaited(*args, **keywords))
        kept(*args, **keywords)
        assert awaited.cache_info()[:2] == theirs.cache_info()[:2] == (store.hits, store.misses)


@pytest.mark.parametrize(
    "options", [{"ttl": 0}, {"ttl": 5, "maxsize": 0}, {"policy": "x"}, {"unhashable": "ignore"}, BOTH], ids=str
)
def test_options_that_make_no_sense_are_refused_where_they_are_given(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"ttl|max_size|policy|unhashable|told apart"):
        cached(**options)(abs)


def test_recursion_goes_hundreds_of_calls_deep_whatever_is_asked_for() -> None:
    ways: list[tuple[dict[str, Any], int]] = [({}, 300), ({"ttl": 60}, 300), ({"single_flight": True}, 200)]
    for options, depth in ways:

        @cached(maxsize=None, **options)
        def total(n: int) -> int:
            return n and n + total(n - 1)

        assert total(depth) == depth * (depth + 1) // 2
