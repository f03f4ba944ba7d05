"""What is measured is told exactly: counts, times, own times, shares, failures."""

from __future__ import annotations

import asyncio
import copy
import csv
import importlib
import inspect
import io
import json
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from pathlib import Path
from random import Random
from statistics import quantiles
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from unified import instrument  # noqa: TID251
else:
    instrument = importlib.import_module("overhaul.unified.instrument")

Instrumentor, Threshold = instrument.Instrumentor, instrument.Threshold
MS = 1_000_000


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000

    def __call__(self) -> int:
        return self.now

    def passes(self, ms: float) -> None:
        self.now += round(ms * MS)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(instrument, "perf_counter_ns", made)
    return made


def told(instrumentor: Any, name: str) -> tuple[int, float, float, float]:
    """Count, total, own, share."""
    one = instrumentor.report().component(name)
    return one.count, round(one.total, 6), round(one.own, 6), round(one.share, 6)


# Numbers


def test_a_component_is_told_with_count_total_least_mean_most_and_percentiles(clock: Clock) -> None:
    meter = Instrumentor()
    for ms in range(1, 101):
        with meter.measure("a"):
            clock.passes(ms)
    one = meter.report().component("a")
    assert (one.count, one.total, one.min, one.mean, one.max) == (100, 5050, 1, 50.5, 100)
    assert (one.p50, one.p95, one.p99) == pytest.approx((50.5, 95.05, 99.01))
    assert (one.own, one.share, one.failures, one.cpu, one.memory) == (5050, 1, 0, None, None)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.floats(0, 1e6), min_size=2, max_size=60))
def test_percentiles_are_those_of_the_standard_library(values: list[float]) -> None:
    meter = Instrumentor()
    for value in values:
        meter.gauge("g", value)
    one = meter.report().gauges["g"]
    cut = quantiles(values, n=100, method="inclusive")
    assert (one.p50, one.p95, one.p99) == pytest.approx((cut[49], cut[94], cut[98]))
    assert (one.count, one.min, one.max) == (len(values), min(values), max(values))


def test_sums_are_of_all_and_percentiles_of_the_window_and_recent_is_all_of_the_window(clock: Clock) -> None:
    meter = Instrumentor(window=2)
    for ms in (100, 1, 3):
        with meter.measure("a"):
            clock.passes(ms)
    one = meter.report().component("a")
    assert (one.count, one.total, one.max, one.p50) == (3, 104, 100, 2)
    recent = meter.report(recent=True).component("a")
    assert (recent.count, recent.total, recent.min, recent.mean, recent.max, recent.own) == (2, 4, 1, 2, 3, 4)


def test_what_is_inside_is_not_the_own_time_of_what_is_around_and_shares_add_up_to_one(clock: Clock) -> None:
    meter = Instrumentor()
    with meter.measure("tick"):
        clock.passes(1)
        with meter.measure("indicators"):
            clock.passes(2)
            with meter.measure("log"):
                clock.passes(4)
        with meter.measure("log"):
            clock.passes(3)
    assert told(meter, "tick") == (1, 10, 1, 0.1)
    assert told(meter, "indicators") == (1, 6, 2, 0.2)
    assert told(meter, "log") == (2, 7, 7, 0.7)
    names = [one.name for one in meter.report().components]
    assert names == ["log", "indicators", "tick"]


def test_a_component_inside_of_itself_is_counted_each_time_and_its_time_once(clock: Clock) -> None:
    meter = Instrumentor()

    @meter.measured("deep")
    def deep(depth: int) -> None:
        clock.passes(1)
        if depth:
            with meter.measure("between"):
                deep(depth - 1)

    deep(3)
    count, total, own, _ = told(meter, "deep")
    assert (count, total, own) == (4, 4, 4)
    assert told(meter, "between")[:3] == (3, 3, 0)


def test_a_failure_is_measured_counted_and_passed_on(clock: Clock) -> None:
    meter = Instrumentor()
    with pytest.raises(ZeroDivisionError), meter.measure("a"):
        clock.passes(5)
        _ = 1 / 0
    with pytest.raises(KeyboardInterrupt), meter.measure("a"):
        raise KeyboardInterrupt
    one = meter.report().component("a")
    assert (one.count, one.total, one.failures) == (2, 5, 1)
    with meter.measure("b"):
        pass
    assert meter.current.get() is None


def test_what_was_not_measured_is_not_told() -> None:
    report = Instrumentor().report()
    assert (report.components, report.cycles, report.per_second, report.resources) == ((), None, None, None)
    with pytest.raises(KeyError):
        report.component("a")


# Functions


class Shop:
    meter = Instrumentor()

    @staticmethod
    @meter.measured("static")
    def static(value: int) -> int:
        return value

    @classmethod
    @meter.measured("class")
    def of(cls, value: int) -> tuple[type[Shop], int]:
        return cls, value

    @property
    @meter.measured()
    def price(self) -> int:
        """The price."""
        return 7


def test_methods_of_all_sorts_are_measured_below_their_decorators() -> None:
    shop = Shop()
    assert (shop.static(1), Shop.of(2), shop.price) == (1, (Shop, 2), 7)
    names = {one.name for one in Shop.meter.report().components}
    assert names == {"static", "class", f"{__name__}.Shop.price"}


def test_a_function_keeps_its_name_signature_and_kind() -> None:
    meter = Instrumentor()

    def plain(a: int, *, b: str = "x") -> int:
        """Of it."""
        return a

    async def coroutine(a: int) -> None: ...
    def generator(a: int) -> Iterator[int]:
        yield a

    async def both(a: int) -> AsyncIterator[int]:
        yield a

    kinds: list[tuple[Callable[..., Any], Callable[[Any], bool]]] = [
        (plain, lambda one: not inspect.isgeneratorfunction(one) and not inspect.iscoroutinefunction(one)),
        (coroutine, inspect.iscoroutinefunction), (generator, inspect.isgeneratorfunction),
        (both, inspect.isasyncgenfunction),
    ]  # fmt: skip
    for function, is_kind in kinds:
        made = meter.measured()(function)
        assert is_kind(made)
        assert (made.__name__, made.__doc__) == (function.__name__, function.__doc__)
        assert inspect.signature(made) == inspect.signature(function)


def test_a_generator_is_measured_while_it_runs_and_not_while_its_user_does(clock: Clock) -> None:
    meter = Instrumentor()

    @meter.measured("numbers")
    def numbers() -> Iterator[int]:
        clock.passes(1)
        yield 1
        clock.passes(2)
        with meter.measure("inner"):
            clock.passes(4)
        yield 2

    with meter.measure("user"):
        for _ in numbers():
            clock.passes(100)
    assert told(meter, "numbers")[:3] == (1, 7, 3)
    assert told(meter, "inner")[:3] == (1, 4, 4)
    assert told(meter, "user")[:3] == (1, 207, 200)


def test_a_generator_takes_values_and_exceptions_and_returns_as_it_did(clock: Clock) -> None:
    meter = Instrumentor()
    seen: list[object] = []

    @meter.measured("g")
    def talk() -> Generator[int, object, str]:
        try:
            seen.append((yield 1))
            try:
                yield 2
            except ValueError as error:
                seen.append(error)
            yield 3
            return "result"
        finally:
            seen.append("closed")

    one = talk()
    assert (next(one), one.send("hello")) == (1, 2)
    error = ValueError("thrown")
    assert one.throw(error) == 3
    with pytest.raises(StopIteration) as stop:
        next(one)
    assert (stop.value.value, seen) == ("result", ["hello", error, "closed"])
    other = talk()
    next(other)
    other.close()
    assert seen[-1] == "closed" and meter.report().component("g").count == 2
    with pytest.raises(OSError, match="mine"):
        third = talk()
        next(third)
        third.throw(OSError("mine"))
    assert meter.report().component("g").failures == 1


def test_generators_that_run_in_turns_do_not_stand_inside_of_each_other(clock: Clock) -> None:
    meter = Instrumentor()

    @meter.measured("left")
    def left() -> Iterator[int]:
        for _ in range(3):
            clock.passes(1)
            yield 0

    @meter.measured("right")
    def right() -> Iterator[int]:
        for _ in range(3):
            clock.passes(10)
            yield 0

    for _ in zip(left(), right(), strict=False):
        assert meter.current.get() is None
    assert told(meter, "left")[:3] == (1, 3, 3)
    assert told(meter, "right")[:3] == (1, 30, 30)


def test_a_wrapped_call_gives_what_the_function_gives_and_a_wrapped_await_waits_for_it(clock: Clock) -> None:
    meter = Instrumentor()

    def numbers() -> Iterator[int]:
        clock.passes(1)
        yield 1

    async def wait(ms: int) -> int:
        await asyncio.sleep(0)
        clock.passes(ms)
        return ms

    made = meter.probe_call("numbers", numbers)()
    assert getattr(made, "gi_code", None) is numbers.__code__ and list(made) == [1]
    assert told(meter, "numbers")[:3] == (1, 0, 0)

    async def run() -> int:
        return await meter.probe_await("wait", wait)(5)

    assert asyncio.run(run()) == 5 and told(meter, "wait")[:3] == (1, 5, 5)


def test_a_context_manager_is_measured_in_its_two_halves(clock: Clock) -> None:
    meter = Instrumentor()

    @contextmanager
    @meter.measured("manager")
    def manager() -> Generator[str]:
        clock.passes(1)
        yield "it"
        clock.passes(2)

    with manager() as it:
        clock.passes(100)
    assert it == "it" and told(meter, "manager")[:3] == (1, 3, 3)


# Tasks and threads


def test_tasks_inside_of_a_component_are_inside_of_it_and_overlapping_time_is_taken_off_once(clock: Clock) -> None:
    meter = Instrumentor()

    async def part(name: str, gate: asyncio.Event) -> None:
        with meter.measure(name):
            await gate.wait()

    async def run() -> None:
        gate = asyncio.Event()
        with meter.measure("whole"):
            clock.passes(1)
            tasks = [asyncio.create_task(part(name, gate)) for name in ("a", "b")]
            await asyncio.sleep(0)
            clock.passes(10)
            gate.set()
            await asyncio.gather(*tasks)
            clock.passes(2)

    asyncio.run(run())
    assert told(meter, "whole")[:3] == (1, 13, 3)
    assert told(meter, "a")[:3] == told(meter, "b")[:3] == (1, 10, 10)


def test_a_task_that_outlives_the_component_that_started_it_is_not_inside_of_it_any_more(clock: Clock) -> None:
    meter = Instrumentor()

    async def later(gate: asyncio.Event) -> None:
        with meter.measure("early"):
            clock.passes(1)
            await gate.wait()
            clock.passes(5)
        with meter.measure("late"):
            clock.passes(7)

    async def run() -> None:
        gate = asyncio.Event()
        with meter.measure("starter"):
            task = asyncio.create_task(later(gate))
            await asyncio.sleep(0)
            clock.passes(3)
        gate.set()
        await task

    asyncio.run(run())
    assert told(meter, "starter")[:3] == (1, 4, 0)
    assert told(meter, "early")[:3] == (1, 9, 9)
    assert told(meter, "late")[:3] == (1, 7, 7)


def test_coroutines_and_their_generators_are_measured_until_they_end(clock: Clock) -> None:
    meter = Instrumentor()

    @meter.measured("inner")
    async def inner(ms: float) -> float:
        await asyncio.sleep(0)
        clock.passes(ms)
        return ms

    @meter.measured("steps")
    async def steps() -> AsyncIterator[float]:
        try:
            yield await inner(1)
            clock.passes(2)
            yield await inner(4)
        finally:
            clock.passes(8)

    async def run() -> list[float]:
        got: list[float] = []
        async for one in steps():
            clock.passes(100)
            got.append(one)
        return got

    assert asyncio.run(run()) == [1, 4]
    assert told(meter, "inner")[:3] == (2, 5, 5)
    assert told(meter, "steps")[:3] == (1, 15, 10)


def test_an_asynchronous_generator_takes_values_exceptions_and_its_end_as_it_did() -> None:
    meter = Instrumentor()
    seen: list[object] = []

    @meter.measured("g")
    async def talk() -> AsyncGenerator[int, object]:
        try:
            seen.append((yield 1))
            try:
                yield 2
            except ValueError:
                seen.append("thrown")
            yield 3
        finally:
            seen.append("closed")

    async def run() -> None:
        one = talk()
        assert (await anext(one), await one.asend("hello"), await one.athrow(ValueError())) == (1, 2, 3)
        await one.aclose()
        other = talk()
        await anext(other)
        with pytest.raises(OSError, match="mine"):
            await other.athrow(OSError("mine"))

    asyncio.run(run())
    assert seen == ["hello", "thrown", "closed", "closed"]
    one = meter.report().component("g")
    assert (one.count, one.failures) == (2, 1)


def test_threads_measure_side_by_side_and_nothing_is_lost() -> None:
    meter = Instrumentor(window=50)

    @meter.measured("work")
    def work() -> None:
        with meter.measure("inner"):
            pass

    def many() -> None:
        for _ in range(500):
            work()

    threads = [threading.Thread(target=many) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    report = meter.report()
    assert report.component("work").count == report.component("inner").count == 4000
    assert report.component("work").total >= report.component("inner").total
    assert sum(one.share for one in report.components) == pytest.approx(1)


def test_a_thread_that_carries_the_context_on_is_inside(clock: Clock) -> None:
    meter = Instrumentor()

    def work() -> None:
        with meter.measure("thread"):
            clock.passes(5)

    async def run() -> None:
        with meter.measure("whole"):
            clock.passes(1)
            await asyncio.to_thread(work)

    asyncio.run(run())
    assert told(meter, "whole")[:3] == (1, 6, 1)


# Cycles


def test_a_cycle_is_a_row_with_what_was_measured_in_it(clock: Clock) -> None:
    meter = Instrumentor(window=2, target_ms=5, target_per_second=100)
    with meter.measure("outside"):
        clock.passes(50)
    for ms in (1, 2, 6):
        with meter.cycle("tick"):
            for _ in range(2):
                with meter.measure("log"):
                    clock.passes(ms)
            clock.passes(1)
    cycles = meter.cycles()
    assert [(one.number, one.name, one.total, dict(one.components)) for one in cycles] == [
        (2, "tick", 5, {"log": 4}), (3, "tick", 13, {"log": 12}),
    ]  # fmt: skip
    report = meter.report()
    assert report.cycles is not None
    assert (report.cycles.count, report.cycles.mean, report.cycles.max) == (3, 7, 13)
    assert report.per_second == pytest.approx(1000 / 7)
    assert report.targets == {"ms": False, "per_second": True}
    rows = list(csv.DictReader(io.StringIO(meter.cycles_csv())))
    assert [(row["number"], row["total_ms"], row["log_ms"], row["memory_mib"]) for row in rows] == [
        ("2", "5.0", "4.0", ""), ("3", "13.0", "12.0", ""),
    ]  # fmt: skip


def test_thresholds_say_what_is_to_be_done(clock: Clock) -> None:
    wanted = [
        Threshold("log", 0.4, "log in a thread", "high"), Threshold("csv", 0.3, "a ring buffer"),
        Threshold("tick", 0.5, "leave it"),
    ]  # fmt: skip
    meter = Instrumentor(thresholds=wanted)
    with meter.cycle("tick"):
        clock.passes(5)
        with meter.measure("log"):
            clock.passes(5)
    told_of = [(one.component, one.share, one.exceeded) for one in meter.report().recommendations]
    assert told_of == [("log", 0.5, True), ("csv", 0, False), ("tick", 0.5, False)]


def test_the_report_can_be_read_as_json_and_csv(clock: Clock, tmp_path: Path) -> None:
    meter = Instrumentor()
    with meter.cycle("tick"), meter.measure('a "name", with a comma'):
        clock.passes(1)
    meter.gauge("queue", 3)
    meter.write_json(tmp_path / "report.json")
    meter.write_csv(tmp_path / "report.csv")
    meter.write_cycles_csv(str(tmp_path / "cycles.csv"))
    read = json.loads((tmp_path / "report.json").read_text())
    assert read["components"][0]["name"] == 'a "name", with a comma'
    assert read["cycles"]["count"] == 1 and read["gauges"]["queue"]["max"] == 3
    with (tmp_path / "report.csv").open(newline="") as file:
        assert [row["name"] for row in csv.DictReader(file)] == ['a "name", with a comma', "tick"]
    assert (tmp_path / "cycles.csv").read_text().startswith('number,name,at,total_ms,"a ""name"", with a comma_ms"')


def test_what_was_measured_is_forgotten_on_request_and_what_is_under_way_is_kept(clock: Clock) -> None:
    meter = Instrumentor()
    with meter.measure("old"):
        pass
    with meter.measure("under way"):
        meter.reset()
    assert [one.name for one in meter.report().components] == ["under way"]


# Off


def test_switched_off_nothing_is_measured_and_on_again_everything() -> None:
    meter = Instrumentor(enabled=False)

    @meter.measured("f")
    def work() -> int:
        return 1

    @meter.measured("g")
    def numbers() -> Iterator[int]:
        yield 1

    @meter.measured("c")
    async def coroutine() -> int:
        return 2

    @meter.measured("a")
    async def steps() -> AsyncIterator[int]:
        yield 3

    async def run() -> list[int]:
        return [await coroutine(), *[one async for one in steps()]]

    def all_of_it() -> None:
        with meter.measure("m"), meter.cycle():
            assert (work(), list(numbers()), asyncio.run(run())) == (1, [1], [2, 3])
        meter.gauge("x", 1)
        assert meter.probe_call("p", len)("abc") == 3

    all_of_it()
    assert meter.report().components == () and not meter.report().gauges
    meter.enabled = True
    all_of_it()
    assert {one.name for one in meter.report().components} == {"f", "g", "c", "a", "m", "cycle", "p"}


def test_one_that_is_absent_leaves_functions_as_they_are() -> None:
    meter = Instrumentor.absent()

    def work() -> None: ...

    assert meter.measured()(work) is work and meter.probe_call("x", work) is work
    meter.enabled = True
    with meter.measure("a"), meter.cycle():
        work()
    assert meter.report().components == ()


def test_the_one_of_the_whole_program_is_absent_when_the_environment_says_so() -> None:
    script = "import overhaul.unified.instrument as i; print(i.INSTRUMENTOR.probed()(len) is len)"
    for value, answer in (("0", "True\n"), ("1", "False\n"), ("", "False\n")):
        environment = {**os.environ, "INSTRUMENT": value}
        done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True)
        assert done.stdout == answer, done.stderr


# What the process uses


def test_memory_and_processor_time_are_told_of_cycles_and_components() -> None:
    pytest.importorskip("psutil")
    meter = Instrumentor(resources="components")
    kept: list[bytearray] = []
    for _ in range(2):
        with meter.cycle(), meter.measure("grow"):
            kept.append(bytearray(16 * 1024 * 1024))
            sum(range(2_000_000))
    report = meter.report()
    one = report.component("grow")
    assert one.memory is not None and one.memory > 8
    assert one.cpu is not None and one.cpu > 0
    assert report.resources is not None and report.resources.memory_max >= report.resources.memory_mean > 20
    assert all(cycle.memory is not None and cycle.cpu is not None for cycle in meter.cycles())


def test_psutil_is_needed_only_where_resources_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psutil", None)
    with Instrumentor().cycle():
        pass
    with pytest.raises(ImportError, match="psutil is needed"):
        Instrumentor(resources="cycles")


def test_pauses_of_the_garbage_collector_are_a_gauge_as_long_as_the_instrumentor_lives() -> None:
    import gc

    before = len(gc.callbacks)
    meter = Instrumentor(gc_pauses=True)
    gc.collect()
    assert meter.report().gauges["gc_pause_ms"].count >= 1
    del meter
    gc.collect()
    assert len(gc.callbacks) == before


def test_an_instrumentor_can_be_pickled_and_copied_along_with_what_it_measures() -> None:
    assert pickle.loads(pickle.dumps(instrument.INSTRUMENTOR)) is instrument.INSTRUMENTOR
    assert copy.deepcopy([instrument.INSTRUMENTOR])[0] is instrument.INSTRUMENTOR
    meter = Instrumentor(window=7, enabled=False, thresholds=[Threshold("a", 0.5, "b")])
    made = pickle.loads(pickle.dumps(meter))
    assert (made.window, made.enabled, made.report().recommendations) == (7, False, meter.report().recommendations)
    absent = copy.copy(Instrumentor.absent())
    assert absent.measured()(len) is len


def test_a_window_that_keeps_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="give 1 or more"):
        Instrumentor(window=0)


# What a stranger would do


def test_a_decorator_without_brackets_or_on_what_is_no_function_is_refused() -> None:
    meter: Any
    things: list[Any] = [int, staticmethod(len), classmethod(print), property(len)]
    for meter in (Instrumentor(), Instrumentor.absent()):
        with pytest.raises(TypeError, match="with brackets"):
            meter.measured(len)
        for thing in things:
            with pytest.raises(TypeError, match="directly above `def`"):
                meter.measured("x")(thing)
        # What can be called and is no class is as good as a function.
        assert meter.measured("x")(partial(max, 3))(2) == 3


def test_a_gauge_takes_any_number_and_leaves_out_what_has_no_mean() -> None:
    meter: Any = Instrumentor()
    for value in (1, Decimal("2.5"), True, float("nan"), float("inf")):
        meter.gauge("depth", value)
    with pytest.raises(TypeError):
        meter.gauge("depth", None)
    told = meter.report().gauges["depth"]
    assert (told.count, told.total, told.min, told.max) == (3, 4.5, 1.0, 2.5)
    assert "NaN" not in meter.report().json()


def test_a_threshold_is_a_share_and_no_percentage() -> None:
    for share in (40, -0.1, float("nan")):
        with pytest.raises(ValueError, match=r"write 0\.4 for 40%"):
            Threshold("logging", share, "less of it")
    assert [Threshold("logging", share, "less of it").share for share in (0, 1)] == [0, 1]


def test_a_component_called_total_does_not_hide_that_of_the_cycle() -> None:
    meter = Instrumentor()
    with meter.cycle(), meter.measure("total"):
        pass
    (row,) = csv.DictReader(io.StringIO(meter.cycles_csv()))
    assert float(row["total_ms"]) > float(row["component_total_ms"])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_child_does_not_wait_for_a_thread_that_it_has_not_got() -> None:
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", FORK], timeout=60, check=False)
    assert done.returncode == 0


FORK = """
import os, signal, threading
from overhaul.unified.instrument import Instrumentor
meter, stop = Instrumentor(), []
def measuring():
    while not stop:
        with meter.measure("x"):
            pass
threads = [threading.Thread(target=measuring) for _ in range(3)]
for one in threads:
    one.start()
failed = 0
for _ in range(40):
    child = os.fork()
    if not child:
        signal.alarm(5)
        with meter.measure("y"):
            pass
        os._exit(0 if meter.report().component("y").count == 1 else 1)
    failed += os.waitpid(child, 0)[1] != 0
stop.append(True)
os._exit(failed > 0)
"""


@pytest.mark.parametrize("seed", range(60))
def test_a_measured_generator_is_used_as_any(seed: int) -> None:
    """Whatever is sent and thrown into it, it does and gives the same, and no measurement stays open."""
    meter = Instrumentor()
    assert used(meter.measured("x")(generating(seed)), seed) == used(generating(seed), seed)
    assert meter.current.get() is None


def generating(seed: int) -> Callable[[list[object]], Generator[Any, Any, Any]]:
    def generator(log: list[object]) -> Generator[Any, Any, Any]:
        chance = Random(seed)
        try:
            for number in range(chance.randint(0, 4)):
                try:
                    log.append((yield number))
                    if chance.random() < 0.2:
                        raise KeyError(number)
                    if chance.random() < 0.1:
                        return "early"
                except KeyError as error:
                    log.append(repr(error))
                    if chance.random() < 0.4:
                        raise
                except GeneratorExit:
                    log.append("closed")
                    raise
        finally:
            log.append("ended")
        return "result"

    return generator


def used(function: Callable[[list[object]], Generator[Any, Any, Any]], seed: int) -> list[object]:
    chance, log = Random(-seed), list[object]()
    made = function(log)
    doing: list[Callable[[], object]] = [
        lambda: next(made), lambda: made.send(5), lambda: made.throw(KeyError("thrown")), made.close,
    ]  # fmt: skip
    for _ in range(6):
        try:
            log.append(chance.choice(doing)())
        except (KeyError, RuntimeError, StopIteration, TypeError) as error:
            log.append((repr(error), getattr(error, "value", None)))
    return log
