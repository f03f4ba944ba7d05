"""Findings one by one, each with the lines it is about, as `check` lists them on a terminal."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator
from typing import Final

import click

from overhaul.excerpts import Excerpt, Excerpts
from overhaul.findings import Finding, Place
from overhaul.printable import printable
from overhaul.survey import Survey

COLOURS: Final = {"error": "red", "warning": "yellow", "note": "blue"}
AROUND: Final = 1
"""Lines shown before and after the one that a finding stands on."""
REASONS: Final = 8
"""Reasons of one finding, and places, that are listed before the rest is only counted."""
NARROWEST: Final = 40
"""Columns that are used however narrow the terminal says it is."""
PLAIN_WIDTH: Final = 100
"""Columns where there is no terminal to ask."""


def listed(survey: Survey, *, inherited: bool = False) -> Iterator[str]:
    """The new findings, and then the inherited ones when these are asked for, by path and line.

    Each is `path:line: severity rule: message`, with paths relative to the audited root, the lines around the place,
    the reasons, and the other places that take part. Colours are for a terminal; elsewhere they are to be taken away.
    """
    width = columns()
    excerpts = Excerpts(survey)
    for one in (*survey.verdict.new, *(survey.verdict.inherited if inherited else ())):
        yield from _finding(one, excerpts, width)


def columns() -> int:
    """How wide the terminal is, or what is taken for it."""
    return max(NARROWEST, shutil.get_terminal_size((PLAIN_WIDTH, 24)).columns)


def _finding(one: Finding, excerpts: Excerpts, width: int) -> Iterator[str]:
    yield from _head(one, width)
    yield from _excerpt(one, excerpts, width)
    for reason in one.because[:REASONS]:
        yield from _indented(reason, width)
    yield from _more(len(one.because) - REASONS, "reason")
    for place in one.places[:REASONS]:
        yield from _indented(_place(place), width)
    yield from _more(len(one.places) - REASONS, "place")
    yield "\n"


def _head(one: Finding, width: int) -> Iterator[str]:
    """Place, severity and rule on the first line, whole, so that editors and people find them; the message wraps."""
    where = f"{printable(one.path)}:{one.line}:"
    what = f"{one.severity} {printable(one.rule)}:"
    told = f"{printable(one.message)} (inherited)" if one.status == "inherited" else printable(one.message)
    lines = textwrap.wrap(
        f"{'x' * (len(where) + len(what) + 1)} {told}", width, subsequent_indent="    ", break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip
    first = lines[0][len(where) + len(what) + 1 :]
    yield f"{click.style(where, bold=True)} {click.style(what, fg=COLOURS[one.severity], bold=True)}{first}\n"
    yield from (f"{line}\n" for line in lines[1:])


def _excerpt(one: Finding, excerpts: Excerpts, width: int) -> Iterator[str]:
    """The line, marked, between its neighbours; nothing where the file is not as it was parsed, or no module."""
    if not one.module:
        return
    found = excerpts.lines(one.module, one.line - AROUND, one.line + AROUND)
    if not isinstance(found, Excerpt) or found.path != one.path:
        return
    shown = [(found.first + index, printable(line)) for index, line in enumerate(found.lines)]
    if not any(number == one.line for number, _ in shown):
        return
    shown = [(number, line) for number, line in shown if line.strip() or number == one.line]
    digits = len(str(shown[-1][0]))
    spare = max(10, width - digits - 7)
    indent = min((len(line) - len(line.lstrip()) for _, line in shown if line.strip()), default=0)
    for number, line in shown:
        text = line[indent:]
        text = text if len(text) <= spare else f"{text[: spare - 1]}…"
        mark = ">" if number == one.line else " "
        row = f"  {mark} {number:>{digits}} | {text}".rstrip()
        yield click.style(row, fg=COLOURS[one.severity]) + "\n" if number == one.line else f"{row}\n"


def _place(place: Place) -> str:
    return f"{place.path}:{place.line}: {place.what}" if place.what else f"{place.path}:{place.line}"


def _indented(text: str, width: int) -> Iterator[str]:
    for line in textwrap.wrap(
        printable(text), width, initial_indent="    ", subsequent_indent="      ", break_long_words=False,
        break_on_hyphens=False,
    ):  # fmt: skip
        yield f"{line}\n"


def _more(count: int, what: str) -> Iterator[str]:
    if count > 0:
        yield f"    and {count:,} more {what}{'s' if count > 1 else ''}\n"
