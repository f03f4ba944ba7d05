"""Text out of audited code, made safe to show: nothing in it can move a cursor, reorder a line or hide."""

from __future__ import annotations


def printable(text: str, *, lines: bool = False) -> str:
    r"""The text with every control, format, bidi, surrogate or unassigned character as its escape (`\x1b`, `\u202e`).

    What Python's `repr` would escape is escaped, but for backslashes and quotes. Line feeds stay where `lines` is set.
    """
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() or (lines and char == "\n") else char.encode("unicode_escape").decode("ascii")
        for char in text
    )
