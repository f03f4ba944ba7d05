"""Events reach all machines, whatever one of them does; under threads and under asyncio."""

from __future__ import annotations

import asyncio
import contextvars
import importlib
import threading
import time
from collections.abc import Callable, Iterator
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal

import pytest

if TYPE_CHECKING:
    from unified import state as states  # noqa: TID251
else:
    states = importlib.import_module("overhaul.unified.state")


class On(Enum):
    YES = 1
    NO = 2


class Machine:
    def __init__(self, name: str, do: Callable[[Any], Any] = lambda event: event) -> None:
        self.name, self.state, self.do = name, On.YES, do
        self.seen: list[Any] = []

    def handle(self, event: Any) -> Any:
        self.seen.append(event)
        return self.do(event)

    async def wait(self, event: Any) -> Any:
        self.seen.append(event)
        await asyncio.sleep(event)
        return self.name


@pytest.fixture
def hung() -> Iterator[threading.Event]:
    """What hanging machines wait for; set at the end, so that no thread outlives a test."""
    event = threading.Event()
    yield event
    event.set()


def hanging(until: threading.Event) -> Callable[[Any], Any]:
    return lambda _: until.wait(30)


def fail(event: object) -> None:
    raise OSError("sick")


def kind_of(
    where: states.StateCoordinator,
    on_event: str | Callable[[Machine, Any], object] | None = "handle",
    timeout: float | Literal["coordinator's"] | None = "coordinator's",
) -> states.MachineKind[Machine, On]:
    return where.kind("machine", Machine, table=states.anywhere(On), on_event=on_event, timeout=timeout)


def until(condition: Callable[[], object]) -> None:
    for _ in range(1000):
        if condition():
            return
        time.sleep(0.005)
    raise AssertionError("never came true")


def test_every_machine_hears_it_in_the_order_of_registration_and_answers() -> None:
    order: list[str] = []
    where = states.StateCoordinator()

    def hear(machine: Machine, event: int) -> int:
        order.append(machine.name)
        return event * 2

    kind = kind_of(where, on_event=hear)
    held = [kind.register(Machine(name), name) for name in "abc"]
    replies = where.tell(21)
    assert order == ["a", "b", "c"] and replies.results == {"a": 42, "b": 42, "c": 42} and replies.failures == ()
    assert len(held) == 3


@pytest.mark.parametrize("timeout", [None, 5.0])
def test_one_that_fails_stops_no_other_and_is_told_until_it_answers(timeout: float | None) -> None:
    where = states.StateCoordinator(timeout=timeout)
    kind = kind_of(where)
    first, sick, last = (kind.register(Machine(name, do), name) for name, do in (("a", len), ("b", fail), ("c", len)))
    replies = where.tell("halt")
    assert replies.results == {"a": 4, "c": 4}
    assert [(one.machine, one.status, str(one.error)) for one in replies.failures] == [("b", "failed", "sick")]
    assert list(where.failing()) == ["b"]
    sick.do = len
    where.tell("halt")
    assert where.failing() == {} and first.seen == last.seen == ["halt", "halt"]


def test_one_that_hangs_is_left_and_the_others_are_served(hung: threading.Event) -> None:
    where = states.StateCoordinator(timeout=0.05)
    kind = kind_of(where)
    acts = [len, hanging(hung), len, hanging(hung), len]
    held = [kind.register(Machine(str(number), act), str(number)) for number, act in enumerate(acts)]
    began = time.monotonic()
    replies = where.tell("x")
    assert time.monotonic() - began < 2
    assert [one.status for one in replies.replies] == ["done", "late", "done", "late", "done"]
    assert all(machine.seen == ["x"] for machine in held)
    assert isinstance(where.failing()["1"], TimeoutError)


def test_one_that_has_not_come_back_is_not_told_again_until_it_has(hung: threading.Event) -> None:
    where = states.StateCoordinator(timeout=0.05)
    kind = kind_of(where)
    slow, quick = kind.register(Machine("slow", hanging(hung)), "slow"), kind.register(Machine("quick"), "quick")
    assert [one.status for one in where.tell(1).replies] == ["late", "done"]
    assert [one.status for one in where.tell(2).replies] == ["busy", "done"]
    assert slow.seen == [1] and quick.seen == [1, 2]
    hung.set()
    until(lambda: where.tell(3).replies[0].status == "done")
    assert slow.seen == [1, 3] and where.failing() == {}


def test_machines_that_answer_at_the_last_moment_give_one_reply_each() -> None:
    where = states.StateCoordinator(timeout=0.002)
    kind = kind_of(where)
    naps = [0.0, 0.0018, 0.002, 0.0022, 0.004] * 8

    def nap(seconds: float) -> Callable[[Any], object]:
        return lambda _: time.sleep(seconds)

    held = [kind.register(Machine(str(number), nap(seconds))) for number, seconds in enumerate(naps)]
    for number in range(10):
        replies = where.tell(number).replies
        assert [one.machine for one in replies] == list(where.states())
        for machine, reply in zip(held, replies, strict=True):
            assert machine.seen.count(number) == (reply.status != "busy")
        until(lambda: all(one.status != "busy" for one in where.tell(None).replies))


def test_a_machine_with_less_time_after_one_with_more_is_watched_by_its_own(hung: threading.Event) -> None:
    where = states.StateCoordinator(timeout=60)
    patient, hasty = kind_of(where), kind_of(where, timeout=0.05)
    held = [patient.register(Machine("a"), "a"), hasty.register(Machine("b", hanging(hung)), "b")]
    began = time.monotonic()
    assert [one.status for one in where.tell(1).replies] == ["done", "late"]
    assert time.monotonic() - began < 5 and len(held) == 2


def test_without_a_timeout_a_machine_is_called_by_who_tells_and_with_one_by_another_thread() -> None:
    asked = contextvars.ContextVar("asked", default="nobody")
    where = states.StateCoordinator()
    mine, other = kind_of(where, timeout=None), kind_of(where)

    def seen(_: object) -> tuple[bool, str]:
        return threading.current_thread() is threading.main_thread(), asked.get()

    held = [mine.register(Machine("mine", seen), "mine"), other.register(Machine("other", seen), "other")]
    asked.set("me")
    assert where.tell(0).results == {"mine": (True, "me"), "other": (False, "me")} and len(held) == 2


def test_an_event_can_be_for_one_kind_and_kinds_without_a_handler_hear_none() -> None:
    where = states.StateCoordinator()
    hearing, deaf = kind_of(where), kind_of(where, on_event=None)
    held = [hearing.register(Machine("a"), "a"), deaf.register(Machine("b"), "b")]
    assert list(where.tell(1).results) == ["a"] == list(where.tell(1, hearing).results)
    assert where.tell(1, deaf).replies == () and held[1].seen == []


def test_a_machine_that_exits_its_thread_is_a_failure_and_not_waited_for() -> None:
    def leave(event: object) -> None:
        raise SystemExit(3)

    where = states.StateCoordinator(timeout=60)
    kind = kind_of(where)
    held = [kind.register(Machine("a", leave), "a"), kind.register(Machine("b"), "b")]
    assert [one.status for one in where.tell(1).replies] == ["failed", "done"] and len(held) == 2


def test_machines_may_tell_register_and_change_others_while_they_are_told() -> None:
    where = states.StateCoordinator()
    kind = kind_of(where)
    born: list[Machine] = []

    def busy(event: int) -> int:
        born.append(kind.register(Machine(f"child {event}")))
        kind.transition(other, On.NO)
        return len(where.tell(event - 1).replies) if event > 0 else 0

    first, other = kind.register(Machine("first", busy), "first"), kind.register(Machine("other"), "other")
    assert where.tell(2).results["first"] == 3
    assert other.state is On.NO and len(born) == 3 and first.seen == [2, 1, 0]


def test_events_of_many_threads_reach_every_machine_each() -> None:
    where = states.StateCoordinator()
    kind = kind_of(where)
    held = [kind.register(Machine(str(number))) for number in range(20)]

    def tell(first: int) -> None:
        for number in range(first, first + 25):
            where.tell(number)

    threads = [threading.Thread(target=tell, args=(25 * number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(sorted(machine.seen) == list(range(200)) for machine in held)


def test_machines_that_come_and_go_in_other_threads_disturb_nobody() -> None:
    where = states.StateCoordinator()
    kind = kind_of(where)
    stays = kind.register(Machine("stays"), "stays")
    ended = threading.Event()

    def churn() -> None:
        while not ended.is_set():
            for _ in range(20):
                kind.register(Machine("passing"))

    threads = [threading.Thread(target=churn) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for number in range(100):
            assert where.tell(number).results["stays"] == number
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    assert stays.seen == list(range(100)) and list(where.states()) == ["stays"]


def test_a_new_state_of_the_system_is_told_to_all() -> None:
    where = states.StateCoordinator()
    kind = kind_of(where, on_event=lambda machine, event: f"{event.before.name} {event.after.name} {event.because}")
    held = kind.register(Machine("a"), "a")
    replies = where.set_system(states.SystemState.HALTED, because="fire")
    assert replies.results == {"a": "NORMAL HALTED fire"} and held.state is On.YES


def test_a_coroutine_function_is_told_to_be_awaited() -> None:
    where = states.StateCoordinator()
    held = kind_of(where, on_event="wait").register(Machine("a"), "a")
    (failure,) = where.tell(0).failures
    assert "use atell" in str(failure.error) and held.seen == []


# ---- asyncio


def test_coroutine_functions_are_awaited_side_by_side_and_answers_stand_as_registered() -> None:
    async def run() -> Any:
        where = states.StateCoordinator()
        waiting, plain = kind_of(where, on_event="wait"), kind_of(where)
        held = [waiting.register(Machine("a"), "a"), plain.register(Machine("b"), "b"),
                waiting.register(Machine("c"), "c")]
        began = time.monotonic()
        replies = await where.atell(0.2)
        assert time.monotonic() - began < 0.39 and len(held) == 3
        return replies.results

    assert list(asyncio.run(run()).items()) == [("a", "a"), ("b", 0.2), ("c", "c")]


def test_under_asyncio_too_one_that_hangs_or_fails_stops_no_other(hung: threading.Event) -> None:
    async def sick(machine: Machine, event: float) -> None:
        raise OSError("sick")

    async def run() -> Any:
        where = states.StateCoordinator(timeout=0.05)
        waiting, plain = kind_of(where, on_event="wait"), kind_of(where)
        held = [
            waiting.register(Machine("late"), "late"),
            kind_of(where, on_event=sick).register(Machine("sick"), "sick"),
            plain.register(Machine("hung", hanging(hung)), "hung"),
            plain.register(Machine("well"), "well"),
        ]
        replies = await where.atell(60)
        assert len(held) == 4
        return [(one.machine, one.status) for one in replies.replies], sorted(where.failing())

    answers, failing = asyncio.run(run())
    assert answers == [("late", "late"), ("sick", "failed"), ("hung", "late"), ("well", "done")]
    assert failing == ["hung", "late", "sick"]


def test_a_coroutine_that_will_not_be_cancelled_is_left_and_told_again_when_it_is_back() -> None:
    async def stubborn(machine: Machine, event: float) -> str:
        until = time.monotonic() + event
        while time.monotonic() < until:
            try:
                await asyncio.sleep(0.01)
            except asyncio.CancelledError:
                machine.seen.append("no")
        return "back"

    async def run() -> None:
        where = states.StateCoordinator(timeout=0.05)
        machine = kind_of(where, on_event=stubborn).register(Machine("a"), "a")
        began = time.monotonic()
        assert [one.status for one in (await where.atell(0.4)).replies] == ["late"]
        assert time.monotonic() - began < 0.3
        assert [one.status for one in (await where.atell(0)).replies] == ["busy"]
        await asyncio.sleep(0.5)
        assert (await where.atell(0)).results == {"a": "back"} and machine.seen == ["no"]

    asyncio.run(run())


def test_a_machine_s_own_timeout_and_cancellation_are_its_failures() -> None:
    async def own(machine: Machine, event: object) -> None:
        raise TimeoutError("upstream")

    async def cancelled(machine: Machine, event: object) -> None:
        raise asyncio.CancelledError

    async def run() -> list[str]:
        where = states.StateCoordinator()
        held = [kind_of(where, on_event=do).register(Machine("")) for do in (own, cancelled)]
        replies = await where.atell(0)
        assert len(held) == 2
        return [f"{one.status}: {one.error}" for one in replies.replies]

    assert asyncio.run(run()) == ["failed: upstream", "failed: machine-2 was cancelled"]


def test_a_cancelled_teller_cancels_what_it_waits_for() -> None:
    ends: list[str] = []

    async def long(machine: Machine, event: object) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ends.append("ended")

    async def run() -> None:
        where = states.StateCoordinator(timeout=None)
        held = kind_of(where, on_event=long).register(Machine(""))
        task = asyncio.create_task(where.atell(0))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.sleep(0)
        assert held.seen == []

    asyncio.run(run())
    assert ends == ["ended"]


def test_the_loop_turns_while_other_functions_are_called() -> None:
    async def run() -> int:
        turns = 0
        where = states.StateCoordinator()
        held = kind_of(where).register(Machine("slow", lambda event: threading.Event().wait(0.1)), "slow")
        task = asyncio.create_task(where.aset_system(states.SystemState.DEGRADED))
        while not task.done():
            turns += 1
            await asyncio.sleep(0.005)
        assert task.result().failures == () and held.seen
        return turns

    assert asyncio.run(run()) > 5
