"""A class that is not there: gone, because all is done, or mistyped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from overhaul.changes import Target

if TYPE_CHECKING:
    from overhaul.project import Project

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|_+|[^\W\d_]+")
_NUMBER: Final = re.compile(r"\d+")
_LONG: Final = 6
"""Letters of a word in which two slips are one mistake."""


def mistyped(project: Project, target: Target, to: Target, members: Iterable[str]) -> Target | None:
    """The class that was probably meant by one that is not there; None where it may just have gone.

    One that this plan has taken away was meant. Else a class is nearly of that name and has all `members`: those that
    are written as a key of templates has them, operators left out.
    """
    if project.was(target):
        return None
    asked = {one.partition("(")[0] for one in members}
    asked = {one for one in asked if one.isidentifier() and not one.startswith("__")}
    for near in _near(project, target):
        if near != to and asked <= project.symbols.interior(near.module).members_of(near.name):
            return near
    return None


def _near(project: Project, target: Target) -> Iterator[Target]:
    modules = project.layout.modules
    if target.module in modules:
        for name in sorted(project.symbols.interior(target.module).classes):
            if "." not in name and slipped(target.name, name):
                yield Target(target.module, name)
        return
    for module in sorted(modules):
        if slipped(target.module, module) and target.name in project.symbols.interior(module).classes:
            yield Target(module, target.name)


def slipped(name: str, other: str) -> bool:
    """Whether one name is another with slips of the hand: a sign too many, too few, another, or two swapped.

    Where both have as many words, each differs by a slip, or by two where it is long; names that are told apart by a
    number or by one or two letters (`CacheA`, `CacheB`) are two names.
    """
    if _NUMBER.sub("", name) == _NUMBER.sub("", other):
        return False
    words, others = _WORD.findall(name), _WORD.findall(other)
    if len(words) != len(others):
        return _distance(name.lower(), other.lower()) <= 1
    pairs = [(one, two) for one, two in zip(words, others, strict=True) if one != two]
    if any(max(len(one), len(two)) <= 2 for one, two in pairs):
        return False
    return bool(pairs) and all(
        _distance(one.lower(), two.lower()) <= (2 if min(len(one), len(two)) >= _LONG else 1) for one, two in pairs
    )


def _distance(one: str, other: str) -> int:
    """Signs that are too many, too few, or others, and neighbours the wrong way round (optimal string alignment)."""
    rows = [list(range(len(other) + 1))]
    for at, sign in enumerate(one, 1):
        row = [at]
        for place, wanted in enumerate(other, 1):
            best = min(rows[-1][place] + 1, row[-1] + 1, rows[-1][place - 1] + (sign != wanted))
            if at > 1 and place > 1 and (sign, one[at - 2]) == (other[place - 2], wanted):
                best = min(best, rows[-2][place - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]
