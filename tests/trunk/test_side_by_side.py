"""Two pieces of code next to each other."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overhaul.side_by_side import CONTEXT, HEAD, Comparison, Side, side_by_side


def text(side: Side | None) -> str | None:
    """A side with what differs between brackets."""
    if side is None:
        return None
    return "".join(f"[{piece.text}]" if piece.differs else piece.text for piece in side.pieces)


def read(first: str, second: str, most: int = 80) -> list[tuple[str, str | None, str | None]]:
    return [
        (pair.kind, text(pair.first), text(pair.second))
        for pair in side_by_side(first.splitlines(), second.splitlines(), most=most).pairs
    ]


def test_the_words_that_differ_are_marked_and_no_others() -> None:
    assert read("def f(a):\n    return a + 1", "def f(a):\n    return a - 1") == [
        ("same", "def f(a):", "def f(a):"),
        ("changed", "    return a [+] 1", "    return a [-] 1"),
    ]


def test_indentation_makes_no_difference_and_what_is_shown_begins_at_the_left() -> None:
    assert read("    def f(self):\n        return 1", "def f(self):\n  return 1") == [
        ("same", "def f(self):", "def f(self):"),
        ("same", "    return 1", "  return 1"),
    ]


def test_a_line_that_only_one_side_has_stands_alone() -> None:
    assert read("a = 1\nb = 2", "a = 1\nlog(a)\nb = 2") == [
        ("same", "a = 1", "a = 1"),
        ("alone", None, "log(a)"),
        ("same", "b = 2", "b = 2"),
    ]


def test_versions_of_a_line_meet_although_another_stands_between() -> None:
    told = read("total = price * count", "check(order)\ntotal = price * amount")
    assert told == [("alone", None, "check(order)"), ("changed", "total = price * [count]", "total = price * [amount]")]


def test_lines_with_nothing_in_common_are_no_versions_of_each_other() -> None:
    assert read("raise ValueError('x')", "for item in items:") == [
        ("alone", "raise ValueError('x')", "for item in items:")
    ]


def test_brackets_and_commas_make_no_two_lines_alike() -> None:
    assert [kind for kind, _, _ in read("call((a), (b), [c])", "f((x), {y}, [z])")] == ["alone"]


def test_lines_that_differ_in_nothing_but_their_words_are_versions_of_each_other() -> None:
    assert read("a = f(b)\nc += a.d", "x = g(y)\nz += x.w") == [
        ("changed", "[a] = [f]([b])", "[x] = [g]([y])"),
        ("changed", "[c] += [a].[d]", "[z] += [x].[w]"),
    ]


def test_blank_lines_between_differences_are_the_same() -> None:
    told = read("one(a)\n\nb: int = two", "x = [three]\n\nwith four:")
    assert told == [
        ("alone", "one(a)", "x = [three]"),
        ("same", "", ""),
        ("alone", "b: int = two", "with four:"),
    ]


def test_each_side_keeps_the_numbers_of_its_file() -> None:
    pairs = side_by_side(["a", "b"], ["a", "x = 1", "b"], starts=(10, 70)).pairs
    numbers = [(pair.first and pair.first.number, pair.second and pair.second.number) for pair in pairs]
    assert numbers == [(10, 70), (None, 71), (11, 72)]


def test_of_a_long_comparison_the_head_and_the_neighbours_of_differences_stay() -> None:
    lines = [f"step_{number}()" for number in range(90)]
    other = [*lines[:60], "step_60(other)", *lines[61:]]
    pairs = side_by_side(lines, other, most=40).pairs
    assert [pair.skipped for pair in pairs if pair.kind == "skipped"] == [60 - HEAD - CONTEXT, 29 - CONTEXT]
    assert [pair.first.number for pair in pairs if pair.kind == "changed" and pair.first] == [61]


def test_what_is_cut_is_counted() -> None:
    told = side_by_side([f"a{number} = 1" for number in range(50)], ["x()"], most=10)
    assert (len(told.pairs), told.cut) == (10, 40)
    assert side_by_side(["a"], ["a"]).cut == 0


def test_nothing_beside_something() -> None:
    assert read("", "a = 1") == [("alone", None, "a = 1")]
    assert side_by_side([], []) == Comparison((), 0)


@pytest.mark.parametrize(
    "lines",
    [["x" * 300] * 5000, [f"{'a b ' * 70}{number % 7}" for number in range(5000)], ["a = a"] * 2 + ["b = b"] * 4000],
    ids=["equal", "wide", "two kinds"],
)
def test_hostile_sizes_take_no_time(lines: list[str]) -> None:
    began = time.perf_counter()
    told = side_by_side(lines, [*lines[::-1], "end"])
    assert time.perf_counter() - began < 2
    assert len(told.pairs) <= 80
    assert told.cut > 3500


@given(
    st.lists(st.sampled_from(["a", "b = a", "b = c", "", "  a", "if a:"])), st.lists(st.sampled_from(["a", "b = a"]))
)
def test_every_line_of_both_sides_is_shown_once_and_in_order(left: list[str], right: list[str]) -> None:
    told = side_by_side(left, right, most=1000)
    firsts = [pair.first for pair in told.pairs if pair.first is not None]
    seconds = [pair.second for pair in told.pairs if pair.second is not None]
    assert [side.number for side in firsts] == list(range(1, len(left) + 1))
    assert [side.number for side in seconds] == list(range(1, len(right) + 1))
    assert ["".join(piece.text for piece in side.pieces).strip() for side in firsts] == [line.strip() for line in left]
    for pair in told.pairs:
        if pair.kind == "same" and pair.first and pair.second:
            assert pair.first.pieces[0].text.strip() == pair.second.pieces[0].text.strip()
