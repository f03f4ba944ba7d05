"""Make plans that are right, and break them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from benchmarks.moves.choosing import Trial, trials
from benchmarks.proof_mutants.texts import replacements
from benchmarks.proof_mutants.ways import MUTATIONS, Right, Text, touch_another_byte
from overhaul.changes import FileChange
from overhaul.config import load_config
from overhaul.errors import OverhaulError
from overhaul.leaves import Leaves
from overhaul.migrations import request
from overhaul.planning import Asked, plan
from overhaul.plans import Step
from overhaul.project import Project
from overhaul.proving.proof import prove
from overhaul.survey import survey


def right_plans(
    root: Path, packages: Sequence[str], seed: int, each: int, leaves: Leaves, store: Path
) -> Iterator[Right | str]:
    """The plans of some trials that are proven; what the proof says against the others, for somebody to look at."""
    project = Project(survey(root, load_config(root), leaves, store=store))
    for trial in trials(root, packages, seed, each):
        codemod, to = _codemod(trial)
        try:
            keys = {"target": trial.thing.target, "to": to}
            steps = [Step(codemod, request(trial.title, leaves.codemods[codemod], keys))]
            made = plan(project, steps, leaves, Asked(code_only=True))
        except OverhaulError as error:
            yield f"{trial.title}: {error}"
            continue
        if made.refusals:
            yield f"{trial.title}: {made.refusals[0].check}: {made.refusals[0].path}: {made.refusals[0].why}"
        elif made.files and made.moved:
            new = made.moved[0].after
            old = made.moved[0].before.dotted.rpartition(".")[2]
            yield Right(project, made, old, new.name.rpartition(".")[2] or new.module.rpartition(".")[2], new.module)


def _codemod(trial: Trial) -> tuple[str, str]:
    thing = trial.thing
    if thing.name and trial.verb == "move":
        return "move_symbol", trial.to
    if thing.name:
        return "rename_member" if "." in thing.name else "rename_symbol", trial.to
    package, _, last = thing.module.rpartition(".")
    return "move_module", f"{trial.to}.{last}" if trial.verb == "move" else f"{package}.{trial.to}".lstrip(".")


def mutants(right: Right, chance: random.Random) -> Iterator[tuple[str, str, Sequence[FileChange]]]:
    """Broken plans: the way, the file, the plan's files."""
    files = right.plan.files
    texts: list[Text] = []
    for number, one in enumerate(files):
        if one.after is None or not one.path.endswith(".py") or not (one.replacements or one.before is None):
            continue
        before = one.before if one.before is not None else b""
        if one.origin:
            before = right.project.source(one.origin).data
        texts.append(Text(number, one.path, before.decode(), one.after.decode()))
    for mutation in MUTATIONS:
        for text in chance.sample(texts, len(texts)):
            broken = mutation(right, text, chance)
            if broken is None or broken == text.after:
                continue
            one = files[text.number]
            edits = one.replacements if mutation is touch_another_byte else replacements(text.before, broken)
            if one.before is None and not one.origin:
                edits = ()
                if mutation is touch_another_byte:
                    continue
            changed = msgspec.structs.replace(one, after=broken.encode(), replacements=edits)
            same = broken == text.before and not one.origin
            yield mutation.__name__, text.path, [
                *files[: text.number], *([] if same else [changed]), *files[text.number + 1 :]
            ]  # fmt: skip
            break


def said(right: Right, files: Sequence[FileChange]) -> tuple[str, str]:
    """The check that refuses a plan, and what it says; "" for none."""
    after = right.project.after(files)
    for check in prove(right.project, after, files, right.plan.moved, leftovers=right.plan.leftovers):
        if check.refusals:
            one = check.refusals[0]
            return check.name, f"{one.path}:{one.line}: {one.why}"
    return "", ""
