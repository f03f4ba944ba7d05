"""The entry that records why a group stays as it is, as it would stand in the settings or in the ledger."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from overhaul.config import Config
from overhaul.errors import UsageError
from overhaul.printable import printable
from overhaul.redundancy import Consolidation, Duplicate, Parallel, RepeatedUtility
from overhaul.repeating.justify import Group, entry_text, groups_of
from overhaul.survey import Survey


def justified(survey: Survey, identity: str, reason: str = "", owner: str = "", expires: date | None = None) -> str:
    """The entry for a group, and before it in comments what the group is and where the entry belongs.

    Raises UsageError for an identity that no group has, with the nearest ones or the table to look at.
    """
    groups = groups_of(
        survey.rows(Duplicate), survey.rows(Parallel), survey.rows(Consolidation), survey.rows(RepeatedUtility)
    )
    if not groups:
        raise UsageError("there is no duplicate, parallel or candidate of consolidation here: nothing to justify")
    group = groups.get(identity)
    if group is None:
        raise UsageError(f"unknown group {identity!r}: {_remedy(identity, groups)}")
    return f"{_comments(group, survey.config)}{_entry(group, survey.config, reason, owner, expires)}"


def expiry(text: str | None, today: date) -> date | None:
    """A date in ISO 8601; None for none. Raises UsageError for what is no date, and for one that is over."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--expires {text!r} is no date: write it like 2030-12-31") from None
    if day < today:
        raise UsageError(f"--expires {text} is over: the entry would not hold for a day")
    return day


def _remedy(identity: str, groups: Iterable[str]) -> str:
    """What to ask for instead: groups that begin so, else those that are written alike, else where they are listed."""
    known = sorted(groups)
    begins = [one for one in known if one.startswith(identity)] if identity.strip("-") else []
    if len(begins) > _OFFERED:
        return f"{len(begins)} begin so, {' and '.join(begins[:2])} among them; {_listed(identity)}"
    if near := begins or get_close_matches(identity, known, n=_OFFERED):
        return f"did you mean {' or '.join(near)}?"
    return _listed(identity)


def _listed(identity: str) -> str:
    """The query for the groups of one kind; for candidates, which come from all kinds, by default."""
    table, columns = _TABLES.get(identity.partition("-")[0], _CANDIDATES)
    return f'`overhaul query "SELECT {columns} FROM {table}"` lists them'


_OFFERED: Final = 3
_CANDIDATES: Final = "consolidations", "identity, path, line, name"
_TABLES: Final = {
    "dup": ("duplicates", "identity, path, line, name"),
    "par": ("parallels", "identity, first, second"),
    "rep": ("repeated_utilities", "identity, path, line, name"),
}
"""The kind of a group, as its identity begins -> where it is listed; other kinds are listed as candidates only."""


def _comments(group: Group, config: Config) -> str:
    there = [one for one in config.justified if one.group == group.identity]
    lines = (
        f"{group.path}:{group.line}: {group.what}",
        f"for {_where(config)}",
        *(f"{one.file}:{one.line} has an entry for it already: put this one in its place" for one in there),
    )
    return "".join(f"# {printable(line)}\n" for line in lines)


def _where(config: Config) -> str:
    if config.justified_file:
        return config.justified_file
    return Path(config.source).name if config.source else "pyproject.toml"


def _entry(group: Group, config: Config, reason: str, owner: str, expires: date | None) -> str:
    header = "tool.overhaul.justified" if _where(config) == "pyproject.toml" else "justified"
    day = expires.isoformat() if expires is not None else ""
    return entry_text(header, group.identity, group.members, reason, owner, day)
