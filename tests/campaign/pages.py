"""Tell of a campaign on pages: what was asked, and what was said."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Final, cast

from tests.campaign.driving import CAMPAIGN, Chapter, Said, plain
from tests.campaign.phases import Story

REPORTED: Final = 3


def name(chapter: Chapter) -> str:
    """The name of a chapter's page, without `.md`."""
    return f"{chapter.number}-{re.sub('[^a-z]+', '-', chapter.title.lower())}"


def overview(story: Story) -> str:
    """All phases, in figures."""
    phases = cast(
        "Mapping[str, Mapping[str, object]]",
        tomllib.loads((story.campaign.project / CAMPAIGN).read_text("utf-8"))["phases"],
    )
    chapters = story.campaign.chapters
    lines = [
        "# The campaign of tradeframe",
        "",
        "`fixtures/projects/tradeframe` has grown like the codebase that the method comes from: 17 managers that one",
        "function of 241 lines makes by hand, in four tiers and a root; 3 caches that everybody uses, and 7 more; 4",
        "state systems; imports that fail; two generations of the same tools; and functions that only pretend. Here it",
        "goes through the ten phases of [the campaign](campaign.md). Each gate is red first, on evidence, and green in",
        "the end; what [the migrations](story.md) do not do is written by hand, as its maintainers would",
        "(`fixtures/campaign`). `pytest tests/test_campaign_story.py` goes through all of it, makes these pages, and",
        "fails when they say anything else.",
        "",
        "| phase | first | in the end | page |",
        "| --- | --- | --- | --- |",
    ]
    for chapter in chapters:
        link = f"[{name(chapter)}](campaign-story/{name(chapter)}.md)"
        if 1 <= chapter.number <= len(phases):
            gates = [_complete(one) for one in chapter.said(f"phase {chapter.number} ")]
            lines.append(f"| {chapter.number}. {chapter.title} | {gates[0]} | {gates[-1]} | {link} |")
        else:
            lines.append(f"| {chapter.title} | | | {link} |")
    told = "Each phase has its report, which `overhaul phase N --report FILE` writes:"
    lines += ["", f"{told} [that of phase {REPORTED}](campaign-story/report-{REPORTED}.md).", ""]
    return "\n".join([*lines, *_figures(phases, story.planned), ""])


def report(story: Story) -> str:
    """The report of one phase."""
    return plain((story.campaign.project / "reports" / f"phase-{REPORTED}.md").read_text("utf-8")) + "\n"


def _complete(gate: Said) -> str:
    """The line that says how much of a gate is reached."""
    return next(line for line in gate.text.splitlines() if "% complete: " in line).replace(" complete: ", ": ")


def _figures(phases: Mapping[str, Mapping[str, object]], planned: str) -> Iterator[str]:
    """What was counted when the plan was made, and when each phase was completed."""
    baseline = cast("Mapping[str, float]", tomllib.loads(planned)["baseline"])
    ordered = sorted(phases.values(), key=lambda one: cast("int", one["number"]))
    metrics = [cast("Mapping[str, Mapping[str, float]]", one["completed"])["metrics"] for one in ordered]
    yield f"| figure | plan | {' | '.join(str(one['number']) for one in ordered)} |"
    yield f"| --- |{' --- |' * (len(ordered) + 1)}"
    for figure, value in baseline.items():
        values = [value, *(one[figure] for one in metrics)]
        if len(set(values)) > 1:
            yield f"| {figure.replace('_', ' ')} | {' | '.join(f'{one:g}' for one in values)} |"


def page(chapter: Chapter) -> str:
    """One phase: what was done, and what was said."""
    lines = [f"# {chapter.number}. {chapter.title}" if 1 <= chapter.number <= 10 else f"# {chapter.title}", ""]
    lines += ["[All phases](../campaign-story.md).", ""]
    for scene in chapter.scenes:
        if isinstance(scene, str):
            lines += [scene, ""]
        else:
            said = f"\n{scene.text}" if scene.text.strip() else ""
            lines += [f"```text\n$ {scene.command}{said}\n```", ""]
            lines += [f"Exit code {scene.code}.", ""] if scene.code else []
    return "\n".join(lines)
