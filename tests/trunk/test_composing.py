"""Steps that are told as one come to the same as one after the other."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from overhaul.changes import FileChange, Moved, Replaced, Replacement, Target, replaced
from overhaul.composing import composed, composed_moves, composed_replaced, in_turn
from overhaul.source import Source, digest


def source(text: str) -> Source:
    return Source("a.py", text.encode(), digest(text.encode()))


@st.composite
def edited(draw: st.DrawFn, text: str) -> tuple[Replacement, ...]:
    places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    pairs = zip(places[::2], places[1::2], strict=False)
    found: list[Replacement] = []
    for start, end in pairs:
        # Two insertions at one place would have no order.
        if not found or start > found[-1].end:
            found.append(Replacement(start, end, draw(st.text("xyz\n", max_size=3))))
    return tuple(found)


@st.composite
def twice(draw: st.DrawFn) -> tuple[str, tuple[Replacement, ...], tuple[Replacement, ...]]:
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    text = f"#{newline}" + "".join(draw(st.lists(st.sampled_from(["a", "b", newline]), max_size=12)))
    # The first line keeps the line end that the file is told by.
    first = tuple(one for one in draw(edited(text)) if inside(one, text) and one.start > 1 + len(newline))
    between = replaced(source(text), first).decode()
    then = (one for one in draw(edited(between)) if inside(one, between))
    return text, first, tuple(one for one in then if one.start > 1 + len(newline))


def inside(one: Replacement, text: str) -> bool:
    """Not between the two characters of a line end: no codemod looks there."""
    return not any(text[place - 1 : place + 1] == "\r\n" for place in (one.start, one.end) if place)


@given(twice())
def test_two_lists_of_replacements_in_turn_are_one(
    case: tuple[str, Sequence[Replacement], Sequence[Replacement]],
) -> None:
    text, first, then = case
    between = source(replaced(source(text), first).decode())
    newline = "\r\n" if "\r\n" in text else "\n"
    whole = list(in_turn(first, then, newline))
    assert replaced(source(text), whole) == replaced(between, then)
    assert whole == sorted(whole)


def test_stretches_that_do_not_meet_stay_apart_and_keep_their_reasons() -> None:
    first = [Replacement(0, 1, "long", "one"), Replacement(10, 11, "", "two", "review")]
    then = [Replacement(6, 7, "x", "three")]
    assert list(in_turn(first, then)) == [
        Replacement(0, 1, "long", "one"), Replacement(3, 4, "x", "three"), Replacement(10, 11, "", "two", "review"),
    ]  # fmt: skip


def test_a_stretch_that_is_replaced_again_has_both_reasons_and_the_least_certain_guidance() -> None:
    first, then = [Replacement(2, 4, "Purchase", "one", "review")], [Replacement(2, 10, "Deal", "two")]
    assert list(in_turn(first, then)) == [Replacement(2, 4, "Deal", "one; two", "review")]


def test_a_file_that_is_edited_moved_and_edited_again_is_told_once() -> None:
    steps = [
        [FileChange("a.py", b"one two", b"ONE two", replacements=(Replacement(0, 3, "ONE"),))],
        [FileChange("a.py", b"ONE two", None), FileChange("b.py", None, b"ONE two", origin="a.py")],
        [FileChange("b.py", b"ONE two", b"ONE 2", replacements=(Replacement(4, 7, "2"),))],
    ]
    gone, there = composed(steps)
    assert (gone.path, gone.before, gone.after) == ("a.py", b"one two", None)
    assert (there.path, there.before, there.after, there.origin) == ("b.py", None, b"ONE 2", "a.py")
    assert there.replacements == (Replacement(0, 3, "ONE"), Replacement(4, 7, "2"))


def test_what_ends_as_it_began_is_no_change() -> None:
    forth = FileChange("a.py", b"x", b"y", replacements=(Replacement(0, 1, "y"),))
    back = FileChange("a.py", b"y", b"x", replacements=(Replacement(0, 1, "x"),))
    assert composed([[forth], [back]]) == ()
    new, gone = FileChange("b.py", None, b"x", 0o644), FileChange("b.py", b"x", None)
    assert composed([[new], [gone]]) == ()


def test_a_file_that_is_moved_away_and_back_is_only_edited() -> None:
    steps = [
        [
            FileChange("a.py", b"x", None),
            FileChange("b.py", None, b"y", origin="a.py", replacements=(Replacement(0, 1, "y"),)),
        ],
        [FileChange("b.py", b"y", None), FileChange("a.py", None, b"y", origin="b.py")],
    ]
    (only,) = composed(steps)
    assert (only.path, only.before, only.after, only.origin) == ("a.py", b"x", b"y", "")


def test_a_file_made_anew_in_the_place_of_a_moved_one_has_no_replacements() -> None:
    steps = [
        [FileChange("a.py", b"whole", b"shim"), FileChange("b.py", None, b"whole", origin="a.py")],
        [FileChange("a.py", b"shim", b"sham", replacements=(Replacement(2, 3, "a"),))],
    ]
    shim, moved = composed(steps)
    assert (shim.path, shim.before, shim.after, shim.replacements) == ("a.py", b"whole", b"sham", ())
    assert (moved.path, moved.after, moved.origin) == ("b.py", b"whole", "a.py")


def test_a_new_file_keeps_its_mode_when_it_is_edited_later() -> None:
    new = FileChange("run.sh", None, b"x", 0o755)
    (only,) = composed([[new], [FileChange("run.sh", b"x", b"y", replacements=(Replacement(0, 1, "y"),))]])
    assert (only.before, only.after, only.mode, only.replacements) == (None, b"y", 0o755, ())


def test_names_that_are_called_otherwise_twice_are_told_from_first_to_last() -> None:
    first = [Moved(Target("a", "X"), Target("a", "Y"), "class")]
    then = [Moved(Target("a", "Y"), Target("b", "Y"), "class")]
    assert composed_moves([first, then]) == (Moved(Target("a", "X"), Target("b", "Y"), "class"),)


def test_a_member_of_what_was_renamed_is_told_by_its_first_name() -> None:
    first = [Moved(Target("a"), Target("b"), "module")]
    then = [Moved(Target("b", "C.m"), Target("b", "C.n"), "method")]
    assert composed_moves([first, then]) == (
        Moved(Target("a"), Target("b"), "module"), Moved(Target("a", "C.m"), Target("b", "C.n"), "method"),
    )  # fmt: skip


def test_a_name_that_comes_back_is_not_told() -> None:
    first = [Moved(Target("a", "X"), Target("a", "Y"), "class")]
    then = [Moved(Target("a", "Y"), Target("a", "X"), "class")]
    assert composed_moves([first, then]) == ()


def instead(before: str, after: str) -> Replaced:
    return Replaced(Target(*before.split(":")), Target(*after.split(":")), "class")


def test_what_is_used_instead_is_told_from_first_to_last() -> None:
    renamed = Moved(Target("a", "Old"), Target("a", "Older"), "class")
    moved = Moved(Target("b", "New"), Target("c", "New"), "class")
    steps: list[tuple[list[Moved], list[Replaced]]]
    steps = [([renamed], []), ([], [instead("a:Older", "b:New"), instead("d:X", "b:New")]), ([moved], [])]
    assert composed_replaced(steps) == (instead("a:Old", "c:New"), instead("d:X", "c:New"))


def test_what_is_replaced_twice_is_told_once() -> None:
    steps: list[tuple[list[Moved], list[Replaced]]]
    steps = [([], [instead("a:One", "a:Two")]), ([], [instead("a:Two", "a:Three")])]
    assert instead("a:One", "a:Three") in composed_replaced(steps)
    assert instead("a:One", "a:Two") not in composed_replaced(steps)
