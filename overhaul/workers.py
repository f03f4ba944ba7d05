"""Parsing in processes of their own, each of which may die without taking the run along.

LibCST's native parser can end its process (a deep nest of brackets does), and a long expression can take minutes. So
each worker says which file it is about to parse; when it dies, or takes longer than it may, that file becomes a failure
and a new worker goes on with the rest.
"""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol, Self, cast, runtime_checkable

if TYPE_CHECKING:
    from multiprocessing.context import BaseContext
    from multiprocessing.process import BaseProcess

CHUNK: Final = 128 * 1024
"""Bytes of source that go to a worker at once."""

FEW: Final = 4 * CHUNK
"""Bytes of source that are parsed sooner by one worker that is ready than by several that must begin."""

_STILLBORN: Final = 3

STACK: Final = 512 * 1024 * 1024
"""Bytes of stack of a worker's thread: deep trees are made by nested calls of native code."""


class Job(NamedTuple):
    """One file to parse: `name` tells it apart, `weight` is its size in bytes."""

    name: str
    weight: int


class Outcome(NamedTuple):
    """What came of one file: `value` as the work returned it, or the reason why there is none."""

    name: str
    value: Any
    failure: str
    limit: float = 0.0
    """The time in seconds that it took and more; 0 when time was not the reason."""
    passing: bool = False
    """The reason lay outside the file (memory, a killed process): another run may fare better."""


class Executor(Protocol):
    """What is used of `concurrent.futures.Executor`; a cluster's executor fits too."""

    def map(self, function: Callable[..., Any], /, *iterables: Any) -> Iterator[Any]:
        """Apply `function` to every item."""
        ...


@runtime_checkable
class Prepared(Protocol):
    """Work that wants to set up the process it is done in, when that is one of ours."""

    def prepare(self) -> None:
        """Called once, before the first file."""
        ...


class Ahead:
    """A worker started before anybody knows whether there is work, to get ready while its parent finds out.

    For a few files that have changed, most of the time would go into importing what it takes to parse them.
    """

    def __init__(self, ready: Callable[[], object]) -> None:
        """`ready` is called in the process of the worker, and imports what its work will need."""
        self.worker = _Worker(multiprocessing.get_context("fork"), ready, ahead=True)

    def __enter__(self) -> Self:
        """The worker is there already."""
        return self

    def __exit__(self, *ended: object) -> None:
        """End the worker, whatever it is at."""
        self.worker.end()


def run(
    jobs: Sequence[Job], work: Callable[[str], Any], processes: int, limit: float, executor: Executor | None = None,
    ahead: Ahead | None = None,
) -> Iterator[Outcome]:  # fmt: skip
    """Do `work(name)` for every job, largest first, and yield the outcomes as they come.

    `limit` is the time in seconds one file may take. With an `executor` the map goes there, in chunks, and dying
    workers and limits are the executor's to handle. A worker that was started `ahead` does alone what would not be
    worth the start of another.
    """
    chunks = _chunks(jobs, max(1, processes))
    if executor is not None:
        yield from _elsewhere(chunks, work, executor)
        return
    crew = _Crew(work, max(1, min(processes, len(chunks))), limit)
    if ahead is not None and sum(job.weight for job in jobs) <= FEW:
        crew.take(ahead.worker)
    yield from crew.run(chunks)


def _elsewhere(chunks: list[list[Job]], work: Callable[[str], Any], executor: Executor) -> Iterator[Outcome]:
    """The map in an executor; when that breaks, what it has not told is given up for this run."""
    from concurrent.futures import BrokenExecutor

    names = [[job.name for job in chunk] for chunk in chunks]
    told = 0
    try:
        for outcomes in executor.map(_Chunk(work), names):
            yield from outcomes
            told += 1
    except BrokenExecutor as error:
        for chunk in names[told:]:
            yield from (Outcome(name, None, f"the executor broke: {error}", passing=True) for name in chunk)


class _Chunk:
    """Work on a list of files in whatever process an executor calls it."""

    def __init__(self, work: Callable[[str], Any]) -> None:
        self._work = work

    def __call__(self, names: list[str]) -> list[Outcome]:
        return [_outcome(self._work, name) for name in names]


def _outcome(work: Callable[[str], Any], name: str) -> Outcome:
    """Work on one file. What the work itself does not catch is the process's trouble: no memory, a panic, an exit."""
    try:
        return Outcome(name, work(name), "")
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - around one file: whatever ends its work ends no other's
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        return Outcome(name, None, reason, passing=isinstance(error, MemoryError))


def _chunks(jobs: Sequence[Job], processes: int) -> list[list[Job]]:
    """Lists of files of about `CHUNK` bytes, the largest files first, small enough that every process has some."""
    total = sum(job.weight for job in jobs)
    size = max(1, min(CHUNK, total // (processes * 2)))
    chunks: list[list[Job]] = []
    weight = size
    for job in sorted(jobs, key=lambda job: (-job.weight, job.name)):
        if weight >= size:
            chunks.append([])
            weight = 0
        chunks[-1].append(job)
        weight += job.weight
    return chunks


class _Worker:
    """A process, the pipe to it, and what it is at."""

    def __init__(self, context: BaseContext, work: Callable[..., Any], *, ahead: bool = False) -> None:
        """With `ahead` the work itself comes by `hand`, and `work` is what is done until then."""
        here, there = context.Pipe()
        self.pipe: Connection = here
        # Shared memory: how many files of the chunk were begun.
        self._begun = multiprocessing.RawValue("i", 0)
        self.seconds = 0.0
        """How long it has been at its file."""
        self._at = 0
        made: Any = context
        process = made.Process(
            target=_serve, args=(there, here, work, self._begun, ahead), daemon=True
        )
        self.process = cast("BaseProcess", process)
        self.process.start()
        there.close()
        self._chunk: list[str] = []
        self.told = 0

    def hand(self, work: Callable[[str], Any]) -> None:
        """Say what is to be done with each file, to a worker that was started ahead."""
        self.pipe.send(work)

    def send(self, names: list[str]) -> None:
        self._chunk = names
        self.told = 0
        self._begun.value = 0
        self.seconds, self._at = 0.0, 0
        # One that has died shows when its answer is waited for.
        with contextlib.suppress(OSError):
            self.pipe.send(names)

    def pass_time(self, seconds: float) -> None:
        """So much time has passed for it, which counts for the file it was at before and still is."""
        at = int(self._begun.value)
        self.seconds = self.seconds + seconds if at == self._at else 0.0
        self._at = at

    @property
    def idle(self) -> bool:
        return self.told == len(self._chunk)

    @property
    def begun(self) -> bool:
        """Whether it has begun any file of its chunk."""
        return int(self._begun.value) > 0

    def lost(self) -> tuple[str, list[str]]:
        """The file it was at, and those of its chunk of which nothing was told."""
        culprit = self._chunk[max(int(self._begun.value) - 1, self.told)]
        return culprit, [name for name in self._chunk[self.told :] if name != culprit]

    def end(self) -> None:
        self.pipe.close()
        self.process.kill()
        self.process.join()


class _Crew:
    """Workers that are watched."""

    def __init__(self, work: Callable[[str], Any], processes: int, limit: float) -> None:
        self._context = multiprocessing.get_context("fork" if hasattr(os, "fork") else "spawn")
        self._work = work
        self._processes = processes
        self._limit = limit
        self._ready: list[_Worker] = []
        self._stillborn = 0
        """Workers that died before they had begun a file."""

    def take(self, worker: _Worker) -> None:
        """Let this worker, started ahead, do it alone."""
        with contextlib.suppress(OSError):  # it has died: what it was ready for is done by others
            worker.hand(self._work)
            self._ready.append(worker)
            self._processes = 1

    def run(self, chunks: list[list[Job]]) -> Iterator[Outcome]:
        waiting = deque([job.name for job in chunk] for chunk in chunks)
        workers: list[_Worker] = []
        now = time.monotonic()
        try:
            while waiting or workers:
                while waiting and len(workers) < self._processes:
                    try:
                        worker = self._ready.pop() if self._ready else _Worker(self._context, self._work)
                    except OSError:  # no process can be started
                        if not workers:
                            yield from (_outcome(self._work, name) for chunk in waiting for name in chunk)
                            return
                        self._processes = len(workers)
                        break
                    workers.append(worker)
                    worker.send(waiting.popleft())
                patience = min(1.0, self._limit)
                ready = wait([worker.pipe for worker in workers], timeout=patience)
                # More than a turn can take, and everything was stopped (Ctrl-Z), or the machine asleep: no file is to
                # blame for that.
                turn, now = time.monotonic() - now, time.monotonic()
                for worker in workers:
                    worker.pass_time(min(turn, patience))
                for worker in [*workers]:
                    if worker.pipe in ready:
                        try:
                            outcomes = worker.pipe.recv()
                        except (EOFError, OSError):
                            workers.remove(worker)
                            yield from self._lost(worker, waiting, *_how_it_died(worker.process))
                            continue
                        worker.told += len(outcomes)
                        yield from outcomes
                        if worker.idle:
                            if waiting:
                                worker.send(waiting.popleft())
                            else:
                                workers.remove(worker)
                                worker.end()
                    elif worker.seconds > self._limit:
                        workers.remove(worker)
                        reason = f"took more than {self._limit:g} s to parse"
                        yield from self._lost(worker, waiting, reason, self._limit)
        finally:
            for worker in workers:
                worker.end()

    def _lost(
        self, worker: _Worker, waiting: deque[list[str]], reason: str, limit: float = 0.0, passing: bool = False
    ) -> Iterator[Outcome]:
        """The file a worker was at is given up; the others of its chunk go back.

        One that had begun none may have died of anything: all go back, until it has happened too often.
        """
        culprit, others = worker.lost()
        blameless = not worker.begun
        worker.end()
        if blameless and self._stillborn < _STILLBORN:
            self._stillborn += 1
            waiting.appendleft([culprit, *others])
            return
        if others:
            waiting.appendleft(others)
        yield Outcome(culprit, None, reason, 0.0 if blameless else limit, passing or blameless)


def _how_it_died(process: BaseProcess) -> tuple[str, float, bool]:
    """The reason, no time limit, and whether it lay outside the file."""
    process.join(timeout=5)
    code = process.exitcode
    if code is not None and -code in (signal.SIGKILL, signal.SIGTERM):
        return f"its process was killed from outside (signal {-code}): out of memory?", 0.0, True
    if code is not None and code < 0:
        return f"the parser ended its process (signal {-code}): nested too deep, or too long an expression", 0.0, False
    return f"the parser ended its process (exit code {code})", 0.0, False


def _serve(
    pipe: Connection, other: Connection, work: Callable[..., Any], begun: Any, ahead: bool
) -> None:  # fmt: skip
    """A worker: chunks of names in, outcomes out; when started ahead, before them what to do with them."""
    other.close()
    # Ctrl-C goes to all processes at once; the parent's answer to it is to end this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A file that ends this process is told as a failure, not as pages of frames.
    faulthandler.disable()
    # Trees are dropped as whole, and hold no rings: the collector would only walk over them again and again.
    gc.freeze()
    gc.disable()

    def serve() -> None:
        doing = work
        with pipe:
            if ahead:
                work()
                try:
                    doing = pipe.recv()
                except (EOFError, OSError):
                    return
            prepared: object = doing
            if isinstance(prepared, Prepared):
                prepared.prepare()
            while True:
                try:
                    names = pipe.recv()
                except (EOFError, OSError):
                    return
                done: list[Outcome] = []
                for number, name in enumerate(names, start=1):
                    begun.value = number
                    done.append(_outcome(doing, name))
                try:
                    pipe.send(done)
                except OSError:
                    return

    threading.stack_size(STACK)
    thread = threading.Thread(target=serve)
    thread.start()
    thread.join()
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - nothing is to be flushed twice at exit
    os._exit(0)
