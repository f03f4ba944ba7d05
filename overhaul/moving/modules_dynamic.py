"""Imports by a name that is worked out: what they may load, and relative names in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from overhaul.changes import Replacement
from overhaul.moving.modules import Relocation
from overhaul.moving.modules_reading import Reading
from overhaul.moving.modules_written import Written
from overhaul.project import Project

_CALL: Final = re.compile(r"(?<![\w.])(?:importlib\s*\.\s*)?(import_module|__import__)\(\s*")
_STRING: Final = re.compile(r"([rRuU]?|[fF][rR]?|[rR][fF])(\"\"\"|'''|\"|')")
_PACKAGE: Final = re.compile(r"\s*,\s*(?:package\s*=\s*)?(?:(__package__|__name__)|[\"']([\w.]+)[\"'])\s*,?\s*\)")


class Dynamic(msgspec.Struct, frozen=True):
    """One call whose name is no constant, or a relative constant."""

    start: int
    text: str
    """The call up to its bracket."""
    lead: str | None
    """The absolute beginning of the names it may load: `a.b.`; None where nothing is known of it."""
    constant: str
    """The whole name as it is written, where it is a constant; "" otherwise."""
    inner: int
    """Offset of the first character in the string."""


def calls(project: Project, module: str, text: str) -> Iterator[Dynamic]:
    """The calls whose name is worked out when they run."""
    return (one for one in _calls(project, module, text) if not one.constant)


def _calls(project: Project, module: str, text: str) -> Iterator[Dynamic]:
    for call in _CALL.finditer(text):
        string = _STRING.match(text, call.end())
        if string is None:
            yield Dynamic(call.start(), call[1], _own(project, module, text, call.end()), "", 0)
            continue
        inner = string.end()
        close = text.find(string[2], inner)
        written = text[inner:close] if close >= 0 else ""
        formatted = "f" in string[1].lower()
        lead = re.split(r"[{%]", written)[0] if formatted or "%" in written or "{}" in written else written
        after = text[close + len(string[2]) :].lstrip()
        constant = written if lead == written and after[:1] in (",", ")") else ""
        if lead.startswith("."):
            lead = _absolute(project, module, lead, text[close + len(string[2]) :])
        elif not lead:
            own = re.match(r"\{(__name__|__package__)\}\.", written)
            lead = _package(project, module, own[1]) if own else None
        yield Dynamic(call.start(), call[1], lead, constant, inner)


def _own(project: Project, module: str, text: str, at: int) -> str | None:
    """`__name__ + "."` and the like."""
    found = re.match(r"(__name__|__package__)\s*\+\s*[\"']\.[\"']", text[at:])
    return _package(project, module, found[1]) if found else None


def _package(project: Project, module: str, name: str) -> str:
    package = module if name == "__name__" else project.layout.resolve_relative(module, 1, "") or ""
    return f"{package}."


def _absolute(project: Project, module: str, lead: str, rest: str) -> str | None:
    """What a relative name begins with, where the package it starts at is told in the call."""
    level = len(lead) - len(lead.lstrip("."))
    package = base_of(project, module, rest)
    parts = package.split(".") if package else []
    if len(parts) < level:
        return None
    return ".".join((*parts[: len(parts) - level + 1], lead[level:]))


def base_of(project: Project, module: str, rest: str) -> str:
    """The package that a relative name starts at, told by what follows it in the call; "" where that is no constant."""
    found = _PACKAGE.match(rest)
    if found is None:
        return ""
    if found[1] == "__name__":
        return module
    return found[2] or project.layout.resolve_relative(module, 1, "") or ""


def dynamic(project: Project, move: Relocation, reading: Reading) -> Iterator[Replacement]:
    """Edits of relative names in `import_module(".m", __package__)`, and of constant beginnings: f"a.m.{x}"."""
    written = Written(project, move, reading.module)
    for one in _calls(project, reading.module, reading.text):
        if one.constant.startswith(".") and one.lead is not None:
            rest = reading.text[one.inner + len(one.constant) + 1 :]
            told = _PACKAGE.match(rest)
            before, after = one.lead, move.of(one.lead)
            if told is None or told[2] or (before == after and not written.goes):
                base = (told[2] or "") if told else ""
                new = _relative(after, move.of(base))
            else:
                new = written.package(after, like=".")
            if new and new.startswith(".") and new != one.constant:
                yield Replacement(one.inner, one.inner + len(one.constant), new, "the module's new name")
        elif not one.constant and one.lead and one.lead.startswith(f"{move.before}."):
            end = one.inner + len(move.before)
            if reading.text[one.inner : end] == move.before:
                yield Replacement(one.inner, end, move.after, "the package's new name")


def reached(move: Relocation, reading: Reading) -> Iterator[Replacement]:
    """Edits of `__import__("a.m").m`, in code and in strings of code: the call gives `a`, and the chain leads on."""
    call = re.compile(rf"__import__\(\s*([\"']){re.escape(move.before)}\1\s*\)((?:\.\w+)+)")
    way = [*move.before.split(".")[1:]]
    for found in call.finditer(reading.text):
        chain = found[2].split(".")[1:]
        if chain[: len(way)] == way:
            new = "".join(f".{part}" for part in (*move.after.split(".")[1:], *chain[len(way) :]))
            yield Replacement(found.start(1) + 1, found.end(), f"{move.after}{found[1]}){new}", "the module's new name")


def _relative(dotted: str, package: str) -> str:
    return f".{dotted[len(package) + 1 :]}" if package and dotted.startswith(f"{package}.") else ""
