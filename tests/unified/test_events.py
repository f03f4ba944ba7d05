"""An event reaches all that have subscribed, in order, and one that fails hinders no other."""

from __future__ import annotations

import functools
import gc
import importlib
import logging
import os
import subprocess
import sys
import threading
import weakref
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from unified import events  # noqa: TID251
else:
    events = importlib.import_module("overhaul.unified.events")

EventBus, Failure = events.EventBus, events.Failure


class Event: ...


class Filled(Event):
    def __init__(self, price: float = 1.0) -> None:
        self.price = price


class Loud:
    """A base beside."""


class Partly(Filled, Loud): ...


class Book:
    def __init__(self, log: list[str], name: str = "book") -> None:
        self.log, self.name = log, name

    def on_event(self, event: object) -> None:
        self.log.append(f"{self.name} {type(event).__name__}")


class Slotted:
    __slots__ = ("seen",)

    def on_event(self, event: object) -> None: ...


# Who hears of what


def test_an_event_reaches_subscribers_of_its_class_and_of_its_bases_in_the_order_of_subscription() -> None:
    bus, log = EventBus(), list[str]()
    bus.subscribe(Loud, lambda _: log.append("loud"))
    bus.subscribe(Partly, lambda _: log.append("partly"))
    bus.subscribe(Event, lambda _: log.append("event"))
    bus.subscribe(object, lambda _: log.append("all"))
    bus.subscribe(Filled, lambda _: log.append("filled"))
    assert bus.publish(Partly()).called == 5
    assert log == ["loud", "partly", "event", "all", "filled"]


def test_a_subclass_and_a_class_of_the_same_name_are_others() -> None:
    bus, log = EventBus(), list[object]()
    bus.subscribe(Partly, log.append)
    other = type("Partly", (), {})
    assert bus.publish(Filled()).called == 0
    assert bus.publish(other()).called == 0


def test_a_topic_is_neither_a_class_of_that_name_nor_a_part_of_another_topic() -> None:
    bus, log = EventBus(), list[object]()
    bus.subscribe("Filled", log.append)
    bus.subscribe("orders", log.append)
    bus.publish(Filled())
    bus.publish_to("orders.filled", 1)
    bus.publish("orders")
    assert log == []
    assert bus.publish_to("orders", 2).called == 1 and log == [2]
    assert bus.publish_to("orders").called == 1 and log == [2, None]


def test_one_that_subscribes_twice_is_called_twice_and_each_ends_by_itself() -> None:
    bus, log = EventBus(), list[object]()
    first = bus.subscribe("t", log.append)
    bus.subscribe("t", log.append)
    bus.publish_to("t", 1)
    first.cancel()
    first.cancel()
    bus.publish_to("t", 2)
    assert log == [1, 1, 2]
    assert not first.active and first.handler is None


def test_a_subscription_ends_with_its_block_and_all_of_them_with_clear() -> None:
    bus, log = EventBus(), list[object]()
    with bus.subscribe(Filled, log.append) as handle:
        assert bus.count(Filled) == 1 and handle.active
    assert bus.count(Filled) == 0
    other = bus.subscribe("t", log.append)
    bus.clear()
    assert bus.count("t") == 0 and not other.active
    bus.subscribe("t", log.append)
    assert bus.count("t") == 1


def test_the_decorator_leaves_the_function_as_it_is() -> None:
    bus = EventBus()

    def listen(event: Filled) -> float:
        return event.price

    assert bus.on(Filled)(listen) is listen
    assert bus.publish(Filled()).called == 1


def test_who_is_cancelled_while_an_event_is_delivered_does_not_hear_of_it_and_who_comes_then_neither() -> None:
    bus, log = EventBus(), list[str]()

    def first(_: object) -> None:
        log.append("first")
        second.cancel()
        bus.subscribe(Event, lambda _: log.append("late"))

    bus.subscribe(Event, first)
    second = bus.subscribe(Event, lambda _: log.append("second"))
    assert bus.publish(Event()).called == 1
    assert log == ["first"]
    bus.publish(Event())
    assert log == ["first", "first", "late"]


@pytest.mark.parametrize("key", [1, None, Filled()])
def test_what_is_no_class_and_no_text_cannot_be_subscribed_to(key: Any) -> None:
    with pytest.raises(TypeError, match="neither a class nor a topic"):
        EventBus().subscribe(key, print)


def test_what_cannot_be_called_cannot_subscribe() -> None:
    handler: Any = "print"
    with pytest.raises(TypeError, match="cannot be called"):
        EventBus().subscribe(Event, handler)


# Weak subscribers


def test_a_bound_method_ends_with_its_object_and_a_closure_does_not() -> None:
    bus, log = EventBus(), list[str]()
    book = Book(log)
    handle = bus.subscribe(Event, book.on_event)
    bus.subscribe(Event, lambda _: log.append("closure"))
    bus.publish(Event())
    del book
    gc.collect()
    assert handle.handler is None
    assert bus.publish(Event()).called == 1
    assert log == ["book Event", "closure", "closure"]
    assert not handle.active and bus.count(Event) == 1


def test_a_bound_method_is_held_on_request_and_a_function_weakly() -> None:
    bus, log = EventBus(), list[str]()
    bus.subscribe(Event, Book(log, "held").on_event, weak=False)

    def listen(_: object) -> None:
        log.append("function")

    bus.subscribe(Event, listen, weak=True)
    bus.publish(Event())
    del listen
    gc.collect()
    bus.publish(Event())
    assert log == ["held Event", "function", "held Event"]


@pytest.mark.parametrize("handler", [list[object]().append, Slotted().on_event], ids=["builtin", "slots"])
def test_what_cannot_be_referenced_weakly_is_told(handler: Any) -> None:
    bus = EventBus()
    with pytest.raises(TypeError, match="weak=False"):
        bus.subscribe(Event, handler, weak=True)
    assert bus.count(Event) == 0
    assert bus.subscribe(Event, handler, weak=False).active


def test_an_object_that_goes_while_the_bus_is_busy_does_not_lock_it() -> None:
    bus, log = EventBus(), list[str]()
    books = [Book(log) for _ in range(200)]

    def tie(book: Book) -> None:
        bus.subscribe(Event, book.on_event)
        cycle: list[Any] = [book]
        cycle.append(cycle)

    for number in range(200):
        tie(books[number])

    def drop(_: object) -> None:
        books.clear()
        gc.collect()

    bus.subscribe(Loud, drop)
    worker = threading.Thread(target=lambda: bus.publish(Loud()))
    worker.start()
    worker.join(10)
    gc.collect()
    assert not worker.is_alive() and bus.count(Event) == 0


# Failures


def test_one_that_fails_hinders_no_other_and_is_told() -> None:
    bus, log = EventBus(lambda failure: log.append(failure)), list[Any]()
    error = ValueError("no")

    def bad(_: object) -> None:
        raise error

    bus.subscribe(Event, bad)
    bus.subscribe(Event, lambda _: log.append("good"))
    event = Event()
    delivery = bus.publish(event)
    assert delivery.called == 2
    assert log[1] == "good"
    (failure,) = delivery.failures
    assert failure == log[0] == Failure(event, "", f"{__name__}.{bad.__qualname__}", error)
    with pytest.raises(ExceptionGroup, match="1 of 2 subscribers failed") as raised:
        delivery.raise_failures()
    assert raised.value.exceptions == (error,)
    EventBus().publish(event).raise_failures()


def test_without_a_handler_failures_are_logged_with_their_traceback(caplog: pytest.LogCaptureFixture) -> None:
    bus = EventBus()
    failing: Any = functools.partial(int, "x", 2)
    bus.subscribe("t", failing)
    with caplog.at_level(logging.ERROR):
        assert len(bus.publish_to("t", 1).failures) == 1
    (record,) = caplog.records
    assert "functools.partial failed on t" in record.getMessage() and record.exc_info is not None


def test_a_handler_of_failures_that_fails_is_logged_and_hinders_nobody(caplog: pytest.LogCaptureFixture) -> None:
    def broken(_: object) -> None:
        raise RuntimeError

    bus, log = EventBus(broken), list[object]()
    bus.subscribe("t", broken)
    bus.subscribe("t", log.append)
    assert len(bus.publish_to("t", 1).failures) == 1 and log == [1]
    assert "could not be handed on" in caplog.text


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_what_is_to_end_the_program_is_kept_from_nobody(error: type[BaseException]) -> None:
    bus = EventBus()

    def leave(_: object) -> None:
        raise error

    bus.subscribe(Event, leave)
    with pytest.raises(error):
        bus.publish(Event())


def test_events_may_be_published_by_subscribers() -> None:
    bus, log = EventBus(), list[str]()
    bus.subscribe("a", lambda _: bus.publish_to("b"))
    bus.subscribe("a", lambda _: log.append("a"))
    bus.subscribe("b", lambda _: log.append("b"))
    bus.publish_to("a")
    assert log == ["b", "a"]


# Threads


def test_threads_that_subscribe_publish_and_cancel_at_once_lose_nothing() -> None:
    bus = EventBus()
    heard, steady = [0] * 8, list[int]()
    bus.subscribe("t", lambda value: steady.append(value))
    start = threading.Barrier(8)

    def work(number: int) -> None:
        start.wait()
        for turn in range(300):
            def hear(value: int, number: int = number) -> None:
                heard[number] += value == number

            handle = bus.subscribe("t", hear)
            bus.publish_to("t", number)
            handle.cancel()
            assert bus.publish_to("t", -1).failures == (), turn

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert all(count >= 300 for count in heard)
    assert len(steady) == 8 * 300 * 2
    assert bus.count("t") == 1


def test_nothing_but_the_standard_library_is_imported_and_asyncio_only_where_it_is_used() -> None:
    script = (
        "import sys; import overhaul.unified.events as events; bus = events.EventBus(); bus.subscribe('t', print);"
        "bus.publish_to('t', 1); assert 'asyncio' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True, stdout=subprocess.DEVNULL)


# What a stranger would do


def test_a_generator_is_refused_since_it_would_not_run() -> None:
    class Yielding:
        def __call__(self, _: object) -> Iterator[int]:
            yield 1

    def yielding(_: object) -> Iterator[int]:
        yield 1

    async def yielding_async(_: object) -> AsyncIterator[int]:
        yield 1

    bus = EventBus()
    for handler in (yielding, yielding_async, Yielding()):
        with pytest.raises(TypeError, match="yields, and would not run"):
            bus.subscribe("t", handler)
    # Their makers are called and give one, which is all that was asked for.
    bus.subscribe("t", lambda _: yielding(_))
    assert bus.publish_to("t").called == 1


def test_topics_and_classes_that_nobody_hears_of_leave_nothing_behind() -> None:
    bus = EventBus()
    for number in range(3000):
        bus.publish_to(f"orders.{number}")
    fleeting = type("Fleeting", (), {})
    known = weakref.ref(fleeting)
    bus.publish(fleeting())
    del fleeting
    gc.collect()
    assert known() is None
    assert not bus._routes  # pyright: ignore[reportPrivateUsage]


def test_what_hears_of_everything_does_not_keep_every_class() -> None:
    bus, heard = EventBus(), list[str]()
    bus.subscribe(object, lambda event: heard.append(type(event).__name__))
    for number in range(1500):
        bus.publish(type(f"C{number}", (), {})())
    assert len(heard) == 1500
    assert len(bus._routes) <= 1024  # pyright: ignore[reportPrivateUsage]


def test_what_runs_in_the_midst_of_a_change_may_cancel_and_publish() -> None:
    """As a `__del__` that the garbage collector calls, or a signal's handler."""
    bus, heard = EventBus(), list[object]()
    handle = bus.subscribe("t", heard.append)

    def meanwhile() -> None:
        with bus._lock:  # pyright: ignore[reportPrivateUsage]
            bus.publish_to("t", 1)
            handle.cancel()
            bus.publish_to("t", 2)

    thread = threading.Thread(target=meanwhile, daemon=True)
    thread.start()
    thread.join(5)
    assert not thread.is_alive() and heard == [1]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_child_does_not_wait_for_a_thread_that_it_has_not_got() -> None:
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", FORK], timeout=60, check=False)
    assert done.returncode == 0


FORK = """
import os, signal, threading
from overhaul.unified.events import EventBus
bus, stop = EventBus(), []
def subscribing():
    while not stop:
        bus.subscribe(int, print).cancel()
threads = [threading.Thread(target=subscribing) for _ in range(3)]
for one in threads:
    one.start()
failed = 0
for _ in range(40):
    child = os.fork()
    if not child:
        signal.alarm(5)
        bus.subscribe(str, len)
        os._exit(0 if bus.publish("abc").called == 1 else 1)
    failed += os.waitpid(child, 0)[1] != 0
stop.append(True)
os._exit(failed > 0)
"""
