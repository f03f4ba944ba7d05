"""Time `overhaul check FILES` as a hook calls it: on a project whose store is warm, when the files named have changed.

    python -m benchmarks.hook [NAME] [--runs N] [--installed]

Five files are edited and committed to be checked, in several ways, the commands taking turns. Beside each stands the
ratio to a bare interpreter that opens the store and reads all of it but the facts (the index of files, the outline of
each content, every result). `--installed` runs the wheel from a clean environment, as users have it: an editable
checkout is some 30 ms slower to start.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Final

from benchmarks._measure import Run, Series, run
from benchmarks.corpora import CORPORA, copy, fetch, python_files

FILES: Final = 5
HOME: Final = Path(__file__).parents[1]
LIMIT: Final = 0.5
"""Greatest seconds of a check of five changed files of django."""
FACTOR: Final = 2.0
"""Greatest ratio of it to an interpreter that reads the store."""
STORE: Final = """
import sqlite3, sys
base = sqlite3.connect(sys.argv[1])
for table in ("files", "contents", "results", "roots"):
    base.execute(f"SELECT * FROM {table}").fetchall()
"""


def appended(text: str, turn: int) -> str:
    """The text with a function more."""
    return f"{text}\n\ndef added_{turn}():\n    return {turn}\n"


def moved(text: str, turn: int) -> str:
    """The text with a comment above it: every line has another number."""
    return f"# Line {turn}.\n{text}"


def edited(text: str, turn: int) -> str:
    """The text with one statement more, in the body of the function in its middle that returns a name."""
    places = list(re.finditer(r"^([ \t]+)return \w+$", text, re.MULTILINE))
    if not places:
        return moved(text, turn)
    place = places[len(places) // 2]
    return f"{text[: place.start()]}{place[1]}edited_{turn} = {turn}\n{text[place.start() :]}"


EDITS: Final[dict[str, Callable[[str, int], str]]] = {
    "a statement added in a body": edited,
    "every line moved down by one": moved,
    "a function appended": appended,
}


def installed(folder: Path) -> Path:
    """The command of overhaul, installed from this checkout into an environment of its own."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(HOME)], check=True)
    return folder / "bin" / "overhaul"


def chosen(root: Path) -> list[Path]:
    """Five files of middling size from all over a code base."""
    files = [path for path in python_files(root) if 2_000 <= path.stat().st_size <= 20_000]
    step = len(files) // FILES
    return files[step // 2 :: step][:FILES]


def checked(command: Path, root: Path, files: list[Path]) -> Run:
    """One run of the check. Raises SystemExit when it breaks off."""
    done = run((str(command), "check", *(str(file.relative_to(root)) for file in files)), folder=root)
    if done.code not in (0, 1):
        raise SystemExit(f"overhaul check ended with {done.code}:\n{done.said}")
    return done


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("name", nargs="?", default="django", choices=sorted(CORPORA))
    arguments.add_argument("--runs", type=int, default=7)
    arguments.add_argument("--installed", action="store_true", help="run the wheel from a clean environment")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="overhaul-bench-") as scratch:
        folder = Path(scratch)
        command = installed(folder / "venv") if given.installed else Path(sys.executable).with_name("overhaul")
        fetch(CORPORA[given.name])
        root = copy(CORPORA[given.name], folder / "project")
        (root / "overhaul.toml").write_text("", encoding="utf-8")
        files = chosen(root)
        same = Series("nothing changed")
        bare, store = Series("`python -c pass`"), Series("the interpreter, and all of the store but the facts")
        edits = {name: Series(name) for name in EDITS}
        checked(command, root, [])
        for edit in EDITS.values():
            write(files, edit, 0)
            checked(command, root, files)
        python = str(command.with_name("python"))
        for turn in range(1, given.runs + 1):
            print(".", end="", file=sys.stderr, flush=True)
            bare.runs.append(run((python, "-c", "pass")))
            store.runs.append(run((python, "-c", STORE, str(root / ".overhaul" / "facts.sqlite"))))
            same.runs.append(checked(command, root, files))
            for name, edit in EDITS.items():
                write(files, edit, turn)
                edits[name].runs.append(checked(command, root, files))
        print(f"\n{given.name}, {FILES} files named, {given.runs} runs; seconds: min / median / max")
        for series in (bare, store, same, *edits.values()):
            ratio = series.median / store.median
            print(f"{series.spread}  work {series.work:.2f}  {ratio:5.1f} times the store  {series.name}")
        worst = max(one.median for one in edits.values())
        print(f"changed files: {worst:.2f} s, at most {LIMIT:g} s: {'kept' if worst <= LIMIT else 'missed'}")
        times = worst / store.median
        print(f"to reading the store: {times:.1f}, at most {FACTOR:g}: {'kept' if times <= FACTOR else 'missed'}")


def write(files: list[Path], edit: Callable[[str, int], str], turn: int) -> None:
    """Edit the files."""
    for file in files:
        file.write_text(edit(file.read_text(encoding="utf-8"), turn), encoding="utf-8")


if __name__ == "__main__":
    main()
