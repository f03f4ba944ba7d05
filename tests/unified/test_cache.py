"""What a cache keeps, for how long, what goes first, and what is forgotten together."""

from __future__ import annotations

import copy
import gc
import importlib
import math
import multiprocessing
import pickle
import threading
import weakref
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cachetools
import pytest

if TYPE_CHECKING:
    from unified import cache as caching  # noqa: TID251
    from unified.cache import Caches, CacheType, Policy, UnifiedCache  # noqa: TID251
else:
    caching = importlib.import_module("overhaul.unified.cache")
    CacheType, Policy, UnifiedCache, Caches = caching.CacheType, caching.Policy, caching.UnifiedCache, caching.Caches


class Clock:
    """Stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


def test_the_types_of_the_seed_plans_have_their_limits() -> None:
    told = {name: (one.ttl, one.max_size) for name in CacheType for one in [Caches().settings(name)]}
    assert told == {
        "GENERAL": (300, 1000), "MARKET_DATA": (60, 2000), "GREEKS": (120, 500), "POSITION_AWARE": (180, 1500),
        "OPTIMIZATION": (300, 1000), "STATE": (600, 200), "MEMO": (None, 128),
    }  # fmt: skip


def test_what_is_given_counts_and_what_is_left_out_is_the_types() -> None:
    cache = UnifiedCache[str, int].of(CacheType.GREEKS, ttl=timedelta(minutes=1))
    assert (cache.ttl, cache.max_size, cache.policy) == (60.0, 500, Policy.LRU)
    unbounded = UnifiedCache[str, int].of(CacheType.GREEKS, ttl=None, max_size=None, policy="fifo")
    assert (unbounded.ttl, unbounded.max_size, unbounded.policy) == (None, None, Policy.FIFO)


@pytest.mark.parametrize(
    "limits",
    [{"ttl": 0}, {"ttl": -1.0}, {"ttl": math.nan}, {"ttl": timedelta(0)}, {"max_size": 0}, {"max_size": -5},
     {"max_size": True}, {"ttl": True}, {"policy": "best"}, {"boundary": "before"}],
    ids=str,
)  # fmt: skip
def test_limits_that_make_no_sense_are_refused(limits: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"ttl|max_size|policy|before"):
        UnifiedCache[str, int].of(CacheType.GENERAL, **limits)


def test_a_type_that_there_is_not_is_refused_and_the_known_ones_are_named() -> None:
    with pytest.raises(ValueError, match="GREEKS, MARKET_DATA"):
        UnifiedCache[str, int].of("GREEK")


def test_two_stores_of_a_type_share_nothing_and_the_shared_one_is_one() -> None:
    left, right = UnifiedCache[str, int].of(CacheType.STATE), UnifiedCache[str, int].of(CacheType.STATE)
    left.set("a", 1)
    assert "a" not in right
    shared = UnifiedCache[str, int].shared(CacheType.STATE)
    assert shared is UnifiedCache[str, int].shared("STATE") and "a" not in shared
    assert shared is not UnifiedCache[str, int].shared(CacheType.GENERAL)


def test_none_is_a_value_like_any_other() -> None:
    cache = UnifiedCache[str, int | None].of()
    assert cache.set("a", None) is None
    assert "a" in cache and cache.get("a", 5) is None and cache.get_or_compute("a", lambda: 7) is None
    assert cache.get("b", 5) == 5
    assert (cache.hits, cache.misses) == (2, 1)


def test_falsy_keys_and_values_are_kept() -> None:
    cache = UnifiedCache[Any, Any].of()
    for key in (0, "", (), None, False):
        cache.set(("k", key), key)
    assert [cache.get(("k", key), "gone") for key in ("", (), None)] == ["", (), None]


def test_each_look_up_counts_once_as_hit_miss_or_expired(clock: Clock) -> None:
    cache = UnifiedCache[str, int].of(ttl=5, clock=clock)
    cache.get("a")
    cache.set("a", 1)
    cache.get("a")
    clock.now += 5
    cache.get("a")
    cache.get("a")
    told = cache.statistics()
    assert told == (1, 2, 1, 0, 0, 1)
    assert told.hit_rate == cache.hit_rate == 0.25
    assert (cache.hits, cache.misses, cache.expired, cache.evictions) == (1, 2, 1, 0)


def test_peeking_neither_counts_nor_changes_what_goes_next() -> None:
    cache = UnifiedCache[str, int].of(max_size=2)
    cache.set("a", 1)
    cache.set("b", 2)
    assert (cache.peek("a"), cache.peek("c"), cache.peek("c", 9), "a" in cache) == (1, None, 9, True)
    cache.set("c", 3)
    assert cache.keys() == ["b", "c"] and cache.statistics()[:2] == (0, 0)


@pytest.mark.parametrize(("boundary", "there"), [("at", False), ("after", True)])
def test_an_entry_as_old_as_its_ttl_is_judged_by_the_boundary(clock: Clock, boundary: str, there: bool) -> None:
    cache = UnifiedCache[str, int].of(ttl=5, boundary=boundary, clock=clock)
    cache.set("a", 1)
    clock.now += 4.5
    assert cache.get("a") == 1
    clock.now += 0.5
    assert ("a" in cache, cache.peek("a") == 1, cache.get_or_compute("a", lambda: 2) == 1) == (there,) * 3
    assert cache.get("a") == (1 if there else 2)
    clock.now += 0.5
    assert ("a" in cache) is not there


def test_reading_does_not_prolong_and_writing_does(clock: Clock) -> None:
    cache = UnifiedCache[str, int].of(ttl=5, clock=clock)
    cache.set("a", 1)
    clock.now += 4
    cache.get("a")
    clock.now += 4
    assert cache.get("a") is None
    cache.set("a", 1)
    clock.now += 4
    cache.set("a", 2)
    clock.now += 4
    assert cache.get("a") == 2


def test_what_is_too_old_is_held_until_looked_up_or_purged(clock: Clock) -> None:
    cache = UnifiedCache[str, int].of(ttl=5, clock=clock)
    cache.set("a", 1)
    cache.set("b", 2)
    clock.now += 5
    cache.set("c", 3)
    assert (len(cache), cache.holds("a"), "a" in cache, cache.items()) == (3, True, False, [("c", 3)])
    cache.get("a")
    assert (len(cache), cache.holds("a")) == (2, False)
    assert (cache.purge(), cache.keys()) == (1, ["c"])
    assert cache.expired == 1, "what is purged was not looked up"


def test_an_entry_may_have_a_ttl_of_its_own(clock: Clock) -> None:
    for limit in (10, None):
        cache = UnifiedCache[str, tuple[int, ...]].of(ttl=limit, clock=clock)
        cache.set("short", (1, 2, 3), ttl=1)
        cache.set("long", (1,), ttl=timedelta(seconds=100))
        cache.set("ever", (), ttl=None)
        cache.set("usual", (9, 9, 9))
        clock.now += 9
        assert cache.get("short") is None and cache.expired == 1
        assert (cache.get("long"), cache.get("ever"), cache.get("usual")) == ((1,), (), (9, 9, 9))
        clock.now += 1
        assert (cache.get("usual") is None) == (limit is not None)
        clock.now += 1e9
        assert "long" not in cache and "ever" in cache
        cache.set("short", (4,))
        assert cache.get("short") == (4,)
        clock.now += 2
        assert cache.get("short") == (4,), "the entry before had the ttl, this one has none"
    with pytest.raises(ValueError, match="ttl"):
        cache.set("a", (), ttl=0)


def test_another_ttl_counts_for_the_entries_there(clock: Clock) -> None:
    cache = UnifiedCache[str, int].of(ttl=5, clock=clock)
    cache.set("a", 1)
    clock.now += 5
    cache.ttl = 6
    assert cache.get("a") == 1 and cache.settings.ttl == 6
    with pytest.raises(ValueError, match="settled"):
        cache.ttl = None
    with pytest.raises(ValueError, match="settled"):
        UnifiedCache[str, int].of(ttl=None).ttl = 5


def test_a_smaller_size_lets_go_at_once() -> None:
    cache = UnifiedCache[str, int].of(max_size=3)
    for number, key in enumerate("abc"):
        cache.set(key, number)
    cache.get("a")
    cache.max_size = 1
    assert (cache.keys(), cache.evictions, cache.max_size) == (["a"], 2, 1)
    with pytest.raises(ValueError, match="max_size"):
        cache.max_size = 0


def test_a_clock_that_goes_back_makes_nothing_too_old(clock: Clock) -> None:
    cache = UnifiedCache[str, int].of(ttl=5, clock=clock)
    cache.set("a", 1)
    clock.now -= 1000
    assert cache.get("a") == 1


def test_it_can_be_used_like_a_dictionary() -> None:
    cache = UnifiedCache[str, int].of()
    cache["a"] = 1
    assert cache["a"] == 1 and list(cache) == ["a"] and cache.items() == [("a", 1)]
    with pytest.raises(KeyError, match="b"):
        cache["b"]
    assert cache.pop("a") == 1 and cache.pop("a", 7) == 7
    with pytest.raises(KeyError, match="a"):
        del cache["a"]


def test_deleting_and_clearing_say_what_went() -> None:
    cache = UnifiedCache[str, int].of()
    cache.set("a", 1)
    cache.set("b", 2)
    assert (cache.delete("a"), cache.delete("a"), cache.clear(), cache.clear(), len(cache)) == (True, False, 1, 0, 0)


def test_a_text_prefix_forgets_texts_and_a_tuple_prefix_tuples() -> None:
    cache = UnifiedCache[Any, int].of()
    for key in ("A-1", "A-2", "AB-1", "A", ("A-", 1), 5, b"A-1", ("n", 1), ("n", 2), ("m", 1), ("n",), "n"):
        cache.set(key, 0)
    for longer in (("n", 2, "x"), ("n", 3, "x")):
        cache.set(longer, 0)
    assert cache.invalidate_prefix(("n", 3)) == 1
    cache.delete(("n", 2, "x"))
    assert cache.invalidate_prefix("A-") == 2
    assert cache.invalidate_prefix(("n",)) == 3
    assert cache.invalidate_prefix(b"A") == 1
    assert cache.keys() == ["AB-1", "A", ("A-", 1), 5, ("m", 1), "n"]


def test_a_predicate_forgets_what_it_holds_for() -> None:
    cache = UnifiedCache[int, int].of()
    for number in range(6):
        cache.set(number, number)
    assert cache.invalidate_where(lambda key: key % 2) == 3
    assert cache.keys() == [0, 2, 4]


def test_a_tag_forgets_its_entries_and_rewritten_ones_have_only_their_new_tags() -> None:
    cache = UnifiedCache[str, int].of(max_size=3)
    cache.set("a", 1, tags=("x", "y"))
    cache.set("b", 2, tags=["x"])
    cache.set("c", 3)
    cache.set("a", 4, tags=("z",))
    assert (cache.invalidate_tag("y"), cache.invalidate_tag("x"), cache.keys()) == (0, 1, ["c", "a"])
    cache.set("d", 5, tags=("w",))
    cache.set("e", 6)
    cache.set("f", 7)
    assert cache.invalidate_tag("z") == 0, "it was evicted"
    assert cache.invalidate_tag("w") == 1
    assert not cache._tags and not cache._tagged  # pyright: ignore[reportPrivateUsage]


def test_an_event_empties_the_types_and_stores_that_are_subscribed() -> None:
    caches = Caches()
    caches.configure({"QUOTES": {"events": ["bar", "close"]}})
    quotes, other, greeks = caches.of("QUOTES"), caches.of("STATE"), caches.of("GREEKS")
    greeks.subscribe("bar", lambda cache, symbol: cache.invalidate_prefix(f"{symbol}-"))
    for cache in (quotes, other, greeks):
        cache.set("A-1", 1)
        cache.set("B-1", 1)
    assert caches.publish("bar", "A") == 3
    assert (len(quotes), other.keys(), greeks.keys()) == (0, ["A-1", "B-1"], ["B-1"])
    other.subscribe("close")
    assert (caches.publish("close"), len(other), caches.publish("nothing")) == (2, 0, 0)


def test_an_action_that_raises_keeps_no_other_from_being_done() -> None:
    caches = Caches()
    stores = [caches.of() for _ in range(5)]
    for number, store in enumerate(stores):
        store.set("a", 1)
        store.subscribe("bar", (lambda cache, payload: 1 // 0) if number == 2 else None)
    with pytest.raises(ZeroDivisionError):
        caches.publish("bar")
    assert [len(store) for store in stores] == [0, 0, 1, 0, 0]


def test_tags_and_clearing_reach_every_store_of_the_caches() -> None:
    caches = Caches()
    left, right = caches.of("STATE"), caches.of("GREEKS")
    for cache in (left, right):
        cache.set("a", 1, tags=("t",))
        cache.set("b", 1)
    assert (caches.invalidate_tag("t"), caches.clear(), len(left) + len(right)) == (2, 2, 0)


def test_counts_are_told_by_type_for_the_stores_that_are_alive() -> None:
    caches = Caches()
    first, second = caches.of("GREEKS"), caches.of("GREEKS")
    first.get("a")
    second.set("a", 1)
    second.get("a")
    assert caches.statistics() == {"GREEKS": (1, 1, 0, 0, 1, 2)}
    del first
    gc.collect()
    assert caches.statistics() == {"GREEKS": (1, 0, 0, 0, 1, 1)}
    assert caches.stores("GREEKS") == [second]


def test_types_of_ones_own_come_from_a_mapping_or_a_toml_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(
        '[app.caches.QUOTES]\nttl = 2.5\nmax_size = false\npolicy = "fifo"\nevents = ["bar"]\n'
        "[app.caches.STATE]\nttl = 5\n"
    )
    caches = Caches()
    caches.configure_from(file, "app.caches")
    told = caches.of("QUOTES").settings
    assert (told.ttl, told.max_size, told.policy, told.events) == (2.5, None, Policy.FIFO, ("bar",))
    assert (caches.settings("STATE").ttl, caches.settings("STATE").max_size) == (5, 200)
    with pytest.raises(KeyError):
        caches.configure_from(file, "app.cache")


@pytest.mark.parametrize(
    ("table", "said"),
    [({"tll": 5}, "no such key: tll; there are ttl, max_size"), ({"ttl": "5"}, "ttl must be a number"),
     ({"max_size": 2.5}, "max_size must be"), ({"max_size": True}, "max_size must be"), ({"ttl": 0}, "more than 0"),
     ({"policy": "lre"}, "there are lru, lfu, fifo, ttl"), ({"boundary": "x"}, "x"), ({"events": "bar"}, "list of"),
     ({"single_flight": 1}, "true or false")],
    ids=str,
)  # fmt: skip
def test_a_configuration_that_makes_no_sense_is_refused_whole(table: dict[str, object], said: str) -> None:
    caches = Caches()
    with pytest.raises(ValueError, match=said) as raised:
        caches.configure({"GOOD": {"ttl": 5}, "BAD": table})
    assert "BAD" in str(raised.value)
    with pytest.raises(ValueError, match="GOOD"):
        caches.of("GOOD")


def test_a_type_in_use_is_not_changed_behind_its_caches() -> None:
    caches = Caches()
    kept = caches.of("STATE")
    with pytest.raises(RuntimeError, match="STATE"):
        caches.configure({"STATE": {"ttl": 5}})
    caches.configure({"STATE": {"ttl": 600}})
    assert kept.ttl == 600

    @caching.cached(maxsize=3, caches=caches)
    def double(number: int) -> int:
        return 2 * number

    with pytest.raises(RuntimeError, match="MEMO"):
        caches.configure({"MEMO": {"max_size": 5}})
    assert double(2) == 4


def test_a_class_of_cachetools_may_say_what_goes() -> None:
    cache = UnifiedCache[str, int].of(max_size=2, policy=cachetools.RRCache)
    for number, key in enumerate("abcd"):
        cache.set(key, number)
    assert len(cache) == 2 and cache.evictions == 2 and sorted(cache.keys()) == sorted(key for key, _ in cache.items())
    assert "RRCache" in repr(cache)


def test_copies_and_pickles_begin_empty_with_the_same_limits() -> None:
    cache = UnifiedCache[str, int].of(CacheType.GREEKS, ttl=5, max_size=7, policy="lfu", boundary="after", name="mine")
    cache.set("a", 1)
    for again in (copy.copy(cache), copy.deepcopy(cache), pickle.loads(pickle.dumps(cache))):
        assert again is not cache and len(again) == 0 and again.name == "mine" and again.cache_type == "GREEKS"
        assert again.settings == cache.settings
        again.set("b", 2)
        assert again.get("b") == 2
    assert cache.keys() == ["a"]


def test_a_copy_of_the_shared_one_is_the_shared_one() -> None:
    shared = UnifiedCache[str, int].shared(CacheType.OPTIMIZATION)
    assert copy.deepcopy(shared) is shared is pickle.loads(pickle.dumps(shared)) is copy.copy(shared)


class Priced(caching.UnifiedCache[str, float]):
    """A subclass with something of its own."""

    def __init__(self, currency: str) -> None:
        super().__init__(CacheType.MARKET_DATA, ttl=7)
        self.currency = currency


def test_a_subclass_keeps_what_is_its_own() -> None:
    cache = Priced("EUR")
    cache.set("a", 1.5)
    again = copy.copy(cache)
    assert (type(again), again.currency, again.ttl, len(again), cache["a"]) == (Priced, "EUR", 7, 0, 1.5)
    assert repr(cache) == "<Priced MARKET_DATA: 1 entries, ttl=7, max_size=2000, policy=lru>"


def test_values_are_let_go_when_their_entry_is() -> None:
    class Big:
        pass

    cache = UnifiedCache[str, Big].of(max_size=1)
    ways: list[Callable[[], object]] = [
        lambda: cache.delete("a"), cache.clear, lambda: cache.set("b", Big()), lambda: cache.set("a", Big())
    ]  # fmt: skip
    for forget in ways:
        value = Big()
        alive = weakref.ref(value)
        cache.set("a", value)
        del value
        assert alive() is not None
        forget()
        assert alive() is None


def test_keys_that_were_asked_for_are_let_go_with_their_entry() -> None:
    class Key:
        pass

    cache = UnifiedCache[Key, int].of()
    ways: list[Callable[[Key], object]] = [cache.delete, cache.pop, lambda _: cache.clear()]
    for forget in ways:
        key = Key()
        cache.set(key, 1)
        assert cache.get(key) == 1
        alive = weakref.ref(key)
        forget(key)
        del key
        assert alive() is None


@pytest.mark.parametrize(
    ("policy", "order"), [("lru", "abdc"), ("fifo", "abcd"), ("lfu", "dbca"), ("ttl", "dacb")], ids=str
)
def test_keys_stand_in_the_order_in_which_they_go(clock: Clock, policy: str, order: str) -> None:
    cache = UnifiedCache[str, int].of(max_size=4, ttl=10, policy=policy, clock=clock)
    for number, key in enumerate("abcd"):
        cache.set(key, number, ttl={"b": 50, "d": 1}.get(key, 10))
    for key in "cabaabdc":
        cache.get(key)
    assert "".join(cache.keys()) == order
    for number in range(3):
        cache.set(f"new {number}", number, ttl=100)
        cache.get(f"new {number}")
        for _ in range(9 if policy == "lfu" else 0):
            cache.get(f"new {number}")
        assert "".join(key for key, _ in cache.items() if len(key) == 1) == order[number + 1 :]


def test_a_destructor_may_use_the_cache() -> None:
    cache = UnifiedCache[Any, Any].of(max_size=3)

    class Talkative:
        def __del__(self) -> None:
            cache.set("died", cache.get("died", 0) + 1)

    for number in range(50):
        cache.set(number % 7, Talkative())
        cache.get(number % 7)
        if number % 10 == 8:
            cache.clear()
        assert len(cache) == len(cache.keys()) <= 3
    cache.clear()
    assert len(cache) == len(cache.keys()) <= 1
    cache.set("x", 1)
    assert cache.get("x") == 1


def test_an_unhashable_key_is_a_type_error() -> None:
    cache = UnifiedCache[Any, Any].of()
    acts: list[Callable[[], object]] = [
        lambda: cache.get([]), lambda: cache.set([], 1), lambda: cache.delete([]), lambda: cache.get_or_compute([], int)
    ]  # fmt: skip
    for act in acts:
        with pytest.raises(TypeError, match="unhashable"):
            act()
    assert len(cache) == 0


def _child(answers: Any, cache: Any, lock_held: bool) -> None:
    values = [cache.get_or_compute("slow", lambda: "child"), cache.get("there"), cache.set("new", 1)]
    answers.put((values, lock_held))


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="this system does not fork")
@pytest.mark.parametrize("locked", [False, True])
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_waits_for_no_thread_of_its_parent(locked: bool) -> None:
    cache = UnifiedCache[str, Any].of()
    cache.set("there", "parent")
    started, go_on = threading.Event(), threading.Event()

    def slow() -> str:
        started.set()
        go_on.wait(10)
        return "parent"

    def hold(_key: str) -> bool:
        slow()
        return False

    def work() -> None:
        if locked:
            cache.invalidate_where(hold)
        else:
            cache.get_or_compute("slow", slow)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        assert started.wait(10)
        context = multiprocessing.get_context("fork")
        answers = context.Queue()
        child = context.Process(target=_child, args=(answers, cache, locked))
        child.start()
        values, _ = answers.get(timeout=20)
        child.join(20)
    finally:
        go_on.set()
        thread.join()
    # What was being changed by a thread that is not there any more is forgotten.
    assert values == ["child", None if locked else "parent", 1] and child.exitcode == 0


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_what_the_page_of_the_documentation_shows_is_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs/unified-cache.md").read_text(encoding="utf-8")
    python, toml = (page.partition(f"```{language}\n")[2].partition("```")[0] for language in ("python", "toml"))
    held: dict[str, Any] = {"__name__": "page"}
    exec(python.replace("app.core.cache", "overhaul.unified.cache"), held)
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "0.4 0.4 252" and said[1] in page
    assert held["monitor"].known.hit_rate == 0.5
    caches = Caches()
    (tmp_path / "settings.toml").write_text(toml)
    caches.configure_from(tmp_path / "settings.toml", "caches")
    expected = caching.CacheSettings(2.5, None, Policy.FIFO, caching.Boundary.AFTER, ("bar",), single_flight=False)
    assert caches.of("QUOTES").settings == expected
    table = [line.split("|")[1:4] for line in page.splitlines() if line.startswith("| `")][:7]
    for name, ttl, size in table:
        told = Caches().settings(name.split("`")[1])
        assert (ttl.strip(), size.strip()) == (str(told.ttl or "none"), str(told.max_size))
