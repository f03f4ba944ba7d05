"""The findings, rule by rule, each with its source, why it matters and what to do instead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from overhaul.config import Severity
from overhaul.crosslinks import Crosslinks, finding_id
from overhaul.excerpts import Excerpt, Excerpts
from overhaul.findings import SEVERITIES, Finding
from overhaul.leaves import Rule
from overhaul.patterns import regex
from overhaul.sections import Cell, Column, Grid, Line, Section, quoted, rule_anchor, short
from overhaul.survey import Survey

BUDGET: Final = 6000
"""Findings in the page, shared by the rules: about 2 MB."""
EXCERPTS: Final = 2000
"""Findings that are shown with their source, shared by the rules in the same way."""
BEFORE: Final = 1
"""Lines of source before the one that a finding is about."""
BEHIND: Final = 3
"""What a function does stands behind its head."""
WIDEST: Final = 160
"""Characters of a line of source."""
PLACES: Final = 6
"""Further places of one finding."""
REMOVED: Final = 500
"""Suppressed findings that are listed, and fixed ones."""

_KEPT: Final = regex(r"\boverhaul justify ([a-z]+-[0-9a-f]+)")
_HEADING: Final = regex(r"(?:^|(?<=\s))(Why|Instead):\s+")


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
    new: int
    inherited: int
    baseline: str
    """The file of the baseline; "" when there is none."""
    groups: tuple[Group, ...]
    suppressed: Grid | None
    fixed: Grid | None


@Section("Findings", order=20)
def findings(survey: Survey) -> Findings | None:
    """What the rules found, the worst first; then what a comment suppresses, and what is fixed."""
    verdict = survey.verdict
    groups: dict[tuple[Severity, str], list[Finding]] = {}
    for one in verdict.findings:
        groups.setdefault((one.severity, one.rule), []).append(one)
    order = sorted(groups, key=lambda key: (SEVERITIES.index(key[0]), -len(groups[key]), key[1]))
    parts = max(1, len(groups))
    shown = _Shown(survey, bool(verdict.inherited), max(50, BUDGET // parts), max(25, EXCERPTS // parts))
    return Findings(
        len(verdict.findings), len(verdict.new), len(verdict.inherited), verdict.baseline,
        tuple(shown.group(*key, groups[key], survey.leaves.rules.get(key[1])) for key in order),
        _suppressed(verdict.suppressed) if verdict.suppressed else None,
        Grid(
            id="findings-fixed", caption="In the baseline, and found no more", shown=20,
            columns=(Column("Rule", "word"), Column("Module", "code"), Column("Name", "code")),
            lines=tuple(Line((one.rule, one.module, one.name)) for one in verdict.fixed[:REMOVED]),
            total=len(verdict.fixed), rest="overhaul baseline",
        ) if verdict.fixed else None,
    )  # fmt: skip


class _Shown:
    """Makes groups of findings; what differs from page to page is decided once."""

    def __init__(self, survey: Survey, statuses: bool, limit: int, excerpts: int) -> None:
        self._excerpts = Excerpts(survey)
        self._modules = {survey.place(name): name for name in survey.layout.modules}
        self._links = Crosslinks(survey)
        self._statuses, self._limit, self._quoted = statuses, limit, excerpts

    def group(self, severity: str, rule: str, rows: Sequence[Finding], leaf: Rule | None) -> Group:
        doc = _parts(leaf.doc) if leaf is not None else {}
        id = rule_anchor(rule, severity)
        shown = _together(rows)[: self._limit]
        linked = any(map(self._see, shown))
        columns = (
            Column("Place", "place"), *([Column("Status", "word", choose=True)] if self._statuses else []),
            Column("What, and because of what", "points"), Column("Source", "excerpt"),
            *([Column("See", "links")] if linked else []),
        )  # fmt: skip
        return Group(
            id, rule, severity, leaf.summary if leaf is not None else "", doc.get("Why", ""), doc.get("Instead", ""),
            Grid(
                id=f"{id}-findings", caption=f"{rule}: {severity}s", columns=columns, shown=25,
                lines=tuple(self._lines(shown, linked)), total=len(rows),
                rest=f"overhaul audit --select {rule} --report json",
            ),
        )  # fmt: skip

    def _lines(self, rows: Iterable[Finding], linked: bool) -> Iterator[Line]:
        """Lines with addresses that outlive edits elsewhere in the file: they do not depend on line numbers."""
        for number, one in enumerate(rows):
            places = [f"{place.path}:{place.line}: {place.what}".rstrip(": ") for place in one.places]
            # What a rule names as a place, it need not say once more.
            because = [text for text in one.because if not any(place in text for place in places)]
            more = [f"and {len(places) - PLACES:,} places more"] if len(places) > PLACES else []
            said = [one.message, *because, *places[:PLACES], *more]
            cells: tuple[Cell, ...] = (
                f"{one.path}:{one.line}", *([one.status] if self._statuses else []),
                "\n".join(short(" ".join(text.split("\n"))) for text in said),
                self._quote(one) if number < self._quoted else None,
            )  # fmt: skip
            yield Line((*cells, self._see(one)) if linked else cells, finding_id(one))

    def _see(self, one: Finding) -> str:
        """The rows it is about, and what else is on the page of its further places."""
        return "\n".join(filter(None, (self._links.rows(one), self._links.places(one, PLACES))))

    def _quote(self, one: Finding) -> str | None:
        module = self._modules.get(one.path)
        if module is None:
            return None
        found = self._excerpts.lines(module, one.line - BEFORE, one.line + BEHIND)
        if not isinstance(found, Excerpt) or not found.lines:
            return None
        return quoted(found.first, [short(line, WIDEST) for line in found.lines], one.line)


def _together(rows: Sequence[Finding]) -> list[Finding]:
    """Findings about one group, which says how to keep it, all where the first of them stands."""
    first: dict[str, int] = {}
    keys: list[tuple[int, int]] = []
    for number, one in enumerate(rows):
        group = next((found[1] for text in one.because if (found := _KEPT.search(text)) is not None), one.identity)
        keys.append((first.setdefault(group, number), number))
    return [rows[number] for _, number in sorted(keys)]


def _suppressed(rows: Sequence[Finding]) -> Grid:
    return Grid(
        id="findings-suppressed", caption="Suppressed by a comment in the source", shown=20,
        columns=(
            Column("Place", "place"), Column("Rule", "word", choose=True), Column("Message"), Column("Reason"),
        ),
        lines=tuple(
            Line((f"{one.path}:{one.line}", one.rule, short(one.message), short(one.reason)), finding_id(one))
            for one in rows[:REMOVED]
        ),
        total=len(rows), rest="overhaul audit --report json",
    )  # fmt: skip


def _parts(doc: str) -> dict[str, str]:
    """The paragraphs of a docstring that begin with `Why:` and `Instead:`; what follows is in `overhaul explain`."""
    pieces = _HEADING.split(doc)
    paragraphs = (text.split("\n\n", 1)[0] for text in pieces[2::2])
    return {head: " ".join(text.split()) for head, text in zip(pieces[1::2], paragraphs, strict=True)}
