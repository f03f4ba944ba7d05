"""Coordinate separate state machines, none of which can stop another, and keep what must survive on disk."""

from __future__ import annotations

import contextlib
import contextvars
import errno
import hashlib
import inspect
import io
import itertools
import json
import logging
import os
import secrets
import stat
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Collection, Coroutine, Generator, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import IO, TYPE_CHECKING, Any, Generic, Literal, TypeVar, cast

if TYPE_CHECKING:
    from asyncio import Future

M = TypeVar("M")
S = TypeVar("S", bound=Hashable)
R = TypeVar("R")
How = Literal["transition", "unlisted", "recovered", "restored", "system"]
Status = Literal["done", "failed", "late", "busy"]
Paths = str | os.PathLike[str]

_VERSION = 1
"""Of what `StateCoordinator.save` writes."""
log = logging.getLogger(__name__)
_SEPARATORS = tuple(filter(None, (os.sep, os.altsep)))
_ONE_AT_A_TIME = threading.Lock()
"""File and checksum are two: of two threads that write the same file, one comes after the other."""


class SystemState(Enum):
    """States of a whole system, for who has none of his own."""

    NORMAL = "normal"
    DEGRADED = "degraded"
    HALTED = "halted"
    RECOVERING = "recovering"


class StateError(Exception):
    """Something is asked of a machine that it cannot do."""


class TransitionRefused(StateError):
    """A transition that the table has not, or that a guard is against."""

    def __init__(self, machine: str, before: object, after: object, reason: str) -> None:
        """Take the machine's name, both states, and why not."""
        self.machine, self.before, self.after, self.reason = machine, before, after, reason
        super().__init__(f"{machine}: from {_shown(before)} to {_shown(after)}: {reason}")


class DamagedState(StateError):
    """No generation of a file can be read; `problems` has a line for each."""

    def __init__(self, problems: Sequence[str]) -> None:
        """Take a line for each generation."""
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


@dataclass(frozen=True, slots=True)
class Transition:
    """A state that was left for another one."""

    time: float
    machine: str
    kind: str
    before: object
    after: object
    how: How
    because: str = ""


@dataclass(frozen=True, slots=True)
class SystemChanged:
    """The event by which machines are told of a new state of the system."""

    before: Enum
    after: Enum
    because: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of one machine: `late` ones still run, `busy` ones had not come back from an earlier time."""

    machine: str
    status: Status
    value: Any = None
    error: Exception | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Replies:
    """One reply of each machine, in the order of their registration."""

    replies: tuple[Reply, ...]

    @property
    def results(self) -> dict[str, Any]:
        """What machines returned, by name."""
        return {reply.machine: reply.value for reply in self.replies if reply.status == "done"}

    @property
    def failures(self) -> tuple[Reply, ...]:
        """All that did not come to an end: failed, late, busy."""
        return tuple(reply for reply in self.replies if reply.status != "done")


@dataclass(frozen=True, slots=True)
class Restored(Replies):
    """Replies of the machines that were in the file, and what was only on one side."""

    generation: Literal["current", "previous"]
    problem: str
    """Why it is not the current generation; "" when it is."""
    unregistered: tuple[str, ...]
    unsaved: tuple[str, ...]


# ---------------------------------------------------------------- machines


@dataclass(frozen=True, eq=False)
class MachineKind(Generic[M, S]):
    """What machines of one class have in common; made by `StateCoordinator.kind`."""

    coordinator: StateCoordinator
    name: str
    of: type[M]
    table: Mapping[S, Collection[S]]
    read: Callable[[M], S]
    write: Callable[[M, S], object]
    guards: Mapping[S, Callable[[M, S], bool]]
    enforce: bool
    refused: Callable[[M, S, S], Exception] | None
    on_event: str | Callable[[M, Any], object] | None
    timeout: float | None
    initial: S | None
    dump: Callable[[M], object] | None
    load: Callable[[M, Any], object] | None
    recover: Callable[[M], object] | None

    def register(self, machine: M, name: str | None = None, *, strong: bool = False) -> M:
        """Make the machine known, and return it. Named ones are saved; a name belongs to one living machine.

        It is referred to weakly, and forgotten with its last user, unless `strong`.
        """
        self.coordinator.add(self, machine, name, strong)
        return machine

    def transition(self, machine: M, target: S, because: str = "") -> None:
        """Go to a state; raise TransitionRefused (or what `refused` makes) where table or guard are against it."""
        self.coordinator.change(self, machine, target, because)

    def machines(self) -> list[M]:
        """The living ones, in the order of registration."""
        return [cast(M, machine) for machine in self.coordinator.living(self)]

    def states(self) -> tuple[S, ...]:
        """All states that the table names, each once."""
        return tuple(dict.fromkeys(itertools.chain(self.table, *self.table.values())))

    def why_not(self, machine: M, before: S, after: S) -> str:
        """The reason against a transition; "" for none."""
        if before not in self.table:
            return f"the table does not know {_shown(before)}"
        if after not in self.table[before]:
            ways = ", ".join(map(_shown, self.table[before]))
            return f"the table has no such transition; it has {ways or 'none from there'}"
        guard = self.guards.get(after)
        if guard is not None and not guard(machine, before):
            return f"{getattr(guard, '__name__', 'a guard')} is against it"
        return ""


class Tracked(Generic[M, S]):
    """A data descriptor for the state of a class with a `__dict__`: every assignment but the first is a transition.

    `phase = Tracked(SESSION)` in the body of the class, or `SessionLifecycle.phase = Tracked(SESSION, "phase")`.
    """

    def __init__(self, kind: MachineKind[M, S], name: str = "") -> None:
        """Take the kind, which reads the state by the name of this attribute, and that name where no class gives it."""
        self._kind = kind
        self._name = name

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, machine: M | None, owner: type) -> Any:
        if machine is None:
            return self
        try:
            return machine.__dict__[self._name]
        except KeyError:
            raise AttributeError(self._name, name=self._name, obj=machine) from None

    def __set__(self, machine: M, state: S) -> None:
        if self._name in machine.__dict__:
            self._kind.coordinator.change(self._kind, machine, state, "", self._put)
        else:
            self._put(machine, state)

    def _put(self, machine: M, state: S) -> None:
        machine.__dict__[self._name] = state


def anywhere(states: Iterable[S]) -> dict[S, frozenset[S]]:
    """The table in which every state leads to every one."""
    every = frozenset(states)
    return dict.fromkeys(every, every)


class _Entry:
    """A registered machine."""

    __slots__ = ("_strong", "_weak", "error", "kind", "lock", "name", "named", "stuck")

    def __init__(self, kind: MachineKind[Any, Any], machine: object, name: str, named: bool) -> None:
        self.kind = kind
        self.name = name
        self.named = named
        self.lock = threading.RLock()
        self.stuck = False
        self.error: Exception | None = None
        self._strong: object = None
        self._weak: Callable[[], object] | None = None

    def hold(self, machine: object, strong: bool, gone: Callable[[object], object]) -> None:
        if strong:
            self._strong = machine
            return
        try:
            self._weak = weakref.ref(machine, gone)
        except TypeError:
            raise StateError(f"{type(machine).__name__} cannot be referred to weakly: register it strongly") from None

    def machine(self) -> Any:
        """The machine; None when it is gone."""
        return self._strong if self._weak is None else self._weak()

    @contextlib.contextmanager
    def held(self) -> Generator[None]:
        """Keep other threads from changing the state; two machines that wait for each other give up in time."""
        if not self.lock.acquire(timeout=-1 if self.kind.timeout is None else self.kind.timeout):
            raise StateError(f"{self.name} is being changed, for more than {self.kind.timeout:g} s")
        try:
            yield
        finally:
            self.lock.release()


def _note(gone: deque[tuple[tuple[int, int], _Entry]], key: tuple[int, int], entry: _Entry, _: object) -> None:
    gone.append((key, entry))


_Task = tuple[_Entry, Callable[[Any], object]]


# ---------------------------------------------------------------- the coordinator


class StateCoordinator:
    """Knows machines, tells them events, checks and keeps their transitions, saves and restores them.

    Machines stay separate: each has a lock of its own for its transitions, and no lock is held that two machines
    share while one of them runs. What one raises is kept as its reply. `timeout` (seconds, for kinds that do not say
    it themselves) is how long one may take to answer an event; then the others are served by another thread. None
    means that machines are called in the thread of who tells the event, for as long as they take.
    """

    def __init__(
        self,
        system: Enum = SystemState.NORMAL,
        *,
        system_table: Mapping[Any, Collection[Enum]] | None = None,
        timeout: float | None = 5.0,
        history: int = 1000,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Take the first state of the system, its table (None: any to any), and how many transitions to keep."""
        self._system = system
        self._system_table = system_table
        self._timeout = timeout
        self._clock = clock
        self._history: deque[Transition] = deque(maxlen=history)
        self._watchers: list[Callable[[Transition], object]] = []
        self._entries: dict[tuple[int, int], _Entry] = {}
        self._names: dict[str, _Entry] = {}
        self._gone: deque[tuple[tuple[int, int], _Entry]] = deque()
        self._numbers: dict[str, itertools.count[int]] = {}
        self._records: dict[str, Any] = {}
        self._lock = threading.RLock()  # for the few lines that change these; never while a machine is called

    # ---- machines

    def kind(
        self,
        name: str,
        of: type[M],
        *,
        table: Mapping[S, Collection[S]],
        attribute: str = "state",
        read: Callable[[M], S] | None = None,
        write: Callable[[M, S], object] | None = None,
        guards: Mapping[S, Callable[[M, S], bool]] | None = None,
        enforce: bool = True,
        refused: Callable[[M, S, S], Exception] | None = None,
        on_event: str | Callable[[M, Any], object] | None = None,
        timeout: float | Literal["coordinator's"] | None = "coordinator's",
        initial: S | None = None,
        dump: Callable[[M], object] | None = None,
        load: Callable[[M, Any], object] | None = None,
        recover: Callable[[M], object] | None = None,
    ) -> MachineKind[M, S]:
        """Say how machines of a class are read, set, checked, told and saved. Kinds are cheap, machines cheaper.

        The state is an attribute unless `read` and `write` say otherwise. `guards`: by target state, a question to
        machine and state before. `enforce=False`: what table and guards are against is done, and kept as `unlisted`.
        `refused` makes the exception. `on_event` is a method's name, or a function of machine and event. `dump` gives
        what is saved beside the state, as JSON has it, and `load` takes it back. `recover` puts one machine in order;
        without it the state last saved is restored, or `initial`.
        """
        return MachineKind(
            coordinator=self,
            name=name,
            of=of,
            table={before: frozenset(after) for before, after in table.items()},
            read=read or (lambda machine: cast(S, getattr(machine, attribute))),
            write=write or (lambda machine, state: setattr(machine, attribute, state)),
            guards=dict(guards or {}),
            enforce=enforce,
            refused=refused,
            on_event=on_event,
            timeout=self._timeout if isinstance(timeout, str) else timeout,
            initial=initial,
            dump=dump,
            load=load,
            recover=recover,
        )

    def add(self, kind: MachineKind[Any, Any], machine: object, name: str | None, strong: bool) -> None:
        """What `kind.register` does."""
        key = (id(machine), id(kind))
        with self._lock:
            self._forget_the_gone()
            if key in self._entries:
                return
            if name is not None and name in self._names:
                raise StateError(f"there is a machine named {name!r} already")
            entry = _Entry(kind, machine, self._free_name(kind.name) if name is None else name, name is not None)
            entry.hold(machine, strong, partial(_note, self._gone, key, entry))
            self._entries[key] = self._names[entry.name] = entry

    def forget(self, machine: object) -> None:
        """Drop a machine, of whatever kinds."""
        with self._lock:
            self._forget_the_gone()
            for key, entry in list(self._entries.items()):
                if key[0] == id(machine):
                    del self._entries[key], self._names[entry.name]

    def living(self, kind: MachineKind[Any, Any] | None = None) -> list[object]:
        """The machines that are registered, of one kind or of all."""
        found = (entry.machine() for entry in self._living() if kind is None or entry.kind is kind)
        return [machine for machine in found if machine is not None]

    def states(self) -> dict[str, Any]:
        """The state of each machine by its name; one that cannot be read is left out, and is among the failing."""
        states: dict[str, Any] = {}
        for entry in self._living():
            machine = entry.machine()
            if machine is not None:
                state, error = _isolated(entry.kind.read, machine)
                if error is None:
                    states[entry.name] = state
                else:
                    entry.error = error
        return states

    def failing(self) -> dict[str, Exception]:
        """Machines that failed the last time they were told something, with what they raised."""
        return {entry.name: entry.error for entry in self._living() if entry.error is not None}

    # ---- transitions

    def transition(self, machine: object, target: Hashable, because: str = "") -> None:
        """Take a machine, or the one of a name, to a state; raise TransitionRefused where that must not be."""
        entry = self._entry(machine)
        self.change(entry.kind, entry.machine(), target, because)

    def change(
        self,
        kind: MachineKind[M, S],
        machine: M,
        target: S,
        because: str,
        write: Callable[[M, S], object] | None = None,
    ) -> None:
        """What `kind.transition` does; machines that nobody registered are checked and kept as well."""
        entry = self._entries.get((id(machine), id(kind)))
        if entry is not None and entry.machine() is not machine:
            entry = None  # one that is gone, and had the same address
        with entry.held() if entry is not None else contextlib.nullcontext():
            before = kind.read(machine)
            reason = kind.why_not(machine, before, target)
            name = kind.name if entry is None else entry.name
            if reason and kind.enforce:
                raise (
                    TransitionRefused(name, before, target, reason)
                    if kind.refused is None
                    else kind.refused(machine, before, target)
                )
            (write or kind.write)(machine, target)
        if reason:
            log.warning("%s: from %s to %s, although %s", name, _shown(before), _shown(target), reason)
        self._keep(name, kind.name, before, target, "unlisted" if reason else "transition", because)

    def watch(self, watcher: Callable[[Transition], object]) -> Callable[[], None]:
        """Call a function after each transition that goes through here, and return what ends that."""
        self._watchers.append(watcher)

        def end() -> None:
            with contextlib.suppress(ValueError):
                self._watchers.remove(watcher)

        return end

    def history(self, machine: str = "") -> tuple[Transition, ...]:
        """The last transitions, of one machine (by name) or of all."""
        with self._lock:
            kept = tuple(self._history)
        return tuple(one for one in kept if machine in ("", one.machine))

    # ---- events

    def tell(self, event: object, kind: MachineKind[Any, Any] | None = None) -> Replies:
        """Tell all machines that have `on_event` (of one kind, or of all); what they raise is in the replies."""
        return Replies(tuple(_each(self._told(kind, event))))

    async def atell(self, event: object, kind: MachineKind[Any, Any] | None = None) -> Replies:
        """The same with coroutine functions awaited, all side by side; other functions run beside the loop."""
        import asyncio  # dear, and only here

        told = self._told(kind, event)
        awaited = [(entry, do) for entry, do in told if _is_awaited(entry)]
        names = {entry.name for entry, _ in awaited}
        called = [(entry, do) for entry, do in told if entry.name not in names]
        answers: list[list[Reply]] = await asyncio.gather(
            _beside(lambda: list(_each(called))), *(_awaited(entry, do) for entry, do in awaited)
        )
        replies = {reply.machine: reply for answer in answers for reply in answer}
        return Replies(tuple(replies[entry.name] for entry, _ in told))

    @property
    def system(self) -> Enum:
        """The state of the whole system."""
        return self._system

    def set_system(self, state: Enum, because: str = "") -> Replies:
        """Change it, and tell all machines by a SystemChanged; raise TransitionRefused where its table has not that."""
        return self.tell(self._system_changed(state, because))

    async def aset_system(self, state: Enum, because: str = "") -> Replies:
        """The same, told by `atell`."""
        return await self.atell(self._system_changed(state, because))

    # ---- on disk

    # overhaul: ignore[state_overwritten_in_place] save_json writes beside the file, and then takes its place
    def save(self, path: Paths) -> Replies:
        """Save the system's state and all named machines, atomically, with a checksum and the generation before.

        Of a machine that fails, what was saved or restored last is kept in the file.
        """
        replies = tuple(_each([(entry, partial(_record, entry)) for entry in self._living() if entry.named]))
        with self._lock:
            self._records.update({reply.machine: reply.value for reply in replies if reply.status == "done"})
            records = {
                reply.machine: self._records[reply.machine] for reply in replies if reply.machine in self._records
            }
            content = {"version": _VERSION, "system": self._system.name, "machines": records}
        save_json(path, content)
        return Replies(replies)

    def restore(self, path: Paths) -> Restored:
        """Put the system and all named machines into the states of a file, unchecked by tables; raise DamagedState."""
        loaded = load_json(path)
        try:
            if loaded.value["version"] != _VERSION:
                raise ValueError(f"version {loaded.value['version']!r}, where {_VERSION} is known")
            system, records = type(self._system)[loaded.value["system"]], dict[str, Any](loaded.value["machines"])
        except (KeyError, TypeError, ValueError) as error:
            raise DamagedState([f"{os.fspath(path)}: not a saved state: {error!r}"]) from error
        named = [entry for entry in self._living() if entry.named]
        with self._lock:
            self._system, self._records = system, records
        present = [entry for entry in named if entry.name in records]
        replies = tuple(_each([(entry, self._restoring(entry, "restored", "")) for entry in present]))
        names = {entry.name for entry in named}
        return Restored(
            replies,
            loaded.generation,
            loaded.problem,
            tuple(name for name in records if name not in names),
            tuple(entry.name for entry in named if entry.name not in records),
        )

    def recover(self, machine: object, because: str = "") -> None:
        """Put one machine in order, and no other: by its kind's `recover`, from what was saved last, or as at first.

        What it raises is raised; StateError when none of the three is there.
        """
        entry = self._entry(machine)
        owner, kind = entry.machine(), entry.kind
        if kind.recover is not None:
            with entry.held():
                before = kind.read(owner)
                kind.recover(owner)
                after = kind.read(owner)
            self._keep(entry.name, kind.name, before, after, "recovered", because)
        elif entry.name in self._records:
            self._restoring(entry, "recovered", because)(owner)
        elif kind.initial is not None:
            with entry.held():
                before = kind.read(owner)
                kind.write(owner, kind.initial)
            self._keep(entry.name, kind.name, before, kind.initial, "recovered", because)
        else:
            raise StateError(f"{entry.name} has no way to recover: nothing saved, no `initial`, no `recover`")
        entry.stuck, entry.error = False, None

    # ---- inside

    def _restoring(self, entry: _Entry, how: How, because: str) -> Callable[[Any], object]:
        record = self._records[entry.name]

        def restore(machine: Any) -> None:
            kind = entry.kind
            state = _decoded(kind, record["state"])
            with entry.held():
                before = kind.read(machine)
                if kind.load is not None and "content" in record:
                    kind.load(machine, record["content"])
                if kind.read(machine) != state:
                    kind.write(machine, state)
            self._keep(entry.name, kind.name, before, state, how, because)

        return restore

    def _system_changed(self, state: Enum, because: str) -> SystemChanged:
        with self._lock:
            before = self._system
            if self._system_table is not None and state not in self._system_table.get(before, ()):
                raise TransitionRefused("the system", before, state, "the table has no such transition")
            self._system = state
        self._keep("", "", before, state, "system", because)
        return SystemChanged(before, state, because)

    def _keep(self, machine: str, kind: str, before: object, after: object, how: How, because: str) -> None:
        transition = Transition(self._clock(), machine, kind, before, after, how, because)
        with self._lock:
            self._history.append(transition)
        for watcher in tuple(self._watchers):
            error = _isolated(watcher, transition)[1]
            if error is not None:
                log.error("a watcher of transitions failed", exc_info=error)

    def _told(self, kind: MachineKind[Any, Any] | None, event: object) -> list[_Task]:
        def tell(machine: Any, on_event: str | Callable[[Any, Any], object]) -> object:
            return getattr(machine, on_event)(event) if isinstance(on_event, str) else on_event(machine, event)

        return [
            (entry, partial(tell, on_event=entry.kind.on_event))
            for entry in self._living()
            if entry.kind.on_event is not None and (kind is None or entry.kind is kind)
        ]

    def _entry(self, machine: object) -> _Entry:
        with self._lock:
            self._forget_the_gone()
            if isinstance(machine, str):
                found = [self._names[machine]] if machine in self._names else []
            else:
                found = [entry for key, entry in self._entries.items() if key[0] == id(machine)]
        if len(found) != 1:
            what = "is registered for several kinds: ask the kind" if found else "is not registered"
            raise StateError(f"{machine if isinstance(machine, str) else type(machine).__name__} {what}")
        return found[0]

    def _living(self) -> list[_Entry]:
        with self._lock:
            self._forget_the_gone()
            return list(self._entries.values())

    def _forget_the_gone(self) -> None:
        """Drop what the garbage collector has told; it may do so at any time, so it only leaves a note."""
        while self._gone:
            key, entry = self._gone.popleft()
            if self._entries.get(key) is entry:
                del self._entries[key], self._names[entry.name]

    def _free_name(self, kind: str) -> str:
        numbers = self._numbers.setdefault(kind, itertools.count(1))
        return next(name for name in (f"{kind}-{number}" for number in numbers) if name not in self._names)


# ---------------------------------------------------------------- calling machines


def _each(tasks: Iterable[_Task]) -> Iterator[Reply]:
    """Do something with each machine, in order; those with a timeout in threads that are left when they hang."""
    waiting = deque(tasks)
    while waiting:
        if waiting[0][0].kind.timeout is None:
            entry, do = waiting.popleft()
            yield _reply(entry, do)
        else:
            yield from _Shift(waiting).watched()


class _Shift:
    """A thread that serves machines one after the other, until one of them takes too long."""

    def __init__(self, waiting: deque[_Task]) -> None:
        self._waiting = waiting
        self._replies: list[Reply] = []
        self._current: tuple[_Entry, float] | None = None
        self._left = False
        self._over = False
        self._changed = threading.Condition()

    def watched(self) -> list[Reply]:
        """Start the thread, wait, and return the replies when it is through, or one is late."""
        context = contextvars.copy_context()
        threading.Thread(target=context.run, args=(self._serve,), name="state events", daemon=True).start()
        with self._changed:
            try:
                while not (self._over or self._left):
                    self._changed.wait(self._look())
            finally:
                self._left = True
            return self._replies

    def _look(self) -> float | None:
        """Leave the thread when its machine is late; return the seconds until it will be."""
        if self._current is None:
            return None
        entry, began = self._current
        limit, taken = cast(float, entry.kind.timeout), time.monotonic() - began
        if taken >= limit:
            self._left = entry.stuck = True
            entry.error = TimeoutError(f"{entry.name} took more than {limit:g} s")
            self._replies.append(Reply(entry.name, "late", error=entry.error, seconds=taken))
        return max(0.0, limit - taken)

    def _serve(self) -> None:
        task = self._next()
        while task is not None:
            entry, do = task
            try:
                reply = _reply(entry, do)
            except BaseException as error:  # noqa: BLE001 - SystemExit, say: nobody else would hear of it here
                reply = Reply(entry.name, "failed", error=StateError(f"{entry.name} raised {error!r}"))
            task = self._next(entry, reply)

    def _next(self, entry: _Entry | None = None, reply: Reply | None = None) -> _Task | None:
        """Hand in a reply and take the next task, in one step: nobody may take a machine for late in between."""
        with self._changed:
            if self._left:
                if entry is not None:
                    entry.stuck = False
                return None
            if reply is not None:
                self._replies.append(reply)
            if not self._waiting or self._waiting[0][0].kind.timeout is None:
                self._over = True
                self._changed.notify()
                return None
            task = self._waiting.popleft()
            if self._current is None or self._current[0].kind is not task[0].kind:
                self._changed.notify()  # it may have to be watched more closely than the one before
            self._current = task[0], time.monotonic()
            return task


def _reply(entry: _Entry, do: Callable[[Any], object]) -> Reply:
    if entry.stuck:
        return Reply(entry.name, "busy", error=entry.error)
    began = time.monotonic()
    value, error = _isolated(_called, entry, do)
    entry.error = error
    return Reply(entry.name, "done" if error is None else "failed", value, error, time.monotonic() - began)


def _called(entry: _Entry, do: Callable[[Any], object]) -> object:
    machine = entry.machine()
    value = None if machine is None else do(machine)
    if inspect.iscoroutine(value):
        value.close()
        raise StateError(f"{entry.name} answers with a coroutine: use atell, and a coroutine function")
    return value


async def _awaited(entry: _Entry, do: Callable[[Any], object]) -> list[Reply]:
    """The same for a coroutine function; one that is late is cancelled, and not waited for."""
    import asyncio

    machine = entry.machine()
    if entry.stuck or machine is None:
        return [Reply(entry.name, "busy" if entry.stuck else "done", error=entry.error)]
    began = time.monotonic()
    task = asyncio.ensure_future(cast(Coroutine[Any, Any, object], do(machine)))
    try:
        await asyncio.wait([task], timeout=entry.kind.timeout)
    except asyncio.CancelledError:
        task.cancel()
        raise
    taken = time.monotonic() - began
    if not task.done():
        entry.stuck, entry.error = True, TimeoutError(f"{entry.name} took more than {entry.kind.timeout:g} s")
        task.add_done_callback(partial(_came_back, entry))
        task.cancel()
        return [Reply(entry.name, "late", error=entry.error, seconds=taken)]
    value, entry.error = _isolated(_result, entry, task)
    return [Reply(entry.name, "done" if entry.error is None else "failed", value, entry.error, taken)]


def _result(entry: _Entry, task: Future[object]) -> object:
    if task.cancelled():
        raise StateError(f"{entry.name} was cancelled")
    return task.result()


def _came_back(entry: _Entry, task: Future[object]) -> None:
    entry.stuck = False
    if not task.cancelled():
        task.exception()  # asked for, so that the loop does not complain


def _is_awaited(entry: _Entry) -> bool:
    on_event = entry.kind.on_event
    return inspect.iscoroutinefunction(
        getattr(entry.machine(), on_event, None) if isinstance(on_event, str) else on_event
    )


def _isolated(do: Callable[..., object], *values: object) -> tuple[object, Exception | None]:
    try:
        return do(*values), None
    except Exception as error:  # noqa: BLE001 - the place where machines' own code fails
        return None, error


async def _beside(do: Callable[[], R]) -> R:
    """What a function returns, run in a thread that nobody waits for at the end of the process."""
    import asyncio
    from concurrent import futures

    future: futures.Future[R] = futures.Future()

    def run() -> None:
        value, error = _isolated(do)
        if error is None:
            future.set_result(cast(R, value))
        else:
            future.set_exception(error)

    threading.Thread(target=contextvars.copy_context().run, args=(run,), name="state events", daemon=True).start()
    return await asyncio.wrap_future(future)


def _record(entry: _Entry, machine: Any) -> dict[str, object]:
    with entry.held():
        record = {"kind": entry.kind.name, "state": _encoded(entry.kind.read(machine))}
        return record if entry.kind.dump is None else {**record, "content": entry.kind.dump(machine)}


def _encoded(state: object) -> object:
    return state.name if isinstance(state, Enum) else state


def _decoded(kind: MachineKind[Any, Any], saved: object) -> Any:
    for state in kind.states():
        if _encoded(state) == saved:
            return state
    raise StateError(f"{kind.name} has no state {saved!r}")


def _shown(state: object) -> str:
    return state.name if isinstance(state, Enum) else repr(state)


# ---------------------------------------------------------------- files that are whole, or as they were


@dataclass(frozen=True, slots=True)
class Loaded:
    """The content of a file, and which generation of it."""

    value: Any
    generation: Literal["current", "previous"]
    problem: str
    """What is wrong with the current generation; "" for nothing."""


def write_text(
    path: Paths, text: str, encoding: str | None = None, errors: str | None = None, newline: str | None = None
) -> int:
    """`Path(path).write_text(...)`, the same bytes and result, but a reader sees all of them or the file before."""
    with atomic_open(path, "w", io.text_encoding(encoding), errors, newline) as stream:
        return stream.write(text)


def write_bytes(path: Paths, data: bytes) -> int:
    """`Path(path).write_bytes(data)`, all of it or nothing."""
    with atomic_open(path, "wb") as stream:
        return stream.write(data)


@contextlib.contextmanager
def atomic_open(
    path: Paths | bytes | int,
    mode: Literal["w", "wt", "wb"] = "w",
    encoding: str | None = None,
    errors: str | None = None,
    newline: str | None = None,
) -> Generator[IO[Any]]:
    """`with open(path, mode, ...)` to write a file anew: it takes the old one's place at the end of the block.

    When the block raises, the old file stays. Its mode stays in any case, and its owner where that may be given; a
    link is followed; a device, a pipe, a file descriptor, and what /dev/stdout and its like lead to, are written
    directly. The folder must be writable. What is written is on the disk at the end (fsync of file and folder).
    """
    if mode not in ("w", "wt", "wb"):
        raise ValueError(f"atomic_open writes a file anew: mode {mode!r}")
    encoding = encoding if "b" in mode else io.text_encoding(encoding)
    if isinstance(path, int) or _direct(os.fsdecode(path)):
        with open(path, mode, encoding=encoding, errors=errors, newline=newline) as stream:
            yield stream
        return
    target = os.path.realpath(os.fsdecode(path))
    before = _status(target)
    if before is not None and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), os.fspath(path))
    try:
        scratch, descriptor = _scratch(target, before)
    except OSError as error:
        error.filename = os.fspath(path)
        raise
    options: dict[str, Any] = {"encoding": encoding, "errors": errors, "newline": newline}
    # opened by the path, so that `stream.name` is that: some ask for it whom the stream is handed to
    with (
        _in_place_of(target, scratch),
        _synced(descriptor),
        open(path, mode, opener=lambda _path, _flags: os.dup(descriptor), **options) as stream,
    ):
        yield stream


def atomic_write(path: Paths, data: bytes | str, *, previous: bool = True, checksum: bool = True) -> None:
    """Replace a file as a whole; text is written in UTF-8, with newlines as they are.

    `previous` keeps the file before under `NAME.previous`, unless that is damaged; `checksum` keeps the SHA-256 of both
    in `NAME.sha256`. Killed at any instant, what `load` finds is the file before or the new one. Threads may write the
    same file; processes must not.
    """
    content = data.encode() if isinstance(data, str) else data
    target = os.path.realpath(path)
    with _ONE_AT_A_TIME:
        known = _digests(target)
        old = _bytes(target)
        kept = known
        if old is not None and (not known or _digest(old) in known):
            kept = [_digest(old)]
            if previous:
                _keep(target, old)
        if checksum or known:
            digests = dict.fromkeys([_digest(content), *kept])
            write_text(f"{target}.sha256", "".join(f"{digest}\n" for digest in digests))
        write_bytes(target, content)


def load(path: Paths, parse: Callable[[bytes], object] = bytes) -> Loaded:
    """What `atomic_write` has written: the current generation, or the one before where the current one is damaged.

    Damaged is what `parse` raises ValueError for, and what is not as its checksum says; a file without a checksum is
    taken as it is. Raise FileNotFoundError when there is no file, DamagedState when no generation is sound.
    """
    target = os.path.realpath(path)
    problems: list[str] = []
    generations: tuple[tuple[Literal["current", "previous"], str], ...] = (("current", ""), ("previous", ".previous"))
    for generation, suffix in generations:
        content, sound = _checked(target, suffix)
        if content is None:
            if generation == "current":
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), os.fspath(path))
            break
        if not sound:
            problems.append(f"{target}{suffix}: not as its checksum says")
            continue
        try:
            value = parse(content)
        except ValueError as error:
            problems.append(f"{target}{suffix}: {error}")
            continue
        if problems:
            log.warning("%s; the generation before is taken", problems[0])
        return Loaded(value, generation, "".join(problems))
    raise DamagedState(problems)


def _checked(target: str, suffix: str) -> tuple[bytes | None, bool]:
    """The content of a generation, and whether its checksum is known; read again while somebody writes them."""
    known = _digests(target)
    while True:
        content = _bytes(target + suffix)
        if content is None or not known or _digest(content) in known:
            return content, True
        now = _digests(target)
        if now == known:
            return content, False
        known = now


def save_json(path: Paths, value: object, **options: Any) -> None:
    """`json.dumps(value, **options)`, by `atomic_write`."""
    atomic_write(path, json.dumps(value, **options))


def load_json(path: Paths) -> Loaded:
    """The value of a JSON file, by `load`."""
    return load(path, json.loads)


def _direct(path: str) -> bool:
    """Whether a file is none that another one can take the place of."""
    if not path or path.endswith(_SEPARATORS):
        return True  # no name of a file, which open says best
    whole = os.path.abspath(path)
    if whole.startswith(("/dev/", "/proc/")) and not whole.startswith("/dev/shm/"):
        return True  # /dev/stdout may lead to a regular file, which others have open
    before = _status(path)
    return before is not None and not stat.S_ISREG(before.st_mode)


def _status(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except FileNotFoundError:
        return None


def _bytes(path: str) -> bytes | None:
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except FileNotFoundError:
        return None


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _digests(target: str) -> list[str]:
    """The checksums of the sound generations; none when nothing was kept."""
    return (_bytes(f"{target}.sha256") or b"").decode("ascii", "replace").split()


def _scratch(target: str, like: os.stat_result | None) -> tuple[str, int]:
    """A new file beside the target, open for writing, with owner (where that is allowed) and mode of an older one."""
    folder, name = os.path.split(target)
    scratch = os.path.join(folder, f".{name[:40]}.{os.getpid()}-{secrets.token_hex(4)}.tmp")  # 4 bytes each at most
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(scratch, flags, 0o666 if like is None else 0o600)
    if like is not None:
        if hasattr(os, "fchown"):
            now = os.fstat(descriptor)
            if (now.st_uid, now.st_gid) != (like.st_uid, like.st_gid):
                with contextlib.suppress(PermissionError):
                    os.fchown(descriptor, like.st_uid, like.st_gid)
        os.chmod(scratch, stat.S_IMODE(like.st_mode))
    return scratch, descriptor


@contextlib.contextmanager
def _in_place_of(target: str, scratch: str) -> Generator[None]:
    """Let the new file take the place of the old one, or go, when the block raises."""
    try:
        yield
        os.replace(scratch, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(scratch)
        raise
    _sync_folder(os.path.dirname(target))


@contextlib.contextmanager
def _synced(descriptor: int) -> Generator[None]:
    """Put on the disk what was written by copies of a descriptor, which may be closed before; then close it."""
    try:
        yield
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _keep(target: str, content: bytes) -> None:
    """Make the generation before: a copy, since a link would be damaged with the file, and as private as the file."""
    scratch, descriptor = _scratch(target, _status(target))
    with _in_place_of(f"{target}.previous", scratch), open(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(descriptor)


def _sync_folder(folder: str) -> None:
    """Put the new name on the disk, where the system has a way to do so."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        with contextlib.suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
