"""What a plan comes to, as text for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

import click

from overhaul.changes import FileChange, Guidance, Leftover, Moved, Replaced
from overhaul.commands.diffing import diff
from overhaul.commands.plan_report import kind_of
from overhaul.plans import Check, Plan, Refusal
from overhaul.printable import printable
from overhaul.project import Project

_LINES: Final = 20_000
"""Lines of a diff from which on its rest is only counted: nobody reads on, and a terminal would drown in it."""


def diffs(plan: Plan, project: Project) -> Iterator[str]:
    """The diff of every file, by path; of a moved one at its new place."""
    origins = {one.origin for one in plan.files if one.origin}
    told = 0
    for number, one in enumerate(plan.files):
        if one.after is None and one.path in origins:
            continue
        if told > _LINES:
            yield f"... and {_counted(len(plan.files) - number, 'file')} more: --json tells all\n\n"
            return
        before = project.source(one.origin).data if one.origin else one.before
        if one.origin:
            yield f"{printable(one.origin)} -> {printable(one.path)}\n"
            if before == one.after:
                yield "\n"
                continue
        for line in diff(one, before):
            told += 1
            yield line
        yield "\n"


def summary(plan: Plan, title: str) -> Iterator[str]:
    """What is planned, what is left, and what the proof says."""
    yield click.style(f"{printable(title)}\n", bold=True)
    if plan.left_out:
        yield f"Left out: {', '.join(printable(_part(plan, one)) for one in plan.left_out)}\n"
    yield "\n"
    yield from _idle(plan)
    yield from _files(plan)
    yield from _moved(plan)
    yield from _replaced(plan.replaced)
    yield from _leftovers(plan.leftovers)
    yield from _checks(plan)


def _idle(plan: Plan) -> Iterator[str]:
    """The steps with nothing to do, beside others that have."""
    if not plan.files or not plan.idle:
        return
    yield "Steps with nothing to do, because it is done or there is nothing of the kind:\n"
    yield from (f"  {number}: {printable(plan.steps[number - 1].called)}\n" for number in plan.idle)
    yield "\n"


def _files(plan: Plan) -> Iterator[str]:
    if not plan.files:
        if not plan.refusals:
            yield "Nothing to do: the project is as it would be afterwards.\n\n"
        return
    origins = {one.origin for one in plan.files if one.origin}
    files = [one for one in plan.files if one.after is not None or one.path not in origins]
    kinds = Counter(kind_of(one) for one in files)
    pieces = Counter(each.guidance for one in files for each in one.replacements)
    told = ", ".join(f"{count:,} {kind}" for kind, count in sorted(kinds.items()))
    told = f" ({told})" if len(kinds) > 1 else f" {next(iter(kinds))}"
    yield f"{_counted(len(files), 'file')}{told}"
    if pieces:
        guided = ", ".join(f"{pieces[one]:,} {_GUIDED[one]}" for one in _GUIDED if pieces[one])
        yield f", {_counted(pieces.total(), 'replacement')}: {guided}"
    yield "\n"
    review = [one for one in files if one.guidance != "safe"]
    if review:
        yield "To review:\n"
        yield from (f"  {printable(one.path)}{_because(one)}\n" for one in review)
    yield "\n"


_GUIDED: Final[dict[Guidance, str]] = {"safe": "proven", "review": "to review", "by hand": "by hand"}


def _because(change: FileChange) -> str:
    reasons = dict.fromkeys(one.because for one in change.replacements if one.guidance != "safe" and one.because)
    told = "; ".join(reasons) or (change.because if change.guidance != "safe" else "")
    return f"  {printable(told)}" if told else ""


def _moved(plan: Plan) -> Iterator[str]:
    if not plan.moved:
        return
    yield "Afterwards it is called:\n"
    asked = {str(getattr(step.request, "target", "")) for step in plan.steps}
    groups: dict[tuple[str, str, str], list[Moved]] = {}
    for one in sorted(plan.moved, key=lambda one: str(one.before) not in asked):
        # A name that importing modules bind as well is one name for the reader.
        same = one.before.module == one.after.module
        groups.setdefault((one.before.name, one.after.name, "" if same else str(one.before)), []).append(one)
    for one, *others in groups.values():
        kept = ", and the old name goes on to work" if one.kept else ""
        also = f", and in {_counted(len(others), 'module')} that import it" if others else ""
        yield f"  {printable(str(one.before))} -> {printable(str(one.after))} ({one.kind}{kept}{also})\n"
    yield "\n"


def _replaced(replaced: Sequence[Replaced]) -> Iterator[str]:
    """What takes the place of what; members, and names of modules, beside what is around them."""
    if not replaced:
        return
    yield "Used instead:\n"
    for one in replaced:
        yield f"  {printable(str(one.before))} -> {printable(str(one.after))} ({one.kind})\n"
    yield "\n"


def _leftovers(leftovers: Sequence[Leftover]) -> Iterator[str]:
    if not leftovers:
        return
    yield f"Left for you to look at ({len(leftovers):,}):\n"
    for one in leftovers:
        where = f"{printable(one.path)}:{one.line}" if one.line else printable(one.path)
        yield f"  {where}: {printable(one.reason)}\n"
        if one.text:
            yield f"      {printable(one.text)}\n"
    yield "\n"


def _checks(plan: Plan) -> Iterator[str]:
    if not plan.checks:
        return
    width = max(len(check.name) for check in plan.checks)
    yield "Checks:\n"
    for check in plan.checks:
        yield f"  {check.name.ljust(width)}  {_outcome(check)}\n"
    yield "\n"
    for one in plan.refusals:
        yield f"{click.style('refused', fg='red', bold=True)} {printable(_refusal(one, len(plan.steps)))}\n"
    if plan.refusals:
        yield "\n"
        for part in plan.separable:
            yield f"The rest may stand without {printable(_part(plan, part))}: --without {printable(part)}\n"


def _outcome(check: Check) -> str:
    if check.refusals:
        return click.style(f"refused, {_counted(len(check.refusals), 'place')}", fg="red")
    if check.skipped:
        return click.style(f"not made: {printable(check.skipped)}", fg="yellow")
    return f"{click.style('ok', fg='green')}  ({check.looked:,} looked at)"


def _refusal(one: Refusal, steps: int) -> str:
    where = f"{one.path}:{one.line}" if one.path and one.line else one.path
    check = "" if one.check == "request" else one.check
    step = f"step {one.step}" if one.step and steps > 1 else ""
    return ": ".join(filter(None, (step, where, check, one.why, one.remedy)))


def _part(plan: Plan, one: str) -> str:
    """A step by its name, a file by its path."""
    if one.isdecimal() and 0 < int(one) <= len(plan.steps):
        return f"step {one}, {plan.steps[int(one) - 1].called}"
    return f"the text in {one}"


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"
