"""Dependency structure matrices: the order of rows, what goes against the grain, and what is put together."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overhaul.drawing.folding import Folded, folded, shared_prefix, tree, trunk_of
from overhaul.drawing.matrix import SHADES, Item, Matrix, linked, matrix, partitioned, ringed, shade

Weights = dict[tuple[str, str], tuple[int, int]]


def items(names: str) -> list[Item]:
    return [Item(name, name, name) for name in names]


def drawn(found: Matrix) -> list[str]:
    """The matrix as text: `.` for nothing, lower case for what goes against the grain."""
    return [
        row.label + " " + "".join("." if cell is None else "u" if "up" in cell.mark else str(cell.count)
                                  for cell in row.cells)
        for row in found.rows
    ]  # fmt: skip


def test_what_is_imported_stands_before_what_imports_it() -> None:
    found = partitioned("abc", {("a", "b"): (1, 0), ("b", "c"): (1, 0)})
    assert found.items == ("c", "b", "a") and found.blocks == ()


def test_a_ring_is_a_block_and_what_stands_above_the_diagonal_is_its_weakest_import() -> None:
    weights: Weights = {("b", "a"): (5, 0), ("c", "b"): (5, 0), ("a", "c"): (1, 0), ("d", "c"): (1, 0)}
    found = matrix(items("dcba"), weights)
    assert drawn(found) == ["a ..u.", "b 5...", "c .5..", "d ..1."]
    assert (found.up, found.rings) == (1, (3,))
    assert found.rows[0].frames == ("in t l", "in t", "in t r", "")
    assert found.rows[2].frames == ("in b l", "in b", "in b r", "")


def test_imports_that_do_not_run_at_import_close_no_ring_but_break_ties() -> None:
    weights: Weights = {("b", "a"): (1, 0), ("a", "b"): (0, 3)}
    found = matrix(items("ab"), weights)
    assert drawn(found) == ["a .u", "b 1."] and found.rings == () and found.up == 0
    assert found.rows[0].cells[1] is not None and found.rows[0].cells[1].mark == "s5 up later"
    assert partitioned("ab", {("a", "b"): (0, 1)}).items == ("b", "a")
    assert partitioned("ab", {}).items == ("a", "b"), "else as they came"


def test_cells_say_what_they_count() -> None:
    cell = linked(matrix(items("ab"), {("b", "a"): (3, 2)}, {("b", "a"): 1}), {("b", "a"): "there"}).rows[1].cells[0]
    assert cell is not None
    assert cell.title == "b imports a: 5 imports, 2 not at import time; 1 to cut"
    assert (cell.count, cell.link) == (3, "there") and "cut" in cell.mark
    one = matrix(items("ab"), {("b", "a"): (0, 1)}).rows[1].cells[0]
    assert one is not None and one.title == "b imports a: 1 import, none of them at import time"


def test_what_is_to_be_cut_has_no_say_in_the_order() -> None:
    weights: Weights = {("a", "b"): (9, 0), ("b", "a"): (1, 0)}
    assert drawn(matrix(items("ab"), weights)) == ["b .u", "a 9."]
    found = matrix(items("ab"), weights, cuts={("a", "b"): 9})
    assert drawn(found) == ["a .u", "b 1."] and found.rings == ()


def test_the_row_of_all_others_stands_last_and_has_no_direction() -> None:
    weights: Weights = {("rest", "a"): (2, 0), ("a", "rest"): (2, 0), ("b", "a"): (1, 0)}
    found = matrix([*items("ab"), Item("rest", "3 others", "", last=True)], weights)
    assert drawn(found) == ["a ..2", "b 1..", "3 others 2.."] and found.up == 0 and found.rings == ()


def test_only_what_comes_back_at_import_is_in_a_ring() -> None:
    weights: Weights = {("a", "b"): (1, 0), ("b", "a"): (1, 1), ("c", "a"): (1, 0), ("a", "c"): (0, 5)}
    assert ringed(weights) == {"a", "b"}


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(
    st.tuples(st.sampled_from("abcdefg"), st.sampled_from("abcdefg")), st.tuples(st.integers(0, 4), st.integers(0, 4)),
    max_size=30,
))  # fmt: skip
def test_all_that_runs_at_import_and_stands_above_the_diagonal_is_in_a_block(weights: Weights) -> None:
    found = partitioned("abcdefg", weights)
    place = {name: number for number, name in enumerate(found.items)}
    assert sorted(place) == list("abcdefg")
    for (one, other), (now, _) in weights.items():
        if now and place[one] < place[other]:
            assert any(a <= place[one] < place[other] < b for a, b in found.blocks)


@pytest.mark.parametrize(("count", "largest", "expected"), [
    (1, 1, 1), (1, 1000, 1), (1000, 1000, SHADES), (2, 1000, 1), (32, 1000, 3), (1, 2, 1), (2, 2, SHADES),
])  # fmt: skip
def test_a_shade_is_one_of_few_and_grows_with_the_number_of_digits(count: int, largest: int, expected: int) -> None:
    assert shade(count, largest) == expected


# Folding

MODULES = ["p", "p.a", "p.a.one", "p.a.two", "p.b.one", "p.b.two", "p.b.three", "p.c"]


def names(found: dict[str, Folded]) -> dict[str, str]:
    return {module: one.name if one.whole else f"={one.name}" for module, one in found.items()}


def test_the_largest_package_is_opened_as_long_as_there_is_room() -> None:
    few = names(folded(tree(MODULES).below["p"], 4))
    assert few == {
        "p": "=p", "p.a": "p.a", "p.a.one": "p.a", "p.a.two": "p.a", "p.b.one": "p.b", "p.b.two": "p.b",
        "p.b.three": "p.b", "p.c": "=p.c",
    }  # fmt: skip
    more = names(folded(tree(MODULES).below["p"], 6))
    assert more["p.a.one"] == "=p.a.one" and more["p.a"] == "=p.a", "its own module stands beside its parts"
    assert more["p.b.one"] == "p.b", "there is no more room"
    assert set(names(folded(tree(MODULES), 100)).values()) == {f"={module}" for module in MODULES}


def test_a_package_that_is_no_large_share_stays_closed() -> None:
    modules = [f"p.big.m{number}" for number in range(8)] + ["p.small.a", "p.small.b"]
    found = names(folded(tree(modules).below["p"], 100, share=0.25))
    assert found["p.big.m1"] == "=p.big.m1" and found["p.small.a"] == "p.small"


@settings(max_examples=80, deadline=None)
@given(st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map(".".join), min_size=1), st.integers(1, 20))
def test_every_module_is_put_into_one_thing_that_has_its_name_or_the_beginning_of_it(
    modules: list[str], most: int
) -> None:
    root = tree(modules)
    found = folded(root, most)
    assert set(found) == set(modules)
    for module, one in found.items():
        assert module == one.name or (one.whole and module.startswith(f"{one.name}."))
    assert len(set(found.values())) <= max(most, len(root.parts()))


def test_the_trunk_is_where_the_tree_first_branches() -> None:
    assert trunk_of(tree(["p", "p.q", "p.q.a", "p.q.b"])).name == "p.q"
    assert trunk_of(tree(["p", "p.a", "q"])).name == "", "two packages"
    assert trunk_of(tree(["p", "p.a"])).name == "p"


def test_names_leave_out_the_package_that_all_have_in_common() -> None:
    assert shared_prefix(["p.q.a", "p.q.b.c"]) == len("p.q.")
    assert shared_prefix(["p.q.a", "p.q", "p.q.b.c"]) == len("p."), "`p.q` itself is a module here"
    assert shared_prefix(["pa.x", "pb.x"]) == 0
