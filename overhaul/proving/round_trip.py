"""Outside of what is replaced, each byte stays as it is."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterator
from typing import Final

from overhaul.changes import FileChange
from overhaul.plans import Refusal
from overhaul.project import Project

CHECK: Final = "round trip"


def round_trip(before: Project, file: FileChange, anew: bool = False) -> Iterator[Refusal]:
    """What is wrong with one file: its new bytes are put together again from the old ones, and compared.

    Told from the bytes alone: encoding, byte order mark, line ends, form feeds and the end of the file follow from it.
    `anew`: what stood there has been moved away, and another file is created.
    """
    if file.after is None or (not file.origin and (anew or file.before is None)):
        return
    data = file.before if file.before is not None else before.source(file.origin).data
    mark = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
    try:
        encoding = tokenize.detect_encoding(io.BytesIO(data).readline)[0].removesuffix("-sig")
        text = data.removeprefix(mark).decode(encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        if file.replacements:
            yield _refusal(file, 0, f"its encoding is not known ({error})")
        elif file.after != data:
            yield _refusal(file, 0, "its bytes would change without a replacement")
        return
    newline = "\r\n" if "\r\n" in text else "\n"
    parts: list[str] = []
    at = 0
    for one in file.replacements:
        if not at <= one.start <= one.end <= len(text):
            yield _refusal(file, text.count("\n", 0, max(one.start, 0)) + 1, "two replacements overlap, or lie outside")
            return
        parts += (text[at : one.start], newline.join(one.text.replace("\r\n", "\n").split("\n")))
        at = one.end
    whole = "".join((*parts, text[at:]))
    try:
        expected = mark + whole.encode(encoding)
    except UnicodeEncodeError:
        yield _refusal(file, 0, f"a new name cannot be written in its encoding, {encoding}")
        return
    if expected != file.after:
        line = _first_difference(expected, file.after)
        yield _refusal(file, line, "bytes outside of what is replaced would change")
        return
    try:
        again = tokenize.detect_encoding(io.BytesIO(file.after).readline)[0].removesuffix("-sig")
    except (SyntaxError, LookupError):
        again = ""
    if again != encoding:
        yield _refusal(file, 1, f"its encoding would be read as {again or 'none'} instead of {encoding}")


def _first_difference(one: bytes, other: bytes) -> int:
    """The line of the first byte that differs."""
    length = min(len(one), len(other))
    at = next((number for number in range(length) if one[number] != other[number]), length)
    return other.count(b"\n", 0, at) + 1


def _refusal(file: FileChange, line: int, why: str) -> Refusal:
    return Refusal(file.path, line, CHECK, why, "this is a mistake in the codemod: report it, or leave the file out")
