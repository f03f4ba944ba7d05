"""How alike two functions or classes are: their statements aligned, and the names in them held against each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Final, NamedTuple

from overhaul.cloning.pieces import Piece
from overhaul.syntax.shapes import CODES

CELLS: Final = 40_000
"""Up to so many pairs of statements the best alignment is looked for; beyond, the longest blocks first."""
RENAMED_ONCE: Final = 0.7
"""What a name counts that is no local one, differs, and is met in no second place that says the same."""
RENAMED: Final = 0.9
"""What it counts when all places say the same."""
WAITING: Final = 0.9
"""What a statement counts that waits (`await`, `async`) where the other one does not."""
SUBSTANCE: Final = frozenset({CODES[name] for name in ("Expr", "Assign", "AugAssign", "Assert", "Del")})
ALMOST: Final = 0.99
"""The most that pieces have in common that are not equal."""
PART: Final = 0.3
"""From this part of the weight on what is done counts by itself."""
LOCAL: Final = 0.5
"""Names that are free to be chosen weigh half of those that are not."""


class Likeness(NamedTuple):
    """What two pieces have in common."""

    similarity: float
    """0 to 1: twice the weight of the aligned statements, each as far as its names agree, over the weight of both."""
    shared: float
    """0 to 1: how many of the names that are no local ones are the same."""
    aligned: Sequence[tuple[int, int]]
    """Numbers of the statements that have the same shape, within each piece."""
    substance: float
    """The similarity of those statements alone that are no heads, returns or jumps: what is done, not the frame; 1
    where these are but a small part of either."""
    conflicts: Sequence[tuple[int, int]]
    """Statements in corresponding places that differ in an operator, comparison or constant alone, or in the order of
    their operands."""


def bound(first: Piece, second: Piece) -> float:
    """No more than this can they be alike, whatever the order of their statements."""
    smaller, larger = sorted((first.sums, second.sums), key=len)
    common = sum([min(weight, larger[shape]) for shape, weight in smaller.items() if shape in larger])
    return 2 * common / (first.total + second.total)


def likeness(first: Piece, second: Piece) -> Likeness:
    """Hold two pieces against each other."""
    aligned = list(align(first.shapes, second.shapes, first.weights))
    return _judged(first, second, aligned)


def align(first: Sequence[int], second: Sequence[int], weights: Sequence[float]) -> Iterator[tuple[int, int]]:
    """Pairs of equal statements in the order of both, of the greatest total weight (longest common subsequence)."""
    begin, end = 0, 0
    least = min(len(first), len(second))
    while begin < least and first[begin] == second[begin]:
        yield begin, begin
        begin += 1
    while end < least - begin and first[-1 - end] == second[-1 - end]:
        end += 1
    inner, other = first[begin : len(first) - end], second[begin : len(second) - end]
    if len(inner) * len(other) > CELLS:
        blocks = SequenceMatcher(None, inner, other, autojunk=False).get_matching_blocks()
        for block in blocks:
            for step in range(block.size):
                yield begin + block.a + step, begin + block.b + step
    elif inner and other:
        for one, two in _heaviest(inner, other, weights[begin:]):
            yield begin + one, begin + two
    for step in range(end, 0, -1):
        yield len(first) - step, len(second) - step


def _heaviest(first: Sequence[int], second: Sequence[int], weights: Sequence[float]) -> Iterator[tuple[int, int]]:
    """The common subsequence of the greatest weight, by dynamic programming from the end."""
    width = len(second)
    below = [0.0] * (width + 1)
    rows = [below]
    for place in range(len(first) - 1, -1, -1):
        shape, weight = first[place], weights[place]
        row = [0.0] * (width + 1)
        best = 0.0
        for column in range(width - 1, -1, -1):
            if second[column] == shape:
                best = max(best, below[column], below[column + 1] + weight)
            elif below[column] > best:
                best = below[column]
            row[column] = best
        rows.append(row)
        below = row
    rows.reverse()
    one = two = 0
    while one < len(first) and two < width:
        here = rows[one][two]
        if first[one] == second[two] and here == rows[one + 1][two + 1] + weights[one]:
            yield one, two
            one += 1
            two += 1
        elif here == rows[one + 1][two]:
            one += 1
        else:
            two += 1


def _judged(first: Piece, second: Piece, aligned: Sequence[tuple[int, int]]) -> Likeness:
    start, other = first.fragment.first, second.fragment.first
    names = [(first.text.names(start + one), second.text.names(other + two)) for one, two in aligned]
    forth, back = meanings(names)
    weights = first.weights
    kinds, its_kinds = first.text.kinds, second.text.kinds
    waits, its_waits = first.text.waits, second.text.waits
    common = substance = 0.0
    same = told = 0
    for (one, two), (mine, its) in zip(aligned, names, strict=True):
        worth = whole = 0.0
        for name, its_name in zip(mine, its, strict=True):
            if first.local(name):
                whole += LOCAL
                if forth[name][0] == its_name and back[its_name][0] == name and second.local(its_name):
                    worth += LOCAL
                continue
            told += 1
            whole += 1
            if name == its_name:
                same += 1
                worth += 1
            elif forth[name][0] == its_name and back[its_name][0] == name:
                worth += RENAMED if forth[name][1] > 1 else RENAMED_ONCE
        found = weights[one] * (worth / whole if whole else 1.0)
        if waits[start + one] != its_waits[other + two]:
            found *= WAITING
        common += found
        if kinds[start + one] in SUBSTANCE:
            substance += found
    # What is equal to the last name and shape is of type 1 or 2, but for its annotations.
    similarity = min(ALMOST, 2 * common / (first.total + second.total))
    done, its_done = _done(weights, kinds[start:]), _done(second.weights, its_kinds[other:])
    much = done >= PART * first.total and its_done >= PART * second.total
    return Likeness(
        similarity, same / told if told else 1.0, aligned, 2 * substance / (done + its_done) if much else 1.0,
        [*_conflicts(first, second, aligned, forth), *_swapped(aligned, names, forth)],
    )  # fmt: skip


def _done(weights: Sequence[float], kinds: bytes) -> float:
    return sum(weight for weight, kind in zip(weights, kinds, strict=False) if kind in SUBSTANCE)


Mapped = Mapping[str, tuple[str, int]]
"""Name -> what mostly stands for it on the other side, and how often."""


def meanings(names: Sequence[tuple[Sequence[str], Sequence[str]]]) -> tuple[Mapped, Mapped]:
    """Which name stands for which, by most places; the same name before others, the one met first before later ones."""
    counts: Counter[tuple[str, str]] = Counter()
    for mine, its in names:
        counts.update(zip(mine, its, strict=False))
    forth: dict[str, tuple[str, int]] = {}
    back: dict[str, tuple[str, int]] = {}
    ranked = sorted(counts.items(), key=lambda one: (-one[1], one[0][0] != one[0][1]))
    for (name, its_name), count in ranked:
        forth.setdefault(name, (its_name, count))
        back.setdefault(its_name, (name, count))
    return forth, back


def _swapped(
    aligned: Sequence[tuple[int, int]], names: Sequence[tuple[Sequence[str], Sequence[str]]], forth: Mapped
) -> Iterator[tuple[int, int]]:
    """Statements with the same names in another order: `b - a` for `a - b`."""
    for pair, (mine, its) in zip(aligned, names, strict=True):
        meant = [forth[name][0] for name in mine]
        if meant != list(its) and sorted(meant) == sorted(its):
            yield pair


def _conflicts(
    first: Piece, second: Piece, aligned: Sequence[tuple[int, int]], forth: Mapped
) -> Iterator[tuple[int, int]]:
    """Statements between the same neighbours that differ in operators alone."""
    bare, other = first.text.bare, second.text.bare
    start, begin = first.fragment.first, second.fragment.first
    one = two = 0
    for end, stop in (*aligned, (len(first.shapes), len(second.shapes))):
        for mine, its in zip(range(one, end), range(two, stop), strict=False):
            names = first.text.names(start + mine)
            its_names = second.text.names(begin + its)
            meant = [forth.get(name, (name, 0))[0] for name in names]
            if bare[start + mine] == other[begin + its]:
                if all(name == its_name or name not in forth or known == its_name
                       for name, its_name, known in zip(names, its_names, meant, strict=False)):  # fmt: skip
                    yield mine, its
            elif (
                len(names) > 1 and meant != its_names and sorted(meant) == sorted(its_names)
                and first.text.weights[start + mine] == second.text.weights[begin + its]
            ):  # fmt: skip
                # The same parts in another order.
                yield mine, its
        one, two = end + 1, stop + 1
