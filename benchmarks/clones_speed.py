"""What the duplicates cost, with the facts of all files given: time, memory, and what five changed files cost.

    python -m benchmarks.clones_speed [django | homeassistant | ...] [--runs 3] [--peers] [--limit 300]

Two audits take turns in processes of their own, one that reads the duplicates and one that does not: what the first
takes more is theirs, decoding what they read and resolving names included. `facts given`: every file's facts are in the
store, and no result is. `nothing changed`: the results are there too. `five files changed`: the same after five files
got a new function, parsing them left out since both audits do it. With `--peers`, the whole audit from nothing beside
pylint's duplicate-code and a bare parse of all files.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks._measure import Run, run
from benchmarks.clones import peers
from benchmarks.corpora import CORPORA, copy, fetch, python_files
from overhaul.config import Config
from overhaul.leaves import load_leaves
from overhaul.redundancy import Duplicate
from overhaul.survey import survey

_PROMISED_LINES: Final = 800_000
_PROMISED_SECONDS: Final = 8.0
_PROMISED_BYTES: Final = 600 * 2**20
_REPOSITORY: Final = Path(__file__).parents[1]
_CHANGED: Final = 5


def audit(root: Path, which: str, store: Path) -> None:
    """One audit in this process: `with` the duplicates, or `without`."""
    seen = survey(root, Config(), load_leaves(), store=store)
    if which == "with":
        print(len(seen.rows(Duplicate)))


def _one(root: Path, which: str, store: Path) -> Run:
    command = [sys.executable, "-m", "benchmarks.clones_speed", "--one", which, str(root), str(store)]
    done = run(command, folder=_REPOSITORY, memory=True)
    if done.code:
        sys.exit(f"{' '.join(command)} ended with {done.code}: {done.said}")
    return done


def change(root: Path, number: int) -> None:
    """Append a function to five files, spread over the tree; another one each time."""
    files = [path for path in python_files(root) if path.stat().st_size > 2000]
    for path in files[:: max(1, len(files) // _CHANGED)][:_CHANGED]:
        with path.open("a", encoding="utf-8") as file:
            file.write(f"\n\ndef added_{number}(items):\n    total = {number}\n    for item in items:\n"
                       f"        if item > {number}:\n            total += item\n    return total\n")  # fmt: skip


def measure(root: Path, scratch: Path, runs: int) -> dict[str, dict[str, list[Run]]]:
    """Situation -> with or without -> the runs."""
    took: dict[str, dict[str, list[Run]]] = {}
    facts = scratch / "facts"
    facts.mkdir()
    _one(root, "without", facts)
    for number in range(runs):
        stores = {which: scratch / f"{which}-{number}" for which in ("without", "with")}
        for which, store in stores.items():
            shutil.copytree(facts, store)
            took.setdefault("facts given", {}).setdefault(which, []).append(_one(root, which, store))
        for which, store in stores.items():
            took.setdefault("nothing changed", {}).setdefault(which, []).append(_one(root, which, store))
        change(root, number)
        for which, store in stores.items():
            took.setdefault("five files changed", {}).setdefault(which, []).append(_one(root, which, store))
        for store in stores.values():
            shutil.rmtree(store)
        if number + 1 < runs:
            _one(root, "without", facts)
    return took


def report(took: dict[str, dict[str, list[Run]]], lines: int) -> None:
    """Print the table."""
    print("| situation | seconds more | processor seconds more | of the whole audit | memory, all processes |")
    print("| --- | --- | --- | --- | --- |")
    for situation, of in took.items():
        seconds, work = (
            [getattr(one, field) - getattr(other, field) for one, other in zip(of["with"], of["without"], strict=True)]
            for field in ("seconds", "work")
        )
        whole = median(one.seconds for one in of["with"])
        most = max(one.together for one in of["with"])
        print(f"| {situation} | {_spread(seconds)} | {_spread(work)} | {whole:.2f} s | {most / 2**20:.0f} MiB |")
        if situation == "facts given":
            scaled, worked = (median(one) * _PROMISED_LINES / max(lines, 1) for one in (seconds, work))
            kept = "kept" if scaled < _PROMISED_SECONDS and most < _PROMISED_BYTES else "missed"
            promise = f"promised: under {_PROMISED_SECONDS:.0f} s and {_PROMISED_BYTES // 2**20} MiB: {kept}"
            print(f"| for {_PROMISED_LINES:,} lines | {scaled:.2f} | {worked:.2f} | {promise} | |")


def _spread(figures: Sequence[float]) -> str:
    return f"{min(figures):.2f} / {median(figures):.2f} / {max(figures):.2f}"


def beside(root: Path, scratch: Path, limit: float) -> None:
    """The whole audit from nothing, a bare parse, and pylint, once each."""
    floor = run([sys.executable, "-m", "benchmarks._floor", str(root)], folder=_REPOSITORY, limit=limit)
    store = scratch / "cold"
    store.mkdir()
    ours = _one(root, "with", store)
    print("\n| from nothing | seconds | processor seconds | ratio (of those) |\n| --- | --- | --- | --- |")
    print(f"| `libcst.parse_module` alone | {floor.seconds:.1f} | {floor.work:.1f} | "
          f"{floor.seconds / ours.seconds:.2f} ({floor.work / ours.work:.2f}) |")  # fmt: skip
    print(f"| overhaul: facts of all files and the duplicates | {ours.seconds:.1f} | {ours.work:.1f} | 1.00 (1.00) |")
    for outcome in peers.pylint(root, scratch, limit, peers.PYLINT[:1]):
        ratio = f"{outcome.seconds / ours.seconds:.2f} ({outcome.work / ours.work:.2f})"
        print(f"| {outcome.name}{f': {outcome.failed}' if outcome.failed else ''} | {outcome.seconds:.1f} | "
              f"{outcome.work:.1f} | {'over ' if outcome.failed else ''}{ratio} |")  # fmt: skip


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", nargs="*", default=["django", "homeassistant"], metavar="NAME")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--limit", type=float, default=300, help="seconds that a peer may take")
    parser.add_argument("--one", nargs=3, metavar=("WHICH", "ROOT", "STORE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        which, root, store = given.one
        audit(Path(root), which, Path(store))
        return
    for name in given.corpora:
        if name not in CORPORA:
            parser.error(f"no code base {name!r}; there are {', '.join(CORPORA)}")
        fetch(CORPORA[name])
        with tempfile.TemporaryDirectory(prefix="overhaul-clones-") as folder:
            scratch = Path(folder)
            root = copy(CORPORA[name], scratch / "code")
            lines = sum(path.read_bytes().count(b"\n") for path in python_files(root))
            print(f"\n{name} {CORPORA[name].version}: {lines:,} lines, {given.runs} runs, least / middle / most\n")
            report(measure(root, scratch, given.runs), lines)
            if given.peers:
                beside(root, scratch, given.limit)


if __name__ == "__main__":
    main()
