"""Functions that a module has got since the last run, where nobody else can have asked for them.

What other modules mean changes only where a name of theirs is looked up. A function whose name occurs in no row of any
unchanged module, and in nothing that the changed ones show, is looked up by changed modules alone: what had been worked
out for the others holds. That a name occurs is found without decoding, by its letters, so that "run" occurs in
"prune": in doubt nothing holds.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from overhaul.facts import Facts, Function, Row

_MOST: Final = 16
"""So many names are looked for; where more are new, one may as well begin anew."""
_ASKED_FOR: Final = frozenset({"register"})
"""Names without underscores that the look-up asks for of itself, as `Decorating` does."""


def marks(names: Iterable[str]) -> bytes:
    """The names of what a module defines: 32 bits each, so that two may be taken for one."""
    return array("I", sorted({_mark(name) for name in names})).tobytes()


def unmarked_names(names: Iterable[str], marked: bytes) -> frozenset[str]:
    """Those of some names at the top level that a module has got since its marks were made; Python's own left out."""
    known = frozenset(array("I", marked))
    return frozenset(name for name in names if _mark(name) not in known and not name.startswith("__"))


def unmarked(functions: Sequence[Function], marked: bytes, methods: bool = True) -> frozenset[str]:
    """The functions that a module has got since its marks were made, as far as they may be left out of its outline.

    Those at the top level, with what is defined in them, and methods of classes, if `methods` says so.
    """
    known = frozenset(array("I", marked))
    return _alone([row for row in functions if _mark(row.name) not in known], methods)


def got(functions: Sequence[Function], known: Collection[str]) -> frozenset[str]:
    """The same where the names that had been defined are `known`."""
    return _alone([row for row in functions if row.name not in known], True)


def _alone(functions: Iterable[Function], methods: bool) -> frozenset[str]:
    found: set[str] = set()
    for row in sorted(functions, key=lambda one: one.name.count(".")):
        around, _, last = row.name.rpartition(".")
        # What Python calls by itself is looked up without being named.
        own = last.startswith("__") or last in _ASKED_FOR
        if not own and (not around or around in found or (methods and row.owner == around)):
            found.add(row.name)
    return frozenset(found)


def words_of(names: Iterable[str]) -> tuple[bytes, ...]:
    """What is looked for of some dotted names: their last parts."""
    return tuple(sorted({name.rpartition(".")[2].encode() for name in names}))


def unheard(
    words: Sequence[bytes], tables: Iterable[Facts[Row]], changed: Collection[str], shown: Iterable[bytes]
) -> bool:
    """Whether no row of a module that has not changed, and nothing that is `shown` of the others, has these words."""
    if len(words) > _MOST or any(word in one for one in shown for word in words):
        return False
    return not any(table.mentions(words, changed) for table in tables)


def _mark(name: str) -> int:
    return zlib.crc32(name.encode())
