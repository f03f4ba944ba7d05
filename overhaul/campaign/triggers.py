"""What takes a step back once it is written: tests that fail, imports that lead nowhere, lost speed, unreadable state.

What is watched is measured before the step and again behind it, in the real tree. The commands are the user's own.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from overhaul.changes import Moved, Replaced
from overhaul.config import Rollback, Trigger
from overhaul.errors import UsageError
from overhaul.facts import UnresolvedImport
from overhaul.profiles.baseline import Baseline, Timing, timings
from overhaul.profiles.compare import compare
from overhaul.profiles.evidence import project_at
from overhaul.profiles.reading import read_profiles
from overhaul.proving.commands import execute
from overhaul.proving.outcomes import Ran, compared, outcomes, with_report
from overhaul.survey import Survey
from overhaul.thresholds import wanted

SHOWN: Final = 5
"""Failures of one command that are told."""
Say = Callable[[str], None]


class Watch:
    """What is as it is before a step, to be held against what is behind it."""

    def __init__(self, survey: Survey, triggers: Sequence[Trigger], commands: Sequence[str], say: Say) -> None:
        """Measure all that the triggers ask for; `commands` are the project's own checks.

        `say` is told what cannot be watched. Raises UsageError where a trigger lacks the command that it needs.
        """
        self._root = survey.root
        self._config = survey.config
        self._triggers = tuple(dict.fromkeys(triggers))
        self._commands = tuple(commands)
        self._say = say
        self._needed(survey.config.rollback)
        self._missing = _missing(survey) if "imports" in triggers else frozenset[str]()
        self._ran = tuple(map(self._run, self._commands)) if "tests" in triggers else ()
        self._readable = self._reads_state() if "state" in triggers else False
        self._times = self._timed() if "performance" in triggers else ()
        if "state" in triggers and not self._readable:
            say(f"`{survey.config.rollback.state_command}` fails already: it cannot say whether state is lost")

    def fired(self, now: Survey, moved: Sequence[Moved | Replaced]) -> Iterator[str]:
        """Why the step is to be taken back, one line each; `now` is the code behind it. Nothing where all is well."""
        if "imports" in self._triggers:
            for name in sorted(_missing(now) - self._missing):
                yield f"imports: {name}"
        if "tests" in self._triggers:
            for command, before in zip(self._commands, self._ran, strict=True):
                broken = list(compared(before, self._run(command), moved))
                yield from (f"tests: `{command}`: {one.name} {one.why}".rstrip() for one in broken[:SHOWN])
                if len(broken) > SHOWN:
                    yield f"tests: `{command}`: {len(broken) - SHOWN} more"
        if self._readable and not self._reads_state():
            yield f"state: `{self._config.rollback.state_command}` cannot read what it could read before"
        if "performance" in self._triggers:
            yield from self._slower()

    def _needed(self, settings: Rollback) -> None:
        lacking = {
            "tests": not self._commands and "[tool.overhaul.verify] commands",
            "state": not settings.state_command and "[tool.overhaul.rollback] state-command",
            "performance": not (settings.performance_command and settings.performance_files)
            and "[tool.overhaul.rollback] performance-command and performance-files",
        }
        for trigger in self._triggers:
            if key := lacking.get(trigger):
                raise UsageError(f"--roll-back-on {trigger} needs a command: set {key}")

    def _run(self, command: str) -> Ran:
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="overhaul-watch-") as scratch:
            report = Path(scratch, "report.xml")
            told = with_report(command, report)
            code, output = execute(
                told or command, self._root, dict(os.environ), self._config.verify.timeout, Path(scratch, "log")
            )
            found = outcomes(report) if told else None
        return Ran(command, code, output, found, time.monotonic() - began)

    def _reads_state(self) -> bool:
        return self._run(self._config.rollback.state_command).code == 0

    def _timed(self) -> tuple[Timing, ...]:
        """Run the measurement, and read what it has written. Raises UsageError for files that hold no times."""
        settings = self._config.rollback
        files = [self._root / file for file in settings.performance_files]
        for file in files:
            file.unlink(missing_ok=True)
        ran = self._run(settings.performance_command)
        lacking = [file.name for file in files if not file.is_file()]
        if ran.code != 0 or lacking:
            why = f"exits with {ran.code}" if ran.code != 0 else f"has not written {', '.join(lacking)}"
            raise UsageError(f"`{settings.performance_command}` {why}: mend it, or leave `performance` out")
        return timings(read_profiles(files), wanted(self._config.perf), project_at(self._root, self._config))

    def _slower(self) -> Iterator[str]:
        settings = self._config.rollback
        try:
            now = self._timed()
        except UsageError as error:
            yield f"performance: {error}"
            return
        before = Baseline(name="before", sources=(), timings=self._times)
        for one in compare(before, now, settings.tolerance):
            if one.outcome in ("slower", "gone"):
                ratio = f"{one.ratio:.2f} times as long" if one.ratio is not None else "nothing is measured any more"
                yield f"performance: {one.of} {one.name}: {ratio}, and {settings.tolerance:.0%} more are allowed"
            elif one.outcome == "cannot tell":
                self._say(f"performance: {one.of} {one.name}: cannot tell; measure it more often")


def _missing(survey: Survey) -> frozenset[str]:
    """The imports of own modules that lead nowhere, each with its file and without its line, which moves."""
    rows: Iterable[UnresolvedImport] = survey.rows(UnresolvedImport)
    return frozenset(f"{row.path}: {row.name} is not there" for row in rows if not row.caught)
