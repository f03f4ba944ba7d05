"""Where the names, strings, comments and logical lines of a text stand; what they mean is not asked.

The text must be Python that LibCST has parsed: nothing is checked here, and what does not fit shows when names are put
beside those of the tree. Replacement fields of f-strings and t-strings are read as PEP 701 says, which gives the same
for what was valid before it.
"""

from __future__ import annotations

from keyword import kwlist
from typing import Final, NamedTuple

from overhaul.patterns import regex

KEYWORDS: Final = frozenset(kwlist) - {"None", "True", "False"}
"""Words that are no names for LibCST."""

_WORD: Final = r"[A-Za-z_\x80-\U0010ffff][A-Za-z0-9_\x80-\U0010ffff]*"
_NUMBER: Final = (
    r"0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9][0-9_]*)?[jJ]?"
)
_ESCAPE: Final = r"\\(?:\r\n|[\s\S])"
_PLAIN: Final = (
    rf"'''[^'\\]*(?:(?:{_ESCAPE}|'(?!''))[^'\\]*)*'''"
    rf'|"""[^"\\]*(?:(?:{_ESCAPE}|"(?!""))[^"\\]*)*"""'
    rf"|'[^'\\\r\n]*(?:{_ESCAPE}[^'\\\r\n]*)*'"
    rf'|"[^"\\\r\n]*(?:{_ESCAPE}[^"\\\r\n]*)*"'
)
_REST: Final = (
    rf"((?:[rR][bB]?|[bB][rR]?|[uU])?(?:{_PLAIN}))"
    r"""|((?:[fFtT][rR]?|[rR][fFtT])(?:'''|\"{3}|'|"))"""
    rf"|({_WORD})"
    r"|([(\[{])|([)\]}])|(\r\n|\r|\n)|(#[^\r\n]*)|\Z"
)
_TOKEN: Final = regex(rf"(?:[^\w\x80-\U0010ffff()\[\]{{}}'\"#\r\n\\]+|{_NUMBER}|\\(?:\r\n|\r|\n)?)*+(?:{_REST})")
_FIELD: Final = regex(
    rf"(?:[^\w\x80-\U0010ffff()\[\]{{}}'\"#\r\n\\!:]+|!=|{_NUMBER}|\\(?:\r\n|\r|\n)?)*+(?:{_REST}|([!:]))"
)
_STRING, _FORMATTED, _NAME, _OPEN, _CLOSE, _NEWLINE, _COMMENT, _SIGN = range(1, 9)

_INDENT: Final = regex(r"(?:[ \t\f]|\\(?:\r\n|\r|\n))*")
_ROW: Final = regex(r"\r\n|\r|\n")
_PREAMBLE: Final = regex(r"(?:#![^\r\n]*(?:\r\n|\r|\n))?(?:[ \t\f]*#[^\r\n]*?coding[:=][^\r\n]*(?:\r\n|\r|\n))?")
_CONVERSION: Final = regex(rf"\s*{_WORD}")
_LITERAL: Final = {quote: regex(rf"\\|[{{}}]|{quote}") for quote in ("'", '"', "'''", '"""')}


class Line(NamedTuple):
    """A logical line."""

    start: int
    """Of its first token."""
    end: int
    """Behind its last token."""
    head: int
    """Where the lines of comments directly above it begin, else where its own physical line does."""


class Lexer:
    """The tokens of a text, or of a stretch of it."""

    __slots__ = ("_text", "comments", "lambdas", "lines", "names", "starts", "strings")

    def __init__(self, text: str, start: int = 0, end: int | None = None) -> None:
        """Read it all."""
        self._text = text
        self.names: list[str] = []
        """Every name as it is written, soft keywords and True, False, None too; "" at the end."""
        self.starts: list[int] = []
        """Where each stands."""
        self.strings: list[tuple[int, int]] = []
        """Every string literal with its prefix and quotes, by its start; those inside fields of others too."""
        self.comments: list[tuple[int, int]] = []
        self.lambdas: list[int] = []
        """Where each `lambda` stands."""
        self.lines: list[Line] = []
        self._read(start, len(text) if end is None else end)
        self.names.append("")
        self.starts.append(len(text))

    def _read(self, at: int, limit: int) -> None:
        text = self._text
        starts, names = self.starts, self.names
        depth = 0
        begin = at
        """Where the physical line begins that the logical line begins with."""
        comment = -1
        above: list[tuple[int, int]] = []
        """Lines of comments directly above: where they begin, and the column of the `#`."""
        preamble = _preamble(text)
        while at <= limit:
            for match in _TOKEN.finditer(text, at, limit):
                kind = match.lastindex
                if kind == _NAME:
                    word = match[_NAME]
                    if word in KEYWORDS:
                        if word == "lambda":
                            self.lambdas.append(match.start(_NAME))
                        continue
                    names.append(word)
                    starts.append(match.start(_NAME))
                elif kind == _OPEN:
                    depth += 1
                elif kind == _CLOSE:
                    depth -= 1
                elif kind == _STRING:
                    self.strings.append(match.span(_STRING))
                elif kind == _COMMENT:
                    self.comments.append(match.span(_COMMENT))
                    if depth == 0:
                        comment = match.start(_COMMENT)
                elif kind == _FORMATTED:
                    # What follows is read anew from behind the string.
                    at = self._formatted(*match.span(_FORMATTED))
                    break
                elif depth == 0:
                    # The end of a logical line, of a blank one, or of the text.
                    stop = match.start(_NEWLINE) if kind == _NEWLINE else limit
                    first = _first(text, begin, stop)
                    if first == stop:
                        above.clear()
                    elif first == comment:
                        if begin >= preamble:
                            above.append((begin, first - begin))
                    else:
                        last = _last(text, first, comment if comment >= 0 else stop)
                        self.lines.append(Line(first, last, _head(above, begin, first)))
                        above.clear()
                    begin, comment = match.end(), -1
                    if kind != _NEWLINE:
                        return
            else:
                return

    def _formatted(self, start: int, at: int) -> int:
        """The end of the f-string or t-string that begins at `start`; `at` is behind its opening quotes."""
        text = self._text
        opening = text[start:at].lower()
        quote = opening.lstrip("frt")
        raw = "r" in opening
        number = len(self.strings)
        self.strings.append((start, at))
        end = self._literal(at, quote, raw, spec=False)
        self.strings[number] = start, end
        return end

    def _literal(self, at: int, quote: str, raw: bool, *, spec: bool) -> int:
        """The end of the text of a string (behind its quotes), or of a format specification (behind its `}`)."""
        text = self._text
        search = _LITERAL[quote].search
        while (match := search(text, at)) is not None:
            sign, at = match[0], match.end()
            if sign == "\\":
                if not raw and text.startswith("N{", at):
                    at = text.find("}", at) + 1 or len(text)
                elif text[at : at + 1] not in ("{", "}"):
                    at += 1
            elif sign == "{":
                if not spec and text.startswith("{", at):
                    at += 1
                else:
                    at = self._field(at, quote, raw)
            elif sign == "}":
                if spec:
                    return at
            else:
                return at - len(quote) if spec else at
        return len(text)

    def _field(self, at: int, quote: str, raw: bool) -> int:
        """The end of a replacement field, behind its `}`; `at` is behind the `{`."""
        depth = 0
        while (match := _FIELD.match(self._text, at)) is not None and match.lastindex is not None:
            kind, at = match.lastindex, match.end()
            if kind == _NAME:
                word, start = match[_NAME], match.start(_NAME)
                if word == "lambda":
                    self.lambdas.append(start)
                elif word not in KEYWORDS:
                    self.names.append(word)
                    self.starts.append(start)
            elif kind == _OPEN:
                depth += 1
            elif kind == _CLOSE:
                if not depth:
                    return at
                depth -= 1
            elif kind == _STRING:
                self.strings.append(match.span(_STRING))
            elif kind == _FORMATTED:
                at = self._formatted(*match.span(_FORMATTED))
            elif kind == _COMMENT:
                self.comments.append(match.span(_COMMENT))
            elif kind == _SIGN and not depth:
                if match[_SIGN] == ":":
                    return self._literal(at, quote, raw, spec=True)
                conversion = _CONVERSION.match(self._text, at)
                at = conversion.end() if conversion is not None else at
        return len(self._text)


def _first(text: str, begin: int, stop: int) -> int:
    match = _INDENT.match(text, begin, stop)
    return match.end() if match is not None else begin


def _last(text: str, first: int, stop: int) -> int:
    """Behind the last token before `stop`: no token ends with white space or a backslash."""
    while stop > first and text[stop - 1] in " \t\f\\\r\n":
        stop -= 1
    return stop


def _head(above: list[tuple[int, int]], begin: int, first: int) -> int:
    head = begin
    for start, column in reversed(above):
        if column > first - begin:
            break
        head = start
    return head


def _preamble(text: str) -> int:
    match = _PREAMBLE.match(text)
    return match.end() if match is not None else 0


def rows_of(text: str) -> list[int]:
    """The offsets at which the physical lines of a text begin."""
    return [0, *(match.end() for match in _ROW.finditer(text))]


def split(text: str, line: Line) -> tuple[int, list[int]]:
    """Of a logical line with several statements: where its header's colon stands, -1 for none, and each semicolon."""
    colon, depth, lambdas = -1, 0, 0
    semicolons: list[int] = []
    lexer = Lexer(text, line.start, line.end)
    inside = iter([*lexer.strings, (line.end, line.end)])
    later = iter([*lexer.lambdas, line.end])
    start, end = next(inside)
    deferred = next(later)
    comments = dict(lexer.comments)
    at = line.start
    while at < line.end:
        if at == start:
            at = max(end, at + 1)
            while start < at and start < line.end:
                start, end = next(inside)
            while deferred < at:
                deferred = next(later, line.end)
            continue
        if at in comments:
            at = comments[at]
            continue
        if at == deferred:
            lambdas += not depth
            deferred = next(later, line.end)
        sign = text[at]
        if sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
        elif not depth and sign == ";":
            semicolons.append(at)
        elif not depth and sign == ":" and not text.startswith("=", at + 1):
            if lambdas:
                lambdas -= 1
            elif colon < 0:
                colon = at
        at += 1
    return colon, semicolons
