"""Groups that have lines in common: which lies within another, and how many lines go in all."""

from hypothesis import given
from hypothesis import strategies as st

from overhaul.redundancy import Clone, Duplicate
from overhaul.repeating.risk_spans import Groups, Span, fewer_lines


def group(identity: str, *spans: tuple[str, int, int]) -> Duplicate:
    members = tuple(Clone(module, "f", f"{module}.py", line, end) for module, line, end in spans)
    lengths = [end - line + 1 for _, line, end in spans]
    return Duplicate(
        kind="duplicate", subkind="run", name="f", module="a", path="a.py", line=1, confidence="high", evidence=(),
        type=2, unit="run", similarity=1.0, members=members, statements=5, differences=(), identity=identity,
        saved_lines=sum(lengths) - max(lengths),
    )  # fmt: skip


def test_lines_that_two_groups_have_are_counted_once() -> None:
    run = group("dup-run", *((module, 2, 13) for module in "abcde"))
    functions = group("dup-functions", *((module, 1, 13) for module in "abc"))
    assert (run.saved_lines, functions.saved_lines) == (48, 26)
    # Of the two functions that go, only the lines with their names do not go with the run.
    assert fewer_lines([run, functions]) == fewer_lines([functions, run]) == 48 + 2


def test_groups_that_have_nothing_in_common_are_added_up() -> None:
    assert fewer_lines([group("dup-1", ("a", 1, 9), ("b", 1, 9)), group("dup-2", ("a", 10, 18), ("b", 10, 19))]) == 18


def spanning(module: str, line: int, more: int) -> tuple[str, int, int]:
    return module, line, line + more


SPANS = st.builds(spanning, st.sampled_from("ab"), st.integers(1, 40), st.integers(0, 20))
GROUPS = st.lists(st.lists(SPANS, min_size=2, max_size=5), max_size=6)


@given(GROUPS)
def test_no_more_lines_go_than_there_are_and_than_the_groups_save(groups: list[list[tuple[str, int, int]]]) -> None:
    rows = [group(f"dup-{number}", *spans) for number, spans in enumerate(groups)]
    lines = {(module, line) for spans in groups for module, first, last in spans for line in range(first, last + 1)}
    assert fewer_lines(rows) <= min(len(lines), sum(row.saved_lines for row in rows))


def holds(outer: list[Span], inner: list[Span]) -> bool:
    groups = Groups()
    groups.add(outer)
    return groups.hold(inner)


def test_a_group_lies_within_another_when_each_member_does_in_one_of_its_own() -> None:
    outer = [Span("a", 1, 30), Span("b", 1, 30)]
    assert holds(outer, [Span("a", 2, 9), Span("b", 2, 9)])
    # Twice in each: when there is one of the outer ones, the inner ones still stand there twice.
    assert not holds(outer, [Span("a", 2, 9), Span("a", 12, 19), Span("b", 2, 9), Span("b", 12, 19)])
    # One stands outside.
    assert not holds(outer, [Span("a", 2, 9), Span("b", 2, 9), Span("c", 2, 9)])
    assert not holds(outer, [Span("a", 2, 9), Span("b", 28, 35)])
