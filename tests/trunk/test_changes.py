"""Changes of one step become one fate of each file, or are refused."""

from collections.abc import Sequence

import pytest

from overhaul.changes import Change, Create, Delete, Edit, FileChange, Move, Replacement, assembled
from overhaul.errors import Refused
from overhaul.source import Source, digest

FILES = {
    "a.py": b"one = 1\ntwo = 2\n",
    "b.py": b"\xef\xbb\xbfx = 1\r\ny = 2",
    "c.py": b"# coding: latin-1\ns = '\xe9'\n",
}


def read(path: str) -> Source:
    return Source(path, FILES[path], digest(FILES[path]))


def edit(path: str, *parts: Replacement) -> Edit:
    return Edit(path, digest(FILES[path]), parts)


def made(*changes: Change) -> Sequence[FileChange]:
    return assembled(changes, read, FILES.__contains__)


def test_edits_of_one_file_are_merged_and_equal_ones_count_once() -> None:
    first = Replacement(0, 3, "uno")
    (one,) = made(edit("a.py", Replacement(8, 11, "due")), edit("a.py", first), edit("a.py", first))
    assert one.after == b"uno = 1\ndue = 2\n"
    assert one.replacements == (first, Replacement(8, 11, "due"))


def test_overlapping_edits_are_refused_with_the_line() -> None:
    with pytest.raises(Refused, match=r"a\.py:2: two changes overlap"):
        made(edit("a.py", Replacement(8, 12, "due")), edit("a.py", Replacement(10, 14, "x")))


def test_two_insertions_at_one_place_are_both_made() -> None:
    (one,) = made(edit("a.py", Replacement(8, 8, "b = 0\n"), Replacement(8, 8, "a = 0\n")))
    assert one.after == b"one = 1\na = 0\nb = 0\ntwo = 2\n"


def test_the_bytes_around_an_edit_stay_with_mark_and_line_ends_and_a_missing_last_one() -> None:
    (one,) = made(edit("b.py", Replacement(0, 1, "long\nname")))
    assert one.after == b"\xef\xbb\xbflong\r\nname = 1\r\ny = 2"


def test_a_text_is_written_in_the_encoding_of_its_file_and_refused_where_that_lacks_it() -> None:
    start = FILES["c.py"].decode("latin-1").index("s =")
    (one,) = made(edit("c.py", Replacement(start, start + 1, "ü")))
    assert one.after == "# coding: latin-1\nü = 'é'\n".encode("latin-1")
    with pytest.raises(Refused, match=r"c\.py: its encoding lacks '\\u03c0'|its encoding lacks 'π'"):
        made(edit("c.py", Replacement(start, start + 1, "π")))


def test_an_edit_of_what_has_changed_meanwhile_is_refused() -> None:
    with pytest.raises(Refused, match="has changed since"):
        made(Edit("a.py", b"another", (Replacement(0, 1, "x"),)))


def test_a_moved_file_takes_its_edits_along() -> None:
    gone, there = made(Move("a.py", "d/a.py", digest(FILES["a.py"])), edit("a.py", Replacement(0, 3, "uno")))
    assert (gone.path, gone.after) == ("a.py", None)
    assert (there.path, there.origin, there.before, there.after) == ("d/a.py", "a.py", None, b"uno = 1\ntwo = 2\n")


def test_a_file_may_be_created_where_another_moved_away() -> None:
    shim, there = made(Move("a.py", "d/a.py", digest(FILES["a.py"])), Create("a.py", b"shim\n"))
    assert (shim.path, shim.before, shim.after) == ("a.py", FILES["a.py"], b"shim\n")
    assert there.after == FILES["a.py"]


@pytest.mark.parametrize(
    "changes",
    [
        (Create("a.py", b""),),
        (Move("a.py", "b.py", digest(FILES["a.py"])),),
        (Move("a.py", "n.py", digest(FILES["a.py"])), Move("b.py", "n.py", digest(FILES["b.py"]))),
        (Move("a.py", "n.py", digest(FILES["a.py"])), Create("n.py", b"")),
        (Delete("a.py", digest(FILES["a.py"])), Move("a.py", "n.py", digest(FILES["a.py"]))),
        (Delete("a.py", digest(FILES["a.py"])), edit("a.py", Replacement(0, 1, "x"))),
    ],
)
def test_changes_that_contradict_each_other_are_refused(changes: tuple[Change, ...]) -> None:
    with pytest.raises(Refused):
        made(*changes)


def test_files_may_change_places() -> None:
    a, b = digest(FILES["a.py"]), digest(FILES["b.py"])
    first, second = made(Move("a.py", "b.py", a), Move("b.py", "a.py", b))
    assert (first.after, second.after) == (FILES["b.py"], FILES["a.py"])
