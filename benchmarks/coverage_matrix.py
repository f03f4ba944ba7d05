"""Compare the test matrix, made without any data, with what coverage.py records while the tests run.

    python -m benchmarks.coverage_matrix [PROJECT] [--tests FOLDER]

PROJECT, the fixture tradeframe by default, is copied; its tests run there under coverage.py with a context for each
test. Of each cell (component and kind of test) it is told whether the matrix and the data agree that it is covered.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import msgspec

from overhaul.config import load_config
from overhaul.covering.rows import Coverage
from overhaul.leaves import load_leaves
from overhaul.survey import survey

TRADEFRAME = Path(__file__).resolve().parent.parent / "fixtures" / "projects" / "tradeframe"


def main() -> None:
    """Print the four numbers, and the cells that differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("project", nargs="?", type=Path, default=TRADEFRAME)
    parser.add_argument("--tests", default="tests", help="the folder of the tests, below the project")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="overhaul-") as folder:
        copy = Path(folder, "project")
        shutil.copytree(given.project, copy, ignore=shutil.ignore_patterns("__pycache__", ".git", ".overhaul"))
        settings = Path(folder, "coveragerc")
        settings.write_text("[run]\nrelative_files = true\ndynamic_context = test_function\n")
        run = [sys.executable, "-m", "coverage", "run", f"--rcfile={settings}", "--data-file=.coverage"]
        subprocess.run([*run, "-m", "pytest", "-q", "-p", "no:cacheprovider", given.tests], cwd=copy, check=False)
        plain = {(one.component, one.kind): one for one in _rows(copy, None)}
        found: Counter[tuple[bool, bool]] = Counter()
        for one in _rows(copy, ".coverage"):
            if one.run is None:
                continue
            seen, ran = plain[one.component, one.kind].covered, one.run > 0
            found[seen, ran] += 1
            if seen != ran:
                print(f"{one.component} by {one.kind} tests: {'only the matrix' if seen else 'only the data'}")
        print(f"{sum(found.values())} cells: covered by both {found[True, True]}, by neither {found[False, False]}, "
              f"by the matrix alone {found[True, False]}, by the data alone {found[False, True]}")


def _rows(root: Path, data: str | None) -> list[Coverage]:
    config = msgspec.structs.replace(load_config(root), coverage_data=data or "", source=str(root / "pyproject.toml"))
    return survey(root, config, load_leaves()).rows(Coverage)


if __name__ == "__main__":
    main()
