"""Lines of audited files, read again for a report, and only where they are still the ones that were parsed."""

from __future__ import annotations

from typing import Final

import msgspec

from overhaul.errors import Unreadable
from overhaul.patterns import regex
from overhaul.source import read
from overhaul.survey import Survey

LARGEST: Final = 4_000_000
"""Bytes of a file that lines are taken from."""
WIDEST: Final = 300
"""Characters of a line that are shown."""
TAB: Final = 4
_FILES: Final = 64
"""Files whose lines are kept: reports go from one place to the next, and come back."""


class Excerpt(msgspec.Struct, frozen=True):
    """Some lines of one file, as they were parsed."""

    path: str
    first: int
    """The number of the first line, from 1."""
    lines: tuple[str, ...]
    """Without their ends; tabs are spaces, and what is too wide ends in `…`. May be empty."""
    left_out: int
    """Lines that were asked for and are not there: beyond the limit."""


class Missing(msgspec.Struct, frozen=True):
    """Why there are no lines to show."""

    reason: str


class Excerpts:
    """Reads the lines of a survey's files, each file once while it is in use."""

    def __init__(self, survey: Survey) -> None:
        """Nothing is read before it is asked for."""
        self._survey = survey
        self._files: dict[str, tuple[str, ...] | Missing] = {}

    def lines(self, module: str, first: int, last: int, limit: int = 200) -> Excerpt | Missing:
        """The lines `first` to `last` of a module's file, at most `limit` of them."""
        known = self._files.pop(module, None)
        found = self._read(module) if known is None else known
        self._files[module] = found
        if len(self._files) > _FILES:
            del self._files[next(iter(self._files))]
        if isinstance(found, Missing):
            return found
        first, last = max(1, first), min(last, len(found))
        wanted = found[first - 1 : min(last, first - 1 + limit)]
        return Excerpt(
            self._survey.place(module), first, tuple(map(_shown, wanted)), max(0, last - first + 1 - len(wanted))
        )

    def _read(self, module: str) -> tuple[str, ...] | Missing:
        parsed = self._survey.digest(module)
        if parsed is None:
            return Missing("not among the files that were parsed")
        path = self._survey.place(module)
        try:
            if (self._survey.root / path).stat().st_size > LARGEST:
                return Missing("too large to show")
            source = read(self._survey.root, path)
            if source.digest != parsed:
                return Missing("changed since it was parsed")
            return tuple(_LINE_END.split(source.text()))
        except OSError as error:
            return Missing(f"cannot be read: {error.strerror or error}")
        except Unreadable as error:
            return Missing(f"cannot be read: {error}")


def _shown(line: str) -> str:
    line = line[: WIDEST + 1].expandtabs(TAB)
    return line if len(line) <= WIDEST else f"{line[: WIDEST - 1]}…"


_LINE_END: Final = regex(r"\r\n|\r|\n")
"""What ends a line for Python; `str.splitlines` knows more, and would number the lines after a form feed otherwise."""
