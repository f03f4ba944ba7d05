"""Build the managers of an application in tiers, each given what it needs; start, stop and undo them in order."""

from __future__ import annotations

import ast
import difflib
import inspect
import logging
import threading
import time
import weakref
from collections.abc import Callable, Coroutine, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import CodeType
from typing import Any, Generic, Literal, NoReturn, ParamSpec, TypeVar, cast

P = ParamSpec("P")
T = TypeVar("T")
Phase = Literal["registered", "building", "built", "started", "stopped", "failed"]
Order = Literal["tiers", "registered"]

log = logging.getLogger(__name__)
_MISSING = object()


class FactoryError(Exception):
    """Something is asked of the factory that it cannot do."""


class InvalidParts(FactoryError):
    """The parts do not fit together; `problems` has one line for each reason, all of them at once."""

    def __init__(self, problems: Iterable[str]) -> None:
        """Take the problems, one line each."""
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
    return Recipe(make, args, dict(kwargs))


def awaited(make: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, T]:
    """A coroutine function as a maker, for `abuild`: the same one, and type checkers know what is made in the end."""
    return cast(Callable[P, T], make)


def _weakly(demand: Callable[[Part[Any]], None]) -> Callable[[Part[Any]], None]:
    """The same, without keeping the factory: it goes with its last user, and with it what its makers hold."""
    weak = weakref.WeakMethod(demand)

    def ask(part: Part[Any]) -> None:
        found = weak()
        if found is None:
            raise Unavailable(f"{part.name!r} is not built, and its factory is gone")
        found(part)

    return ask


def _recipe(make: Callable[[], T] | Recipe[T]) -> Recipe[T]:
    match make:
        case Recipe():
            return make
        case _:
            return Recipe(make)


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
        """Take no parts yet."""
        self._into = into
        self._in_tiers = order == "tiers"
        self._on_built = on_built
        self._clock = clock
        self._parts: dict[str, Part[Any]] = {}
        self._done: list[Part[Any]] = []
        self._whole = True
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
        recipe = _recipe(make)
        needs = (needs,) if isinstance(needs, str) else needs
        taken = dict.fromkeys([*needs, *(need for need, required in recipe.needs() if required)])
        wanted = tuple(_wanted(interface))
        implied = (_Wanted(m, f"{m}()", _calls_of_text(f"{m}()")) for m in (start, stop) if isinstance(m, str) and m)
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
            demand=self._demand if lazy else _weakly(self._demand),
        )
        self._parts[name] = part  # overhaul: ignore[incomplete_cache_key] a register: a second one is refused
        self._whole = False
        return part

    def override(self, name: str, make: Callable[[], object] | Recipe[object]) -> None:
        """Make a part in another way, for tests; its place, hooks and interface stay. Before it is built only."""
        part = self._part(name)
        if part.made:
            raise FactoryError(f"{name!r} is built already")
        part.recipe = _recipe(make)

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
        tiers = self._tiers()
        order = [part.name for part in self._order()]
        return tuple(tuple(name for name in order if tiers[name] == tier) for tier in sorted(set(tiers.values())))

    def report(self) -> tuple[PartReport, ...]:
        """What became of the parts, in the order in which they are built."""
        self.validate()
        tiers = self._tiers()
        return tuple(
            PartReport(
                part.name,
                tiers[part.name],
                part.phase,
                part.seconds.get("build", 0.0),
                part.seconds.get("start", 0.0),
                part.seconds.get("stop", 0.0),
                "" if part.error is None else f"{type(part.error).__name__}: {part.error}",
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

    # ---- how: steps yield jobs, and look at what became of them, so that one text serves threads and asyncio

    def _building(self) -> _Steps:
        if self._whole:
            return
        busy = [part.name for part in self._parts.values() if part.phase == "building"]
        if busy:
            raise FactoryError(f"being built already: {', '.join(map(repr, busy))}")
        self.validate()
        earlier = len(self._done)
        try:
            for part in self._order():
                if not part.lazy and part.phase == "registered":
                    yield from self._making(part)
            problems = [
                f"{part.name!r} ({type(part.made[0]).__name__}): {problem}"
                for part in self._done[earlier:]
                for problem in _object_problems(part.made[0], part.interface)
            ]
            if problems:
                raise InvalidParts(problems)
        except BaseException as error:
            yield from self._undoing(self._done[earlier:], error)
            raise
        self._whole = True

    def _making(self, part: Part[Any]) -> _Steps:
        for name in (*part.needs, *part.wants):
            if self._parts[name].lazy and self._parts[name].phase == "registered":
                yield from self._making(self._parts[name])
        part.phase, part.error = "building", None
        make = _Job(part, "build", partial(self._made, part))
        try:
            yield [make]
        finally:
            if not make.done or make.error is not None:
                part.phase = "registered"  # for the next try, also after an interrupt
        if make.error is None:
            part.made.append(make.value)
            self._done.append(part)
        jobs = [make]
        for do in self._after(part) if part.made else ():
            jobs.append(_Job(part, "build", do))
            yield jobs[-1:]
            if jobs[-1].error is not None:
                break
        if jobs[-1].error is None:
            part.phase = "started" if self._running else "built"
            return
        part.error = jobs[-1].error
        log.log(logging.WARNING if part.optional else logging.DEBUG, "%r was not built: %r", part.name, part.error)
        if not part.optional:
            raise _Failed(part.error)
        yield from self._undoing([part] if part.made else [], part.error)
        part.phase = "failed"
        if self._into is not None and part.attribute:
            setattr(self._into, part.attribute, None)

    def _made(self, part: Part[Any]) -> object:
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
                return default[0] if default and self._part(name).phase == "failed" else self[name]
            case _Late(make, needs):
                return make(*(self[name] for name in needs))
            case _:
                return argument

    def _after(self, part: Part[Any]) -> Iterator[Callable[[], object]]:
        if self._into is not None and part.attribute:
            yield partial(setattr, self._into, part.attribute, part.made[0])
        yield from (partial(hook, part.made[0]) for hook in part.after)
        if self._on_built is not None:
            yield partial(self._on_built, part.name, part.made[0])
        if self._running:
            yield partial(_on, part, part.start)

    def _starting(self) -> _Steps:
        self._running = True
        try:
            for group in self._groups():
                jobs = [
                    _Job(part, "start", partial(_on, part, part.start))
                    for part in group
                    if part.phase in ("built", "stopped")
                ]
                try:
                    yield jobs
                finally:
                    for job in jobs:
                        if job.done and job.error is None:
                            job.part.phase = "started"
                failures = list(_failures("starting", jobs))
                if failures:
                    raise ManagersFailed("managers did not start", failures)
        except BaseException as error:
            self._running = False
            undone = yield from self._ending(self._done)
            if isinstance(error, ManagersFailed) and undone:
                raise ManagersFailed("managers did not start, nor stop", [*error.exceptions, *undone]) from None
            raise

    def _stopping(self) -> _Steps:
        self._running = False
        failures = yield from self._ending(self._done)
        if failures:
            raise ManagersFailed("managers did not stop", failures)

    def _undoing(self, parts: Sequence[Part[Any]], error: BaseException) -> _Steps:
        """Stop parts and forget what was built; what fails of it is noted on the error that is the reason."""
        for part in parts:
            part.phase = "built" if part.phase == "building" else part.phase
        reason = error.error if isinstance(error, _Failed) else error
        for failure in (yield from self._ending(parts)):
            reason.add_note(f"and then: {type(failure).__name__}: {failure}")
        for part in parts:
            part.phase = "registered"
            part.made.clear()
            self._done.remove(part)

    def _ending(self, parts: Sequence[Part[Any]]) -> Generator[list[_Job], None, list[Exception]]:
        """Stop those that are started, or need no start, the last first; return what failed."""
        failures: list[Exception] = []
        for group in reversed(self._groups()):
            jobs: list[_Job] = []
            for part in reversed(group):
                if part in parts and (part.phase == "started" or (part.phase == "built" and not part.start)):
                    part.phase = "stopped"
                    jobs.append(_Job(part, "stop", partial(_on, part, part.stop)))
            yield jobs
            failures += _failures("stopping", jobs)
        return failures

    def _groups(self) -> list[list[Part[Any]]]:
        """Built parts in the order of building, together where they are of one tier and need nothing of each other."""
        tiers = self._tiers()
        groups: list[list[Part[Any]]] = []
        for part in self._done:
            last = groups[-1] if groups and self._in_tiers else []
            apart = {other.name for other in last}.isdisjoint((*part.needs, *part.wants))
            if last and apart and tiers[last[0].name] == tiers[part.name]:
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
                ring = ", ".join(repr(other.name) for other in self._parts.values() if other.phase == "building")
                raise FactoryError(f"{part.name!r} is asked for while it is built; being built: {ring}")
            if not part.lazy or part.phase == "failed":
                raise Unavailable(f"{part.name!r} {'failed' if part.phase == 'failed' else 'is not built yet'}")
            self.validate()
            _run(self._demanded(part), self._clock)
            if not part.made:
                raise Unavailable(f"{part.name!r} failed") from part.error

    def _demanded(self, part: Part[Any]) -> _Steps:
        try:
            yield from self._making(part)
            problems = [f"{part.name!r}: {problem}" for problem in _object_problems(part.made[0], part.interface)]
            if problems:
                raise InvalidParts(problems)
        except BaseException as error:
            yield from self._undoing([part] if part.made else [], error)
            raise

    # ---- order

    def _part(self, name: str) -> Part[Any]:
        if name not in self._parts:
            raise FactoryError(f"{name!r} is not registered{_nearest(name, self._parts)}")
        return self._parts[name]

    def _tiers(self) -> dict[str, int]:
        """Of each part the tier that was given, else one more than the highest of what it needs; from 1."""
        tiers: dict[str, int] = {}
        for part in self._parts.values():
            self._tier(part, tiers)
        return tiers

    def _tier(self, part: Part[Any], tiers: dict[str, int]) -> int:
        if part.name not in tiers:
            below = max((self._tier(self._parts[name], tiers) for name in (*part.needs, *part.wants)), default=0)
            tiers[part.name] = below + 1 if part.given_tier is None else part.given_tier
        return tiers[part.name]

    def _order(self) -> list[Part[Any]]:
        """By tier, or not; what a part needs of its own tier comes before it, all others as registered."""
        if not self._in_tiers:
            return list(self._parts.values())
        tiers, order = self._tiers(), dict[str, Part[Any]]()

        def place(part: Part[Any]) -> None:
            for name in (*part.needs, *part.wants):
                if name not in order:
                    place(self._parts[name])
            order.setdefault(part.name, part)

        for part in sorted(self._parts.values(), key=lambda part: tiers[part.name]):
            place(part)
        return list(order.values())

    def _wiring_problems(self) -> Iterator[str]:
        places = {name: number for number, name in enumerate(self._parts)}
        edges = [(part, name) for part in self._parts.values() for name in (*part.needs, *part.wants)]
        unknown = [(part, name) for part, name in edges if name not in places]
        for part, name in unknown:
            yield f"{part.name!r} needs {name!r}, which is not registered{_nearest(name, places)}"
        rings = list(_rings({name: [*part.needs, *part.wants] for name, part in self._parts.items()}))
        for ring in rings:
            yield f"parts need each other in a ring: {' -> '.join(ring)}"
        if unknown or rings:
            return
        tiers = self._tiers()
        for part, name in edges:
            if self._in_tiers and tiers[name] > tiers[part.name]:
                yield f"{part.name!r} of tier {tiers[part.name]} needs {name!r} of tier {tiers[name]}"
            if not self._in_tiers and places[name] > places[part.name] and not self._parts[name].lazy:
                yield f"{part.name!r} needs {name!r}, which is registered after it"


# ---------------------------------------------------------------- carrying out


@dataclass(eq=False, slots=True)
class _Job:
    """Something to do with a part, and what became of it."""

    part: Part[Any]
    verb: Literal["build", "start", "stop"]
    do: Callable[[], object]
    value: object = None
    error: Exception | None = None
    done: bool = False

    def end(self, seconds: float) -> None:
        self.done = True
        self.part.seconds[self.verb] = self.part.seconds.get(self.verb, 0.0) + seconds


_Steps = Generator[list[_Job], None, None]


class _Failed(Exception):
    """Carries what a maker has raised through the steps, which could not raise a StopIteration themselves."""

    def __init__(self, error: Exception) -> None:
        self.error = error


def _run(steps: _Steps, clock: Callable[[], float]) -> None:
    """Carry out jobs one after the other; what is no Exception (an interrupt) is thrown into the steps."""
    error: Exception | None = None
    try:
        jobs = next(steps, None)
        while jobs is not None:
            try:
                for job in jobs:
                    _carry_out(job, clock)
            except BaseException as interrupt:  # noqa: BLE001 - the steps raise it again when they have undone
                jobs = steps.throw(interrupt)
            else:
                jobs = next(steps, None)
    except _Failed as failed:
        error = failed.error
    if error is not None:
        _raised(error)


async def _run_async(steps: _Steps, clock: Callable[[], float], timeout: float | None) -> None:
    """Carry out jobs side by side, with coroutines awaited; a cancellation is thrown into the steps."""
    import asyncio  # dear, and only here

    error: Exception | None = None
    try:
        jobs = next(steps, None)
        while jobs is not None:
            try:
                await asyncio.gather(*(_carry_out_async(job, clock, timeout) for job in jobs))
            except BaseException as interrupt:  # noqa: BLE001 - as above
                jobs = steps.throw(interrupt)
            else:
                jobs = next(steps, None)
    except _Failed as failed:
        error = failed.error
    if error is not None:
        _raised(error)


def _raised(error: Exception) -> NoReturn:
    """Raise it with the cause and context that it had, also where whoever builds is handling another exception."""
    context = error.__context__
    try:
        raise error
    finally:
        error.__context__ = context


def _carry_out(job: _Job, clock: Callable[[], float]) -> None:
    began = clock()
    try:
        job.value = job.do()
        if inspect.iscoroutine(job.value):
            job.value.close()
            raise FactoryError(f"{job.part.name!r} has a coroutine function: use abuild, astart and astop")
    except Exception as error:  # noqa: BLE001 - with the one below, the place where managers' own code fails
        job.error = job.part.error = error
    job.end(clock() - began)


async def _carry_out_async(job: _Job, clock: Callable[[], float], timeout: float | None) -> None:
    import asyncio

    began = clock()
    try:
        job.value = job.do()
        if inspect.iscoroutine(job.value):
            job.value = await asyncio.wait_for(job.value, timeout)
    except Exception as error:  # noqa: BLE001
        job.error = job.part.error = error
    job.end(clock() - began)


def _on(part: Part[Any], what: str | Callable[[Any], object]) -> object:
    """Call a callable, or a method by its name, on what was built; "" for nothing."""
    if isinstance(what, str):
        return getattr(part.made[0], what)() if what else None
    return what(part.made[0])


def _failures(doing: str, jobs: Iterable[_Job]) -> Iterator[Exception]:
    for job in jobs:
        if job.error is not None:
            job.error.add_note(f"while {doing} {job.part.name!r}")
            yield job.error


# ---------------------------------------------------------------- what can be told beforehand


def _rings(needs: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """Rings of names, the first name at both ends; at least one for each knot."""
    path: list[str] = []
    seen: set[str] = set()

    def walk(name: str) -> Iterator[list[str]]:
        if name in path:
            yield [*path[path.index(name) :], name]
        if name in seen or name not in needs:
            return
        seen.add(name)
        path.append(name)
        for need in needs[name]:
            yield from walk(need)
        path.pop()

    for name in needs:
        yield from walk(name)


def _nearest(name: str, names: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, names, 3)
    return f"; did you mean {' or '.join(map(repr, near))}?" if near else ""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A member that is asked for; `calls` are the ways in which it must be callable, as positional and by keyword."""

    name: str
    text: str
    calls: tuple[tuple[int, tuple[str, ...]], ...] = ()


def _wanted(interface: type | Iterable[str]) -> Iterator[_Wanted]:
    """What a class has in public, or what texts say: "close", "get(key, default=None)"."""
    if isinstance(interface, type):
        names = dict.fromkeys(
            name for base in interface.__mro__[:-1] for name in (*vars(base), *(_annotated(base) or ()))
        )
        for name in names:
            if not name.startswith("_"):
                signature = _signature(interface, name)
                calls = () if signature is None else _calls(signature)
                yield _Wanted(name, f"{name}{signature or ''}", calls)
        return
    for text in (interface,) if isinstance(interface, str) else interface:
        name, bracket, _ = text.partition("(")
        yield _Wanted(name, text, _calls_of_text(text) if bracket else ())


def _annotated(base: type) -> Iterable[str] | None:
    """Names of attributes that a class declares; None where types that only checkers know hide them (Python 3.14)."""
    try:
        return inspect.get_annotations(base)
    except NameError:
        return None


def _signature_of(function: Callable[..., object]) -> inspect.Signature | None:
    """None for what does not tell how it is called, for the same reason or another."""
    try:
        return inspect.signature(function)
    except (ValueError, NameError):
        return None


def _signature(cls: type, name: str) -> inspect.Signature | None:
    """How a method is called on an instance; None for what is no method, or tells nobody."""
    found = inspect.getattr_static(cls, name, None)
    bound = isinstance(found, (staticmethod, classmethod))
    if not (bound or inspect.isroutine(found)):
        return None
    signature = _signature_of(getattr(cls, name))
    if signature is None:
        return None
    parameters = list(signature.parameters.values())
    if not bound and parameters and parameters[0].kind is not inspect.Parameter.VAR_POSITIONAL:
        parameters = parameters[1:]
    return signature.replace(parameters=parameters)


def _calls(signature: inspect.Signature) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """The shortest and the longest call that a signature promises."""
    parameters = signature.parameters.values()
    by_place = [one for one in parameters if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)]
    by_name = [one for one in parameters if one.kind is one.KEYWORD_ONLY]
    return (
        (sum(one.default is one.empty for one in by_place), tuple(o.name for o in by_name if o.default is o.empty)),
        (len(by_place), tuple(one.name for one in by_name)),
    )


def _calls_of_text(text: str) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """The same for a written signature; raise FactoryError for what is none."""
    try:
        (function,) = ast.parse(f"def {text}: ...").body
    except (SyntaxError, ValueError):
        raise FactoryError(f"no method: {text!r}; write a name, or `get(key, default=None)`") from None
    arguments = cast(ast.FunctionDef, function).args
    places = len(arguments.posonlyargs) + len(arguments.args)
    names = [one.arg for one in arguments.kwonlyargs]
    required = [name for name, value in zip(names, arguments.kw_defaults, strict=True) if value is None]
    return (places - len(arguments.defaults), tuple(required)), (places, tuple(names))


def _class_problems(cls: type, interface: Iterable[_Wanted]) -> Iterator[str]:
    """What an instance cannot have, whatever its constructor does."""
    declared = [_annotated(base) for base in cls.__mro__]
    anything = None in declared or hasattr(cls, "__getattr__")
    set_later = {name for names in declared for name in names or ()}
    set_later.update(name for base in cls.__mro__ for name in _touched(base))
    for wanted in interface:
        if inspect.getattr_static(cls, wanted.name, _MISSING) is not _MISSING:
            signature = _signature(cls, wanted.name)
            if signature is not None:
                yield from _arity_problem(wanted, signature)
        elif wanted.name not in set_later and not anything:
            yield f"has no {wanted.text}{_nearest(wanted.name, _public(cls))}"


def _object_problems(value: object, interface: Iterable[_Wanted]) -> Iterator[str]:
    for wanted in interface:
        static = inspect.getattr_static(value, wanted.name, _MISSING)
        if isinstance(static, property):
            continue
        found = getattr(value, wanted.name, _MISSING)
        if found is _MISSING:
            yield f"has no {wanted.text}{_nearest(wanted.name, _public(value))}"
        elif not wanted.calls:
            continue
        elif not callable(found):
            yield f"has {wanted.name}, but {type(found).__name__} is no method: {wanted.text} is asked for"
        else:
            signature = _signature_of(found)
            if signature is not None:
                yield from _arity_problem(wanted, signature)


def _arity_problem(wanted: _Wanted, signature: inspect.Signature) -> Iterator[str]:
    for places, names in wanted.calls:
        try:
            signature.bind(*range(places), **dict.fromkeys(names))
        except TypeError as error:
            yield f"has {wanted.name}{signature}, but {wanted.text} is asked for: {error}"
            return


def _touched(base: type) -> Iterator[str]:
    """Names of attributes that methods of a class read or set: an instance may come to have them."""
    for member in vars(base).values():
        code = getattr(member, "__code__", None)
        if isinstance(code, CodeType):
            yield from code.co_names


def _public(value: object) -> list[str]:
    return [name for name in dir(value) if not name.startswith("_")]
