"""The user's own checks, in a scratch copy: before against after."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from overhaul.changes import FileChange, Moved, Replaced
from overhaul.config import Verify
from overhaul.errors import Refused
from overhaul.plans import Check, Refusal
from overhaul.project import Project
from overhaul.proving.outcomes import Broken, Ran, compared, outcomes, with_report
from overhaul.proving.scratch import WITNESS, copy, environment

CHECK: Final = "commands"
TAIL: Final = 65536
"""Bytes of a command's output that are looked at, from its end."""
TOLD: Final = 20
"""How many broken tests of one command are told."""

Tell = Callable[[str], None]
"""Is told what is going on, a line each time."""


def run_commands(
    before: Project, after: Project, files: Sequence[FileChange], moved: Sequence[Moved | Replaced], verify: Verify,
    tell: Tell | None = None,
) -> Check:  # fmt: skip
    """Run each command in a copy of the project as it is, and in one as it would be; count what passes before.

    Of pytest each test is compared, of other commands the exit code, and where that is not 0 before either, what they
    complain of. What goes wrong is tried once more, so that a test that fails by chance does not stand in the way. The
    real tree is not touched; the output of commands that fail is kept in a temporary folder that the refusals name.
    """
    if not verify.commands:
        return Check(CHECK, 0, (), "no commands are set: `verify` in the settings, or --verify")
    say = tell or _silent
    folder = Path(tempfile.mkdtemp(prefix="overhaul-verify-"))
    keep = False
    try:
        trial = _Trial(before, after, files, folder, verify.timeout, say)
        looked = 0
        refusals: list[Refusal] = []
        for number, command in enumerate(verify.commands):
            count, found = _compare(trial, number, command, moved)
            looked += count
            refusals += found
        keep = bool(refusals)
        return Check(CHECK, looked, tuple(refusals))
    finally:
        for name in ("before", "after"):
            shutil.rmtree(folder / name, ignore_errors=True)
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


def _silent(_: str) -> None:
    """Nobody wants to know."""


def _compare(trial: _Trial, number: int, command: str, moved: Sequence[Moved | Replaced]) -> tuple[int, list[Refusal]]:
    """How much passes before, and what is wrong after."""
    was = trial.run("before", number, command)
    passing = sum(one.result == "passed" for one in was.tests) if was.tests is not None else int(was.code == 0)
    if was.code is None or (was.tests is not None and not passing):
        why = f"`{command}` passes nothing as the code is now, so that it proves nothing: {_said(was)}"
        log = trial.log("before", number)
        return 0, [Refusal("", 0, CHECK, why, f"mend it, or leave it out; its output is in {log}")]
    now = trial.run("after", number, command)
    broken = {one.name: one for one in compared(was, now, moved)}
    if broken and not now.strangers:
        # By chance?
        again = {one.name for one in compared(was, trial.run("after", number, command), moved)}
        broken = {name: one for name, one in broken.items() if name in again}
    return passing, list(_refusals(trial, number, command, now, broken))


def _refusals(
    trial: _Trial, number: int, command: str, now: Ran, broken: Mapping[str, Broken]
) -> Iterator[Refusal]:
    log = trial.log("after", number)
    if now.strangers:
        why = f"`{command}` imports {now.strangers[0]} of the real tree, so that it proves nothing about the plan"
        yield Refusal(now.strangers[0], 0, CHECK, why, "let it import the code from the folder that it runs in")
    for one in list(broken.values())[:TOLD]:
        what = f"{one.name} {one.why}" if one.name else f"`{command}`: {one.why}"
        yield Refusal(trial.path_of(one.name), 0, CHECK, what, f"see {log}")
    if len(broken) > TOLD:
        yield Refusal("", 0, CHECK, f"`{command}`: {len(broken) - TOLD} more tests would not pass", f"see {log}")


def _said(ran: Ran) -> str:
    if ran.code is None:
        return f"it does not end within {ran.seconds:.0f} s"
    lines = [line.strip() for line in ran.output.splitlines() if line.strip()]
    return lines[-1][:200] if lines else f"exit code {ran.code}"


class _Trial:
    """Two copies of the project, made when they are needed."""

    def __init__(
        self, before: Project, after: Project, files: Sequence[FileChange], folder: Path, timeout: float, say: Tell
    ) -> None:
        self._projects: Mapping[str, Project] = {"before": before, "after": after}
        self._root = before.root
        self._folder = folder
        self._timeout = timeout
        self._say = say
        changed: dict[str, bytes | None] = {one.path: one.after for one in files}
        self._planned: Mapping[str, Mapping[str, bytes | None]] = {"before": {}, "after": changed}
        self._modes = dict(self._permissions(files))

    def _permissions(self, files: Sequence[FileChange]) -> Iterator[tuple[str, int]]:
        for one in files:
            if one.mode is not None:
                yield one.path, one.mode
            elif one.origin and (self._root / one.origin).exists():
                yield one.path, (self._root / one.origin).stat().st_mode & 0o7777

    def log(self, which: str, number: int) -> Path:
        """Where the output of a command is kept."""
        return self._folder / f"{which}-{number + 1}.log"

    def path_of(self, test: str) -> str:
        """The file that a test stands in; "" where that cannot be told."""
        name = test.partition("[")[0]
        while name:
            path = f"{name.replace('.', '/')}.py"
            if (self._folder / "after" / self._root.name / path).is_file():
                return path
            name = name.rpartition(".")[0]
        return ""

    def run(self, which: str, number: int, command: str) -> Ran:
        """Run a command in one of the copies."""
        copied = self._folder / which / (self._root.name or "project")
        if not copied.exists():
            copy(self._root, copied, self._planned[which], self._modes)
        self._say(f"{command} ({which})")
        report, strangers = (self._folder / f"{which}-{number + 1}.{suffix}" for suffix in ("xml", "imports"))
        for file in (report, strangers):
            file.unlink(missing_ok=True)
        witness = self._folder / f"{which}-witness"
        witness.mkdir(exist_ok=True)
        text = WITNESS.format(root=str(self._root), file=str(strangers))
        (witness / "sitecustomize.py").write_text(text, encoding="utf-8")
        own = environment(self._root, copied, self._projects[which].layout, witness)
        reporting = with_report(command, report)
        began = time.monotonic()
        code, output = execute(reporting or command, copied, own, self._timeout, self.log(which, number))
        return Ran(
            command, code, output.replace(str(copied), str(self._root)),
            outcomes(report) if reporting is not None else None, time.monotonic() - began,
            tuple(self._imported(strangers)),
        )  # fmt: skip

    def _imported(self, strangers: Path) -> Iterator[str]:
        """The project's own modules among those that came from the real tree."""
        if not strangers.exists():
            return
        modules = self._projects["before"].layout
        for line in sorted(set(strangers.read_text(encoding="utf-8").splitlines())):
            path = line.replace(os.sep, "/")
            try:
                modules.module_of(path)
            except KeyError:
                continue
            yield path


def execute(command: str, folder: Path, own: Mapping[str, str], timeout: float, log: Path) -> tuple[int | None, str]:
    """Exit code (None: out of time), and the end of what was said. Nothing that it started is left running."""
    with log.open("wb") as stream:
        try:
            process = subprocess.Popen(
                command, shell=True, cwd=folder, env=own, stdin=subprocess.DEVNULL, stdout=stream,
                stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise Refused(f"`{command}` cannot be run ({error.strerror}): check the command") from error
        try:
            code: int | None = process.wait(timeout)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            _end(process)
    with log.open("rb") as stream:
        stream.seek(max(log.stat().st_size - TAIL, 0))
        return code, stream.read().decode("utf-8", "replace")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a command with all that it has started."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


__all__ = ["execute", "run_commands"]
