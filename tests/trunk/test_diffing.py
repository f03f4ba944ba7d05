"""Diffs made from replacements are those that `patch` would apply."""

import re
import subprocess
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from overhaul.changes import FileChange, Replacement, replaced
from overhaul.commands.diffing import diff
from overhaul.source import Source, digest


def change(before: str, *replacements: Replacement) -> FileChange:
    data = before.encode()
    return FileChange("a.py", data, replaced(Source("a.py", data, digest(data)), replacements), None, "", replacements)


def shown(one: FileChange) -> str:
    return click.unstyle("".join(diff(one, one.before)))


LINES = "".join(f"line {number}\n" for number in range(30))


def test_a_change_is_shown_with_three_lines_around_it() -> None:
    at = LINES.index("line 10")
    assert shown(change(LINES, Replacement(at, at + 4, "LINE", "a use"))) == (
        "--- a/a.py\n+++ b/a.py\n@@ -8,7 +8,7 @@\n line 7\n line 8\n line 9\n-line 10\n+LINE 10\n"
        " line 11\n line 12\n line 13\n"
    )


def test_what_is_to_be_reviewed_is_said_at_its_hunk() -> None:
    at = LINES.index("line 10")
    told = shown(change(LINES, Replacement(0, 4, "LINE", "a use"), Replacement(at, at + 4, "LINE", "text", "review")))
    assert "@@ -8,7 +8,7 @@ review: text\n" in told and "@@ -1,4 +1,4 @@\n" in told


def test_changes_near_each_other_share_their_lines_around() -> None:
    one, two = LINES.index("line 10"), LINES.index("line 14")
    told = shown(change(LINES, Replacement(one, one + 4, "LINE"), Replacement(two, two + 4, "LINE")))
    assert told.count("@@") == 2 and told.count("line 12") == 1


def test_a_new_file_and_one_that_goes_are_shown_whole() -> None:
    new = FileChange("a.py", None, b"x = 1\ny = 2")
    assert "".join(click.unstyle(line) for line in diff(new, None)) == (
        "--- /dev/null\n+++ b/a.py\n@@ -0,0 +1,2 @@\n+x = 1\n+y = 2\n\\ No newline at end of file\n"
    )
    gone = FileChange("a.py", b"x = 1\n", None)
    assert "+++ /dev/null\n@@ -1,1 +0,0 @@\n-x = 1\n" in shown(gone)


def test_bytes_that_are_no_text_are_not_shown() -> None:
    assert "Binary files differ" in shown(FileChange("a.bin", b"\0", b"\0\0"))


def test_what_could_move_the_cursor_is_escaped_and_a_tab_stays() -> None:
    told = shown(change("\tx = '\x1b[2J'\n", Replacement(1, 2, "y")))
    assert "\x1b" not in told and "+\ty = '\\x1b[2J'\n" in told


@st.composite
def changes(draw: st.DrawFn) -> FileChange:
    text = "".join(draw(st.lists(st.sampled_from(["a", "b", "\n", "cc\n"]), max_size=40)))
    places = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    pairs = list(zip(places[::2], places[1::2], strict=False))
    return change(text, *(Replacement(*pair, draw(st.text("xy\n", max_size=4))) for pair in pairs))


@given(changes())
def test_the_lines_of_a_diff_are_those_of_both_texts(one: FileChange) -> None:
    told = shown(one).splitlines()[2:]
    before, after = [text.decode().split("\n") for text in (one.before or b"", one.after or b"")]
    ours = theirs = 0
    for line in told:
        if head := re.match(r"@@ -(\d+),(\d+) \+(\d+),(\d+) @@", line):
            ours, theirs = (int(head[at]) - (int(head[at + 1]) > 0) for at in (1, 3))
        elif line.startswith("\\"):
            continue
        else:
            if line[0] in " -":
                assert before[ours] == line[1:]
                ours += 1
            if line[0] in " +":
                assert after[theirs] == line[1:]
                theirs += 1


@pytest.mark.slow
@given(changes())
def test_patch_makes_the_one_out_of_the_other(tmp_path_factory: pytest.TempPathFactory, one: FileChange) -> None:
    folder: Path = tmp_path_factory.mktemp("patched")
    (folder / "a.py").write_bytes(one.before or b"")
    patching = ["patch", "-p1", "--no-backup-if-mismatch"]
    done = subprocess.run(patching, cwd=folder, input=shown(one).encode(), check=False)
    assert one.before == one.after or done.returncode == 0
    assert not one.after or (folder / "a.py").read_bytes() == one.after
