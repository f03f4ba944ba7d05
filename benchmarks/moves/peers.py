"""The same trials with rope."""

from __future__ import annotations

import subprocess
import venv
from pathlib import Path
from typing import Final

from benchmarks.moves.applying import Applied
from benchmarks.moves.choosing import Trial
from benchmarks.moves.projects import CACHE

ROPE: Final = "1.15.0"
_PROGRAM: Final = """
import sys
from rope.base.project import Project
from rope.base.libutils import path_to_resource
from rope.base.exceptions import RopeError
root, verb, sort, path, offset, to, to_path = sys.argv[1:]
project = Project(root, ropefolder=None, **({"source_folders": ["src"]} if path.startswith("src/") else {}))
try:
    resource = path_to_resource(project, root + "/" + path)
    if verb == "rename":
        from rope.refactor.rename import Rename
        change = Rename(project, resource, None if sort == "module" else int(offset)).get_changes(to, docs=True)
    else:
        from rope.refactor.move import create_move
        there = path_to_resource(project, root + "/" + to_path)
        change = create_move(project, resource, None if sort == "module" else int(offset)).get_changes(there)
    project.do(change)
except RopeError as error:
    print(type(error).__name__, error)
    sys.exit(1)
finally:
    project.close()
"""


def rope() -> Path:
    """The Python of an environment with rope in it."""
    home = CACHE / f"rope-{ROPE}"
    python = home / "bin" / "python"
    if not (home / "ready").is_file():
        venv.create(home, with_pip=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", f"rope=={ROPE}"], check=True)
        (home / "ready").touch()
    return python


def apply(python: Path, trial: Trial, work: Path) -> Applied:
    """Apply a trial with rope; green means that rope says it is done."""
    thing = trial.thing
    lines = (work / thing.path).read_text("utf-8").splitlines(keepends=True)
    offset = sum(map(len, lines[: thing.line - 1])) + thing.column
    command = [str(python), "-c", _PROGRAM, str(work), trial.verb, thing.sort, thing.path, str(offset), trial.to,
               trial.to_path]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=work.parent)
    except subprocess.TimeoutExpired:
        return Applied("refused", "took more than 300 s", 300.0)
    said = (done.stdout + done.stderr).strip()
    return Applied("green" if done.returncode == 0 else "refused", said[-300:], 0.0)
