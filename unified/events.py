"""An event bus: who makes something known need not import those who want to hear of it.

    class OrderFilled: ...                       # any class is an event; subscribers of its bases hear of it too

    bus = EventBus()
    handle = bus.subscribe(OrderFilled, book.on_fill)      # the bound method's object is held weakly
    bus.publish(OrderFilled())                             # one that fails hinders no other
    handle.cancel()

    bus.subscribe("orders.filled", log)          # a topic is a text; whatever is published to it is handed over
    bus.publish_to("orders.filled", order)
    await bus.publish_async(OrderFilled())       # subscribers that are coroutine functions are awaited

Subscribers are called in the order in which they subscribed, in the thread that publishes. Needs nothing but the
standard library; all of it may be used from several threads, and from tasks.
"""

from __future__ import annotations

import inspect
import itertools
import logging
import os
import threading
import weakref
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from types import BuiltinMethodType, MethodType, TracebackType
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, cast, overload

if TYPE_CHECKING:
    import asyncio

_E = TypeVar("_E")
_F = TypeVar("_F", bound=Callable[..., object])

_LOG: Final = logging.getLogger(__name__)
_ROUTES: Final = 1024
"""Routes that are remembered; events of more classes and topics are looked up anew from time to time."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A subscriber that has raised an exception."""

    event: object
    topic: str
    """"" for an event that was published by its class."""
    subscriber: str
    """As Python names it: `module.Class.method`."""
    error: Exception


@dataclass(frozen=True, slots=True)
class Delivery:
    """What has come of publishing one event."""

    called: int
    """Subscribers that were called, those that failed and those that were scheduled among them."""
    failures: tuple[Failure, ...] = ()
    """In the order of the calls."""
    scheduled: int = 0
    """Coroutines that run as tasks; `EventBus.drain` waits for them, and their failures are not told here."""

    def raise_failures(self) -> None:
        """Raises ExceptionGroup with what the subscribers have raised, if any has."""
        if self.failures:
            raise ExceptionGroup(
                f"{len(self.failures)} of {self.called} subscribers failed", [one.error for one in self.failures]
            )


class Subscription(Generic[_E]):
    """One subscriber of one class or topic; as a context manager it ends with the block."""

    __slots__ = ("_bus", "_handler", "active", "key", "name", "number")

    def __init__(self, bus: EventBus, key: type | str, number: int, handler: Callable[[_E], object]) -> None:
        """Made by `EventBus.subscribe`."""
        self._bus = bus
        self._handler: Callable[[], Callable[[_E], object] | None] = lambda: handler
        self.key = key
        """The class or topic."""
        self.number = number
        """Counts the subscriptions of the bus."""
        self.name = _named(handler)
        self.active = True
        """Whether it will be called. A subscriber that is gone is active until that is noticed."""

    def cancel(self) -> None:
        """End it; once more does nothing. A delivery that is under way does not reach it any more."""
        self._bus._end(self)  # pyright: ignore[reportPrivateUsage]

    def weaken(self, reference: Callable[[], Callable[[_E], object] | None]) -> None:
        """Let the subscriber go when nobody else holds it; `reference` gives it while it is there."""
        self._handler = reference

    @property
    def handler(self) -> Callable[[_E], object] | None:
        """The subscriber; None when it is gone, or the subscription has ended."""
        return self._handler() if self.active else None

    def __enter__(self) -> Subscription[_E]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cancel()

    def __repr__(self) -> str:
        about = self.key if isinstance(self.key, str) else self.key.__qualname__
        return f"<Subscription of {self.name} to {about}{'' if self.active else ', ended'}>"


_Some = Subscription[Any]


class EventBus:
    """Hands events to those who have subscribed to their class, one of its bases, or a topic."""

    def __init__(self, on_failure: Callable[[Failure], object] | None = None) -> None:
        """`on_failure` is told of each subscriber that fails; without one it is logged, with its traceback.

        What `on_failure` itself raises is logged. Exceptions that are no `Exception` (KeyboardInterrupt, SystemExit,
        asyncio.CancelledError) are never kept from the publisher.
        """
        self._on_failure = on_failure
        # Whatever runs meanwhile in the same thread, as a `__del__` or a signal's handler, may cancel and publish.
        self._lock = threading.RLock()
        if hasattr(os, "register_at_fork"):
            # A child would wait for ever for a thread that it has not got.
            released = self._lock.release
            os.register_at_fork(before=self._lock.acquire, after_in_parent=released, after_in_child=released)
        self._numbers = itertools.count(1)
        self._by_key: dict[type | str, tuple[_Some, ...]] = {}
        """Tuples are replaced, never changed: who publishes goes through the one that was there."""
        self._routes: dict[type | str, tuple[_Some, ...]] = {}
        """Class or topic of an event -> all that hear of it, in order; emptied with every subscription. Nobody is no
        route: topics that nobody hears of may be without number."""
        self._changes = 0
        """Subscriptions that were made or ended so far."""
        self._gone: deque[_Some] = deque()
        """Those whose subscriber has been collected: noted without the lock, which may be held just then."""
        self._tasks: set[asyncio.Future[None]] = set()

    # Who wants to hear

    @overload
    def subscribe(
        self, key: type[_E], handler: Callable[[_E], object], *, weak: bool | None = None
    ) -> Subscription[_E]: ...
    @overload
    def subscribe(self, key: str, handler: Callable[[Any], object], *, weak: bool | None = None) -> _Some: ...
    def subscribe(self, key: type[Any] | str, handler: Callable[[Any], object], *, weak: bool | None = None) -> _Some:
        """Call `handler` with each event of a class or its subclasses, or with what is published to a topic.

        By default the object of a bound method is held weakly: it ends with the object, which somebody else has to
        hold. Whatever else is held by the bus, since a closure or lambda would be gone at once. `weak` says otherwise.
        One that subscribes twice is called twice.

        Raises TypeError for a handler that cannot be called, would do nothing when it is called (a generator), or
        cannot be referenced weakly, and for a key that is neither class nor text.
        """
        if not callable(cast("object", handler)):
            raise TypeError(f"{handler!r} cannot be called: subscribe a function or a bound method")
        if any(map(_yields, (handler, type(handler).__call__))):
            raise TypeError(f"{_named(handler)} yields, and would not run: subscribe a function that does not")
        if not isinstance(cast("object", key), type | str):
            raise TypeError(f"{key!r} is neither a class nor a topic: subscribe to a class or a text")
        made: _Some = Subscription(self, key, next(self._numbers), handler)
        if weak if weak is not None else isinstance(handler, MethodType):
            made.weaken(_weakly(handler, lambda _: self._gone.append(made)))
        with self._lock:
            self._by_key[key] = (*self._by_key.get(key, ()), made)
            self._changed()
        return made

    @overload
    def on(self, key: type[_E]) -> Callable[[Callable[[_E], object]], Callable[[_E], object]]: ...
    @overload
    def on(self, key: str) -> Callable[[_F], _F]: ...
    def on(self, key: type[Any] | str) -> Callable[[Any], Any]:
        """Subscribe a function for good: `@bus.on(OrderFilled)`; it stays as it is."""

        def subscribed(handler: Any) -> Any:
            self.subscribe(key, handler, weak=False)
            return handler

        return subscribed

    def count(self, key: type[Any] | str) -> int:
        """How many would hear of an event of that class, or of that topic."""
        return sum(1 for one in self._route(key) if one.handler is not None)

    def clear(self) -> None:
        """End all subscriptions."""
        with self._lock:
            for one in itertools.chain.from_iterable(self._by_key.values()):
                one.active = False
            self._by_key.clear()
            self._changed()

    def _end(self, ended: _Some) -> None:
        with self._lock:
            ended.active = False
            self._forget(ended)

    def _forget(self, ended: _Some) -> None:
        """Take out one subscription; the lock is held."""
        left = tuple(one for one in self._by_key.get(ended.key, ()) if one is not ended)
        if left:
            self._by_key[ended.key] = left
        else:
            self._by_key.pop(ended.key, None)
        self._changed()

    def _changed(self) -> None:
        """Forget the routes; the lock is held."""
        self._changes += 1
        self._routes.clear()

    def _route(self, key: type | str) -> tuple[_Some, ...]:
        """Who hears of it, in the order of subscription."""
        if not self._gone and (found := self._routes.get(key)) is not None:
            return found
        with self._lock:
            while self._gone:
                ended = self._gone.popleft()
                ended.active = False
                self._forget(ended)
            changes = self._changes
            keys = (key,) if isinstance(key, str) else key.__mro__
            heard = itertools.chain.from_iterable(self._by_key.get(one, ()) for one in keys)
            route = tuple(sorted(heard, key=lambda one: one.number))
            if route and changes == self._changes:
                if len(self._routes) >= _ROUTES:
                    self._routes.clear()
                self._routes[key] = route
            return route

    # Who has something to tell

    def publish(self, event: object) -> Delivery:
        """Call whoever has subscribed to the event's class or one of its bases, one after the other.

        A subscriber that is a coroutine function runs as a task of the event loop of this thread; where none runs, that
        is a failure (RuntimeError): use `publish_async` there.
        """
        return self._publish(self._route(type(event)), event, "")

    def publish_to(self, topic: str, event: object = None) -> Delivery:
        """Call whoever has subscribed to the topic; otherwise as `publish`."""
        return self._publish(self._route(topic), event, topic)

    async def publish_async(self, event: object, *, concurrently: bool = False) -> Delivery:
        """As `publish`, but subscribers that give something to await are awaited.

        One after the other, in order; or, `concurrently`, all are called in order and then awaited together.
        """
        return await self._publish_async(self._route(type(event)), event, "", concurrently)

    async def publish_to_async(self, topic: str, event: object = None, *, concurrently: bool = False) -> Delivery:
        """As `publish_async`, to a topic."""
        return await self._publish_async(self._route(topic), event, topic, concurrently)

    async def drain(self) -> None:
        """Wait until all coroutines that `publish` has scheduled on this loop have ended, but for the one that asks."""
        import asyncio

        loop, own = asyncio.get_running_loop(), asyncio.current_task()
        while pending := [one for one in self._pending() if one.get_loop() is loop and one is not own]:
            await asyncio.wait(pending)

    def _publish(self, route: tuple[_Some, ...], event: object, topic: str) -> Delivery:
        called = scheduled = 0
        failures: tuple[Failure, ...] = ()
        for one in route:
            if (handler := one.handler) is None:
                continue
            called += 1
            try:
                result = handler(event)
                if inspect.isawaitable(result):
                    self._schedule(result, one, event, topic)
                    scheduled += 1
            except Exception as error:  # noqa: BLE001 - that one fails must not hinder the others
                failures = (*failures, self._failed(one, event, topic, error))
        return Delivery(called, failures, scheduled)

    async def _publish_async(self, route: tuple[_Some, ...], event: object, topic: str, together: bool) -> Delivery:
        called = 0
        outcomes: list[Failure | None] = []
        waiting: list[tuple[int, _Some, Awaitable[object]]] = []
        try:
            for one in route:
                if (handler := one.handler) is None:
                    continue
                called += 1
                try:
                    result = handler(event)
                except Exception as error:  # noqa: BLE001 - that one fails must not hinder the others
                    outcomes.append(self._failed(one, event, topic, error))
                    continue
                outcomes.append(None)
                if not inspect.isawaitable(result):
                    continue
                if together:
                    waiting.append((len(outcomes) - 1, one, result))
                else:
                    outcomes[-1] = await self._awaited(result, one, event, topic)
        except BaseException:
            for _, _, result in waiting:
                _unused(result)
            raise
        if waiting:
            import asyncio

            ended = await asyncio.gather(*(self._awaited(result, one, event, topic) for _, one, result in waiting))
            for (place, _, _), outcome in zip(waiting, ended, strict=True):
                outcomes[place] = outcome
        return Delivery(called, tuple(one for one in outcomes if one is not None))

    async def _awaited(self, result: Awaitable[object], one: _Some, event: object, topic: str) -> Failure | None:
        try:
            await result
        except Exception as error:  # noqa: BLE001 - that one fails must not hinder the others
            return self._failed(one, event, topic, error)
        return None

    def _schedule(self, result: Awaitable[object], one: _Some, event: object, topic: str) -> None:
        """Let it run as a task of this thread's loop. Raises RuntimeError where none runs."""
        import asyncio

        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            _unused(result)
            raise RuntimeError(f"no event loop runs in this thread: {one.name} needs publish_async") from None

        async def run() -> None:
            await self._awaited(result, one, event, topic)

        task = loop.create_task(run())
        with self._lock:
            self._tasks.add(task)  # a loop holds its tasks weakly
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Future[None]) -> None:
        with self._lock:
            self._tasks.discard(task)

    def _pending(self) -> Iterator[asyncio.Future[None]]:
        with self._lock:
            tasks = tuple(self._tasks)
        yield from tasks

    def _failed(self, one: _Some, event: object, topic: str, error: Exception) -> Failure:
        """Tell of a subscriber that has failed."""
        failure = Failure(event, topic, one.name, error)
        if self._on_failure is None:
            about = topic or type(event).__qualname__
            _LOG.error("subscriber %s failed on %s", one.name, about, exc_info=error)
            return failure
        try:
            self._on_failure(failure)
        except Exception:  # noqa: BLE001 - nor must whoever is told of it
            _LOG.exception("the failure of subscriber %s could not be handed on", one.name)
        return failure


def _weakly(
    handler: Callable[[Any], object], gone: Callable[[object], None]
) -> Callable[[], Callable[[Any], object] | None]:
    """A weak reference to a handler. Raises TypeError for what cannot have one."""
    try:
        if isinstance(handler, MethodType):
            return cast("Callable[[], Callable[[Any], object] | None]", weakref.WeakMethod(handler, gone))
        # `things.append` is made anew each time it is asked for: it would be gone at once, and the list not.
        if not isinstance(handler, BuiltinMethodType):
            return weakref.ref(handler, gone)
    except TypeError:
        pass
    raise TypeError(f"{_named(handler)} cannot be referenced weakly: subscribe it with weak=False")


def _yields(handler: object) -> bool:
    """Whether a call of it gives a generator, and does nothing."""
    return inspect.isgeneratorfunction(handler) or inspect.isasyncgenfunction(handler)


def _unused(result: Awaitable[object]) -> None:
    """Nobody is going to await it: a coroutine would complain."""
    if inspect.iscoroutine(result):
        result.close()


def _named(handler: Callable[..., object]) -> str:
    """How Python names a function, a method, or the class of an object that can be called."""
    name: str | None = getattr(handler, "__qualname__", None)
    if name is None:
        return f"{type(handler).__module__}.{type(handler).__qualname__}"
    return f"{getattr(handler, '__module__', None) or '?'}.{name}"
