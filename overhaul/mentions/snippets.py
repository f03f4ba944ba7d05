"""Where example code stands in docstrings and documents: doctests and code blocks."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from typing import Final, Literal

import msgspec

Form = Literal["rst", "markdown", "docstring", "code"]


class Line(msgspec.Struct, frozen=True):
    """One line of an example."""

    start: int
    """Offset of its code, behind prompt and indentation."""
    text: str


class Snippet(msgspec.Struct, frozen=True):
    """Lines of Python that belong together: an example at a prompt, or a block."""

    lines: tuple[Line, ...]
    prompt: bool
    """At a prompt: what the examples before it have bound goes on to be bound."""
    lead: str
    """What stands before the code of its first line: a prompt, indentation, or nothing."""

    @property
    def code(self) -> str:
        """The code, as Python would read it."""
        return "\n".join(line.text for line in self.lines) + "\n"

    def offset(self, line: int, column: int) -> int:
        """Where a place in the code is in the file; `line` counts from 1, `column` in characters from 0."""
        return self.lines[line - 1].start + column


def snippets(text: str, start: int, end: int, form: Form) -> Iterator[Snippet]:
    """The examples between two offsets, by place. `text` may have its escape sequences replaced; offsets stay."""
    lines = list(_lines(text, start, end))
    at = 0
    while at < len(lines):
        line = lines[at]
        if (prompt := _PROMPT.match(line.text)) is not None:
            at = yield from _example(lines, at, prompt)
        elif form == "markdown" and (fence := _FENCE.match(line.text)) is not None:
            at = yield from _fenced(lines, at, fence)
        elif form in ("rst", "docstring") and _opens(line.text):
            at = yield from _indented(lines, at)
        elif form == "docstring" and (fence := _FENCE.match(line.text)) is not None:
            at = yield from _fenced(lines, at, fence)
        else:
            at += 1


def whole(text: str, start: int, end: int) -> Snippet:
    """All between two offsets as one block."""
    return _block(list(_lines(text, start, end)))


def _lines(text: str, start: int, end: int) -> Iterator[Line]:
    at = start
    while at < end:
        stop = text.find("\n", at, end)
        stop = end if stop < 0 else stop
        yield Line(at, text[at:stop].rstrip("\r"))
        at = stop + 1


def _example(lines: Sequence[Line], at: int, prompt: re.Match[str]) -> Generator[Snippet, None, int]:
    """Returns the number of the line behind it."""
    indent, lead = prompt["indent"], prompt[0]
    found = [Line(lines[at].start + prompt.end(), lines[at].text[prompt.end() :])]
    at += 1
    going_on = re.compile(re.escape(indent) + r"(?:\.\.\.|   \.\.\.:)(?: |$)")
    while at < len(lines) and (more := going_on.match(lines[at].text)) is not None:
        found.append(Line(lines[at].start + more.end(), lines[at].text[more.end() :]))
        at += 1
    yield Snippet(tuple(found), True, lead)
    return at


def _fenced(lines: Sequence[Line], at: int, fence: re.Match[str]) -> Generator[Snippet, None, int]:
    python = fence["language"].lower() in ("python", "py", "python3", "pycon", "python-repl", "{code-block}", "")
    close = re.compile(rf"\s*{re.escape(fence['fence'])}\s*$")
    first = at = at + 1
    while at < len(lines) and close.match(lines[at].text) is None:
        at += 1
    if python:
        yield from _blocks(lines[first:at])
    return at + 1


def _indented(lines: Sequence[Line], at: int) -> Generator[Snippet, None, int]:
    around = _indent(lines[at].text)
    language = _DIRECTIVE.match(lines[at].text)
    first = at = at + 1
    while at < len(lines) and (not lines[at].text.strip() or _indent(lines[at].text) > around):
        at += 1
    block = list(lines[first:at])
    if language is not None:
        # Its options, up to the first empty line.
        while block and _OPTION.match(block[0].text):
            del block[0]
    if language is None or language["language"].strip().lower() in ("", "python", "python3", "py", "pycon", "default"):
        yield from _blocks(block)
    return at


def _blocks(lines: Sequence[Line]) -> Iterator[Snippet]:
    if any(_PROMPT.match(line.text) for line in lines):
        at = 0
        while at < len(lines):
            prompt = _PROMPT.match(lines[at].text)
            at = (yield from _example(lines, at, prompt)) if prompt else at + 1
    elif any(line.text.strip() for line in lines):
        yield _block(lines)


def _block(lines: Sequence[Line]) -> Snippet:
    indent = min((_indent(line.text) for line in lines if line.text.strip()), default=0)
    lead = next((line.text[:indent] for line in lines if line.text.strip()), "")
    return Snippet(tuple(_cut(line, indent) for line in lines), False, lead)


def _cut(line: Line, indent: int) -> Line:
    return Line(line.start + indent, line.text[indent:]) if line.text.strip() else Line(line.start, "")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _opens(line: str) -> bool:
    """Whether a line of reStructuredText announces a literal or a code block."""
    bare = line.rstrip()
    if _DIRECTIVE.match(bare):
        return True
    return bare.endswith("::") and not bare.lstrip().startswith("..")


_PROMPT: Final = re.compile(r"(?P<indent>[ \t]*)(?:>>> |In \[\d*\]: )")
_FENCE: Final = re.compile(r"\s*(?P<fence>```+|~~~+)[ \t]*(?P<language>[^\s`]*)")
_DIRECTIVE: Final = re.compile(
    r"\s*\.\.\s+(?:code-block|code|sourcecode|highlight-block|testcode|testsetup|testcleanup|doctest|ipython|parsed-literal)"
    r"::(?P<language>.*)$"
)
_OPTION: Final = re.compile(r"\s*:[\w-]+:")
