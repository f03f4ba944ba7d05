"""Names in configuration, scripts, notebooks and templates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, TypeAlias

from overhaul.changes import Guidance, Replacement
from overhaul.mentions.subject import Subject
from overhaul.mentions.tokens import Remark, Token, answered, distinctive, line_at, replaced_by, tokens

Outcome: TypeAlias = Replacement | Remark


def in_settings(text: str, subject: Subject) -> Iterator[Outcome]:
    """What changes in settings or a script, by place: exact dotted names, and packages where a key asks for them."""
    for token in tokens(text, subject):
        start, end = line_at(text, token.start)
        before, behind = text[start : token.start], text[token.end : end]
        if not token.single and not token.dotted:
            found = answered(token, subject, "")
            if found is not None:
                yield replaced_by(*found, "dotted name in settings", _guidance(text, token.start))
            continue
        if token.dotted:
            continue
        answer = subject.answer(token.name)
        if answer is None:
            yield from _bare(token, before, subject)
        elif _names_package(text, token, before, behind):
            yield replaced_by(token, answer, "package in settings")
        elif not _NAMED.search(before) and _is_value(before, behind):
            yield Remark(token.start, answer.moved, "a word alone: the package, or something else of its name")


def in_opaque(text: str, subject: Subject, what: str) -> Iterator[Remark]:
    """Remarks on a text that is not changed."""
    seen: set[int] = set()
    for found in imports_in(text, subject):
        line, _ = line_at(text, found.at)
        if line not in seen:
            seen.add(line)
            yield Remark(found.at, found.moved, what)
    for token in tokens(text, subject):
        line, _ = line_at(text, token.start)
        if token.single or token.dotted or line in seen:
            continue
        answer = answered(token, subject, "")
        if answer is not None:
            seen.add(line)
            yield Remark(token.start, answer[1].moved, what)


def imports_in(text: str, subject: Subject, start: int = 0, end: int | None = None) -> Iterator[Remark]:
    """Where something like an import statement names what has moved, in text that is not read as code."""
    for found in _IMPORT.finditer(text, start, len(text) if end is None else end):
        for name in _WORD.finditer(text, found.start("names"), found.end("names")):
            answer = subject.answer(f"{found['module']}.{name[0]}")
            if answer is not None and answer.text != f"{found['module']}.{name[0]}":
                yield Remark(name.start(), answer.moved, "an import in text")


def _bare(token: Token, before: str, subject: Subject) -> Iterator[Remark]:
    """A word alone that is no module at the top: told where it is hardly anything else."""
    if distinctive(token.name) and not before.lstrip().startswith(("#", ";", "//", "rem ")):
        for moved in subject.named(token.name):
            if not moved.after.dotted.endswith(f".{token.name}"):
                yield Remark(token.start, moved, "a word alone in settings")
                return


def _is_value(before: str, behind: str) -> bool:
    """Whether a word is all of a value, and neither a key nor a word of a sentence."""
    if before[-1:] in ("'", '"') and before[-1:] == behind[:1]:
        return not _KEYED.match(behind)
    return bool(_ASSIGNED.search(before)) and not behind.strip()


def _names_package(text: str, token: Token, before: str, behind: str) -> bool:
    """Whether a word is there as the name of a module or package."""
    if _OPTION.search(before) or _PATTERN.match(behind):
        return True
    if not before.strip(" \t\"'") and _KEYED.match(behind):
        return "package-data" in _section(text, token.start).replace("_", "-")
    key = _KEY.match(before)
    if key is None and before.strip(" \t-\"',[") == "":
        # In a list of several lines, below its key.
        above = _KEY_LINE.findall(text, max(0, token.start - 2000), token.start)
        return bool(above) and _last_word(above[-1]) in _KEYS
    return key is not None and _last_word(key["key"]) in _KEYS


def _last_word(key: str) -> str:
    return key.strip("\"' ").rpartition(".")[2].lower().replace("_", "-")


def _guidance(text: str, at: int) -> Guidance:
    section = _section(text, at)
    return "safe" if _ENTRY_POINTS.match(section.replace("_", "-")) else "review"


def _section(text: str, at: int) -> str:
    """The header of the table or section that an offset is in; "" for none."""
    headers = _SECTION.findall(text, 0, at)
    return headers[-1].strip() if headers else ""


_NAMED: Final = re.compile(
    r"^\s*[\"']?(?:name|title|description|project|\w*urls?|author|repo)[\"']?\s*[=:]", re.IGNORECASE
)
_OPTION: Final = re.compile(r"(?:--cov[= ]|--cov-config[= ]|--pyargs |--package[= ]|\s-m |\s-p |--source[= ])[\"']?\Z")
_PATTERN: Final = re.compile(r"\.?\*")
_KEY: Final = re.compile(r"\s*-?\s*(?P<key>[\w.\"'-]+)\s*[=:]\s*[\[{]?.*\Z")
_KEY_LINE: Final = re.compile(r"^[ \t]*-?[ \t]*([\w.\"'-]+)[ \t]*[=:][ \t]*[\[{]?[ \t]*(?:\#.*)?$", re.MULTILINE)
_ASSIGNED: Final = re.compile(r"(?:[=:]|^)\s*(?:-\s+)?\Z")
_KEYED: Final = re.compile(r"[\"']?\s*=")
_KEYS: Final = frozenset((
    "packages", "package", "py-modules", "source", "source-pkgs", "known-first-party", "first-party", "root-package",
    "root-packages", "module", "modules", "module-name", "import-names", "namespace-packages", "testpaths", "layers",
    "containers", "source-modules", "forbidden-modules", "pythonpath", "init-module-imports",
    "application-import-names", "ancestors", "module-root", "include",
))  # fmt: skip
_SECTION: Final = re.compile(r"^[ \t]*\[\[?([^\[\]\n]+)\]", re.MULTILINE)
_ENTRY_POINTS: Final = re.compile(
    r"(?:project\.(?:gui-)?scripts|project\.entry-points.*|tool\.poetry\.(?:scripts|plugins).*|options\.entry-points"
    r"|console-scripts|gui-scripts)$"
)
_IMPORT: Final = re.compile(
    r"(?<![\w.])from[ \t]+(?P<module>[^\W\d][\w.]*)[ \t]+import[ \t]+(?P<names>\([^)]*\)|[\w, \t]+)"
)
_WORD: Final = re.compile(r"[^\W\d]\w*")
