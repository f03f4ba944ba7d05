"""Run a command and say how long it took and how much memory all its processes had together."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final, NamedTuple

_SAMPLE: Final = 0.05
"""Seconds between two looks at the memory."""
_PSS: Final = re.compile(rb"^Pss:\s+(\d+) kB", re.MULTILINE)
_COMPILED: Final = {"PYTHONDONTWRITEBYTECODE": ""}
"""Without compiled files every start of a checkout compiles its source, which no installed program does."""
_SESSION: Final = 3
"""Place of the session in /proc/PID/stat, counted behind the command's name in brackets."""


class Run(NamedTuple):
    """What one run of a command took."""

    seconds: float
    work: float
    """Seconds of processor time of all its processes: what a busy machine leaves as it is."""
    code: int | None
    """None: it did not finish in time."""
    largest: int
    """Bytes that the largest of its processes had resident at most."""
    together: int
    """Bytes that all its processes had together at most, shared pages counted once; 0 if that was not looked at."""
    said: str
    """The end of what it wrote to standard error."""


def run(
    command: Sequence[str], *, limit: float = 3600, environment: Mapping[str, str] | None = None,
    folder: Path | None = None, memory: bool = False,
) -> Run:  # fmt: skip
    """Run a command to its end, or for `limit` seconds; with `memory`, look every 50 ms at what its processes have."""
    overdue = threading.Event()
    with tempfile.TemporaryFile() as said:
        begin = perf_counter()
        # A session of its own: whatever the command starts is found, and ended, by it.
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=said, stdin=subprocess.DEVNULL, cwd=folder,
            env={**os.environ, **_COMPILED, **(environment or {})}, start_new_session=True,
        )  # fmt: skip

        def end() -> None:
            overdue.set()
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

        timer = threading.Timer(limit, end)
        timer.start()
        with _Watch(process.pid, memory) as watch:
            _, status, usage = os.wait4(process.pid, 0)
            seconds = perf_counter() - begin
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        text = said.read().decode(errors="replace")[-2000:]
    code = None if overdue.is_set() else process.returncode
    return Run(seconds, usage.ru_utime + usage.ru_stime, code, usage.ru_maxrss * 1024, watch.most, text)


class _Watch:
    """Looks at the memory of all processes of a session, in a thread, as long as the context lasts."""

    def __init__(self, session: int, wanted: bool) -> None:
        self.most = 0
        self._session = str(session).encode()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True) if wanted else None

    def __enter__(self) -> _Watch:
        if self._thread is not None:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(_SAMPLE):
            self.most = max(self.most, sum(self._shares()))

    def _shares(self) -> Iterator[int]:
        """Bytes of each process of the session: its own pages, and its part of those it shares."""
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                with contextlib.suppress(OSError):
                    fields = (folder / "stat").read_bytes().rpartition(b")")[2].split()
                    if fields[_SESSION] == self._session:
                        found = _PSS.search((folder / "smaps_rollup").read_bytes())
                        yield int(found[1]) * 1024 if found else 0


class Series:
    """The runs of one command."""

    def __init__(self, name: str) -> None:
        """None yet."""
        self.name = name
        self.runs: list[Run] = []

    @property
    def finished(self) -> bool:
        """Whether every run came to its end in time."""
        return bool(self.runs) and all(run.code is not None for run in self.runs)

    @property
    def median(self) -> float:
        """Seconds, in the middle."""
        return median(run.seconds for run in self.runs)

    @property
    def work(self) -> float:
        """Seconds of processor time, in the middle."""
        return median(run.work for run in self.runs)

    @property
    def spread(self) -> str:
        """Least, middle and most seconds."""
        seconds = [run.seconds for run in self.runs]
        return f"{min(seconds):.2f} / {median(seconds):.2f} / {max(seconds):.2f}"
