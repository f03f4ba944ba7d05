"""The findings, rule by rule, with why they matter and what to do instead."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from overhaul.findings import Finding
from overhaul.leaves import Rule
from overhaul.sections import WORST_FIRST, Column, Grid, Line, Section, anchor, rule_anchor, short
from overhaul.survey import Survey

BUDGET: Final = 6000
"""Findings in the page, shared by the rules: about 2 MB."""

_HEADING: Final = re.compile(r"(?:^|(?<=\s))(Why|Instead):\s+")


class Group(msgspec.Struct, frozen=True):
    """What one rule found at one severity."""

    id: str
    rule: str
    severity: str
    summary: str
    why: str
    instead: str
    grid: Grid


class Findings(msgspec.Struct, frozen=True):
    """All findings."""

    count: int
    groups: tuple[Group, ...]


@Section("Findings", order=20)
def findings(survey: Survey) -> Findings | None:
    """What the rules found, the worst first."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for one in survey.findings:
        groups.setdefault((one.severity, one.rule), []).append(one)
    order = sorted(groups, key=lambda key: (WORST_FIRST.index(key[0]), -len(groups[key]), key[1]))
    limit = max(50, BUDGET // max(1, len(groups)))
    twins: Counter[tuple[str, ...]] = Counter()
    return Findings(
        len(survey.findings),
        tuple(_group(*key, groups[key], survey.leaves.rules.get(key[1]), limit, twins) for key in order),
    )


def _group(
    severity: str, rule: str, rows: Sequence[Finding], leaf: Rule | None, limit: int,
    twins: Counter[tuple[str, ...]],
) -> Group:  # fmt: skip
    doc = _parts(leaf.doc) if leaf is not None else {}
    id = rule_anchor(rule, severity)
    because = any(one.because for one in rows)
    columns = (Column("Place", "place"), Column("Message"), *([Column("Because")] if because else []))
    return Group(
        id, rule, severity, leaf.summary if leaf is not None else "", doc.get("Why", ""), doc.get("Instead", ""),
        Grid(
            id=f"{id}-findings", caption=f"{rule}: {severity}s", columns=columns, shown=25,
            lines=tuple(_lines(rows[:limit], because, twins)), total=len(rows),
            rest=f"overhaul audit --select {rule} --report json",
        ),
    )  # fmt: skip


def _lines(rows: Iterable[Finding], because: bool, twins: Counter[tuple[str, ...]]) -> Iterator[Line]:
    """Lines with addresses that outlive edits elsewhere in the file: they do not depend on line numbers.

    `twins` counts the findings about one thing.
    """
    for one in rows:
        same = one.rule, one.module, one.path, one.name
        twins[same] += 1
        reasons = ("; ".join(one.because),) if because else ()
        yield Line(
            (f"{one.path}:{one.line}", short(one.message), *(short(text) for text in reasons)),
            anchor("finding", *same, str(twins[same])),
        )


def _parts(doc: str) -> dict[str, str]:
    """What a docstring says after `Why:` and after `Instead:`, each as one paragraph."""
    pieces = _HEADING.split(doc)
    return {head: " ".join(text.split()) for head, text in zip(pieces[1::2], pieces[2::2], strict=True)}
