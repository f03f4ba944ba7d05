"""pylint's duplicate-code and jscpd over the same project, from environments of their own.

They say which lines are the same, not which definitions, and of no type: a pair counts as found when the ranges they
report between its two files cover at least half of the lines of both definitions.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from benchmarks._measure import run
from benchmarks._peers import VERSIONS, install, python_of_peers
from benchmarks.clones.exact import alike
from benchmarks.clones.project import Pair, Project
from benchmarks.corpora import CACHE

JSCPD: Final = "4.3.0"
_JSCPD_HOME: Final = CACHE / "peers" / f"jscpd{JSCPD}"
_COVERED: Final = 0.5
_PLACE: Final = re.compile(r"^==([\w.]+):\[(\d+):(\d+)\]$", re.MULTILINE)


class Setting(NamedTuple):
    """A tool with options."""

    name: str
    options: tuple[str, ...]


class Overlap(NamedTuple):
    """Two ranges of lines that a tool calls the same; lines from 1, both ends in."""

    first: str
    first_line: int
    first_end: int
    second: str
    second_line: int
    second_end: int


class Outcome(NamedTuple):
    """What a tool found, and what it took."""

    name: str
    overlaps: tuple[Overlap, ...]
    seconds: float
    work: float
    failed: str
    """"" when it came to its end."""


PYLINT: Final = (
    Setting("as it comes", ()),
    Setting("--min-similarity-lines=3, signatures counted", ("--min-similarity-lines=3", "--ignore-signatures=n")),
)
JSCPD_SETTINGS: Final = (
    Setting("as it comes", ()),
    Setting("--mode weak --min-tokens 30 --min-lines 3", ("--mode", "weak", "--min-tokens", "30", "--min-lines", "3")),
)


def pylint(root: Path, scratch: Path, limit: float, settings: Iterable[Setting] = PYLINT) -> Iterator[Outcome]:
    """Pylint with each setting."""
    install()
    for number, setting in enumerate(settings):
        out = scratch / f"pylint-{number}.json"
        command = [
            python_of_peers(), "-m", "pylint", "--rcfile", os.devnull, "--persistent=n", "--disable=all",
            "--enable=duplicate-code", f"--output-format=json:{out}", "--recursive=y", *setting.options, str(root),
        ]  # fmt: skip
        done = run(command, limit=limit)
        name = f"pylint {VERSIONS['pylint']}: {setting.name}"
        # Exit codes below 32 say that messages were given.
        if done.code is None or done.code & 32 or not out.exists():
            why = f"not done in {limit:.0f} s" if done.code is None else done.said[-300:]
            yield Outcome(name, (), done.seconds, done.work, why)
            continue
        found = tuple(_of_pylint(out.read_text(encoding="utf-8"), root))
        yield Outcome(name, found, done.seconds, done.work, "")


class _Message(msgspec.Struct):
    message: str


def _of_pylint(text: str, root: Path) -> Iterator[Overlap]:
    files = {".".join(path.relative_to(root).with_suffix("").parts): path for path in root.rglob("*.py")}
    for message in msgspec.json.decode(text, type=list[_Message]):
        places: list[tuple[str, int, int]] = []
        for module, begin, end in _PLACE.findall(message.message):
            path = files.get(module) or files.get(f"{root.name}.{module}")
            if path is not None:
                places.append((path.relative_to(root).as_posix(), int(begin) + 1, int(end)))
        for at, first in enumerate(places):
            for second in places[at + 1 :]:
                yield Overlap(*first, *second)


def jscpd(root: Path, scratch: Path, limit: float, settings: Iterable[Setting] = JSCPD_SETTINGS) -> Iterator[Outcome]:
    """Jscpd with each setting; one outcome that says so where npm cannot install it."""
    program = _JSCPD_HOME / "node_modules" / ".bin" / "jscpd"
    if not program.exists():
        npm = shutil.which("npm")
        if npm is None:
            yield Outcome(f"jscpd {JSCPD}", (), 0, 0, "left out: no npm here")
            return
        options = ["--silent", "--no-audit", "--no-fund", "--prefix", str(_JSCPD_HOME)]
        command = [npm, "install", *options, f"jscpd@{JSCPD}"]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=300)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            yield Outcome(f"jscpd {JSCPD}", (), 0, 0, "left out: npm cannot install it")
            return
    for number, setting in enumerate(settings):
        out = scratch / f"jscpd-{number}"
        command = [
            str(program), "--format", "python", "--reporters", "json", "--silent", "--output", str(out),
            "--max-lines", "100000", "--max-size", "10mb", "--absolute", "--no-gitignore", *setting.options, str(root),
        ]  # fmt: skip
        done = run(command, limit=limit)
        report = out / "jscpd-report.json"
        name = f"jscpd {JSCPD}: {setting.name}"
        if done.code is None or not report.exists():
            why = f"not done in {limit:.0f} s" if done.code is None else f"ended with {done.code}: {done.said[-300:]}"
            yield Outcome(name, (), done.seconds, done.work, why)
            continue
        found = tuple(_of_jscpd(report.read_text(encoding="utf-8"), root))
        yield Outcome(name, found, done.seconds, done.work, "")


def _of_jscpd(text: str, root: Path) -> Iterator[Overlap]:
    for duplicate in json.loads(text)["duplicates"]:
        ranges: list[tuple[str, int, int]] = []
        for side in ("firstFile", "secondFile"):
            file = duplicate[side]
            path = Path(file["name"])
            name = path.relative_to(root).as_posix() if path.is_absolute() else path.as_posix()
            ranges.append((name, int(file["start"]), int(file["end"])))
        yield Overlap(*ranges[0], *ranges[1])


def covered(overlaps: Iterable[Overlap], project: Project) -> tuple[set[Pair], int, int]:
    """Which of the pairs are found, and how many pairs of definitions are reported rightly and wrongly.

    Two definitions are reported when at least half of the lines of both are said to be the same. It is wrong when
    nobody made them a pair, or a pair of look-alikes.
    """
    by_path: dict[str, list[int]] = {}
    for number, fragment in enumerate(project.fragments):
        by_path.setdefault(fragment.path, []).append(number)
    lines: dict[tuple[int, int], tuple[set[int], set[int]]] = {}
    for overlap in overlaps:
        for one in _touched(project, by_path.get(overlap.first, []), overlap.first_line, overlap.first_end):
            for other in _touched(project, by_path.get(overlap.second, []), overlap.second_line, overlap.second_end):
                if one != other:
                    ranges = sorted([(one, *overlap[1:3]), (other, *overlap[4:6])])
                    into = lines.setdefault((ranges[0][0], ranges[1][0]), (set(), set()))
                    for held, (number, begin, end) in zip(into, ranges, strict=True):
                        fragment = project.fragments[number]
                        held.update(range(max(begin, fragment.line), min(end, fragment.end) + 1))
    pairs = {(min(pair.first, pair.second), max(pair.first, pair.second)): pair for pair in project.pairs}
    found: set[Pair] = set()
    right = wrong = 0
    for (one, other), (first, second) in lines.items():
        halves = ((first, project.fragments[one]), (second, project.fragments[other]))
        if min(len(said) / (of.end - of.line + 1) for said, of in halves) < _COVERED:
            continue
        made = pairs.get((one, other))
        if made is not None and made.type:
            found.add(made)
            right += 1
        elif made is None and alike(project.fragments[one].unit.source, project.fragments[other].unit.source):
            right += 1
        else:
            wrong += 1
    return found, right, wrong


def _touched(project: Project, numbers: Iterable[int], line: int, end: int) -> list[int]:
    places = ((number, project.fragments[number]) for number in numbers)
    return [number for number, fragment in places if fragment.line <= end and fragment.end >= line]
