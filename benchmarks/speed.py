"""Time overhaul against a bare parse of the same files, its own promises, and its peers.

    python -m benchmarks.speed [NAME...] [--runs N] [--peers N] [--limit SECONDS] [--markdown FILE]

All of it in one run, the commands taking turns (A B C A B C), each a whole process from start to end. Shown are the
least, the middle and the most seconds, and the middle of the processor seconds of all processes, which a busy machine
disturbs less; ratios are of the middle ones, of processor seconds in brackets. No result makes the exit code other than
0, for times belong to the machine and its hour; a command of overhaul that fails does.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks import _peers
from benchmarks._measure import Run, Series, run
from benchmarks.corpora import CORPORA, Corpus, copy, fetch, python_files

OVERHAUL: Final = (str(Path(sys.executable).with_name("overhaul")),)
FLOOR: Final = (sys.executable, "-m", "benchmarks._floor")
HOME: Final = Path(__file__).parents[1]
COLD: Final = 1.5
"""Greatest ratio of a cold audit to the floor."""
WARM: Final = {"django": 0.5, "homeassistant": 1.2}
"""Greatest seconds of an audit of an unchanged code base."""
CHANGED: Final = 0.3
"""Greatest seconds that five changed files add to a warm audit."""
MEMORY: Final = 1536
"""Greatest MiB of all processes together."""
START: Final = 0.15
"""Greatest seconds of `overhaul --version`."""
FILES: Final = 5
MARK: Final = "<!-- measured: {} -->"
"""Stands above and below the tables in a page; names the code bases."""
SLOW: Final = 60.0
"""A peer that takes longer than this, in seconds, runs once."""


class Result(NamedTuple):
    """One line of a table."""

    what: str
    measured: str
    work: str
    """Seconds of processor time."""
    ratio: str
    promise: str = ""


def timed(what: str, series: Series, ratio: str = "", promise: str = "") -> Result:
    """The line for a series of runs."""
    return Result(what, series.spread, f"{series.work:.2f}", ratio, promise)


class Table(NamedTuple):
    """What was measured on one code base."""

    title: str
    results: list[Result]


class OverhaulFailed(Exception):
    """A command of overhaul's ended with 2 or 3, or with a traceback."""


class Bench:
    """The measurements on one code base; `scratch` is a folder to put things in."""

    def __init__(self, corpus: Corpus, runs: int, scratch: Path) -> None:
        """Nothing is measured yet."""
        self.corpus = corpus
        self.runs = runs
        self.scratch = scratch
        self.root = fetch(corpus)
        self.store = scratch / "store"
        self.json = f"json={scratch / 'report.json'}"

    def parsing(self) -> Iterator[Result]:
        """The floor and the cold audit."""
        floor, late, cold = Series("bare parse"), Series("bare parse, gc off"), Series("cold audit")
        for _ in self._rounds():
            floor.runs.append(run((*FLOOR, str(self.root)), folder=HOME))
            late.runs.append(run((*FLOOR, str(self.root), "--no-gc"), folder=HOME))
            cold.runs.append(self.cold())
        yield timed(f"`libcst.parse_module` alone, {os.cpu_count()} processes", floor, "1.00 (1.00)", "the floor")
        yield timed("the same with gc off", late, _ratios(late, floor))
        promise = _kept(cold.median / floor.median, COLD, "x")
        yield timed("cold `overhaul audit --report json`", cold, _ratios(cold, floor), promise)
        watched = self.cold(memory=True)
        most = watched.together / 2**20
        yield Result("its memory, all processes (PSS)", f"{most:.0f} MiB", "", "", _kept(most, MEMORY, " MiB"))
        yield Result("its largest process (maximum resident)", f"{watched.largest / 2**20:.0f} MiB", "", "")

    def warm(self) -> Iterator[Result]:
        """Audits of the unchanged code base; its store is full."""
        terminal, report = Series("terminal"), Series("json")
        self.audit(self.root, self.store, self.json)
        self.audit(self.root, self.store, "terminal")
        for _ in self._rounds():
            terminal.runs.append(self.audit(self.root, self.store, "terminal"))
            report.runs.append(self.audit(self.root, self.store, self.json))
        limit = WARM.get(self.corpus.package)
        for name, series in (("`--report terminal`", terminal), ("`--report json`", report)):
            yield timed(f"nothing changed, {name}", series, promise=_kept(series.median, limit, " s"))

    def changed(self) -> Iterator[Result]:
        """Audits of a copy in which five files have changed since the last."""
        root, store = copy(self.corpus, self.scratch / "changed"), self.scratch / "changed-store"
        files = _chosen(root)
        edits: dict[str, Callable[[str, int], str]] = {
            "a function appended": lambda text, turn: f"{text}\n\ndef added_{turn}():\n    return {turn}\n",
            "every line moved down by one": lambda text, turn: f"# Line {turn}.\n{text}",
            "an import added": lambda text, turn: f"{text}\nimport {self.corpus.package} as added_{turn}\n",
        }
        warm = Series("nothing changed")
        after = {name: Series(name) for name in edits}
        self.audit(root, store, "terminal")
        self.audit(root, store, "terminal")
        for turn in self._rounds():
            warm.runs.append(self.audit(root, store, "terminal"))
            for name, edit in edits.items():
                for file in files:
                    file.write_text(edit(file.read_text(encoding="utf-8"), turn), encoding="utf-8")
                after[name].runs.append(self.audit(root, store, "terminal"))
        for name, series in after.items():
            more = series.median - warm.median
            ratio = f"+{more:.2f} s (+{series.work - warm.work:.2f} s)"
            yield timed(f"{FILES} files: {name}", series, ratio, _kept(more, CHANGED, " s more than warm"))

    def peers(self, runs: int, limit: float) -> Iterator[Result]:
        """The peers, taking turns with overhaul, on a copy that they may write to."""
        root = copy(self.corpus, self.scratch / "peers")
        others = _peers.peers(root, self.corpus.package)
        cold, series = Series("overhaul"), [Series(peer.name) for peer in others]
        for _ in range(runs):
            cold.runs.append(self.cold())
            for peer, found in zip(others, series, strict=True):
                if not found.runs or (found.finished and found.runs[0].seconds < SLOW):
                    found.runs.append(run(peer.command, limit=limit, environment=peer.environment, folder=self.scratch))
        yield timed("overhaul: cold audit, all tables and rules", cold, "1.00 (1.00)")
        for peer, found in zip(others, series, strict=True):
            last = found.runs[-1]
            what = f"{peer.name}: {peer.does}"
            if last.code is None:
                yield Result(what, f"did not finish in {limit:.0f} s", "", f"> {limit / cold.median:.1f}")
            elif last.code not in peer.fine:
                why = last.said.strip().splitlines()[-1:] or ["no message"]
                failed = f"failed with {last.code} after {last.seconds:.2f}"
                yield Result(what, failed, f"{last.work:.2f}", "", why[0][:100].replace("|", "/"))
            else:
                yield timed(what, found, _ratios(found, cold))

    def cold(self, *, memory: bool = False) -> Run:
        """An audit that knows nothing yet."""
        shutil.rmtree(self.store, ignore_errors=True)
        return self.audit(self.root, self.store, self.json, memory=memory)

    def audit(self, root: Path, store: Path, report: str, *, memory: bool = False) -> Run:
        """One run of `overhaul audit`. Raises OverhaulFailed."""
        command = (*OVERHAUL, "audit", str(root), "--store", str(store), "--report", report)
        done = run(command, memory=memory, folder=self.scratch)
        if done.code not in (0, 1):
            raise OverhaulFailed(f"{' '.join(command)} ended with {done.code}:\n{done.said}")
        return done

    def _rounds(self) -> Iterator[int]:
        for turn in range(self.runs):
            print(".", end="", file=sys.stderr, flush=True)
            yield turn


def start(runs: int) -> Iterator[Result]:
    """How long it takes until anything happens."""
    commands = {
        "`python -c pass`": (sys.executable, "-c", "pass"),
        '`python -c "import click"`': (sys.executable, "-c", "import click"),
        "`overhaul --version`": (*OVERHAUL, "--version"),
    }
    series = {name: Series(name) for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            series[name].runs.append(run(command))
    bare = series["`python -c pass`"].median
    for name, found in series.items():
        kept = _kept(found.median, START, " s") if "overhaul" in name else ""
        seconds = [one.seconds for one in found.runs]
        measured = f"{min(seconds):.3f} / {found.median:.3f} / {max(seconds):.3f}"
        yield Result(name, measured, f"{found.work:.3f}", f"{found.median / bare:.2f}", kept)


def _ratios(series: Series, other: Series) -> str:
    """Of the seconds, and in brackets of the processor time."""
    return f"{series.median / other.median:.2f} ({series.work / other.work:.2f})"


def _kept(value: float, limit: float | None, unit: str) -> str:
    """The promise, and whether it is kept."""
    return "" if limit is None else f"at most {limit:g}{unit}: {'kept' if value <= limit else 'missed'}"


def _chosen(root: Path) -> list[Path]:
    """Five files of middling size from all over a code base."""
    files = [path for path in python_files(root) if 2_000 <= path.stat().st_size <= 20_000]
    step = len(files) // FILES
    return files[step // 2 :: step][:FILES]


def conditions() -> str:
    """The machine and the hour, in a sentence."""
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    libraries = ", ".join(f"{name} {version(name)}" for name in ("libcst", "msgspec", "networkx"))
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors"
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC; {machine}; "
        f"Python {_peers.python_version()}, {libraries}; load average at the start {load}."
    )


def measure(corpus: Corpus, runs: int, peer_runs: int, limit: float) -> Iterator[Table]:
    """All tables for one code base."""
    with tempfile.TemporaryDirectory(prefix="overhaul-bench-") as folder:
        bench = Bench(corpus, runs, Path(folder))
        counts = [path.read_bytes().count(b"\n") for path in python_files(bench.root)]
        size = f"{len(counts):,} files, {sum(counts):,} lines"
        title = f"{corpus.distribution} {corpus.version} ({size})"
        yield Table(title, [*bench.parsing(), *bench.warm(), *bench.changed()])
        if peer_runs:
            yield Table(f"Peers on {title}", list(bench.peers(peer_runs, limit)))


def written(table: Table, runs: int) -> Iterator[str]:
    """A table in Markdown."""
    yield f"### {table.title}"
    yield ""
    yield f"| {runs} runs, interleaved | seconds: min / median / max | processor seconds | ratio (of those) | promise |"
    yield "| --- | --- | --- | --- | --- |"
    yield from (f"| {' | '.join(result)} |" for result in table.results)
    yield ""


def put(file: Path, names: Sequence[str], lines: Sequence[str]) -> None:
    """Write the lines into a page, between its two marks. Raises ValueError when it does not have them."""
    mark = MARK.format(" ".join(names))
    before, _, after = file.read_text(encoding="utf-8").split(mark)
    measured = "\n".join(lines)
    file.write_text(f"{before}{mark}\n{measured}\n{mark}{after}", encoding="utf-8")


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("names", nargs="*", metavar="NAME", help="code bases; django and homeassistant by default")
    arguments.add_argument("--runs", type=int, default=5)
    arguments.add_argument("--peers", type=int, default=2, metavar="N", help="runs of each peer; 0 leaves them out")
    arguments.add_argument("--limit", type=float, default=300, metavar="SECONDS", help="time a peer may take")
    arguments.add_argument("--markdown", type=Path, metavar="FILE", help="put the tables between this page's marks")
    given = arguments.parse_args()
    names: list[str] = given.names or ["django", "homeassistant"]
    for name in names:
        if name not in CORPORA:
            arguments.error(f"no code base {name!r}; there are {', '.join(CORPORA)}")
    if given.peers:
        _peers.install()
    command = " ".join(("python -m benchmarks.speed", *sys.argv[1:]))
    lines = [f"Measured with `{command}`", f"on {conditions()}", ""]
    print("\n".join(lines))
    try:
        for table in _tables(names, given.runs, given.peers, given.limit):
            told = list(written(table, given.peers if table.title.startswith("Peers") else given.runs))
            print("\n".join(told), flush=True)
            lines += told
    except OverhaulFailed as error:
        raise SystemExit(str(error)) from error
    if given.markdown is not None:
        put(given.markdown, names, lines)


def _tables(names: Sequence[str], runs: int, peer_runs: int, limit: float) -> Iterator[Table]:
    yield Table("Start", list(start(runs * 3)))
    for name in names:
        yield from measure(CORPORA[name], runs, peer_runs, limit)


if __name__ == "__main__":
    main()
