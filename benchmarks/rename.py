"""Time `overhaul rename` of a widely used symbol: plan and proof, with a warm store and without commands of the user.

    python -m benchmarks.rename [NAME] [TARGET ...] [--runs N] [--installed]

Each run asks for a name that no run has asked for, so that nothing of what would be is known beforehand. Beside it
stands the floor: one process that reads and parses the changed files with LibCST, once as they are. `--installed` runs
the wheel from a clean environment, as users have it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from benchmarks._measure import Run, Series, run
from benchmarks.corpora import CORPORA, copy, fetch, python_files
from benchmarks.hook import installed

TARGETS: Final = (
    "django.core.exceptions:ImproperlyConfigured", "django.utils.translation:gettext_lazy",
    "django.utils.functional:cached_property",
)  # fmt: skip
LIMIT: Final = 3.0
"""Greatest seconds of such a rename."""
FLOOR: Final = """
import sys
from pathlib import Path
import libcst
for file in sys.argv[1:]:
    libcst.parse_module(Path(file).read_bytes())
"""


def planned(command: Path, root: Path, target: str, name: str) -> Run:
    """One plan. Raises SystemExit when it is refused or breaks off."""
    done = run((str(command), "rename", target, name, "--no-diff", "--no-verify"), folder=root)
    if done.code != 0:
        raise SystemExit(f"overhaul rename {target} {name} ended with {done.code}:\n{done.said}")
    return done


def told(command: Path, root: Path, target: str, name: str) -> tuple[list[str], int]:
    """The files that a plan changes, and how many contents were parsed for it."""
    asked = [str(command), "rename", target, name, "--json", "--no-verify"]
    answer = json.loads(subprocess.run(asked, cwd=root, capture_output=True, check=False).stdout)
    return [one["path"] for one in answer["files"] if one["path"].endswith((".py", ".pyi"))], answer["parsed"]


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("name", nargs="?", default="django", choices=sorted(CORPORA))
    arguments.add_argument("targets", nargs="*", default=TARGETS)
    arguments.add_argument("--runs", type=int, default=5)
    arguments.add_argument("--installed", action="store_true", help="run the wheel from a clean environment")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="overhaul-bench-") as scratch:
        folder = Path(scratch)
        command = installed(folder / "venv") if given.installed else Path(sys.executable).with_name("overhaul")
        fetch(CORPORA[given.name])
        root = copy(CORPORA[given.name], folder / "project")
        (root / "overhaul.toml").write_text("", encoding="utf-8")
        run((str(command), "audit", "-q"), folder=root)
        python = str(command.with_name("python"))
        worst = 0.0
        count = len(list(python_files(root)))
        print(f"{given.name}, {count:,} files, {given.runs} runs; seconds: min / median / max")
        for number, target in enumerate(given.targets):
            files, parsed = told(command, root, target, f"Renamed{number}x")
            floor, series = Series("the floor: LibCST parses the changed files"), Series(target)
            for turn in range(given.runs):
                print(".", end="", file=sys.stderr, flush=True)
                floor.runs.append(run((python, "-c", FLOOR, *files), folder=root))
                series.runs.append(planned(command, root, target, f"Renamed{number}x{turn}"))
            print(f"\n{target}: {len(files)} files of Python change, {parsed} contents parsed")
            for one in (floor, series):
                times = one.median / floor.median
                print(f"{one.spread}  work {one.work:.2f}  {times:5.1f} times the floor  {one.name}")
            worst = max(worst, series.median)
        print(f"a rename: {worst:.2f} s, at most {LIMIT:g} s: {'kept' if worst <= LIMIT else 'missed'}")


if __name__ == "__main__":
    main()
