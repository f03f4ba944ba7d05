"""Which name of a text after a step is which of the text before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

from overhaul.proving.places import Places
from overhaul.proving.reading import Use

Pair = tuple[Use, Use]


def paired(before: Sequence[Use], after: Sequence[Use], places: Places) -> tuple[list[Pair], list[Use]]:
    """The names that stand at the same place, and those of the text after that stand where none stood.

    Names are the same where the end or the beginning of the chain has not been touched. Of those that a replacement
    made anew, the first is taken for the first, if there are as many.
    """
    by_end = {(one.end, one.role == "string"): one for one in after if one.end >= 0}
    by_start = {(one.start, one.role == "string"): one for one in after if one.start >= 0}
    pairs: list[Pair] = []
    taken: set[int] = set()
    left: dict[int, list[Use]] = {}
    for one in before:
        if one.start < 0:
            continue
        text = one.role == "string"
        end, start = places.end(one.end), places.start(one.start)
        found = by_end.get((end, text)) if end is not None else None
        if found is None and start is not None:
            found = by_start.get((start, text))
        if found is not None and found.number not in taken:
            taken.add(found.number)
            pairs.append((one, found))
        else:
            left.setdefault(places.stretch(one.start, one.end), []).append(one)
    new: dict[int, list[Use]] = {}
    for one in after:
        if one.number not in taken and one.start >= 0:
            new.setdefault(places.stretch_after(one.start, one.end), []).append(one)
    alone: list[Use] = []
    for number, uses in new.items():
        old = left.get(number, ())
        if number >= 0 and len(old) == len(uses) and all(map(_alike, old, uses)):
            pairs += zip(old, uses, strict=True)
        else:
            alone += uses
    return pairs, alone


def _alike(one: Use, other: Use) -> bool:
    """Whether one may have become the other; what imports bind is compared by what it means."""
    return one.role == other.role and one.role != "import"


def in_order(before: Iterable[Use], after: Iterable[Use]) -> list[Pair]:
    """The names of a statement that has moved, each with what it has become."""
    old = [one for one in before if one.role != "import"]
    new = [one for one in after if one.role != "import"]
    if len(old) == len(new):
        return list(zip(old, new, strict=True))
    matcher = SequenceMatcher(None, [one.parts[-1] for one in old], [one.parts[-1] for one in new], autojunk=False)
    return [
        (old[a + step], new[b + step]) for a, b, size in matcher.get_matching_blocks() for step in range(size)
    ]  # fmt: skip
