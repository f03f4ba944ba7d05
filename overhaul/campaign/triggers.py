"""What takes a step back once it is written: tests that fail, imports that lead nowhere, lost speed, unreadable state.

What is watched is measured before the step and again behind it, in the real tree. The commands are the user's own.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from overhaul.changes import FileChange, Moved, Replaced
from overhaul.config import Rollback, Trigger, Verify
from overhaul.errors import UsageError
from overhaul.facts import UnresolvedImport
from overhaul.profiles.baseline import Baseline, Timing, timings
from overhaul.profiles.compare import compare
from overhaul.profiles.evidence import project_at
from overhaul.profiles.reading import read_profile, read_profiles
from overhaul.proving.commands import execute
from overhaul.proving.outcomes import Ran, compared, outcomes, with_report
from overhaul.survey import Survey
from overhaul.thresholds import wanted

SHOWN: Final = 5
"""Failures of one command that are told."""
TOLD: Final = 200
"""Characters of a line of what a command has said."""
Say = Callable[[str], None]


class Watch:
    """What is as it is before a step, to be held against what is behind it."""

    def __init__(self, survey: Survey, triggers: Sequence[Trigger], checks: Verify, say: Say) -> None:
        """Measure all that the triggers ask for; `checks` are the project's own.

        `say` is told what cannot be watched. Raises UsageError where a trigger lacks the command that it needs.
        """
        self._root = survey.root
        self._config = survey.config
        self._triggers = tuple(dict.fromkeys(triggers))
        self._checks = checks
        self._say = say
        self._needed(survey.config.rollback)
        self._missing = _missing(survey) if "imports" in triggers else ()
        self._ran = tuple(map(self._run, checks.commands)) if "tests" in triggers else ()
        for ran in self._ran:
            self._tell_blind(ran)
        self._readable = self._reads_state() == "" if "state" in triggers else False
        self._times = self._timed() if "performance" in triggers else ()
        if "state" in triggers and not self._readable:
            say(f"`{survey.config.rollback.state_command}` fails already: it cannot say whether state is lost")

    def fired(
        self, now: Survey, files: Sequence[FileChange], moved: Sequence[Moved | Replaced]
    ) -> Iterator[str]:  # fmt: skip
        """Why the step is to be taken back, one line each; `now` is the code behind it. Nothing where all is well."""
        if "imports" in self._triggers:
            for row in _lost(self._missing, _missing(now), {one.origin: one.path for one in files if one.origin}):
                yield f"imports: {row.path}: {row.name} is not there"
        if "tests" in self._triggers:
            for before in self._ran:
                broken = list(compared(before, self._run(before.command), moved))
                yield from (f"tests: `{before.command}`: {f'{one.name} {one.why}'.strip()}" for one in broken[:SHOWN])
                if len(broken) > SHOWN:
                    yield f"tests: `{before.command}`: {len(broken) - SHOWN} more"
        if self._readable and (why := self._reads_state()):
            yield f"state: `{self._config.rollback.state_command}` cannot read what it could read before: {why}"
        if "performance" in self._triggers:
            yield from self._slower()

    def _needed(self, settings: Rollback) -> None:
        lacking = {
            "tests": not self._checks.commands and "[tool.overhaul.verify] commands",
            "state": not settings.state_command.strip() and "[tool.overhaul.rollback] state-command",
            "performance": not (settings.performance_command.strip() and settings.performance_files)
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
                told or command, self._root, dict(os.environ), self._checks.timeout, Path(scratch, "log")
            )
            found = outcomes(report) if told else None
        return Ran(command, code, output, found, time.monotonic() - began)

    def _tell_blind(self, ran: Ran) -> None:
        """Say what a check cannot notice, because it fails before the step."""
        if ran.code is None:
            self._say(f"`{ran.command}` {_how(ran)} already: it cannot say whether something is broken")
        elif ran.tests is not None and not any(one.result == "passed" for one in ran.tests):
            self._say(f"`{ran.command}`: no test of it passes already: only new failures are noticed")
        elif ran.tests is None and ran.code != 0:
            self._say(f"`{ran.command}` {_how(ran)} already: only what it complains of anew is noticed")

    def _reads_state(self) -> str:
        """Why the state command does not succeed; "" where it does."""
        ran = self._run(self._config.rollback.state_command)
        return "" if ran.code == 0 else _how(ran)

    def _timed(self) -> tuple[Timing, ...]:
        """Run the measurement, and read what it has written. Raises UsageError for files that hold no times."""
        files = [self._root / file for file in self._config.rollback.performance_files]
        earlier = {file: self._earlier(file) for file in files if os.path.lexists(file)}
        try:
            # Some tools refuse to write over a measurement.
            for file in earlier:
                file.unlink()
            return self._measured(files)
        except OSError as error:
            raise UsageError(f"{error.filename}: {error.strerror or error}: allow it") from error
        finally:
            for file, data in earlier.items():
                if not os.path.lexists(file):
                    file.write_bytes(data)

    def _earlier(self, file: Path) -> bytes:
        """An earlier measurement, which a new one takes the place of; nothing else is ever written over."""
        try:
            read_profile(file)
            return file.read_bytes()
        except (UsageError, OSError) as error:
            raise UsageError(
                f"performance-files: {error}; it stands where the measurement is to be written: take it away, or name "
                "another file"
            ) from error

    def _measured(self, files: Sequence[Path]) -> tuple[Timing, ...]:
        command = self._config.rollback.performance_command
        ran = self._run(command)
        lacking = [file.name for file in files if not file.is_file()]
        if ran.code != 0 or lacking:
            why = _how(ran) if ran.code != 0 else f"has not written {', '.join(lacking)}"
            raise UsageError(f"`{command}` {why}: mend it, or leave `performance` out")
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
            if one.outcome == "gone":
                yield f"performance: {one.of} {one.name}: is not measured any more"
            elif one.outcome == "slower":
                ratio = "slower" if one.ratio is None else f"{one.ratio:.2f} times as long"
                yield f"performance: {one.of} {one.name}: {ratio}, and {settings.tolerance:.0%} more are allowed"
            elif one.outcome == "cannot tell":
                self._say(f"performance: {one.of} {one.name}: cannot tell; measure it more often")


def _how(ran: Ran) -> str:
    """How a command has ended that should have succeeded, and the last that it said."""
    if ran.code is None:
        return f"does not end within {ran.seconds:.0f} s"
    lines = [line.strip() for line in ran.output.splitlines() if line.strip()]
    return f"exits with {ran.code}" + (f" ({lines[-1][:TOLD]})" if lines else "")


def _missing(survey: Survey) -> tuple[UnresolvedImport, ...]:
    """The imports of own modules that lead nowhere, and that nobody expects to."""
    rows: Iterable[UnresolvedImport] = survey.rows(UnresolvedImport)
    return tuple(row for row in rows if not row.caught)


def _lost(
    before: Sequence[UnresolvedImport], after: Sequence[UnresolvedImport], arrived: Mapping[str, str]
) -> Iterator[UnresolvedImport]:
    """The imports that lead nowhere and are not those that did before; `arrived` says where files have gone.

    What led nowhere before may have moved with its file, or with a definition into another file, and the package that
    it names may be called otherwise.
    """
    left = list(after)
    was = [(arrived.get(row.path, row.path), row.name) for row in before]
    alike: Sequence[Callable[[str, str], tuple[str, ...]]] = (
        lambda path, name: (path, name), lambda _, name: (name,),
        lambda path, name: (path, name.rpartition(".")[2]),
    )  # fmt: skip
    for key in alike:
        found: list[UnresolvedImport] = []
        for row in left:
            same = next((one for one in was if key(*one) == key(row.path, row.name)), None)
            if same is None:
                found.append(row)
            else:
                was.remove(same)
        left = found
    yield from sorted(left, key=lambda row: (row.path, row.name))
