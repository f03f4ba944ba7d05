"""One cache for all: named types with own limits, computed once however many ask, counted, and invalidated together.

    greeks = UnifiedCache[str, Greeks].of(CacheType.GREEKS, ttl=60)       # a store of its own
    greeks.get_or_compute("ALFA-C-100", lambda: calculate("ALFA-C-100"))
    quotes = UnifiedCache[str, Quote].shared(CacheType.MARKET_DATA)       # the one of the process

    @cached(maxsize=128)                                                  # in place of functools.lru_cache
    def trading_days(start: date, end: date) -> int: ...

Needs Python 3.11 or newer and cachetools, imports nothing else, and may be copied as this one file.

Threads: every method may be called from any thread. A hit takes no lock: it reads the dictionary and notes the key in a
queue, which the next writer works off (or the reader whose note fills it), so that order and counts are exact.
Forks: a child keeps the entries it inherits; what was being computed in other threads is begun anew when asked for.
Copies and pickles of a cache begin empty, with the same limits; those of a shared one are the shared one.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import functools
import inspect
import math
import os
import threading
import time
import tomllib
import weakref
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from enum import Enum, StrEnum
from pathlib import Path
from types import CoroutineType
from typing import (
    Any,
    Final,
    Generic,
    Literal,
    NamedTuple,
    Protocol,
    Self,
    TypedDict,
    TypeVar,
    cast,
    overload,
)

import cachetools

__all__ = [
    "CACHES", "Boundary", "CacheInfo", "CacheSettings", "CacheType", "CachedFunction", "Caches", "Policy", "Statistics",
    "UnifiedCache", "arguments", "cached",
]  # fmt: skip

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
D = TypeVar("D")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class CacheType(StrEnum):
    """The types that there are without configuration; a type of your own is a name given to `Caches.configure`."""

    # overhaul: types
    GENERAL = "GENERAL"
    MARKET_DATA = "MARKET_DATA"
    GREEKS = "GREEKS"
    POSITION_AWARE = "POSITION_AWARE"
    OPTIMIZATION = "OPTIMIZATION"
    STATE = "STATE"
    # overhaul: end of types
    MEMO = "MEMO"
    """What `cached` takes when it is told nothing: 128 entries, the least recently used goes first, no expiry."""


class Policy(StrEnum):
    """Which entry goes when one too many comes."""

    LRU = "lru"
    """The one that was least recently read or written."""
    LFU = "lfu"
    """The one that was read and written least often; among equals the one that has been so for longest."""
    FIFO = "fifo"
    """The one that came first; writing it again leaves it in its place."""
    TTL = "ttl"
    """The one that is the first to expire."""


class Boundary(StrEnum):
    """When an entry is too old."""

    AT = "at"
    """As soon as its age has reached the ttl (`>=`)."""
    AFTER = "after"
    """Only when its age is beyond the ttl (`>`)."""


class _Default(Enum):
    """Stands for an argument that was left out."""

    DEFAULT = "the type's own"


_DEFAULT: Final = _Default.DEFAULT
Order = Callable[..., "cachetools.Cache[Any, Any]"]
"""A class of cachetools, or one like it: called with a size it will not reach, its `popitem` says which key goes."""
Ttl = float | timedelta | None
_ABSENT: Final[Any] = object()
_KEYWORDS: Final = object()
_NOTED: Final = 1024
"""Look-ups that may wait for a writer; a reader that notes the last of them works them off, if nobody else does."""
_NOTED_AT_MOST: Final = 16 * _NOTED
_PLAIN: Final = frozenset({int, str})
"""A single argument of these is its own key, as in functools.lru_cache (so 1 and True, or 1.0, are kept apart)."""


def _check_ttl(ttl: float) -> None:
    if isinstance(ttl, bool) or not ttl > 0:
        raise ValueError(f"ttl must be more than 0 seconds, or None for no expiry, not {ttl!r}")


def _seconds(ttl: Ttl) -> float | None:
    if isinstance(ttl, timedelta):
        ttl = ttl.total_seconds()
    if ttl is not None:
        _check_ttl(ttl)
    return ttl


def _policy(given: object) -> Policy | Order:
    if callable(given):
        return cast(Order, given)
    try:
        return Policy(cast(str, given))
    except ValueError:
        known = ", ".join(Policy)
        raise ValueError(f"no such policy: {given!r}; there are {known}, and the classes of cachetools") from None


class Statistics(NamedTuple):
    """What was asked for and what came of it; each look-up counts as one of the first three."""

    hits: int = 0
    """The value was there, or another caller was just computing it."""
    misses: int = 0
    """There was none."""
    expired: int = 0
    """There was one, and it was too old."""
    evictions: int = 0
    """Entries that had to go because another one came."""
    size: int = 0
    """Entries held, those not yet found to be too old among them."""
    stores: int = 0
    """Caches and functions counted here."""

    @property
    def hit_rate(self) -> float:
        """Share of look-ups that were hits, 0 to 1; 0 when nothing was asked for."""
        asked = self.hits + self.misses + self.expired
        return self.hits / asked if asked else 0.0


class CacheInfo(NamedTuple):
    """What `cache_info()` of functools.lru_cache answers; a value that was too old counts as missed."""

    hits: int
    misses: int
    maxsize: int | None
    currsize: int


class CacheParameters(TypedDict):
    """What `cache_parameters()` of functools.lru_cache answers."""

    maxsize: int | None
    typed: bool


@dataclass(frozen=True, slots=True)
class CacheSettings:
    """The limits of a type. Raises ValueError for limits that make no sense, such as a ttl of 0."""

    ttl: float | None = None
    """Seconds for which an entry is valid; None: for ever."""
    max_size: int | None = None
    """Entries held at most; None: as many as come."""
    policy: Policy | Order = Policy.LRU
    boundary: Boundary = Boundary.AT
    events: tuple[str, ...] = ()
    """Events that empty the caches of this type."""
    single_flight: bool = True
    """Whether of those who ask for a value at once one computes it; else each does, and nobody waits."""

    def __post_init__(self) -> None:
        if self.ttl is not None:
            _check_ttl(self.ttl)
        if self.max_size is not None and (isinstance(self.max_size, bool) or self.max_size < 1):
            raise ValueError(f"max_size must be at least 1, or None for no limit, not {self.max_size!r}")

    @classmethod
    def read(cls, name: str, table: Mapping[str, object], base: CacheSettings | None = None) -> CacheSettings:
        """From a mapping, such as a table of TOML; what it leaves out is as in `base`.

        Raises ValueError for a key that there is not, and for a value that is none.
        """
        known = [field.name for field in fields(cls)]
        if strange := sorted(set(table) - set(known)):
            raise ValueError(f"cache type {name}: no such key: {', '.join(strange)}; there are {', '.join(known)}")
        given: dict[str, Any] = dict(table)
        for key, kinds in (("ttl", (int, float, timedelta)), ("max_size", (int,))):
            # TOML has no null: what is false there is none here.
            if key in given and (given[key] is None or given[key] is False):
                given[key] = None
            elif key in given and (isinstance(given[key], bool) or not isinstance(given[key], kinds)):
                raise ValueError(f"cache type {name}: {key} must be a number, or false for none, not {given[key]!r}")
        if not isinstance(given.get("single_flight", True), bool):
            raise ValueError(f"cache type {name}: single_flight must be true or false, not {given['single_flight']!r}")
        if "events" in given:
            events = given["events"]
            if isinstance(events, str) or not all(isinstance(event, str) for event in events):
                raise ValueError(f"cache type {name}: events must be a list of names, not {events!r}")
            given["events"] = tuple(events)
        try:
            if "ttl" in given:
                given["ttl"] = _seconds(given["ttl"])
            if "policy" in given:
                given["policy"] = _policy(given["policy"])
            if "boundary" in given:
                given["boundary"] = Boundary(given["boundary"])
            return replace(base or cls(), **given)
        except ValueError as error:
            raise ValueError(f"cache type {name}: {error}") from None


_BUILT_IN: Final[Mapping[str, CacheSettings]] = {
    # overhaul: types
    CacheType.GENERAL: CacheSettings(300, 1000),
    CacheType.MARKET_DATA: CacheSettings(60, 2000),
    CacheType.GREEKS: CacheSettings(120, 500),
    CacheType.POSITION_AWARE: CacheSettings(180, 1500),
    CacheType.OPTIMIZATION: CacheSettings(300, 1000),
    CacheType.STATE: CacheSettings(600, 200),
    # overhaul: end of types
    CacheType.MEMO: CacheSettings(None, 128),
}


class _Aged(NamedTuple):
    """An entry with a ttl of its own, in a store that has none."""

    value: Any
    born: float
    ttl: float


class _Flight:
    """A value that is being computed, and who waits for it."""

    __slots__ = ("blocks", "over", "parent", "tags", "thread", "value", "waiters", "waits")
    over: bool
    parent: _Flight | None

    def __init__(self, outer: _Flight | None, tags: tuple[str, ...], blocks: bool) -> None:
        while outer is not None and outer.over:
            outer = outer.parent
        self.parent = outer
        """The computation in which this one was asked for."""
        self.tags = tags
        self.thread = threading.get_ident()
        """Where it is computed, and of the event loop that it needs to go on."""
        self.blocks = blocks
        """Whether that thread does nothing else until it has ended."""
        self.value: Any = _ABSENT
        self.over = False
        self.waiters: tuple[Callable[[], object], ...] = ()
        """Wakes each that waits."""
        self.waits: tuple[_Flight, ...] = ()
        """What the computation, or one inside of it, waits for."""

    def boarded(self, blocking: bool) -> bool:
        """Note that the caller waits for it; False when it could end only after something of the caller's has."""
        mine, thread = set(_insides()), threading.get_ident()
        with _WAITS:
            if _WAITS.stuck(self, mine, thread, blocking):
                return False
            for flight in mine:
                flight.waits += (self,)
            if blocking:
                _WAITS.blocked[thread] = self
        return True

    def left(self, blocking: bool) -> None:
        """Note that the caller does not wait any more."""
        with _WAITS:
            for flight in _insides():
                place = flight.waits.index(self)
                flight.waits = flight.waits[:place] + flight.waits[place + 1 :]
            if blocking:
                _WAITS.blocked.pop(threading.get_ident(), None)


class _Waits:
    """Who waits for what, in all caches, as they may wait for each other; to be read and changed inside of `with`."""

    def __init__(self) -> None:
        self._lock = lock = threading.RLock()
        self.blocked: dict[int, _Flight] = {}
        """What a thread waits for, and with it whatever is computed there, its event loop too."""
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(before=lock.acquire, after_in_parent=lock.release, after_in_child=self._forked)

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def _forked(self) -> None:
        self.blocked.clear()
        self._lock.release()

    def stuck(self, awaited: _Flight, mine: set[_Flight], thread: int, blocking: bool) -> bool:
        """Whether a flight cannot end before one of these, or before something that this thread then keeps waiting."""
        seen: set[_Flight] = {awaited}
        unseen: list[_Flight] = [awaited]
        while unseen:
            flight = unseen.pop()
            if flight in mine or (flight.thread == thread and (blocking or flight.blocks)):
                return True
            further = set(flight.waits)
            if flight.thread in self.blocked:
                further.add(self.blocked[flight.thread])
            unseen.extend(further - seen)
            seen |= further
        return False


_INSIDE: Final[ContextVar[_Flight | None]] = ContextVar("unified_cache_inside", default=None)
"""The innermost computation that the running code is part of."""
_WAITS: Final = _Waits()


def _insides() -> Iterator[_Flight]:
    flight = _INSIDE.get()
    while flight is not None:
        yield flight
        flight = flight.parent


def _wake(loop: asyncio.AbstractEventLoop, future: asyncio.Future[None]) -> None:
    """From whatever thread; one that is not waiting any more, or whose loop has been closed, is none the worse."""

    def wake() -> None:
        if not future.done():
            future.set_result(None)

    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(wake)


# pyright: reportPrivateUsage=false
# The parts of this file know each other.


class UnifiedCache(Generic[K, V]):
    """A cache with a type, whose limits it takes unless told otherwise. `None` is a value like any other.

    A look-up counts as exactly one of hit, miss and expired. Entries that are too old go when they are looked up, when
    `purge` is called, or when it is their turn by the policy; until then `len` counts them.
    """

    __slots__ = (
        "__weakref__", "_absent", "_actions", "_at", "_caches", "_clock", "_draining", "_entries", "_evictions",
        "_expired", "_flights", "_hits", "_limit", "_lock", "_misses", "_mixed", "_moves", "_order", "_recency",
        "_settings", "_shared", "_tagged", "_tags", "_touched", "_ttl", "cache_type", "name",
    )  # fmt: skip

    def __init__(
        self, cache_type: str = CacheType.GENERAL, *, ttl: Ttl | _Default = _DEFAULT,
        max_size: int | _Default | None = _DEFAULT, policy: str | Order | _Default = _DEFAULT,
        boundary: str | _Default = _DEFAULT, single_flight: bool | _Default = _DEFAULT,
        clock: Callable[[], float] = time.monotonic, name: str = "", caches: Caches | None = None,
    ) -> None:  # fmt: skip
        """Empty, with the limits of its type where none is given.

        `ttl` is in seconds of `clock`, or a timedelta; without `single_flight` it computes as a dictionary would have
        it: each who finds nothing, and nobody waits; `name` is for you to tell it by. Raises ValueError for a type that
        there is not, and for limits that make no sense.
        """
        caches = CACHES if caches is None else caches
        settings = caches.settings(cache_type)
        if ttl is not _DEFAULT:
            settings = replace(settings, ttl=_seconds(ttl))
        if max_size is not _DEFAULT:
            settings = replace(settings, max_size=max_size)
        if policy is not _DEFAULT:
            settings = replace(settings, policy=_policy(policy))
        if boundary is not _DEFAULT:
            settings = replace(settings, boundary=Boundary(boundary))
        if single_flight is not _DEFAULT:
            settings = replace(settings, single_flight=single_flight)
        self._begin(str(cache_type), settings, clock, name, caches)

    @classmethod
    def of(
        cls, cache_type: str = CacheType.GENERAL, *, ttl: Ttl | _Default = _DEFAULT,
        max_size: int | _Default | None = _DEFAULT, policy: str | Order | _Default = _DEFAULT,
        boundary: str | _Default = _DEFAULT, single_flight: bool | _Default = _DEFAULT,
        clock: Callable[[], float] = time.monotonic, name: str = "",
    ) -> Self:  # fmt: skip
        """A store of its own, which shares entries with no other; arguments as above."""
        return cls(
            cache_type, ttl=ttl, max_size=max_size, policy=policy, boundary=boundary, single_flight=single_flight,
            clock=clock, name=name,
        )  # fmt: skip

    @classmethod
    def shared(cls, cache_type: str = CacheType.GENERAL) -> UnifiedCache[K, V]:
        """The one store of this type in this process, with the limits of the type."""
        return CACHES.shared(cache_type)

    def _begin(
        self, cache_type: str, settings: CacheSettings, clock: Callable[[], float], name: str, caches: Caches
    ) -> None:  # fmt: skip
        self.cache_type = cache_type
        self.name = name
        self._settings = settings
        self._clock = clock
        self._caches = caches
        self._shared = False
        self._limit = math.inf if settings.max_size is None else settings.max_size
        self._moves = settings.policy is not Policy.FIFO  # whether writing again is coming anew
        self._recency = settings.policy is Policy.LRU and settings.max_size is not None
        self._mixed = False  # whether an entry has, or had, a ttl of its own
        self._ttl = settings.ttl
        self._at = settings.boundary is Boundary.AT
        self._lock = threading.RLock()
        # In the order in which they go (unless `_order` knows). Values as they are when the store has no ttl, and
        # otherwise (value, time of writing, own ttl or None); an entry is never changed, only replaced.
        self._entries: OrderedDict[K, Any] = OrderedDict()
        self._order: cachetools.Cache[Any, Any] | None = self._new_order()
        # What look-ups note without the lock: the keys of hits, and a None for each miss.
        self._touched: list[K] = []
        self._absent: list[None] = []
        self._draining = False
        self._tags: dict[str, set[K]] = {}
        self._tagged: dict[K, tuple[str, ...]] = {}
        self._flights: dict[K, _Flight] = {}
        self._actions: dict[str, Callable[[UnifiedCache[K, V], Any], int]] = {}
        self._hits = self._misses = self._expired = self._evictions = 0
        with caches._lock:
            caches._stores.add(self)

    def _new_order(self) -> cachetools.Cache[Any, Any] | None:
        policy = self._settings.policy
        if policy is Policy.LFU:
            return cachetools.LFUCache(math.inf)
        return None if isinstance(policy, Policy) else policy(math.inf)

    # ------------------------------------------------------------------------------------------------- reading

    @overload
    def get(self, key: K, default: None = None) -> V | None: ...
    @overload
    def get(self, key: K, default: D) -> V | D: ...
    def get(self, key: K, default: object = None) -> object:
        """The value, or the default when there is none or it is too old; counts."""
        # `_find`, and the wrapper that `cached` makes, say the same once more: this is what must be short.
        entry = self._entries.get(key, _ABSENT)
        if entry is not _ABSENT:
            ttl = self._ttl
            if ttl is None and entry.__class__ is not _Aged:
                value = entry
            else:
                value, born, own = entry
                if self._clock() - born >= (ttl if own is None else own):
                    return self._missed(key, default)
            self._touched.append(key)
            if len(self._touched) >= _NOTED:
                self._relieve()
            return value
        self._absent.append(None)
        if len(self._absent) >= _NOTED:
            self._relieve()
        return default

    @overload
    def peek(self, key: K, default: None = None) -> V | None: ...
    @overload
    def peek(self, key: K, default: D) -> V | D: ...
    def peek(self, key: K, default: object = None) -> object:
        """The value or the default, without counting, and without changing what goes next."""
        value = self._fresh(self._entries.get(key, _ABSENT))
        return default if value is _ABSENT else value

    def holds(self, key: K) -> bool:
        """Whether there is an entry, be it too old or not."""
        return key in self._entries

    def __contains__(self, key: object) -> bool:
        """Whether there is a value that `get` would give; does not count."""
        return self._fresh(self._entries.get(cast(K, key), _ABSENT)) is not _ABSENT

    def __len__(self) -> int:
        return len(self._entries)

    def keys(self) -> list[K]:
        """All keys, those of entries too old among them, in the order in which the policy lets them go.

        Without limit nothing ever goes, and the order is that of writing.
        """
        with self._lock:
            self._drain()
            if self._order is not None:
                order = copy.copy(self._order)
                return [order.popitem()[0] for _ in range(len(order))]
            if self._settings.policy is Policy.TTL:
                return sorted(self._entries, key=lambda key: self._deadline(self._entries[key]))
            return list(self._entries)

    def items(self) -> list[tuple[K, V]]:
        """Keys and values that are valid, ordered like the keys; does not count."""
        with self._lock:
            pairs = [(key, self._fresh(self._entries[key])) for key in self.keys()]
        return [pair for pair in pairs if pair[1] is not _ABSENT]

    def __iter__(self) -> Iterator[K]:
        return iter([key for key, _ in self.items()])

    def __getitem__(self, key: K) -> V:
        value = self.get(key, _ABSENT)
        if value is _ABSENT:
            raise KeyError(key)
        return cast(V, value)

    def _fresh(self, entry: Any) -> Any:
        """The value of an entry, if there is one and it is not too old."""
        ttl = self._ttl
        if entry is _ABSENT or (ttl is None and entry.__class__ is not _Aged):
            return entry
        value, born, own = entry
        if own is not None:
            ttl = own
        age = self._clock() - born
        return _ABSENT if age >= ttl and (self._at or age > ttl) else value

    def _deadline(self, entry: Any) -> float:
        if self._ttl is None and entry.__class__ is not _Aged:
            return math.inf
        _, born, own = entry
        return cast(float, born + (self._ttl if own is None else own))

    def _find(self, key: K) -> Any:
        """The value, counted as a hit, or _ABSENT, not counted; the latter also for what may just be too old."""
        entry = self._entries.get(key, _ABSENT)
        if entry is _ABSENT:
            return entry
        ttl = self._ttl
        if ttl is None and entry.__class__ is not _Aged:
            value = entry
        else:
            value, born, own = entry
            if self._clock() - born >= (ttl if own is None else own):
                return _ABSENT
        self._touched.append(key)
        if len(self._touched) >= _NOTED:
            self._relieve()
        return value

    def _missed(self, key: K, default: object) -> object:
        """Look once more, with the lock: a hit after all, or something too old, which goes, or a miss."""
        with self._lock:
            entry = self._entries.get(key, _ABSENT)
            if entry is _ABSENT:
                self._misses += 1
                return default
            value = self._fresh(entry)
            if value is _ABSENT:
                self._drop(key)
                self._expired += 1
                return default
            self._touched.append(key)
            return value

    # ------------------------------------------------------------------------------------------------- writing

    def set(self, key: K, value: V, ttl: Ttl | _Default = _DEFAULT, tags: Iterable[str] = ()) -> V:
        """Write, and give the value back; what is being computed for this key will not be kept.

        `ttl` and `tags` are this entry's own: those of the entry before are gone.
        """
        own = None if ttl is _DEFAULT else _own(ttl)
        marks = tuple(tags)
        with self._lock:
            if self._flights:
                self._flights.pop(key, None)
            self._put(key, value, own, marks)
        return value

    def __setitem__(self, key: K, value: V) -> None:
        self.set(key, value)

    def delete(self, key: K) -> bool:
        """Forget one key, and say whether there was an entry for it."""
        with self._lock:
            self._flights.pop(key, None)
            there = key in self._entries
            if there:
                self._drop(key)
            return there

    def __delitem__(self, key: K) -> None:
        if not self.delete(key):
            raise KeyError(key)

    def pop(self, key: K, default: D | None = None) -> V | D | None:
        """Forget one key, and give its value, or the default where there is none that is valid; does not count."""
        with self._lock:
            value = self._fresh(self._entries.get(key, _ABSENT))
            self.delete(key)
        return default if value is _ABSENT else cast(V, value)

    def clear(self) -> int:
        """Forget everything, and say how many entries went. Counts of look-ups stay."""
        with self._lock:
            self._drain()
            before = list(self._entries.values())  # held to the end: their destructors must find a whole cache
            self._flights.clear()
            self._entries.clear()
            self._mixed = False
            self._order = self._new_order()
            self._tags.clear()
            self._tagged.clear()
            return len(before)

    def restart(self) -> None:
        """Forget everything, the counts too: what `cache_clear` of functools.lru_cache does."""
        with self._lock:
            self.clear()
            self._hits = self._misses = self._expired = self._evictions = 0

    def purge(self) -> int:
        """Let go of entries that are too old, and say how many there were."""
        with self._lock:
            old = [key for key, entry in self._entries.items() if self._fresh(entry) is _ABSENT]
            for key in old:
                self._drop(key)
            return len(old)

    def _keep(self, key: K, value: V, own: float | None, tags: tuple[str, ...]) -> None:
        with self._lock:
            self._put(key, value, own, tags)

    def _put(self, key: K, value: V, own: float | None, tags: tuple[str, ...]) -> None:
        """With the lock held."""
        if self._touched:
            self._drain()
        entry: Any = value
        if self._ttl is not None:
            entry = (value, self._clock(), own)
        elif own is not None:
            entry = _Aged(value, self._clock(), own)
        entries, limit = self._entries, self._limit
        before = entries.get(key, _ABSENT)  # held to the end: what its destructor does must find a whole cache
        if before is not _ABSENT:
            entries[key] = entry
            if self._moves:
                entries.move_to_end(key)
            if self._tagged:
                self._untag(key)
        else:
            while len(entries) >= limit:
                self._evict()
            entries[key] = entry
        if self._order is not None:
            self._order[key] = None
        if own is not None:
            self._mixed = True
        if tags:
            self._tagged[key] = tags
            for tag in tags:
                self._tags.setdefault(tag, set()).add(key)

    def _evict(self) -> None:
        self._evictions += 1
        if self._order is not None:
            key = self._order.popitem()[0]
        elif self._mixed and self._settings.policy is Policy.TTL:
            key = min(self._entries, key=lambda key: self._deadline(self._entries[key]))
        else:
            key = next(iter(self._entries))
        self._drop(key)

    def _drop(self, key: K) -> None:
        """With the lock held, and an entry there."""
        if self._touched:
            self._drain()  # or the key would be held by what is noted
        before = self._entries.pop(key)  # held to the end, as above
        if self._order is not None:
            self._order.pop(key, None)
        if self._tagged:
            self._untag(key)
        del before

    def _untag(self, key: K) -> None:
        for tag in self._tagged.pop(key, ()):
            keys = self._tags[tag]
            keys.discard(key)
            if not keys:
                del self._tags[tag]

    def _relieve(self) -> None:
        """Work off what is noted if nobody else does; wait only when far too many have come together."""
        if self._lock.acquire(max(len(self._touched), len(self._absent)) >= _NOTED_AT_MOST):
            try:
                self._drain()
            finally:
                self._lock.release()

    def _drain(self) -> None:
        """Count the hits noted so far, and order the entries by them; with the lock held."""
        if self._draining:  # by a destructor that asks the cache
            return
        self._draining = True
        try:
            # Others append meanwhile, and only here is taken away.
            count = len(self._absent)
            del self._absent[:count]
            self._misses += count
            batch = self._touched[:]
            del self._touched[: len(batch)]
            self._hits += len(batch)
            if self._recency:
                # Only the last hit of each key matters.
                moves = map(self._entries.move_to_end, reversed(dict.fromkeys(reversed(batch))))
            elif self._order is not None:
                moves = map(self._order.__getitem__, batch)
            else:
                return
            while True:
                try:
                    for _ in moves:
                        pass
                    return
                except KeyError:  # it has gone meanwhile; the others follow
                    continue
        finally:
            self._draining = False

    # ------------------------------------------------------------------------------------------------- computing

    def get_or_compute(
        self, key: K, compute: Callable[[], V], ttl: Ttl | _Default = _DEFAULT, tags: Iterable[str] = ()
    ) -> V:  # fmt: skip
        """The value, computed if there is none; of those who ask at once one computes, and the others wait for it.

        What `compute` raises reaches its own caller only, and nothing is kept: of those who wait, one tries again. Who
        would wait for himself, by recursion or round about through other threads, computes too. A key that is written
        or forgotten meanwhile is not overwritten: those who asked get what was computed, and it is not kept.
        """
        value = self._find(key)
        if value is not _ABSENT:
            return cast(V, value)
        own, tags = _own(ttl), tuple(tags)
        if not self._settings.single_flight:
            value = self._missed(key, _ABSENT)
            if value is _ABSENT:
                value = _computed(compute)
                self._keep(key, value, own, tags)
            return cast(V, value)
        while True:
            value, flight, baton = self._board(key, tags, None)
            if flight is None:
                return cast(V, value)
            if baton is None:
                token = _INSIDE.set(flight)
                try:
                    value = _computed(compute)
                    return value
                finally:
                    _INSIDE.reset(token)
                    self._land(key, flight, value, own)
            try:
                baton.acquire()
            finally:
                flight.left(blocking=True)
            if flight.value is not _ABSENT:
                self._touched.append(key)
                return cast(V, flight.value)

    async def get_or_compute_async(
        self, key: K, compute: Callable[[], Awaitable[V]], ttl: Ttl | _Default = _DEFAULT, tags: Iterable[str] = ()
    ) -> V:  # fmt: skip
        """As `get_or_compute`, for a coroutine function; the two wait for each other, and so do event loops.

        One who is cancelled while he waits takes nothing from the others; if it is the one who computes, another of
        those who wait begins anew.
        """
        value = self._find(key)
        if value is not _ABSENT:
            return cast(V, value)
        own, tags, loop = _own(ttl), tuple(tags), asyncio.get_running_loop()
        if not self._settings.single_flight:
            value = self._missed(key, _ABSENT)
            if value is _ABSENT:
                value = await compute()
                self._keep(key, value, own, tags)
            return cast(V, value)
        while True:
            value, flight, future = self._board(key, tags, loop)
            if flight is None:
                return cast(V, value)
            if future is None:
                token = _INSIDE.set(flight)
                try:
                    value = await compute()
                    return value
                finally:
                    _INSIDE.reset(token)
                    self._land(key, flight, value, own)
            try:
                await future
            finally:
                flight.left(blocking=False)
            if flight.value is not _ABSENT:
                self._touched.append(key)
                return cast(V, flight.value)

    def _board(
        self, key: K, tags: tuple[str, ...], loop: asyncio.AbstractEventLoop | None
    ) -> tuple[Any, _Flight | None, Any]:  # fmt: skip
        """A value and no flight; or a flight, and what to wait for, which is None for the one who computes."""
        with self._lock:
            entry = self._entries.get(key, _ABSENT)
            value = entry if entry is _ABSENT else self._fresh(entry)
            if value is not _ABSENT:
                self._touched.append(key)
                return value, None, None
            flight = self._flights.get(key)
            if flight is not None and flight.boarded(loop is None):
                if loop is None:
                    baton = threading.Lock()
                    baton.acquire()
                    flight.waiters += (baton.release,)
                    return _ABSENT, flight, baton
                future: asyncio.Future[None] = loop.create_future()
                flight.waiters += (functools.partial(_wake, loop, future),)
                return _ABSENT, flight, future
            if entry is _ABSENT:
                self._misses += 1
            else:
                self._drop(key)
                self._expired += 1
            mine = _Flight(_INSIDE.get(), tags, loop is None)
            # One that computes what it would have to wait for leaves the keeping to the one that was first.
            self._flights.setdefault(key, mine)
            return _ABSENT, mine, None

    def _land(self, key: K, flight: _Flight, value: Any, own: float | None) -> None:
        with self._lock:
            try:
                if self._flights.get(key) is flight:
                    del self._flights[key]
                    if value is not _ABSENT:
                        self._put(key, value, own, flight.tags)
            finally:
                flight.value = value
                flight.over = True
        for wake in flight.waiters:
            wake()

    # ------------------------------------------------------------------------------------------------- invalidating

    def invalidate_prefix(self, prefix: str | bytes | tuple[Hashable, ...]) -> int:
        """Forget all keys that begin so: texts with a text, tuples with a tuple; say how many entries went.

        Looks at every key.
        """
        match prefix:
            case tuple():
                return self.invalidate_where(lambda key: isinstance(key, tuple) and key[: len(prefix)] == prefix)
            case str():
                return self.invalidate_where(lambda key: isinstance(key, str) and key.startswith(prefix))
            case _:
                return self.invalidate_where(lambda key: isinstance(key, bytes) and key.startswith(prefix))

    def invalidate_where(self, wanted: Callable[[K], object]) -> int:
        """Forget all keys for which that holds, and say how many entries went; others wait while it is asked."""
        with self._lock:
            for key in list(self._flights):
                if wanted(key):
                    self._flights.pop(key, None)
            return sum(self.delete(key) for key in list(self._entries) if wanted(key))

    def invalidate_tag(self, tag: str) -> int:
        """Forget all entries that were written with this tag, and say how many went."""
        with self._lock:
            for key, flight in list(self._flights.items()):
                if tag in flight.tags:
                    del self._flights[key]
            return sum(self.delete(key) for key in list(self._tags.get(tag, ())))

    def subscribe(self, event: str, action: Callable[[UnifiedCache[K, V], Any], int] | None = None) -> None:
        """Have `Caches.publish(event, payload)` empty this store, or call `action(store, payload)`.

        The action says how many entries went. A second one for an event takes the place of the first.
        """
        with self._lock:
            self._actions[event] = action or _empty

    # ------------------------------------------------------------------------------------------------- telling

    def statistics(self) -> Statistics:
        """What was asked for so far, at one moment."""
        with self._lock:
            self._drain()
            return Statistics(self._hits, self._misses, self._expired, self._evictions, len(self._entries), 1)

    @property
    def hits(self) -> int:
        """Look-ups that gave a value which was there or being computed."""
        return self.statistics().hits

    @property
    def misses(self) -> int:
        """Look-ups that found nothing."""
        return self.statistics().misses

    @property
    def expired(self) -> int:
        """Look-ups that found what was too old."""
        return self._expired

    @property
    def evictions(self) -> int:
        """Entries that had to go because another one came."""
        return self._evictions

    @property
    def hit_rate(self) -> float:
        """Share of look-ups that were hits, 0 to 1; 0 when nothing was asked for."""
        return self.statistics().hit_rate

    @property
    def settings(self) -> CacheSettings:
        """The limits as they are now."""
        return self._settings

    @property
    def policy(self) -> Policy | Order:
        """Which entry goes first."""
        return self._settings.policy

    @property
    def ttl(self) -> float | None:
        """Seconds for which entries are valid that have no ttl of their own; counts for those there, too, when set.

        Raises ValueError when a store without ttl is given one, or the other way round: its entries have no age.
        """
        return self._ttl

    @ttl.setter
    def ttl(self, ttl: Ttl) -> None:
        seconds = _seconds(ttl)
        if (seconds is None) != (self._ttl is None):
            raise ValueError("whether entries expire at all is settled when a cache is made")
        with self._lock:
            self._settings = replace(self._settings, ttl=seconds)
            self._ttl = seconds

    @property
    def max_size(self) -> int | None:
        """Entries held at most, or None; when set, those beyond it go at once, and count as evicted."""
        return self._settings.max_size

    @max_size.setter
    def max_size(self, max_size: int | None) -> None:
        with self._lock:
            self._drain()
            self._settings = replace(self._settings, max_size=max_size)
            self._recency = self.policy is Policy.LRU and max_size is not None
            self._limit = math.inf if max_size is None else max_size
            while len(self._entries) > self._limit:
                self._evict()

    def __repr__(self) -> str:
        name = f"{type(self).__name__} {self.cache_type}{self.name and ' ' + self.name}"
        policy = self.policy if isinstance(self.policy, Policy) else getattr(self.policy, "__name__", repr(self.policy))
        return f"<{name}: {len(self)} entries, ttl={self.ttl}, max_size={self.max_size}, policy={policy}>"

    # ------------------------------------------------------------------------------------------------- copying

    def __reduce_ex__(self, protocol: Any) -> Any:
        if self._shared:
            return UnifiedCache[Any, Any].shared, (self.cache_type,)
        return super().__reduce_ex__(max(2, protocol))

    def __getstate__(self) -> tuple[Any, ...]:
        own = dict(getattr(self, "__dict__", {}))  # of a subclass
        return self.cache_type, self._settings, self._clock, self.name, own

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        cache_type, settings, clock, name, own = state
        self._begin(cache_type, settings, clock, name, CACHES)
        for attribute, value in own.items():
            setattr(self, attribute, value)

    def _forked(self) -> None:
        """In a child: no other thread is left there, and what one of them was writing is forgotten."""
        if self._lock.acquire(blocking=False):
            self._lock.release()
        else:
            self._lock, self._draining = threading.RLock(), False
            self.clear()
        self._flights.clear()


def _own(ttl: Ttl | _Default) -> float | None:
    """The ttl of an entry, which is infinite for None; None when it has none of its own."""
    if ttl is _DEFAULT:
        return None
    return math.inf if ttl is None else _seconds(ttl)


def _computed(compute: Callable[[], V]) -> V:
    value = compute()
    if isinstance(value, CoroutineType):
        value.close()
        raise TypeError("compute is a coroutine function: await get_or_compute_async instead")
    return value


def _empty(store: UnifiedCache[Any, Any], _payload: object) -> int:
    return store.clear()


class _Counted(Protocol):
    """A function with functools.lru_cache, as far as it is asked here."""

    def cache_info(self) -> CacheInfo: ...

    def cache_clear(self) -> None: ...


class Caches:
    """The types of cache that there are, and the stores of each; `CACHES` is the one of the process."""

    def __init__(self, settings: Mapping[str, CacheSettings] | None = None) -> None:
        """With the types given, or those that are built in."""
        self._settings: dict[str, CacheSettings] = dict(_BUILT_IN if settings is None else settings)
        self._stores: weakref.WeakSet[UnifiedCache[Any, Any]] = weakref.WeakSet()
        self._functions: weakref.WeakKeyDictionary[_Counted, str] = weakref.WeakKeyDictionary()
        self._shared: dict[str, UnifiedCache[Any, Any]] = {}
        self._lock = threading.RLock()
        if hasattr(os, "register_at_fork"):
            me = weakref.ref(self)
            lock = self._lock

            def forked() -> None:
                lock.release()
                if (caches := me()) is not None:
                    for store in caches.stores():
                        store._forked()

            os.register_at_fork(before=lock.acquire, after_in_parent=lock.release, after_in_child=forked)

    def settings(self, cache_type: str) -> CacheSettings:
        """The limits of a type. Raises ValueError when there is none of this name."""
        try:
            return self._settings[str(cache_type)]
        except KeyError:
            known = ", ".join(sorted(self._settings))
            raise ValueError(f"no cache type {cache_type!r}; there are {known}; configure adds others") from None

    def configure(self, types: Mapping[str, Mapping[str, object]]) -> None:
        """Add types, or change those that are there, by their names; a key that is left out stays as it was.

        `{"QUOTES": {"ttl": 5, "max_size": 100, "policy": "lru", "boundary": "at", "events": ["bar"]}}`. Raises
        ValueError for keys and values that are none, and RuntimeError for a type in use: its caches would not follow.
        """
        with self._lock:
            read = {
                name: CacheSettings.read(name, table, self._settings.get(name)) for name, table in types.items()
            }  # fmt: skip
            changed = {name for name, settings in read.items() if self._settings.get(name) not in (None, settings)}
            used = {store.cache_type for store in self._stores} | set(self._functions.values())
            if late := sorted(changed & used):
                raise RuntimeError(f"there are caches of {', '.join(late)} already: configure before the first is made")
            self._settings.update((str(name), settings) for name, settings in read.items())

    def configure_from(self, path: str | Path, table: str = "caches") -> None:
        """Configure with a table of a TOML file, named with dots: `tool.mine.caches`. Raises KeyError without it."""
        found: Any = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        for part in table.split("."):
            found = found[part]
        self.configure(found)

    def of(self, cache_type: str = CacheType.GENERAL, **limits: Any) -> UnifiedCache[Any, Any]:
        """A store of its own, counted here; limits as those of `UnifiedCache`."""
        return UnifiedCache[Any, Any](cache_type, caches=self, **limits)

    def shared(self, cache_type: str = CacheType.GENERAL) -> UnifiedCache[Any, Any]:
        """The one store of this type that all share."""
        with self._lock:
            store = self._shared.get(str(cache_type))
            if store is None:
                store = self._shared[str(cache_type)] = UnifiedCache[Any, Any](cache_type, name="shared", caches=self)
                store._shared = self is CACHES
            return store

    def stores(self, cache_type: str | None = None) -> list[UnifiedCache[Any, Any]]:
        """All stores that are alive, of one type or of all; functions with `cached` have some that are their own."""
        with self._lock:
            return [store for store in self._stores if cache_type is None or store.cache_type == cache_type]

    def publish(self, event: str, payload: object = None) -> int:
        """Invalidate what is subscribed to an event, by type or by store, and say how many entries went.

        When an action raises, the others are still done before that is raised.
        """
        gone: list[int] = []

        def act(store: UnifiedCache[Any, Any], action: Callable[[UnifiedCache[Any, Any], Any], int]) -> None:
            gone.append(action(store, payload))

        with contextlib.ExitStack() as stack:
            for store in self.stores():
                action = store._actions.get(event)
                if action is None and event in store.settings.events:
                    action = _empty
                if action is not None:
                    stack.callback(act, store, action)
            for function, name in self._counted():
                if event in self.settings(name).events:
                    gone.append(function.cache_info().currsize)
                    function.cache_clear()
        return sum(gone)

    def invalidate_tag(self, tag: str) -> int:
        """Forget all entries with this tag, in every store, and say how many went."""
        return sum(store.invalidate_tag(tag) for store in self.stores())

    def clear(self) -> int:
        """Forget everything in every store and function, and say how many entries went."""
        gone = sum(store.clear() for store in self.stores())
        for function, _ in self._counted():
            gone += function.cache_info().currsize
            function.cache_clear()
        return gone

    def statistics(self) -> dict[str, Statistics]:
        """What was asked for, by type, of the stores and functions that are alive."""
        found = [(store.cache_type, store.statistics()) for store in self.stores()]
        for function, name in self._counted():
            info = function.cache_info()
            found.append((name, Statistics(info.hits, info.misses, size=info.currsize, stores=1)))
        total: dict[str, Statistics] = {}
        for name, one in sorted(found):
            before = total.get(name, Statistics())
            total[name] = Statistics(*(left + right for left, right in zip(before, one, strict=True)))
        return total

    def count(self, function: _Counted, cache_type: str) -> None:
        """Take a function that has `cache_info` and `cache_clear` into the statistics, as long as it is alive."""
        with self._lock:
            self._functions[function] = cache_type

    def _counted(self) -> list[tuple[_Counted, str]]:
        with self._lock:
            return list(self._functions.items())


CACHES: Final = Caches()
"""The types and stores of this process."""


# ----------------------------------------------------------------------------------------------------- functions


class CachedFunction(Protocol[R_co]):
    """A function whose results are kept. Arguments are typed as loosely as those of functools.lru_cache."""

    @property
    def __wrapped__(self) -> Callable[..., R_co]:
        """The function itself."""
        ...

    def __call__(self, *args: Any, **keywords: Any) -> R_co:
        """The result, kept or new."""
        ...

    def cache_info(self) -> CacheInfo:
        """Counts so far; of one that has a store for each instance the sum of those alive."""
        ...

    def cache_clear(self) -> None:
        """Forget all results, and begin to count anew."""
        ...

    def cache_parameters(self) -> CacheParameters:
        """The arguments `maxsize` and `typed`."""
        ...


def arguments(*args: Hashable) -> tuple[Hashable, ...]:
    """The key of a memo that looks up `store[args]`: positional arguments as they are, by equality; no keywords."""
    return args


@overload
def cached(function: Callable[..., R], /) -> CachedFunction[R]: ...
@overload
def cached(
    maxsize: int | _Default | None = _DEFAULT, typed: bool = False, *, ttl: Ttl | _Default = _DEFAULT,
    policy: str | Order | _Default = _DEFAULT, boundary: str | _Default = _DEFAULT,
    clock: Callable[[], float] = time.monotonic, cache_type: str = CacheType.MEMO,
    key: Callable[..., Hashable] | None = None, unhashable: Literal["raise", "call"] = "raise",
    single_flight: bool = False, per_instance: bool = False, tags: Iterable[str] = (),
    store: UnifiedCache[Any, Any] | None = None, caches: Caches | None = None,
) -> _Decorator: ...  # fmt: skip
def cached(
    maxsize: Callable[..., Any] | int | _Default | None = _DEFAULT, typed: bool = False, *,
    ttl: Ttl | _Default = _DEFAULT, policy: str | Order | _Default = _DEFAULT, boundary: str | _Default = _DEFAULT,
    clock: Callable[[], float] = time.monotonic, cache_type: str = CacheType.MEMO,
    key: Callable[..., Hashable] | None = None, unhashable: Literal["raise", "call"] = "raise",
    single_flight: bool = False, per_instance: bool = False, tags: Iterable[str] = (),
    store: UnifiedCache[Any, Any] | None = None, caches: Caches | None = None,
) -> Any:  # fmt: skip
    """Keep a function's results: a decorator in place of functools.lru_cache, functools.cache and memos of one's own.

    `@cached`, `@cached(128)` and `@cached(maxsize=None, typed=True)` do what `lru_cache` does, at its speed, since they
    are made of it; beyond that they are counted with their type, and emptied with it. What more is asked for is done by
    a `UnifiedCache` of the function's own, with its ttl, policy, boundary, clock and tags, or by `store`:

    - `key`: called with the arguments, gives the key; without it keys are those of lru_cache. In a `store` that others
      use too they are `(name, key)`, with the function's dotted name: `store.invalidate_prefix((name,))` forgets them.
    - `unhashable="call"`: arguments that cannot be hashed go straight to the function; `"raise"`: TypeError.
    - `single_flight`: of threads that ask for the same at once one computes, and the others wait for it.
    - `per_instance`: of a method. Each instance has a store of its own, which goes with it; without it `self` is an
      argument like any other, kept alive by the store. Raises TypeError for instances without weak references.
    - The result of an `async def` function is kept, not its coroutine, with single flight.

    Raises ValueError for limits that make no sense; `maxsize=0` is one where lru_cache is not enough.
    """
    recipe = _Recipe(
        _DEFAULT if callable(maxsize) else maxsize, typed, ttl, policy, boundary, clock, str(cache_type), key,
        unhashable == "call", single_flight, per_instance, tuple(tags), store, CACHES if caches is None else caches,
    )  # fmt: skip
    if store is not None and per_instance:
        raise ValueError("in a store that is given, instances could not be told apart: leave out one of the two")
    if unhashable not in ("raise", "call"):
        raise ValueError(f'unhashable is "raise" or "call", not {unhashable!r}')
    return recipe(maxsize) if callable(maxsize) else recipe


class _Decorator(Protocol):
    """Gives a function that keeps its results."""

    def __call__(self, function: Callable[..., R], /) -> CachedFunction[R]: ...


@dataclass(frozen=True, slots=True)
class _Recipe:
    """What was asked of `cached`."""

    maxsize: int | _Default | None
    typed: bool
    ttl: Ttl | _Default
    policy: str | Order | _Default
    boundary: str | _Default
    clock: Callable[[], float]
    cache_type: str
    key: Callable[..., Hashable] | None
    lenient: bool
    single_flight: bool
    per_instance: bool
    tags: tuple[str, ...]
    store: UnifiedCache[Any, Any] | None
    caches: Caches

    def __call__(self, function: Callable[..., Any]) -> Any:
        made = _per_instance(function, self) if self.per_instance else self.make(function)
        size = self.settings().max_size if self.maxsize is _DEFAULT else self.maxsize
        size = None if size is None else max(size, 0)
        made.cache_parameters = lambda: {"maxsize": size, "typed": self.typed}
        return made

    def settings(self) -> CacheSettings:
        return self.caches.settings(self.cache_type)

    def make(self, function: Callable[..., Any]) -> Any:
        settings = self.settings()
        plain = (
            (settings.ttl if self.ttl is _DEFAULT else self.ttl) is None
            and (settings.policy if self.policy is _DEFAULT else self.policy) == Policy.LRU
            and (self.key, self.store, self.tags) == (None, None, ())
            and not (self.lenient or self.single_flight or inspect.iscoroutinefunction(function))
        )  # fmt: skip
        if plain:
            size = settings.max_size if self.maxsize is _DEFAULT else self.maxsize
            made = functools.lru_cache(size, self.typed)(function)
            self.caches.count(cast(_Counted, made), self.cache_type)
            return made
        name = f"{getattr(function, '__module__', '')}.{getattr(function, '__qualname__', repr(function))}"
        if self.store is not None:
            return _kept(function, self, self.store, None if self.key else name)
        store = UnifiedCache[Any, Any](
            self.cache_type, ttl=self.ttl, max_size=self.maxsize, policy=self.policy, boundary=self.boundary,
            clock=self.clock, name=name, caches=self.caches,
        )  # fmt: skip
        return _kept(function, self, store, None)


def _lru_key(args: tuple[Any, ...], keywords: dict[str, Any], typed: bool) -> Hashable:
    """The key that functools.lru_cache would make, as far as it shows: what is kept apart, and what is not."""
    if not keywords and not typed:
        return args[0] if len(args) == 1 and args[0].__class__ in _PLAIN else args
    key = args
    if keywords:
        key += (_KEYWORDS,)
        for item in keywords.items():
            key += item
    if typed:
        key += tuple(map(type, (*args, *keywords.values())))
    return key


def _kept(function: Callable[..., Any], recipe: _Recipe, store: UnifiedCache[Any, Any], prefix: str | None) -> Any:
    """The function with a store; keys begin with the prefix, if there is one."""
    own_key, typed, lenient, tags = recipe.key, recipe.typed, recipe.lenient, recipe.tags
    fly, plain = recipe.single_flight, _PLAIN
    missed, put, note = store._missed, store._keep, store._touched.append
    entries_get, touched, absent, aged, clock = store._entries.get, store._touched, _ABSENT, _Aged, store._clock

    def make_key(args: tuple[Any, ...], keywords: dict[str, Any]) -> Hashable:
        if own_key is not None:
            return own_key(*args, **keywords)
        key = _lru_key(args, keywords, typed)
        return key if prefix is None else (prefix, key)

    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def waiting(*args: Any, **keywords: Any) -> Any:
            key = make_key(args, keywords)
            if lenient:
                try:
                    hash(key)
                except TypeError:
                    return await function(*args, **keywords)
            compute = functools.partial(function, *args, **keywords)
            return await store.get_or_compute_async(key, compute, tags=tags)

        made = cast(Any, waiting)
    else:
        quick = own_key is None and prefix is None and not typed

        @functools.wraps(function)
        def wrapper(*args: Any, **keywords: Any) -> Any:
            if not quick or keywords:
                key = make_key(args, keywords)
            elif len(args) == 1 and args[0].__class__ in plain:
                key = args[0]
            else:
                key = args
            try:
                entry = entries_get(key, absent)
            except TypeError:
                if lenient:
                    return function(*args, **keywords)
                raise
            if entry is not absent:
                if (ttl := store._ttl) is None and entry.__class__ is not aged:
                    note(key)
                    if len(touched) >= _NOTED:
                        store._relieve()
                    return entry
                value, born, own = entry
                if clock() - born < (ttl if own is None else own):
                    note(key)
                    if len(touched) >= _NOTED:
                        store._relieve()
                    return value
            if fly:
                return store.get_or_compute(key, functools.partial(function, *args, **keywords), tags=tags)
            value = missed(key, _ABSENT)
            if value is _ABSENT:
                value = function(*args, **keywords)
                put(key, value, None, tags)
            return value

        made = cast(Any, wrapper)

    def cache_info() -> CacheInfo:
        told = store.statistics()
        return CacheInfo(told.hits, told.misses + told.expired, store.max_size, told.size)

    def cache_clear() -> None:
        if prefix is None:
            store.restart()
        else:
            store.invalidate_prefix((prefix,))

    made.cache_info, made.cache_clear = cache_info, cache_clear
    return made


def _per_instance(function: Callable[..., Any], recipe: _Recipe) -> Any:
    """The method, with a store for each instance, which is known by its identity and not kept alive."""
    calls: dict[int, Any] = {}
    alive: dict[int, weakref.ref[Any]] = {}
    lock = threading.RLock()

    def adopt(instance: Any) -> Any:
        number = id(instance)

        def gone(_: object) -> None:
            # Called before the memory, and so the number, can be another's.
            calls.pop(number, None)
            alive.pop(number, None)

        with lock:
            if number not in calls:
                try:
                    me = weakref.ref(instance, gone)
                except TypeError as error:
                    raise TypeError(f"{error}: per_instance needs it; add __weakref__ to its __slots__") from None
                alive[number] = me
                calls[number] = recipe.make(_unbound(function, me))
            return calls[number]

    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def waiting(self: Any, /, *args: Any, **keywords: Any) -> Any:
            return await (calls.get(id(self)) or adopt(self))(*args, **keywords)

        made = cast(Any, waiting)
    else:

        @functools.wraps(function)
        def method(self: Any, /, *args: Any, **keywords: Any) -> Any:
            return (calls.get(id(self)) or adopt(self))(*args, **keywords)

        made = cast(Any, method)

    def cache_info() -> CacheInfo:
        told: list[CacheInfo] = [call.cache_info() for call in list(calls.values())]
        limit = recipe.settings().max_size if recipe.maxsize is _DEFAULT else recipe.maxsize
        return CacheInfo(
            sum(one.hits for one in told), sum(one.misses for one in told), limit, sum(one.currsize for one in told)
        )  # fmt: skip

    def cache_clear() -> None:
        for call in list(calls.values()):
            call.cache_clear()

    made.cache_info, made.cache_clear = cache_info, cache_clear
    return made


def _unbound(function: Callable[..., Any], instance: weakref.ref[Any]) -> Callable[..., Any]:
    """The method for this instance, without holding it: whoever calls it does."""
    def call(*args: Any, **keywords: Any) -> Any:
        return function(instance(), *args, **keywords)

    async def waiting(*args: Any, **keywords: Any) -> Any:
        return await function(instance(), *args, **keywords)

    return functools.update_wrapper(waiting if inspect.iscoroutinefunction(function) else call, function)
