"""Parts are built in tiers or as registered, start and stop in order, and what fails is undone."""

from __future__ import annotations

import gc
import importlib
import re
import threading
import weakref
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

if TYPE_CHECKING:
    from unified import factory as factories  # noqa: TID251
else:
    factories = importlib.import_module("overhaul.unified.factory")

ManagerFactory, call, use, late = factories.ManagerFactory, factories.call, factories.use, factories.late


class Bus:
    def __init__(self, keep_last: int = 10) -> None:
        self.keep_last = keep_last
        self.log: list[str] = []

    def start(self) -> None:
        self.log.append("bus on")

    def stop(self) -> None:
        self.log.append("bus off")


class Feed:
    def __init__(self, bus: Bus, rate: float = 1.0) -> None:
        self.bus = bus
        self.rate = rate

    def start(self) -> None:
        self.bus.log.append("feed on")

    def stop(self) -> None:
        self.bus.log.append("feed off")


class Broken(Feed):
    def start(self) -> None:
        raise OSError("no line")


class App:
    bus: Bus
    feed: Feed

    def __init__(self) -> None:
        self.order: list[str] = []


def noting(log: list[str], name: str, _: object) -> None:
    log.append(name)


def noted(log: list[str], name: str) -> Callable[[], object]:
    return lambda: log.append(name)


# ---- building


def test_parts_are_given_what_they_name_and_what_is_computed_late() -> None:
    def half(bus: Bus) -> float:
        return bus.keep_last / 2

    parts = ManagerFactory()
    parts.register("feed", call(Feed, use("bus"), rate=late(half, "bus")))
    parts.register("bus", call(Bus, keep_last=500))
    parts.build()
    feed = parts.get("feed", Feed)
    assert feed.bus is parts["bus"] and feed.rate == 250.0 and feed.bus.keep_last == 500


def test_each_part_is_an_attribute_before_its_hooks_and_before_the_next_part_is_made() -> None:
    app = App()
    parts = ManagerFactory(into=app, order="registered", on_built=lambda name, part: app.order.append(f"on {name}"))
    parts.register("bus", lambda: Bus(keep_last=3), after=lambda bus: app.order.append(f"{bus is app.bus}"))
    parts.register("feed", lambda: Feed(app.bus, rate=float(app.bus.keep_last)), needs=("bus",))
    parts.build()
    assert app.feed.bus is app.bus and app.feed.rate == 3.0
    assert app.order == ["True", "on bus", "on feed"]


def test_what_was_a_local_variable_is_a_part_without_an_attribute() -> None:
    app = App()
    parts = ManagerFactory(into=app, order="registered")
    settings = parts.register("settings", lambda: {"rate": 4.0}, attribute="")
    parts.register("bus", Bus, attribute="_bus")
    parts.register("feed", lambda: Feed(Bus(), settings.value["rate"]), needs=("settings",))
    parts.build()
    assert app.feed.rate == 4.0
    assert sorted(vars(app)) == ["_bus", "feed", "order"]


def test_hooks_run_in_order_and_after_the_part_they_belong_to_only() -> None:
    log: list[str] = []
    parts = ManagerFactory(order="registered")
    parts.register("a", noted(log, "a"), after=(lambda _: log.append("a1"), lambda _: log.append("a2")))
    parts.register("b", noted(log, "b"))
    parts.build()
    parts.build()
    assert log == ["a", "a1", "a2", "b"]


def test_what_is_not_built_has_no_value() -> None:
    parts = ManagerFactory()
    bus = parts.register("bus", Bus)
    with pytest.raises(factories.Unavailable, match="not built"):
        _ = bus.value
    with pytest.raises(factories.FactoryError, match="did you mean 'bus'"):
        _ = parts["buss"]
    parts.build()
    with pytest.raises(factories.FactoryError, match="'bus' is Bus, not Feed"):
        parts.get("bus", Feed)
    with pytest.raises(factories.FactoryError, match="twice"):
        parts.register("bus", Bus)


def test_a_part_whose_value_is_none_is_built_all_the_same() -> None:
    made: list[int] = []
    parts = ManagerFactory()
    nothing = parts.register("nothing", lambda: made.append(1), lazy=True)
    assert [nothing.value, nothing.value] == [None, None] and made == [1]


# ---- order


@st.composite
def wirings(draw: st.DrawFn) -> dict[str, list[str]]:
    """Names with what they need, in any order of registration, and without rings."""
    count = draw(st.integers(1, 12))
    needs = {f"p{n}": [f"p{m}" for m in range(n) if draw(st.booleans())] for n in range(count)}
    return {name: needs[name] for name in draw(st.permutations(sorted(needs)))}


def built(needs: dict[str, list[str]], tiers: dict[str, int] | None = None) -> tuple[list[str], Any]:
    order: list[str] = []
    parts = ManagerFactory()
    for name, wanted in needs.items():
        parts.register(name, noted(order, name), needs=wanted, tier=(tiers or {}).get(name))
    parts.build()
    return order, parts


@given(wirings())
def test_what_is_needed_comes_first_and_the_rest_of_a_tier_as_registered(needs: dict[str, list[str]]) -> None:
    order, parts = built(needs)
    place = {name: number for number, name in enumerate(order)}
    assert sorted(order) == sorted(needs)
    assert all(place[need] < place[name] for name, wanted in needs.items() for need in wanted)
    registered = list(needs)
    for tier in parts.tiers():
        assert list(tier) == [name for name in registered if name in tier]
    assert [name for tier in parts.tiers() for name in tier] == order


@given(wirings())
def test_a_given_tier_keeps_an_order_that_is_right_already(needs: dict[str, list[str]]) -> None:
    names = sorted(needs, key=lambda name: int(name[1:]))
    order, _ = built({name: needs[name] for name in names}, dict.fromkeys(names, 1))
    assert order == names


@given(wirings())
def test_computed_tiers_are_the_longest_ways_down(needs: dict[str, list[str]]) -> None:
    _, parts = built(needs)
    tiers = {name: number for number, tier in enumerate(parts.tiers(), 1) for name in tier}
    assert all(tiers[name] == 1 + max((tiers[need] for need in wanted), default=0) for name, wanted in needs.items())


@given(wirings())
def test_the_registered_order_is_kept_to_the_letter_or_refused(needs: dict[str, list[str]]) -> None:
    order: list[str] = []
    parts = ManagerFactory(order="registered")
    for name, wanted in needs.items():
        parts.register(name, noted(order, name), needs=wanted)
    registered = list(needs)
    late_needs = [
        (name, need) for name in needs for need in needs[name] if registered.index(need) > registered.index(name)
    ]
    if late_needs:
        with pytest.raises(factories.InvalidParts, match="registered after it"):
            parts.build()
        assert order == [] and len(parts.problems()) == len(late_needs)
    else:
        parts.build()
        assert order == registered


@given(st.lists(st.sampled_from([(a, b) for a in "abcde" for b in "abcde"]), min_size=1, max_size=12))
def test_a_ring_is_told_with_its_members_when_and_only_when_there_is_one(edges: list[tuple[str, str]]) -> None:
    parts = ManagerFactory()
    needs = {name: sorted({b for a, b in edges if a == name}) for name in "abcde"}
    for name, wanted in needs.items():
        parts.register(name, Bus, needs=wanted)

    def reach(name: str) -> set[str]:
        found: set[str] = set()
        waiting = list(needs[name])
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.add(one)
                waiting += needs[one]
        return found

    rings = [problem.removeprefix("parts need each other in a ring: ").split(" -> ") for problem in parts.problems()]
    assert bool(rings) == any(name in reach(name) for name in needs)
    for ring in rings:
        assert ring[0] == ring[-1] and len(set(ring)) == len(ring) - 1
        assert all(after in needs[before] for before, after in pairwise(ring))


def test_needs_that_nobody_registered_and_tiers_that_lie_are_told_all_at_once() -> None:
    parts = ManagerFactory()
    parts.register("broker", Bus, tier=2)
    parts.register("orders", Bus, needs=("brokr", "zzz"))
    parts.register("early", Bus, needs=("broker",), tier=1)
    with pytest.raises(factories.InvalidParts) as refused:
        parts.build()
    assert refused.value.problems == (
        "'orders' needs 'brokr', which is not registered; did you mean 'broker'?",
        "'orders' needs 'zzz', which is not registered",
    )
    parts = ManagerFactory()
    parts.register("broker", Bus, tier=2)
    parts.register("early", Bus, needs=("broker",), tier=1)
    assert parts.problems() == ("'early' of tier 1 needs 'broker' of tier 2",)


def test_sixty_parts_that_all_need_those_before_are_ordered_at_once() -> None:
    names = [f"p{n}" for n in range(60)]
    order, parts = built({name: names[:n] for n, name in enumerate(names)})
    assert order == names and len(parts.tiers()) == 60


# ---- failing


def test_what_a_maker_raises_arrives_as_it_is_and_what_was_built_is_closed_the_last_first() -> None:
    log: list[str] = []
    error = KeyError("nothing")

    def fail() -> None:
        raise error

    parts = ManagerFactory(order="registered")
    for name in "abc":
        parts.register(name, Bus, stop=partial(noting, log, name))
    parts.register("d", fail)
    parts.register("e", noted(log, "e"))
    with pytest.raises(KeyError) as raised:
        parts.build()
    assert raised.value is error and not hasattr(error, "__notes__")
    assert log == ["c", "b", "a"]
    assert [one.phase for one in parts.report()] == ["registered"] * 5
    assert parts.report()[3].error == "KeyError: 'nothing'"


def test_even_a_stop_iteration_arrives_as_it_is_with_its_cause_and_context() -> None:
    def fail() -> None:
        try:
            next(iter(()))
        except StopIteration as error:
            raise StopIteration("ours") from error

    parts = ManagerFactory()
    parts.register("a", Bus, stop="stop")
    parts.register("b", fail)
    other = ManagerFactory()
    lazy = other.register("lazy", fail, lazy=True)
    for ask in (parts.build, lambda: lazy.value):
        with pytest.raises(StopIteration, match="ours") as raised:
            ask()
        assert isinstance(raised.value.__cause__, StopIteration) and raised.value.__context__ is raised.value.__cause__


def test_one_name_is_one_need_and_one_method() -> None:
    parts = ManagerFactory()
    parts.register("feed", lambda: Feed(parts["bus"]), needs="bus", interface="start()")
    parts.register("bus", Bus)
    parts.build()
    assert parts.tiers() == (("bus",), ("feed",))


def test_a_build_that_failed_can_be_tried_again_from_the_start() -> None:
    made: list[str] = []
    sick = [True]

    def second() -> None:
        if sick:
            raise OSError("not yet")
        made.append("b")

    parts = ManagerFactory()
    parts.register("a", noted(made, "a"))
    parts.register("b", second, needs=("a",))
    with pytest.raises(OSError):
        parts.build()
    sick.clear()
    parts.build()
    assert made == ["a", "a", "b"]


def test_a_failing_hook_closes_its_own_part_too() -> None:
    log: list[str] = []
    parts = ManagerFactory()

    def refuse(bus: Bus) -> None:
        raise ValueError("hook")

    parts.register("bus", Bus, after=refuse, stop=lambda bus: log.append("closed"))
    with pytest.raises(ValueError, match="hook"):
        parts.build()
    assert log == ["closed"]


def test_what_fails_while_undoing_is_noted_on_the_reason() -> None:
    def sick(_: object) -> None:
        raise OSError("stuck")

    def fail() -> None:
        raise KeyError("reason")

    parts = ManagerFactory()
    parts.register("a", Bus, stop=sick)
    parts.register("b", fail, needs=("a",))
    with pytest.raises(KeyError) as raised:
        parts.build()
    assert raised.value.__notes__ == ["and then: OSError: stuck"]


def test_an_interrupt_undoes_as_an_error_does() -> None:
    log: list[str] = []

    def interrupt() -> None:
        raise KeyboardInterrupt

    parts = ManagerFactory()
    parts.register("a", Bus, stop=lambda _: log.append("a off"))
    parts.register("b", interrupt, needs=("a",))
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            parts.build()
    parts.override("b", Bus)
    parts.build()
    assert log == ["a off"] * 2 and isinstance(parts["b"], Bus)


def test_a_build_inside_a_build_is_refused() -> None:
    parts = ManagerFactory()
    parts.register("a", Bus, after=lambda _: parts.build())
    with pytest.raises(factories.FactoryError, match="being built already: 'a'"):
        parts.build()


def test_an_optional_part_may_fail_and_with_it_the_optional_ones_that_need_it() -> None:
    def fail() -> Bus:
        raise OSError("no console")

    app = App()
    parts = ManagerFactory(into=app)
    parts.register("bus", fail, optional=True)
    parts.register("feed", call(Feed, use("bus")), optional=True)
    parts.register("other", call(Feed, use("bus", None)))
    parts.build()
    assert app.bus is None and app.feed is None and parts["other"].bus is None
    assert [(one.name, one.phase) for one in parts.report()] == [
        ("bus", "failed"), ("feed", "failed"), ("other", "built")]
    assert "needs 'bus', which failed" in parts.report()[1].error
    with pytest.raises(factories.Unavailable):
        _ = parts["bus"]


def test_a_part_that_cannot_do_without_an_optional_one_fails_with_it() -> None:
    def fail() -> Bus:
        raise OSError("no console")

    parts = ManagerFactory()
    parts.register("bus", fail, optional=True)
    parts.register("feed", call(Feed, use("bus")))
    with pytest.raises(factories.Unavailable, match="'feed' needs 'bus'"):
        parts.build()


# ---- lazy, overridden


def test_a_lazy_part_is_built_when_it_is_first_asked_for_or_needed() -> None:
    made: list[str] = []
    parts = ManagerFactory()
    parts.register("asked", noted(made, "asked"), lazy=True)
    parts.register("needed", noted(made, "needed"), lazy=True)
    parts.register("eager", noted(made, "eager"), needs=("needed",))
    parts.build()
    assert made == ["needed", "eager"]
    assert parts["asked"] is None and made == ["needed", "eager", "asked"]


def test_a_lazy_part_is_built_once_however_many_threads_ask() -> None:
    made: list[int] = []
    gate = threading.Barrier(8)
    parts = ManagerFactory()

    def make() -> Bus:
        made.append(1)
        threading.Event().wait(0.02)
        return Bus()

    part = parts.register("bus", make, lazy=True)
    parts.build()
    seen: list[Bus] = []

    def ask() -> None:
        gate.wait()
        seen.append(part.value)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [1] and len({id(one) for one in seen}) == 1 and len(seen) == 8


def test_a_lazy_part_that_is_made_while_running_is_started_and_stopped_with_the_others() -> None:
    parts = ManagerFactory()
    bus = parts.register("bus", Bus, start="start", stop="stop")
    parts.register("feed", call(Feed, use("bus")), lazy=True, start="start", stop="stop")
    with parts:
        assert bus.value.log == ["bus on"]
        assert parts["feed"].bus is bus.value
    assert bus.value.log == ["bus on", "feed on", "feed off", "bus off"]


def test_a_lazy_part_that_asks_for_itself_is_told_and_not_waited_for() -> None:
    parts = ManagerFactory()
    parts.register("a", lambda: parts["b"], lazy=True)
    parts.register("b", lambda: parts["a"], lazy=True)
    with pytest.raises(factories.FactoryError, match="being built: 'a', 'b'"):
        _ = parts["a"]


def test_a_lazy_part_whose_hook_fails_is_closed_and_can_be_asked_for_again() -> None:
    log: list[str] = []
    sick = [True]

    def hook(bus: Bus) -> None:
        if sick:
            raise OSError("hook")

    parts = ManagerFactory()
    parts.register("bus", Bus, lazy=True, after=hook, stop=lambda _: log.append("closed"))
    with pytest.raises(OSError):
        _ = parts["bus"]
    assert log == ["closed"]
    sick.clear()
    assert isinstance(parts["bus"], Bus)


def test_tests_put_another_maker_in_the_place_of_a_part() -> None:
    parts = ManagerFactory()
    parts.register("bus", call(Bus, keep_last=1), interface=("start", "stop"))
    parts.register("feed", call(Feed, use("bus")))
    parts.override("bus", lambda: Bus(keep_last=99))
    parts.build()
    assert parts["feed"].bus.keep_last == 99
    with pytest.raises(factories.FactoryError, match="built already"):
        parts.override("bus", Bus)


def test_a_stand_in_that_lacks_a_method_is_refused_as_the_real_one_would_be() -> None:
    parts = ManagerFactory()
    parts.register("bus", Bus, interface=("start", "stop"))
    parts.override("bus", lambda: object())
    with pytest.raises(factories.InvalidParts, match=r"'bus' \(object\): has no start"):
        parts.build()


# ---- starting and stopping


def recorded(log: list[str], failing: str = "", order: Any = "tiers") -> Any:
    parts = ManagerFactory(order=order)

    def step(verb: str, name: str) -> Callable[[object], object]:
        def do(_: object) -> None:
            log.append(f"{verb}{name}")
            if f"{verb}{name}" in failing.split():
                raise OSError(name)

        return do

    for name, needs in (("a", ()), ("b", ("a",)), ("c", ("a",)), ("d", ("b",))):
        parts.register(name, Bus, needs=needs, start=step("+", name), stop=step("-", name))
    return parts


def test_parts_stop_in_the_reverse_of_the_order_in_which_they_start() -> None:
    log: list[str] = []
    parts = recorded(log).start()
    parts.stop()
    parts.stop()
    assert log == ["+a", "+b", "+c", "+d", "-d", "-c", "-b", "-a"]


def test_a_tier_that_fails_is_tried_whole_and_undone_with_those_below() -> None:
    log: list[str] = []
    with pytest.raises(factories.ManagersFailed) as failed:
        recorded(log, "+b").start()
    assert log == ["+a", "+b", "+c", "-c", "-a"]
    assert [(str(one), one.__notes__) for one in failed.value.exceptions] == [("b", ["while starting 'b'"])]


def test_in_the_registered_order_nothing_is_started_after_a_failure() -> None:
    log: list[str] = []
    with pytest.raises(factories.ManagersFailed):
        recorded(log, "+b", "registered").start()
    assert log == ["+a", "+b", "-a"]


def test_failures_of_a_tier_and_of_its_undoing_are_told_together() -> None:
    log: list[str] = []
    with pytest.raises(factories.ManagersFailed) as failed:
        recorded(log, "+b +c -a").start()
    assert [one.__notes__[0] for one in failed.value.exceptions] == [
        "while starting 'b'", "while starting 'c'", "while stopping 'a'"]
    assert log == ["+a", "+b", "+c", "-a"]


def test_all_are_stopped_whatever_fails_and_once_only() -> None:
    log: list[str] = []
    parts = recorded(log, "-d -b").start()
    with pytest.raises(factories.ManagersFailed) as failed:
        parts.stop()
    assert len(failed.value.exceptions) == 2
    assert log[4:] == ["-d", "-c", "-b", "-a"]
    parts.stop()
    assert len(log) == 8


def test_an_interrupt_in_the_middle_of_a_tier_stops_what_was_started() -> None:
    log: list[str] = []
    parts = ManagerFactory()

    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    parts.register("a", Bus, start=lambda _: log.append("+a"), stop=lambda _: log.append("-a"))
    parts.register("b", Bus, start=interrupt, stop=lambda _: log.append("-b"))
    with pytest.raises(KeyboardInterrupt):
        parts.start()
    assert log == ["+a", "-a"]


def test_what_was_built_but_never_started_is_not_stopped_unless_it_needs_no_start() -> None:
    log: list[str] = []
    parts = ManagerFactory()
    parts.register("started", Bus, start="start", stop=lambda _: log.append("started"))
    parts.register("opened", Bus, stop=lambda _: log.append("opened"))
    parts.build()
    parts.stop()
    assert log == ["opened"]


def test_stopped_parts_start_again() -> None:
    parts = ManagerFactory()
    bus = parts.register("bus", Bus, start="start", stop="stop")
    for _ in range(2):
        with parts:
            pass
    assert bus.value.log == ["bus on", "bus off"] * 2


def test_the_page_about_it_says_what_is_so(capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).parents[2] / "docs" / "unified-factory.md").read_text("utf-8")
    code = "\n".join(re.findall(r"```python\n(.*?)```", page, re.DOTALL))
    exec(compile(code.replace("app.core.factory", factories.__name__), "unified-factory.md", "exec"), {})
    assert capsys.readouterr().out.splitlines() == [
        "feed started", "feed stopped", "bus closed", "(('bus',), ('feed',))"]


def test_the_report_has_the_time_of_every_step() -> None:
    ticks: Iterator[float] = iter(range(100))
    parts = ManagerFactory(clock=lambda: float(next(ticks)))
    parts.register("bus", Bus, start="start", stop="stop", after=lambda _: None)
    parts.register("feed", call(Feed, use("bus")), start="start")
    with parts:
        pass
    assert [(one.name, one.tier, one.phase, one.build, one.start, one.stop) for one in parts.report()] == [
        ("bus", 1, "stopped", 2.0, 1.0, 1.0), ("feed", 2, "stopped", 1.0, 1.0, 1.0)]


def test_an_exception_keeps_its_context_also_where_another_one_is_being_handled() -> None:
    def fails() -> None:
        try:
            raise KeyError("first")
        except KeyError:
            raise ValueError("second")  # noqa: B904 - its context is what counts here

    factory = ManagerFactory()
    factory.register("one", fails)
    try:
        raise OSError("around")
    except OSError:
        with pytest.raises(ValueError, match="second") as error:
            factory.build()
    assert isinstance(error.value.__context__, KeyError)
    assert isinstance(error.value.__context__.__context__, OSError)


def test_a_factory_that_nobody_keeps_goes_at_once_and_with_it_what_its_makers_hold() -> None:
    class App:
        def one(self) -> list[int]:
            return [1]

        def build(self) -> None:
            factory = ManagerFactory(order="registered")
            factory.register("one", self.one, tier=0)
            factory.register("two", self.one, tier=1, needs=("one",))
            factory.build()

    app = App()
    gone = weakref.ref(app)
    gc.disable()
    try:
        app.build()
        del app
        assert gone() is None
    finally:
        gc.enable()


def test_a_part_whose_factory_is_gone_says_so() -> None:
    part = ManagerFactory().register("one", lambda: 1)
    with pytest.raises(factories.Unavailable, match="'one' is not built, and its factory is gone"):
        _ = part.value
