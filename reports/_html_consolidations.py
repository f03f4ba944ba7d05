"""The candidates for one: what each would save, and what it would risk, part by part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from overhaul.inventory import CacheFamily, ResponsibilityOverlap
from overhaul.redundancy import Consolidation, Parallel, RepeatedUtility
from overhaul.sections import Column, Grid, Line, Section, anchor, rows_of, short
from overhaul.summary import candidate_name, listed_duplicates, listed_parallels
from overhaul.survey import Survey

TOLD: Final = 60
"""Candidates whose risk is shown part by part."""
LIMIT: Final = 500
MEMBERS: Final = 12
"""Members of one candidate that are named."""


class CandidateView(msgspec.Struct, frozen=True):
    """One candidate."""

    id: str
    name: str
    candidate: Consolidation
    members: tuple[str, ...]
    more: int
    link: str
    """The id of what it comes from; "" where that is not on the page."""
    parts: Grid


class Consolidations(msgspec.Struct, frozen=True):
    """The candidates, by what they save against what they risk."""

    count: int
    kept: int
    """Those that stay as they are for a reason on record; not counted before."""
    saved: int
    """Lines, each counted once."""
    candidates: tuple[CandidateView, ...]
    grids: tuple[Grid, ...]


@Section("Candidates for one", order=34)
def consolidations(survey: Survey) -> Consolidations | None:
    """Things that could be one."""
    rows = rows_of(survey, Consolidation)
    if rows is None:
        return None
    sure = [row for row in rows if row.sure]
    open_ones = [row for row in sure if not row.justified]
    links = _links(survey)
    pairs = {row.identity: row for row in rows_of(survey, Parallel) or ()}
    # As the table has them, but for what stays as it is and what is unsure: that comes last.
    ranked = sorted(rows, key=lambda row: (not row.sure, bool(row.justified)))
    listed = list({anchor("candidate", row.subkind, row.identity): row for row in ranked}.items())
    return Consolidations(
        len(open_ones), len(sure) - len(open_ones), sum(row.further_lines for row in open_ones),
        tuple(_view(id, short(candidate_name(row, pairs), 240), row, _origin(row, links)) for id, row in listed[:TOLD]),
        (_grid(listed, pairs, links, len(rows)),) if rows else (),
    )  # fmt: skip


def _links(survey: Survey) -> frozenset[str]:
    """The ids on the page that a candidate may come from."""
    ids = {row.identity for row in listed_duplicates(survey)} | {row.identity for row in listed_parallels(survey)}
    if rows_of(survey, CacheFamily):
        ids.add("caches")
    if rows_of(survey, ResponsibilityOverlap):
        ids.add("managers-overlaps")
    if rows_of(survey, RepeatedUtility):
        ids.add("repeated-utilities")
    return frozenset(ids)


def _origin(row: Consolidation, links: frozenset[str]) -> str:
    found = {
        "cache_family": "caches", "responsibility_overlap": "managers-overlaps",
        "repeated_utility": "repeated-utilities",
    }.get(row.subkind, row.identity)  # fmt: skip
    return found if found in links else ""


def _view(id: str, name: str, row: Consolidation, link: str) -> CandidateView:
    return CandidateView(
        id, name, row, row.members[:MEMBERS], max(0, len(row.members) - MEMBERS), link,
        Grid(
            id=f"{id}-risk", caption=f"The risk of {row.identity}, part by part",
            columns=(
                Column("Part"), Column("What was counted"), Column("Value", "number"), Column("Weight", "number"),
                Column("Adds", "number"),
            ),
            lines=tuple(
                Line((
                    part.name.replace("_", " "), short(part.measure, 200), part.value, part.weight, part.adds,
                ))
                for part in row.parts
            ),
        ),
    )  # fmt: skip


def _grid(
    rows: Sequence[tuple[str, Consolidation]], pairs: Mapping[str, Parallel], links: frozenset[str], total: int
) -> Grid:
    columns = (
        Column("Saved lines", "number"), Column("Risk", "number"), Column("Members", "code"),
        Column("Kind", "word", choose=True), Column("Confidence", "word", choose=True),
        Column("See", "link"), Column("Place", "place"),
    )  # fmt: skip
    held = any(row.justified for _, row in rows)
    lines: list[Line] = []
    for number, (id, row) in enumerate(rows[:LIMIT]):
        cells = (
            row.saved_lines, row.risk, short(_members(row, pairs), 240), row.subkind.replace("_", " "), row.confidence,
            _origin(row, links), f"{row.path}:{row.line}",
        )  # fmt: skip
        lines.append(Line((*cells, short(row.justified, 160)) if held else cells, "" if number < TOLD else id))
    return Grid(
        id="candidates-all", caption="Every candidate", shown=25,
        columns=(*columns, Column("Stays because")) if held else columns, lines=tuple(lines),
        total=total, rest='overhaul query "SELECT * FROM consolidations"',
    )  # fmt: skip


def _members(row: Consolidation, pairs: Mapping[str, Parallel]) -> str:
    if row.identity in pairs:
        return candidate_name(row, pairs)
    more = len(row.members) - 3
    return ", ".join(row.members[:3]) + (f" and {more:,} more" if more > 0 else "")
