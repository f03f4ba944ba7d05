"""Two pieces of code next to each other: which lines say the same, and which words of the others differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Final, Literal

import msgspec

from overhaul.patterns import regex

COMPARED: Final = 240
"""Lines of a side that are compared; the time grows with their square, and in bad cases faster."""
CONTEXT: Final = 3
"""Lines that are the same and stay around a difference, where a comparison is long."""
ALIKE: Final = 0.4
"""The share of words from which on two lines are versions of each other."""
HEAD: Final = 6
"""Lines at the beginning that are shown in any case."""
_BLOCK: Final = 40
"""Lines on either side of a difference whose versions of each other are looked for."""
_WORDS: Final = 120
"""Words of a line that are compared one by one."""


class Piece(msgspec.Struct, frozen=True):
    """A part of a line."""

    text: str
    differs: bool


class Side(msgspec.Struct, frozen=True):
    """A line on one side."""

    number: int
    pieces: tuple[Piece, ...]


class Pair(msgspec.Struct, frozen=True):
    """What stands next to each other."""

    kind: Literal["same", "changed", "alone", "skipped"]
    """changed: versions of one line; alone: each line, or the only one, has nothing like it on the other side;
    skipped: lines that are the same and are not shown."""
    first: Side | None
    second: Side | None
    skipped: int = 0


class Comparison(msgspec.Struct, frozen=True):
    """Two pieces of code, aligned."""

    pairs: tuple[Pair, ...]
    cut: int
    """Lines of the longer side that were left out at the end."""


def side_by_side(
    first: Sequence[str], second: Sequence[str], *, starts: tuple[int, int] = (1, 1), most: int = 80
) -> Comparison:
    """Align two runs of lines, and mark the words that differ; indentation makes no difference.

    `starts` are the numbers of the first lines. At most `most` pairs are given: where there are more than half as many,
    lines that are the same are skipped, and what is too much all the same is cut.
    """
    left, right = _dedented(first[:COMPARED]), _dedented(second[:COMPARED])
    pairs = list(_aligned(left, right, *starts))
    if len(pairs) > most // 2:
        pairs = list(_without_the_same(pairs))
    shown = pairs[:most]
    cut = max(
        len(first) - _seen(shown, [pair.first for pair in shown]),
        len(second) - _seen(shown, [pair.second for pair in shown]),
    )
    return Comparison(tuple(shown), cut)


def _seen(pairs: Iterable[Pair], sides: Iterable[Side | None]) -> int:
    return sum(side is not None for side in sides) + sum(pair.skipped for pair in pairs)


def _dedented(lines: Sequence[str]) -> list[str]:
    """The lines as far to the left as the first of them is."""
    if not lines:
        return []
    indent = len(lines[0]) - len(lines[0].lstrip())
    return [line[min(indent, len(line) - len(line.lstrip())) :].rstrip() for line in lines]


def _aligned(left: Sequence[str], right: Sequence[str], one: int, other: int) -> Iterator[Pair]:
    """Every line once, in the order of both sides; `one` and `other` are the numbers of the first lines."""
    ones, others = [line.lstrip() for line in left], [line.lstrip() for line in right]
    # Blank lines are no landmarks: what stands around them decides which of them meet.
    for tag, a, a_end, b, b_end in SequenceMatcher(lambda line: not line, ones, others, autojunk=False).get_opcodes():
        if tag == "equal":
            for number in range(a_end - a):
                yield Pair(
                    "same", _whole(one + a + number, left[a + number]), _whole(other + b + number, right[b + number])
                )
        else:
            yield from _changed(left[a:a_end], right[b:b_end], one + a, other + b)


def _whole(number: int, text: str, *, differs: bool = False) -> Side:
    return Side(number, (Piece(text, differs),))


def _changed(left: Sequence[str], right: Sequence[str], one: int, other: int) -> Iterator[Pair]:
    """A place where the sides differ: versions of one line next to each other, and the others as they come."""
    done_left = done_right = 0
    for a, b in [*_versions(left[:_BLOCK], right[:_BLOCK]), (len(left), len(right))]:
        for mine, yours in zip_longest(range(done_left, a), range(done_right, b)):
            if mine is not None and yours is not None and _frame(left[mine]) == _frame(right[yours]):
                yield _versions_of(mine + one, left[mine], yours + other, right[yours])
            else:
                yield Pair(
                    "alone",
                    None if mine is None else _whole(one + mine, left[mine]),
                    None if yours is None else _whole(other + yours, right[yours]),
                )
        if a < len(left):
            yield _versions_of(one + a, left[a], other + b, right[b])
        done_left, done_right = a + 1, b + 1


def _versions_of(one: int, left: str, other: int, right: str) -> Pair:
    if left.strip() == right.strip():
        return Pair("same", _whole(one, left), _whole(other, right))
    words, others = _marked(left, right)
    return Pair("changed", Side(one, words), Side(other, others))


def _frame(line: str) -> list[str]:
    """What is left of a line when all its words are the same one."""
    return ["w" if word.isalnum() or word.isidentifier() else word for word in _split(line.strip())]


def _versions(left: Sequence[str], right: Sequence[str]) -> list[tuple[int, int]]:
    """The pairs of lines, in order on both sides, that are together most like each other."""
    words = [Counter(word for word in _split(line) if word not in _COMMON and not word.isspace()) for line in left]
    others = [Counter(word for word in _split(line) if word not in _COMMON and not word.isspace()) for line in right]
    likeness = [[_likeness(one, other) for other in others] for one in words]
    # best[i][j]: what can be had of the lines from i and from j on.
    best = [[0.0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for i in range(len(left) - 1, -1, -1):
        for j in range(len(right) - 1, -1, -1):
            paired = best[i + 1][j + 1] + likeness[i][j] if likeness[i][j] >= ALIKE else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], paired)
    found: list[tuple[int, int]] = []
    i = j = 0
    while i < len(left) and j < len(right):
        alike = likeness[i][j]
        if alike >= ALIKE and best[i][j] == best[i + 1][j + 1] + alike:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return found


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    """The share of their words that both have, 0 to 1."""
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 0.0


def _marked(left: str, right: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """The words of two versions of a line."""
    words, others = _split(left), _split(right)
    if max(len(words), len(others)) > _WORDS:
        return (Piece(left, True),), (Piece(right, True),)
    left_pieces: list[Piece] = []
    right_pieces: list[Piece] = []
    # Indentation makes no difference: it is taken off, and put back unmarked.
    first = 1 if words and words[0].isspace() else 0
    second = 1 if others and others[0].isspace() else 0
    if first:
        left_pieces.append(Piece(words[0], False))
    if second:
        right_pieces.append(Piece(others[0], False))
    words, others = words[first:], others[second:]
    for tag, a, a_end, b, b_end in SequenceMatcher(None, words, others, autojunk=False).get_opcodes():
        if a < a_end:
            left_pieces.append(Piece("".join(words[a:a_end]), tag != "equal"))
        if b < b_end:
            right_pieces.append(Piece("".join(others[b:b_end]), tag != "equal"))
    return tuple(left_pieces), tuple(right_pieces)


def _split(text: str) -> list[str]:
    return _WORD.findall(text)


def _without_the_same(pairs: Sequence[Pair]) -> Iterator[Pair]:
    """Without the lines that are the same and stand further than `CONTEXT` from any difference and behind the head."""
    near = {
        number + step
        for number, pair in enumerate(pairs) if pair.kind != "same" for step in range(-CONTEXT, CONTEXT + 1)
    } | set(range(HEAD))  # fmt: skip
    skipped = 0
    for number, pair in enumerate(pairs):
        if number not in near:
            skipped += 1
            continue
        if skipped:
            yield Pair("skipped", None, None, skipped)
            skipped = 0
        yield pair
    if skipped:
        yield Pair("skipped", None, None, skipped)


_COMMON: Final = frozenset("()[]{},:'\"")
"""What makes no two lines alike."""
_WORD: Final = regex(r"\w+|\s+|[^\w\s]")
