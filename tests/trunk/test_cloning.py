"""The engine behind the duplicates: alignment, candidates, and what is kept between runs."""

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import combinations, pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overhaul.cloning import candidates as choosing
from overhaul.cloning import memory as remembering
from overhaul.cloning.candidates import candidates, frequencies
from overhaul.cloning.groups import alike, judge, needs, worth
from overhaul.cloning.likeness import align, bound, likeness
from overhaul.cloning.memory import Known, Memory
from overhaul.cloning.pieces import Piece, Text
from overhaul.facts import Fingerprint
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


@cache
def prints_of(source: str) -> Fingerprint:
    """Collected once, since editing and comparing takes the same sources again and again."""
    (row,) = collect("fingerprints", source)
    assert isinstance(row, Fingerprint)
    return row


def pieces(sources: Sequence[str], module: str = "m") -> list[Piece]:
    """The functions of each source, modules numbered."""
    found: list[Piece] = []
    for number, source in enumerate(sources):
        row = prints_of(source)
        name = f"{module}{number:03}" if len(sources) > 1 else module
        text = Text(name, f"{name}.py", row)
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
    chosen = list(candidates(found, [needs(one) for one in found], frequencies(found)))
    like = {(one, two) for one, two in combinations(range(len(found)), 2) if judge(found[one], found[two]) is not None}
    assert like
    assert like <= set(chosen)
    assert len(chosen) == len(set(chosen)) < 24 * 23 / 2


@pytest.mark.parametrize("seed", range(4))
def test_no_similarity_is_above_its_bound(seed: int) -> None:
    found = pieces(variants(seed, 12))
    for first, second in combinations(found, 2):
        assert likeness(first, second).similarity <= bound(first, second) + 1e-9


def test_a_name_that_is_replaced_in_one_place_counts_less_than_one_replaced_throughout() -> None:
    source = "def f(rows):\n    a = rows.{}(1)\n    b = rows.{}(2)\n    return a + b\n"
    one, many, single, pair = pieces([source.format(*names) for names in ("pq", "pp", "xy", "xx")])
    throughout, once, none = likeness(many, pair), likeness(one, single), likeness(many, many)
    assert once.similarity < throughout.similarity < none.similarity
    assert [found.shared for found in (throughout, once, none)] == [0, 0, 1]


def test_the_same_names_in_another_order_conflict() -> None:
    source = "def f(a, b):\n    a.go(b)\n    b.come(a)\n    a.stay(b, 1)\n    return g({})\n"
    one, other, renamed = pieces([source.format("a, b"), source.format("b, a"), source.format("b, b")])
    assert likeness(one, other).conflicts == [(4, 4)]
    assert not likeness(one, renamed).conflicts


def asked(sources: Mapping[str, str], past: Known | None) -> tuple[list[tuple[float, list[tuple[str, int]]]], Known]:
    """The groups of some modules, and what is left for the next time."""
    found = [piece for module in sorted(sources) for piece in pieces([sources[module]], module)]
    memory = Memory(past, {module: source.encode() for module, source in sources.items()})
    worthy = list(memory.worth(found))
    assert worthy == [piece for piece in found if worth(piece)]
    groups = [(one.similarity, [piece.key for piece in one.pieces]) for one in alike(worthy, memory.pairs(worthy))]
    return groups, memory.left()


@pytest.mark.parametrize("most", [2000, 70, 40])
@pytest.mark.parametrize("seed", range(4))
def test_a_run_with_a_past_finds_what_one_without_finds(seed: int, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    # With a low limit shapes become too frequent and rare again from one run to the next.
    monkeypatch.setattr(choosing, "MOST", most)
    monkeypatch.setattr(remembering, "MOST", most)
    random = Random(seed)
    sources = {f"m{number:02}": "".join(variants(seed * 40 + number // 2, 4)) for number in range(20)}
    _, past = asked(sources, None)
    for step in range(6):
        for _ in range(random.randrange(1, 4)):
            module = f"m{random.randrange(22):02}"
            match random.randrange(4):
                case 0:
                    sources.pop(module, None)
                case 1:
                    sources[module] = sources[random.choice(sorted(sources))]
                case _:
                    sources[module] = "".join(variants(random.randrange(400), random.randrange(1, 5)))
        again, left = asked(sources, past)
        anew, other = asked(sources, None)
        assert again == anew, step
        assert left == other
        past = left


def test_pieces_of_unchanged_modules_are_not_held_against_each_other_again(monkeypatch: pytest.MonkeyPatch) -> None:
    sources = {f"m{number:02}": "".join(variants(number // 2, 4)) for number in range(20)}
    anew, past = asked(sources, None)
    assert anew
    compared: list[tuple[Piece, Piece]] = []

    def judged(first: Piece, second: Piece) -> float | None:
        compared.append((first, second))
        return judge(first, second)

    monkeypatch.setattr(remembering, "judge", judged)
    assert asked(sources, past)[0] == anew
    assert not compared
    sources["m07"] += "\n" + variants(99, 1)[0]
    asked(sources, past)
    assert compared
    assert all("m07" in (one.text.module, two.text.module) for one, two in compared)
