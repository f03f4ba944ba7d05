"""Which name of a text after a step is which of the text before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

from overhaul.proving.places import Places
from overhaul.proving.reading import Use

Pair = tuple[Use, Use]
Stretch = tuple[Sequence[Use], Sequence[Use]]
"""What a stretch held before, and what it holds after."""


def paired(before: Sequence[Use], after: Sequence[Use], places: Places) -> tuple[list[Pair], list[Use]]:
    """The names that stand at the same place, and those of the text after that stand where none stood.

    Names are the same where the end or the beginning of the chain has not been touched. Of those that a replacement
    made anew, the first is taken for the first, if there are as many.
    """
    pairs, left, new = _placed(before, after, places)
    alone: list[Use] = []
    for number, uses in new.items():
        old = left.get(number, ())
        if number >= 0 and len(old) == len(uses) and all(map(_alike, old, uses)):
            pairs += zip(old, uses, strict=True)
        else:
            alone += uses
    return pairs, alone


def loosely_paired(
    before: Sequence[Use], after: Sequence[Use], places: Places
) -> tuple[list[Pair], list[Use], list[Stretch]]:
    """The same where names may come and go inside of what is replaced: there only those that read the same are one.

    Told besides are the stretches in which names have gone: what they held that has no counterpart, and all that they
    hold now. Those that held a definition, or an import, are not among them.
    """
    pairs, left, new = _placed(before, after, places)
    alone: list[Use] = []
    stretches: list[Stretch] = []
    for number, uses in new.items():
        old = left.get(number, []) if number >= 0 else []
        same = _same(old, uses)
        pairs += same
        kept, met = {id(one) for one, _ in same}, {id(one) for _, one in same}
        alone += (one for one in uses if id(one) not in met)
        gone = [one for one in old if id(one) not in kept]
        if gone and not any(one.role in ("definition", "import") for one in old):
            stretches.append((gone, uses))
    return pairs, alone, stretches


def _placed(
    before: Sequence[Use], after: Sequence[Use], places: Places
) -> tuple[list[Pair], dict[int, list[Use]], dict[int, list[Use]]]:
    """The names that stand at the same place; the others of both texts, by the replacement that they stand in."""
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
    return pairs, left, new


def _same(old: Sequence[Use], new: Sequence[Use]) -> list[Pair]:
    """The names of two texts that read the same, in their order."""
    was, now = ([use for use in uses if use.role != "import"] for uses in (old, new))
    matcher = SequenceMatcher(
        None, [(use.role, use.parts) for use in was], [(use.role, use.parts) for use in now], autojunk=False
    )
    return [(was[a + step], now[b + step]) for a, b, size in matcher.get_matching_blocks() for step in range(size)]


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
