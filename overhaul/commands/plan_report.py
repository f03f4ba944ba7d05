"""What a plan comes to, as JSON, with a published schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

import msgspec

from overhaul import __version__
from overhaul.changes import FileChange, Guidance, Leftover, Moved, Replaced
from overhaul.plans import Check, Plan
from overhaul.project import Project

SCHEMA: Final = "overhaul-plan-1"
"""Goes up when a consumer must change: a key is gone, or means something else."""

Verdict = Literal["ready", "refused", "nothing to do", "written"]


class ToldStep(msgspec.Struct, frozen=True):
    """One step, as a migration file has it."""

    codemod: str
    title: str
    request: dict[str, msgspec.Raw]
    """The keys of the step, those with their usual values too."""


class ToldReplacement(msgspec.Struct, frozen=True):
    """A stretch of text that is replaced."""

    line: int
    """Of the file before, from 1."""
    column: int
    """From 1, in characters."""
    before: str
    after: str
    because: str
    guidance: Guidance


class ToldFile(msgspec.Struct, frozen=True):
    """What becomes of one file."""

    path: str
    kind: Literal["edited", "created", "deleted", "moved"]
    origin: str
    """The path it comes from, if it is moved; the one that is left is not told apart."""
    guidance: Guidance
    because: str
    replacements: tuple[ToldReplacement, ...]


class ToldPlan(msgspec.Struct, frozen=True):
    """A plan, and what has become of it."""

    schema: str
    version: str
    root: str
    """The name of the folder."""
    title: str
    verdict: Verdict
    transaction: str
    """What `overhaul undo` knows it by; "" where nothing was written."""
    steps: tuple[ToldStep, ...]
    left_out: tuple[str, ...]
    separable: tuple[str, ...]
    """What `--without` may name so that the rest may stand."""
    files: tuple[ToldFile, ...]
    moved: tuple[Moved, ...]
    replaced: tuple[Replaced, ...]
    """What is used instead of what."""
    leftovers: tuple[Leftover, ...]
    checks: tuple[Check, ...]
    parsed: int
    """Contents of files that were parsed for it."""


def verdict(plan: Plan, *, written: bool = False) -> Verdict:
    """What has become of a plan."""
    if plan.refusals:
        return "refused"
    if not plan.files:
        return "nothing to do"
    return "written" if written else "ready"


def plan_json(plan: Plan, project: Project, title: str, transaction: str) -> bytes:
    """The plan as JSON."""
    told = ToldPlan(
        SCHEMA, __version__, project.root.name, title, verdict(plan, written=bool(transaction)), transaction,
        tuple(ToldStep(step.codemod, step.title, _keys(step.request)) for step in plan.steps), plan.left_out,
        plan.separable, tuple(_files(plan, project)), plan.moved, plan.replaced, plan.leftovers, plan.checks,
        plan.parsed,
    )  # fmt: skip
    return msgspec.json.format(msgspec.json.encode(told), indent=2) + b"\n"


def _keys(request: msgspec.Struct) -> dict[str, msgspec.Raw]:
    return msgspec.json.decode(msgspec.json.encode(request), type=dict[str, msgspec.Raw])


def _files(plan: Plan, project: Project) -> Iterator[ToldFile]:
    origins = {one.origin for one in plan.files if one.origin}
    for one in plan.files:
        kind = kind_of(one)
        if kind == "deleted" and one.path in origins:
            continue
        yield ToldFile(one.path, kind, one.origin, one.guidance, one.because, tuple(_replacements(one, project)))


def kind_of(change: FileChange) -> Literal["edited", "created", "deleted", "moved"]:
    """What is done with a file."""
    if change.after is None:
        return "deleted"
    if change.origin:
        return "moved"
    return "created" if change.before is None else "edited"


def _replacements(change: FileChange, project: Project) -> Iterator[ToldReplacement]:
    if not change.replacements:
        return
    text = project.source(change.origin or change.path).text()
    for one in change.replacements:
        line = text.count("\n", 0, one.start) + 1
        column = one.start - (text.rfind("\n", 0, one.start) + 1) + 1
        yield ToldReplacement(line, column, text[one.start : one.end], one.text, one.because, one.guidance)


def plan_schema() -> str:
    """The JSON Schema (2020-12) of what `--json` writes."""
    (reference,), definitions = msgspec.json.schema_components([ToldPlan], ref_template="#/$defs/{name}")
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The JSON of a plan of overhaul",
        **reference,
        "$defs": {name: definitions[name] for name in sorted(definitions)},
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode()
