"""Spans: which are around a place."""

from hypothesis import given
from hypothesis import strategies as st

from overhaul.cloning.spans import Spans

Tree = list["Tree"]
TREES: st.SearchStrategy[Tree] = st.recursive(st.just([]), lambda inner: st.lists(inner, max_size=4), max_leaves=20)


def laid(tree: Tree, first: int, found: list[tuple[int, int, int]]) -> int:
    """Number the spans of a tree, of which each begins with a head of its own; returns where the next one begins."""
    last = first + 1
    for one in tree:
        last = laid(one, last, found)
    found.append((first, last, len(found)))
    return last


@given(TREES, st.integers(0, 25), st.integers(1, 9), st.booleans())
def test_those_around_a_place_are_those_that_have_it(tree: Tree, first: int, length: int, twice: bool) -> None:
    spans: list[tuple[int, int, int]] = []
    laid(tree, laid(tree, 0, spans), spans)
    if twice:
        spans += [(begin, end, -number) for begin, end, number in spans]
    around = list(Spans(spans).around(first, first + length))
    assert sorted(around) == sorted(number for begin, end, number in spans if begin <= first and first + length <= end)
    ends = {number: end for _, end, number in spans}
    assert [ends[one] for one in around] == sorted(ends[one] for one in around)
