"""Subscribers that are coroutine functions are awaited, or run as tasks."""

from __future__ import annotations

import asyncio
import gc
import importlib
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from unified import events  # noqa: TID251
else:
    events = importlib.import_module("overhaul.unified.events")

EventBus = events.EventBus


def test_coroutine_functions_are_awaited_one_after_the_other_in_order() -> None:
    bus, log = EventBus(), list[str]()

    async def slow(_: object) -> None:
        log.append("slow begins")
        await asyncio.sleep(0.01)
        log.append("slow ends")

    bus.subscribe("t", slow)
    bus.subscribe("t", lambda _: log.append("plain"))
    assert asyncio.run(bus.publish_to_async("t")).called == 2
    assert log == ["slow begins", "slow ends", "plain"]


def test_together_on_request_and_failures_are_told_in_the_order_of_the_calls() -> None:
    bus, log = EventBus(lambda _: None), list[str]()

    async def slow(_: object) -> None:
        await asyncio.sleep(0.01)
        log.append("slow")
        raise ValueError("slow")

    async def quick(_: object) -> None:
        log.append("quick")
        raise ValueError("quick")

    def plain(_: object) -> None:
        raise ValueError("plain")

    for one in (slow, quick, plain):
        bus.subscribe(int, one)
    delivery = asyncio.run(bus.publish_async(1, concurrently=True))
    assert log == ["quick", "slow"]
    assert [str(one.error) for one in delivery.failures] == ["slow", "quick", "plain"]


def test_a_publisher_that_is_cancelled_stops_waiting_and_calls_nobody_else() -> None:
    bus, log = EventBus(), list[str]()

    async def slow(_: object) -> None:
        await asyncio.sleep(10)

    bus.subscribe("t", slow)
    bus.subscribe("t", lambda _: log.append("after"))

    async def run() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await bus.publish_to_async("t")

    asyncio.run(run())
    assert log == []


def test_published_without_waiting_they_run_as_tasks_that_can_be_waited_for() -> None:
    failures = list[str]()
    bus, log = EventBus(lambda failure: failures.append(str(failure.error))), list[str]()

    async def slow(_: object) -> None:
        await asyncio.sleep(0.01)
        log.append("slow")
        raise ValueError("told later")

    bus.subscribe("t", slow)

    async def run() -> None:
        delivery = bus.publish_to("t")
        assert (delivery.called, delivery.scheduled, delivery.failures) == (1, 1, ())
        assert log == []
        await bus.drain()
        assert log == ["slow"] and failures == ["told later"]
        await bus.drain()

    asyncio.run(run())


@pytest.mark.filterwarnings("error")
def test_without_a_loop_a_coroutine_function_is_a_failure_and_no_coroutine_is_left_over() -> None:
    bus = EventBus(lambda _: None)
    begun = list[Any]()

    async def slow(_: object) -> None:
        begun.append(1)

    bus.subscribe("t", slow)
    (failure,) = bus.publish_to("t").failures
    assert isinstance(failure.error, RuntimeError) and "needs publish_async" in str(failure.error)
    assert begun == []


def test_a_subscriber_may_wait_for_the_others() -> None:
    bus, log = EventBus(), list[str]()

    async def slow(_: object) -> None:
        await asyncio.sleep(0.01)
        log.append("slow")

    async def last(_: object) -> None:
        await bus.drain()
        log.append("last")

    async def main() -> None:
        bus.subscribe("t", slow)
        bus.subscribe("t", last)
        assert bus.publish_to("t").scheduled == 2
        await asyncio.wait_for(bus.drain(), 5)

    asyncio.run(main())
    assert log == ["slow", "last"]


@pytest.mark.filterwarnings("error")
def test_what_ends_the_publisher_leaves_no_coroutine_behind() -> None:
    bus, log = EventBus(), list[str]()

    async def slow(_: object) -> None:
        log.append("slow")

    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    bus.subscribe("t", slow)
    bus.subscribe("t", interrupted)

    async def main() -> None:
        with pytest.raises(KeyboardInterrupt):
            await bus.publish_to_async("t", concurrently=True)

    asyncio.run(main())
    gc.collect()
    assert log == []
