"""Comments that suppress nothing, or that do not say why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Final

from overhaul.facts import Facts, Suppression
from overhaul.findings import Finding, Judged
from overhaul.layout import Layout
from overhaul.leaves import Rule
from overhaul.suppressing import covers

_FORM: Final = "`# overhaul: ignore[rule, other] reason`"
_FILE_FORM: Final = "`# overhaul: ignore-file[rule, other] reason`"


@Rule
def unused_suppression(layout: Layout, suppressions: Facts[Suppression], judged: Judged) -> Iterator[Finding]:
    """A comment suppresses nothing, is not written like one, or does not say why.

    Why: a comment that outlives what it was about hides the next mistake that is made there, one that is misspelt hides
    nothing though its author thinks so, and without a reason nobody can tell whether it still holds.

    Instead: take it away, or write `# overhaul: ignore[rule, other] reason` at the end of a line of the statement, or
    alone on the line above it; for a whole file `# overhaul: ignore-file[rule] reason` alone on a line above the first
    statement.

    What it names is called unused only when the rule has run. A comment without a reason holds all the same.
    """
    said: dict[str, list[Finding]] = defaultdict(list)
    for finding in judged.findings:
        said[finding.path].append(finding)
    for module, rows in suppressions.items():
        path = layout.modules[module].path
        for row in rows:
            for message, rules in _wrong(row, said[path], judged):
                yield Finding(
                    rule="unused_suppression", severity="warning", message=message, module=module, path=path,
                    line=row.line, name=", ".join(rules),
                )  # fmt: skip


def _wrong(row: Suppression, said: Sequence[Finding], judged: Judged) -> Iterator[tuple[str, Sequence[str]]]:
    """What is wrong with a comment, and the rules that this is about."""
    form = _FILE_FORM if row.whole_file else _FORM
    if row.wrong == "form":
        yield f"`{row.text}` suppresses nothing as it is written: write {form}", ()
        return
    if row.wrong == "place":
        yield f"`{row.text}` suppresses nothing here: write it alone on a line above the first statement", row.rules
        return
    unknown = [rule for rule in row.rules if judged.known and rule not in judged.known]
    for rule in unknown:
        near = get_close_matches(rule, sorted(judged.known), n=1)
        remedy = f"did you mean {near[0]}?" if near else "`overhaul explain` lists them"
        yield f"there is no rule {rule}: {remedy}", (rule,)
    unused = [
        rule for rule in row.rules
        if rule in judged.rules and rule != "unused_suppression"
        and not any(covers(row, one.rule, one.line) for one in said if one.rule == rule)
    ]  # fmt: skip
    if unused:
        where = "in this file" if row.whole_file else "here"
        if row.alone and row.first == row.last == row.line:
            where = "here, for no statement stands directly below"
        remedy = "take them out" if len(unused) < len(row.rules) else "take it away"
        yield f"nothing to suppress of {' and '.join(unused)} {where}: {remedy}", unused
    if not row.reason and len(unused) + len(unknown) < len(row.rules):
        yield f"`{row.text}` does not say why: write a reason behind the brackets", row.rules
