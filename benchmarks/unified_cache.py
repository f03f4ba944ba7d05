"""Time `unified/cache.py` beside cachetools and functools.lru_cache, on the same work, in one run.

    python -m benchmarks.unified_cache [--rounds N] [--threads N]

Every figure is the best of N rounds, in which all take turns: nanoseconds of processor time for one operation, of all
threads together. Where there are several, the clock on the wall is told too, in the middle of the rounds. The ratio is
to the unified cache that stands first: above 1 the other is slower, or needs more. Memory is what tracemalloc counts
for 10,000 entries whose keys and values were there.
"""

from __future__ import annotations

import argparse
import functools
import gc
import importlib
import random
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import cachetools

if TYPE_CHECKING:
    from unified.cache import UnifiedCache, cached  # noqa: TID251
else:
    caching = importlib.import_module("overhaul.unified.cache")
    UnifiedCache, cached = caching.UnifiedCache, caching.cached

SIZE: Final = 1000
KEYS: Final = [f"key-{number}" for number in range(2 * SIZE)]
"""Twice as many as a cache holds: in turn they are always missed."""
TTL: Final = 3600
ENTRIES: Final = 10_000


class Peer(NamedTuple):
    """One way to do the work."""

    name: str
    make: Callable[[], Callable[[], object]]
    """Prepares the work; what it gives does it once."""


class Table(NamedTuple):
    """The ways to do one work."""

    title: str
    operations: int
    """Operations in it."""
    peers: list[Peer]


def locked(cache: cachetools.Cache[Any, Any]) -> tuple[Callable[[str], object], Callable[[str, object], None]]:
    """`get` and `set` of a cache of cachetools as its documentation has them for threads: with a lock around."""
    lock = threading.Lock()

    def get(key: str) -> object:
        with lock:
            return cache.get(key)

    def put(key: str, value: object) -> None:
        with lock:
            cache[key] = value

    return get, put


def filled(put: Callable[[str, int], object]) -> None:
    """Put in the first half of the keys."""
    for number, key in enumerate(KEYS[:SIZE]):
        put(key, number)


def repeated(act: Callable[..., object], keys: Iterable[str], *more: object) -> Callable[[], object]:
    """The act for each key."""
    listed = list(keys)

    def work() -> None:
        for key in listed:
            act(key, *more)

    return work


def stores() -> Iterable[tuple[str, Callable[[], tuple[Callable[..., object], Callable[..., object]]]]]:
    """What has `get` and `set`, by name: each called gives both, of a new cache."""

    def ours(ttl: float | None) -> Callable[[], tuple[Callable[..., object], Callable[..., object]]]:
        def make() -> tuple[Callable[..., object], Callable[..., object]]:
            cache = UnifiedCache[str, Any].of(ttl=ttl, max_size=SIZE)
            return cache.get, cache.set

        return make

    def bare(make: Callable[[], cachetools.Cache[Any, Any]]) -> tuple[Callable[..., object], Callable[..., object]]:
        cache = make()
        return cache.get, cache.__setitem__

    def lru() -> cachetools.Cache[Any, Any]:
        return cachetools.LRUCache(SIZE)

    def ttl() -> cachetools.Cache[Any, Any]:
        return cachetools.TTLCache(SIZE, TTL)

    yield "UnifiedCache, lru and ttl", ours(TTL)
    yield "UnifiedCache, lru", ours(None)
    yield "cachetools.TTLCache with a lock", lambda: locked(ttl())
    yield "cachetools.LRUCache with a lock", lambda: locked(lru())
    yield "cachetools.TTLCache, one thread only", lambda: bare(ttl)
    yield "cachetools.LRUCache, one thread only", lambda: bare(lru)


def functions() -> Iterable[tuple[str, Callable[[], Any]]]:
    """What keeps a function's results, by name."""
    compute = len

    def theirs(cache: cachetools.Cache[Any, Any], locks: bool) -> Any:
        cache.clear()
        return cachetools.cached(cache, lock=threading.Lock() if locks else None)(compute)

    yield "@cached(maxsize=1000)", lambda: cached(maxsize=SIZE)(compute)
    yield "@cached(maxsize=1000, ttl=3600)", lambda: cached(maxsize=SIZE, ttl=TTL)(compute)
    yield "@cached(maxsize=1000, single_flight=True)", lambda: cached(maxsize=SIZE, single_flight=True)(compute)
    yield "functools.lru_cache(maxsize=1000)", lambda: functools.lru_cache(maxsize=SIZE)(compute)
    for name, locks in (("lock", True), ("one thread only", False)):
        yield f"cachetools.cached(LRUCache), {name}", functools.partial(theirs, cachetools.LRUCache(SIZE), locks)
    yield "cachetools.cached(TTLCache), lock", functools.partial(theirs, cachetools.TTLCache(SIZE, TTL), True)


def single() -> Iterable[Table]:
    """What one thread does."""
    draws = random.Random(1)
    hot = [KEYS[int(SIZE * draws.random() ** 2)] for _ in range(20 * SIZE)]

    def gets(make: Callable[[], tuple[Callable[..., object], Callable[..., object]]]) -> Callable[[], object]:
        get, put = make()
        filled(put)
        return repeated(get, hot)

    def misses(make: Callable[[], tuple[Callable[..., object], Callable[..., object]]]) -> Callable[[], object]:
        get, put = make()
        filled(put)
        return repeated(get, KEYS[SIZE:] * 10)

    def rewrites(make: Callable[[], tuple[Callable[..., object], Callable[..., object]]]) -> Callable[[], object]:
        _, put = make()
        filled(put)
        return repeated(put, KEYS[:SIZE] * 10, 5)

    def evictions(make: Callable[[], tuple[Callable[..., object], Callable[..., object]]]) -> Callable[[], object]:
        _, put = make()
        filled(put)
        return repeated(put, KEYS * 5, 5)

    for title, count, prepare in (
        ("get, a hit", len(hot), gets), ("get, a miss", 10 * SIZE, misses),
        ("set, the key is there", 10 * SIZE, rewrites), ("set, an entry has to go", 10 * SIZE, evictions),
    ):  # fmt: skip
        yield Table(title, count, [Peer(name, functools.partial(prepare, make)) for name, make in stores()])

    def calls(make: Callable[[], Any], keys: list[str]) -> Callable[[], object]:
        function = make()
        for key in KEYS[:SIZE]:
            function(key)
        return repeated(function, keys)

    for title, keys in (("a decorated function, a hit", hot), ("a decorated function, a miss", KEYS * 5)):
        peers = [Peer(name, functools.partial(calls, make, keys)) for name, make in functions()]
        yield Table(title, len(keys), peers)


def threaded(threads: int) -> Table:
    """The value for a key, computed if it is not there, asked for by many threads; nine of ten are there."""
    turns = 5 * SIZE
    draws = random.Random(2)
    asked = [[KEYS[int(1.25 * SIZE * draws.random() ** 1.5)] for _ in range(turns)] for _ in range(threads)]

    def work(act: Callable[[str], object]) -> Callable[[], object]:
        pool = ThreadPoolExecutor(threads)

        def all_at_once() -> None:
            barrier = threading.Barrier(threads)

            def one(keys: list[str]) -> None:
                barrier.wait()
                for key in keys:
                    act(key)

            list(pool.map(one, asked))

        return all_at_once

    def ours(ttl: float | None) -> Callable[[], object]:
        cache = UnifiedCache[str, int].of(ttl=ttl, max_size=SIZE)
        return work(lambda key: cache.get_or_compute(key, lambda: len(key)))

    def waiting(cache: cachetools.Cache[Any, Any]) -> Callable[[], object]:
        return work(cachetools.cached(cache, condition=threading.Condition())(len))

    peers = [
        Peer("UnifiedCache.get_or_compute, lru and ttl", lambda: ours(TTL)),
        Peer("UnifiedCache.get_or_compute, lru", lambda: ours(None)),
        Peer("@cached(maxsize=1000, single_flight=True)", lambda: work(cached(maxsize=SIZE, single_flight=True)(len))),
        Peer("cachetools.cached(TTLCache, condition)", lambda: waiting(cachetools.TTLCache(SIZE, TTL))),
        Peer("cachetools.cached(LRUCache, condition)", lambda: waiting(cachetools.LRUCache(SIZE))),
        Peer(
            "cachetools.cached(LRUCache, lock): no single flight",
            lambda: work(cachetools.cached(cachetools.LRUCache[Any, int](SIZE), lock=threading.Lock())(len)),
        ),
        Peer("functools.lru_cache: no single flight", lambda: work(functools.lru_cache(maxsize=SIZE)(len))),
    ]
    return Table(f"get or compute, {threads} threads", threads * turns, peers)


def show(table: Table, rounds: int, wall: bool = False) -> None:
    """Measure in turns, and print; with `wall`, the clock on the wall too."""
    worked: dict[str, list[float]] = {peer.name: [] for peer in table.peers}
    waited: dict[str, list[float]] = {peer.name: [] for peer in table.peers}
    for _ in range(rounds):
        for peer in table.peers:
            work = peer.make()
            work()
            gc.collect()
            gc.disable()
            begin, started = time.perf_counter(), time.process_time()
            work()
            worked[peer.name].append((time.process_time() - started) / table.operations * 1e9)
            waited[peer.name].append((time.perf_counter() - begin) / table.operations * 1e9)
            gc.enable()
    first = table.peers[0].name
    print(f"\n| {table.title} | nanoseconds | times the first |{' on the wall | times the first |' if wall else ''}")
    print("| --- | ---: | ---: |" + " ---: | ---: |" * wall)
    for name, taken in worked.items():
        line = f"| {name} | {min(taken):,.0f} | {min(taken) / min(worked[first]):.2f} |"
        if wall:
            line += f" {median(waited[name]):,.0f} | {median(waited[name]) / median(waited[first]):.2f} |"
        print(line)


def memory() -> None:
    """Bytes for each entry."""
    keys = [f"entry-{number}" for number in range(ENTRIES)]

    def store(ttl: float | None, policy: str = "lru") -> tuple[object, Callable[[str], object]]:
        cache = UnifiedCache[str, None].of(ttl=ttl, max_size=ENTRIES, policy=policy)
        return cache, lambda key: cache.set(key, None)

    def theirs(cache: cachetools.Cache[Any, Any]) -> tuple[object, Callable[[str], object]]:
        return cache, lambda key: cache.__setitem__(key, None)

    def function(made: Any) -> tuple[object, Callable[[str], object]]:
        return made, made

    def nothing(_key: str) -> None:
        return

    ways: list[tuple[str, Callable[[], tuple[object, Callable[[str], object]]]]] = [
        ("UnifiedCache, lru and ttl", lambda: store(TTL)),
        ("UnifiedCache, lru", lambda: store(None)),
        ("UnifiedCache, lfu", lambda: store(None, "lfu")),
        ("@cached(maxsize=10000)", lambda: function(cached(maxsize=ENTRIES)(nothing))),
        ("cachetools.TTLCache", lambda: theirs(cachetools.TTLCache(ENTRIES, TTL))),
        ("cachetools.LRUCache", lambda: theirs(cachetools.LRUCache(ENTRIES))),
        ("cachetools.LFUCache", lambda: theirs(cachetools.LFUCache(ENTRIES))),
        ("functools.lru_cache", lambda: function(functools.lru_cache(maxsize=ENTRIES)(nothing))),
    ]
    print("\n| memory | bytes an entry | times the first |\n| --- | ---: | ---: |")
    unit = 0.0
    for name, make in ways:
        gc.collect()
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        kept, put = make()
        for key in keys:
            put(key)
        each = (tracemalloc.get_traced_memory()[0] - before) / ENTRIES
        tracemalloc.stop()
        del kept, put
        unit = unit or each
        print(f"| {name} | {each:.0f} | {each / unit:.2f} |")


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("--rounds", type=int, default=7)
    arguments.add_argument("--threads", type=int, default=8)
    given = arguments.parse_args()
    for table in single():
        show(table, given.rounds)
    show(threaded(given.threads), given.rounds, wall=True)
    memory()


if __name__ == "__main__":
    main()
