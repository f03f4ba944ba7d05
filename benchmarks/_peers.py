"""The tools that overhaul is run beside, each in the way of its own manual, from a virtual environment of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.corpora import CACHE

VERSIONS: Final = {
    "grimp": "3.19", "pydeps": "3.0.9", "radon": "6.0.1", "pylint": "4.1.4", "fixit": "2.2.1", "libcst": "1.9.0",
}  # fmt: skip
_HOME: Final = CACHE / "peers" / "-".join(f"{name}{version}" for name, version in VERSIONS.items())
_GRIMP: Final = "import sys, grimp; grimp.build_graph(sys.argv[1], cache_dir=None)"


class Peer(NamedTuple):
    """A tool, what it is asked for, and the command."""

    name: str
    does: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    fine: frozenset[int]
    """Exit codes of a run that did its work."""


def install() -> None:
    """Make the peers' environment if it is not there. Raises CalledProcessError when pip cannot get one of them."""
    if not (_HOME / "whole").exists():
        venv.create(_HOME, with_pip=True, clear=True)
        pip = [python_of_peers(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *(f"{name}=={version}" for name, version in VERSIONS.items())], check=True)
        (_HOME / "whole").touch()


def python_of_peers() -> str:
    """The interpreter of the peers' environment."""
    return str(_HOME / "bin" / "python")


def peers(root: Path, package: str) -> list[Peer]:
    """The commands for the package `package` below the folder `root`, which some of them may write to."""
    folder = str(root / package)
    found = {"PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    processes = str(os.cpu_count() or 1)
    python = python_of_peers()

    def peer(name: str, does: str, *command: str, fine: tuple[int, ...] = (0,)) -> Peer:
        return Peer(f"{name} {VERSIONS[name]}", does, (python, *command), found, frozenset(fine))

    return [
        peer("grimp", "build the import graph, cache off", "-c", _GRIMP, package),
        peer(
            "pydeps", "dependencies, without drawing",
            "-m", "pydeps", folder, "--no-config", "--show-deps", "--no-output", "--no-dot", "--max-bacon", "0",
        ),
        peer("radon", "cc: cyclomatic complexity", "-m", "radon", "cc", "--total-average", folder),
        peer("radon", "mi: maintainability index", "-m", "radon", "mi", folder),
        peer(
            "pylint", "cyclic-import only",
            "-m", "pylint", "--rcfile", os.devnull, "--persistent=n", "--disable=all", "--enable=cyclic-import", folder,
            fine=(0, 1, 2, 4, 8, 16),
        ),
        peer(
            "fixit", "one rule", "-m", "fixit", "--quiet", "--rules",
            "fixit.rules.no_static_if_condition:NoStaticIfCondition", "lint", folder, fine=(0, 1),
        ),
        peer(
            "libcst", f"codemod that changes nothing, {processes} processes", "-m", "libcst.tool", "codemod",
            "noop.NOOPCommand", "--no-format", "--hide-progress", "--jobs", processes, folder, fine=(0, 1),
        ),
    ]  # fmt: skip


def python_version() -> str:
    """The Python that runs overhaul and the peers."""
    return sys.version.partition(" ")[0]
