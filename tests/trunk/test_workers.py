"""Workers that die, hang, run out of memory, or have nothing to do."""

import os
import resource
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

import pytest

from overhaul.collecting import Look
from overhaul.leaves import load_leaves
from overhaul.store import Parsed
from overhaul.workers import CHUNK, Ahead, Executor, Job, Outcome, run


def jobs(*names: str) -> list[Job]:
    return [Job(name, 10) for name in names]


def shout(name: str) -> str:
    """What the workers of these tests do with a file: its name says what becomes of them."""
    match name:
        case "exit":
            os._exit(7)
        case "segfault":
            signal.raise_signal(signal.SIGSEGV)  # in the very thread that parses
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "memory":
            raise MemoryError("no room")
        case "leave":
            sys.exit("enough")
        case "sleep":
            time.sleep(60)
    return name.upper()


def done(
    names: list[Job], processes: int = 2, limit: float = 30, executor: Executor | None = None
) -> dict[str, Outcome]:
    outcomes = list(run(names, shout, processes, limit, executor))
    assert sorted(one.name for one in outcomes) == sorted(job.name for job in names), "each file has one outcome"
    return {one.name: one for one in outcomes}


@pytest.mark.parametrize("processes", [1, 2, 7])
@pytest.mark.parametrize("count", [0, 1, 5])
def test_every_job_is_done_once_however_many_processes_there_are(count: int, processes: int) -> None:
    names = jobs(*(f"f{number}" for number in range(count)))
    assert {one.value for one in done(names, processes).values()} == {f"F{number}" for number in range(count)}


@pytest.mark.parametrize(
    ("name", "reason", "passing"),
    [
        ("exit", "exit code 7", False),
        ("segfault", "signal 11", False),
        ("kill", "killed from outside (signal 9)", True),
        ("memory", "MemoryError: no room", True),
        ("leave", "SystemExit: enough", False),
    ],
)
def test_what_ends_a_worker_costs_its_own_file_only(name: str, reason: str, passing: bool) -> None:
    found = done([*jobs("a", "b", "c"), *jobs(name), *jobs("x", "y", "z")])
    failed = found.pop(name)
    assert reason in failed.failure and failed.passing is passing and failed.value is None and not failed.limit
    assert all(one.value == one.name.upper() and not one.failure for one in found.values())


def test_a_chunk_with_several_deadly_files_is_done_to_its_end() -> None:
    names = ["exit", "a", "segfault", "b", "kill", "c"]
    found = done(jobs(*names), processes=1)
    assert [name for name in names if found[name].failure] == ["exit", "segfault", "kill"]


def test_a_file_that_takes_too_long_is_given_up_and_the_rest_of_its_chunk_done() -> None:
    start = time.monotonic()
    found = done(jobs("a", "sleep", "z"), processes=1, limit=0.3)
    assert found["sleep"].failure == "took more than 0.3 s to parse" and found["sleep"].limit == 0.3
    assert found["a"].value == "A" and found["z"].value == "Z"
    assert time.monotonic() - start < 10


def test_large_files_go_first_and_a_chunk_holds_about_as_much_as_it_should() -> None:
    names = [Job(f"f{number:03}", number * 1000) for number in range(200)]
    order = [one.name for one in run(names, shout, 1, 30)]
    assert order == [job.name for job in sorted(names, key=lambda job: -job.weight)]
    assert max(job.weight for job in names) > CHUNK // 2, "some files are as large as a chunk"


@pytest.mark.parametrize("kind", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_any_executor_of_the_standard_library_will_do(kind: type[ThreadPoolExecutor | ProcessPoolExecutor]) -> None:
    with kind(2) as executor:
        found = done(jobs("a", "b", "memory"), executor=executor)
    assert found["a"].value == "A" and found["memory"].failure == "MemoryError: no room"


def test_an_executor_that_breaks_leaves_failures_that_pass() -> None:
    with ProcessPoolExecutor(1) as executor:
        found = done(jobs("a", "kill", "z"), executor=executor)
    assert "executor broke" in found["kill"].failure and found["kill"].passing
    assert all(one.passing or one.value == one.name.upper() for one in found.values())


def test_no_worker_outlives_a_run_that_is_not_read_to_its_end() -> None:
    outcomes = run(jobs(*map(str, range(50))), shout, 2, 30)
    next(iter(outcomes))
    outcomes.close()  # type: ignore[attr-defined]
    assert children() == set()


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc")
def test_no_worker_outlives_its_parent(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "import os, signal, time\n"
        "from overhaul.workers import Job, run\n"
        "def work(name):\n"
        "    print(os.getpid(), flush=True)\n"
        "    time.sleep(0.2)\n"
        "for _ in run([Job(str(n), 1 << 20) for n in range(40)], work, 2, 30):\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ended = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == -signal.SIGKILL and ended.stderr == ""
    workers = {int(line) for line in ended.stdout.split()}
    deadline = time.monotonic() + 20
    while any(alive(worker) for worker in workers) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert workers and not any(alive(worker) for worker in workers)


def test_a_worker_holds_no_more_after_many_files_than_after_few(tmp_path: Path) -> None:
    body = "def f(a, b=1):\n    global c\n    c = [x for x in a if (lambda: x)()]\n    return [a, b, {1: a}]\n\n" * 60
    for number in range(300):
        (tmp_path / f"f{number}").write_text(f"name = {number}\n{body}")
    collectors = tuple(load_leaves().collectors.values())
    look = Look(tmp_path, collectors, frozenset(name for leaf in collectors for name in leaf.wants), frozenset())

    def weigh(name: str) -> int:
        """Do all that is done with a file; the peak of this process's memory in KiB."""
        assert isinstance(parsed := look(name), Parsed) and not parsed.reason
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    few, many = (
        max(one.value for one in run([Job(f"f{number}", 1) for number in range(count)], weigh, 1, 60))
        for count in (30, 300)
    )
    assert many < few + 8 * 1024, f"{few} KiB after 30 files, {many} KiB after 300"


def children() -> set[int]:
    import multiprocessing

    return {child.pid for child in multiprocessing.active_children() if child.pid is not None}


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class Stillborn:
    """Work whose first processes die while they get ready."""

    def __init__(self, folder: Path, deaths: int) -> None:
        self._folder = folder
        self._deaths = deaths

    def prepare(self) -> None:
        if len(list(self._folder.iterdir())) < self._deaths:
            (self._folder / str(os.getpid())).touch()
            os._exit(1)

    def __call__(self, name: str) -> str:
        return name.upper()


def test_a_worker_that_dies_before_it_begins_costs_no_file(tmp_path: Path) -> None:
    outcomes = list(run(jobs("a", "b", "c"), Stillborn(tmp_path, 2), 1, 30))
    assert {one.name: one.value for one in outcomes} == {"a": "A", "b": "B", "c": "C"}


def test_workers_that_always_die_before_they_begin_end_the_run_with_failures_that_pass(tmp_path: Path) -> None:
    outcomes = list(run(jobs("a", "b"), Stillborn(tmp_path, 1000), 1, 30))
    assert sorted(one.name for one in outcomes) == ["a", "b"]
    assert all(one.failure and one.passing for one in outcomes)


def test_time_for_which_everything_stood_still_is_no_files_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []

    def stopped(pipes: list[Connection], timeout: float) -> list[Any]:
        asked.append(timeout)
        if len(asked) == 1:
            time.sleep(2.5)  # as a shell's Ctrl-Z would
            return []
        return wait(pipes, timeout)

    monkeypatch.setattr("overhaul.workers.wait", stopped)

    def slow(name: str) -> str:
        time.sleep(3.2)
        return name

    (outcome,) = run(jobs("a"), slow, 1, 1.5)
    assert outcome.value == "a" and len(asked) > 1


def test_where_no_process_can_be_started_the_work_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise BlockingIOError("no more processes")

    monkeypatch.setattr("multiprocessing.context.ForkProcess.start", refused)
    assert {one.value for one in done(jobs("a", "b")).values()} == {"A", "B"}


def test_a_worker_started_ahead_does_a_few_files_and_one_that_has_died_costs_none() -> None:
    with Ahead(lambda: None) as ready:
        first = list(run(jobs("a", "b"), shout, 2, 30, ahead=ready))
    assert {one.value for one in first} == {"A", "B"}
    with Ahead(lambda: os._exit(3)) as dead:
        time.sleep(0.2)
        second = list(run(jobs("a", "b"), shout, 2, 30, ahead=dead))
    assert {one.value for one in second} == {"A", "B"}
