"""Makers, hooks, starts and stops that are coroutine functions, side by side where nothing is needed of each other."""

from __future__ import annotations

import asyncio
import importlib
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from unified import factory as factories  # noqa: TID251
else:
    factories = importlib.import_module("overhaul.unified.factory")


class Pool:
    def __init__(self, log: list[str], name: str) -> None:
        self.log, self.name = log, name

    async def start(self) -> None:
        self.log.append(f"{self.name}...")
        await asyncio.sleep(0.001)
        self.log.append(f"{self.name} on")

    async def stop(self) -> None:
        await asyncio.sleep(0)
        self.log.append(f"{self.name} off")

    async def hang(self) -> None:
        await asyncio.sleep(60)


async def opened(log: list[str], name: str) -> Pool:
    await asyncio.sleep(0)
    log.append(f"{name} made")
    return Pool(log, name)


def test_coroutine_functions_make_hook_start_and_stop() -> None:
    log: list[str] = []

    async def hook(pool: Pool) -> None:
        await asyncio.sleep(0)
        log.append(f"{pool.name} hooked")

    async def run() -> None:
        parts = factories.ManagerFactory()
        database = factories.call(factories.awaited(opened), log, "db")
        parts.register("db", database, after=hook, start="start", stop="stop", interface=("start()",))
        parts.register("api", lambda: Pool(log, "api"), needs=("db",), start="start", stop="stop")
        async with parts:
            assert parts["db"].name == "db"

    asyncio.run(run())
    assert log == ["db made", "db hooked", "db...", "db on", "api...", "api on", "api off", "db off"]


def test_those_that_need_nothing_of_each_other_start_side_by_side() -> None:
    log: list[str] = []

    async def run() -> None:
        parts = factories.ManagerFactory()
        for name, needs in (("a", ()), ("b", ()), ("c", ("a",))):
            parts.register(name, factories.call(Pool, log, name), needs=needs, start="start")
        await parts.astart()

    asyncio.run(run())
    assert log == ["a...", "b...", "a on", "b on", "c...", "c on"]


def test_in_the_registered_order_they_start_one_after_the_other() -> None:
    log: list[str] = []

    async def run() -> None:
        parts = factories.ManagerFactory(order="registered")
        for name in "ab":
            parts.register(name, factories.call(Pool, log, name), start="start")
        await parts.astart()

    asyncio.run(run())
    assert log == ["a...", "a on", "b...", "b on"]


def test_two_of_one_given_tier_are_not_started_side_by_side_when_one_needs_the_other() -> None:
    log: list[str] = []

    async def run() -> None:
        parts = factories.ManagerFactory()
        parts.register("a", lambda: Pool(log, "a"), needs=("b",), tier=1, start="start")
        parts.register("b", lambda: Pool(log, "b"), tier=1, start="start")
        await parts.astart()

    asyncio.run(run())
    assert log == ["b...", "b on", "a...", "a on"]


def test_one_that_hangs_is_given_up_and_the_others_are_stopped() -> None:
    log: list[str] = []

    async def run() -> None:
        parts = factories.ManagerFactory()
        parts.register("db", lambda: Pool(log, "db"), start="start", stop="stop")
        parts.register("sick", lambda: Pool(log, "sick"), start="hang", stop="stop")
        with pytest.raises(factories.ManagersFailed) as failed:
            await parts.astart(timeout=0.05)
        (error,) = failed.value.exceptions
        assert isinstance(error, TimeoutError) and error.__notes__ == ["while starting 'sick'"]

    asyncio.run(run())
    assert log == ["db...", "db on", "db off"]


def test_a_cancelled_start_stops_what_was_started() -> None:
    log: list[str] = []

    async def run() -> None:
        parts = factories.ManagerFactory()
        parts.register("db", lambda: Pool(log, "db"), start="start", stop="stop")
        parts.register("sick", lambda: Pool(log, "sick"), needs=("db",), start="hang", stop="stop")
        task = asyncio.create_task(parts.astart())
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())
    assert log == ["db...", "db on", "db off"]


def test_a_coroutine_function_in_a_build_without_await_is_told() -> None:
    parts = factories.ManagerFactory()
    parts.register("db", lambda: opened([], "db"))
    with pytest.raises(factories.FactoryError, match="'db' has a coroutine function: use abuild"):
        parts.build()


def test_a_task_that_is_the_part_itself_is_not_awaited() -> None:
    async def run() -> bool:
        parts = factories.ManagerFactory()
        task = parts.register("task", lambda: asyncio.get_running_loop().create_future())
        await parts.abuild()
        return task.value.done()

    assert asyncio.run(run()) is False


def test_two_tasks_do_not_build_the_same_parts() -> None:
    async def run() -> list[str]:
        log: list[str] = []
        parts = factories.ManagerFactory()
        parts.register("db", factories.call(factories.awaited(opened), log, "db"))
        told = await asyncio.gather(parts.abuild(), parts.abuild(), return_exceptions=True)
        assert [type(one) for one in told] == [factories.ManagerFactory, factories.FactoryError]
        return log

    assert asyncio.run(run()) == ["db made"]
