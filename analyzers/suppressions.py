"""Comments that say of findings that they may stay."""

from __future__ import annotations

import io
import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Final, NamedTuple

from overhaul.facts import Suppression
from overhaul.leaves import Collector
from overhaul.module import Module
from overhaul.patterns import regex

_MEANT: Final = regex(
    r"(?:^|(?<=\s))#+\s*overhaul(?:"
    r"\s*:\s*(?:ignores?(?P<file>[-_ ]files?)?\b|(?:disable|noqa|skip|suppress)(?:[-_ ]file)?\s*(?=[\[(=:]|$))"
    r"|\s+ignores?(?P<other_file>[-_ ]files?)?\s*(?=\[)"
    r")(?:\s*[\[(=:][^\])]*[\])]?)?",
    re.IGNORECASE,
)
"""A comment that is meant for one, however it is written."""
_RIGHT: Final = regex(r"# overhaul: ignore(?:-file)?\[(?P<rules>[^\]]*)\](?P<rest>.*)", re.DOTALL)
_RULE: Final = regex(r"\s*[A-Za-z_]\w*\s*", re.ASCII)
_NEXT: Final = regex(r"\s#+\s*(?!\d)")
"""Where the next remark begins in a comment that holds several; the number of an issue begins none."""
_CUT: Final = 80


@Collector()
def suppressions(module: Module) -> Iterator[Suppression]:
    """Every `# overhaul: ignore[rule] reason`, with the lines it is about, and what is meant for one."""
    comments = module.comments
    lines: _Lines | None = None
    for line, text, alone in comments:
        if "overhaul" not in text.lower():
            continue
        for meant in _MEANT.finditer(text):
            lines = lines or _lines(module.text, frozenset(row for row, _, own in comments if own))
            yield _suppression(text[meant.start() :], meant, line, alone, lines)


def _suppression(text: str, meant: re.Match[str], line: int, alone: bool, lines: _Lines) -> Suppression:
    """One of them, which `text` begins with."""
    right = _RIGHT.match(text)
    names = right["rules"].split(",") if right else []
    formed = right is not None and all(map(_RULE.fullmatch, names))
    whole = bool(meant["file"] or meant["other_file"])
    misplaced = whole and not (alone and line < lines.top)
    first, last = (0, 0) if whole else lines.about(line, alone)
    return Suppression(
        line=line, first=first, last=last, whole_file=whole, alone=alone,
        rules=tuple(dict.fromkeys(name.strip() for name in names)) if formed else (),
        reason=_NEXT.split(right["rest"], maxsplit=1)[0].strip(" \t:-") if right and formed else "",
        wrong="form" if not formed else "place" if misplaced else "",
        text=meant[0].strip()[:_CUT],
    )  # fmt: skip


class _Lines(NamedTuple):
    """Where the statements of a file stand; one with a body ends where its head does."""

    firsts: list[int]
    lasts: list[int]
    top: int
    """The line of the first statement behind the docstring, or one behind the last line."""
    comments: frozenset[int]
    """Lines that hold a comment and nothing else."""

    def about(self, line: int, alone: bool) -> tuple[int, int]:
        """First and last line that a comment is about: of the statement it stands in, or directly above."""
        at = bisect_right(self.firsts, line) - 1
        if at >= 0 and line <= self.lasts[at]:
            return self.firsts[at], self.lasts[at]
        below = line + 1
        while below in self.comments:
            below += 1
        if alone and at + 1 < len(self.firsts) and self.firsts[at + 1] == below:
            return line, self.lasts[at + 1]
        return line, line


def _lines(text: str, comments: frozenset[int]) -> _Lines:
    """The statements of a source that could be parsed."""
    firsts: list[int] = []
    lasts: list[int] = []
    top = decorated = 0
    for first, last, opening, string in _logical(text):
        if not top and (firsts or not string):
            top = first
        if opening == "@":
            decorated = decorated or first
            continue
        firsts.append(decorated or first)
        lasts.append(last)
        decorated = 0
    return _Lines(firsts, lasts, top or text.count("\n") + text.count("\r") + 2, comments)


def _logical(text: str) -> Iterator[tuple[int, int, str, bool]]:
    """The logical lines of a source: first and last line, the token it begins with, whether it is but a string."""
    import tokenize

    silent = {tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    first, opening, string = 0, "", True
    try:
        for token in tokenize.generate_tokens(io.StringIO(text, newline=None).readline):
            if token.type == tokenize.NEWLINE:
                if first:
                    yield first, token.start[0], opening, string
                first, string = 0, True
            elif token.type not in silent:
                if not first:
                    first, opening = token.start[0], token.string
                string = string and token.type == tokenize.STRING
    except (tokenize.TokenError, SyntaxError):
        # Syntax of a later Python than this one: comments behind it are about their own lines.
        return
