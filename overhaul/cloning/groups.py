"""Pieces that say the same, in groups: those that are equal, and those that are alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal, NamedTuple

from overhaul.cloning.likeness import Likeness, bound, likeness, meanings
from overhaul.cloning.pieces import Piece

LEAST: Final = 0.70
"""The similarity from which statements added, removed or changed are a variation of the same thing."""
STEP: Final = 0.012
"""So much more for every statement that is missing to `ENOUGH`."""
ENOUGH: Final = 12
SUBSTANCE: Final = 0.45
"""What is done must be as similar at least: the same frame around other rules is no duplicate."""
DECISIVE: Final = 10
"""In pieces of so few statements another operator makes another thing."""
VARIETY: Final = {1: 11.0, 2: 9.5, 3: 12.0}
"""How much a piece must have to say (`Piece.variety`) to count, by type."""
STATEMENTS: Final = {1: 4, 2: 5, 3: 6}
CONSTRUCTOR: Final = 16.0
"""How much a constructor must have to say: most do no more than keep what they are given."""
STRUCTURE: Final = 0.9
"""What structure alone counts against names that are shared."""
LONG: Final = 15.0
"""A text of this weight that is equal to the letter counts however monotonous it is."""
WORDS: Final = 0.5
"""Tables must have as much of their names in common (Dice's coefficient): their structure says nothing."""
_MOST: Final = 200
"""Pieces of equal structure with different names: so many groups are tried for each."""


class Group(NamedTuple):
    """Pieces of which each is equal or alike to the first."""

    type: Literal[1, 2, 3]
    pieces: Sequence[Piece]
    """By module and place; the first in it is the one that others are held against."""
    similarity: float
    """Of the least similar to the first."""


def equal(pieces: Sequence[Piece]) -> Iterator[Group]:
    """Groups of type 1 and 2, by their first members; whether names mean the same is not looked at here."""
    found: dict[bytes, list[Piece]] = {}
    for piece in pieces:
        found.setdefault(piece.fragment.renamed, []).append(piece)
    for same in found.values():
        if len(same) > 1:
            yield from _equal(same)


def _equal(same: Sequence[Piece]) -> Iterator[Group]:
    first = same[0]
    if first.fragment.name.endswith("__init__") and first.variety < CONSTRUCTOR:
        return
    variety = first.variety
    if first.fragment.statements < STATEMENTS[1]:
        return
    exact: dict[bytes, list[Piece]] = {}
    for piece in same:
        exact.setdefault(piece.fragment.exact, []).append(piece)
    clusters: list[tuple[Piece, list[str], list[Piece]]] = []
    renamed = first.fragment.statements >= STATEMENTS[2]
    for members in exact.values():
        head = members[0]
        names = head.names
        for leader, its_names, cluster in clusters[:_MOST] if renamed else ():
            said = variety * (STRUCTURE + (1 - STRUCTURE) * shared(leader, its_names, names))
            if said >= VARIETY[2] and not _other_tables(leader, head):
                cluster += members
                break
        else:
            clusters.append((head, names, list(members)))
    for leader, _, cluster in clusters:
        kind: Literal[1, 2] = 1 if all(one.fragment.exact == leader.fragment.exact for one in cluster) else 2
        long = kind == 1 and first.fragment.statements >= STATEMENTS[3] and first.total >= LONG
        if len(cluster) > 1 and (long or variety >= VARIETY[kind]):
            yield Group(kind, sorted(cluster, key=lambda one: one.key), 1.0)


def shared(piece: Piece, names: Sequence[str], others: Sequence[str]) -> float:
    """How many of a piece's names that are no local ones are the same in another of equal structure, 0 to 1."""
    told = [name == other for name, other in zip(names, others, strict=False) if not piece.local(name)]
    return sum(told) / len(told) if told else 1.0


def needed(first: Piece, second: Piece) -> float:
    """The similarity from which two pieces are alike: small ones need more."""
    return max(needs(first), needs(second))


def needs(piece: Piece) -> float:
    """The similarity to others that a piece needs at least."""
    return LEAST + STEP * max(0, ENOUGH - piece.fragment.statements)


def judge(first: Piece, second: Piece) -> float | None:
    """Whether one is a variation of the other."""
    least = needed(first, second)
    if (first.fragment.unit == "class") != (second.fragment.unit == "class"):
        return None
    if bound(first, second) < least or nested(first, second):
        return None
    if _other_tables(first, second):
        return None
    found = likeness(first, second)
    if found.similarity < least or found.substance < SUBSTANCE or (found.conflicts and _small(first, second)):
        return None
    return found.similarity


def _other_tables(first: Piece, second: Piece) -> bool:
    """Whether one is a table, and the other does not list the same."""
    if not (first.tabular or second.tabular):
        return False
    words, others = set(first.names), set(second.names)
    return 2 * len(words & others) < WORDS * (len(words) + len(others))


def _small(first: Piece, second: Piece) -> bool:
    return min(first.fragment.statements, second.fragment.statements) <= DECISIVE


def nested(first: Piece, second: Piece) -> bool:
    """Whether one stands inside the other."""
    if first.text is not second.text:
        return False
    one, two = first.fragment, second.fragment
    return one.first <= two.first < one.last or two.first <= one.first < two.last


def worth(piece: Piece) -> bool:
    """Whether a piece has enough to say to be held against others that are not equal to it."""
    return piece.fragment.statements >= STATEMENTS[3] and piece.variety >= _least(piece)


def alike(pieces: Sequence[Piece], pairs: Iterable[tuple[int, int, float]]) -> Iterator[Group]:
    """Groups of type 3, in which each is alike to each; `pairs` are numbers of pieces that are, and their similarity.

    So a chain of small steps, at whose ends nothing is alike any more, never becomes a group.
    """
    near: dict[int, dict[int, float]] = {}
    for one, two, similarity in pairs:
        near.setdefault(one, {})[two] = similarity
        near.setdefault(two, {})[one] = similarity
    for numbers in _cliques(near, pieces):
        members = sorted((pieces[number] for number in numbers), key=lambda one: one.key)
        yield Group(3, members, min(near[numbers[0]][other] for other in numbers[1:]))


def whole(groups: Iterable[Group], same: Iterable[Group]) -> Iterator[Group]:
    """Groups of type 3 with all their members: those of which one stands for its equals in `same` get these too.

    Of those that are equal but for names, the ones that are alike to all others in the group.
    """
    equals = {group.pieces[0].key: group.pieces for group in same}
    for group in groups:
        if not any(piece.key in equals for piece in group.pieces):
            yield group
            continue
        judged: dict[tuple[bytes, bytes], float | None] = {}
        chosen = [(piece, piece) for piece in group.pieces]
        for piece in group.pieces:
            for other in equals.get(piece.key, (piece,))[1:]:
                rest = [one for one, stands in chosen if stands is not piece]
                if all(_near(other, one, judged) is not None for one in rest):
                    chosen.append((other, piece))
        members = sorted(chosen, key=lambda one: one[0].key)
        first, stands = members[0]
        values = [_near(first, one, judged) for one, its in members[1:] if its is not stands]
        yield Group(3, [one for one, _ in members], min(value for value in values if value is not None))


def _near(one: Piece, other: Piece, judged: dict[tuple[bytes, bytes], float | None]) -> float | None:
    """As `judge`; those that are equal to the letter are asked for once."""
    if nested(one, other):
        return None
    first, second = sorted((one, other), key=lambda piece: piece.key)
    key = first.fragment.exact, second.fragment.exact
    if key not in judged:
        judged[key] = judge(first, second)
    return judged[key]


def _least(piece: Piece) -> float:
    return CONSTRUCTOR if piece.fragment.name.endswith("__init__") else VARIETY[3]


def _cliques(near: Mapping[int, Mapping[int, float]], pieces: Sequence[Piece]) -> Iterator[list[int]]:
    """Groups in which each is alike to each (complete linkage), the most similar put together first."""
    pairs = sorted(
        ((one, two, value) for one, others in near.items() for two, value in others.items() if one < two),
        key=lambda pair: (-pair[2], pieces[pair[0]].key, pieces[pair[1]].key),
    )
    group_of: dict[int, list[int]] = {}
    for one, two, _ in pairs:
        first, second = group_of.get(one, [one]), group_of.get(two, [two])
        if first is not second and all(other in near[number] for number in first for other in second):
            first += second
            for number in first:
                group_of[number] = first
    for number, group in sorted(group_of.items()):
        if number == min(group):
            yield sorted(group, key=lambda one: pieces[one].key)


__all__ = [
    "DECISIVE", "ENOUGH", "LEAST", "STATEMENTS", "STEP", "VARIETY", "Group", "Likeness", "alike", "equal", "judge",
    "meanings", "needed", "needs", "nested", "shared", "whole", "worth",
]  # fmt: skip
