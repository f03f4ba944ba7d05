"""Measure the components of a program: how often, how long, and what share of the whole each takes.

    INSTRUMENTOR = Instrumentor(window=1000)

    with INSTRUMENTOR.cycle("tick"):                   # one turn of the main loop, a row of its own
        with INSTRUMENTOR.measure("indicators"):       # nested: its time is not the cycle's own
            update(tick)
    @INSTRUMENTOR.measured("orders")                   # functions, coroutine functions and generators of both sorts
    async def submit(order): ...

    report = INSTRUMENTOR.report()
    INSTRUMENTOR.write_json("report.json")
    INSTRUMENTOR.enabled = False                       # from now on next to nothing is done

A component's `total` is the time from its beginnings to its ends, its `own` what is left of that while no component
measured inside it runs; `share` is its part of all own time, so that shares add up to 1. Tasks and threads that carry
the context on (asyncio.to_thread) are inside of what started them; a generator is measured while it runs, not while
its user does. All times are told in milliseconds. psutil is needed only where resources are asked for.
"""

from __future__ import annotations

import csv
import functools
import gc
import inspect
import io
import json
import math
import os
import threading
import weakref
from collections import deque
from collections.abc import AsyncGenerator, Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from time import perf_counter_ns
from types import TracebackType
from typing import Any, Final, Literal, Self, SupportsFloat, TypeVar, cast

_F = TypeVar("_F", bound=Callable[..., object])

Resources = Literal["none", "cycles", "components"]
"""Where the process's memory and processor time are looked at: at the end of each cycle, or also at both ends of each
measurement (and step of a generator), which takes some 30 microseconds each time."""

_MS: Final = 1e-6
"""Milliseconds in a nanosecond."""
_MIB: Final = 1 / 1024 / 1024


@dataclass(frozen=True, slots=True)
class Statistics:
    """Some durations, or other values, in numbers; percentiles are interpolated between the nearest two values."""

    count: int
    total: float
    min: float
    mean: float
    max: float
    p50: float
    """Of those in the window; so are the other percentiles."""
    p95: float
    p99: float


@dataclass(frozen=True, slots=True)
class Component:
    """What was measured of one component; milliseconds."""

    name: str
    count: int
    total: float
    """A call inside another of the same component is not counted twice."""
    min: float
    mean: float
    max: float
    p50: float
    p95: float
    p99: float
    own: float
    """The part of the total while no component inside it ran."""
    share: float
    """The part of all own time, 0 to 1."""
    failures: int
    """Measurements that ended with an exception."""
    cpu: float | None
    """Processor time of the process meanwhile; None where it was not asked for."""
    memory: float | None
    """MiB by which the process's memory grew meanwhile, all measurements together; None where it was not asked for."""


@dataclass(frozen=True, slots=True)
class Usage:
    """The resources of the process, over the cycles in the window."""

    memory_mean: float
    """MiB of resident memory."""
    memory_max: float
    cpu_mean: float
    """Percent of one processor."""


@dataclass(frozen=True, slots=True)
class Cycle:
    """One turn of the main loop."""

    number: int
    name: str
    at: str
    """When it began, in UTC as ISO 8601 has it."""
    total: float
    """Milliseconds."""
    components: Mapping[str, float]
    """Component -> milliseconds of all its measurements in this cycle."""
    memory: float | None
    """MiB of resident memory at its end; None where it was not asked for."""
    cpu: float | None
    """Percent of one processor since the end of the cycle before."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """What is to be done about a component that takes too large a share. Raises ValueError for what is no share."""

    component: str
    share: float
    """0 to 1; it is exceeded by what is more."""
    advice: str
    priority: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1:
            raise ValueError(f"{self.component}: a share is 0 to 1, not {self.share!r}: write 0.4 for 40%")


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What a threshold says of what was measured."""

    component: str
    advice: str
    priority: str
    share: float
    threshold: float
    exceeded: bool


@dataclass(frozen=True, slots=True)
class Report:
    """All that was measured; durations are milliseconds, shares 0 to 1."""

    since: str
    """When measuring began, or was begun anew; UTC."""
    window: int
    """Measurements of one component, and cycles, that percentiles and rows are made of."""
    cycles: Statistics | None
    """Durations of the cycles; None where there were none."""
    per_second: float | None
    """Cycles that would fit into a second, by their mean."""
    targets: Mapping[str, bool]
    """Whether those that were given are met: `ms`, `per_second`."""
    components: tuple[Component, ...]
    """By share, the largest first."""
    gauges: Mapping[str, Statistics]
    """Values that were told of: depths of queues, sizes."""
    resources: Usage | None
    recommendations: tuple[Recommendation, ...]

    def component(self, name: str) -> Component:
        """One component. Raises KeyError for what was not measured."""
        for one in self.components:
            if one.name == name:
                return one
        raise KeyError(name)

    def json(self) -> str:
        """The report as JSON, with the names of the fields as keys."""
        return json.dumps(asdict(self), indent=2)

    def csv(self) -> str:
        """The components as CSV, one a row."""
        return _csv([one.name for one in fields(Component)], (asdict(one) for one in self.components))


class _Series:
    """Durations or other values of one name: sums of all, and the last of them."""

    __slots__ = ("count", "cpu", "failures", "last", "max", "memory", "min", "name", "own", "sum", "total")

    def __init__(self, name: str, window: int) -> None:
        self.name = name
        self.count = self.failures = 0
        self.sum = self.total = self.own = self.cpu = self.memory = 0.0
        self.min, self.max = float("inf"), float("-inf")
        self.last: deque[tuple[float, float, float]] = deque(maxlen=window)
        """Value, own part, and what of it goes into the total."""

    def add(self, value: float, own: float, counted: float) -> None:
        """One more."""
        self.count += 1
        self.sum += value
        self.own += own
        self.total += counted
        if value < self.min:
            self.min = value
        if value > self.max:
            self.max = value
        self.last.append((value, own, counted))

    def statistics(self, *, recent: bool) -> Statistics:
        """In numbers, of all or of the last ones; there is at least one."""
        ordered = sorted(value for value, _, _ in self.last)
        percentiles = (_percentile(ordered, part) for part in (0.5, 0.95, 0.99))
        if recent:
            total, count = sum(counted for _, _, counted in self.last), len(ordered)
            return Statistics(count, total, ordered[0], sum(ordered) / count, ordered[-1], *percentiles)
        return Statistics(self.count, self.total, self.min, self.sum / self.count, self.max, *percentiles)

    def component(self, whole: float, *, recent: bool, resources: bool) -> Component:
        """What is told of a component; `whole` is the own time of all, and the mean that of all durations."""
        told = self.statistics(recent=recent)
        own = sum(own for _, own, _ in self.last) if recent else self.own
        return Component(
            self.name, **asdict(told), own=own, share=own / whole if whole else 0.0, failures=self.failures,
            cpu=self.cpu if resources else None, memory=self.memory if resources else None,
        )  # fmt: skip


class _Nothing:
    """What is measured while it is switched off."""

    __slots__ = ()

    def __enter__(self) -> None:
        return None

    def __exit__(self, *about: object) -> None:
        return None


_NOTHING: Final = _Nothing()


class _Spent:
    """What a measurement took: milliseconds, but for the memory in MiB."""

    __slots__ = ("counted", "cpu", "duration", "memory", "own")

    def __init__(self) -> None:
        self.duration = self.own = self.counted = self.cpu = self.memory = 0.0


class _Turn:
    """A cycle that is under way."""

    __slots__ = ("at", "name", "parts")

    def __init__(self, name: str) -> None:
        self.name = name
        self.at = datetime.now(UTC)
        self.parts: dict[str, float] = {}


class _Measurement:
    """One measurement, from its beginning to its end."""

    __slots__ = (
        "_before", "_covered", "_inside", "_instrumentor", "_since", "_turns", "ended", "name", "parent", "start",
        "turn",
    )  # fmt: skip

    def __init__(self, instrumentor: Instrumentor, name: str, turn: _Turn | None = None) -> None:
        self._instrumentor = instrumentor
        self.name = name
        self.turn = turn
        self._turns = turn is not None
        self.parent: _Measurement | None = None
        """The one that it runs inside of."""
        self.ended = False
        self._inside = 0
        """Measurements that run directly inside it now, be they of other tasks."""
        self._covered = 0
        """Nanoseconds in which at least one did."""

    def __enter__(self) -> Self:
        instrumentor = self._instrumentor
        parent = instrumentor.current.get()
        while parent is not None and parent.ended:  # a task goes on with the context of what started it
            parent = parent.parent
        self.parent = parent
        instrumentor.current.set(self)
        if self.turn is None and parent is not None:
            self.turn = parent.turn
        self._before = instrumentor.used() if instrumentor.resources == "components" else None
        self.start = now = perf_counter_ns()
        if parent is not None:
            parent.child_begins(now, instrumentor.lock)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        spent = _Spent()
        self.end(spent)
        failed = kind is not None and issubclass(kind, Exception)
        self._instrumentor.keep(self.name, self.turn, spent, failed=failed, turns=self._turns)

    def end(self, spent: _Spent) -> None:
        """End it, and add up what it took."""
        now = perf_counter_ns()
        instrumentor, parent = self._instrumentor, self.parent
        with instrumentor.lock:
            self.ended = True
            if self._inside:
                self._covered += now - self._since
            if parent is not None:
                parent.child_ends(now)
        # What was begun inside and ends later must not bring back what has ended.
        while parent is not None and parent.ended:
            parent = parent.parent
        if instrumentor.current.get() is self:
            instrumentor.current.set(parent)
        duration = now - self.start
        spent.duration += duration * _MS
        spent.own += (duration - self._covered) * _MS
        spent.counted += 0.0 if self._nested() else duration * _MS
        if self._before is not None:
            cpu, memory = instrumentor.used()
            spent.cpu += cpu - self._before[0]
            spent.memory += memory - self._before[1]

    def child_begins(self, now: int, lock: threading.RLock) -> None:
        """Another begins inside it."""
        with lock:
            self._inside += 1
            if self._inside == 1:
                self._since = now

    def child_ends(self, now: int) -> None:
        """Another that began inside it ends; the lock is held."""
        self._inside -= 1
        if not self._inside and not self.ended:
            self._covered += now - self._since

    def _nested(self) -> bool:
        """Whether it ran inside another of the same component."""
        above = self.parent
        while above is not None:
            if above.name == self.name and not above.ended:
                return True
            above = above.parent
        return False


class _Steps:
    """A generator that is measured while it runs; all its steps together are one measurement."""

    def __init__(self, instrumentor: Instrumentor, name: str, generator: Generator[Any, Any, Any] | None) -> None:
        self._instrumentor = instrumentor
        self._name = name
        self._generator = generator
        self._spent = _Spent()
        self._turn: _Turn | None = None
        self._kept = False

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        return self.send(None)

    def send(self, value: Any) -> Any:
        """Go on with a value."""
        assert self._generator is not None
        with self.step():
            return self._generator.send(value)

    def throw(self, *about: Any) -> Any:
        """Go on with an exception."""
        assert self._generator is not None
        with self.step():
            return self._generator.throw(*about)

    def close(self) -> None:
        """End it."""
        assert self._generator is not None
        with self.step(last=True):
            self._generator.close()

    def step(self, *, last: bool = False) -> _Step:
        """A context in which it runs."""
        return _Step(self, _Measurement(self._instrumentor, self._name), last=last)

    def ran(self, measurement: _Measurement, *, last: bool, failed: bool) -> None:
        """One step has ended; with the last, the whole is kept."""
        measurement.end(self._spent)
        self._turn = measurement.turn or self._turn
        if last and not self._kept:
            self._kept = True
            self._instrumentor.keep(self._name, self._turn, self._spent, failed=failed)


class _Step:
    """One step of a generator."""

    __slots__ = ("_last", "_measurement", "_steps")

    def __init__(self, steps: _Steps, measurement: _Measurement, *, last: bool) -> None:
        self._steps, self._measurement, self._last = steps, measurement, last

    def __enter__(self) -> None:
        self._measurement.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        ends = isinstance(error, StopIteration | StopAsyncIteration)
        failed = isinstance(error, Exception) and not ends
        self._steps.ran(self._measurement, last=self._last or error is not None, failed=failed)


class Instrumentor:
    """Measures components, one inside the other, and tells of them."""

    def __init__(
        self, window: int = 1000, *, enabled: bool = True, resources: Resources = "none", gc_pauses: bool = False,
        target_ms: float | None = None, target_per_second: float | None = None, thresholds: Iterable[Threshold] = (),
    ) -> None:  # fmt: skip
        """`window` is how many measurements of a component, and cycles, are kept one by one, at least 1.

        With `gc_pauses` those of the garbage collector are told as the gauge `gc_pause_ms`. Targets are for the mean
        of the cycles. Raises ValueError for a window below 1, and ImportError where resources are to be looked at
        without psutil.
        """
        if window < 1:
            raise ValueError(f"a window of {window} keeps nothing: give 1 or more")
        self.window = window
        self.enabled = enabled
        """Whether anything is measured; may be changed at any time."""
        self.resources: Final = resources
        self.current: Final[ContextVar[_Measurement | None]] = ContextVar("measurement", default=None)
        """The innermost measurement of a task or thread."""
        # A pause of the garbage collector may come while it is held.
        self.lock: Final = threading.RLock()
        if hasattr(os, "register_at_fork"):
            # A child would wait for ever for a thread that it has not got.
            released = self.lock.release
            os.register_at_fork(before=self.lock.acquire, after_in_parent=released, after_in_child=released)
        self._settings: dict[str, Any] = {
            "window": window, "enabled": enabled, "resources": resources, "gc_pauses": gc_pauses,
            "target_ms": target_ms, "target_per_second": target_per_second, "thresholds": tuple(thresholds),
        }  # fmt: skip
        self._targets = {"ms": target_ms, "per_second": target_per_second}
        self._thresholds: tuple[Threshold, ...] = self._settings["thresholds"]
        self._absent = False
        self._process = _process() if resources != "none" else None
        self.reset()
        if gc_pauses:
            _tell_pauses(self)

    def __reduce__(self) -> str | tuple[Any, ...]:
        # What is measured may be pickled or copied along with whatever holds it: by name, or as one that starts anew.
        if self is INSTRUMENTOR:
            return "INSTRUMENTOR"
        return _anew, (type(self), self._settings, self._absent)

    @classmethod
    def absent(cls) -> Self:
        """One that never measures: `measured` gives each function back as it is, which costs nothing at all."""
        made = cls(1, enabled=False)
        made._absent = True
        return made

    def reset(self) -> None:
        """Forget what was measured. What is under way is kept when it ends."""
        with self.lock:
            self._since = datetime.now(UTC)
            self._series: dict[str, _Series] = {}
            self._gauges: dict[str, _Series] = {}
            self._cycles: deque[Cycle] = deque(maxlen=self.window)
            self._cycle_times = _Series("", self.window)

    # What is measured

    def measure(self, name: str) -> _Measurement | _Nothing:
        """A context manager: what runs in its block is measured as the component of that name.

        In a generator no `yield` should stand in the block, or what its user does meanwhile is measured, too.
        """
        return _Measurement(self, name) if self.enabled and not self._absent else _NOTHING

    def cycle(self, name: str = "cycle") -> _Measurement | _Nothing:
        """As `measure`, for one turn of the main loop: it is a row of its own, with what is measured inside."""
        return _Measurement(self, name, _Turn(name)) if self.enabled and not self._absent else _NOTHING

    def measured(self, name: str = "") -> Callable[[_F], _F]:
        """A decorator: all calls of a function are measured, by default under `module.qualname`.

        Coroutine functions are measured until they return, waiting included; generators of both sorts while they run.
        Below `@staticmethod`, `@classmethod`, `@property`. What is wrong with the arguments of a coroutine function or
        a generator is raised when it begins, not when it is called. Raises TypeError for what is no function.
        """
        if not isinstance(cast("object", name), str):
            raise TypeError(f"{name!r} is no name: write the decorator with brackets, `measured()`")

        def decorated(function: _F) -> _F:
            if isinstance(function, type | staticmethod | classmethod) or not callable(cast("object", function)):
                kind = type(cast("object", function)).__name__
                raise TypeError(f"a {kind} is no function: write the decorator directly above `def`")
            return function if self._absent else self._wrapped(function, name or _named(function))

        return decorated

    def gauge(self, name: str, value: SupportsFloat) -> None:
        """Tell of a value at this moment: the depth of a queue, a latency that was measured elsewhere.

        What is no number, or endless, is left out: no mean could be told with it.
        """
        if self.enabled and not self._absent:
            told = float(value)
            if math.isfinite(told):
                with self.lock:
                    self._named(self._gauges, name).add(told, 0.0, told)

    # What the codemod instrument_calls writes, and takes out again by these names: use the others yourself

    probe = measure
    probed = measured

    def probe_call(self, name: str, function: _F) -> _F:
        """A function that is measured when it is called, until it returns; a generator is only made by that."""
        if not self.enabled or self._absent:
            return function
        return cast("_F", self._calling(cast("Callable[..., Any]", function), name))

    def probe_await(self, name: str, function: _F) -> _F:
        """A function whose result is awaited at once, measured until that is there."""
        if not self.enabled or self._absent:
            return function
        return cast("_F", self._awaiting(cast("Callable[..., Any]", function), name))

    # What is told

    def report(self, *, recent: bool = False) -> Report:
        """All that was measured since the beginning, or `recent`: only what is in the windows."""
        with self.lock:
            kept = [one for one in self._series.values() if one.count]
            whole = sum(sum(own for _, own, _ in one.last) if recent else one.own for one in kept)
            resources = self.resources == "components"
            told = [one.component(whole, recent=recent, resources=resources) for one in kept]
            cycles = self._cycle_times.statistics(recent=recent) if self._cycle_times.count else None
            gauges = {name: one.statistics(recent=recent) for name, one in sorted(self._gauges.items())}
            usage = _usage(self._cycles)
            since = self._since.isoformat()
        told.sort(key=lambda one: (-one.share, one.name))
        per_second = 1000 / cycles.mean if cycles is not None and cycles.mean else None
        shares = {one.name: one.share for one in told}
        return Report(
            since, self.window, cycles, per_second, self._met(cycles, per_second), tuple(told), gauges, usage,
            tuple(_recommended(self._thresholds, shares)),
        )  # fmt: skip

    def cycles(self) -> Sequence[Cycle]:
        """The last cycles, the oldest first."""
        with self.lock:
            return tuple(self._cycles)

    def cycles_csv(self) -> str:
        """The last cycles as CSV, one a row; a column for each component that any of them has."""
        cycles = self.cycles()
        names = sorted({name for one in cycles for name in one.components})
        # A component `total` is not the cycle's.
        columns = (f"{name}_ms" if name != "total" else "component_total_ms" for name in names)
        head = ["number", "name", "at", "total_ms", *columns, "memory_mib", "cpu_percent"]
        rows = (
            [one.number, one.name, one.at, one.total, *(one.components.get(name, 0.0) for name in names), one.memory,
             one.cpu] for one in cycles
        )  # fmt: skip
        return _csv(head, (dict(zip(head, row, strict=True)) for row in rows))

    def write_json(self, path: str | os.PathLike[str]) -> None:
        """Write the report as JSON. Raises OSError."""
        _write(path, self.report().json())

    def write_csv(self, path: str | os.PathLike[str]) -> None:
        """Write the components as CSV. Raises OSError."""
        _write(path, self.report().csv())

    def write_cycles_csv(self, path: str | os.PathLike[str]) -> None:
        """Write the last cycles as CSV. Raises OSError."""
        _write(path, self.cycles_csv())

    def _met(self, cycles: Statistics | None, per_second: float | None) -> dict[str, bool]:
        met: dict[str, bool] = {}
        if cycles is not None and (most := self._targets["ms"]) is not None:
            met["ms"] = cycles.mean <= most
        if per_second is not None and (least := self._targets["per_second"]) is not None:
            met["per_second"] = per_second >= least
        return met

    # How it is kept

    def used(self) -> tuple[float, float]:
        """Processor milliseconds and MiB of the process until now; only where resources are looked at."""
        assert self._process is not None
        times = self._process.cpu_times()
        return (times.user + times.system) * 1000, self._process.memory_info().rss * _MIB

    def keep(self, name: str, turn: _Turn | None, spent: _Spent, *, failed: bool, turns: bool = False) -> None:
        """Add a measurement that has ended to its component, and to the cycle around it, or which it `turns`."""
        with self.lock:
            series = self._named(self._series, name)
            series.add(spent.duration, spent.own, spent.counted)
            series.failures += failed
            series.cpu += spent.cpu
            series.memory += spent.memory
            if turn is None:
                return
            if not turns:
                turn.parts[name] = turn.parts.get(name, 0.0) + spent.counted
                return
            self._cycle_times.add(spent.duration, spent.own, spent.duration)
            memory = self._process.memory_info().rss * _MIB if self._process is not None else None
            cpu = self._process.cpu_percent() if self._process is not None else None
            number = self._cycle_times.count
            self._cycles.append(Cycle(number, name, turn.at.isoformat(), spent.duration, turn.parts, memory, cpu))

    def _named(self, series: dict[str, _Series], name: str) -> _Series:
        found = series.get(name)
        if found is None:
            found = series[name] = _Series(name, self.window)
        return found

    def _wrapped(self, function: _F, name: str) -> _F:
        """A function that measures each call."""
        return cast("_F", functools.wraps(function)(self._measuring(cast("Callable[..., Any]", function), name)))

    def _calling(self, function: Callable[..., Any], name: str) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            if not self.enabled:
                return function(*args, **kwargs)
            with _Measurement(self, name):
                return function(*args, **kwargs)

        return call

    def _awaiting(self, function: Callable[..., Any], name: str) -> Callable[..., Any]:
        async def coroutine(*args: Any, **kwargs: Any) -> Any:
            if not self.enabled:
                return await function(*args, **kwargs)
            with _Measurement(self, name):
                return await function(*args, **kwargs)

        return coroutine

    def _measuring(self, function: Callable[..., Any], name: str) -> Callable[..., Any]:
        def generator(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
            made: Generator[Any, Any, Any] = function(*args, **kwargs)
            if not self.enabled:
                return (yield from made)
            return (yield from cast("Generator[Any, Any, Any]", _Steps(self, name, made)))

        async def generator_async(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
            made: AsyncGenerator[Any, Any] = function(*args, **kwargs)
            steps = _Steps(self, name, None)
            going = made.asend(None)
            try:
                while True:
                    with steps.step() if self.enabled else _NOTHING:
                        value = await going
                    try:
                        sent = yield value
                    except GeneratorExit:
                        raise
                    except BaseException as error:  # noqa: BLE001 - it is handed on to the generator
                        going = made.athrow(error)
                    else:
                        going = made.asend(sent)
            except StopAsyncIteration:
                return
            finally:
                with steps.step(last=True) if self.enabled else _NOTHING:
                    await made.aclose()

        if inspect.iscoroutinefunction(function):
            return self._awaiting(function, name)
        if inspect.isgeneratorfunction(function):
            return generator
        return generator_async if inspect.isasyncgenfunction(function) else self._calling(function, name)


def _anew(kind: type[Instrumentor], settings: Mapping[str, Any], absent: bool) -> Instrumentor:
    """One with the same settings, which has not measured anything."""
    return kind.absent() if absent else kind(**settings)


def _percentile(ordered: Sequence[float], part: float) -> float:
    """Linear between the two nearest of some sorted values; there is at least one."""
    at = (len(ordered) - 1) * part
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)


def _usage(cycles: Sequence[Cycle]) -> Usage | None:
    memory = [one.memory for one in cycles if one.memory is not None]
    # The first has nothing before it to be measured from.
    cpu = [one.cpu for one in cycles if one.cpu is not None and one.number > 1]
    if not memory:
        return None
    return Usage(sum(memory) / len(memory), max(memory), sum(cpu) / len(cpu) if cpu else 0.0)


def _recommended(thresholds: Iterable[Threshold], shares: Mapping[str, float]) -> Iterator[Recommendation]:
    for one in thresholds:
        share = shares.get(one.component, 0.0)
        yield Recommendation(one.component, one.advice, one.priority, share, one.share, share > one.share)


def _named(function: Callable[..., object]) -> str:
    name: str = getattr(function, "__qualname__", type(function).__qualname__)
    return f"{getattr(function, '__module__', None) or '?'}.{name}"


def _csv(head: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, head, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _write(path: str | os.PathLike[str], text: str) -> None:
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(text)


def _process() -> Any:
    """The running process, as psutil sees it. Raises ImportError."""
    try:
        import psutil
    except ImportError as error:
        raise ImportError("to look at resources psutil is needed: install it, or leave `resources` out") from error
    return psutil.Process()


def _tell_pauses(instrumentor: Instrumentor) -> None:
    """Tell of each pause of the garbage collector while the instrumentor lives."""
    known = weakref.ref(instrumentor)
    began = perf_counter_ns()

    def paused(phase: str, info: Mapping[str, int]) -> None:
        nonlocal began
        if phase == "start":
            began = perf_counter_ns()
        elif (told := known()) is not None:
            told.gauge("gc_pause_ms", (perf_counter_ns() - began) * _MS)

    gc.callbacks.append(paused)
    weakref.finalize(instrumentor, gc.callbacks.remove, paused)


INSTRUMENTOR: Final = Instrumentor.absent() if os.environ.get("INSTRUMENT") == "0" else Instrumentor()
"""One for the whole program; with INSTRUMENT=0 in the environment nothing is measured, and functions stay bare."""
