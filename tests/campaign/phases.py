"""What the maintainers of tradeframe do in each phase, and what happens beside."""

from __future__ import annotations

import json
import shutil
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple, cast

from tests.campaign.driving import BY, CAMPAIGN, CHECK, OWN, ROOT, Campaign, Chapter, Said, Tree

PROJECT: Final = ROOT / "fixtures" / "projects" / "tradeframe"
Tables = Mapping[str, Sequence[Mapping[str, object]]]


class Story(NamedTuple):
    """All that happened."""

    campaign: Campaign
    before: Tree
    tables: Tables
    """What the audit found before all."""
    planned: str
    """The campaign file as it was planned."""
    again: str
    """The same after a second plan on the same code."""
    recorded: Mapping[str, Sequence[str]]
    """The inventory in the campaign behind all phases."""
    undone: tuple[Tree, Tree, Tree]
    """Before phase 4 was taken back, without it, and with it again."""
    refused: Said
    """What is said when phase 4 is to be taken back behind all others."""
    regression: Said
    mended: Said


def go_through(project: Path) -> Story:
    """Plan, and work at all ten phases."""
    shutil.copytree(PROJECT, project, ignore=shutil.ignore_patterns("__pycache__", ".overhaul", "truth.toml"))
    shutil.copyfile(OWN / "overhaul.toml", project / "overhaul.toml")
    (project / "reports").mkdir()
    one = Campaign(project)
    before = one.tree()
    planned, again, tables = plan(one)
    undone = before, before, before
    for number, work in enumerate(WORK, 1):
        one.begin(number, _title(one, number))
        work(one)
        one.complete(number)
        if number in (1, 5):
            one.overhaul("status", "-q")
        if number == 6:
            undone = take_back(one)
    one.chapters.append(Chapter(11, "Afterwards", []))
    one.overhaul("status", "-q")
    one.overhaul("decide", "--check", "-q")
    refused = one.overhaul("undo", "--phase", "4")
    inventory = cast("Mapping[str, Sequence[str]]", tomllib.loads((project / CAMPAIGN).read_text("utf-8"))["inventory"])
    return Story(one, before, tables, planned, again, inventory, undone, refused, *regress(one))


def plan(one: Campaign) -> tuple[str, str, Tables]:
    """The plan, the same once more, and the tables behind it."""
    one.chapters.append(Chapter(0, "The plan", []))
    file = one.project / CAMPAIGN
    one.overhaul("plan", "--family", "risk", "--title", "One of each")
    planned = file.read_text("utf-8")
    one.overhaul("plan", "-q")
    again = file.read_text("utf-8")
    one.overhaul("baseline", "-q")
    one.overhaul("status", "-q")
    report = one.project.parent / "audit.json"
    audited = one.overhaul("audit", "--report", f"json={report}", "--quiet", aside=True)
    assert audited.code == 0, audited.text
    return planned, again, cast("Tables", json.loads(report.read_text("utf-8"))["tables"])


def _title(one: Campaign, number: int) -> str:
    phases = tomllib.loads((one.project / CAMPAIGN).read_text("utf-8"))["phases"]
    return next(str(phase["title"]) for phase in phases.values() if phase["number"] == number)


def audit(one: Campaign) -> None:
    """What is unknown without --run is seen with it."""
    one.tell("Nothing is to be done but to run the project's own tests.")


def caches(one: Campaign) -> None:
    """A no-go at first, until it is on record how fast all is; then ten caches become one."""
    (one.project / "profiles").mkdir()
    shutil.copyfile(OWN / "profiles" / "before.json", one.project / "profiles" / "before.json")
    one.tell("It is a no-go. Most of it goes away with the first mitigation; a session is measured, and kept:")
    one.overhaul("perf", "baseline", "before", "profiles/before.json")
    one.phase(2)
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
    """Seventeen managers, made by one call; the project's tests run before and after, in a copy."""
    one.migrate("managers")


def performance(one: Campaign) -> None:
    """Measured three times; the answers are put on record."""
    shutil.copytree(OWN / "profiles", one.project / "profiles", dirs_exist_ok=True)
    one.tell("Three sessions are profiled; the files lie in `profiles/`.")
    files = [f"profiles/session-{number}.prof" for number in (1, 2, 3)]
    one.overhaul("perf", "report", *files, "--record", "overhaul-verdicts.toml", "--exit-zero")
    one.replace(CAMPAIGN, DECISIONS, DECISIONS + VERDICTS)
    one.tell(f"In the campaign:\n\n```toml\n{VERDICTS}```")


def cycles(one: Campaign) -> None:
    """No ring of imports that can fail is left."""
    one.migrate("cycles", "--no-verify")


def family(one: Campaign) -> None:
    """Written by hand: an interface, a front, tests."""
    one.lay("7-family")
    one.replace(CAMPAIGN, "[phases.family.criteria.family_unified]\n", FAMILY)
    one.tell(f"In the campaign:\n\n```toml\n{FAMILY}```")


def redundancy(one: Campaign) -> None:
    """Merged; what is alike for another reason is justified."""
    one.migrate("duplicates", "--no-verify")
    one.phase(8)
    settings = one.project / "overhaul.toml"
    for identity, reason in JUSTIFIED.items():
        said = one.overhaul("justify", identity, "--reason", reason, "--owner", "Ada", "-q")
        settings.write_text(f"{settings.read_text('utf-8')}\n{said.text}\n", "utf-8")
    one.tell("Both entries are put into `overhaul.toml`.")


def suite(one: Campaign) -> None:
    """Tests of what stood without any of its own."""
    one.lay("9-tests")


def verification(one: Campaign) -> None:
    """What only pretended is written out; a session takes no longer than before."""
    one.lay("10-verification")
    one.overhaul("perf", "compare", "before", "profiles/after.json")
    one.replace(CAMPAIGN, "[phases.verification.criteria.performance_kept]\n", KEPT)
    one.tell(f"In the campaign:\n\n```toml\n{KEPT}```")


WORK: Final = (audit, caches, state, managers, performance, cycles, family, redundancy, suite, verification)
DECISIONS: Final = 'decisions = "docs/decisions"\n'
VERDICTS: Final = 'verdicts = "overhaul-verdicts.toml"\n'
FAMILY: Final = """\
[phases.family.criteria.family_unified]
options = { interface = "tradeframe.risk.component.RiskComponent", front = ["tradeframe.risk.*"] }
"""
KEPT: Final = """\
[phases.verification.criteria.performance_kept]
options = { baseline = "before", files = ["profiles/after.json"] }
"""
JUSTIFIED: Final[Mapping[str, str]] = {
    "dup-4a385ea5e5a9": "baselines drop their comment, and core must not need persistence",
    "dup-f17ec5017dbe": "lots have a cost and fills a price: they are alike by chance, and change for other reasons",
}


def take_back(one: Campaign) -> tuple[Tree, Tree, Tree]:
    """Phase 4 is taken back though two have come after it, and brought back again."""
    before = one.tree()
    one.tell("Phase 4 is to be looked at once more. It is taken back, though two phases have come after it:")
    one.overhaul("undo", "--phase", "4")
    without = one.tree()
    one.phase(4)
    one.tell("And it is brought back:")
    one.overhaul("undo", "--phase", "4", "--again")
    after = one.tree()
    one.phase(4, "--run", "--complete", *BY)
    return before, without, after


def regress(one: Campaign) -> tuple[Said, Said]:
    """Somebody makes a manager by hand, and thinks better of it."""
    path = one.project / "src" / "tradeframe" / "cli" / "output.py"
    text = path.read_text("utf-8")
    one.tell(f"Somebody makes a bus by hand, in `tradeframe/cli/output.py`:\n\n```python\n{PLANTED.strip()}\n```")
    path.write_text(text + PLANTED, "utf-8")
    said = one.overhaul(*CHECK, "-q")
    one.tell("And thinks better of it:")
    path.write_text(text, "utf-8")
    return said, one.overhaul(*CHECK, "-q")


PLANTED: Final = """

def quiet_bus() -> object:
    from tradeframe.core.events import EventBus

    return EventBus()
"""
