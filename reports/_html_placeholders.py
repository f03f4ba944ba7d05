"""The placeholders: what is only pretended, who gets there, and where it is done in earnest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from overhaul.crosslinks import Crosslinks, placeholder_ids
from overhaul.redundancy import Placeholder
from overhaul.sections import Column, Grid, Line, Section, rows_of, short, trimmed
from overhaul.survey import Survey

LIMIT: Final = 1500

_REACHED: Final[Mapping[str, str]] = {
    "entry": "from outside", "tests": "from tests only", "nowhere": "from nothing that was found",
    "unknown": "not known",
}  # fmt: skip
_TIERS: Final[Mapping[str, str]] = {
    "certain": "claims to do something and does not",
    "likely": "says so itself, or swallows what goes wrong",
    "note": "a marker comment and nothing else",
}


class Placeholders(msgspec.Struct, frozen=True):
    """The placeholders, by tier."""

    count: int
    tiers: tuple[tuple[str, int, str], ...]
    """(tier, how many, what it means), the certain ones first."""
    reached: int
    """Certain and likely ones that are reached from where the program begins, or are part of what a library offers."""
    fuller: int
    """Certain and likely ones of whose name there is an implementation elsewhere."""
    grids: tuple[Grid, ...]


@Section("Placeholders", order=32)
def placeholders(survey: Survey) -> Placeholders | None:
    """Code that claims to do something and does not."""
    rows = rows_of(survey, Placeholder)
    if rows is None:
        return None
    sure = [row for row in rows if row.sure]
    tiers = Counter[str](row.tier for row in rows)
    told = list(placeholder_ids(rows))[:LIMIT]
    return Placeholders(
        len(rows), tuple((tier, tiers[tier], means) for tier, means in _TIERS.items() if tier in tiers),
        sum(row.reached == "entry" for row in sure), sum(bool(row.fuller) for row in sure),
        (_grid(told, len(rows), Crosslinks(survey)),) if rows else (),
    )  # fmt: skip


def _grid(rows: Sequence[tuple[Placeholder, str]], total: int, links: Crosslinks) -> Grid:
    return trimmed(Grid(
        id="placeholders-all", caption="Every placeholder", shown=40,
        columns=(
            Column("Tier", "word", choose=True), Column("Place", "place"), Column("Name", "code"), Column("Why"),
            Column("Seen", "word", choose=True), Column("Findings", "links"),
            Column("Facts", "folded"), Column("Reached"), Column("Done elsewhere"),
        ),
        lines=tuple(
            Line((
                row.tier, f"{row.path}:{row.line}", row.name, short(row.why, 160), row.pattern.replace("_", " "),
                links.findings(id), "\n".join(short(text, 200) for text in row.evidence), _reached(row), _fuller(row),
            ), id)
            for row, id in rows
        ),
        total=total, rest='overhaul query "SELECT * FROM placeholders"',
    ))  # fmt: skip


def _fuller(row: Placeholder) -> str:
    """The first of the implementations, and how many more."""
    more = f" and {len(row.fuller) - 1:,} more" if len(row.fuller) > 1 else ""
    return f"`{short(row.fuller[0], 120)}`{more}" if row.fuller else ""


def _reached(row: Placeholder) -> str:
    """From where, by whom, and by how many more."""
    if not row.called_by:
        return _REACHED[row.reached]
    first = short(row.called_by[0].removeprefix(f"{row.module}."), 120)
    more = f" and {row.callers - 1:,} more" if row.callers > 1 else ""
    return f"{_REACHED[row.reached]}: `{first}`{more}"
