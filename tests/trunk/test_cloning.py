"""The engine behind the duplicates: alignment, candidates, and what is kept between runs."""

from collections.abc import Sequence
from itertools import combinations, pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overhaul.cloning.candidates import candidates
from overhaul.cloning.groups import LEAST, alike, judge
from overhaul.cloning.likeness import align, bound, likeness
from overhaul.cloning.memory import Memory
from overhaul.cloning.pieces import Piece, Text
from overhaul.testing import collect

SHAPES = st.lists(st.integers(0, 5), max_size=12)


@given(SHAPES, SHAPES)
def test_an_alignment_is_a_common_subsequence_in_the_order_of_both(first: list[int], second: list[int]) -> None:
    pairs = list(align(first, second, [1.0] * len(first)))
    assert all(first[one] == second[two] for one, two in pairs)
    assert all(a < c and b < d for (a, b), (c, d) in pairwise(pairs))


@given(SHAPES, SHAPES)
def test_no_common_subsequence_is_longer(first: list[int], second: list[int]) -> None:
    best = max(
        (size for size in range(min(len(first), len(second)) + 1) if _common(first, second, size)), default=0
    )  # fmt: skip
    assert len(list(align(first, second, [1.0] * len(first)))) == best


def _common(first: Sequence[int], second: Sequence[int], size: int) -> bool:
    """By the textbook's table, as an oracle."""
    table = [[0] * (len(second) + 1) for _ in range(len(first) + 1)]
    for one, left in enumerate(first):
        for two, right in enumerate(second):
            table[one + 1][two + 1] = (
                table[one][two] + 1 if left == right else max(table[one][two + 1], table[one + 1][two])
            )
    return table[-1][-1] >= size


def pieces(sources: Sequence[str]) -> list[Piece]:
    """The first function of each source."""
    found: list[Piece] = []
    for number, source in enumerate(sources):
        (row,) = collect("fingerprints", source)
        text = Text(f"m{number:03}", f"m{number:03}.py", row)  # type: ignore[arg-type]
        found += [Piece(text, one) for one in text.fragments]
    return found


def variants(seed: int, count: int) -> list[str]:
    """Functions made of a few statements of chance, with every other one a variation of the one before."""
    random = Random(seed)
    kinds = [
        "a{0} = go(rows, {1})", "rows.append(a{0} + {1})", "log('x', key=a{0}[{1}])",
        "a{0} = [x for x in rows if x.{2}]",
        "rows[{1}].{2} = a{0}.{2}(rows)", "a{0} += rows.{2} * {1} - limit", "check(a{0}.{2}, rows.{2}, {1})",
        "del rows[a{0}]", "assert a{0} > {1}, rows", "a{0} = rows.get(a{0}, {{}}).{2}",
    ]  # fmt: skip
    sources: list[str] = []
    lines: list[str] = []
    for number in range(count):
        if number % 2 == 0:
            lines = [_line(random, kinds) for _ in range(random.randrange(6, 16))]
        else:
            lines = [line if random.random() < 0.85 else _line(random, kinds) for line in lines]
        sources.append("def f(rows, limit):\n" + "".join(f"    {line}\n" for line in lines))
    return sources


def _line(random: Random, kinds: Sequence[str]) -> str:
    return random.choice(kinds).format(random.randrange(3), random.randrange(9), random.choice("pqr"))


@pytest.mark.parametrize("seed", range(4))
def test_no_pair_that_is_alike_is_left_out_of_the_candidates(seed: int) -> None:
    found = pieces(variants(seed, 24))
    chosen = set(candidates(found, LEAST))
    like = {(one, two) for one, two in combinations(range(len(found)), 2) if judge(found[one], found[two]) is not None}
    assert like
    assert like <= chosen


@pytest.mark.parametrize("seed", range(4))
def test_no_similarity_is_above_its_bound(seed: int) -> None:
    found = pieces(variants(seed, 12))
    for first, second in combinations(found, 2):
        assert likeness(first, second).similarity <= bound(first, second) + 1e-9


@pytest.mark.parametrize("seed", range(6))
def test_a_run_with_a_past_finds_what_one_without_finds(seed: int) -> None:
    random = Random(seed)
    sources = variants(seed, 20)
    memory = Memory()
    list(alike(pieces(sources), memory))
    for _ in range(3):
        for _ in range(2):
            sources[random.randrange(len(sources))] = variants(random.randrange(99), 2)[1]
        past, memory = memory.left(), Memory(memory.left())
        assert past.alike or past.unlike
        again = [(group.similarity, [one.key for one in group.pieces]) for group in alike(pieces(sources), memory)]
        anew = [(group.similarity, [one.key for one in group.pieces]) for group in alike(pieces(sources))]
        assert again == anew
        assert memory.left() == Memory.left(_asked(pieces(sources)))


def _asked(found: Sequence[Piece]) -> Memory:
    memory = Memory()
    list(alike(found, memory))
    return memory
