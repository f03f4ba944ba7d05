"""A bar on the terminal while files are parsed, once that takes long enough to be wondered about."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from overhaul.printable import printable

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

PATIENCE: Final = 0.7
"""Seconds of parsing before the bar appears: importing the library that draws it costs a tenth of a second."""


class Bar:
    """Called with (done, total); a context that leaves the terminal as it was."""

    def __init__(self, *, colour: bool) -> None:
        """Nothing is drawn, and nothing imported, until `PATIENCE` is over."""
        self._colour = colour
        self._start = time.monotonic()
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        """Start the clock."""
        self._start = time.monotonic()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar away."""
        if self._progress is not None:
            self._progress.stop()

    def __call__(self, done: int, total: int) -> None:
        """`done` of `total` files are parsed."""
        if self._progress is None:
            if time.monotonic() - self._start < PATIENCE or done == total:
                return
            from rich.console import Console
            from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

            console = Console(stderr=True, no_color=not self._colour)
            self._progress = Progress(
                *Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeRemainingColumn(),
                console=console, transient=True,
            )  # fmt: skip
            self._progress.start()
            self._task = self._progress.add_task("parsing", total=total)
        if self._task is not None:
            self._progress.update(self._task, completed=done)


class Stages:
    """Called with (what, done, total); a context that draws which part is worked at, where it is `drawn` at all."""

    def __init__(self, *, drawn: bool, colour: bool) -> None:
        """Nothing is drawn, and nothing imported, until `PATIENCE` is over."""
        self._drawn = drawn
        self._colour = colour
        self._start = time.monotonic()
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        """Start the clock."""
        self._start = time.monotonic()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar away."""
        if self._progress is not None:
            self._progress.stop()

    def __call__(self, what: str, done: int, total: int) -> None:
        """`what` is worked at, `done` of `total`; nobody knows how long it takes where that is 0."""
        if not self._drawn:
            return
        if self._progress is None:
            # What may take minutes is told at once.
            if total and time.monotonic() - self._start < PATIENCE:
                return
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

            console = Console(stderr=True, no_color=not self._colour)
            self._progress = Progress(
                TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn(),
                console=console, transient=True,
            )  # fmt: skip
            self._progress.start()
            self._task = self._progress.add_task("", total=None)
        if self._task is not None:
            self._progress.update(self._task, description=printable(what)[:60], completed=done, total=total or None)
