"""However many ask at once, in threads and event loops, one computes; and nobody waits for himself."""

from __future__ import annotations

import asyncio
import contextvars
import copy
import importlib
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from unified import cache as caching  # noqa: TID251
else:
    caching = importlib.import_module("overhaul.unified.cache")

THREADS = 8
PATIENCE = 20.0
"""Seconds after which a wait counts as one without end."""


@pytest.fixture
def hurried() -> Iterator[None]:
    """Threads change a thousand times as often as usual."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(5e-6)
    yield
    sys.setswitchinterval(before)


def together(*works: Callable[[], object]) -> list[Any]:
    """What each gives, all begun at the same moment in threads of their own."""
    barrier = threading.Barrier(len(works))

    def work(one: Callable[[], object]) -> object:
        barrier.wait(PATIENCE)
        return one()

    with ThreadPoolExecutor(len(works)) as pool:
        futures = [pool.submit(work, one) for one in works]
        return [future.result(PATIENCE) for future in futures]


def fresh() -> Any:
    return caching.UnifiedCache[Any, Any].of(ttl=None, max_size=None)


def waiting(cache: Any, key: object, count: int) -> None:
    """Until so many wait for a key."""
    end = time.monotonic() + PATIENCE
    while len(cache._flights[key].waiters) < count:
        assert time.monotonic() < end
        time.sleep(0.001)


def test_eight_threads_compute_each_key_once_and_count_exactly(hurried: None) -> None:
    for _ in range(30):
        cache, computed = fresh(), Counter[int]()

        def ask(cache: Any = cache, computed: Counter[int] = computed) -> list[int]:
            def compute(key: int) -> int:
                computed[key] += 1
                time.sleep(0)
                return key * key

            return [cache.get_or_compute(key, partial(compute, key)) for key in range(20)]

        assert together(*[ask] * THREADS) == [[key * key for key in range(20)]] * THREADS
        assert computed == dict.fromkeys(range(20), 1)
        assert cache.statistics() == (20 * (THREADS - 1), 20, 0, 0, 20, 1)


def test_what_is_too_old_is_computed_once_by_whoever_comes_first() -> None:
    now = [0.0]
    cache = caching.UnifiedCache[str, int].of(ttl=5, clock=lambda: now[0])
    cache.set("a", 1)
    now[0] = 5.0
    calls: list[int] = []

    def compute() -> int:
        calls.append(1)
        time.sleep(0.05)
        return 2

    assert together(*[lambda: cache.get_or_compute("a", compute)] * THREADS) == [2] * THREADS
    assert len(calls) == 1 and cache.statistics()[:3] == (THREADS - 1, 0, 1)


def test_hits_are_counted_exactly_under_threads(hurried: None) -> None:
    cache = caching.UnifiedCache[int, int].of(max_size=50)
    rounds = 4000

    def work(seed: int) -> Counter[str]:
        rng, told = random.Random(seed), Counter[str]()
        for _ in range(rounds):
            key = rng.randrange(80)
            value = cache.get(key)
            told["hit" if value is not None else "miss"] += 1
            if value is None:
                cache.set(key, key + 1)
            else:
                assert value == key + 1
        return told

    told = sum(together(*[partial(work, seed) for seed in range(THREADS)]), Counter[str]())
    counted = cache.statistics()
    assert (counted.hits, counted.misses) == (told["hit"], told["miss"])
    assert counted.size == 50 == len(set(cache.keys()))
    assert cache._touched == []  # pyright: ignore[reportPrivateUsage]


@pytest.mark.parametrize("policy", ["lru", "lfu", "fifo", "ttl"])
def test_it_stays_whole_when_threads_do_everything_at_once(hurried: None, policy: str) -> None:
    cache = caching.UnifiedCache[int, int].of(max_size=16, ttl=0.002, policy=policy)

    def work(seed: int) -> None:
        rng = random.Random(seed)
        for step in range(700):
            key = rng.randrange(40)
            match rng.randrange(9):
                case 0:
                    cache.delete(key)
                case 1:
                    cache.set(key, key, tags=("even",) if key % 2 == 0 else ())
                case 2:
                    cache.invalidate_tag("even")
                case 3:
                    assert len(cache.keys()) <= 16
                case 4 if step % 50 == 0:
                    cache.clear()
                case 5:
                    cache.set(key, key, ttl=1)
                case _:
                    assert cache.get_or_compute(key, partial(int, key)) == key

    together(*[partial(work, seed) for seed in range(THREADS)])
    cache.clear()
    for key in range(40):
        cache.set(key, key)
    assert len(cache) == len(cache.keys()) == 16 and not cache._flights  # pyright: ignore[reportPrivateUsage]
    assert not cache._tagged and not cache._tags  # pyright: ignore[reportPrivateUsage]


def test_keys_with_an_equality_of_their_own_do_no_harm_under_threads(hurried: None) -> None:
    class Key:
        def __init__(self, number: int) -> None:
            self.number = number

        def __eq__(self, other: object) -> bool:
            time.sleep(0)
            return isinstance(other, Key) and self.number == other.number

        def __hash__(self) -> int:
            return hash(self.number % 3)

    cache = caching.UnifiedCache[Key, int].of(max_size=8)

    def work(seed: int) -> None:
        rng = random.Random(seed)
        for _ in range(150):
            number = rng.randrange(12)
            assert cache.get_or_compute(Key(number), partial(int, number)) == number

    together(*[partial(work, seed) for seed in range(THREADS)])
    assert len(cache) == 8 and cache.hits + cache.misses == 150 * THREADS


def test_a_failure_reaches_its_own_caller_and_one_of_the_others_tries_again() -> None:
    cache, calls = fresh(), list[int]()

    def compute() -> str:
        calls.append(1)
        mine = len(calls)
        if mine <= 3:
            if mine == 1:
                waiting(cache, "k", THREADS - 1)
            raise OSError(mine)
        return "at last"

    def ask() -> Any:
        try:
            return cache.get_or_compute("k", compute)
        except OSError as error:
            return f"failed {error}"

    told = Counter(together(*[ask] * THREADS))
    assert told == {"failed 1": 1, "failed 2": 1, "failed 3": 1, "at last": THREADS - 3}
    assert cache.statistics()[:2] == (THREADS - 4, 4) and len(calls) == 4


def test_a_failed_computation_leaves_nothing() -> None:
    cache = fresh()
    with pytest.raises(ZeroDivisionError):
        cache.get_or_compute("k", lambda: 1 // 0)
    assert len(cache) == 0 and not cache._flights
    assert cache.get_or_compute("k", lambda: 5) == 5


def test_a_computation_may_ask_for_other_keys_and_other_caches() -> None:
    left, right = fresh(), fresh()

    def fibonacci(n: int) -> Any:
        cache, other = (left, right) if n % 2 else (right, left)
        return n if n < 2 else other.get_or_compute(n - 1, lambda: fibonacci(n - 1)) + cache.get_or_compute(
            n - 2, lambda: fibonacci(n - 2)
        )

    assert fibonacci(60) == 1548008755920


def test_a_computation_that_asks_for_its_own_key_computes_again_instead_of_waiting() -> None:
    cache, depth = fresh(), list[int]()

    def compute() -> Any:
        depth.append(1)
        return len(depth) if len(depth) == 3 else cache.get_or_compute("k", compute) * 10

    assert cache.get_or_compute("k", compute) == 300
    assert cache.get("k") == 300, "the outermost is kept"

    def ask() -> Any:
        return cache.get_or_compute("endless", ask)

    with pytest.raises(RecursionError):
        ask()
    assert not cache._flights


def test_in_another_context_of_the_same_thread_it_does_not_wait_for_itself_either() -> None:
    cache = fresh()

    def compute() -> str:
        inner = contextvars.Context().run(lambda: cache.get_or_compute("k", lambda: "inner"))
        awaited = asyncio.run(cache.get_or_compute_async("k", lambda: asyncio.sleep(0, "awaited")))
        return f"outer of {inner} and {awaited}"

    assert together(lambda: cache.get_or_compute("k", compute)) == ["outer of inner and awaited"]


def test_threads_that_wait_for_each_other_round_about_all_come_to_an_end() -> None:
    for _ in range(20):
        caches = [fresh() for _ in range(4)]
        meet = threading.Barrier(4)

        def ask(number: int, caches: list[Any] = caches, meet: threading.Barrier = meet) -> Any:
            def compute() -> Any:
                meet.wait(PATIENCE)  # now each computes its own
                return f"{number}" + caches[(number + 1) % 4].get_or_compute("k", lambda: "again")

            return caches[number].get_or_compute("k", compute)

        told = together(*[partial(ask, number) for number in range(4)])
        assert all(len(one) > 1 for one in told)
        assert any(one.endswith("again") for one in told)
        assert not any(cache._flights for cache in caches)


def is_first(key: tuple[str, int]) -> bool:
    return key[1] == 1


def test_a_key_that_is_forgotten_while_it_is_computed_is_not_kept() -> None:
    forgetting: list[Callable[[Any], object]] = [
        lambda cache: cache.delete(("n", 1)), lambda cache: cache.clear(), lambda cache: cache.invalidate_tag("t"),
        lambda cache: cache.invalidate_prefix(("n",)), lambda cache: cache.invalidate_where(is_first),
    ]  # fmt: skip
    sparing: list[Callable[[Any], object]] = [
        lambda cache: cache.delete(("n", 2)), lambda cache: cache.invalidate_prefix(("m",)),
        lambda cache: cache.invalidate_tag("u"), lambda cache: cache.purge(),
    ]  # fmt: skip
    for act in (*forgetting, *sparing):
        cache = fresh()

        def compute(cache: Any = cache, act: Callable[[Any], object] = act) -> str:
            act(cache)
            return "old"

        assert cache.get_or_compute(("n", 1), compute, tags=("t",)) == "old"
        assert len(cache) == cache.invalidate_tag("t") == (act in sparing)


def test_what_is_written_while_it_is_computed_stays() -> None:
    cache = fresh()
    assert cache.get_or_compute("k", lambda: cache.set("k", "new") and "old") == "old"
    assert cache.get("k") == "new"


def test_who_asks_after_the_key_was_forgotten_does_not_get_what_was_begun_before() -> None:
    cache, go_on = fresh(), threading.Event()

    def old() -> str:
        cache.delete("k")
        assert cache.get_or_compute("other", lambda: 1) == 1
        go_on.wait(PATIENCE)
        return "old"

    def ask() -> Any:
        while "other" not in cache:
            time.sleep(0.001)
        try:
            return cache.get_or_compute("k", lambda: "new")
        finally:
            go_on.set()

    assert together(lambda: cache.get_or_compute("k", old), ask) == ["old", "new"]
    assert cache.get("k") == "new"


def test_a_coroutine_function_is_refused_where_nothing_awaits_it() -> None:
    cache = fresh()
    with pytest.raises(TypeError, match="get_or_compute_async"):
        cache.get_or_compute("k", lambda: asyncio.sleep(0))
    assert len(cache) == 0


def test_without_single_flight_nobody_waits_even_under_a_lock_that_the_computation_needs() -> None:
    cache = caching.UnifiedCache[str, int].of(single_flight=False, max_size=8)
    lock, computing, release = threading.Lock(), threading.Event(), threading.Event()

    def needs_the_lock() -> int:
        computing.set()
        release.wait(PATIENCE)
        with lock:
            return 1

    def holds_the_lock() -> int:
        computing.wait(PATIENCE)
        with lock:
            release.set()
            return cache.get_or_compute("k", lambda: 2, ttl=60, tags=("t",))

    assert together(lambda: cache.get_or_compute("k", needs_the_lock), holds_the_lock) == [1, 2]
    assert cache.get("k") == 1, "who was last has written last"
    assert cache.statistics()[:2] == (1, 2) and copy.copy(cache).settings.single_flight is False

    async def main() -> list[Any]:
        asked = [cache.get_or_compute_async("other", partial(slowly, number, [])) for number in range(3)]
        return [*await asyncio.gather(*asked), await cache.get_or_compute_async("other", partial(slowly, 9, []))]

    assert asyncio.run(main()) == [0, 1, 2, 2]
    with pytest.raises(TypeError, match="get_or_compute_async"):
        cache.get_or_compute("new", lambda: asyncio.sleep(0))  # type: ignore[arg-type, return-value]


async def slowly(value: Any, log: list[Any], seconds: float = 0.01) -> Any:
    log.append(value)
    await asyncio.sleep(seconds)
    return value


def test_tasks_compute_a_key_once() -> None:
    cache, log = fresh(), list[Any]()

    async def main() -> list[Any]:
        return await asyncio.gather(*[cache.get_or_compute_async("k", lambda: slowly(5, log)) for _ in range(50)])

    assert asyncio.run(main()) == [5] * 50
    assert log == [5] and cache.statistics() == (49, 1, 0, 0, 1, 1)


@pytest.mark.parametrize("who", ["a waiter", "the one who computes"])
def test_who_is_cancelled_takes_nothing_from_the_others(who: str) -> None:
    cache, log, complaints = fresh(), list[Any](), list[Any]()

    async def main() -> list[Any]:
        asyncio.get_running_loop().set_exception_handler(lambda _, complaint: complaints.append(complaint))
        tasks = [asyncio.create_task(cache.get_or_compute_async("k", lambda: slowly(5, log))) for _ in range(6)]
        await asyncio.sleep(0)
        tasks[3 if who == "a waiter" else 0].cancel()
        told = await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0.01)
        return told

    told = asyncio.run(main())
    assert complaints == []
    assert [one for one in told if not isinstance(one, asyncio.CancelledError)] == [5] * 5 and len(told) == 6
    assert log == ([5] if who == "a waiter" else [5, 5])
    assert not cache._flights and cache.get("k") == 5


def test_a_failing_coroutine_fails_for_its_own_caller_only() -> None:
    cache, calls = fresh(), list[int]()

    async def compute() -> int:
        calls.append(1)
        await asyncio.sleep(0.001)
        if len(calls) == 1:
            raise OSError
        return 7

    async def main() -> list[Any]:
        asked = [cache.get_or_compute_async("k", compute) for _ in range(5)]
        return await asyncio.gather(*asked, return_exceptions=True)

    told = asyncio.run(main())
    assert isinstance(told[0], OSError) and told[1:] == [7] * 4 and len(calls) == 2


def test_a_coroutine_that_asks_for_its_own_key_round_about_comes_to_an_end() -> None:
    cache = fresh()

    async def first() -> Any:
        told = await asyncio.gather(*[cache.get_or_compute_async("second", second) for _ in range(2)])
        return "1" + told[0]

    async def second() -> Any:
        await asyncio.sleep(0)
        return "2" + await cache.get_or_compute_async("first", lambda: slowly("again", []))

    async def main() -> Any:
        return await asyncio.wait_for(cache.get_or_compute_async("first", first), PATIENCE)

    assert asyncio.run(main()) == "12again"
    assert cache.get("first") == "12again"


def test_two_tasks_that_wait_for_each_others_keys_come_to_an_end() -> None:
    cache = fresh()

    async def ask(mine: str, other: str) -> Any:
        async def compute() -> Any:
            await asyncio.sleep(0.01)
            return mine + await cache.get_or_compute_async(other, lambda: slowly("again", []))

        return await cache.get_or_compute_async(mine, compute)

    async def main() -> Any:
        return await asyncio.wait_for(asyncio.gather(ask("a", "b"), ask("b", "a")), PATIENCE)

    assert sorted(asyncio.run(main())) == ["abagain", "bagain"]


def test_event_loops_and_threads_wait_for_each_other() -> None:
    cache, log = fresh(), list[Any]()

    async def gathered() -> list[Any]:
        asked = [cache.get_or_compute_async("k", partial(slowly, 5, log, 0.05)) for _ in range(5)]
        return await asyncio.gather(*asked)

    def compute() -> int:
        log.append(5)
        time.sleep(0.05)
        return 5

    def plain() -> Any:
        return cache.get_or_compute("k", compute)

    told = together(*[plain] * 4, *[lambda: asyncio.run(gathered())] * 4)
    assert told == [5] * 4 + [[5] * 5] * 4
    assert log == [5] and cache.statistics()[:2] == (23, 1)


def test_asking_plainly_in_an_event_loop_does_not_stop_the_loop_that_computes() -> None:
    cache = fresh()

    async def main() -> list[Any]:
        task = asyncio.create_task(cache.get_or_compute_async("k", lambda: slowly("awaited", [])))
        await asyncio.sleep(0)
        plain = cache.get_or_compute("k", lambda: "plain")
        return [plain, await task]

    assert together(lambda: asyncio.run(main())) == [["plain", "awaited"]]
    assert cache.get("k") == "awaited"


def test_a_loop_that_is_kept_waiting_keeps_no_thread_waiting_in_turn() -> None:
    cache = fresh()
    leads_x, leads_b = threading.Event(), threading.Event()

    def x() -> Any:
        leads_x.set()
        waiting(cache, "x", 1)  # now the loop's thread stands still, and what is computed in the loop with it
        return "x" + cache.get_or_compute("b", lambda: "again")

    def ask() -> Any:
        leads_b.wait(PATIENCE)
        return cache.get_or_compute("x", x)

    async def main() -> list[Any]:
        async def b() -> str:
            leads_b.set()
            await asyncio.sleep(0.01)
            return "b"

        task = asyncio.create_task(cache.get_or_compute_async("b", b))
        await asyncio.sleep(0)
        leads_x.wait(PATIENCE)
        plain = cache.get_or_compute("x", lambda: "never")
        return [plain, await task]

    assert together(ask, lambda: asyncio.run(main())) == ["xagain", ["xagain", "b"]]


def test_who_waits_in_a_loop_that_is_closed_does_no_harm_to_the_one_who_computes() -> None:
    cache, begun, go_on = fresh(), threading.Event(), threading.Event()

    def compute() -> int:
        begun.set()
        go_on.wait(PATIENCE)
        return 5

    async def impatient() -> str:
        try:
            await asyncio.wait_for(cache.get_or_compute_async("k", lambda: slowly(6, [])), 0.01)
        except TimeoutError:
            return "gave up"
        return "got it"

    def give_up() -> str:
        begun.wait(PATIENCE)
        try:
            return asyncio.run(impatient())
        finally:
            go_on.set()

    assert together(lambda: cache.get_or_compute("k", compute), give_up) == [5, "gave up"]


def test_an_interrupted_waiter_leaves_the_flight_as_it_was() -> None:
    cache, log = fresh(), list[Any]()

    async def main() -> list[Any]:
        async def outer() -> Any:
            return await cache.get_or_compute_async("inner", partial(slowly, 5, log))

        tasks = [asyncio.create_task(cache.get_or_compute_async(f"outer {one}", outer)) for one in range(3)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        tasks[1].cancel()
        return await asyncio.gather(*tasks, return_exceptions=True)

    told = asyncio.run(main())
    assert (told[0], told[2]) == (5, 5) and isinstance(told[1], asyncio.CancelledError)
    assert log == [5] and sorted(cache.keys()) == ["inner", "outer 0", "outer 2"]
