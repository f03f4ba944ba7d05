"""What the inventories add to an audit: cold and warm, against the same audit without them, in one run.

    python -m benchmarks.inventory_cost [django | homeassistant | ...] [--runs 3]

Cold: nothing is stored; every file is parsed, all tables are counted and all rules run. Warm: everything is in the
store from a run before. `without` leaves out the leaves of the inventories: those that fill or read tables which only
these need. Commands take turns; figures are processor seconds of all processes, and medians.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks._measure import run
from benchmarks.corpora import CORPORA, fetch, python_files
from overhaul.config import Config
from overhaul.leaves import Leaves, load_leaves
from overhaul.survey import survey

BEFORE: Final = frozenset({
    "import_statements", "bindings", "exports", "classes", "functions", "attributes", "used_names", "comments", "steps",
    "metrics", "import_graph", "rings", "cycles", "modules", "unresolved_imports", "import_cycle", "unresolved_import",
    "undefined_import",
})  # fmt: skip
"""The leaves that an audit without inventories needs."""


def audit(root: Path, which: str, store: Path | None) -> None:
    """One audit in this process, and those it starts."""
    leaves = load_leaves()
    if which == "without":
        kept = [*leaves.collectors.values(), *leaves.analyzers.values(), *leaves.rules.values()]
        leaves = Leaves([leaf for leaf in kept if leaf.name in BEFORE])
    seen = survey(root, Config(), leaves, store=store)
    seen.counts()
    _ = seen.findings


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("corpus", nargs="?", default="django", choices=sorted(CORPORA))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--one", nargs=3, metavar=("WHICH", "ROOT", "STORE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        which, root, store = given.one
        audit(Path(root), which, Path(store) if store != "-" else None)
        return
    root = fetch(CORPORA[given.corpus])
    lines = sum(file.read_bytes().count(b"\n") for file in python_files(root))
    scratch = Path(tempfile.mkdtemp(prefix="overhaul-cost-"))
    took: dict[tuple[str, str], list[float]] = {}
    try:
        for number in range(given.runs):
            for which in ("without", "with"):
                store = scratch / f"{which}-{number}"
                store.mkdir()
                for kind in ("cold", "warm"):
                    command = [sys.executable, "-m", "benchmarks.inventory_cost", "--one", which, str(root), str(store)]
                    done = run(command, folder=Path(__file__).parents[1])
                    if done.code:
                        sys.exit(f"{' '.join(command)} ended with {done.code}: {done.said}")
                    took.setdefault((kind, which), []).append(done.work)
                shutil.rmtree(store)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    print(f"{given.corpus}: {lines:,} lines, medians of {given.runs}, processor seconds")
    for kind in ("cold", "warm"):
        without, whole = median(took[kind, "without"]), median(took[kind, "with"])
        if kind == "cold":
            more = f"{whole / without:.2f} times"
        else:
            more = f"{(whole - without) / lines * 100_000:+.3f} s per 100,000 lines"
        print(f"  {kind:5} without {without:7.2f}  with {whole:7.2f}  {more}")


if __name__ == "__main__":
    main()
