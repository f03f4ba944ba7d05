"""Dotted names as they are written in any text: where they begin and end, and what stands around them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from overhaul.changes import Guidance, Moved, Replacement
from overhaul.mentions.subject import FILE_SUFFIXES, Answer, Subject


class Token(msgspec.Struct, frozen=True):
    """A dotted name, or a single one."""

    start: int
    end: int
    name: str
    """Absolute or not; with dots only."""
    colon: int = 0
    """How many parts stand before a colon: 2 for `a.b:X`; 0 where there is none."""
    dotted: bool = False
    """A dot stands before it: `.X`."""

    @property
    def single(self) -> bool:
        """Whether it is one word."""
        return "." not in self.name and not self.dotted


class Remark(msgspec.Struct, frozen=True):
    """A place that goes on to speak of something moved."""

    at: int
    """Offset in characters."""
    moved: Moved
    reason: str


def tokens(text: str, subject: Subject, start: int = 0, end: int | None = None) -> Iterator[Token]:
    """The names between two offsets that have one of the subject's words among their parts, by place.

    What is part of a path, a URL, an e-mail address, an option or a longer word with hyphens, and a host with its port,
    is left out.
    """
    end = len(text) if end is None else end
    done = start
    for found in subject.pattern.finditer(text, start, end):
        if found.start() < done:
            continue
        token = _token_around(text, found.start(), found.end(), start, end)
        if token is not None:
            done = token.end
            yield token


def _token_around(text: str, first: int, last: int, start: int, end: int) -> Token | None:
    while first > start and (text[first - 1] == "." or text[first - 1] == "_" or text[first - 1].isalnum()):
        first -= 1
    found = _NAME.match(text, first, end)
    while found is None or found.end() < last:
        # Dots before the name, or two in it: begin behind them.
        first = found.end() if found else first + 1
        if first >= last:
            return None
        found = _NAME.match(text, first, end)
    name = found[0]
    stop = found.end()
    dotted = first > start and text[first - 1] == "."
    first = found.start()
    colon = 0
    if text[stop : stop + 1] == ":" and (behind := _NAME.match(text, stop + 1, end)) and not dotted:
        colon = name.count(".") + 1
        name, stop = f"{name}.{behind[0]}", behind.end()
    elif (before := _before_colon(text, first, start)) is not None:
        colon = before[0].count(".") + 1
        name, first = f"{before[0]}.{name}", before.start()
        dotted = False
    lead = text[first - 2 : first - 1] if dotted and first > 1 else text[first - 1 : first] if first else ""
    if _PORT.match(text, stop, end):
        return None
    tail = text[stop : stop + 1]
    if lead in _JOINING or tail in ("/", "\\", "@") or (tail == "-" and _joined(text, stop)):
        return None
    if lead == "@" and first > 1 and (text[first - 2].isalnum() or text[first - 2] in "._-"):
        return None
    return None if _in_url(text, first, start) else Token(first, stop, name, colon, dotted)


def answered(token: Token, subject: Subject, importer: str) -> tuple[Token, Answer] | None:
    """What becomes of a token, or of what stands on one side of its colon."""
    for form in _forms(token):
        if (answer := subject.answer(form.name, importer)) is not None:
            return form, answer
    return None


def _forms(token: Token) -> Iterator[Token]:
    yield token
    if token.colon:
        parts = token.name.split(".")
        left, right = ".".join(parts[: token.colon]), ".".join(parts[token.colon :])
        yield Token(token.start, token.start + len(left), left)
        yield Token(token.end - len(right), token.end, right)


def _before_colon(text: str, at: int, start: int) -> re.Match[str] | None:
    if text[at - 1 : at] != ":" or at - 1 <= start:
        return None
    return _BEFORE.search(text, max(start, at - 200), at - 1)


def _joined(text: str, at: int) -> bool:
    """Whether a word goes on behind a hyphen."""
    return text[at + 1 : at + 2].isalnum()


def _in_url(text: str, at: int, start: int) -> bool:
    begin = max(start, at - 200)
    chunk = text[begin:at].split()[-1:] if at > begin and not text[at - 1].isspace() else []
    return bool(chunk) and "://" in chunk[0]


def written(token: Token, answer: Answer) -> str:
    """What is to be written in a token's place. The answer must have a text."""
    text = answer.text or token.name
    if not token.colon:
        return text
    parts = text.split(".")
    colon = token.colon + len(parts) - (token.name.count(".") + 1)
    return f"{'.'.join(parts[:colon])}:{'.'.join(parts[colon:])}"


def replaced_by(token: Token, answer: Answer, because: str, guidance: Guidance = "review") -> Replacement | Remark:
    """What an answer makes of a token: another text, or a remark where none is known."""
    if answer.text is None:
        file = answer.count <= token.name.count(".") and token.name.rpartition(".")[2].lower() in FILE_SUFFIXES
        why = "it may be the name of a file" if file else "what it would mean afterwards cannot be told"
        return Remark(token.start, answer.moved, why)
    return Replacement(token.start, token.end, written(token, answer), because, guidance)


def distinctive(word: str) -> bool:
    """Whether a word is hardly one of prose: it has a capital letter within it or two words, or an underscore."""
    bare = word.strip("_")
    return "_" in bare or any(one.isupper() for one in bare[1:]) or (bare[:1].isupper() and len(bare) > 3)


def line_at(text: str, at: int) -> tuple[int, int]:
    """Where the line begins and ends (its line end left out) that an offset is in."""
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    return start, len(text) if end < 0 else end


_NAME: Final = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_BEFORE: Final = re.compile(r"(?<![\w./-])[^\W\d]\w*(?:\.[^\W\d]\w*)*\Z")
_PORT: Final = re.compile(r":\d{2,5}(?!\w)")
_JOINING: Final = frozenset("/\\-$%")
