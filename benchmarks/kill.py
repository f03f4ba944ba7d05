"""Kill a transaction of 200 files at every step and at random instants, let every step fail, and look at what is left.

    python -m benchmarks.kill [--random N] [--seed N] [--stride N]

A tree with edits, new files, deletions, moves, new and emptied folders is written to by a process of its own, which is
killed with SIGKILL before each of its deeds on the disk, and at random instants of the clock; the same for `undo`, and
for the recovery itself. Then each deed fails once with ENOSPC, EACCES and EIO, or from then on until the run is over;
a write that fails has written half. After the next start has put things back, content, permissions and the set of
files and folders must be those of before, or those of after: nothing else counts as kept. `--stride 5` takes every
fifth step.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import Final, Literal

import msgspec

from overhaul.changes import FileChange
from overhaul.errors import OverhaulError
from overhaul.transaction.disk import Disk
from overhaul.transaction.journal import Journals
from overhaul.transaction.writing import recover, undo, write

ERRORS: Final = (errno.ENOSPC, errno.EACCES, errno.EIO)
_JOURNALS: Final = ".overhaul/journal"
Picture = dict[str, tuple[int, bytes | None]]
"""Path -> permissions and content; None for a folder."""
Deed = Literal["write", "undo"]


class Scene(msgspec.Struct):
    """A tree, and what a plan makes of it."""

    root: Path
    files: tuple[FileChange, ...]
    before: Picture
    after: Picture


class Tally(msgspec.Struct):
    """What came of one kind of interruption."""

    name: str
    runs: int = 0
    before: int = 0
    after: int = 0
    refused: int = 0
    """Runs that had to be told what to do, and did it at the next start."""
    wrong: list[str] = []

    @property
    def line(self) -> str:
        """As it is printed."""
        verdict = f"{len(self.wrong)} WRONG" if self.wrong else "none wrong"
        return f"{self.runs:6,}  before {self.before:5,}  after {self.after:5,}  {verdict:10}  {self.name}"


# The tree


@contextlib.contextmanager
def scratch() -> Generator[Path]:
    """A folder in memory where there is one: what a killed process has written stays with the system as on a disk."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="overhaul-bench-", dir=memory) as folder:
        yield Path(folder)


def scene(folder: Path, edits: int = 110, moves: int = 40, others: int = 25) -> Scene:
    """A tree below `folder`, and a plan: `edits`, `moves`, and `others` files each that come and go."""
    root = folder / "project"
    choice = random.Random(6)
    files: list[FileChange] = []

    def content(name: str, number: int) -> bytes:
        text = "".join(f"{name}_{line} = {number * line}\n" for line in range(choice.randrange(1, 60)))
        kinds = (text, text.replace("\n", "\r\n"), f"\ufeff{text}", text.rstrip("\n"), f"{text}\f\n")
        return kinds[number % len(kinds)].encode()

    def there(path: str, data: bytes, mode: int = 0o644) -> bytes:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        file.chmod(mode)
        return data

    for number in range(edits):
        path = f"src/package_{number % 7}/module_{number}.py"
        old = there(path, content("old", number), 0o755 if number % 9 == 0 else 0o640 if number % 9 == 1 else 0o644)
        files.append(FileChange(path, old, content("new", number)))
    for number in range(moves):
        path, to = f"src/leaving/inner_{number % 3}/m{number}.py", f"lib/arrived/deep_{number % 4}/m{number}.py"
        old = there(path, content("moved", number), 0o755 if number % 5 == 0 else 0o644)
        there(f"src/leaving/inner_{number % 3}/__pycache__/m{number}.cpython-311.pyc", b"\0compiled")
        new = content("moved_on", number) if number % 2 else old
        files += (FileChange(path, old, None), FileChange(to, None, new, None, path))
    for number in range(others):
        gone = f"old/part_{number % 5}/gone_{number}.py"
        files.append(FileChange(gone, there(gone, content("gone", number)), None))
        files.append(FileChange(f"fresh/part_{number % 5}/f{number}.py", None, content("fresh", number), 0o600))
    there("old/part_0/stays.txt", b"not of the plan")
    there("README", b"not of the plan\n", 0o444)
    (root / "empty").mkdir()
    found = Scene(root, tuple(sorted(files, key=lambda one: one.path)), picture(root), {})
    write(root, found.files, "to see what comes of it", store=root)
    found.after = picture(root)
    undo(root, store=root)
    if picture(root) != found.before:
        raise SystemExit("undo has not restored the tree: nothing else can be measured")
    return found


def picture(root: Path) -> Picture:
    """All that stands below a folder, but for what overhaul keeps."""
    found: Picture = {}
    for place, folders, names in os.walk(root):
        if Path(place) == root:
            folders[:] = [name for name in folders if name != ".overhaul"]
        for name in (*folders, *names):
            file = Path(place, name)
            mode = file.lstat().st_mode
            found[file.relative_to(root).as_posix()] = (mode, None if file.is_dir() else file.read_bytes())
    return found


# What may happen


class Counting(Disk):
    """The real disk, which counts its deeds."""

    def __init__(self) -> None:
        """None yet."""
        self.steps = 0

    def step(self, deed: str, path: Path) -> None:
        """One more."""
        self.steps += 1


class Killing(Counting):
    """Kills its process before the deed of a number."""

    def __init__(self, at: int) -> None:
        """`at` counts from 1."""
        super().__init__()
        self._at = at

    def step(self, deed: str, path: Path) -> None:
        """One more, or the end."""
        super().step(deed, path)
        if self.steps == self._at:
            os.kill(os.getpid(), signal.SIGKILL)


class Failing(Counting):
    """Lets the deed of a number fail, and if it `lasts` all that come after it; a write fails half way."""

    def __init__(self, at: int, error: int, *, lasts: bool = False) -> None:
        """`error` is an errno."""
        super().__init__()
        self._at = at
        self._error = error
        self._lasts = lasts
        self.deed = ""

    def _fails(self) -> bool:
        return self.steps == self._at or (self._lasts and self.steps > self._at)

    def step(self, deed: str, path: Path) -> None:
        """One more, or an error."""
        super().step(deed, path)
        if self._fails():
            self.deed = self.deed or f"{deed} {path.name}"
            if deed != "write":
                raise OSError(self._error, os.strerror(self._error), str(path))

    def put(self, handle: int, data: bytes) -> None:
        """Write all, or half and an error."""
        if self._fails():
            os.write(handle, data[: len(data) // 2])
            raise OSError(self._error, os.strerror(self._error))
        super().put(handle, data)


def perform(scene: Scene, deed: Deed, disk: Disk) -> None:
    """Write the plan, or take it back."""
    if deed == "write":
        write(scene.root, scene.files, "the plan", store=scene.root, disk=disk)
    else:
        undo(scene.root, store=scene.root, disk=disk)


def in_child(task: Callable[[], object], after: float = 0.0) -> bool:
    """Do something in a process of its own, killed `after` seconds if given; whether it came to an end by itself."""
    child = os.fork()
    if child == 0:
        code = 1
        with contextlib.suppress(OverhaulError):
            task()
            code = 0
        os._exit(code)
    if after:
        time.sleep(after)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFEXITED(status)


def settle(scene: Scene, tally: Tally, deed: Deed, what: str) -> None:
    """Put back what was left, compare, and make the tree as `deed` needs it for the next run."""
    tally.runs += 1
    try:
        recover(scene.root, store=scene.root)
    except OverhaulError as error:
        tally.wrong.append(f"{what}: {error}")
        return
    found = picture(scene.root)
    # What was already thrown away, and not yet cleared, holds nobody up.
    if Journals(scene.root, Disk()).open():
        tally.wrong.append(f"{what}: something is still open")
    if found == scene.before:
        tally.before += 1
    elif found == scene.after:
        tally.after += 1
    else:
        paths = sorted(found.keys() | scene.before.keys())
        different = [path for path in paths if found.get(path) != scene.before.get(path)]
        tally.wrong.append(f"{what}: {len(different)} paths differ, {', '.join(different[:4])}")
        return
    ready(scene, deed, found)


def ready(scene: Scene, deed: Deed, found: Picture | None = None) -> None:
    """Make the tree as it is before `deed`, with no journal but that of what is to be undone; `found` is how it is."""
    found = picture(scene.root) if found is None else found
    if deed == "write":
        if found != scene.before:
            undo(scene.root, store=scene.root)
        shutil.rmtree(scene.root / _JOURNALS, ignore_errors=True)
    elif found != scene.after:
        shutil.rmtree(scene.root / _JOURNALS, ignore_errors=True)
        write(scene.root, scene.files, "the plan", store=scene.root)


def steps(scene: Scene, deed: Deed) -> int:
    """How many deeds on the disk it takes."""
    ready(scene, deed)
    disk = Counting()
    perform(scene, deed, disk)
    ready(scene, deed)
    return disk.steps


def every(total: int, stride: int) -> list[int]:
    """Each step, or each of so many; those at the end always, where it is decided what holds."""
    return sorted({*range(1, total + 1, stride), *range(max(total - 9, 1), total + 1)})


# The runs


def killed_at_each_step(scene: Scene, deed: Deed, numbers: Sequence[int]) -> Tally:
    """Killed before each deed of these numbers."""
    tally = Tally(f"{deed}: killed before each of its deeds")
    ready(scene, deed)
    for number in numbers:
        in_child(lambda: perform(scene, deed, Killing(number)))  # noqa: B023 - called at once
        settle(scene, tally, deed, f"killed at step {number}")
    return tally


def killed_at_random(scene: Scene, deed: Deed, runs: int, seed: int) -> Tally:
    """Killed after a random time, most often while it is at work."""
    tally = Tally(f"{deed}: killed at random instants")
    ready(scene, deed)
    start = time.perf_counter()
    in_child(lambda: perform(scene, deed, Disk()))
    whole = time.perf_counter() - start
    ready(scene, deed)
    choice = random.Random(seed)
    for _ in range(runs):
        after = choice.uniform(0.0005, whole)
        in_child(lambda: perform(scene, deed, Disk()), after)
        settle(scene, tally, deed, f"killed after {after:.4f} s (seed {seed})")
    return tally


def recovery_killed(scene: Scene, runs: int, seed: int) -> Tally:
    """Killed while it writes, then two times at random steps while that is put back."""
    tally = Tally("recovery: killed twice in a row, at random steps")
    total = steps(scene, "write")
    choice = random.Random(seed)
    for _ in range(runs):
        numbers = [choice.randrange(1, total), choice.randrange(1, total // 2), choice.randrange(1, total // 2)]
        in_child(lambda: perform(scene, "write", Killing(numbers[0])))  # noqa: B023 - called at once
        for number in numbers[1:]:
            in_child(lambda: recover(scene.root, store=scene.root, disk=Killing(number)))  # noqa: B023 - the same
        settle(scene, tally, "write", f"killed at steps {numbers}")
    return tally


def failing(scene: Scene, deed: Deed, numbers: Sequence[int], errors: Sequence[int], *, lasts: bool) -> Tally:
    """Each deed of these numbers fails, with the errors in turn."""
    how = "and all after it" if lasts else "once"
    tally = Tally(f"{deed}: each deed fails {how} with {' or '.join(errno.errorcode[error] for error in errors)}")
    ready(scene, deed)
    for number in numbers:
        disk = Failing(number, errors[number % len(errors)], lasts=lasts)
        try:
            perform(scene, deed, disk)
        except OverhaulError:
            tally.refused += 1
        settle(scene, tally, deed, f"step {number} ({disk.deed})")
    return tally


def everything(scene: Scene, runs: int, seed: int, stride: int) -> Iterator[Tally]:
    """All of it."""
    deeds: tuple[Deed, ...] = ("write", "undo")
    for deed in deeds:
        numbers = every(steps(scene, deed), stride)
        yield killed_at_each_step(scene, deed, numbers)
        yield killed_at_random(scene, deed, runs, seed)
    yield recovery_killed(scene, runs, seed)
    numbers = every(steps(scene, "write"), stride)
    for error in ERRORS:
        yield failing(scene, "write", numbers, (error,), lasts=False)
    yield failing(scene, "write", numbers, ERRORS, lasts=True)
    numbers = every(steps(scene, "undo"), stride)
    for lasts in (False, True):
        yield failing(scene, "undo", numbers, ERRORS, lasts=lasts)


def main() -> None:
    """Run and print; the exit code is 1 when anything was neither before nor after."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("--random", type=int, default=300, metavar="N", help="kills at random instants")
    arguments.add_argument("--seed", type=int, default=6)
    arguments.add_argument("--stride", type=int, default=1, metavar="N", help="take every Nth step only")
    given = arguments.parse_args()
    wrong = 0
    with scratch() as folder:
        found = scene(folder)
        moved = len({one.origin for one in found.files if one.origin})
        print(f"{len(found.files) - moved} files, {steps(found, 'write'):,} deeds on the disk, seed {given.seed}")
        for tally in everything(found, given.random, given.seed, given.stride):
            print(tally.line, flush=True)
            for line in tally.wrong[:5]:
                print(f"        {line}")
            wrong += len(tally.wrong)
    print(f"neither before nor after: {wrong}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
