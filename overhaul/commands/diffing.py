"""What changes in each file, as a unified diff made from the replacements themselves."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import Final

import click
import msgspec

from overhaul.changes import FileChange, Replacement
from overhaul.errors import Unreadable
from overhaul.printable import printable
from overhaul.source import Source

_CONTEXT: Final = 3
"""Lines around a change."""


class _Region(msgspec.Struct):
    """Lines that differ: of the text before from `left` up to but not including `right`, and of the one after."""

    left: int
    right: int
    after_left: int
    after_right: int
    notes: tuple[str, ...] = ()


def diff(change: FileChange, before: bytes | None) -> Iterator[str]:
    """The lines of one file's diff, coloured, each with its end; `before` is the content of where it comes from."""
    old = change.origin or change.path
    yield click.style(f"--- {_name(old, 'a/', there=before is not None)}\n", bold=True)
    yield click.style(f"+++ {_name(change.path, 'b/', there=change.after is not None)}\n", bold=True)
    texts = _text(old, before), _text(change.path, change.after)
    if None in texts:
        yield "Binary files differ\n"
        return
    first, second = (_lines(text or "") for text in texts)
    if before is None or change.after is None:
        regions = [_Region(0, len(first), 0, len(second))]
    elif change.replacements:
        regions = list(_regions(texts[0] or "", texts[1] or "", change.replacements))
    else:
        regions = [_Region(0, len(first), 0, len(second))] if first != second else []
    yield from _hunks(first, second, [part for region in regions for part in _narrowed(region, first, second)])


def _name(path: str, prefix: str, *, there: bool) -> str:
    return f"{prefix}{printable(path)}" if there else "/dev/null"


def _text(path: str, data: bytes | None) -> str | None:
    """The text; None for what is none."""
    if data is None:
        return ""
    try:
        return Source(path, data, b"").text()
    except Unreadable:
        return None


def _lines(text: str) -> list[str]:
    """Lines without their ends; a last one that has no end is marked, as diffs do it."""
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    else:
        lines[-1] += "\n\\ No newline at end of file"
    return lines


def _regions(before: str, after: str, replacements: Sequence[Replacement]) -> Iterator[_Region]:
    """The lines that replacements touch, those that meet as one."""
    newline = "\r\n" if "\r\n" in before else "\n"
    shift = 0
    known: _Region | None = None
    line = after_line = at = after_at = 0
    for one in sorted(replacements):
        text = one.text.replace("\r\n", "\n").replace("\n", newline)
        start, end = one.start + shift, one.start + shift + len(text)
        line += before.count("\n", at, one.start)
        after_line += after.count("\n", after_at, start)
        last = line + before.count("\n", one.start, one.end)
        after_last = after_line + after.count("\n", start, end)
        note = f"{one.guidance}: {one.because}" if one.guidance != "safe" else ""
        notes = (note,) if note else ()
        if known is not None and line <= known.right and after_line <= known.after_right:
            known = _Region(known.left, last + 1, known.after_left, after_last + 1, (*known.notes, *notes))
        else:
            if known is not None:
                yield known
            known = _Region(line, last + 1, after_line, after_last + 1, notes)
        line, at, after_line, after_at = last, one.end, after_last, end
        shift += len(text) - (one.end - one.start)
    if known is not None:
        yield known


def _narrowed(region: _Region, first: Sequence[str], second: Sequence[str]) -> Iterator[_Region]:
    """The lines of a region that really differ."""
    ours, theirs = first[region.left : region.right], second[region.after_left : region.after_right]
    notes = region.notes
    for kind, left, right, after_left, after_right in difflib.SequenceMatcher(None, ours, theirs, False).get_opcodes():
        if kind != "equal":
            yield _Region(
                region.left + left, region.left + right, region.after_left + after_left,
                region.after_left + after_right, notes,
            )  # fmt: skip
            notes = ()


def _hunks(first: Sequence[str], second: Sequence[str], regions: Sequence[_Region]) -> Iterator[str]:
    """The regions with lines around them; those that are near each other stand in one hunk."""
    while regions:
        count = 1
        while count < len(regions) and regions[count].left - regions[count - 1].right <= 2 * _CONTEXT:
            count += 1
        group, regions = regions[:count], regions[count:]
        start = max(group[0].left - _CONTEXT, 0)
        end = min(group[-1].right + _CONTEXT, len(first))
        after_start = group[0].after_left - (group[0].left - start)
        after_end = group[-1].after_right + (end - group[-1].right)
        notes = "; ".join(dict.fromkeys(note for region in group for note in region.notes))
        head = f"@@ -{_span(start, end)} +{_span(after_start, after_end)} @@"
        yield click.style(head, fg="cyan") + (f" {click.style(_safe(notes), fg='yellow')}" if notes else "") + "\n"
        at = start
        for region in group:
            yield from (f" {_safe(line)}\n" for line in first[at : region.left])
            yield from (click.style(f"-{_safe(line)}", fg="red") + "\n" for line in first[region.left : region.right])
            added = second[region.after_left : region.after_right]
            yield from (click.style(f"+{_safe(line)}", fg="green") + "\n" for line in added)
            at = region.right
        yield from (f" {_safe(line)}\n" for line in first[at:end])


def _span(start: int, end: int) -> str:
    """Where a hunk begins and how many lines it has, as diffs count: from 1, and from 0 where there are none."""
    length = end - start
    return f"{start + 1 if length else start},{length}"


def _safe(line: str) -> str:
    """A line that is safe to print; tabs stay, and so does the mark of a missing line end."""
    return "\t".join(printable(part, lines=True) for part in line.rstrip("\r").split("\t"))
