"""Lines of audited files, read again for a report."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from overhaul.config import Config
from overhaul.excerpts import LARGEST, WIDEST, Excerpt, Excerpts, Missing
from overhaul.leaves import Leaves
from overhaul.survey import survey
from overhaul.testing import InProcess


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path


def excerpts(root: Path, **files: bytes) -> Excerpts:
    for name, data in files.items():
        (root / f"{name}.py").write_bytes(data)
    return Excerpts(survey(root, Config(), Leaves(()), executor=InProcess()))


def test_lines_are_those_of_the_file_counted_as_python_counts_them(root: Path) -> None:
    # A form feed and U+2028 end no line, a lone carriage return does.
    found = excerpts(root, a="# \x0c one\r# two\r\n# th\u2028ree\nx = 1\n".encode()).lines("a", 2, 4)
    assert found == Excerpt("a.py", 2, ("# two", "# th\u2028ree", "x = 1"), 0)


def test_the_encoding_is_that_of_the_cookie(root: Path) -> None:
    found = excerpts(root, a="# coding: latin-1\nname = 'Müller'\n".encode("latin-1")).lines("a", 2, 2)
    assert isinstance(found, Excerpt)
    assert found.lines == ("name = 'Müller'",)


def test_tabs_are_spaces_and_what_is_too_wide_is_cut(root: Path) -> None:
    found = excerpts(root, a=b"if x:\n\ty = 1\nz = '" + b"w" * 5000 + b"'\n").lines("a", 2, 3)
    assert isinstance(found, Excerpt)
    assert found.lines[0] == "    y = 1"
    assert len(found.lines[1]) == WIDEST
    assert found.lines[1].endswith("…")


def test_more_than_the_limit_is_counted_and_more_than_the_file_has_is_not(root: Path) -> None:
    reader = excerpts(root, a=b"a = 1\n" * 10)
    found = reader.lines("a", 3, 9, 2)
    assert isinstance(found, Excerpt)
    assert (found.first, len(found.lines), found.left_out) == (3, 2, 5)
    beyond = reader.lines("a", 50, 60)
    assert isinstance(beyond, Excerpt)
    assert (beyond.lines, beyond.left_out) == ((), 0)


def test_a_file_that_has_changed_shows_nothing(root: Path) -> None:
    reader = excerpts(root, a=b"a = 1\n", b=b"b = 1\n")
    (root / "a.py").write_bytes(b"a = 2\n")
    assert reader.lines("a", 1, 1) == Missing("changed since it was parsed")
    assert reader.lines("b", 1, 1) == Excerpt("b.py", 1, ("b = 1",), 0)


def _gone(file: Path) -> None:
    """Leave nothing."""


def _another(file: Path) -> None:
    file.symlink_to(file.parent / "b.py")


def _huge(file: Path) -> None:
    file.write_bytes(b"#" * (LARGEST + 1))


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (_gone, "No such file"),
        (Path.mkdir, "not a regular file"),
        (os.mkfifo, "not a regular file"),
        (_another, "changed since"),
        (_huge, "too large"),
    ],
)
def test_what_became_of_a_file_is_a_reason_and_no_error(root: Path, spoil: Callable[[Path], None], reason: str) -> None:
    reader = excerpts(root, a=b"a = 1\n", b=b"b = 1\n")
    (root / "a.py").unlink()
    spoil(root / "a.py")
    found = reader.lines("a", 1, 1)
    assert isinstance(found, Missing)
    assert reason in found.reason


def test_a_module_that_was_not_parsed_shows_nothing(root: Path) -> None:
    assert excerpts(root, a=b"a = 1\n").lines("os", 1, 1) == Missing("not among the files that were parsed")


def test_a_file_is_read_once_while_it_is_in_use(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = excerpts(root, **{f"m{number}": f"x = {number}\n".encode() for number in range(70)})
    reads: list[str] = []
    original = Path.read_bytes

    def counted(self: Path) -> bytes:
        reads.append(self.name)
        return original(self)

    monkeypatch.setattr(Path, "read_bytes", counted)
    for number in [*range(70), 69, 69, 0]:
        found = reader.lines(f"m{number}", 1, 1)
        assert isinstance(found, Excerpt)
        assert found.lines == (f"x = {number}",)
    assert len(reads) == 71, "the first one is read again: seventy others have been in between"
