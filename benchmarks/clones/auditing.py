"""One audit of a folder, in a process of its own: its duplicates as JSON, and what it took."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from benchmarks._measure import Run, run
from overhaul.config import Config
from overhaul.leaves import load_leaves
from overhaul.redundancy import Duplicate
from overhaul.survey import survey

REPOSITORY = Path(__file__).parents[2]


def audit(root: Path, out: Path) -> None:
    """Write the rows; called in the fresh process."""
    rows = survey(root, Config(), load_leaves(), store=None).rows(Duplicate)
    out.write_bytes(msgspec.json.encode(list(rows)))


def duplicates(root: Path, out: Path) -> tuple[list[Duplicate], Run]:
    """The duplicates below `root`, and what the audit took. Raises RuntimeError when it fails."""
    command = [sys.executable, "-m", "benchmarks.clones.auditing", str(root), str(out)]
    done = run(command, folder=REPOSITORY)
    if done.code:
        raise RuntimeError(f"the audit ended with {done.code}: {done.said}")
    return msgspec.json.decode(out.read_bytes(), type=list[Duplicate]), done


if __name__ == "__main__":
    audit(Path(sys.argv[1]), Path(sys.argv[2]))
