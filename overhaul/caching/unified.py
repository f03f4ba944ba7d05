"""What `overhaul scaffold` has copied into a project: the unified cache is one cache, and its uses are no others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from overhaul.copied import copies
from overhaul.facts import Comment, Facts
from overhaul.inventory import Cache

_CLASS: Final = "UnifiedCache"


def as_one(rows: Iterable[Cache], comments: Facts[Comment]) -> Iterator[Cache]:
    """The rows, those of a copied module as one: the class of the unified cache; none for any other copied module.

    How a copy works inside is nothing that a project has too many of.
    """
    copied = copies(comments)
    for row in rows:
        if not copied(row.module):
            yield row
        elif copied(row.module) == "cache" and row.name == _CLASS:
            told = (*row.evidence, "the unified cache, copied by overhaul scaffold")
            yield msgspec.structs.replace(row, evidence=told)
