"""The story of tradeframe: from the audit to one implementation of each, step by step, and back to the byte.

Each file in tests/story is one migration and one transaction. What is told in docs/story.md is what happens here.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from overhaul.copied import MARK

NEWLINE: Final = b"\n"
ROOT: Final = Path(__file__).resolve().parent.parent
PROJECT: Final = ROOT / "fixtures" / "projects" / "tradeframe"
PAGES: Final = ROOT / "docs"
FILES: Final = Path(__file__).resolve().parent / "story"
STEPS: Final = ("cache", "state", "duplicates", "cycles", "managers")
"""In the order in which they are carried out."""

Rows = Sequence[Mapping[str, object]]
Tables = Mapping[str, Rows]
Tree = Mapping[str, tuple[int, bytes]]


class Stage(NamedTuple):
    """The project behind one step; the first is as it was before all."""

    step: str
    code: int
    told: str
    """What `overhaul migrate --write` said."""
    tests: str
    """The last line of its own tests."""
    passed: bool
    tables: Tables
    findings: Rows
    tree: Tree


class Story(NamedTuple):
    """All that happened."""

    stages: Mapping[str, Stage]
    again: Mapping[str, str]
    """What each step had to say when it was asked once more, behind itself."""
    undone: Tree
    """The tree after everything was taken back."""


def overhaul(*arguments: str) -> tuple[int, str]:
    """Run a command in a process of its own; the exit code, and what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "overhaul", *arguments], cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "120"},
    )  # fmt: skip
    return done.returncode, done.stdout or done.stderr


def tree(project: Path) -> Tree:
    """Every file with its permissions and content."""
    left_out = {"__pycache__", ".pytest_cache", ".overhaul"}
    return {
        file.relative_to(project).as_posix(): (file.stat().st_mode, file.read_bytes())
        for file in sorted(project.rglob("*"))
        if file.is_file() and not left_out.intersection(file.relative_to(project).parts)
    }


def staged(project: Path, step: str, code: int, told: str) -> Stage:
    """Run the project's tests and the audit, and look at the tree."""
    tests = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"], cwd=project, capture_output=True, text=True,
        check=False, env={**os.environ, "PYTHONPATH": ""},
    )  # fmt: skip
    _, report = overhaul("audit", str(project), "--report", "json=-", "--quiet")
    found = json.loads(report)
    last = tests.stdout.strip().splitlines()[-1]
    return Stage(step, code, told, last, tests.returncode == 0, found["tables"], found["findings"], tree(project))


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Carry out every step, and take all of them back."""
    project = tmp_path_factory.mktemp("story") / "tradeframe"
    shutil.copytree(PROJECT, project, ignore=shutil.ignore_patterns("__pycache__", ".overhaul", "truth.toml"))
    stages = {"": staged(project, "", 0, "")}
    again: dict[str, str] = {}
    for step in STEPS:
        code, told = overhaul("migrate", str(FILES / f"{step}.toml"), str(project), "--write", "--no-diff")
        stages[step] = staged(project, step, code, told)
        again[step] = overhaul("migrate", str(FILES / f"{step}.toml"), str(project), "--no-diff")[1]
    for _ in STEPS:
        overhaul("undo", str(project), "-q")
    return Story(stages, again, tree(project))


def test_the_project_is_as_the_story_begins(story: Story) -> None:
    before = story.stages[""]
    assert before.passed, before.tests
    assert sure(before.tables["caches"]) == 10
    assert len(before.tables["state_machines"]) == 4
    assert {"fatal", "order-dependent"} <= {row["effect"] for row in before.tables["cycles"]}
    assert "4 xfailed" in before.tests, "what the cycles break is broken"


@pytest.mark.parametrize("step", STEPS)
def test_each_step_is_proven_and_written(story: Story, step: str) -> None:
    stage = story.stages[step]
    assert stage.code == 0, stage.told
    assert stage.tree != story.stages[_before(step)].tree


@pytest.mark.parametrize("step", STEPS)
def test_the_tests_of_the_project_pass_after_each_step(story: Story, step: str) -> None:
    assert story.stages[step].passed, story.stages[step].tests


@pytest.mark.parametrize("step", STEPS)
def test_a_step_has_nothing_to_do_when_it_is_asked_again(story: Story, step: str) -> None:
    assert "Nothing to do" in story.again[step], story.again[step]


def test_undoing_all_steps_restores_every_byte(story: Story) -> None:
    assert story.undone == story.stages[""].tree


def sure(rows: Rows) -> int:
    """How many rows are more than a guess."""
    return sum(1 for row in rows if row["confidence"] != "low")


def _before(step: str) -> str:
    at = STEPS.index(step)
    return STEPS[at - 1] if at else ""


def difference(before: Tree, after: Tree) -> str:
    """What has changed, as a unified diff."""
    lines: list[str] = []
    for path in sorted(before.keys() | after.keys()):
        old = before.get(path, (0, b""))[1].decode().splitlines(keepends=True)
        new = after.get(path, (0, b""))[1].decode().splitlines(keepends=True)
        names = f"a/{path}" if path in before else "/dev/null", f"b/{path}" if path in after else "/dev/null"
        if not old and new and new[0].startswith(MARK):
            first = new[0].partition(" blake2b:")[0]
            lines += [f"--- {names[0]}\n", f"+++ {names[1]}\n", f"+{first} ... and what is copied\n"]
            continue
        lines += difflib.unified_diff(old, new, *names)
    return "".join(lines)


def figures(stage: Stage) -> dict[str, str]:
    """What is counted at each stage."""
    caches = Counter(str(row["subkind"]) for row in stage.tables["caches"] if row["confidence"] != "low")
    effects = Counter(str(row["effect"]) for row in stage.tables["cycles"])
    return {
        "caches": f"{sum(caches.values())}: {_counts(caches)}" if caches else "0",
        "made by a factory": _registered(stage, "manager"),
        "state machines": str(len(stage.tables["state_machines"])),
        "under a coordinator": _registered(stage, "machine"),
        "saves in place": str(sum(1 for row in stage.tables["state_persistences"] if row["write"] == "in_place")),
        "groups of duplicates": str(sure(stage.tables["duplicates"])),
        "parallel packages": str(len(stage.tables["parallels"])),
        "cycles": _counts(effects) or "none",
        "managers": str(sure(stage.tables["managers"])),
        "findings": str(len(stage.findings)),
        "lines of Python": f"{sum(one[1].count(NEWLINE) for path, one in stage.tree.items() if path[-3:] == '.py'):,}",
        "its tests": stage.tests.strip("= "),
    }


def _registered(stage: Stage, what: str) -> str:
    rows = [row for row in stage.tables["registrations"] if row["what"] == what and "tests" not in str(row["path"])]
    tiers = sorted({int(str(row["tier"])) for row in rows if row["tier"] is not None})
    return f"{len(rows)} in tiers {tiers[0]} to {tiers[-1]}" if tiers else str(len(rows))


def _counts(counter: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counter.items(), key=lambda one: (-one[1], one[0])))


def test_the_pages_tell_what_happens(story: Story, expect: Callable[[Path, str], None]) -> None:
    """docs/story.md and the pages below it show the real files, words, figures and differences."""
    expect(PAGES / "story.md", overview(story))
    for number, step in enumerate(STEPS, 1):
        expect(PAGES / "story" / f"{number}-{step}.md", page(story, step))


def overview(story: Story) -> str:
    """The whole story, in figures."""
    columns = {stage.step or "before": figures(stage) for stage in story.stages.values()}
    for column in columns.values():
        # How long they take is another number each time.
        column["its tests"] = column["its tests"].partition(" in ")[0]
    lines = [
        "# The story of tradeframe",
        "",
        "`fixtures/projects/tradeframe` is a trading framework that has grown: more caches than anybody can name, four",
        "state machines of which nobody knows in which state they are, a package that was written twice, imports in",
        "rings, and seventeen managers that one long function makes by hand. Here it is brought to one implementation",
        "of each, in five migrations. Each is one transaction; after each its own tests pass; and `overhaul undo`,",
        "five times, restores every byte. `pytest tests/test_story.py` makes these pages, and fails when they say",
        "anything else.",
        "",
        f"| what the audit counts | {' | '.join(columns)} |",
        f"| --- |{' --- |' * len(columns)}",
    ]
    names = next(iter(columns.values()))
    lines += [f"| {name} | {' | '.join(column[name] for column in columns.values())} |" for name in names]
    lines += ["", "| step | page |", "| --- | --- |"]
    for number, step in enumerate(STEPS, 1):
        title = tomllib.loads((FILES / f"{step}.toml").read_text("utf-8"))["title"]
        lines.append(f"| {number}. {title} | [{step}](story/{number}-{step}.md) |")
    return "\n".join([*lines, ""])


def page(story: Story, step: str) -> str:
    """One step: its file, what was said, and what has changed."""
    file = (FILES / f"{step}.toml").read_text("utf-8")
    title = tomllib.loads(file)["title"]
    said = re.sub(r"`overhaul undo \d+`", "`overhaul undo`", story.stages[step].told.strip())
    changed = difference(story.stages[_before(step)].tree, story.stages[step].tree)
    return "\n".join([
        f"# {title}", "", f"[The whole story](../story.md). The migration file, `{step}.toml`:", "",
        "```toml", file.rstrip(), "```", "", f"What `overhaul migrate {step}.toml --write --no-diff` says:", "",
        "```", said, "```", "", "What has changed:", "", "````diff", changed.rstrip(), "````", "",
    ])  # fmt: skip
