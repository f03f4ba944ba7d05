"""Names in text that people read: documents, docstrings, comments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, TypeAlias

import msgspec

from overhaul.changes import Replacement
from overhaul.mentions.examples import Session
from overhaul.mentions.snippets import Form, snippets
from overhaul.mentions.subject import Answer, Subject
from overhaul.mentions.tokens import Remark, Token, answered, distinctive, line_at, replaced_by, tokens
from overhaul.naming.meanings import Symbol

Outcome: TypeAlias = Replacement | Remark


class Prose(msgspec.Struct, frozen=True):
    """A stretch of text to look at."""

    text: str
    """Of the whole file; its escape sequences may be replaced by as many spaces."""
    start: int
    end: int
    form: Form
    importer: str = ""
    """The module that it stands in; "" for a document."""
    examples: bool = True
    """Whether it may have example code."""


def in_prose(prose: Prose, subject: Subject, session: Session | None = None) -> Iterator[Outcome]:
    """What changes in a text, and what goes on to speak of what has moved, by place."""
    seen: set[int] = set()
    if prose.examples:
        session = session or Session(subject, prose.importer, prose.importer)
        found = list(session.all(snippets(prose.text, prose.start, prose.end, prose.form)))
        yield from found
        seen = {*session.seen, *(one.start for one in found if isinstance(one, Replacement))}
    reader = _Reader(prose, subject)
    for token in tokens(prose.text, subject, prose.start, prose.end):
        if token.start not in seen:
            yield from reader.outcome(token)


class _Reader:
    """Knows which module the names around are of."""

    def __init__(self, prose: Prose, subject: Subject) -> None:
        self._prose, self._subject = prose, subject
        self._inside = bool(prose.importer) and any("." in one.before.name for one in subject.moved)
        self._modules = [
            (found.start(), found["module"]) for found in _CURRENT.finditer(prose.text, prose.start, prose.end)
        ]

    def outcome(self, token: Token) -> Iterator[Outcome]:
        """What becomes of one token."""
        text, prose = self._prose.text, self._prose
        lead = max(prose.start, token.start - 160)
        before = text[lead : token.start]
        title = _TITLE.match(text, token.end)
        if title is not None and _OPENED.search(before):
            yield from self._title(token, title["target"])
            return
        role = _ROLE.search(before)
        if role is not None:
            yield from self._role(token, role["role"] or role["braced"] or "any")
            return
        start, _ = line_at(text, token.start)
        line = text[max(start, prose.start) : token.start]
        directive = _DIRECTIVE.match(line)
        if directive is not None and directive["name"] in _DIRECTIVES:
            yield from self._relative(token, f"directive {directive['name']}", "")
            return
        if _MEMBERS.match(line):
            yield from self._member(token)
            return
        open_at = token.start - 1 - token.dotted
        ticked = text[open_at : open_at + 1] == "`" and text[token.end : token.end + 1] in ("`", "(")
        ticked = ticked or (text[open_at - 1 : open_at + 1] == "C{" and text[token.end : token.end + 1] in ("}", "("))
        if not token.single and not token.dotted and (found := answered(token, self._subject, prose.importer)):
            yield replaced_by(*found, "dotted name in text")
        elif ticked:
            yield from self._ticked(token)
        elif _LISTED.match(line) and text[token.end : token.end + 1] in ("", "\n", "\r"):
            yield from self._relative(token, "", "")

    def _role(self, token: Token, role: str) -> Iterator[Outcome]:
        if role not in _ROLES:
            return
        if token.dotted:
            yield from self._suffix(token)
            return
        around = _class_around(self._prose.text, token.start) if self._inside else ""
        yield from self._relative(token, f"role {role}", around)

    def _title(self, token: Token, target: str) -> Iterator[Outcome]:
        """What a link is shown as, where that is the end of the name it leads to."""
        if not f".{target}".endswith(f".{token.name}"):
            return
        answer = self._subject.answer(target, self._prose.importer)
        if answer is None or answer.text is None:
            return
        text = ".".join(answer.text.split(".")[-1 - token.name.count(".") :])
        if text != token.name:
            yield Replacement(token.start, token.end, text, "title of a link", "review")

    def _relative(self, token: Token, because: str, around: str) -> Iterator[Outcome]:
        """A name that is absolute, or relative to the module (and the class) that the text speaks of."""
        for base in self._bases(token, around):
            dotted = f"{base}.{token.name}" if base else token.name
            answer = self._subject.answer(dotted, self._prose.importer)
            if answer is None or answer.count <= (base.count(".") + 1 if base else 0):
                continue
            if answer.text is None:
                yield Remark(token.start, answer.moved, "what it would mean afterwards cannot be told")
            else:
                yield from self._shortened(token, base, answer, because)
            return
        if because:
            yield from self._remarks(token, f"{because} does not say which module it means")

    def _bases(self, token: Token, around: str) -> Iterator[str]:
        """What a name may be relative to, nearest first."""
        current = self._current(token.start)
        if current:
            if around:
                yield f"{current}.{around}"
            yield current
        yield ""

    def _current(self, at: int) -> str:
        if self._prose.importer:
            return self._prose.importer
        return next((module for start, module in reversed(self._modules) if start < at), "")

    def _shortened(self, token: Token, base: str, answer: Answer, because: str) -> Iterator[Outcome]:
        """The new name, as short as the old one was where it stays in its module."""
        text = answer.text or ""
        if base and text.startswith(f"{base}."):
            text = text[len(base) + 1 :]
        elif base and answer.works and self._prose.importer and base != answer.moved.before.module:
            return  # the module goes on to have the name
        elif base and self._prose.text[token.start - 1] == "`":
            text = f"~{text}"
        if text != token.name:
            yield Replacement(token.start, token.end, text, because or "name in a list", "review")

    def _suffix(self, token: Token) -> Iterator[Outcome]:
        """`.X` in a role: whatever has a name that ends so."""
        parts = token.name.split(".")
        for moved in self._subject.moved:
            before, after = moved.before.dotted.split("."), moved.after.dotted.split(".")
            for count in range(min(len(parts), len(before)), 0, -1):
                if before[-count:] != parts[:count]:
                    continue
                if count == 1 and not self._subject.alone(parts[0]):
                    yield Remark(token.start, moved, "a role that may mean something else of this name")
                    return
                text = ".".join((*after[-count:], *parts[count:]))
                if text != token.name:
                    yield Replacement(token.start, token.end, text, "role that ends with the name", "review")
                return

    def _member(self, token: Token) -> Iterator[Outcome]:
        """A name in an option like `:members:` of a directive above."""
        above = list(_AUTO.finditer(self._prose.text, self._prose.start, token.start))
        if not above or not token.single:
            return
        answer = self._subject.answer(f"{above[-1]['name']}.{token.name}")
        if answer is None or answer.text is None:
            return
        around, _, name = answer.text.rpartition(".")
        if around != above[-1]["name"]:
            yield Remark(token.start, answer.moved, "a directive lists it among the members of its old module")
        elif name != token.name:
            yield Replacement(token.start, token.end, name, "member of a directive", "review")

    def _ticked(self, token: Token) -> Iterator[Outcome]:
        """A name between backticks that is not absolute."""
        importer = self._prose.importer
        base = importer or self._current(token.start)
        answer = self._subject.answer(f"{base}.{token.name}", importer) if base else None
        inside = answer is not None and answer.count > base.count(".") + 1
        called = self._prose.text[token.end : token.end + 1] == "("
        if answer is not None and inside and answer.text is not None and (
            not token.single or called or (token.name.lstrip("_")[:1].isupper() and answer.moved.kind == "class")
        ):
            if answer.text.startswith(f"{base}."):
                text = answer.text[len(base) + 1 :]
                if text != token.name:
                    yield Replacement(token.start, token.end, text, "name between backticks", "review")
                return
            if answer.works:
                return
        yield from self._remarks(token, "between backticks, without its module")

    def _remarks(self, token: Token, reason: str) -> Iterator[Outcome]:
        """One remark where a name that is not absolute may mean what has moved."""
        parts = token.name.split(".")
        importer = self._prose.importer
        if importer and isinstance(self._subject.project.symbols.member(importer, parts[0]), Symbol):
            return  # its module has something else of that name
        for moved in self._subject.outermost:
            before = moved.before.dotted.split(".")
            if before[-1] == moved.after.dotted.rpartition(".")[2]:
                continue  # a bare name goes on to be right where only what is around it has changed
            if before[-1] not in parts:
                continue
            count = parts.index(before[-1]) + 1
            called = self._prose.text[token.end : token.end + 1] == "("
            if token.single and not called and not distinctive(token.name):
                return
            if before[-count:] == parts[:count]:
                yield Remark(token.start, moved, reason)
                return


def _class_around(text: str, at: int) -> str:
    """The class whose body a docstring or comment stands in, by indentation; "" for none."""
    start, end = line_at(text, at)
    indent = len(text[start:end]) - len(text[start:end].lstrip())
    names: list[str] = []
    while start > 0 and indent > 0:
        start, end = line_at(text, start - 1)
        line = text[start:end]
        bare = line.lstrip()
        if bare and len(line) - len(bare) < indent and (found := _BLOCK.match(bare)):
            indent = len(line) - len(bare)
            if found["name"]:
                names.append(found["name"])
    return ".".join(reversed(names))


_ROLE: Final = re.compile(
    r"(?:(?::(?:[\w+.-]+:)?(?P<role>[\w-]+):|\{(?:[\w+.-]+:)?(?P<braced>[\w-]+)\})`(?:[^`<>]*<)?|\bL\{(?:[^{}<>]*<)?)"
    r"[~!]?\.?\Z"
)
_TITLE: Final = re.compile(r"\s*<[~!]?(?P<target>[\w.]+)>[`}]")
_OPENED: Final = re.compile(r"(?:`|\b[LCU]\{)[~!]?\Z")
_ROLES: Final = frozenset((
    "class", "func", "function", "meth", "method", "attr", "attribute", "mod", "module", "exc", "obj", "data", "const",
    "any", "type", "deco", "decorator", "prop", "property", "py", "api", "autolink",
))  # fmt: skip
_DIRECTIVE: Final = re.compile(r"[ \t]*(?:#+[: ]*)?(?:\.\.[ \t]+(?:py:)?(?P<name>[\w-]+)::|(?P<colons>:::))[ \t]+\Z")
_DIRECTIVES: Final = frozenset((
    "autoclass", "automodule", "autofunction", "automethod", "autoattribute", "autodata", "autoexception",
    "autodecorator", "autoproperty", "autoenum", "autopydantic_model", "autotypeddict", "autonamedtuple",
    "autoprotocol", "autosummary", "module", "currentmodule", "class", "function", "method", "attribute", "data",
    "exception", "decorator", "property", "classmethod", "staticmethod", "argparse", "automodapi", "program-output",
))  # fmt: skip
_CURRENT: Final = re.compile(
    r"^[ \t]*\.\.[ \t]+(?:py:)?(?:module|currentmodule|automodule)::[ \t]+(?P<module>[\w.]+)", re.MULTILINE
)
_AUTO: Final = re.compile(r"^[ \t]*\.\.[ \t]+(?:py:)?auto\w+::[ \t]+(?P<name>[\w.]+)", re.MULTILINE)
_MEMBERS: Final = re.compile(r"[ \t]*:(?:members|exclude-members|private-members|special-members):")
_LISTED: Final = re.compile(r"[ \t]+~?\Z")
_BLOCK: Final = re.compile(r"(?:class[ \t]+(?P<name>\w+)|(?:async[ \t]+)?def[ \t]|if\b|else\b|try\b|with\b|for\b)")
