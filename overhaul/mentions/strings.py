"""Names in the strings and comments of Python files."""

from __future__ import annotations

import ast
import re
import textwrap
from bisect import bisect_left
from collections.abc import Container, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeAlias

from overhaul.changes import Guidance, Moved, Replacement
from overhaul.errors import Refused
from overhaul.mentions.contexts import Contexts
from overhaul.mentions.examples import Session
from overhaul.mentions.filepaths import FilePaths
from overhaul.mentions.lexing import Lexed, fields, lexed, unescaped
from overhaul.mentions.patches import patched
from overhaul.mentions.prose import Prose, in_prose
from overhaul.mentions.settings import imports_in
from overhaul.mentions.snippets import whole
from overhaul.mentions.subject import Subject
from overhaul.mentions.tokens import Remark, Token, answered, distinctive, line_at, replaced_by, tokens

if TYPE_CHECKING:
    from overhaul.project import Project

Outcome: TypeAlias = Replacement | Remark


class PythonFile:
    """The strings and comments of one file."""

    def __init__(self, project: Project, path: str, subject: Subject, paths: FilePaths) -> None:
        """Raises Unreadable for a file that is not what its encoding promises."""
        self._project, self._path, self._subject, self._paths = project, path, subject, paths
        self._text = project.source(path).text()
        self._module = project.layout.module_of(path)

    def outcomes(self) -> Iterator[Outcome]:
        """What changes, and what goes on to speak of what has moved, by place."""
        hits = [found.start() for found in self._subject.pattern.finditer(self._text)]
        if not hits:
            return
        taken = sorted(self._subject.afterwards.replacements.get(self._path, ()))
        for one in lexed(self._text):
            if _any_between(hits, one.inner, one.inner_end):
                yield from self._outcomes(one, _covered(taken, one))

    @cached_property
    def _contexts(self) -> Contexts:
        return Contexts(self._text)

    def _outcomes(self, one: Lexed, taken: bool) -> Iterator[Outcome]:
        text = self._text
        if one.kind == "comment":
            if not _TYPE_COMMENT.match(text, one.start, one.end):
                yield from in_prose(
                    Prose(text, one.inner, one.inner_end, "code", self._module, examples=False), self._subject
                )
                yield from imports_in(text, self._subject, one.inner, one.inner_end)
                yield from self._paths.outcomes(self._path, text, one.inner, one.inner_end)
            return
        inner = text[one.inner : one.inner_end]
        if one.kind == "string" and (name := _DOTTED.match(inner)):
            if not taken:
                yield from self._whole(one, name)
        elif one.kind == "string":
            yield from self._several(one)
        else:
            yield from self._parts(text, one)

    # A string that is one name

    def _whole(self, one: Lexed, name: re.Match[str]) -> Iterator[Outcome]:
        colon = name["left"].count(".") + 1 if name["right"] else 0
        token = Token(one.inner, one.inner + len(name[0]), name[0].replace(":", "."), colon)
        found = answered(token, self._subject, self._module)
        if found is None:
            remarks = list(self._single(token) if token.single else self._alike(token))
            if remarks and self._contexts.at(one.start).use not in ("annotation", "import", "docstring"):
                yield from remarks
            return
        context = self._contexts.at(one.start)
        if context.use in ("annotation", "docstring"):
            return
        if token.single:
            if context.use in ("import", "command"):
                yield replaced_by(*found, "name of a module", "safe")
        elif context.use == "patch":
            yield from patched(self._project, self._subject, *found, context)
        else:
            yield replaced_by(*found, _BECAUSE[context.use], _GUIDANCE[context.use])

    def _single(self, token: Token) -> Iterator[Remark]:
        """A word alone: told where the name of a thing changes and the word is hardly one of prose."""
        if not distinctive(token.name):
            return
        for moved in self._subject.named(token.name):
            if moved.after.dotted.rpartition(".")[2] != token.name:
                yield Remark(token.start, moved, "a string of this name: it may be looked up by it")
                return

    def _alike(self, token: Token) -> Iterator[Remark]:
        """`app.Model`: no import path, but part of the module's name and the thing's name."""
        around, _, name = token.name.rpartition(".")
        for moved in self._subject.named(name):
            if not moved.before.name:
                continue
            parts = moved.before.module.split(".")
            if set(around.split(".")) <= set(parts) and not self._project.layout.is_first_party(around, self._module):
                yield Remark(token.start, moved, "a string that ends with the name, and names no module")
                return

    # A string that says more

    def _several(self, one: Lexed) -> Iterator[Outcome]:
        inner = unescaped(self._text, one)
        text = f"{self._text[: one.inner]}{inner}{self._text[one.inner_end :]}"
        yield from self._paths.outcomes(self._path, text, one.inner, one.inner_end)
        alone = self._stands_alone(one)
        if alone or (alone is None and self._contexts.at(one.start).use == "docstring"):
            yield from in_prose(Prose(text, one.inner, one.inner_end, "docstring", self._module), self._subject)
            return
        outcomes = list(self._message(text, one, inner))
        if outcomes and self._contexts.at(one.start).use != "annotation":
            yield from outcomes

    def _stands_alone(self, one: Lexed) -> bool | None:
        """Whether a string is a statement, as docstrings are; None where only a parser can tell."""
        start, _ = line_at(self._text, one.start)
        behind = self._text[one.end : line_at(self._text, one.end)[1]].lstrip(" \t)")
        if self._text[start : one.start].strip() or (behind and behind[0] not in "#;\r"):
            return False
        before = self._text[max(0, start - 2000) : start].rstrip()
        line = before[before.rfind("\n") + 1 :]
        if not before or (before.endswith(":") and _HEAD.match(line)):
            return True
        return False if before[-1] in ",([{=+%\\" else None

    def _message(self, text: str, one: Lexed, inner: str) -> Iterator[Outcome]:
        code = _is_code(inner)
        session = Session(self._subject, self._module, "", shared=True)
        found = list(session.all([whole(text, one.inner, one.inner_end)])) if code else []
        yield from found
        seen = {*session.seen, *(change.start for change in found if isinstance(change, Replacement))}
        yield from self._parts(text, one, seen)
        if not code:
            yield from imports_in(text, self._subject, one.inner, one.inner_end)
        yield from self._torn(one)

    def _torn(self, one: Lexed) -> Iterator[Outcome]:
        """A pattern that has the module, and behind it the thing as one of several in brackets.

        Raises Refused where no exact rewriting is possible.
        """
        for moved in self._subject.outermost:
            if not moved.before.name:
                continue
            module = r"\\*\.".join(map(re.escape, moved.before.module.split(".")))
            word = re.escape(moved.before.name)
            several = rf"\((?:\?:)?(?:[\w.]+\|)*(?P<word>{word})(?:\|[\w.|]+)?\)"
            torn = re.compile(rf"(?:(?<![\w.])|(?<=\\[bA])){module}\\*\.{several}")
            for found in torn.finditer(self._text, one.inner, one.inner_end):
                start, end = found.span("word")
                if moved.before.module == moved.after.module:
                    yield Replacement(start, end, moved.after.name, "name in a pattern", "review")
                    continue
                why = f"a pattern has {moved.before.name} among others of {moved.before.module}"
                yield from self._refused(start, moved, why)

    def _parts(self, text: str, one: Lexed, seen: Container[int] = ()) -> Iterator[Outcome]:
        """Dotted names in a longer string, which may be a message, the output of a program or a pattern."""
        code = list(fields(text, one)) if one.kind == "formatted" else []
        for token in tokens(text, self._subject, one.inner, one.inner_end):
            if token.start in seen or any(start < token.start < end for start, end in code):
                continue
            if token.dotted:
                yield from self._ending(token, text[one.inner : one.inner_end])
                continue
            found = answered(token, self._subject, self._module)
            if found is not None and _COMMAND.search(text, max(one.inner, token.start - 12), token.start):
                yield replaced_by(*found, "module that a command runs")
            elif found is not None and not token.single:
                yield replaced_by(*found, "dotted name in a string")
        if "\\." in self._text[one.inner : one.inner_end]:
            yield from self._escaped(one)

    def _ending(self, token: Token, text: str) -> Iterator[Outcome]:
        """`....module.X`, as code has it that is put together when it runs.

        Raises Refused where what it reaches moves to another module and is reached there no more.
        """
        parts = token.name.split(".")
        for moved in self._subject.outermost:
            before, after = moved.before.dotted.split("."), moved.after.dotted.split(".")
            if before[-1] not in parts:
                continue
            count = parts.index(before[-1]) + 1
            sure = before[-count:] == parts[:count] and (count > 1 or (not moved.before.name and _has(text, before)))
            start = token.start + len(".".join(parts[:count])) - len(before[-1])
            if sure and before[:-1] == after[:-1]:
                yield Replacement(start, start + len(before[-1]), after[-1], "name behind a dot in a string", "review")
            elif sure and not self._subject.afterwards.means(moved.before.dotted, moved.after):
                yield from self._refused(start, moved, f"a string reaches {moved.before.dotted} by {token.name}")
            elif not sure and before[-1] != after[-1] and moved.before.name and distinctive(before[-1]):
                yield Remark(token.start, moved, "behind a dot in a string: it may be code")
            return

    def _refused(self, at: int, moved: Moved, why: str) -> Iterator[Remark]:
        """Raises Refused, or remarks where strings may be left."""
        if not self._subject.leave_strings:
            line = self._text.count("\n", 0, at) + 1
            raise Refused(f"{self._path}:{line}: {why}: make it fit both, or say --leave-strings")
        yield Remark(at, moved, why)

    def _escaped(self, one: Lexed) -> Iterator[Outcome]:
        """A dotted name in a regular expression, with its dots escaped."""
        for found in _ESCAPED.finditer(self._text, one.inner, one.inner_end):
            dot = found["dot"]
            name = found[0].replace(dot, ".")
            answer = self._subject.answer(name, self._module)
            if answer is not None and answer.text not in (None, name):
                text = str(answer.text).replace(".", dot)
                yield Replacement(found.start(), found.end(), text, "dotted name in a pattern", "review")


def _has(text: str, parts: Sequence[str]) -> bool:
    return re.search(rf"(?<![\w.]){re.escape('.'.join(parts))}(?!\w)", text) is not None


def _any_between(hits: Sequence[int], start: int, end: int) -> bool:
    at = bisect_left(hits, start)
    return at < len(hits) and hits[at] < end


def _covered(taken: Sequence[Replacement], one: Lexed) -> bool:
    """Whether a codemod has changed the string, or part of it, already."""
    at = bisect_left(taken, one.end, key=_start)
    return at > 0 and any(one.start < other.end for other in taken[:at])


def _start(one: Replacement) -> int:
    return one.start


def _is_code(text: str) -> bool:
    """Whether a string is Python with an import in it."""
    if "import " not in text or "import" not in _IMPORT_LINE.sub("import", text):
        return False
    if _IMPORT_LINE.search(text) is None:
        return False
    try:
        tree = ast.parse(textwrap.dedent(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(tree))


_DOTTED: Final = re.compile(
    r"(?P<left>[^\W\d]\w*(?:\.[^\W\d]\w*)*)(?P<right>:[^\W\d]\w*(?:\.[^\W\d]\w*)*)?(?=(?:\s*\[[\w, -]*\])?\Z)"
)
_ESCAPED: Final = re.compile(r"(?:(?<![\w.\\])|(?<=\\[bA]))[^\W\d]\w*(?P<dot>\\+\.)[^\W\d]\w*(?:(?P=dot)[^\W\d]\w*)*")
_HEAD: Final = re.compile(r"\s*(?:(?:async\s+)?def\b|class\b|\)|\]|else:)|.*\)(?:\s*->.*)?:$")
_TYPE_COMMENT: Final = re.compile(r"#\s*type:")
_COMMAND: Final = re.compile(r"(?:^|\s)-m\s*\Z")
_IMPORT_LINE: Final = re.compile(r"(?:^|[\n;:])\s*(?:from\s+[\w.]+\s+import\s|import\s+\w)")
_BECAUSE: Final = {
    "import": "name that is imported", "logger": "name of a logger", "command": "module that a command runs",
    "other": "string that is its dotted name",
}  # fmt: skip
_GUIDANCE: Final[dict[str, Guidance]] = {"import": "safe", "command": "safe", "logger": "review", "other": "review"}
