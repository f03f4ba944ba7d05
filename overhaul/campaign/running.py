"""Run the commands that a campaign names: the user's own, and only when that was asked for."""

from __future__ import annotations

import os
import tempfile
from functools import cache
from pathlib import Path
from typing import Final

from overhaul.campaign.gates import Runner
from overhaul.proving.commands import execute

TOLD: Final = 200
"""Characters of the end of what a command printed that are shown."""


def runner(folder: Path, timeout: float) -> Runner:
    """Runs commands of the shell in `folder`, each once, for `timeout` seconds at most; the environment is the user's.

    Asked again for the same command it says the same: several gates may name it.
    """

    @cache
    def run(command: str) -> tuple[int | None, str]:
        with tempfile.TemporaryDirectory(prefix="overhaul-gate-") as scratch:
            code, said = execute(command, folder, dict(os.environ), timeout, Path(scratch) / "log")
        if code is None:
            return None, f"does not end within {timeout:g} seconds"
        return code, " ".join(said.split())[-TOLD:]

    return run
