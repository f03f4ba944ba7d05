"""Bytes of one file, and the text they stand for."""

import os
from pathlib import Path

import pytest

from overhaul.errors import Unreadable
from overhaul.source import Source, digest, read


def source(data: bytes) -> Source:
    return Source("a.py", data, digest(data))


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"", 0), (b"x", 1), (b"x\n", 1), (b"x\ny", 2), (b"\n\n", 2),
        (b"x\r\ny\r\n", 2), (b"x\ry\r", 2), (b"x\r\ny\rz\n", 3), (b"x\n\r", 2), (b"x\n\x0c\ny\n", 3),
    ],
)  # fmt: skip
def test_lines_are_counted_by_whatever_ends_them(data: bytes, lines: int) -> None:
    assert source(data).lines == lines


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xef\xbb\xbfx = 1\n", "x = 1\n"),
        (b"# -*- coding: latin-1 -*-\nx = '\xe9'\n", "# -*- coding: latin-1 -*-\nx = 'é'\n"),
        (b"#!sh\n# vim: set fileencoding=cp1252 :\nx = '\x80'", "#!sh\n# vim: set fileencoding=cp1252 :\nx = '€'"),
        # On the third line it is too late for a cookie.
        (b"x = 1\n\n# coding: latin-1\ny = '\xc3\xa9'\n", "x = 1\n\n# coding: latin-1\ny = 'é'\n"),
        (b"x = 1\r\n\x0cy = 2\r", "x = 1\r\n\x0cy = 2\r"),
    ],
)
def test_text_is_decoded_as_the_cookie_says_and_keeps_its_line_ends(data: bytes, text: str) -> None:
    assert source(data).text() == text


@pytest.mark.parametrize(
    "data", [b"\xff\xfex\x00", b"x\0", b"\xe9", b"# coding: utf-8\n\xe9", b"# coding: no-such\n", b"# coding: rot13\n"]
)
def test_bytes_that_are_not_what_they_promise_are_unreadable(data: bytes) -> None:
    with pytest.raises(Unreadable):
        source(data).text()


def test_two_contents_have_two_digests_and_a_path_none() -> None:
    assert digest(b"a") != digest(b"b") and len(digest(b"")) == 16


def test_what_is_no_regular_file_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "folder.py").mkdir()
    (tmp_path / "good.py").write_bytes(b"x = 1\n")
    (tmp_path / "link.py").symlink_to("good.py")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.py")  # reading it would wait for ever
        with pytest.raises(Unreadable, match="not a regular file"):
            read(tmp_path, "pipe.py")
    with pytest.raises(Unreadable, match="not a regular file"):
        read(tmp_path, "folder.py")
    with pytest.raises(Unreadable, match="vanished"):
        read(tmp_path, "gone.py")
    assert read(tmp_path, "link.py").data == read(tmp_path, "good.py").data == b"x = 1\n"
