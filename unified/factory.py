"""Build the managers of an application in tiers, each given what it needs; start, stop and undo them in order."""

from __future__ import annotations

import ast
import asyncio
import difflib
import inspect
import logging
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, Literal, ParamSpec, TypeVar, cast, get_args

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")
Phase = Literal["registered", "building", "built", "started", "stopped", "failed"]
Order = Literal["tiers", "registered"]
Job = Callable[[], object]

log = logging.getLogger(__name__)


class FactoryError(Exception):
    """Something is asked of the factory that it cannot do."""


class InvalidParts(FactoryError):
    """The parts do not fit together; `problems` has one line for each reason, all of them at once."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class Unavailable(FactoryError):
    """A part is asked for that is not built, or failed."""


class ManagersFailed(ExceptionGroup[Exception]):
    """Some managers could not be started or stopped; one exception for each, with a note that names it."""


# ---------------------------------------------------------------- what to build


@dataclass(frozen=True, slots=True)
class _Use:
    name: str
    default: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class _Late:
    make: Callable[..., object]
    needs: tuple[str, ...]


def use(name: str, *default: object) -> Any:
    """As an argument of `call`: the part of that name; the default, if one is given, where an optional part failed."""
    return _Use(name, default)


def late(make: Callable[..., object], *needs: str) -> Any:
    """As an argument of `call`: what `make` returns when the part is built, given the parts named."""
    return _Late(make, needs)


@dataclass(frozen=True, slots=True)
class Recipe(Generic[T]):
    """A call that is made later, with arguments of which some are parts."""

    make: Callable[..., T]
    args: tuple[object, ...] = ()
    kwargs: dict[str, object] = field(default_factory=dict[str, object])

    def needs(self) -> Iterator[tuple[str, bool]]:
        """The parts it takes, each with whether it cannot do without."""
        for argument in (*self.args, *self.kwargs.values()):
            if isinstance(argument, _Use):
                yield argument.name, not argument.default
            elif isinstance(argument, _Late):
                yield from ((name, True) for name in argument.needs)


def call(make: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Recipe[T]:
    """`make(*args, **kwargs)`, done when the part is built; type checkers hold the arguments against `make`."""
    return Recipe(make, args, kwargs)


@dataclass(eq=False, slots=True)
class Part(Generic[T]):
    """One registration, and what became of it."""

    name: str
    recipe: Recipe[T]
    needs: tuple[str, ...]
    """The parts it cannot do without."""
    wants: tuple[str, ...]
    """The parts that come before it and may have failed."""
    given_tier: int | None
    lazy: bool
    optional: bool
    interface: tuple[_Wanted, ...]
    after: tuple[Callable[[Any], object], ...]
    start: str | Callable[[Any], object]
    stop: str | Callable[[Any], object]
    attribute: str
    demand: Callable[[Part[Any]], None]
    phase: Phase = "registered"
    made: list[T] = field(default_factory=list[T])
    error: BaseException | None = None
    seconds: dict[str, float] = field(default_factory=dict[str, float])

    @property
    def value(self) -> T:
        """What was built; a lazy part is built now. Raise Unavailable for one that is not built, or failed."""
        if not self.made:
            self.demand(self)
        return self.made[0]


@dataclass(frozen=True, slots=True)
class PartReport:
    """What became of one part; times in seconds, 0.0 for what was not done."""

    name: str
    tier: int
    phase: Phase
    build: float
    start: float
    stop: float
    error: str


# ---------------------------------------------------------------- the factory


class ManagerFactory:
    """Builds, starts and stops parts; every part may ask for those that it names.

    `into` is an object that gets every part as an attribute as soon as it is built. `order` is "tiers" (the parts of
    a tier as they were registered), or "registered": exactly as registered, whatever the tiers are. `on_built` is
    told name and object of every part, after the part's own hooks.
    """

    def __init__(
        self,
        *,
        into: object | None = None,
        order: Order = "tiers",
        on_built: Callable[[str, object], object] | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._into = into
        self._in_tiers = order == "tiers"
        self._on_built = on_built
        self._clock = clock
        self._parts: dict[str, Part[Any]] = {}
        self._done: list[Part[Any]] = []
        self._running = False
        self._lock = threading.RLock()

    def register(
        self,
        name: str,
        make: Callable[[], T] | Recipe[T],
        *,
        needs: Iterable[str] = (),
        tier: int | None = None,
        lazy: bool = False,
        optional: bool = False,
        interface: type | Iterable[str] = (),
        after: Callable[[T], object] | Sequence[Callable[[T], object]] = (),
        start: str | Callable[[T], object] = "",
        stop: str | Callable[[T], object] = "",
        attribute: str | None = None,
    ) -> Part[T]:
        """Say how a part is made; nothing is done yet.

        `make` takes nothing, or is a `call` with parts among its arguments. `needs` names parts that `make` uses in
        another way; the tier is one more than theirs unless it is given. A lazy part is built when it is first asked
        for. An optional part may fail. `interface` is a class (a Protocol, say) or names of methods, with arguments
        where they count: "close", "get(key, default=None)". `after` is called with the built object. `start` and
        `stop` are methods or callables; what has only a `stop` counts as started when it is built. `attribute` names
        the attribute of `into`: None for the name of the part, "" for none.
        """
        if name in self._parts:
            raise FactoryError(f"{name!r} is registered twice")
        recipe = make if isinstance(make, Recipe) else Recipe(make)
        taken = dict.fromkeys([*needs, *(need for need, required in recipe.needs() if required)])
        wanted = tuple(_wanted(interface))
        implied = (_Wanted(method, _NO_ARGUMENTS) for method in (start, stop) if isinstance(method, str) and method)
        part = Part(
            name=name,
            recipe=recipe,
            needs=tuple(taken),
            wants=tuple(need for need, required in recipe.needs() if not required and need not in taken),
            given_tier=tier,
            lazy=lazy,
            optional=optional,
            interface=(*wanted, *(one for one in implied if one.name not in {other.name for other in wanted})),
            after=(after,) if callable(after) else tuple(after),
            start=start,
            stop=stop,
            attribute=name if attribute is None else attribute,
            demand=self._demand,
        )
        self._parts[name] = part
        return part

    def override(self, name: str, make: Callable[[], object] | Recipe[object]) -> None:
        """Make a part in another way, for tests; its place, hooks and interface stay. Before it is built only."""
        part = self._part(name)
        if part.made:
            raise FactoryError(f"{name!r} is built already")
        part.recipe = make if isinstance(make, Recipe) else Recipe(make)

    def __getitem__(self, name: str) -> Any:
        return self._part(name).value

    def __contains__(self, name: str) -> bool:
        return name in self._parts

    def get(self, name: str, of: type[T]) -> T:
        """A part of a known class; raise FactoryError where it is of another one."""
        value = self[name]
        if not isinstance(value, of):
            raise FactoryError(f"{name!r} is {type(value).__name__}, not {of.__name__}")
        return value

    # ---- asking

    def problems(self) -> tuple[str, ...]:
        """All that can be told before anything is built: needs, rings, tiers, order, and interfaces of classes."""
        wiring = tuple(self._wiring_problems())
        interfaces = (
            f"{part.name!r} ({part.recipe.make.__name__}): {problem}"
            for part in self._parts.values()
            if isinstance(part.recipe.make, type)
            for problem in _class_problems(part.recipe.make, part.interface)
        )
        return (*wiring, *interfaces)

    def validate(self) -> None:
        """Raise InvalidParts, with all problems at once, unless there are none."""
        problems = self.problems()
        if problems:
            raise InvalidParts(problems)

    def tiers(self) -> tuple[tuple[str, ...], ...]:
        """The names of the parts, by tier."""
        self.validate()
        tiers: dict[int, list[str]] = {}
        for part in self._order():
            tiers.setdefault(self._tier(part), []).append(part.name)
        return tuple(tuple(tiers[tier]) for tier in sorted(tiers))

    def report(self) -> tuple[PartReport, ...]:
        """What became of the parts, in the order in which they are built."""
        self.validate()
        return tuple(
            PartReport(
                part.name,
                self._tier(part),
                part.phase,
                *(part.seconds.get(verb, 0.0) for verb in ("build", "start", "stop")),
                error="" if part.error is None else f"{type(part.error).__name__}: {part.error}",
            )
            for part in self._order()
        )

    # ---- doing

    def build(self) -> ManagerFactory:
        """Build all parts but the lazy ones. What a maker raises is raised as it is, after what was built is undone."""
        with self._lock:
            _run(self._building(), self._clock)
        return self

    def start(self) -> ManagerFactory:
        """Build what is not built, and start tier by tier; raise ManagersFailed, with everything stopped again."""
        with self._lock:
            _run(self._building(), self._clock)
            _run(self._starting(), self._clock)
        return self

    def stop(self) -> None:
        """Stop what was started, the last first; all of it, whatever fails. Raise ManagersFailed at the end."""
        with self._lock:
            _run(self._stopping(), self._clock)

    async def abuild(self) -> ManagerFactory:
        """`build`, with makers and hooks that may be coroutine functions."""
        await _run_async(self._building(), self._clock, None)
        return self

    async def astart(self, timeout: float | None = None) -> ManagerFactory:
        """`start`, with those of a tier that need nothing of each other side by side; `timeout` seconds for each."""
        await _run_async(self._building(), self._clock, None)
        await _run_async(self._starting(), self._clock, timeout)
        return self

    async def astop(self, timeout: float | None = None) -> None:
        """`stop`, with those of a tier that need nothing of each other side by side; `timeout` seconds for each."""
        await _run_async(self._stopping(), self._clock, timeout)

    def __enter__(self) -> ManagerFactory:
        return self.start()

    def __exit__(self, *error: object) -> None:
        self.stop()

    async def __aenter__(self) -> ManagerFactory:
        return await self.astart()

    async def __aexit__(self, *error: object) -> None:
        await self.astop()

    # ---- how: each of these yields jobs and is sent their outcomes, so that one text serves threads and asyncio

    def _building(self) -> Steps[None]:
        if all(part.made or part.lazy or part.phase == "failed" for part in self._parts.values()):
            return
        self.validate()
        try:
            for part in self._order():
                if not part.lazy and part.phase == "registered":
                    yield from self._make(part)
            problems = [
                f"{part.name!r} ({type(part.value).__name__}): {problem}"
                for part in self._done
                for problem in _object_problems(part.value, part.interface)
            ]
            if problems:
                raise InvalidParts(problems)
        except BaseException as error:
            failures = yield from self._end(self._done)
            for failure in failures:
                error.add_note(f"while undoing: {type(failure).__name__}: {failure}")
            for part in self._parts.values():
                part.phase = "registered"
                part.made.clear()
            self._done.clear()
            raise

    def _make(self, part: Part[Any]) -> Steps[None]:
        for name in (*part.needs, *part.wants):
            need = self._parts[name]
            if need.lazy and need.phase == "registered":
                yield from self._make(need)
        part.phase = "building"
        part.error = None
        jobs: list[Job] = [partial(self._call, part), partial(self._bind, part)]
        jobs += [partial(_on_value, hook, part) for hook in part.after]
        if self._on_built is not None:
            jobs.append(partial(self._tell, self._on_built, part))
        if self._running and part.start:
            jobs.append(partial(_on_value, part.start, part))
        for number, job in enumerate(jobs):
            (outcome,) = yield [job]
            part.seconds["build"] = part.seconds.get("build", 0.0) + outcome.seconds
            if outcome.error is not None:
                yield from self._failed(part, outcome.error)
                return
            if number == 0:
                part.made.append(outcome.value)
                self._done.append(part)
        part.phase = "started" if self._running else "built"

    def _failed(self, part: Part[Any], error: Exception) -> Steps[None]:
        log.log(logging.WARNING if part.optional else logging.DEBUG, "%r could not be built: %r", part.name, error)
        part.error = error
        if not part.optional:
            part.phase = "built" if part.made else "registered"
            raise error
        part.phase = "built"
        yield from self._end([part] if part.made else [])
        part.phase = "failed"
        if part.made:
            self._done.remove(part)
            part.made.clear()
        if self._into is not None and part.attribute:
            setattr(self._into, part.attribute, None)

    def _call(self, part: Part[Any]) -> object:
        failed = [name for name in part.needs if self._parts[name].phase == "failed"]
        if failed:
            raise Unavailable(f"{part.name!r} needs {', '.join(map(repr, failed))}, which failed")
        recipe = part.recipe
        return recipe.make(
            *(self._resolve(argument) for argument in recipe.args),
            **{name: self._resolve(argument) for name, argument in recipe.kwargs.items()},
        )

    def _resolve(self, argument: object) -> object:
        match argument:
            case _Use(name, default):
                part = self._part(name)
                return default[0] if default and part.phase == "failed" else part.value
            case _Late(make, needs):
                return make(*(self._part(name).value for name in needs))
            case _:
                return argument

    def _bind(self, part: Part[Any]) -> None:
        if self._into is not None and part.attribute:
            setattr(self._into, part.attribute, part.made[0])

    @staticmethod
    def _tell(on_built: Callable[[str, object], object], part: Part[Any]) -> object:
        return on_built(part.name, part.made[0])

    def _starting(self) -> Steps[None]:
        self._running = True
        try:
            for group in self._groups():
                waiting = [part for part in group if part.phase in ("built", "stopped")]
                outcomes = yield [partial(_on_value, part.start, part) for part in waiting]
                failures = list(_noted("starting", "start", waiting, outcomes))
                if failures:
                    raise ManagersFailed("managers did not start", failures)
        except BaseException as error:
            undone = yield from self._end(self._done)
            self._running = False
            if isinstance(error, ManagersFailed) and undone:
                raise ManagersFailed("managers did not start", [*error.exceptions, *undone]) from None
            raise

    def _stopping(self) -> Steps[None]:
        failures = yield from self._end(self._done)
        self._running = False
        if failures:
            raise ManagersFailed("managers did not stop", failures)

    def _end(self, parts: Sequence[Part[Any]]) -> Steps[list[Exception]]:
        """Stop those that are started, or need no start, the last first; return what failed."""
        failures: list[Exception] = []
        chosen = {part.name for part in parts}
        for group in reversed(self._groups()):
            ending = [part for part in reversed(group) if part.name in chosen and _is_on(part)]
            for part in ending:
                part.phase = "stopped"
            outcomes = yield [partial(_on_value, part.stop, part) for part in ending]
            failures += _noted("stopping", "stop", ending, outcomes)
        return failures

    def _groups(self) -> list[list[Part[Any]]]:
        """Built parts in the order of building, together where they are of one tier and need nothing of each other."""
        groups: list[list[Part[Any]]] = []
        for part in self._done:
            last = groups[-1] if groups and self._in_tiers else []
            names = {other.name for other in last}
            if last and self._tier(last[0]) == self._tier(part) and names.isdisjoint((*part.needs, *part.wants)):
                last.append(part)
            else:
                groups.append([part])
        return groups

    def _demand(self, part: Part[Any]) -> None:
        """Build a lazy part that somebody asks for."""
        with self._lock:
            if part.made:
                return
            if part.phase == "building":
                ring = [other.name for other in self._parts.values() if other.phase == "building"]
                raise FactoryError(f"{part.name!r} is asked for while it is built; being built: {', '.join(ring)}")
            if not part.lazy or part.phase == "failed":
                raise Unavailable(f"{part.name!r} {'failed' if part.phase == 'failed' else 'is not built yet'}")
            self.validate()
            _run(self._make(part), self._clock)
            if not part.made:
                raise Unavailable(f"{part.name!r} failed") from part.error

    # ---- order

    def _part(self, name: str) -> Part[Any]:
        if name not in self._parts:
            raise FactoryError(f"{name!r} is not registered{_nearest(name, self._parts)}")
        return self._parts[name]

    def _tier(self, part: Part[Any]) -> int:
        """The tier that was given, else one more than the highest of what it needs; from 1."""
        if part.given_tier is not None:
            return part.given_tier
        return 1 + max((self._tier(self._parts[name]) for name in (*part.needs, *part.wants)), default=0)

    def _order(self) -> list[Part[Any]]:
        """By tier, or not; what a part needs of its own tier comes before it, all others as registered."""
        parts = list(self._parts.values())
        if not self._in_tiers:
            return parts
        order: dict[str, Part[Any]] = {}

        def place(part: Part[Any]) -> None:
            for name in (*part.needs, *part.wants):
                if name not in order:
                    place(self._parts[name])
            order.setdefault(part.name, part)

        for part in sorted(parts, key=self._tier):
            place(part)
        return list(order.values())

    def _wiring_problems(self) -> Iterator[str]:
        places = {name: number for number, name in enumerate(self._parts)}
        sound = True
        for part in self._parts.values():
            for name in (*part.needs, *part.wants):
                if name not in places:
                    sound = False
                    yield f"{part.name!r} needs {name!r}, which is not registered{_nearest(name, places)}"
                elif not self._in_tiers and places[name] > places[part.name]:
                    if not self._parts[name].lazy:
                        yield f"{part.name!r} needs {name!r}, which is registered after it"
        rings = list(_rings({name: (*part.needs, *part.wants) for name, part in self._parts.items()}))
        yield from (f"parts need each other in a ring: {' -> '.join(ring)}" for ring in rings)
        if not sound or rings or not self._in_tiers:
            return
        for part in self._parts.values():
            for name in (*part.needs, *part.wants):
                mine, other = self._tier(part), self._tier(self._parts[name])
                if other > mine:
                    yield f"{part.name!r} of tier {mine} needs {name!r} of tier {other}"


# ---------------------------------------------------------------- carrying out


@dataclass(frozen=True, slots=True)
class _Outcome:
    value: Any
    error: Exception | None
    seconds: float


Steps = Generator[list[Job], list[_Outcome], R]


def _run(steps: Steps[R], clock: Callable[[], float]) -> R:
    """Carry out jobs one after the other; what is no Exception (an interrupt) is thrown into the steps."""
    try:
        jobs = next(steps)
        while True:
            try:
                outcomes = [_outcome(job, clock) for job in jobs]
            except BaseException as error:
                jobs = steps.throw(error)
            else:
                jobs = steps.send(outcomes)
    except StopIteration as end:
        return cast(R, end.value)


def _outcome(job: Job, clock: Callable[[], float]) -> _Outcome:
    began = clock()
    try:
        value = job()
        if inspect.iscoroutine(value):
            value.close()
            raise FactoryError("a coroutine function is called: use abuild, astart and astop")
    except Exception as error:  # noqa: BLE001 - the one place where managers' own code fails
        return _Outcome(None, error, clock() - began)
    return _Outcome(value, None, clock() - began)


async def _run_async(steps: Steps[R], clock: Callable[[], float], timeout: float | None) -> R:
    """Carry out jobs side by side, with coroutines awaited; a cancellation is thrown into the steps."""
    try:
        jobs = next(steps)
        while True:
            try:
                outcomes = list(await asyncio.gather(*(_outcome_async(job, clock, timeout) for job in jobs)))
            except BaseException as error:
                jobs = steps.throw(error)
            else:
                jobs = steps.send(outcomes)
    except StopIteration as end:
        return cast(R, end.value)


async def _outcome_async(job: Job, clock: Callable[[], float], timeout: float | None) -> _Outcome:
    began = clock()
    try:
        value = job()
        if inspect.iscoroutine(value):
            value = await asyncio.wait_for(value, timeout)
    except Exception as error:  # noqa: BLE001 - as in `_outcome`
        return _Outcome(None, error, clock() - began)
    return _Outcome(value, None, clock() - began)


def _on_value(what: str | Callable[[Any], object], part: Part[Any]) -> object:
    """Call a hook, or a method by its name, on what was built."""
    if isinstance(what, str):
        return getattr(part.made[0], what)() if what else None
    return what(part.made[0])


def _is_on(part: Part[Any]) -> bool:
    return part.phase == "started" or (part.phase == "built" and not part.start)


def _noted(verb: str, key: str, parts: Sequence[Part[Any]], outcomes: Sequence[_Outcome]) -> Iterator[Exception]:
    """Keep what became of parts, and yield the failures, each with the name of its part."""
    for part, outcome in zip(parts, outcomes, strict=True):
        part.seconds[key] = part.seconds.get(key, 0.0) + outcome.seconds
        if key == "start" and outcome.error is None:
            part.phase = "started"
        if outcome.error is not None:
            part.error = outcome.error
            outcome.error.add_note(f"while {verb} {part.name!r}")
            yield outcome.error
