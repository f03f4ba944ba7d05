"""The campaign of tradeframe: planned from an audit, ten phases, each gate red first and then green, on evidence.

What the maintainers write themselves (tests, settings, the interface of a family) lies in fixtures/campaign, and what
codemods write in tests/story. What is told in docs/campaign-story.md is what happens here.
"""

from __future__ import annotations

import datetime
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple, cast

import pytest

ROOT: Final = Path(__file__).resolve().parent.parent
PROJECT: Final = ROOT / "fixtures" / "projects" / "tradeframe"
OWN: Final = ROOT / "fixtures" / "campaign"
MIGRATIONS: Final = ROOT / "tests" / "story"
PAGES: Final = ROOT / "docs"
BY: Final = ("--by", "Ada")
CAMPAIGN: Final = "overhaul-campaign.toml"
CHECK: Final = ("check", "--gates", "--update", "--fail-on", "error")

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

    def overhaul(self, *arguments: str) -> Said:
        """Run a command in the project, and tell of it."""
        done = subprocess.run(
            [sys.executable, "-m", "overhaul", *arguments], cwd=self.project, capture_output=True, text=True,
            check=False, env=_environment(),
        )  # fmt: skip
        said = Said(shlex.join(["overhaul", *map(_short, arguments)]), done.returncode, _plain(done.stdout + done.stderr))
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
        self.phase(number, "--run", "--complete", *BY)
        #        self.overhaul("phase", str(number), "--run", "--report", f"reports/phase-{number}.md", "-q")
        self.overhaul(*CHECK, "-q")

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


def _plain(text: str) -> str:
    """Without what is another one each time: the day, how long tests took."""
    text = text.replace(datetime.date.today().isoformat(), "TODAY")
    return re.sub(r" in \d+\.\d+s( \(\d+:\d+:\d+\))?", "", text).rstrip()


class Story(NamedTuple):
    """All that happened."""

    campaign: Campaign
    before: Tree
    planned: str
    """The campaign file as it was planned."""
    again: str
    """The campaign file after a second plan on the same code."""
    undone: tuple[Tree, Tree, Tree]
    """Before phase 4 was taken back, without it, and with it again."""
    regression: Said
    status: list[Said]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Go through all ten phases."""
    project = tmp_path_factory.mktemp("campaign") / "tradeframe"
    shutil.copytree(PROJECT, project, ignore=shutil.ignore_patterns("__pycache__", ".overhaul", "truth.toml"))
    shutil.copyfile(OWN / "overhaul.toml", project / "overhaul.toml")
    (project / "reports").mkdir()
    one = Campaign(project)
    before = one.tree()
    planned, again = plan(one)
    status: list[Said] = []
    for number, work in enumerate(WORK, 1):
        one.begin(number, _title(one, number))
        work(one)
        one.complete(number)
        if number in (1, 5):
            status.append(one.overhaul("status", "-q"))
        if number == 6:
            undone = take_back(one)
    status.append(one.overhaul("status", "-q"))
    return Story(one, before, planned, again, undone, regress(one), status)


def plan(one: Campaign) -> tuple[str, str]:
    """The plan, and the same once more."""
    one.chapters.append(Chapter(0, "The plan", []))
    file = one.project / CAMPAIGN
    one.overhaul("plan", "--family", "risk", "--title", "One of each")
    planned = file.read_text("utf-8")
    one.overhaul("plan", "-q")
    one.overhaul("baseline", "-q")
    one.overhaul("status", "-q")
    return planned, file.read_text("utf-8")


def _title(one: Campaign, number: int) -> str:
    phases = tomllib.loads((one.project / CAMPAIGN).read_text("utf-8"))["phases"]
    return next(str(phase["title"]) for phase in phases.values() if phase["number"] == number)


def audit(one: Campaign) -> None:
    """Nothing is to be done: what is unknown without --run is seen with it."""


def caches(one: Campaign) -> None:
    """Ten caches become one."""
    one.migrate("cache", "--no-verify")


def state(one: Campaign) -> None:
    """Four machines under a coordinator; a save that may stay as it is; a half that was missing."""
    one.overhaul(
        "decide", "State machines stay separate", "--context", "Four machines answer to the same events differently.",
        "--because", "count(state_machines) == 4", "--alternative", "One machine for all",
        "--consequence", "Good, because each can be recovered alone", "--protect", "state machines stay separate",
        "--must-not", "unify", "--what", "state_machines:*", "--phase", "state", *BY,
    )  # fmt: skip
    one.migrate("state", "--no-verify")
    one.lay("3-state")
    one.phase(3)
    one.phase(
        3, "--waive", "saves_atomic", *BY,
        "--reason", "another process holds the file of the orders open: a test wants it to keep its inode",
    )  # fmt: skip


def managers(one: Campaign) -> None:
    """Seventeen managers, made by one call. The project's tests run before and after, in a copy."""
    one.migrate("managers")


def performance(one: Campaign) -> None:
    """Measured three times; the answers are put on record."""
    shutil.copytree(OWN / "profiles", one.project / "profiles")
    one.tell("Profiles of three sessions, and what a session takes, lie in `profiles/` now.")
    files = [f"profiles/session-{number}.prof" for number in (1, 2, 3)]
    one.overhaul("perf", "report", *files, "--record", "overhaul-verdicts.toml", "--exit-zero")
    one.overhaul("perf", "baseline", "before", "profiles/before.json")
    one.replace(CAMPAIGN, DECISIONS, VERDICTS)
    one.tell('In the campaign: `verdicts = "overhaul-verdicts.toml"`.')


def cycles(one: Campaign) -> None:
    """No ring of imports that can fail is left."""
    one.migrate("cycles", "--no-verify")


def family(one: Campaign) -> None:
    """Written by hand: an interface, a front, tests."""
    one.lay("7-family")
    one.replace(CAMPAIGN, "[phases.family.criteria.family_unified]\n", FAMILY)
    one.tell(f"In the campaign:\n\n```toml\n{FAMILY}```")


def redundancy(one: Campaign) -> None:
    """Merged; what is alike by chance is justified."""
    one.migrate("duplicates", "--no-verify")
    one.phase(8)
    for identity, reason in JUSTIFIED.items():
        said = one.overhaul("justify", identity, "--reason", reason, "--owner", "Ada")
        settings = one.project / "overhaul.toml"
        settings.write_text(f"{settings.read_text('utf-8')}\n{said.text}\n", "utf-8")


def suite(one: Campaign) -> None:
    """Tests of what stood without any of its own."""
    one.lay("9-tests")


def verification(one: Campaign) -> None:
    """What only pretended is written out; a session takes no longer than before."""
    one.lay("10-verification")
    one.replace(CAMPAIGN, "[phases.verification.criteria.performance_kept]\n", KEPT)
    one.tell(f"In the campaign:\n\n```toml\n{KEPT}```")
    one.overhaul("perf", "compare", "before", "profiles/after.json")


WORK: Final = (audit, caches, state, managers, performance, cycles, family, redundancy, suite, verification)
DECISIONS: Final = 'decisions = "docs/decisions"\n'
VERDICTS: Final = f'{DECISIONS}verdicts = "overhaul-verdicts.toml"\n'
FAMILY: Final = """\
[phases.family.criteria.family_unified]
options = { interface = "tradeframe.risk.component.RiskComponent", front = ["tradeframe.risk.desk"] }
"""
KEPT: Final = """\
[phases.verification.criteria.performance_kept]
options = { baseline = "before", files = ["profiles/after.json"] }
"""
JUSTIFIED: Final[Mapping[str, str]] = {}


def take_back(one: Campaign) -> tuple[Tree, Tree, Tree]:
    """Phase 4 is taken back though two have come after it, and brought back again."""
    before = one.tree()
    one.overhaul("undo", "--phase", "4")
    without = one.tree()
    one.phase(4)
    one.overhaul("undo", "--phase", "4", "--again")
    after = one.tree()
    one.phase(4, "--run", "--complete", *BY)
    return before, without, after


def regress(one: Campaign) -> Said:
    """Somebody makes a manager by hand."""
    path = one.project / "src" / "tradeframe" / "cli" / "output.py"
    text = path.read_text("utf-8")
    one.chapters.append(Chapter(11, "Afterwards", []))
    one.tell("Somebody makes a bus by hand, in `tradeframe/cli/output.py`:\n\n```python\n" + PLANTED.strip() + "\n```")
    path.write_text(text + PLANTED, "utf-8")
    said = one.overhaul(*CHECK[:2], "--fail-on", "error", "-q")
    path.write_text(text, "utf-8")
    return said


PLANTED: Final = """

def quiet_bus() -> "object":
    from tradeframe.core.events import EventBus

    return EventBus()
"""
