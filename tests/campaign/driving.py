"""Drive a campaign through the command line, and note what is said."""

from __future__ import annotations

import datetime
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple, cast

ROOT: Final = Path(__file__).resolve().parents[2]
OWN: Final = ROOT / "fixtures" / "campaign"
"""What the maintainers write by themselves."""
MIGRATIONS: Final = ROOT / "tests" / "story"
BY: Final = ("--by", "Ada")
CAMPAIGN: Final = "overhaul-campaign.toml"
CHECK: Final = ("check", "--gates", "--fail-on", "error")

Tree = Mapping[str, bytes]


class Said(NamedTuple):
    """One command, and what it said."""

    command: str
    code: int
    text: str


class Chapter(NamedTuple):
    """What happened in one phase."""

    number: int
    title: str
    scenes: list[Said | str]
    """Commands, and what was done by hand between them."""

    def said(self, start: str) -> list[Said]:
        """The commands that begin so."""
        return [one for one in self.scenes if isinstance(one, Said) and one.command.startswith(f"overhaul {start}")]


class Campaign:
    """A copy of the project, and what is done with it."""

    def __init__(self, project: Path) -> None:
        self.project = project
        self.chapters: list[Chapter] = []

    def overhaul(self, *arguments: str, aside: bool = False) -> Said:
        """Run a command in the project, and tell of it, unless it stands aside."""
        done = subprocess.run(
            [sys.executable, "-m", "overhaul", *arguments], cwd=self.project, capture_output=True, text=True,
            check=False, env=_environment(),
        )  # fmt: skip
        command = shlex.join(["overhaul", *map(_short, arguments)])
        said = Said(command, done.returncode, plain(done.stdout + done.stderr))
        if not aside:
            self.chapters[-1].scenes.append(said)
        return said

    def phase(self, number: int, *arguments: str) -> Said:
        """`overhaul phase N`."""
        return self.overhaul("phase", str(number), *arguments, "-q")

    def begin(self, number: int, title: str) -> None:
        """Begin a phase: its gate is looked at first."""
        self.chapters.append(Chapter(number, title, []))
        self.phase(number)

    def complete(self, number: int) -> None:
        """The gate is to be green: look at it with all commands, record it, report, and see that all holds."""
        self.phase(number, "--run", "--complete", *BY, "--report", f"reports/phase-{number}.md")
        self.overhaul(*CHECK, "--update", "-q")

    def tell(self, text: str) -> None:
        """Say what is done by hand."""
        self.chapters[-1].scenes.append(text)

    def migrate(self, step: str, *arguments: str) -> None:
        """Carry out a migration."""
        self.overhaul("migrate", str(MIGRATIONS / f"{step}.toml"), "--write", "--no-diff", *arguments)

    def lay(self, folder: str) -> None:
        """Lay the maintainers' own work over the project: new files, and edits of old ones."""
        source = OWN / folder
        told = [self._edited(source / "edits.toml")] if (source / "edits.toml").exists() else []
        for file in sorted(one for one in source.rglob("*.py") if "__pycache__" not in one.parts):
            path = file.relative_to(source)
            (self.project / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, self.project / path)
            told.append(f"new: [`{path.as_posix()}`](../../fixtures/campaign/{folder}/{path.as_posix()})")
        self.tell("\n".join(f"- {line}" for line in told))

    def _edited(self, file: Path) -> str:
        edits = cast("Sequence[Mapping[str, str]]", tomllib.loads(file.read_text("utf-8"))["edits"])
        for one in edits:
            self.replace(one["path"], one["before"], one["after"])
        paths = ", ".join(f"`{path}`" for path in dict.fromkeys(one["path"] for one in edits))
        return f"edited, as [`edits.toml`](../../fixtures/campaign/{file.parent.name}/edits.toml) says: {paths}"

    def replace(self, path: str, before: str, after: str) -> None:
        """Edit a file by hand."""
        target = self.project / path
        text = target.read_text("utf-8")
        assert text.count(before) == 1, f"{path}: {before}"
        target.write_text(text.replace(before, after), "utf-8")

    def tree(self) -> Tree:
        """The code and the tests."""
        found = (one for top in ("src", "tests") for one in (self.project / top).rglob("*.py"))
        return {one.relative_to(self.project).as_posix(): one.read_bytes() for one in sorted(found)}


def _environment() -> dict[str, str]:
    own = str(Path(sys.executable).parent)
    return {
        **{name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "FORCE_COLOR", "CI")},
        "NO_COLOR": "1", "COLUMNS": "110", "PATH": f"{own}{os.pathsep}{os.environ['PATH']}",
        "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip


def _short(argument: str) -> str:
    return Path(argument).name if argument.startswith(str(ROOT)) else argument


def plain(text: str) -> str:
    """Without what is another one each time: the day, how long tests took."""
    text = text.replace(datetime.date.today().isoformat(), "TODAY")
    return re.sub(r" in \d+\.\d+s( \(\d+:\d+:\d+\))?", "", text).rstrip()
