"""What `overhaul scaffold` has copied into a project: the unified cache is one cache, and its uses are no others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from overhaul.facts import Comment, Facts
from overhaul.inventory import Cache

MARK: Final = "# overhaul scaffold: "
"""What the first line of a copy begins with; what it is a copy of follows."""
_CLASS: Final = "UnifiedCache"
_LINES: Final = 3
"""Lines of a file in which its mark is looked for: an editor may have put something above."""


def as_one(rows: Iterable[Cache], comments: Facts[Comment]) -> Iterator[Cache]:
    """The rows, those of a copied module as one: the class of the unified cache; none for any other copied module.

    How a copy works inside is nothing that a project has too many of.
    """
    known: dict[str, str] = {}
    for row in rows:
        copied = known.get(row.module)
        if copied is None:
            copied = known[row.module] = _copied(comments[row.module])
        if not copied:
            yield row
        elif copied == "cache" and row.name == _CLASS:
            told = (*row.evidence, "the unified cache, copied by overhaul scaffold")
            yield msgspec.structs.replace(row, evidence=told)


def _copied(comments: Iterable[Comment]) -> str:
    """What a module is a copy of; "" for none."""
    for one in comments:
        if one.line <= _LINES and one.text.startswith(MARK):
            return one.text.removeprefix(MARK).partition(" ")[0]
    return ""
